package jobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/kbart"
)

// KindPair is the kind of a job that pairs and parts titles and portfolios by hand.
const KindPair = "PAIR"

var pairKind = jobKind{
	name: KindPair, task: "pair", arguments: argumentsAs[pairArgs],
	inWords: "a pairing by hand", sameInWords: "the same pairing by hand",
	title: "Pair titles by hand",
	description: "Says which portfolio a title of a provider's list is, or which it is not, and brings the holdings in step with the lists " +
		"that were applied last. Each decision is remembered and goes before everything else in later runs.",
	mutation: "decidePairings",
	again:    true, undo: undoPairs{},
}

// PairRequest asks to decide on titles and portfolios.
type PairRequest struct {
	Pair           []PairInput `json:"pair,omitempty"`
	Part           []PartInput `json:"part,omitempty"`
	Mode           string      `json:"mode"` // Apply or Preview
	IdempotencyKey string      `json:"-"`
}

// PairInput says that a title is a portfolio. The title is named by the portfolio that it is paired with now, or by a line of a
// report about that one.
type PairInput struct {
	PortfolioID int64 `json:"portfolioId"`
	TitleOfID   int64 `json:"titleOfId,omitempty"`
	ChangeID    int64 `json:"changeId,omitempty"`
}

// PartInput says that a portfolio is not the title that it is paired with now. It is named by its id, or by a line of a report
// about it.
type PartInput struct {
	PortfolioID int64 `json:"portfolioId,omitempty"`
	ChangeID    int64 `json:"changeId,omitempty"`
}

// pairArgs are the arguments as stored in the job's row.
type pairArgs struct {
	Decisions     []holdings.Pairing             `json:"decisions"`
	Carried       []move.Pair                    `json:"carried,omitempty"` // from portfolios in whose place others are paired, to those
	Before        map[int64]plan.DivergingValues `json:"before,omitempty"`  // what parted portfolios get back
	ProfileIDs    []int64                        `json:"profileIds"`        // whose lists have the titles
	CollectionIDs []int64                        `json:"collectionIds"`
}

func (a pairArgs) involved() involved {
	return involved{profiles: a.ProfileIDs, writes: a.CollectionIDs}
}

// StartPair queues it. Each mistake in the request is returned as a problem.
func (s *Service) StartPair(ctx context.Context, in PairRequest) (*ent.Job, error) {
	request := Request{Key: in.IdempotencyKey, Mutation: "decidePairings", Arguments: []any{in}}
	return s.start(ctx, KindPair, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		args, err := checkPairings(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindPair, mode: in.Mode, trigger: Manual, request: request, args: args,
			uniqueKey: fmt.Sprintf("pair:%x", sha256.Sum256([]byte(plan.ToJSON(args.Decisions)))), path: "input",
		})
	})
}

// mostDecided is how many decisions one job carries out.
const mostDecided = 20_000

// checkPairings returns all problems of the request at once, or the arguments of the job.
func checkPairings(ctx context.Context, tx *store.Tx, in PairRequest) (args pairArgs, err error) {
	var problems problem.List
	checkMode(in.Mode, 0, &problems)
	switch n := len(in.Pair) + len(in.Part); {
	case n == 0:
		problems.Add(problem.BadInput, "input.pair", "nothing is decided: say what is to be paired or parted")
	case n > mostDecided:
		problems.Add(problem.Limited, "input.pair", "%s decisions are too many: at most %s are carried out at once", words.Figure(n),
			words.Figure(mostDecided))
	}
	if len(problems) > 0 {
		return args, problems.Err()
	}
	c, err := newPairingCheck(ctx, tx, in, &problems)
	if err != nil {
		return args, err
	}
	for i, pair := range in.Pair {
		c.pair(&args, i, pair)
	}
	for i, part := range in.Part {
		if err := c.part(ctx, tx, &args, i, part); err != nil {
			return args, err
		}
	}
	if len(problems) > 0 {
		return args, problems.Err()
	}
	slices.SortFunc(args.Decisions, func(a, b holdings.Pairing) int {
		return cmp.Compare(a.PortfolioID, b.PortfolioID)
	})
	slices.Sort(args.ProfileIDs)
	slices.Sort(args.CollectionIDs)
	args.ProfileIDs, args.CollectionIDs = slices.Compact(args.ProfileIDs), slices.Compact(args.CollectionIDs)
	return args, nil
}

// pairingCheck is what a request names.
type pairingCheck struct {
	problems   *problem.List
	lines      map[int64]*ent.JobChange
	portfolios map[int64]*ent.Portfolio
	listedBy   map[int64][]int64 // profiles whose entitlement to a portfolio is in force or suspended
	used       map[int64]bool
}

