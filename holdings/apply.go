package holdings

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Part is one profile's one content type within a job: what is planned, guarded, applied and counted together. Where it
// names a collection of the Community Zone it is that one's titles, and neither a profile nor portfolios have a share.
type Part struct {
	ID, JobID         int64
	ProfileID         int64 // 0: of no profile, see own.go
	CollectionID      int64
	ZoneID            int64  // a Community Zone collection's; 0: a plan of portfolios
	Content           string // BOOKS, JOURNALS or "" for both
	Release           string // date of the file, YYYY-MM-DD; "" unknown
	Kind              KindFunc
	Findings          *FindingLog // recorded with the plan
	CommunityZoneOnly bool        // skip titles that the Community Zone does not have
	Resumed           bool        // an interrupted run has written a share of the plan
	NewOnly           bool        // leave titles as they are whose portfolio some entitlement holds
	Earlier           []*Plan     // plans of earlier parts of this preview, in order, that would be applied to the same collection

	// Fence is called first in each transaction. It must fail where the job is no longer ours to run.
	Fence func(ctx context.Context, tx *store.Tx, p Progress) error
	// Begun is called in the transaction after which the part counts as being applied; Finish in the last one.
	Begun, Finish func(ctx context.Context, tx *store.Tx, counts Counts) error
}

// Progress says how far a part is: Done of Total titles and removals.
type Progress struct{ Done, Total int }

// ErrMoved says that a portfolio of the plan is no longer there: plan again.
var ErrMoved = errors.New("holdings changed while the plan was applied")

// writer stores what a plan changes: in the portfolios of a collection, or in the Community Zone (zone_apply.go).
type writer interface {
	prepare(ctx context.Context) error
	// review lists things that are left as they are until a person decides, and marks them.
	review(ctx context.Context, tx *store.Tx, why string, ids []int64) error
	writeBatch(ctx context.Context, tx *store.Tx, batch []*Title) error
	leaveBatch(ctx context.Context, tx *store.Tx, batch []leaving) error
	// finish is part of the last transaction of a plan that is applied.
	finish(ctx context.Context, tx *store.Tx) error
}

// applier writes one plan. By itself it is the writer of portfolios.
type applier struct {
	writer  writer
	service *Service
	store   *store.Store
	part    *Part
	plan    *Plan
	show    bool // write the report only: a preview, or a plan that waits for a person
	counts  Counts
	done    int
	total   int
	now     int64

	listed     map[listing]bool  // what an earlier run of the part has listed of titles that are as they were
	former     map[int64]*stored // portfolios that titles of the batch go on from
	revalued   []valueChange     // portfolios of other profiles too whose title columns the batch changes
	successors map[int32]Related // of portfolios that leave: the titles added that follow them

	portfolios, entitlements, statements, changes *inserter
	inserters                                     []*inserter // all that are in use
	updateValues                                  *sql.Stmt
}

// Apply writes the plan in short transactions: additions and updates first, removals last. Started again after a
// crash with a new plan of the same file, and the counts that the last transaction recorded, it does the rest.
func (s *Service) Apply(ctx context.Context, plan *Plan, part *Part, resumed *Counts) (Counts, error) {
	return s.run(ctx, plan, part, resumed, false)
}

// Show writes the plan's report and nothing else.
func (s *Service) Show(ctx context.Context, plan *Plan, part *Part) (Counts, error) {
	return s.run(ctx, plan, part, nil, true)
}

