package acquisitions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// acquisitionsText is all that no sync may ever change, in one comparable text: PO lines and licenses, and who has
// them.
func (b *testBundle) acquisitionsText() string {
	b.T.Helper()
	ctx, read := b.T.Context(), b.Store.Read
	var text strings.Builder
	for _, l := range read.POLine.Query().Order(poline.ByID()).AllX(ctx) {
		fmt.Fprintln(&text, l)
	}
	for _, l := range read.License.Query().AllX(ctx) {
		fmt.Fprintln(&text, l)
	}
	for _, p := range read.Portfolio.Query().Where(portfolio.LicenseIDNotNil()).Order(portfolio.ByID()).AllX(ctx) {
		fmt.Fprintln(&text, p.ID, *p.LicenseID)
	}
	return text.String()
}

// ranks are the PO lines of a portfolio, the main one first and marked.
func (b *testBundle) ranks(titleID string) string {
	b.T.Helper()
	rows, err := b.Acquisitions.POLinesOf(b.T.Context(), []int64{b.PortfolioID(titleID)})
	b.Must(err)
	var words []string
	for _, row := range rows {
		word := row.Number
		if row.Main {
			word += "*"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func setupOrders(t *testing.T) *testBundle {
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	return b
}

func TestCreatePOLine(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	row, err := b.Acquisitions.CreatePOLine(t.Context(), acquisitions.POLineInput{
		POLineTexts: acquisitions.POLineTexts{
			Number: new(" POL-1 "), Vendor: new("OUP"), Status: new("Sent"), Type: new("Subscription"), OrderedOn: new("2024-02-29"),
			RenewsOn: new("2026-12-31"), Note: new("first line\nsecond\tline"),
		},
		PortfolioID: new(b.PortfolioID("j001")),
	})
	b.Must(err)
	stored := b.Store.Read.POLine.GetX(t.Context(), row.ID)
	if diff := cmp.Diff(fmt.Sprint(stored, *stored.PortfolioID), fmt.Sprint(row, *row.PortfolioID)); diff != "" {
		t.Errorf("what is returned is not what is stored:\n%s", diff)
	}
	if stored.Number != "POL-1" || stored.Note != "first line\nsecond\tline" || !stored.Main || stored.Version != 1 || stored.CreatedAt == 0 {
		t.Errorf("%+v", stored)
	}
	alone := b.AddPOLine("POL-2", "")
	if alone.PortfolioID != nil || alone.Main {
		t.Errorf("attached to nothing: %+v", alone)
	}
}

// TestWrongPOLine: everything that is wrong is said at once, and nothing is saved.
func TestWrongPOLine(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	row, other := b.AddPOLine("POL-1", "j001"), b.AddPOLine("POL-2", "j001")
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 30)...))
	long, note := strings.Repeat("ü", 201), strings.Repeat("ü", 2001)
	before := b.acquisitionsText()
	for name, c := range map[string]struct {
		in   acquisitions.POLineInput
		want []string
	}{
		"empty number": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new(" ")}},
			[]string{"BAD_USER_INPUT input.number"},
		},
		"number too long": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &long}},
			[]string{"BAD_USER_INPUT input.number"},
		},
		"number of lines": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("a\nb")}},
			[]string{"BAD_USER_INPUT input.number"},
		},
		"no UTF-8": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("a\xff")}},
			[]string{"BAD_USER_INPUT input.number"},
		},
		"number taken": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("POL-2")}},
			[]string{"CONFLICT input.number"},
		},
		"no such day": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("n"), OrderedOn: new("2023-02-29")}},
			[]string{"BAD_USER_INPUT input.orderedOn"},
		},
		"day of no form": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("n"), RenewsOn: new("1/2/2023")}},
			[]string{"BAD_USER_INPUT input.renewsOn"},
		},
		"control in note": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("n"), Note: new("a\x00")}},
			[]string{"BAD_USER_INPUT input.note"},
		},
		"no portfolio": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("n")}, PortfolioID: new(int64(1))},
			[]string{"NOT_FOUND input.portfolioId"},
		},
		"hidden portfolio": {
			acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: new("n")}, PortfolioID: new(b.PortfolioID("j000"))},
			[]string{"BAD_USER_INPUT input.portfolioId"},
		},
		"main of nothing": {acquisitions.POLineInput{
			POLineTexts: acquisitions.POLineTexts{Number: new("n")}, PortfolioID: new(int64(0)),
			Main: new(true),
		}, []string{"BAD_USER_INPUT input.main"}},
		"only one, not main": {
			acquisitions.POLineInput{
				POLineTexts: acquisitions.POLineTexts{Number: new("n")}, PortfolioID: new(b.PortfolioID("j002")),
				Main: new(false),
			},
			[]string{"BAD_USER_INPUT input.main"},
		},
		"all at once": {
			acquisitions.POLineInput{
				POLineTexts: acquisitions.POLineTexts{
					Number: new(""), Vendor: &long, Status: &long, Type: &long, OrderedOn: new("x"), RenewsOn: new("x"),
					Note: &note,
				},
				PortfolioID: new(int64(1)),
			},
			[]string{
				"BAD_USER_INPUT input.number", "BAD_USER_INPUT input.vendor", "BAD_USER_INPUT input.status", "BAD_USER_INPUT input.type",
				"BAD_USER_INPUT input.orderedOn", "BAD_USER_INPUT input.renewsOn", "BAD_USER_INPUT input.note", "NOT_FOUND input.portfolioId",
			},
		},
	} {
		made, err := b.Acquisitions.CreatePOLine(t.Context(), c.in)
		holdingstest.WantProblems(t, err, c.want...)
		if made != nil {
			t.Errorf("%s: made %v", name, made)
		}
		now, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, nil, c.in)
		holdingstest.WantProblems(t, err, c.want...)
		if now == nil || now.Number != "POL-1" || now.Version != row.Version {
			t.Errorf("%s: beside the refusal %v", name, now)
		}
	}
	now, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, new(7),
		acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Vendor: new("X")}})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	if now == nil || now.Vendor != "" {
		t.Errorf("beside the conflict: %v", now)
	}
	_, err = b.Acquisitions.UpdatePOLine(t.Context(), 4711, nil, acquisitions.POLineInput{})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.poLineId")
	holdingstest.WantProblems(t, b.Acquisitions.DeletePOLine(t.Context(), 4711), "NOT_FOUND input.poLineId")
	_, err = b.Acquisitions.CreatePOLine(t.Context(), acquisitions.POLineInput{})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.number")
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" {
		t.Errorf("something was saved:\n%s", diff)
	}
	_, err = b.Acquisitions.CreatePOLine(t.Context(), acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &other.Number}})
	holdingstest.WantMessage(t, err, `"POL-2"`)
}

