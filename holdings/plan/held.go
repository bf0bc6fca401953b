package plan

// HeldPortfolio is a portfolio as planning knows it. Its identity is by the keys of the part's own entitlement, where
// it has one.
type HeldPortfolio struct {
	Identity
	ID                    int64
	Entitlement           int64  // of the part's profile, or of none, in force or not; 0: there is none
	ValuesHash            uint64 // hash of the title columns as the profile's list had them last
	CoverageHash          uint64
	LeftAt                int64 // when it was hidden, in Unix milliseconds
	WaitsSince            int32 // day on which its entitlement was suspended, see dayNumber
	Entitled              bool  // this profile's entitlement is in force
	Listed                bool
	Hidden                bool // removed
	UnderReview           bool // something about it is noted as unclear
	Waits                 bool // this profile's entitlement is suspended until it is known which title it is
	Locked                bool // some field is
	Licensed              bool
	HasPOLine             bool  // has a PO line
	Diverged              bool  // the profile's list has other values than the portfolio
	GivenBack             bool  // an undo gave the entitlement back
	HeldByOthers          bool  // another entitlement is in force: of another profile, or of none
	HeldByOtherProfile    bool  // another profile's is
	AwaitedByOtherProfile bool  // another profile's is suspended until it is known which title this is
	HasOtherEntitlement   bool  // another entitlement, in force or not
	EverListed            bool  // by any provider, now or once
	Outranked             bool  // by another entitling profile's newer release: title fields are not overwritten
	Others                int32 // entitlements in force of others
	AddedByThisJob        bool  // of the Community Zone: added by the very job that plans, in a run that was interrupted
}

// RoundOf is the round in which a portfolio takes part in the pairing: those that a provider lists or nobody ever
// listed, those that are kept or wait, those that are hidden.
func (h *HeldPortfolio) RoundOf() uint8 {
	switch {
	case h.Hidden:
		return lastRound
	case !h.Entitled && !h.HeldByOthers && (h.Entitlement != 0 || h.EverListed):
		return 1
	default:
		return 0
	}
}