func newPairingCheck(ctx context.Context, tx *store.Tx, in PairRequest, problems *problem.List) (*pairingCheck, error) {
	c := &pairingCheck{
		problems: problems, portfolios: map[int64]*ent.Portfolio{}, listedBy: map[int64][]int64{},
		used: map[int64]bool{},
	}
	var changes, ids []int64
	for _, p := range in.Pair {
		changes, ids = append(changes, p.ChangeID), append(ids, p.PortfolioID, p.TitleOfID)
	}
	for _, p := range in.Part {
		changes, ids = append(changes, p.ChangeID), append(ids, p.PortfolioID)
	}
	var err error
	if c.lines, err = linesByID(ctx, tx, changes); err != nil {
		return nil, err
	}
	for _, l := range c.lines {
		if l.PortfolioID != nil {
			ids = append(ids, *l.PortfolioID)
		}
	}
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		rows, err := tx.Portfolio.Query().Where(portfolio.IDIn(chunk...)).WithEntitlements(func(q *ent.EntitlementQuery) {
			q.Where(entitlement.ProfileIDNotNil(), entitlement.Or(entitlement.Active(true), entitlement.WaitingNEQ("")))
		}).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the portfolios: %w", err)
		}
		for _, p := range rows {
			c.portfolios[p.ID] = p
			for _, e := range p.Edges.Entitlements {
				c.listedBy[p.ID] = append(c.listedBy[p.ID], *e.ProfileID)
			}
		}
	}
	return c, nil
}

// named returns the portfolio that exactly one of an id and a report's line names.
func (c *pairingCheck) named(path, field string, id, changeID int64) *ent.Portfolio {
	if (id == 0) == (changeID == 0) {
		c.problems.Add(problem.BadInput, path, "name it by exactly one of %s and changeId", field)
		return nil
	}
	if changeID != 0 {
		switch line := c.lines[changeID]; {
		case line == nil:
			c.problems.Add(problem.NotFound, path+".changeId", "there is no such line of a report: it may have been deleted with its job")
			return nil
		case line.PortfolioID == nil:
			c.problems.Add(problem.BadInput, path+".changeId", "the line of %q is about no portfolio, as one of a preview's additions: choose a "+
				"line of a job that was applied", line.Title)
			return nil
		default:
			id = *line.PortfolioID
		}
	}
	p := c.portfolios[id]
	if p == nil {
		c.problems.Add(problem.NotFound, path, "there is no such portfolio: it may have been deleted with its collection")
	}
	return p
}

// listed adds a problem where no profile's list has the title of a portfolio.
func (c *pairingCheck) listed(path string, p *ent.Portfolio) bool {
	if p.RemovedAt == nil && len(c.listedBy[p.ID]) > 0 {
		return true
	}
	c.problems.Add(problem.WrongState, path, "no profile's list has the title of %q now: only such a title can be paired or parted; what "+
		"hangs on a portfolio is moved by carryOver", p.PublicationTitle)
	return false
}

func (c *pairingCheck) once(path string, p *ent.Portfolio) bool {
	if c.used[p.ID] {
		c.problems.Add(problem.BadInput, path, "%q is named twice: decide on it once", p.PublicationTitle)
		return false
	}
	c.used[p.ID] = true
	return true
}

func (c *pairingCheck) pair(args *pairArgs, i int, in PairInput) {
	path := fmt.Sprintf("input.pair.%d", i)
	title := c.named(path, "titleOfId", in.TitleOfID, in.ChangeID)
	target := c.portfolios[in.PortfolioID]
	if target == nil {
		c.problems.Add(problem.NotFound, path+".portfolioId", "there is no such portfolio: it may have been deleted with its collection")
	}
	if title == nil || target == nil || !c.listed(path, title) {
		return
	}
	switch {
	case title.ID == target.ID:
		c.problems.Add(problem.BadInput, path, "the title is paired with %q already", target.PublicationTitle)
		return
	case title.CollectionID != target.CollectionID:
		c.problems.Add(problem.BadInput, path, "%q is in another collection than the title: choose a portfolio of the list's collection",
			target.PublicationTitle)
		return
	case !c.once(path, title) || !c.once(path, target):
		return
	}
	args.Decisions = append(args.Decisions, holdings.PairingOf(target.ID, false, title))
	args.Carried = append(args.Carried, move.Pair{FromID: title.ID, ToID: target.ID})
	args.CollectionIDs = append(args.CollectionIDs, title.CollectionID)
	args.ProfileIDs = append(append(args.ProfileIDs, c.listedBy[title.ID]...), c.listedBy[target.ID]...)
}

