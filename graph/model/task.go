package model

// JobTask is what a job was asked to do; each kind of job has its own.
type JobTask interface{ IsJobTask() }

// The tasks, by kind. Things that were deleted since are nil, or missing in lists.
type (
	// SyncTask is that of SYNC.
	SyncTask struct {
		Profiles []*Profile
		Force    bool
	}
	// UndoTask is that of UNDO.
	UndoTask struct {
		Subject     *Job
		Collections []*Collection
	}
	// MoveTask is that of MOVE.
	MoveTask struct {
		Set                       *CollectionSet
		Sources                   []*Collection
		Target                    *Collection
		MovePoLines, MoveLicenses bool
		LicenseConflict           string
		IncludeInaccessible       bool
	}
	// ImportTask is that of IMPORT.
	ImportTask struct {
		Collection    *Collection
		RemoveMissing bool
	}
	// CommunityZoneTask is that of COMMUNITY_ZONE.
	CommunityZoneTask struct {
		CommunityZoneID *string
		Force           bool
	}
	// ActivateTask is that of ACTIVATE.
	ActivateTask struct {
		Collection *Collection
		AddedBy    *Job
	}
	// WithdrawTask is that of WITHDRAW.
	WithdrawTask struct {
		Profile       *Profile
		Content       *string
		DeleteProfile bool
	}
	// CarryOverTask is that of CARRY_OVER.
	CarryOverTask struct {
		Pairs       int
		Collections []*Collection
	}
	// PairTask is that of PAIR.
	PairTask struct {
		Decisions   int
		Collections []*Collection
	}
	// ChangePortfoliosTask is that of CHANGE_PORTFOLIOS.
	ChangePortfoliosTask struct {
		Action      string
		Collections []*Collection
		Set         *PortfolioSet
		Portfolios  *int
		Target      *Collection
	}
	// ImportFromAlmaTask is that of IMPORT_FROM_ALMA.
	ImportFromAlmaTask struct{ Collections []*Collection }
	// ChangeGroupsTask is that of CHANGE_GROUPS.
	ChangeGroupsTask struct {
		Profile  *Profile
		From, To []*InventoryGroup
	}
)

// IsJobTask marks it as one.
func (*SyncTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*UndoTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*MoveTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*ImportTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*CommunityZoneTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*ActivateTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*WithdrawTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*CarryOverTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*PairTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*ChangePortfoliosTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*ImportFromAlmaTask) IsJobTask() {}

// IsJobTask marks it as one.
func (*ChangeGroupsTask) IsJobTask() {}
