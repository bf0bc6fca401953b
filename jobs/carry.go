package jobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// KindCarry is the kind of a job that carries what hangs on a portfolio over to the one that follows it.
const KindCarry = "CARRY_OVER"

var carryKind = jobKind{
	name: KindCarry, task: "carry-over", arguments: argumentsAs[carryArgs],
	inWords: "a carry-over", sameInWords: "the same carry-over",
	title: "Carry a title's history over",
	description: "Moves PO lines, the license, local values and retention from portfolios to those that follow them, such as a journal " +
		"under a new name: those of lines of a report, of a whole report, or of pairs that are named.",
	mutation: "carryOver",
	wording:  &moveWording, undo: undoMove{},
}

// CarryRequest asks to carry over what hangs on some portfolios: exactly one of Pairs, ChangeIDs and JobID says which.
type CarryRequest struct {
	Pairs          []move.Pair `json:"pairs,omitempty"`
	ChangeIDs      []int64     `json:"changeIds,omitempty"` // lines of reports
	JobID          int64       `json:"jobId,omitempty"`     // all lines of a report that follow another
	Mode           string      `json:"mode"`                // Apply or Preview
	PreviewJobID   int64       `json:"previewJobId,omitempty"`
	IdempotencyKey string      `json:"-"`
}

// carryArgs are the arguments as stored in the job's row.
type carryArgs struct {
	Pairs         []move.Pair `json:"pairs"`         // in the order of the portfolios that are moved from
	CollectionIDs []int64     `json:"collectionIds"` // of all of them when the job was queued
}

func (a carryArgs) involved() involved { return involved{writes: a.CollectionIDs} }

// StartCarry queues a carry-over. Each mistake in the request is returned as a problem.
func (s *Service) StartCarry(ctx context.Context, in CarryRequest) (*ent.Job, error) {
	request := Request{Key: in.IdempotencyKey, Mutation: "carryOver", Arguments: []any{in}}
	return s.start(ctx, KindCarry, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		args, err := checkCarry(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindCarry, mode: in.Mode, trigger: Manual, request: request, args: args, subject: in.PreviewJobID,
			uniqueKey: "carry:" + args.digest(), path: "input",
		})
	})
}

// digest is the same for requests that would do the same.
func (a carryArgs) digest() string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(plan.ToJSON(a.Pairs))))
}

// checkCarry returns all problems of the request at once, or the arguments of the job.
func checkCarry(ctx context.Context, tx *store.Tx, in CarryRequest) (args carryArgs, err error) {
	var problems problem.List
	checkMode(in.Mode, in.PreviewJobID, &problems)
	found := &carryPairs{path: "input.pairs", problems: &problems}
	switch given := [...]bool{len(in.Pairs) > 0, len(in.ChangeIDs) > 0, in.JobID != 0}; given {
	case [...]bool{true, false, false}:
		found.pairs = slices.Clone(in.Pairs)
	case [...]bool{false, true, false}:
		err = found.ofLines(ctx, tx, in.ChangeIDs)
	case [...]bool{false, false, true}:
		err = found.ofReport(ctx, tx, in.JobID)
	default:
		problems.Add(problem.BadInput, "input", "say what to carry over by exactly one of pairs, changeIds and jobId")
	}
	if err != nil {
		return args, err
	}
	if args.Pairs = found.sorted(); len(problems) > 0 {
		return args, problems.Err()
	}
	if args.CollectionIDs, err = found.check(ctx, tx, args.Pairs); err != nil {
		return args, err
	}
	if len(problems) > 0 {
		return args, problems.Err()
	}
	if in.PreviewJobID != 0 && in.Mode == Apply {
		shown, err := checkPreviewOf[carryArgs](ctx, tx, in.PreviewJobID, KindCarry, &problems)
		if err != nil {
			return args, err
		}
		if shown != nil && shown.digest() != args.digest() {
			problems.Add(problem.BadInput, previewPath, "the preview was made of other portfolios: %s", previewAgain)
		}
	}
	return args, problems.Err()
}

// carryPairs are the pairs of a request.
type carryPairs struct {
	pairs    []move.Pair
	path     string // where the request says them
	problems *problem.List
}

// mostCarried is how many pairs one job carries over.
const mostCarried = 100_000

// sorted returns the pairs, each once, in the order of the portfolios that are moved from.
func (c *carryPairs) sorted() []move.Pair {
	if len(c.pairs) > mostCarried {
		c.problems.Add(problem.Limited, c.path, "%s pairs are too many: at most %s are carried over at once", words.Figure(len(c.pairs)),
			words.Figure(mostCarried))
	}
	slices.SortFunc(c.pairs, func(a, b move.Pair) int {
		return cmp.Or(cmp.Compare(a.FromID, b.FromID), cmp.Compare(a.ToID, b.ToID))
	})
	return slices.Compact(c.pairs)
}

// follows are the actions whose lines can name the title before or after.
var follows = []string{string(plan.Add), string(plan.Remove), string(plan.Keep), string(plan.Withdraw), string(plan.Wait)}

// pairOf returns the pair that a report's line names; ok is false if it names none.
func pairOf(line *ent.JobChange) (pair move.Pair, ok bool) {
	if line.PortfolioID == nil {
		return pair, false
	}
	why := plan.Values{Kind: plan.ValueKind(line.ValueKind), Old: line.OldValue, New: line.NewValue}.Leaving()
	switch {
	case why.Successor != nil:
		pair = move.Pair{FromID: *line.PortfolioID, ToID: why.Successor.PortfolioID}
	case why.Predecessor != nil:
		pair = move.Pair{FromID: why.Predecessor.PortfolioID, ToID: *line.PortfolioID}
	}
	return pair, pair.FromID != 0 && pair.ToID != 0
}

