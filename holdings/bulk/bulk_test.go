package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

type testBundle struct {
	*holdingstest.Bundle
	bulk *bulk.Service
}

func setup(t *testing.T) *testBundle {
	t.Helper()
	b := &testBundle{Bundle: holdingstest.New(t)}
	b.bulk = b.Library.Bulk
	return b
}

// attempt is one run of a part.
type attempt struct {
	jobID      int64
	collection int64
	show       bool
	failAt     int // the transaction that fails, from 1
	resumed    *plan.Counts
}

func (b *testBundle) part(a attempt, begun *bool) *holdings.Part {
	transactions := 0
	return &holdings.Part{
		ID: a.jobID + 1, JobID: a.jobID, CollectionID: a.collection,
		Fence: func(context.Context, *store.Tx, holdings.Progress) error {
			if transactions++; transactions == a.failAt {
				return holdingstest.ErrCrash
			}
			return nil
		},
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { *begun = true; return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}
}

// carry runs a part until it ends, failing at one transaction first if that is said.
func (b *testBundle) carry(a attempt, run func(*holdings.Part, *plan.Counts) (plan.Counts, error)) (counts plan.Counts, crashed bool) {
	b.T.Helper()
	for {
		begun := a.resumed != nil
		counts, err := run(b.part(a, &begun), a.resumed)
		if !errors.Is(err, holdingstest.ErrCrash) {
			b.Must(err)
			return counts, crashed
		}
		crashed, a.failAt = true, 0
		if begun && !a.show {
			part := b.Store.Read.JobPart.GetX(b.T.Context(), a.jobID+1)
			a.resumed = &plan.Counts{}
			if len(part.Counts) > 0 {
				b.Must(jsonInto(part.Counts, a.resumed))
			}
		}
	}
}

func (b *testBundle) run(o *bulk.Order, a attempt) (plan.Counts, int64) {
	b.T.Helper()
	if a.jobID == 0 {
		a.jobID = b.NewJob(0)
	}
	if a.collection == 0 {
		a.collection = holdingstest.CollectionID
	}
	counts, _ := b.carry(a, func(part *holdings.Part, resumed *plan.Counts) (plan.Counts, error) {
		o.Forget()
		return b.bulk.Run(b.T.Context(), o, part, resumed, a.show)
	})
	return counts, a.jobID
}

func (b *testBundle) undo(subject int64, a attempt) (plan.Counts, int64) {
	b.T.Helper()
	a.jobID, a.collection = b.NewJob(0), holdingstest.CollectionID
	counts, _ := b.carry(a, func(part *holdings.Part, resumed *plan.Counts) (plan.Counts, error) {
		return b.bulk.Undo(b.T.Context(), subject+1, part, resumed, a.show)
	})
	return counts, a.jobID
}

// dump is all that a change may touch, but times and versions.
func (b *testBundle) dump() string {
	b.T.Helper()
	var text strings.Builder
	for _, p := range b.Store.Read.Portfolio.Query().Order(portfolio.ByID()).AllX(b.T.Context()) {
		p.UpdatedAt, p.Version = 0, 0
		fmt.Fprintln(&text, p)
	}
	for _, e := range b.Store.Read.Entitlement.Query().Order(entitlement.ByID()).AllX(b.T.Context()) {
		e.UpdatedAt = 0
		fmt.Fprintln(&text, e)
	}
	for _, l := range b.Store.Read.POLine.Query().Order(poline.ByID()).AllX(b.T.Context()) {
		l.UpdatedAt, l.Version = 0, 0
		fmt.Fprintln(&text, l)
	}
	return text.String()
}

// report is a job's report in words.
func (b *testBundle) report(jobID int64) string {
	b.T.Helper()
	var lines []string
	for _, c := range b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).AllX(b.T.Context()) {
		v, action := holdings.ValuesOf(c), plan.Action(c.Action)
		lines = append(lines, fmt.Sprintf("%s %s %s: %s > %s (line %d)", c.Action, c.Title, c.Field, v.OldWords(action, c.Field),
			v.NewWords(action, c.Field), c.Line))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (b *testBundle) export() string {
	b.T.Helper()
	return b.exportWith(true)
}

func (b *testBundle) exportWith(titles bool) string {
	b.T.Helper()
	var text bytes.Buffer
	b.Must(b.bulk.ExportLocal(b.T.Context(), 0, titles, &text))
	return text.String()
}

func (b *testBundle) local(name string) int64 {
	b.T.Helper()
	return b.CreateLocal(name)[0]
}

func of(text string) *string { return &text }

func all() bulk.Selection { return bulk.Selection{Filter: &holdings.PortfolioFilter{}} }

func noted() *bulk.Order {
	return &bulk.Order{Action: bulk.Change, Select: all(), Change: holdings.StaffChange{
		plan.PublicNote: of("Ask at the desk"), holdings.FieldAvailable: of("false"), kbart.TitleURL.String(): of("https://example.org/"),
	}}
}

// TestChange: a preview writes nothing and reports what the change then does; what has the value already is not listed; an undo
// gives back the same portfolios, except where somebody changed a field since.
func TestChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 6)...))
	_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: noted().Change})
	b.Must(err)
	before := b.dump()
	shown, preview := b.run(noted(), attempt{show: true})
	if b.dump() != before {
		t.Error("the preview wrote something")
	}
	digest, err := b.bulk.Digest(t.Context(), noted(), holdingstest.CollectionID)
	b.Must(err)
	if reported, err := b.bulk.ReportDigest(t.Context(), preview+1); err != nil || reported != digest || digest == 0 {
		t.Errorf("%d, the preview's %d, %v", digest, reported, err)
	}
	done, job := b.run(noted(), attempt{})
	if done.Updated != 5 || done.Unchanged != 1 || done.Bulk.Refused != 0 || len(done.Fields) != 3 {
		t.Errorf("%+v", done)
	}
	if diff := cmp.Diff(shown, done); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(b.report(preview), b.report(job)); diff != "" {
		t.Error(diff)
	}
	if want := `UPDATE Journal 0 public_note:  > Ask at the desk (line 0)`; !strings.Contains(b.report(job), "public_note:  > Ask at the desk") {
		t.Errorf("%s\nwant %s", b.report(job), want)
	}
	if again, _ := b.run(noted(), attempt{}); again.Changed() || again.Unchanged != 6 {
		t.Errorf("again: %+v", again)
	}

	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j003"), Staff: holdings.StaffChange{
		plan.PublicNote: of("Mine"),
	}})
	b.Must(err)
	undone, undo := b.undo(job, attempt{})
	if undone.Updated != 5 || undone.Left != 1 || !strings.Contains(b.report(undo), "LEFT") {
		t.Errorf("%+v\n%s", undone, b.report(undo))
	}
	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j003"), Staff: holdings.StaffChange{
		plan.PublicNote: nil,
	}})
	b.Must(err)
	if diff := cmp.Diff(before, b.dump()); diff != "" {
		t.Errorf("undone:\n%s", diff)
	}
}

