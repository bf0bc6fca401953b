package plan

// HeldPortfolio is a portfolio as planning knows it. Its identity uses the keys of the part's own entitlement, if there
// is one.
type HeldPortfolio struct {
	Identity
	ID                    int64
	Entitlement           int64  // the part's own (of its profile, or of no profile), active or not; 0: none
	ValuesHash            uint64 // hash of the title columns in the profile's latest list
	CoverageHash          uint64
	LeftAt                int64 // when it left, in Unix milliseconds
	WaitsSince            int32 // day on which its entitlement was suspended, see DayNumber
	Entitled              bool  // this profile's entitlement is active
	Listed                bool
	Hidden                bool // removed
	UnderReview           bool // it is marked as unclear
	Waits                 bool // this profile's entitlement is suspended until it is clear which title this is
	HasLocal              bool // staff put something beside the provider's values
	Retained              bool // it is retained when nobody lists it any more
	Licensed              bool
	HasPOLine             bool
	Diverged              bool  // the profile's list has values that differ from the portfolio's
	GivenBack             bool  // an undo gave the entitlement back
	HeldByOthers          bool  // another entitlement is active: of another profile, or of no profile
	HeldByOtherProfile    bool  // another profile's entitlement is active
	AwaitedByOtherProfile bool  // another profile's entitlement is suspended until it is clear which title this is
	HasOtherEntitlement   bool  // there is another entitlement, active or not
	EverListed            bool  // by any provider, now or in the past
	Outranked             bool  // another profile that holds it has a newer list: title fields are not overwritten
	Others                int32 // how many other entitlements are active
	AddedByThisJob        bool  // Community Zone only: added by this job itself, in a run that was interrupted
}

// RoundOf returns the pairing round for a portfolio. Round 0: listed by a provider, or never listed. Round 1: kept or
// waiting. Last round: hidden.
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