// TestMainPOLine: a portfolio that has PO lines has one main one.
func TestMainPOLine(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	update := func(row *ent.POLine, in acquisitions.POLineInput) *ent.POLine {
		t.Helper()
		now, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, nil, in)
		b.Must(err)
		return now
	}
	want := func(titleID, ranks string) {
		t.Helper()
		if got := b.ranks(titleID); got != ranks {
			t.Errorf("%s has %q, want %q", titleID, got, ranks)
		}
	}
	one, two := b.AddPOLine("1", "j001"), b.AddPOLine("2", "j001")
	want("j001", "1* 2")
	three := b.AddPOLine("3", "j001", true)
	want("j001", "3* 1 2")
	if former := b.Store.Read.POLine.GetX(t.Context(), one.ID); former.Version != 2 {
		t.Errorf("becoming additional is a change: version %d", former.Version)
	}
	update(two, acquisitions.POLineInput{Main: new(true)})
	want("j001", "2* 1 3")
	same := update(two, acquisitions.POLineInput{Main: new(true), PortfolioID: two.PortfolioID})
	if same.Version != 2 {
		t.Errorf("a save that changes nothing wrote: version %d", same.Version)
	}
	update(two, acquisitions.POLineInput{Main: new(false)})
	want("j001", "1* 2 3")
	update(one, acquisitions.POLineInput{PortfolioID: new(int64(0))}) // detached: the oldest follows
	want("j001", "2* 3")
	update(one, acquisitions.POLineInput{PortfolioID: two.PortfolioID})
	want("j001", "2* 1 3")
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), two.ID))
	want("j001", "1* 3")
	update(one, acquisitions.POLineInput{PortfolioID: new(b.PortfolioID("j002")), POLineTexts: acquisitions.POLineTexts{Vendor: new("OUP")}})
	want("j001", "3*")
	want("j002", "1*")
	update(three, acquisitions.POLineInput{PortfolioID: new(b.PortfolioID("j002")), Main: new(true)})
	want("j001", "")
	want("j002", "3* 1")
	update(three, acquisitions.POLineInput{PortfolioID: new(b.PortfolioID("j003")), Main: new(true)})
	want("j002", "1*")
	want("j003", "3*")
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), three.ID))
	want("j003", "")
}