// TestRefused: a portfolio that a change would make contradictory stays, with the reason.
func TestRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 3)...))
	_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: holdings.StaffChange{
		holdings.FieldAccessRights: of(holdings.Perpetual),
	}})
	b.Must(err)
	counts, job := b.run(&bulk.Order{Action: bulk.Change, Select: all(), Change: holdings.StaffChange{holdings.FieldPerpetualFrom: of("1996-01-01")}},
		attempt{})
	if counts.Updated != 1 || counts.Bulk.Refused != 2 || !strings.Contains(b.report(job), "set access_rights to PERPETUAL too") {
		t.Errorf("%+v\n%s", counts, b.report(job))
	}
}

// TestCrash: whichever transaction fails, the next run does the rest; nothing is done or reported twice. So does an undo.
func TestCrash(t *testing.T) {
	t.Parallel()
	const batches = 5
	var want [2]string
	for failAt := range batches + 3 {
		b := setup(t)
		b.Holdings.BatchTitles = 2
		b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 2*batches)...))
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: noted().Change})
		b.Must(err)
		before := b.dump()
		counts, job := b.run(noted(), attempt{failAt: failAt})
		counts.Bulk.After = 0
		got := fmt.Sprintf("%+v %+v\n%s\n%s", counts.Updated, counts.Unchanged, b.report(job), b.export()[3:])
		undone, undo := b.undo(job, attempt{failAt: failAt})
		reversed := fmt.Sprintf("%+v\n%s", undone.Updated, b.report(undo))
		if diff := cmp.Diff(before, b.dump()); diff != "" {
			t.Errorf("undone, failing at %d:\n%s", failAt, diff)
		}
		got = withoutIDs(got)
		if failAt == 0 {
			want = [2]string{got, reversed}
		}
		if diff := cmp.Diff(want, [2]string{got, reversed}); diff != "" {
			t.Errorf("failing at %d:\n%s", failAt, diff)
		}
	}
}