func (s *Service) run(ctx context.Context, plan *Plan, part *Part, resumed *Counts, show bool) (_ Counts, err error) {
	a := &applier{
		service: s, store: s.store, part: part, plan: plan, show: show, counts: plan.Counts, now: store.Now(),
		successors: map[int32]Related{},
	}
	a.writer = a
	if part.ZoneID != 0 {
		a.writer = &zoneWriter{applier: a}
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.writer.prepare(ctx); err != nil {
		return Counts{}, err
	}
	if resumed != nil {
		a.counts = *resumed
		part.Findings.drain()
		if err := a.readListed(ctx); err != nil {
			return Counts{}, err
		}
	} else if err := a.begin(ctx); err != nil {
		return Counts{}, err
	}
	if err := a.writeTitles(ctx); err != nil {
		return Counts{}, err
	}
	if err := a.writeWaiting(ctx); err != nil {
		return Counts{}, err
	}
	if err := a.writeLeaving(ctx); err != nil {
		return Counts{}, err
	}
	err = a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		a.counts.Unchanged = a.counts.Titles - a.counts.Added - a.counts.Updated - a.counts.Skipped
		if err := part.Findings.Save(ctx, s, tx, part.JobID, part.ID, &a.counts); err != nil {
			return err
		}
		if err := a.saveCounts(ctx, tx); err != nil { // before Finish, which sums them up
			return err
		}
		if !show {
			if err := a.writer.finish(ctx, tx); err != nil {
				return err
			}
			if err := a.rememberShape(ctx, tx); err != nil {
				return err
			}
		}
		return part.Finish(ctx, tx, a.counts)
	})
	return a.counts, err
}

func (a *applier) prepare(ctx context.Context) (err error) {
	portfolioColumns := append([]string{"id", "created_at", "updated_at", "collection_id", "available", "listed"}, titleRowColumns...)
	statementColumns := append([]string{"id", "entitlement_id", "position"}, strings.Split(statementColumnNames, ", ")...)
	for _, in := range []struct {
		to      **inserter
		table   string
		columns []string
	}{
		{&a.portfolios, "portfolios", portfolioColumns},
		{&a.entitlements, "entitlements", []string{
			"id", "created_at", "updated_at", "portfolio_id", "profile_id", "active", "coverage_hash",
			"own_values", "own_hash",
		}},
		{&a.statements, "coverage_statements", statementColumns},
		{&a.changes, "job_changes", changeColumns},
	} {
		if *in.to, err = a.inserter(ctx, in.table, in.columns...); err != nil {
			return err
		}
	}
	a.updateValues, err = a.store.Prepare(ctx, `UPDATE portfolios SET updated_at = ?, `+strings.Join(titleRowColumns, " = ?, ")+
		` = ? WHERE id = ?`)
	return err
}

// inserter makes one that takes part in each transaction.
func (a *applier) inserter(ctx context.Context, table string, columns ...string) (*inserter, error) {
	in, err := newInserter(ctx, a.store, table, columns...)
	if err == nil {
		a.inserters = append(a.inserters, in)
	}
	return in, err
}

// updater makes one that takes part in each transaction.
func (a *applier) updater(ctx context.Context, table, set string, values ...string) (*inserter, error) {
	in, err := newUpdater(ctx, a.store, table, set, values...)
	if err == nil {
		a.inserters = append(a.inserters, in)
	}
	return in, err
}

func (a *applier) close() error {
	var errs []error
	for _, in := range a.inserters {
		errs = append(errs, in.close())
	}
	if a.updateValues != nil {
		errs = append(errs, a.updateValues.Close())
	}
	return errors.Join(errs...)
}

// transaction runs fn fenced. The counts it raised and the rows it gathered count only if it was committed.
func (a *applier) transaction(ctx context.Context, fn func(ctx context.Context, tx *store.Tx) error) error {
	before := a.counts
	before.Fields = slices.Clone(a.counts.Fields)
	if a.counts.Move != nil {
		move := *a.counts.Move
		before.Move = &move
	}
	err := a.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := a.part.Fence(ctx, tx, Progress{Done: a.done, Total: a.total}); err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		for _, in := range a.inserters {
			if err := in.flush(ctx, tx); err != nil {
				return err
			}
		}
		return a.saveCounts(ctx, tx)
	})
	if err != nil {
		a.counts = before
		for _, in := range a.inserters {
			in.discard()
		}
	}
	return err
}

