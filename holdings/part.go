package holdings

import (
	"context"
	"errors"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Part is one content type of one profile within a job: what is planned, guarded, applied and counted together. If it
// names a Community Zone collection, it is about that collection's titles, and involves neither a profile nor
// portfolios.
type Part struct {
	ID, JobID         int64
	ProfileID         int64 // 0: of no profile, the library's own
	CollectionID      int64
	ZoneID            int64  // a Community Zone collection's; 0: a plan of portfolios
	Content           string // BOOKS, JOURNALS or "" for both
	Release           string // date of the file, YYYY-MM-DD; "" unknown
	Kind              plan.KindFunc
	Findings          *FindingLog // recorded with the plan
	CommunityZoneOnly bool        // skip titles that the Community Zone does not have
	Resumed           bool        // an interrupted run has written part of the plan
	NewOnly           bool        // leave a title alone if its portfolio already has an entitlement in force
	Pairs             *Pairs      // decisions on pairs that the job carries out; nil: none
	Earlier           []*Plan     // plans of earlier parts of this preview, in order, that would be applied to the same collection

	// Fence is called first in each transaction. It must fail if the job is no longer ours to run.
	Fence func(ctx context.Context, tx *store.Tx, p Progress) error
	// Begun is called in the transaction after which the part counts as being applied; Finish in the last one.
	Begun, Finish func(ctx context.Context, tx *store.Tx, counts plan.Counts) error
}

// Progress says how far a part is: Done of Total titles and removals.
type Progress struct{ Done, Total int }

// ErrHoldingsChanged says that a portfolio of the plan is no longer there: plan again.
var ErrHoldingsChanged = errors.New("holdings changed while the plan was applied")

// profile is the part's profile as the tables store it, for IS [NOT] DISTINCT FROM.
func (p *Part) profile() any {
	if p.ProfileID == 0 {
		return nil
	}
	return p.ProfileID
}

// ofProfile says whether the part is a profile's: its titles are listed by a provider.
func (p *Part) ofProfile() bool { return p.ProfileID != 0 }