// withoutIDs takes the first cell of each line off.
func withoutIDs(csv string) string {
	lines := strings.Split(csv, "\n")
	for i, line := range lines {
		if id, rest, ok := strings.Cut(line, ","); ok && !strings.Contains(id, " ") {
			lines[i] = rest
		}
	}
	return strings.Join(lines, "\n")
}

// TestRemoveRestoreMove: each with what stays and why, and undone.
func TestRemoveRestoreMove(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.AddPOLine("POL-1", "j000")
	b.AddPOLine("POL-2", "j001")
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(2, 30)...))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.POLine.Delete().ExecX(ctx)
		return tx.Portfolio.UpdateOneID(b.PortfolioID("j000")).SetReview(plan.ReviewContested).SetReviewSince(5).Exec(ctx)
	})
	b.AddPOLine("POL-3", "j001")
	check := func(o *bulk.Order, words ...string) (plan.Counts, int64) {
		t.Helper()
		start := b.dump()
		shown, preview := b.run(o, attempt{show: true})
		done, job := b.run(o, attempt{})
		if diff := cmp.Diff(shown, done) + cmp.Diff(b.report(preview), b.report(job)); diff != "" {
			t.Errorf("%s previewed:\n%s", o.Action, diff)
		}
		for _, word := range words {
			if !strings.Contains(b.report(job), word) {
				t.Errorf("%s: no %q in\n%s", o.Action, word, b.report(job))
			}
		}
		end := b.dump()
		_, undo := b.undo(job, attempt{})
		if diff := cmp.Diff(start, b.dump()); diff != "" {
			t.Errorf("%s undone:\n%s", o.Action, diff)
		}
		b.undo(undo, attempt{})
		if diff := cmp.Diff(end, b.dump()); diff != "" {
			t.Errorf("%s undone twice:\n%s", o.Action, diff)
		}
		return done, job
	}
	removed, job := check(&bulk.Order{Action: bulk.Remove, Select: bulk.Selection{Filter: &holdings.PortfolioFilter{}}},
		"it has the PO line", "a provider lists it", "out of the holdings, in journals")
	if removed.Removed != 1 || removed.Bulk.Refused != 29 {
		t.Errorf("%+v", removed)
	}
	restored, _ := check(&bulk.Order{Action: bulk.Restore, Select: bulk.Selection{Filter: &holdings.PortfolioFilter{}}}, "in the holdings, in journals")
	if restored.Bulk.Restored != 1 {
		t.Errorf("%+v", restored)
	}
	if left, _ := b.undo(job, attempt{}); left.Changed() {
		t.Errorf("it is back already: %+v", left)
	}
	target := b.local("Ours")
	c := b.Store.Read.Collection.GetX(t.Context(), target)
	moved, _ := check(&bulk.Order{Action: bulk.Move, Target: c, Select: all()}, "a provider's entitlement", "in the holdings, in Ours")
	if moved.Bulk.Moved != 2 || moved.Bulk.Refused != 28 {
		t.Errorf("%+v", moved)
	}
	p := b.Store.Read.Portfolio.GetX(t.Context(), b.PortfolioID("j001"))
	if p.CollectionID != target || p.QueryPoLines().CountX(t.Context()) != 1 {
		t.Errorf("%+v", p)
	}
}

// TestUndoWhereTheTitleCameSince: what was moved or taken out stays so where its collection got another portfolio of the title
// since.
func TestUndoWhereTheTitleCameSince(t *testing.T) {
	t.Parallel()
	for _, action := range []bulk.Action{bulk.Move, bulk.Remove} {
		b := setup(t)
		from, to := b.local("Ours"), b.local("Theirs")
		order := &bulk.Order{Action: action, Select: all()}
		if action == bulk.Move {
			order.Target = b.Store.Read.Collection.GetX(t.Context(), to)
		}
		annals := holdings.NewPortfolio{CollectionID: from, Title: map[string]string{"publication_title": "Annals", "title_id": "annals"}}
		if _, err := b.Holdings.CreatePortfolio(t.Context(), annals); err != nil {
			t.Fatal(err)
		}
		_, job := b.run(order, attempt{collection: from})
		if _, err := b.Holdings.CreatePortfolio(t.Context(), annals); err != nil {
			t.Fatal(err)
		}
		before := b.dump()
		counts, undo := b.undo(job, attempt{})
		if report := b.report(undo); counts.Changed() || b.dump() != before || !strings.Contains(report, "another portfolio of this title since") {
			t.Errorf("%s undone: %+v\n%s", action, counts, report)
		}
	}
}