// TestPOLinesModel runs random changes and imports of PO lines against the rule of the main one, and checks that none
// is lost, that a dry run tells what the import does, and that a second import of the same file does nothing.
func TestPOLinesModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t)
		b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 4)...))
		made, next := map[int64]int64{}, 0 // portfolio by PO line
		portfolios := []int64{0, b.PortfolioID("j000"), b.PortfolioID("j001"), b.PortfolioID("j002")}
		draw := func(rt *rapid.T) (in acquisitions.POLineInput) {
			if rapid.Bool().Draw(rt, "attach") {
				in.PortfolioID = new(rapid.SampledFrom(portfolios).Draw(rt, "portfolio"))
			}
			if rapid.Bool().Draw(rt, "rank") {
				in.Main = new(rapid.Bool().Draw(rt, "main"))
			}
			return in
		}
		anyOne := func(rt *rapid.T) int64 {
			if len(made) == 0 {
				rt.Skip("no PO line")
			}
			ids := make([]int64, 0, len(made))
			for id := range made {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			return rapid.SampledFrom(ids).Draw(rt, "PO line")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) {
				in := draw(rt)
				next++
				in.Number = new(fmt.Sprint("POL-", next))
				if row, err := b.Acquisitions.CreatePOLine(t.Context(), in); err == nil {
					made[row.ID] = *cmp0(in.PortfolioID)
				} else {
					onlyRank(rt, err)
				}
			},
			"update": func(rt *rapid.T) {
				id, in := anyOne(rt), draw(rt)
				if _, err := b.Acquisitions.UpdatePOLine(t.Context(), id, nil, in); err != nil {
					onlyRank(rt, err)
				} else if in.PortfolioID != nil {
					made[id] = *in.PortfolioID
				}
			},
			"import": func(rt *rapid.T) {
				csv := "number,main,portfolio_id,note\n"
				for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 9), 1, 6, rapid.ID).Draw(rt, "numbers") {
					at := ""
					if id := rapid.SampledFrom(portfolios).Draw(rt, "portfolio"); id != 0 {
						at = fmt.Sprint(id)
					}
					csv += fmt.Sprintf("POL-%d,%s,%s,%s\n", n, rapid.SampledFrom([]string{"", "yes", "no"}).Draw(rt, "main"), at,
						rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "note"))
				}
				load := func(dryRun bool) acquisitions.ImportReport {
					report, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(csv), dryRun)
					if err != nil {
						rt.Fatal(err)
					}
					report.DryRun = false
					return report
				}
				planned, done := load(true), load(false)
				if diff := cmp.Diff(planned, done); diff != "" {
					rt.Fatalf("the dry run reported otherwise:\n%s", diff)
				}
				if again := load(false); again.Unchanged+again.Refused != len(again.Lines) || again.Refused != done.Refused {
					rt.Fatalf("%s again: %+v", csv, again)
				}
				before := len(made)
				clear(made)
				for _, row := range b.Store.Read.POLine.Query().AllX(t.Context()) {
					made[row.ID] = *cmp0(row.PortfolioID)
				}
				if len(made) != before+done.Created {
					rt.Fatalf("%d PO lines before, %d created, %d now", before, done.Created, len(made))
				}
				next = max(next, 9)
			},
			"delete": func(rt *rapid.T) {
				id := anyOne(rt)
				if err := b.Acquisitions.DeletePOLine(t.Context(), id); err != nil {
					rt.Fatal(err)
				}
				delete(made, id)
			},
			"": func(rt *rapid.T) {
				mains, stored := map[int64]int{}, map[int64]int64{}
				for _, row := range b.Store.Read.POLine.Query().AllX(t.Context()) {
					stored[row.ID] = *cmp0(row.PortfolioID)
					if row.Main {
						mains[stored[row.ID]]++
					}
				}
				if diff := cmp.Diff(made, stored); diff != "" {
					rt.Fatal(diff)
				}
				for _, p := range stored {
					if p != 0 && mains[p] != 1 {
						rt.Fatalf("portfolio %d has %d main PO lines", p, mains[p])
					}
				}
				if mains[0] > 0 {
					rt.Fatal("one that is attached to nothing is main")
				}
			},
		})
	})
}

