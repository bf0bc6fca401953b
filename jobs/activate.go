package jobs

import (
	"context"
	"fmt"
	"io"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// KindActivate is the kind of a job that creates portfolios from Community Zone titles.
const KindActivate = "ACTIVATE"

var activateKind = jobKind{
	name: KindActivate, task: "activate", arguments: argumentsAs[activateArgs],
	inWords: "an activation of all titles", sameInWords: "an activation of this collection",
	undo: undoByParts{},
}

var activateAdvice = advice{
	allFree:      "Nothing is to be done: free titles are not part of the holdings.",
	noUsableRows: "Read the findings, then import the provider's global title list anew.",
	lost:         "Activate the collection again.",
}

// activateArgs are an activation's arguments as stored in its row.
type activateArgs struct {
	CollectionIDs []int64 `json:"collectionIds"`          // one
	AddedByJobID  int64   `json:"addedByJobId,omitempty"` // only titles that this job added to the Community Zone; 0: all
}

func (a activateArgs) involved() involved { return involved{writes: a.CollectionIDs} }

// QueueActivation queues, in the caller's transaction, a job that creates portfolios for all Community Zone titles of a
// collection. It returns nil if there are none. Call Nudge after the commit. If the request has a key, call it inside
// Once.
func (s *Service) QueueActivation(ctx context.Context, tx *store.Tx, collectionID int64, of Request) (*ent.Job, error) {
	return s.queueActivation(ctx, tx, collectionID, 0, of)
}

// QueueActivationOfNew is QueueActivation for only those titles that a job added to the Community Zone or brought back.
func (s *Service) QueueActivationOfNew(ctx context.Context, tx *store.Tx, collectionID, addedByJobID int64) (*ent.Job, error) {
	return s.queueActivation(ctx, tx, collectionID, addedByJobID, Request{})
}

func (s *Service) queueActivation(ctx context.Context, tx *store.Tx, collectionID, addedBy int64, of Request) (*ent.Job, error) {
	some, err := holdings.ZoneTitles{CollectionID: collectionID, AddedBy: addedBy}.Any(ctx, tx)
	if !some || err != nil {
		return nil, err
	}
	return s.queue(ctx, tx, newJob{
		kind: KindActivate, mode: Apply, trigger: Manual, request: of,
		args:      activateArgs{CollectionIDs: []int64{collectionID}, AddedByJobID: addedBy},
		uniqueKey: fmt.Sprintf("activate:%d:%d", collectionID, addedBy), path: "input.communityZoneId",
	})
}

// perform creates portfolios for the Community Zone titles that nothing holds yet.
func (a activateArgs) perform(ctx context.Context, r *run) error {
	titles := holdings.ZoneTitles{CollectionID: a.CollectionIDs[0], AddedBy: a.AddedByJobID}
	prepare := func(ctx context.Context, tx *store.Tx) error {
		return r.makePartOf(ctx, tx, titles.CollectionID, func(*ent.JobPartCreate) {})
	}
	return r.inParts(ctx, prepare, func(ctx context.Context, part *ent.JobPart, last bool) error {
		pr := &partRun{
			run: r, part: part, last: last, log: holdings.NewFindingLog(),
			limits: importLimits, newOnly: true, keepMissing: true, advice: activateAdvice,
		}
		return pr.settlePart(ctx, pr.activateTitles(ctx, titles))
	})
}

// activateTitles works on a copy of the current titles: they are read more than once and must be the same each time.
func (pr *partRun) activateTitles(ctx context.Context, titles holdings.ZoneTitles) error {
	if pr.part.CollectionID == nil {
		return errCollectionGone
	}
	n := 0
	list, err := pr.run.s.files.Spool(func(w io.Writer) (err error) {
		n, err = pr.run.s.holdings.WriteZoneTitles(ctx, titles, w)
		return err
	})
	if err != nil {
		return err
	}
	defer list.Close()
	if n == 0 {
		return newBlockade(PartNoChange, codeNoTitles, "the Community Zone has no such titles of the collection any more",
			"Nothing is to be done.")
	}
	return pr.bringInStep(ctx, plan.Source{Name: "Community Zone", Open: list.Open})
}