// TestUndoOfMoved: undoing the sync that kept a portfolio leaves it alone once it was moved.
func TestUndoOfMoved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.AddPOLine("POL-1", "j000")
	_, keeping := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 30)...))
	target := b.Store.Read.Collection.GetX(t.Context(), b.local("Ours"))
	moved, _ := b.run(&bulk.Order{Action: bulk.Move, Target: target, Select: all()}, attempt{})
	if moved.Bulk.Moved != 1 {
		t.Errorf("%+v", moved)
	}
	before := b.dump()
	id, begun := b.NewJob(1), false
	part := b.part(attempt{jobID: id, collection: holdingstest.CollectionID}, &begun)
	part.ProfileID = 1
	counts, err := b.Holdings.Undo(t.Context(), keeping+1, part, nil, nil)
	if b.Must(err); counts.Left != 1 || b.dump() != before || !strings.Contains(b.report(id), "moved to another collection since") {
		t.Errorf("%+v\n%s", counts, b.report(id))
	}
}

const linesCSV = "collection,title_id,public_note,available,coverage_mode,date_first_issue_online,date_last_issue_online\n" +
	"journals,j000,Ask at the desk,no,INSTEAD,1996,1999\n" +
	"journals,j000,,,,2005-03,\n" +
	"journals,j001,(none),maybe,,,\n" +
	"journals,j002,Two,,,,\n" +
	"journals,j002,Three,,,,\n" +
	"journals,nobody,x,,,,\n" +
	"Elsewhere,j003,x,,,,\n" +
	"journals,j004,x,,,1996,\n" +
	"journals,j005,\"\\\"=1+1\"\"\",,ADDITION,1990,1991\n"

// TestLines: several lines of a portfolio are several statements; each line that cannot be used says why, and all lines of its
// portfolio stay out.
func TestLines(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 6)...))
	lines, err := b.bulk.ReadLines(t.Context(), strings.NewReader(strings.ReplaceAll(linesCSV, `"\"=1+1"""`, `"\""=1+1"""`)))
	b.Must(err)
	var unused []string
	for _, l := range lines.Unused {
		unused = append(unused, fmt.Sprintf("%d %s: %s", l.Line, l.Column, l.Why))
	}
	for i, want := range []string{
		"4 available: \"maybe\" is none of true, false", "5 : it is about the same portfolio as line 6",
		"6 public_note: line 5 says something else", "7 : no portfolio has all", "8 : there is no collection \"Elsewhere\"",
		"9 coverage_mode: there is a statement of coverage, but",
	} {
		if i >= len(unused) || !strings.HasPrefix(unused[i], want) {
			t.Errorf("want %s\n%s", want, strings.Join(unused, "\n"))
			break
		}
	}
	counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: lines}, attempt{})
	if counts.Updated != 2 {
		t.Errorf("%+v\n%s", counts, b.report(job))
	}
	p := b.Store.Read.Portfolio.GetX(t.Context(), b.PortfolioID("j000"))
	local := holdings.LocalValuesOf(p)
	if c, _ := local.Coverage(); p.Available || local[plan.PublicNote] != "Ask at the desk" || c.Mode != plan.Instead || len(c.Statements) != 2 ||
		c.Statements[1].DateFirst != "2005-03" {
		t.Errorf("%+v %+v", p, local)
	}
	if note := holdings.LocalValuesOf(b.Store.Read.Portfolio.GetX(t.Context(), b.PortfolioID("j005")))[plan.PublicNote]; note != "=1+1" {
		t.Errorf("%q", note)
	}
	// the lines that are not used are a part of no collection
	id := b.NewJob(0)
	none, _ := b.carry(attempt{jobID: id}, func(part *holdings.Part, resumed *plan.Counts) (plan.Counts, error) {
		return b.bulk.Run(t.Context(), &bulk.Order{Action: bulk.Change, Lines: lines}, part, resumed, false)
	})
	if none.Invalid != 6 || !strings.Contains(b.report(id), "INVALID nobody") || !strings.Contains(b.report(id), "(line 7)") {
		t.Errorf("%+v\n%s", none, b.report(id))
	}
	for header, want := range map[string]string{
		"public_note\nx\n":                               "no column says which portfolio",
		"title_id,titel\nj000,x\n":                       "no column says anything",
		"title_id,title_url,local_title_url\nj000,x,y\n": "are the same field",
		"": "the file is empty",
	} {
		_, err := b.bulk.ReadLines(t.Context(), strings.NewReader(header))
		if problems, ok := problem.In(err); !ok || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%q: %v", header, err)
		}
	}
	withTypo, err := b.bulk.ReadLines(t.Context(), strings.NewReader("title_id,public_note,publik\nj001,x,y\n"))
	if b.Must(err); len(withTypo.Unused) != 1 || withTypo.Unused[0].Column != "publik" || len(withTypo.ByCollection) != 1 {
		t.Errorf("%+v", withTypo)
	}
}

