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
}

// POLineFilter narrows a listing; a nil field does not.
type POLineFilter struct{ Number, Vendor, Status, PortfolioID *string }

// LicenseFilter narrows a listing; a nil field does not.
type LicenseFilter struct{ Code, Vendor, Status *string }

// ProfileFilter narrows a listing; a nil field does not.
type ProfileFilter struct{ Active *bool }

// ProviderFileFilter narrows a listing; a nil field does not.
type ProviderFileFilter struct{ ProfileID, Content *string }

// JobFilter narrows a listing; a nil field does not.
type JobFilter struct {
	State           []string
	Kind, ProfileID *string
}

// JobFindingFilter narrows a listing; a nil field does not.
type JobFindingFilter struct {
	Severity     []string
	Code, Column *string
}

// JobChangeFilter narrows a listing; a nil field does not.
type JobChangeFilter struct {
	Action             []string
	Field, PortfolioID *string
}
