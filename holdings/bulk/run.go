package bulk

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Run does what the order says with the portfolios of one collection, part.CollectionID, in short transactions; a part of no
// collection lists the lines of the file that are not used. With show it writes only the report. resumed are the counts
// recorded so far, if an earlier run began the part: it goes on after the last portfolio that is done.
func (s *Service) Run(ctx context.Context, o *Order, part *holdings.Part, resumed *plan.Counts, show bool) (plan.Counts, error) {
	w, err := s.newWriter(ctx, part, show)
	if err != nil {
		return plan.Counts{}, errors.Join(err, w.out.Close())
	}
	return w.run(ctx, resumed, func(ctx context.Context) error {
		if part.CollectionID == 0 {
			return w.listUnused(ctx, o.Lines)
		}
		ids, err := s.idsIn(ctx, o, part.CollectionID, w.out.Counts.Bulk.After)
		if err != nil {
			return err
		}
		if o.Lines != nil && o.Lines.KeepPresent { // it makes PO lines, whose numbers are given once in all collections
			w.transaction = w.out.TransactionAlone
		}
		return w.inBatches(ctx, ids, func(ctx context.Context, tx *store.Tx, ids []int64) error {
			b, err := s.decide(ctx, reader{tx.Client, tx.SQL.QueryContext}, o, part.CollectionID, ids, w.out.Now)
			if err != nil {
				return err
			}
			return w.write(ctx, tx, b)
		})
	})
}

// Digest is of the report that Run would write on a collection now; times do not count.
func (s *Service) Digest(ctx context.Context, o *Order, collectionID int64) (digest uint64, err error) {
	now, err := s.store.DatabaseNow(ctx)
	if err != nil {
		return 0, err
	}
	ids, err := s.idsIn(ctx, o, collectionID, 0)
	if err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(ids, s.holdings.BatchTitles) {
		b, err := s.decide(ctx, reader{s.store.Read, s.store.Query}, o, collectionID, chunk, now)
		if err != nil {
			return 0, err
		}
		for _, l := range b.lines {
			digest += digestOf(l.Portfolio, l.Action, l.Field, l.Values)
		}
	}
	return digest, nil
}