// everything gives two portfolios a value in each field, with texts that a spreadsheet and CSV would spoil.
func (b *testBundle) everything() {
	b.T.Helper()
	b.UpdateSettings(multiCampus())
	group := b.CreateGroup("Law")
	var license *ent.License
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		license = tx.License.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L-1").SaveX(ctx)
		return nil
	})
	hard := holdings.StaffChange{
		holdings.FieldAvailable: of("false"), holdings.FieldLicense: holdings.LicenseText(license.ID),
		holdings.FieldAccessRights: of(holdings.Perpetual), holdings.FieldPerpetualFrom: of("1996"), holdings.FieldPerpetualUntil: of("2020"),
		plan.PublicNote: of("=HYPERLINK(1)"), plan.InternalNote: of("(none)"), plan.AuthenticationNote: of("two\r\nlines, \"quoted\""),
		plan.Unavailable: of(`\back`), plan.Proxy: of(fmt.Sprintf(`{"on":true,"groups":{"%d":false}}`, group)),
		"publication_title": of("Ein anderer Titel; mit Komma,"), "publisher_name": of(""), "title_id": of("other"),
		plan.CoverageField: of(`{"mode":"INSTEAD","statements":[{"dateFirst":"1996","dateLast":"1999","notes":""},{"dateFirst":"2005","embargo":"P6M"}]}`),
	}
	for id, change := range map[string]holdings.StaffChange{
		"j001": hard, "j002": {plan.CoverageField: of(`{"mode":"INSTEAD","statements":[]}`)}, "j003": {holdings.FieldAvailable: of("false")},
	} {
		_, err := b.Holdings.UpdatePortfolio(b.T.Context(), holdings.PortfolioChange{ID: b.PortfolioID(id), Staff: change})
		b.Must(err)
	}
}

// TestExport: the export is imported here, where nothing changes, and in another installation, whose export then says the same;
// and runs leave it as it is.
func TestExport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := holdingstest.ListOf(holdingstest.Numbered(0, 30)...)
	b.Sync(1, list)
	b.everything()
	export := b.export()
	lines, err := b.bulk.ReadLines(t.Context(), strings.NewReader(export))
	b.Must(err)
	if len(lines.Unused) > 0 {
		t.Errorf("%+v", lines.Unused)
	}
	if counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: lines}, attempt{}); counts.Changed() || counts.Unchanged != 3 {
		t.Errorf("here: %+v\n%s", counts, b.report(job))
	}

	other := setup(t)
	other.Sync(1, list)
	other.UpdateSettings(multiCampus())
	other.CreateGroup("Medicine")
	other.CreateGroup("Law")
	other.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.License.Create().SetID(4711).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L-1").Exec(ctx)
	})
	// an id of the other installation may be one of another title here
	stranger := opaque.ID("Portfolio", other.PortfolioID("j009"))
	foreign := strings.ReplaceAll(export, opaque.ID("Portfolio", b.PortfolioID("j001")), stranger)
	there, err := other.bulk.ReadLines(t.Context(), strings.NewReader(foreign))
	other.Must(err)
	if len(there.Unused) > 0 {
		t.Errorf("%+v", there.Unused)
	}
	other.run(&bulk.Order{Action: bulk.Change, Lines: there}, attempt{})
	if diff := cmp.Diff(withoutIDs(export), withoutIDs(other.export())); diff != "" {
		t.Errorf("elsewhere:\n%s", diff)
	}

	less := holdingstest.ListOf(holdingstest.Numbered(5, 32)...)
	b.Sync(1, less)
	same := func(what string) {
		t.Helper()
		if diff := cmp.Diff(export, b.export()); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	same("after they left the list")
	b.Sync(1, list)
	same("after they came back")
	b.Sync(2, less)
	same("after another profile's list")

	bare := b.exportWith(false)
	b.Sync(1, renamed(holdingstest.Numbered(0, 30)))
	if b.export() == export {
		t.Error("no title was renamed")
	}
	if diff := cmp.Diff(bare, b.exportWith(false)); diff != "" {
		t.Errorf("without titles, after they were renamed:\n%s", diff)
	}
	again, err := b.bulk.ReadLines(t.Context(), strings.NewReader(bare))
	b.Must(err)
	if counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: again}, attempt{}); counts.Changed() || counts.Unchanged != 3 {
		t.Errorf("without titles: %+v\n%s", counts, b.report(job))
	}
}