func (a *applier) saveCounts(ctx context.Context, tx *store.Tx) error {
	counts, err := json.Marshal(a.counts)
	if err != nil {
		return err
	}
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE job_parts SET counts = ?, updated_at = ? WHERE id = ?`, string(counts), a.now,
		a.part.ID); err != nil {
		return fmt.Errorf("record the counts: %w", err)
	}
	return nil
}

// begin records what the plan lists without changing it: free and refused rows, and portfolios that wait for a person.
// It is one transaction with Begun, so that a run that starts again either finds all of it or none. What an earlier
// showing of the part's plan recorded makes way.
func (a *applier) begin(ctx context.Context) error {
	return a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := a.clearReport(ctx, tx); err != nil {
			return err
		}
		if err := a.part.Findings.Save(ctx, a.service, tx, a.part.JobID, a.part.ID, &a.counts); err != nil {
			return err
		}
		for _, row := range a.plan.list.listed {
			a.change(reportLine{action: row.Action, title: row.Citation, values: wordsValue(row.Why), line: row.Line})
		}
		if err := a.writeReviews(ctx, tx); err != nil {
			return err
		}
		return a.part.Begun(ctx, tx, a.counts)
	})
}

// beginBare is begin where there is no plan of a list: the part reverses or moves.
func (a *applier) beginBare(ctx context.Context) error {
	return a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := a.clearReport(ctx, tx); err != nil {
			return err
		}
		return a.part.Begun(ctx, tx, a.counts)
	})
}

// endBare is the last transaction of a part without a plan of a list.
func (a *applier) endBare(ctx context.Context) error {
	return a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := a.saveCounts(ctx, tx); err != nil { // before Finish, which sums them up
			return err
		}
		return a.part.Finish(ctx, tx, a.counts)
	})
}

// listing is a line of the report that changes nothing: the plan of a run that starts again has its title again.
type listing struct {
	action Action
	line   int
}

func (a *applier) readListed(ctx context.Context) error {
	rows, err := a.store.Query(ctx, `SELECT action, line FROM job_changes WHERE part_id = ? AND job_id = ? AND action IN (?, ?)`,
		a.part.ID, a.part.JobID, string(NotInZone), string(Locked))
	if err != nil {
		return fmt.Errorf("read what was listed: %w", err)
	}
	defer rows.Close()
	a.listed = map[listing]bool{}
	for rows.Next() {
		var l listing
		if err := rows.Scan(&l.action, &l.line); err != nil {
			return fmt.Errorf("read what was listed: %w", err)
		}
		a.listed[l] = true
	}
	return rows.Err()
}

func (a *applier) clearReport(ctx context.Context, tx *store.Tx) error {
	for _, table := range []string{"job_changes", "job_findings"} {
		if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM `+table+` WHERE part_id = ?`, a.part.ID); err != nil {
			return fmt.Errorf("clear the report: %w", err)
		}
	}
	return nil
}

