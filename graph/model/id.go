package model

import "autoholdings/internal/opaque"

// The names of the types that have ids, as they stand in them.
const (
	InventoryGroupType          = "InventoryGroup"
	CommunityZoneCollectionType = "CommunityZoneCollection"
	CollectionType              = "Collection"
	PortfolioType               = "Portfolio"
	POLineType                  = "PoLine"
	LicenseType                 = "License"
	ProfileType                 = "Profile"
	ProviderFileType            = "ProviderFile"
	JobType                     = "Job"
	JobPartType                 = "JobPart"
	JobFindingType              = "JobFinding"
	JobChangeType               = "JobChange"
	CommunityZoneTitleType      = "CommunityZoneTitle"
	CollectionSetType           = "CollectionSet"
	PortfolioSetType            = "PortfolioSet"
	PairingDecisionType         = "PairingDecision"
	AccessTokenType             = "AccessToken"
	PersonType                  = "Person"
	AuditEntryType              = "AuditEntry"
	ChangeType                  = "Change"
	EditType                    = "Edit" // a Change that was made by hand
	ScheduledJobType            = "ScheduledJob"
	WorklistItemType            = "WorklistItem"
)

// ID is the opaque id of a row.
func ID(typeName string, id int64) string { return opaque.ID(typeName, id) }

// NameID is the opaque id of what is known by a text.
func NameID(typeName, text string) string { return opaque.Name(typeName, text) }

// ParseNameID takes an opaque id of that kind apart. The error says what is wrong with it.
func ParseNameID(id string) (typeName, text string, err error) { return opaque.ParseName(id) }

// ParseID takes an opaque id apart. The error says what is wrong with it.
func ParseID(id string) (typeName string, number int64, err error) { return opaque.Parse(id) }