// renamed is a list of the journals under other titles.
func renamed(journals []holdingstest.Journal) string {
	for i := range journals {
		journals[i].Title += ", New Series"
	}
	return holdingstest.ListOf(journals...)
}

// TestNothingSelected: a selection that says nothing selects nothing, never all there is.
func TestNothingSelected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 5)...))
	before := b.dump()
	for _, sel := range []bulk.Selection{{}, {IDs: []int64{}}} {
		counts, _ := b.run(&bulk.Order{Action: bulk.Change, Select: sel, Change: holdings.StaffChange{holdings.FieldAvailable: of("false")}},
			attempt{})
		if ids, err := b.bulk.CollectionsOf(t.Context(), b.Store.Read, bulk.Change, sel); err != nil || ids != nil || counts.Titles != 0 {
			t.Errorf("%+v: collections %v, %v, %d portfolios", sel, ids, err, counts.Titles)
		}
	}
	if diff := cmp.Diff(before, b.dump()); diff != "" {
		t.Error(diff)
	}
}

// TestSets: by filter and by list, with versions; a set by filter is what the filter finds at any time.
func TestSets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 5)...))
	ids := []int64{b.PortfolioID("j003"), b.PortfolioID("j001")}
	list, err := b.bulk.CreateSet(t.Context(), bulk.SetInput{Name: of(" Some "), IDs: &ids})
	b.Must(err)
	hidden, err := b.bulk.CreateSet(t.Context(), bulk.SetInput{Name: of("Hidden"), Filter: &holdings.PortfolioFilter{Available: new(false)}})
	b.Must(err)
	count := func(set *ent.PortfolioSet) int {
		n, err := b.bulk.CountPortfoliosOfSet(t.Context(), set)
		b.Must(err)
		return n
	}
	if list.Name != "Some" || count(list) != 2 || count(hidden) != 0 {
		t.Errorf("%+v", list)
	}
	b.run(&bulk.Order{Action: bulk.Change, Select: bulk.Selection{SetID: list.ID}, Change: holdings.StaffChange{holdings.FieldAvailable: of("false")}},
		attempt{})
	if count(hidden) != 2 {
		t.Errorf("%d are hidden", count(hidden))
	}
	changed, err := b.bulk.UpdateSet(t.Context(), list.ID, new(1), bulk.SetInput{Add: []int64{b.PortfolioID("j000")}, Remove: ids[:1]})
	if b.Must(err); changed.Version != 2 || count(changed) != 2 {
		t.Errorf("%+v", changed)
	}
	_, err = b.bulk.UpdateSet(t.Context(), list.ID, new(1), bulk.SetInput{Name: of("Others")})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	_, err = b.bulk.UpdateSet(t.Context(), hidden.ID, nil, bulk.SetInput{Add: ids})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.addPortfolioIds")
	_, err = b.bulk.CreateSet(t.Context(), bulk.SetInput{Name: of("SOME"), IDs: &[]int64{4711}})
	holdingstest.WantProblems(t, err, "CONFLICT input.name", "NOT_FOUND input.portfolioIds")
	_, err = b.bulk.CreateSet(t.Context(), bulk.SetInput{Name: of("None")})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.filter")
	b.Must(b.bulk.DeleteSet(t.Context(), list.ID))
	holdingstest.WantProblems(t, b.bulk.DeleteSet(t.Context(), list.ID), "NOT_FOUND input.setId")
	if n := b.Store.Read.Portfolio.Query().CountX(t.Context()); n != 5 {
		t.Errorf("%d portfolios", n)
	}
}
