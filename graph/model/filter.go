package model

// CommunityZoneCollectionFilter narrows a listing; a nil field does not.
type CommunityZoneCollectionFilter struct{ Search, Content *string }

// CollectionFilter narrows a listing; a nil field does not.
type CollectionFilter struct {
	NamePrefix, CommunityZoneID *string
	Active                      *bool
}

// PortfolioFilter narrows a listing; a nil field does not.
type PortfolioFilter struct {
	CollectionID, TitlePrefix, TitleID, Identifier, ProfileID *string
	Available, ListedByProvider, NeedsReview, Removed         *bool
	Waiting, KeptWithoutReason, KeptForClosedOrders           *bool
	Retained, RetainedOnly, HasLocalValues                    *bool
	LocalField, AccessRights, InventoryGroupID                *string
	PublicationType, LicenseID, CoverageOn, Search            *string
	HasPoLine                                                 *bool
	ChangedSince                                              *int64
}

// POLineFilter narrows a listing; a nil field does not.
type POLineFilter struct {
	Number, NumberPrefix, Vendor, Status, PortfolioID, CollectionID *string
	Search                                                          *string
	Attached, Closed                                                *bool
}

// LicenseFilter narrows a listing; a nil field does not.
type LicenseFilter struct{ Code, CodePrefix, Vendor, Status, Search *string }

// CommunityZoneTitleFilter narrows a listing; a nil field does not.
type CommunityZoneTitleFilter struct{ CommunityZoneID, TitlePrefix, TitleID, Identifier, Search *string }

// PairingDecisionFilter narrows a listing; a nil field does not.
type PairingDecisionFilter struct {
	CollectionID, PortfolioID *string
	Ended                     *bool
}

// PortfolioSetFilter narrows a listing; a nil field does not.
type PortfolioSetFilter struct{ NamePrefix *string }

// CollectionSetFilter narrows a listing; a nil field does not.
type CollectionSetFilter struct{ NamePrefix, CollectionID *string }

// ReconciliationFilter narrows a listing; a nil field does not.
type ReconciliationFilter struct{ CollectionID *string }

// JobTypeFilter narrows a listing; a nil field does not.
type JobTypeFilter struct{ Search *string }

// ProfileFilter narrows a listing; a nil field does not.
type ProfileFilter struct{ Active *bool }

// ProviderFileFilter narrows a listing; a nil field does not.
type ProviderFileFilter struct{ ProfileID, Content *string }

// JobFilter narrows a listing; a nil field does not.
type JobFilter struct {
	State, Verdict, Trigger                                []string
	Kind, ProfileID, Mode, ActorID, ActorKind              *string
	CreatedFrom, CreatedUntil, FinishedFrom, FinishedUntil *int64
	ChangedSince                                           *int64
}

// JobFindingFilter narrows a listing; a nil field does not.
type JobFindingFilter struct {
	Severity             []string
	Code, Column, PartID *string
}

// JobChangeFilter narrows a listing; a nil field does not.
type JobChangeFilter struct {
	Action                                           []string
	Field, PortfolioID, PartID, Content, TitlePrefix *string
}

// WorklistFilter narrows the worklist; a nil field does not.
type WorklistFilter struct {
	Types, ProfileIDs, CollectionIDs []string
	AssignedTo, State                *string
	Unassigned                       *bool
	Since                            *int64
}

// ChangeFilter narrows a listing; a nil field does not.
type ChangeFilter struct {
	Until                                                         *int64
	PartID, Content, TitlePrefix                                  *string
	PortfolioID, CollectionID, GroupID, Field, ActorID, ActorKind *string
	Action                                                        []string
}

// Searches says that words are searched for.
func (f *PortfolioFilter) Searches() bool { return f != nil && hasText(f.Search) }

// Searches says that words are searched for.
func (f *POLineFilter) Searches() bool { return f != nil && hasText(f.Search) }

// Searches says that words are searched for.
func (f *LicenseFilter) Searches() bool { return f != nil && hasText(f.Search) }

// Searches says that words are searched for.
func (f *CommunityZoneTitleFilter) Searches() bool { return f != nil && hasText(f.Search) }

func hasText(text *string) bool { return text != nil && *text != "" }