// writeReviews lists and marks what waits for a person.
func (a *applier) writeReviews(ctx context.Context, tx *store.Tx) error {
	for batch := range slices.Chunk(a.plan.reviews, a.service.BatchTitles) {
		ids := make([]int64, len(batch))
		for i, portfolio := range batch {
			ids[i] = a.plan.held.at(portfolio).id
		}
		if err := a.writer.review(ctx, tx, ReviewUnreadable, ids); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) review(ctx context.Context, tx *store.Tx, why string, ids []int64) error {
	portfolios, err := a.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if p := portfolios[id]; p != nil {
			a.counts.Review++
			a.change(reportLine{portfolio: id, action: Review, title: citationOf(&p.values), values: reasonValue(why)})
		}
	}
	if a.show {
		return nil
	}
	placeholders, args := inList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = ?, updated_at = ? WHERE review <> ? AND id IN `+placeholders,
		append([]any{why, a.now, why}, args...)...); err != nil {
		return fmt.Errorf("mark the portfolios to review: %w", err)
	}
	return nil
}

// rememberShape keeps with the file which columns its list filled: later lists are held against it.
func (a *applier) rememberShape(ctx context.Context, tx *store.Tx) error {
	if !a.part.ofProfile() || a.plan.list.columns.Rows == 0 {
		return nil
	}
	if _, err := tx.SQL.ExecContext(ctx,
		`UPDATE provider_files SET columns = ? WHERE id = (SELECT provider_file_id FROM job_parts WHERE id = ?)`,
		toJSON(a.plan.list.columns.shape()), a.part.ID); err != nil {
		return fmt.Errorf("remember the list's columns: %w", err)
	}
	return nil
}

func (a *applier) finish(context.Context, *store.Tx) error { return nil }

// writeTitles writes the titles that the plan has something to do with, in the order of the file.
func (a *applier) writeTitles(ctx context.Context) error {
	pending := 0
	for i := range a.plan.pair {
		if a.concerned(int32(i)) {
			pending++
		}
	}
	a.done, a.total = 0, pending+len(a.plan.leaving)+len(a.plan.waiting)
	if pending == 0 && len(a.plan.list.mixed) == 0 {
		return nil
	}
	size := batchSize(a.service.BatchTitles, pending)
	batch := make([]*Title, 0, size)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		a.done += len(batch)
		err := a.transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return a.writer.writeBatch(ctx, tx, batch) })
		clear(batch)
		batch = batch[:0]
		return err
	}
	err := a.plan.list.eachTitle(ctx, a.concerned, a.part.Findings.Add, func(t *Title) error {
		if batch = append(batch, t); len(batch) < size {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// batchSize is how many of the pending titles one transaction writes. The keys of a large list lie scattered over the
// indexes, so that nearly each title touches pages of its own and each transaction writes them all: there, fewer and
// larger ones cost far less. A mutation still waits for no more than a quarter of a second.
func batchSize(standard, pending int) int { return min(max(standard, pending/100), 4*standard) }

// concerned says whether there is anything to write or to list of a title.
func (a *applier) concerned(title int32) bool { return a.plan.pending(title) || a.plan.lacking(title) }

func (a *applier) writeBatch(ctx context.Context, tx *store.Tx, batch []*Title) error {
	var ids, entitlementIDs []int64
	for _, t := range batch {
		if h := a.pairOf(t); h != nil {
			ids = append(ids, h.id)
			if h.entitlement != 0 {
				entitlementIDs = append(entitlementIDs, h.entitlement)
			}
		}
	}
	there, err := a.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	coverage, err := loadCoverage(ctx, tx.SQL.QueryContext, entitlementIDs)
	if err != nil {
		return err
	}
	entitlements, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlementIDs)
	if err != nil {
		return err
	}
	if a.former, err = a.plan.foreseen.load(ctx, tx.SQL.QueryContext, a.predecessorIDs(batch)); err != nil {
		return err
	}
	a.revalued = a.revalued[:0]
	for _, t := range batch {
		h := a.pairOf(t)
		if a.listLacking(t, h) && !a.plan.pending(t.index) {
			continue
		}
		if h == nil {
			a.addPortfolio(t)
			continue
		}
		p := there[h.id]
		if p == nil {
			return ErrMoved
		}
		p.coverage = coverage[h.entitlement]
		p.entitle(entitlements[h.entitlement])
		if h.entitlement == 0 {
			p.coverage = t.Coverage // the profile had none to change
		}
		if err := a.writePaired(ctx, tx, t, h, p); err != nil {
			return err
		}
	}
	return a.keepOthers(ctx, tx, a.revalued)
}

// predecessorIDs are the portfolios that titles of a batch go on from.
func (a *applier) predecessorIDs(batch []*Title) (ids []int64) {
	for _, t := range batch {
		if portfolio, ok := a.plan.follows.predecessor[t.index]; ok {
			ids = append(ids, a.plan.held.at(portfolio).id)
		}
	}
	return ids
}

// listLacking lists a title that the Community Zone does not have.
func (a *applier) listLacking(t *Title, h *held) bool {
	if !a.plan.lacking(t.index) {
		return false
	}
	if a.listed[listing{NotInZone, t.Line}] { // by the run that this one goes on from
		return true
	}
	l := reportLine{action: NotInZone, title: citationOf(&t.Values), line: t.Line}
	if h != nil {
		l.portfolio = h.id
	}
	a.counts.NotInCommunityZone++
	l.values = wordsValue("added all the same: the provider's list is the authority")
	if a.plan.skipAbsent {
		a.counts.Skipped++
		l.values = wordsValue("skipped, as the profile asks for")
	}
	a.change(l)
	return true
}

func (a *applier) pairOf(t *Title) *held {
	if pair := a.plan.pair[t.index]; pair != unpaired {
		return a.plan.held.at(pair)
	}
	return nil
}

// addPortfolio makes a new portfolio of a title.
func (a *applier) addPortfolio(t *Title) {
	var id int64
	if !a.show {
		id = a.store.NextID()
		row := []any{id, a.now, a.now, a.part.CollectionID, true, a.part.ofProfile()}
		a.portfolios.add(appendTitle(row, &t.Values, strings.Join(t.more, " "), t.values)...)
		a.entitle(id, t, nil, nil)
	}
	a.counts.Added++
	a.change(reportLine{portfolio: id, action: Add, title: citationOf(&t.Values), values: leavingValues(a.predecessor(t)), line: t.Line})
	a.listAmbiguous(id, t)
	a.noteSuccessor(t, id)
}

// entitle gives the profile's entitlement, with its coverage, to a portfolio that never had it.
func (a *applier) entitle(portfolioID int64, t *Title, own ownValues, ownHash *int64) {
	entitlementID := a.store.NextID()
	a.entitlements.add(entitlementID, a.now, a.now, portfolioID, a.part.profile(), true, int64(t.coverage), own.text(), ownHash)
	a.addCoverage(entitlementID, t.Coverage)
}

// predecessor names the portfolio that leaves and that the title goes on from.
func (a *applier) predecessor(t *Title) (follows Leaving) {
	portfolio, ok := a.plan.follows.predecessor[t.index]
	if !ok {
		return follows
	}
	h := a.plan.held.at(portfolio)
	follows.Predecessor = &Related{PortfolioID: h.id}
	if p := a.former[h.id]; p != nil {
		follows.Predecessor.Title, follows.Predecessor.TitleID = p.values[0], p.values[titleColumnIndex[kbart.TitleID]]
	}
	return follows
}

// noteSuccessor keeps the name of a title for the line of the portfolio that it goes on from.
func (a *applier) noteSuccessor(t *Title, id int64) {
	if portfolio, ok := a.plan.follows.predecessor[t.index]; ok {
		a.successors[portfolio] = Related{Title: t.Values[0], TitleID: t.Get(kbart.TitleID), PortfolioID: id}
	}
}

func (a *applier) addCoverage(entitlementID int64, statements []Statement) {
	for i := range statements {
		st := &statements[i]
		st.Kind = a.kindOf(st)
		a.statements.add(a.store.NextID(), entitlementID, i, st.DateFirst, st.VolFirst, st.IssueFirst, st.DateLast, st.VolLast,
			st.IssueLast, st.Embargo, st.URL, st.Notes, st.Depth, st.Kind)
	}
}

func (a *applier) kindOf(st *Statement) string {
	if a.part.Kind == nil {
		return ""
	}
	first, _ := kbart.ParseDate(st.DateFirst)
	last, _ := kbart.ParseDate(st.DateLast)
	return a.part.Kind(first, last)
}

// titleRowColumns are the title columns and those that are computed from them, as appendTitle gives their values.
var titleRowColumns = append(strings.Split(titleColumnNames, ", "), "title_key", "print_key", "online_key", "more_keys", "values_hash")

// appendTitle appends the values of titleRowColumns; hash is of the title columns.
func appendTitle(row []any, values *[len(titleColumns)]string, moreKeys string, hash uint64) []any {
	for _, value := range values {
		row = append(row, value)
	}
	return append(row, FoldTitle(values[0]), identifierKey(values[titleColumnIndex[kbart.PrintIdentifier]]),
		identifierKey(values[titleColumnIndex[kbart.OnlineIdentifier]]), moreKeys, int64(hash))
}

func valuesHash(values *[len(titleColumns)]string) (hash uint64) {
	for i, c := range titleColumns {
		hash ^= fieldHash(c, values[i])
	}
	return hash
}

// listAmbiguous lists a title that was added because its keys point to several portfolios, and which these are.
func (a *applier) listAmbiguous(id int64, t *Title) {
	candidates, ambiguous := a.plan.ambiguous[t.index]
	if !ambiguous {
		return
	}
	ids := make([]int64, 0, len(candidates))
	for _, c := range candidates {
		if id := a.plan.held.at(c).id; id > 0 {
			ids = append(ids, id)
		}
	}
	a.counts.Ambiguous++
	a.change(reportLine{
		portfolio: id, action: Ambiguous, title: citationOf(&t.Values), values: candidateValues(moveValue{}, ids),
		line: t.Line,
	})
}