func (c *pairingCheck) part(ctx context.Context, tx *store.Tx, args *pairArgs, i int, in PartInput) error {
	path := fmt.Sprintf("input.part.%d", i)
	p := c.named(path, "portfolioId", in.PortfolioID, in.ChangeID)
	if p == nil || !c.listed(path, p) || !c.once(path, p) {
		return nil
	}
	before, err := valuesBefore(ctx, tx, p.ID, c.lines[in.ChangeID])
	if err != nil {
		return err
	}
	if len(before) > 0 {
		if args.Before == nil {
			args.Before = map[int64]plan.DivergingValues{}
		}
		args.Before[p.ID] = before
	}
	args.Decisions = append(args.Decisions, holdings.PairingOf(p.ID, true, p))
	args.CollectionIDs = append(args.CollectionIDs, p.CollectionID)
	args.ProfileIDs = append(args.ProfileIDs, c.listedBy[p.ID]...)
	return nil
}

// tellingFields are the fields by whose change a portfolio may have become another title.
var tellingFields = []string{
	kbart.PublicationTitle.String(), kbart.TitleID.String(), kbart.PrintIdentifier.String(), kbart.OnlineIdentifier.String(),
}

// valuesBefore are the title columns that a portfolio had before the part of a job that a line is of changed them or, without a
// line, before the last one that changed what it is called or known by.
func valuesBefore(ctx context.Context, tx *store.Tx, portfolioID int64, line *ent.JobChange) (plan.DivergingValues, error) {
	if line == nil {
		found, err := tx.JobChange.Query().Where(jobchange.PortfolioID(portfolioID), jobchange.FieldIn(tellingFields...),
			jobchange.ValueKind(string(plan.TextValues)), jobchange.HasPartWith(jobpart.StateIn(PartApplied, PartStopped))).
			Order(ent.Desc(jobchange.FieldID)).First(ctx)
		if ent.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read what portfolio %d was: %w", portfolioID, err)
		}
		line = found
	}
	lines, err := tx.JobChange.Query().Where(jobchange.PartID(line.PartID), jobchange.PortfolioID(portfolioID),
		jobchange.ValueKind(string(plan.TextValues))).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what portfolio %d was: %w", portfolioID, err)
	}
	before := plan.DivergingValues{}
	for _, l := range lines {
		if l.OldValue != "" {
			before[l.Field] = l.OldValue
		}
	}
	return before, nil
}

// perform first moves what hangs on the portfolios in whose place others are paired, then plans the lists that were applied last
// once more, under the decisions.
func (a pairArgs) perform(ctx context.Context, r *run) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makePairParts(ctx, tx, a) })
	if err != nil {
		return err
	}
	if r.job.Mode == Preview {
		r.foresight = newForesight(parts)
	}
	pairs, err := r.pairsMade(ctx, a, parts)
	if err != nil {
		return err
	}
	carry, err := r.s.moves.PlanPairs(ctx, pairs, true)
	if err != nil {
		return err
	}
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		r.foresight.begin(part)
		if part.Content == "" {
			return r.movePart(ctx, carry, part, last)
		}
		return r.planAgain(ctx, a, carry, part, last)
	})
}

// pairsMade are those pairs that the lists make now: only what hangs on their portfolios is moved. A list may have changed since
// the request.
func (r *run) pairsMade(ctx context.Context, a pairArgs, parts []*ent.JobPart) (pairs []move.Pair, err error) {
	toMove := slices.ContainsFunc(parts, func(p *ent.JobPart) bool { return p.Content == "" && isOpen(p.State) })
	if !toMove {
		return nil, nil
	}
	carried, err := r.s.moves.WithSomething(ctx, a.Carried)
	if err != nil || len(carried) == 0 { // the lists need not be planned to know that nothing moves
		return nil, err
	}
	made := map[int64]bool{}
	for _, part := range parts {
		if part.Content == "" || part.ProviderFileID == nil || !isOpen(part.State) {
			continue
		}
		ids, err := r.pairedBy(ctx, a, part)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			made[id] = true
		}
	}
	for _, pair := range carried {
		if made[pair.ToID] {
			pairs = append(pairs, pair)
		}
	}
	return pairs, nil
}