func cmp0(id *int64) *int64 {
	if id == nil {
		return new(int64)
	}
	return id
}

// onlyRank fails unless the only thing refused is a rank.
func onlyRank(t *rapid.T, err error) {
	if err == nil || !strings.HasPrefix(err.Error(), "input.main: ") {
		t.Fatal(err)
	}
}

// TestSyncLeavesAcquisitions: DOMAIN rule 9. Syncs that add, update, remove, keep and withdraw, and an undo of one,
// change neither a PO line nor a license, nor who has them.
func TestSyncLeavesAcquisitions(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	for i := range 8 {
		id := fmt.Sprintf("j%03d", i)
		b.AddPOLine("POL-"+id, id)
		b.AddPOLine("POL-2-"+id, id)
	}
	b.AddPOLine("POL-alone", "")
	for i := range 12 {
		license, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new(fmt.Sprint("L-", i))})
		b.Must(err)
		_, err = b.Holdings.UpdatePortfolio(t.Context(),
			holdings.PortfolioChange{ID: b.PortfolioID(fmt.Sprintf("j%03d", i)), Staff: holdings.StaffChange{holdings.FieldLicense: holdings.LicenseText(license.ID)}})
		b.Must(err)
	}
	before := b.acquisitionsText()
	changed := holdingstest.Numbered(2, 40)
	for i := range changed {
		changed[i].Publisher, changed[i].Title = "Another Press", changed[i].Title+", new series"
	}
	total := plan.Counts{}
	for _, step := range []struct {
		profile int64
		list    string
	}{
		{2, holdingstest.ListOf(holdingstest.Numbered(4, 20)...)},
		{1, holdingstest.ListOf(changed...)},
		{1, holdingstest.ListOf(holdingstest.Numbered(3, 30)...)},
		{1, holdingstest.ListOf(holdingstest.Numbered(12, 30)...)},
		{2, holdingstest.ListOf(holdingstest.Numbered(14, 20)...)},
		{1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...)},
	} {
		counts, _ := b.Sync(step.profile, step.list)
		total.Merge(counts)
		if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" {
			t.Fatalf("%+v:\n%s", counts, diff)
		}
	}
	if total.Kept == 0 || total.Removed == 0 || total.Withdrawn == 0 || total.Updated == 0 {
		t.Errorf("the syncs did not do everything: %+v", total)
	}

	_, jobID := b.Sync(1, holdingstest.ListOf(changed...))
	undone := b.NewJob(1)
	counts, err := b.Holdings.Undo(t.Context(), jobID+1, &holdings.Part{
		ID: undone + 1, JobID: undone, ProfileID: 1, CollectionID: holdingstest.CollectionID, Content: "JOURNALS",
		Fence:  func(context.Context, *store.Tx, holdings.Progress) error { return nil },
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}, nil, nil)
	b.Must(err)
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" || !counts.Changed() {
		t.Errorf("the undo, %+v:\n%s", counts, diff)
	}
}

// TestDetachedFromKept: a portfolio that was kept for its PO line stays when that is detached, in later syncs too.
func TestDetachedFromKept(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	row := b.AddPOLine("POL-1", "j000")
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 30)...))
	_, err := b.Acquisitions.UpdatePOLine(t.Context(), row.ID, nil, acquisitions.POLineInput{PortfolioID: new(int64(0))})
	b.Must(err)
	counts, _ := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 30)...))
	p := b.Store.Read.Portfolio.GetX(t.Context(), *row.PortfolioID)
	if counts.Changed() || p.RemovedAt != nil || !p.Available || p.Listed {
		t.Errorf("%+v, %v", counts, p)
	}
}

// TestPOLineWriteFails: a change of several PO lines is done as a whole or not at all.
func TestPOLineWriteFails(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	b.AddPOLine("1", "j001")
	two := b.AddPOLine("2", "j001")
	storetest.Trigger{On: "BEFORE UPDATE ON po_lines", When: "NEW.main", Fail: "the disk is full"}.Install(t, b.Store)
	before := b.acquisitionsText()
	if _, err := b.Acquisitions.UpdatePOLine(t.Context(), two.ID, nil, acquisitions.POLineInput{Main: new(true)}); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" {
		t.Error(diff)
	}
}