// ReportDigest is of the report that a part has.
func (s *Service) ReportDigest(ctx context.Context, partID int64) (digest uint64, err error) {
	rows, err := s.store.Query(ctx, `SELECT COALESCE(portfolio_id, 0), action, field, value_kind, old_value, new_value
		FROM job_changes WHERE part_id = ?`,
		partID)
	if err != nil {
		return 0, fmt.Errorf("read the preview: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var action plan.Action
		var field string
		var v plan.Values
		if err := rows.Scan(&id, &action, &field, &v.Kind, &v.Old, &v.New); err != nil {
			return 0, fmt.Errorf("read the preview: %w", err)
		}
		digest += digestOf(id, action, field, v)
	}
	return digest, rows.Err()
}

func digestOf(portfolio int64, action plan.Action, field string, v plan.Values) uint64 {
	v = v.Timeless()
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d\x00%s\x00%s\x00%s\x00%s\x00", portfolio, action, field, v.Old, v.New)
	return h.Sum64()
}

// reader reads in a transaction, or outside.
type reader struct {
	client *ent.Client
	query  store.QueryFunc
}

// writer writes a part of a job over many portfolios, or of its undo.
type writer struct {
	out              *holdings.PartWriter
	staff            *holdings.StaffUpdater
	places, entitled *store.Inserter
	transaction      func(context.Context, func(context.Context, *store.Tx) error) error // for a batch
}

func (s *Service) newWriter(ctx context.Context, part *holdings.Part, show bool) (w *writer, err error) {
	w = &writer{}
	if w.out, err = s.holdings.NewPartWriter(ctx, part, show); err != nil {
		return w, err
	}
	w.transaction = w.out.Transaction
	if w.staff, err = w.out.StaffUpdater(ctx); err != nil {
		return w, err
	}
	if w.places, err = w.out.Updater(ctx, "portfolios", `collection_id = v.to_collection, removed_at = v.to_removed, review = v.to_review,
		`+holdings.ReviewSinceSQL+`,
		updated_at = v.at, version = portfolios.version + 1`,
		"to_collection BIGINT", "to_removed BIGINT", "to_review TEXT", "to_review_since BIGINT", "at BIGINT"); err != nil {
		return w, err
	}
	w.entitled, err = w.out.Updater(ctx, "entitlements", `active = v.to_active, waiting = v.to_waiting, waiting_since = v.to_since,
		ended_at = v.to_ended, updated_at = v.at`,
		"to_active BOOLEAN", "to_waiting TEXT", "to_since TEXT", "to_ended BIGINT", "at BIGINT")
	return w, err
}

// run does a part in batches.
func (w *writer) run(ctx context.Context, resumed *plan.Counts, eachBatch func(context.Context) error) (_ plan.Counts, err error) {
	defer func() { err = errors.Join(err, w.out.Close()) }()
	w.out.Counts.Bulk = &plan.BulkCounts{}
	if resumed != nil {
		if resumed.Bulk != nil {
			w.out.Counts = *resumed
		}
	} else if err := w.out.Begin(ctx, nil); err != nil {
		return plan.Counts{}, err
	}
	if err := eachBatch(ctx); err != nil {
		return plan.Counts{}, err
	}
	err = w.out.End(ctx, nil)
	return w.out.Counts, err
}

// inBatches writes portfolios in the order of their ids, and keeps how far it is with each batch.
func (w *writer) inBatches(ctx context.Context, ids []int64, write func(context.Context, *store.Tx, []int64) error) error {
	w.out.Done = w.out.Counts.Titles
	w.out.Total = w.out.Done + len(ids)
	for chunk := range slices.Chunk(ids, w.out.Batch) {
		w.out.Done += len(chunk)
		err := w.transaction(ctx, func(ctx context.Context, tx *store.Tx) error {
			w.out.Counts.Titles += len(chunk)
			w.out.Counts.Bulk.After = chunk[len(chunk)-1]
			return write(ctx, tx, chunk)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// headerLine is where what is said of the whole file is listed.
const headerLine = 1

func (w *writer) listUnused(ctx context.Context, lines *Lines) error {
	done := int(w.out.Counts.Bulk.After)
	w.out.Total = len(lines.Unused)
	for chunk := range slices.Chunk(lines.Unused[min(done, len(lines.Unused)):], w.out.Batch) {
		err := w.out.Transaction(ctx, func(context.Context, *store.Tx) error {
			for _, l := range chunk {
				w.out.Change(holdings.ReportLine{
					Action: plan.Invalid, Field: l.Column, Title: plan.Citation{Title: l.Title}, Values: plan.Values{
						Kind: plan.WordsValues,
						Old:  l.Value, New: l.Why,
					},
				}.OnLine(l.Line))
			}
			w.out.Counts.Invalid += len(slices.DeleteFunc(slices.Clone(chunk), func(l UnusedLine) bool { return l.Line == headerLine }))
			w.out.Counts.Bulk.After += int64(len(chunk))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// batch is what is decided about some portfolios.
type batch struct {
	lines  []holdings.ReportLine
	staff  []staffUpdate
	places []placeUpdate
	counts plan.Counts

	poLines *acquisitions.POLineBatch // nil: none change
	codes   map[string]string         // of the licenses that are there and concerned, by id
}

type staffUpdate struct {
	id         int64
	values     holdings.StaffValues
	relicensed bool // its additional licenses change
}

func (b *batch) setStaff(p *ent.Portfolio, values holdings.StaffValues, changed []plan.FieldChange) {
	b.staff = append(b.staff, staffUpdate{
		p.ID, values,
		slices.ContainsFunc(changed, func(c plan.FieldChange) bool { return c.Name == holdings.FieldAdditional }),
	})
}

type placeUpdate struct {
	id            int64
	before, after plan.Place
}

func (b *batch) change(p *ent.Portfolio, action plan.Action, field string, values plan.Values, line int) {
	if field == holdings.FieldLicense {
		values = values.WithCodes(b.codes)
	}
	b.lines = append(b.lines, holdings.ReportLine{
		Portfolio: p.ID, Action: action, Field: field, Title: citationOf(p),
		Values: values,
	}.OnLine(line))
}

func (b *batch) refuse(p *ent.Portfolio, line int, why string) {
	b.counts.Bulk.Refused++
	b.change(p, plan.Refused, "", plan.ValuesOfWords(why), line)
}

func (b *batch) leave(p *ent.Portfolio, l recorded, why string) {
	b.counts.Left++
	b.change(p, plan.Left, l.field, plan.Values{Kind: plan.WordsValues, Old: l.values.NewWords(l.action, l.field), New: why}, 0)
}

// count counts a portfolio whose fields change.
func (b *batch) count(changed []plan.FieldChange) {
	b.counts.Updated++
	for _, c := range changed {
		b.counts.Merge(plan.Counts{Fields: []plan.FieldCount{{Name: c.Name, Titles: 1}}})
	}
}

func citationOf(p *ent.Portfolio) plan.Citation {
	return plan.Citation{
		Title: p.PublicationTitle, TitleID: p.TitleID, PrintIdentifier: p.PrintIdentifier,
		OnlineIdentifier: p.OnlineIdentifier,
	}
}

// write writes what was decided, and its report.
func (w *writer) write(ctx context.Context, tx *store.Tx, b *batch) error {
	for _, l := range b.lines {
		w.out.Change(l)
	}
	w.out.Counts.Merge(b.counts)
	if w.out.Show {
		return nil
	}
	additional := map[int64][]int64{}
	for i := range b.staff {
		if b.staff[i].relicensed {
			additional[b.staff[i].id] = b.staff[i].values.AdditionalLicenses
		}
		w.staff.Set(b.staff[i].id, &b.staff[i].values)
	}
	for _, p := range b.places {
		w.places.Add(p.after.Collection, p.after.RemovedAt, p.after.Review, p.after.ReviewSince, w.out.Now, p.id)
		for _, e := range p.after.Entitlements {
			w.entitled.Add(e.Active, e.Waiting, e.WaitingSince, e.EndedAt, w.out.Now, e.ID)
		}
	}
	if len(additional) > 0 {
		if err := holdings.WriteAdditionalLicenses(ctx, tx, additional); err != nil {
			return err
		}
	}
	if b.poLines != nil {
		return b.poLines.Write(ctx, tx)
	}
	return nil
}