// pairedBy plans a list and returns the portfolios that decisions pair. A list that cannot be planned pairs none; its own part says
// why.
func (r *run) pairedBy(ctx context.Context, a pairArgs, part *ent.JobPart) ([]int64, error) {
	pr, err := r.syncPart(ctx, part, syncArgs{})
	if pr == nil || err != nil {
		return nil, ctx.Err()
	}
	if err := pr.readFile(ctx); err != nil || pr.file.Path == "" {
		return nil, err
	}
	pr.pairs = a.pairsFor(r)
	planned, err := pr.holdingsPart(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := r.s.holdings.Plan(ctx, pr.source(ctx), planned, pr.limits, func(kbart.Finding) {})
	if err != nil {
		return nil, ctx.Err()
	}
	return plan.PairedByHand(), nil
}

// makePairParts keeps the decisions, and makes a part for each collection in which something is moved and one for each list.
func (r *run) makePairParts(ctx context.Context, tx *store.Tx, a pairArgs) error {
	if r.job.Mode == Apply {
		by := access.Principal{Kind: access.Kind(r.job.ActorKind), ID: r.job.ActorID, Name: r.job.ActorName}
		if err := r.s.holdings.KeepPairings(ctx, tx, by, r.job.ID, a.Decisions); err != nil {
			return err
		}
	}
	if len(a.Carried) > 0 {
		for _, id := range a.CollectionIDs {
			if err := r.makeMovePart(ctx, tx, id); err != nil {
				return err
			}
		}
	}
	for _, id := range a.ProfileIDs {
		if err := r.makePartsAgain(ctx, tx, a, id); err != nil {
			return err
		}
	}
	return nil
}

// makePartsAgain makes the parts of one profile: for its lists of these collections that were applied last.
func (r *run) makePartsAgain(ctx context.Context, tx *store.Tx, a pairArgs, profileID int64) error {
	p, err := profileOf(ctx, tx, profileID)
	if err != nil || p == nil {
		return err
	}
	from, err := r.s.providers.of(p)
	if err != nil {
		return err
	}
	for _, c := range from.Provider().Collections {
		concerned, err := tx.Collection.Query().Where(collection.IDIn(a.CollectionIDs...),
			collection.HasCommunityZoneCollectionWith(communityzonecollection.CzID(c.CommunityZoneID))).Exist(ctx)
		if err != nil {
			return fmt.Errorf("look up collection %q: %w", c.Name, err)
		}
		if !concerned {
			continue
		}
		file, err := tx.ProviderFile.Query().Where(providerfile.ProfileID(p.ID), providerfile.Content(contentName(c.Content)),
			providerfile.AppliedAtNotNil()).Order(ent.Desc(providerfile.FieldAppliedAt, providerfile.FieldID)).First(ctx)
		if ent.IsNotFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look up the list applied last: %w", err)
		}
		if err := r.makeSyncPart(ctx, tx, p, c, file); err != nil {
			return err
		}
	}
	return nil
}

// planAgain brings a part in step with the list that was applied last.
func (r *run) planAgain(ctx context.Context, a pairArgs, carry *move.Plan, part *ent.JobPart, last bool) error {
	pr, err := r.syncPart(ctx, part, syncArgs{})
	if pr == nil {
		return err
	}
	pr.last, pr.pairs = last, a.pairsFor(r)
	if err == nil && r.job.Mode == Preview {
		pr.pairs.Staff, err = r.s.moves.Foreseen(ctx, carry)
	}
	if err == nil {
		err = pr.bringAgainInStep(ctx)
	}
	return pr.settlePart(ctx, err)
}

// pairsFor is what a part has to know of the job.
func (a pairArgs) pairsFor(r *run) *holdings.Pairs {
	p := &holdings.Pairs{Before: a.Before, Replaced: map[int64]int64{}}
	for _, pair := range a.Carried {
		p.Replaced[pair.FromID] = pair.ToID
	}
	for _, d := range a.Decisions {
		p.Decided = append(p.Decided, d.PortfolioID)
	}
	if r.job.Mode == Preview {
		p.Decisions = a.Decisions
	}
	return p
}

// bringAgainInStep plans a list that was applied before once more. What a person declined of it stays declined.
func (pr *partRun) bringAgainInStep(ctx context.Context) error {
	if err := pr.readFile(ctx); err != nil {
		return err
	}
	switch {
	case pr.file.Path == "":
		return &failure{
			codeFileLost, fmt.Sprintf("the copy of %s is not kept any more, so its titles cannot be paired now", pr.file.Name),
			"The decision is kept: run the profile, and it holds from then on.",
		}
	case customerChanged(pr.file, pr.profile):
		return &blockade{PartBlocked, *formerCustomer(pr.file, pr.profile)}
	}
	if err := pr.readDecisions(ctx); err != nil {
		return err
	}
	return pr.bringInStep(ctx, pr.source(ctx))
}

var _ concluder = pairArgs{}

// conclude says in the summary what was decided, and what was moved.
func (a pairArgs) conclude(_ context.Context, _ *store.Tx, _ *run, e *ending) error {
	said := []string{
		fmt.Sprintf("%s of %s carried out", words.Figure(e.counts.ByHand), words.Count(len(a.Decisions), "decision", "decisions")),
	}
	if m := e.counts.Move; m != nil && m.PoLinesMoved+m.LicensesMoved+m.ValuesMoved > 0 {
		said = append(said, movedInWords(m)+" carried over")
	}
	e.besides = words.List(said, "and")
	return nil
}