// linesByID reads lines of reports.
func linesByID(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*ent.JobChange, error) {
	byID := map[int64]*ent.JobChange{}
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		lines, err := tx.JobChange.Query().Where(jobchange.IDIn(chunk...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the lines of the report: %w", err)
		}
		for _, l := range lines {
			byID[l.ID] = l
		}
	}
	return byID, nil
}

// ofLines takes the pairs that lines of reports name.
func (c *carryPairs) ofLines(ctx context.Context, tx *store.Tx, ids []int64) error {
	c.path = "input.changeIds"
	byID, err := linesByID(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, id := range ids {
		path := fmt.Sprintf("%s.%d", c.path, i)
		line := byID[id]
		if line == nil {
			c.problems.Add(problem.NotFound, path, "there is no such line of a report: it may have been deleted with its job")
			continue
		}
		pair, ok := pairOf(line)
		if !ok {
			c.problems.Add(problem.BadInput, path, "the line of %q names no portfolio before or after it: choose one that says \"followed by\" or "+
				"\"follows\" in the report of a job that was applied, or name both portfolios with pairs", line.Title)
			continue
		}
		c.pairs = append(c.pairs, pair)
	}
	return nil
}

// ofReport takes all pairs that a job's report names.
func (c *carryPairs) ofReport(ctx context.Context, tx *store.Tx, jobID int64) error {
	c.path = "input.jobId"
	switch there, err := tx.Job.Query().Where(job.ID(jobID)).Exist(ctx); {
	case err != nil:
		return fmt.Errorf("read job %d: %w", jobID, err)
	case !there:
		c.problems.Add(problem.NotFound, c.path, "there is no such job")
		return nil
	}
	lines, err := tx.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.ActionIn(follows...), jobchange.Field(""),
		jobchange.ValueKind(string(plan.StateValues)), jobchange.Or(jobchange.NewValueContains(`"successor"`),
			jobchange.NewValueContains(`"predecessor"`))).All(ctx)
	if err != nil {
		return fmt.Errorf("read the report of job %d: %w", jobID, err)
	}
	for _, l := range lines {
		if pair, ok := pairOf(l); ok {
			c.pairs = append(c.pairs, pair)
		}
	}
	if len(c.pairs) == 0 {
		c.problems.Add(problem.BadInput, c.path, "no line of its report names the portfolio that a title follows: of a preview nothing was added")
	}
	return nil
}

// check adds a problem for each pair that cannot be carried over, and returns the collections of all portfolios.
func (c *carryPairs) check(ctx context.Context, tx *store.Tx, pairs []move.Pair) (collections []int64, err error) {
	known := map[int64]*ent.Portfolio{}
	var ids []int64
	for _, p := range pairs {
		ids = append(ids, p.FromID, p.ToID)
	}
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), store.IDsAtOnce) {
		rows, err := tx.Portfolio.Query().Where(portfolio.IDIn(chunk...)).
			Select(portfolio.FieldID, portfolio.FieldCollectionID, portfolio.FieldRemovedAt, portfolio.FieldPublicationTitle).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the portfolios: %w", err)
		}
		for _, p := range rows {
			known[p.ID] = p
			collections = append(collections, p.CollectionID)
		}
	}
	slices.Sort(collections)
	from := map[int64]bool{}
	for _, p := range pairs {
		from[p.FromID] = true
	}
	for i, p := range pairs {
		c.checkPair(p, known, from, i > 0 && pairs[i-1].FromID == p.FromID)
	}
	return slices.Compact(collections), nil
}

func (c *carryPairs) checkPair(p move.Pair, known map[int64]*ent.Portfolio, from map[int64]bool, twice bool) {
	old, next := known[p.FromID], known[p.ToID]
	switch {
	case old == nil, next == nil:
		c.problems.Add(problem.NotFound, c.path, "a portfolio of a pair does not exist: it may have been deleted with its collection")
	case p.FromID == p.ToID:
		c.problems.Add(problem.BadInput, c.path, "%q cannot follow itself: name two portfolios", old.PublicationTitle)
	case twice:
		c.problems.Add(problem.BadInput, c.path, "%q is followed by several portfolios: name the one that gets what hangs on it",
			old.PublicationTitle)
	case from[p.ToID]:
		c.problems.Add(problem.BadInput, c.path, "%q gets something and gives something in one job: carry over the older pair first",
			next.PublicationTitle)
	case next.RemovedAt != nil:
		c.problems.Add(problem.WrongState, c.path, "%q is out of the holdings, so that nothing can be carried over to it: restore it first",
			next.PublicationTitle)
	}
}

// perform carries over collection by collection. A resumed run plans again: what was moved is at its counterpart.
func (a carryArgs) perform(ctx context.Context, r *run) error {
	planned, err := r.s.moves.PlanPairs(ctx, a.Pairs, false)
	if err != nil {
		return err
	}
	parts, err := r.moveParts(ctx, planned.Sources(), func(context.Context, *store.Tx) error { return nil })
	if err != nil {
		return err
	}
	return r.applyMove(ctx, planned, parts)
}

var _ concluder = carryArgs{}

// conclude says in the summary where things went.
func (a carryArgs) conclude(_ context.Context, _ *store.Tx, _ *run, e *ending) error {
	e.target = words.Count(len(a.Pairs), "portfolio that follows", "portfolios that follow")
	return nil
}
