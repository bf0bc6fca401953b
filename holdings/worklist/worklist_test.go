package worklist_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/profiles"
	"autoholdings/holdings/worklist"
	"autoholdings/internal/access"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/plantest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// ofType narrows the list to types.
func ofType(types ...worklist.Type) worklist.Filter { return worklist.Filter{Types: types} }

// TestReviewsAndAmbiguousTitles: what a list leaves unclear waits, and no longer when it is clear.
func TestReviewsAndAmbiguousTitles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unclear := ofType(worklist.Review, worklist.AmbiguousTitle)
	b.sync("2026-01-01", before)
	b.lists("all is clear", unclear)
	b.sync("2026-02-01", after)
	b.lists("unclear", unclear, "REVIEW One", "REVIEW Two", "AMBIGUOUS_TITLE Merged")
	for _, item := range b.items(unclear, 10) {
		if item.Since == 0 || item.Portfolio == nil || item.Summary == "" || len(item.Steps) == 0 || item.State != worklist.Open || item.Version != 0 {
			t.Errorf("%+v", item)
		}
		if item.Type == worklist.AmbiguousTitle && !strings.Contains(item.Summary, `"One", "Two"`) {
			t.Errorf("the candidates are not named: %s", item.Summary)
		}
	}
	b.sync("2026-02-02", after)
	b.lists("the same list again", unclear, "REVIEW One", "REVIEW Two", "AMBIGUOUS_TITLE Merged")
	for _, id := range []string{"a", "b"} {
		_, err := b.Holdings.RemovePortfolio(t.Context(), b.PortfolioID(id))
		b.Must(err)
	}
	b.lists("a person decided", unclear)
}

// TestOrdersAndListings: an order whose title leaves the list waits until it is listed again, or has no order; so does a
// listed title without an order.
func TestOrdersAndListings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync("2026-01-01", before)
	b.AddPOLine("POL-1", "a")
	orders, listings := ofType(worklist.POLineNotListed), ofType(worklist.ListedWithoutOrder)
	b.lists("listed", orders)
	b.lists("without order", listings, "LISTED_WITHOUT_PO_LINE Journal 100", "LISTED_WITHOUT_PO_LINE Journal 101",
		"LISTED_WITHOUT_PO_LINE Journal 102", "LISTED_WITHOUT_PO_LINE Journal 103", "LISTED_WITHOUT_PO_LINE Journal 104",
		"LISTED_WITHOUT_PO_LINE Two")
	b.sync("2026-02-01", "")
	b.lists("left", orders, "PO_LINE_NOT_LISTED PO line POL-1: One")
	item := b.items(orders, 1)[0]
	if item.POLine == nil || item.Portfolio == nil || item.Since == 0 || !strings.Contains(item.Summary, "since") {
		t.Errorf("%+v", item)
	}
	b.mark(worklist.Marking{State: worklist.Done, Note: "Cancelled."}, item)
	b.lists("done", orders)
	b.sync("2026-03-01", before)
	b.lists("listed again", worklist.Filter{Types: orders.Types, State: worklist.Done})
	b.sync("2026-04-01", "")
	b.lists("left again: it is open again", orders, "PO_LINE_NOT_LISTED PO line POL-1: One")
	if again := b.items(orders, 1)[0]; again.Version != 0 || again.Note != "" || again.ID() != item.ID() {
		t.Errorf("what was put on the earlier item counts: %+v", again)
	}
}

// TestHeldListsAndFailedRuns: a held part waits until it is decided, a failed run until one did its work.
func TestHeldListsAndFailedRuns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	runs := ofType(worklist.HeldList, worklist.FailedRun)
	b.run("SYNC", "FAILED", "FAILED", "FAILED", 10)
	b.lists("failed", runs, "FAILED_RUN Sync")
	b.run("SYNC", "SUCCEEDED", "PARTIAL", "FAILED", 20)
	if items := b.items(runs, 10); len(items) != 1 || items[0].Since != 20 || items[0].Summary != "It went so." || items[0].Job == nil {
		t.Errorf("one that failed again stands for both: %+v", items)
	}
	held := b.run("SYNC", "NEEDS_REVIEW", "BLOCKED", "HELD", 30)
	b.lists("held", runs, "HELD_LIST Ours: journals")
	if item := b.items(runs, 10)[0]; item.Part == nil || item.Job.ID != held || item.Since != 30 || item.Summary != "The guard holds it." {
		t.Errorf("%+v", item)
	}
	b.exec(`UPDATE job_parts SET state = 'APPLIED', updated_at = 40 WHERE id = ?`, held+1)
	b.lists("approved", runs)
	b.run("MOVE", "FAILED", "FAILED", "", 50)
	b.lists("failed before it had parts", runs, "FAILED_RUN Move")
	b.run("MOVE", "SUCCEEDED", "CHANGED", "", 60)
	b.lists("done later", runs)
	b.run("SYNC", "CANCELLED", "PARTIAL", "STOPPED", 70)
	b.lists("cancelled by a person", runs)
	b.run("UNDO", "FAILED", "PARTIAL", "STOPPED", 80)
	b.exec(`UPDATE jobs SET unique_key = 'another' WHERE id = ?`, b.run("UNDO", "SUCCEEDED", "CHANGED", "APPLIED", 90))
	b.lists("another job was undone", runs, "FAILED_RUN Undo")
	b.run("UNDO", "SUCCEEDED", "CHANGED", "APPLIED", 100)
	b.lists("undone", runs)
}

// TestAlertsWait: a profile's alert waits as long as there is one, and comes again only when something was well meanwhile.
func TestAlertsWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alerts := ofType(worklist.Alert)
	key := secret.NewKey("demo-key")
	_, _, err := b.Profiles.UpdateProfile(t.Context(), 1, nil, profiles.ProfileInput{APIKey: &key}, nil)
	b.Must(err)
	b.lists("inactive", alerts)
	b.exec(`UPDATE profiles SET active = ?, description = 'Ours' WHERE id = 1`, true)
	b.lists("never had a file", alerts, "ALERT Ours")
	item := b.items(alerts, 1)[0]
	if item.Profile == nil || item.Since != 1 || len(item.Steps) == 0 || !strings.Contains(item.Summary, "never had a file") {
		t.Errorf("%+v", item)
	}
	b.lists("of the other profile", worklist.Filter{Types: alerts.Types, ProfileIDs: []int64{2}})
	b.lists("of a collection", worklist.Filter{Types: alerts.Types, CollectionIDs: []int64{holdingstest.CollectionID}})
	ada := b.person("Ada")
	_, err = b.Library.Worklist.Assign(t.Context(), refs(item), &ada)
	b.Must(err)
	b.lists("hers", worklist.Filter{AssignedTo: ada}, "ALERT Ours")
	b.lists("nobody's", worklist.Filter{Types: alerts.Types, Unassigned: true})
	b.lists("since then", worklist.Filter{Types: alerts.Types, Since: new(int64(2))})
	b.mark(worklist.Marking{State: worklist.Done}, b.items(alerts, 1)...)
	b.lists("done", worklist.Filter{Types: alerts.Types, State: worklist.Done}, "ALERT Ours")
	b.lists("not open", alerts)
	b.exec(`UPDATE profiles SET created_at = 2 WHERE id = 1`)
	b.lists("another alert", alerts, "ALERT Ours")
}

// TestMarks: items are assigned, done, not now; each mark can be taken back.
func TestMarks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	b.sync("2026-01-01", before)
	b.sync("2026-02-01", after)
	reviews := ofType(worklist.Review)
	ctx := access.With(t.Context(), access.Principal{Kind: access.ByPerson, ID: ada, Name: "Ada", Scopes: access.Scopes{access.Curate}})
	items := b.items(reviews, 10)
	assigned, err := b.Library.Worklist.Assign(ctx, refs(items...), &ada)
	b.Must(err)
	if a := assigned[1]; len(assigned) != 2 || a.Assignee.Name != "Ada" || a.By != (worklist.Actor{Kind: "PERSON", Name: "Ada"}) || a.At == 0 ||
		a.Version != 1 || a.Title != "Two" || a.State != worklist.Open {
		t.Errorf("%+v", a)
	}
	b.lists("hers", worklist.Filter{AssignedTo: ada}, "REVIEW One", "REVIEW Two")
	b.lists("nobody's", worklist.Filter{Types: reviews.Types, Unassigned: true})
	now, err := b.Store.DatabaseNow(ctx)
	b.Must(err)
	tomorrow := store.Time(now).AddDate(0, 0, 1).Format(time.DateOnly)
	b.mark(worklist.Marking{State: worklist.NotNow, Until: tomorrow, Note: "Asked the publisher."}, assigned[0])
	b.lists("not now", worklist.Filter{Types: reviews.Types, State: worklist.NotNow}, "REVIEW One")
	b.lists("the other", reviews, "REVIEW Two")
	if item := b.items(worklist.Filter{State: worklist.NotNow}, 1)[0]; item.Until != tomorrow || item.Note != "Asked the publisher." ||
		item.Assignee == nil || item.Version != 2 {
		t.Errorf("%+v", item)
	}
	b.exec(`UPDATE worklist_marks SET until = ? WHERE until <> ''`, store.Time(now).Format(time.DateOnly))
	b.lists("its day has come", reviews, "REVIEW One", "REVIEW Two")
	if item := b.items(reviews, 1)[0]; item.State != worklist.Open || item.Until != "" || item.Note == "" {
		t.Errorf("%+v", item)
	}
	b.mark(worklist.Marking{State: worklist.Done}, b.items(reviews, 10)...)
	b.lists("done", worklist.Filter{Types: reviews.Types, State: worklist.Done}, "REVIEW One", "REVIEW Two")
	b.mark(worklist.Marking{State: worklist.Open}, b.items(worklist.Filter{State: worklist.Done}, 10)...)
	_, err = b.Library.Worklist.Assign(ctx, refs(b.items(reviews, 10)...), nil)
	b.Must(err)
	b.lists("taken back", worklist.Filter{Types: reviews.Types, Unassigned: true}, "REVIEW One", "REVIEW Two")
	_, err = b.Library.Worklist.Assign(ctx, refs(b.items(reviews, 10)...), &ada)
	b.Must(err)
	b.exec(`DELETE FROM people WHERE id = ?`, ada)
	b.lists("she is gone", worklist.Filter{Types: reviews.Types, Unassigned: true}, "REVIEW One", "REVIEW Two")
}

// TestDoneUntilItComesAnew: what a person was done with waits again when another list leaves it unclear.
func TestDoneUntilItComesAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync("2026-01-01", before)
	b.sync("2026-02-01", after)
	unclear := ofType(worklist.Review, worklist.AmbiguousTitle)
	b.mark(worklist.Marking{State: worklist.Done}, b.items(unclear, 10)...)
	b.sync("2026-02-02", after)
	b.lists("the same list again", unclear)
	const apart, joined = "Merged; id=c; print=@8; online=@9\n", "Joined; id=d; print=@1; online=@2; first=1997\n"
	b.sync("2026-03-01", before+apart)
	b.lists("clear", worklist.Filter{Types: []worklist.Type{worklist.Review}, State: worklist.Done})
	b.sync("2026-04-01", apart+joined)
	b.lists("anew", ofType(worklist.Review), "REVIEW One", "REVIEW Two")
	listed := ofType(worklist.ListedWithoutOrder)
	b.mark(worklist.Marking{State: worklist.Done}, b.items(listed, 10)...)
	b.lists("needs no order", listed)
	b.sync("2026-05-01", apart+joined+"New; id=n; print=@7\n")
	b.lists("a new title", listed, "LISTED_WITHOUT_PO_LINE New")
}

// TestMarkStaysWhileListed: another profile's list that has the title, too, and a preview of it, leave what is on the item.
func TestMarkStaysWhileListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync("2026-01-01", before)
	listed := ofType(worklist.ListedWithoutOrder)
	b.mark(worklist.Marking{State: worklist.Done}, b.items(listed, 10)...)
	list := holdingstest.KBART(others + before)
	b.preview(2, list)
	b.lists("the other profile's preview", listed)
	b.Sync(2, list)
	b.lists("the other profile has them, too", listed)
	b.sync("2026-02-01", "")
	b.sync("2026-03-01", before)
	b.lists("listed by the other all the time", listed)
}

// TestMarkCountsAfterUndo: a review that an undo brings back is the one that it was, with what people put on it.
func TestMarkCountsAfterUndo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync("2026-01-01", before)
	b.sync("2026-02-01", after)
	reviews := ofType(worklist.Review)
	b.mark(worklist.Marking{State: worklist.Done, Note: "Asked."}, b.items(reviews, 10)...)
	b.Release = "2026-03-01"
	_, jobID := b.Sync(1, holdingstest.KBART(others+before+"Merged; id=c; print=@8; online=@9\n"))
	done := worklist.Filter{Types: reviews.Types, State: worklist.Done}
	b.lists("clear", done)
	b.undo(jobID)
	b.lists("undone", done, "REVIEW One", "REVIEW Two")
	b.lists("none is open", reviews)
}

// TestMarksRefused: a mistake marks nothing, and each problem names its item.
func TestMarksRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync("2026-01-01", before)
	b.sync("2026-02-01", after)
	items := b.items(ofType(worklist.Review), 10)
	mark := func(in worklist.Marking, named ...worklist.Ref) error {
		_, err := b.Library.Worklist.Mark(t.Context(), named, in)
		return err
	}
	done, read := worklist.Marking{State: worklist.Done}, refs(items...)
	gone := worklist.Ref{ID: worklist.Key{Type: worklist.Review, Subject: 4711}.ID()}
	b.refused(mark(done), "BAD_USER_INPUT input.items")
	b.refused(mark(done, make([]worklist.Ref, worklist.MaxItems+1)...), "BAD_USER_INPUT input.items")
	b.refused(mark(done, read[0], worklist.Ref{ID: "x"}, read[0]), "BAD_USER_INPUT input.items.1.id", "BAD_USER_INPUT input.items.2.id")
	b.refused(mark(done, read[0], gone, worklist.Ref{ID: read[1].ID, Version: new(7)}), "NOT_FOUND input.items.1.id",
		"CONFLICT input.items.2.version")
	for until, state := range map[string]worklist.State{
		"": worklist.NotNow, "2026-13-01": worklist.NotNow, "2020-01-01": worklist.NotNow,
		"2999-01-01": worklist.Done, "999-01-01": worklist.NotNow,
	} {
		b.refused(mark(worklist.Marking{State: state, Until: until}, read...), "BAD_USER_INPUT input.until")
	}
	for _, note := range []string{"a\nb", strings.Repeat("x", 501)} {
		b.refused(mark(worklist.Marking{State: worklist.Done, Note: note}, read...), "BAD_USER_INPUT input.note")
	}
	_, err := b.Library.Worklist.Assign(t.Context(), read, new(int64(4711)))
	b.refused(err, "NOT_FOUND input.personId")
	ada := b.person("Ada")
	b.exec(`UPDATE people SET disabled = ?`, true)
	_, err = b.Library.Worklist.Assign(t.Context(), read, &ada)
	b.refused(err, "WRONG_STATE input.personId")
	if people, err := b.Library.Worklist.People(t.Context()); err != nil || len(people) != 0 {
		t.Errorf("%v %v", people, err)
	}
	b.lists("nothing was marked", worklist.Filter{Types: ofType(worklist.Review).Types, Unassigned: true}, "REVIEW One", "REVIEW Two")
}

// TestTwoAtOnce: of two who mark what both have read, the second is told.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync("2026-01-01", before)
	b.sync("2026-02-01", after)
	read := refs(b.items(ofType(worklist.Review), 1)[0])
	errs := make(chan error, 2)
	for _, note := range []string{"one", "two"} {
		go func() {
			_, err := b.Library.Worklist.Mark(t.Context(), read, worklist.Marking{State: worklist.Done, Note: note})
			errs <- err
		}()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) {
		t.Fatalf("%v, %v", first, second)
	}
	if first == nil {
		first = second
	}
	b.refused(first, "CONFLICT input.items.0.version")
}

// TestPagesWhileThingsChange: pages hold each item once, in one order, whatever their size; what goes and comes between
// two pages takes no other item away.
func TestPagesWhileThingsChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`UPDATE profiles SET active = ?`, true)
	b.sync("2026-01-01", before)
	b.AddPOLine("POL-1", "j100")
	b.AddPOLine("POL-2", "j101")
	b.sync("2026-02-01", after)
	b.Sync(1, holdingstest.KBART(strings.Join(slices.DeleteFunc(strings.Split(others, "\n"), func(row string) bool {
		return strings.Contains(row, "id=j100") || strings.Contains(row, "id=j101")
	}), "\n")+after))
	b.run("MOVE", "FAILED", "FAILED", "", 50)
	b.run("SYNC", "NEEDS_REVIEW", "BLOCKED", "HELD", 30)
	all := b.titles(worklist.Filter{})
	var types []worklist.Type
	for _, item := range b.items(worklist.Filter{}, 100) {
		types = append(types, item.Type)
	}
	if diff := cmp.Diff(worklist.Types, slices.Compact(types)); diff != "" {
		t.Error("each type, in order: ", diff)
	}
	for size := 1; size < 8; size++ {
		var lines []string
		for _, item := range b.items(worklist.Filter{}, size) {
			lines = append(lines, string(item.Type)+" "+item.Title)
		}
		if diff := cmp.Diff(all, lines); diff != "" {
			t.Errorf("in pages of %d: %s", size, diff)
		}
	}
	listed := ofType(worklist.ListedWithoutOrder)
	page, err := b.Library.Worklist.Items(t.Context(), listed, keyset.Window{First: 2})
	b.Must(err)
	b.AddPOLine("POL-3", page.Items[0].Portfolio.TitleID) // one of the first page goes
	b.Sync(1, holdingstest.KBART(others+after+"New; id=n; print=@7\n"))
	last := worklist.ItemListing.At(page.Items[1])
	rest, err := b.Library.Worklist.Items(t.Context(), listed, keyset.Window{First: 100, After: &last})
	b.Must(err)
	var lines []string
	for _, item := range rest.Items {
		lines = append(lines, item.Title)
	}
	if !slices.Contains(lines, "New") || !slices.Contains(lines, "Merged") || slices.Contains(lines, page.Items[1].Title) {
		t.Errorf("after %s come %v", page.Items[1].Title, lines)
	}
}

// TestCountsAreTheLists: for each type and state the counts say how long the list is, with filters too.
func TestCountsAreTheLists(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`UPDATE profiles SET active = ?`, true)
	b.sync("2026-01-01", before)
	b.AddPOLine("POL-1", "a")
	b.sync("2026-02-01", after)
	b.run("MOVE", "FAILED", "FAILED", "", 50)
	b.run("SYNC", "NEEDS_REVIEW", "BLOCKED", "HELD", 30)
	for i, item := range b.items(worklist.Filter{}, 100) {
		switch i % 3 {
		case 0:
			b.mark(worklist.Marking{State: worklist.Done}, item)
		case 1:
			b.mark(worklist.Marking{State: worklist.NotNow, Until: "2999-01-01"}, item)
		}
	}
	for _, f := range []worklist.Filter{
		{},
		{ProfileIDs: []int64{1}},
		{ProfileIDs: []int64{2}},
		{CollectionIDs: []int64{holdingstest.CollectionID, 9}},
		{CollectionIDs: []int64{9}},
		{Unassigned: true},
		{Since: new(int64(40))},
		{AssignedTo: 9},
	} {
		counts, err := b.Library.Worklist.Counts(t.Context(), f)
		b.Must(err)
		total := 0
		for _, c := range counts {
			for state, n := range map[worklist.State]int{worklist.Open: c.Open, worklist.NotNow: c.NotNow, worklist.Done: c.Done} {
				f.Types, f.State = []worklist.Type{c.Type}, state
				items := b.items(f, 100)
				if len(items) != n {
					t.Errorf("%+v: %d counted, %d listed", f, n, len(items))
				}
				total += n
				for _, item := range items {
					if state == worklist.Open && item.Since > c.Newest {
						t.Errorf("%+v is newer than %+v", item, c)
					}
				}
			}
		}
		if f.AssignedTo == 0 && !slices.Equal(f.CollectionIDs, []int64{9}) && total == 0 {
			t.Errorf("%+v finds nothing", f)
		}
	}
}

// TestIDs: an id is that of an item, or is refused.
func TestIDs(t *testing.T) {
	t.Parallel()
	for _, key := range []worklist.Key{{worklist.Review, 5, ""}, {worklist.Alert, 5, "NO_LIST BOOKS"}} {
		if got, err := worklist.ParseID(key.ID()); err != nil || got != key {
			t.Errorf("%+v %v", got, err)
		}
	}
	for _, id := range []string{"", "!", "Sm9iOjU", worklist.Key{Type: "OTHER", Subject: 5}.ID()} {
		if _, err := worklist.ParseID(id); err == nil {
			t.Errorf("%q is taken", id)
		}
	}
}

// TestPagesUseIndexes: each type's page and count begin with the few rows that wait, and no page sorts where an index has
// the order.
func TestPagesUseIndexes(t *testing.T) {
	storetest.NeedsSQLite(t, "the plans are SQLite's")
	t.Parallel()
	db := plantest.Open(t)
	s := worklist.New(db.Store, nil)
	for of, c := range map[worklist.Type]struct {
		uses  string
		sorts bool
	}{
		worklist.HeldList: {uses: "job_part_held"}, worklist.FailedRun: {uses: "job_not_whole"}, worklist.Review: {uses: "portfolio_review_since"},
		worklist.AmbiguousTitle: {uses: "job_change_ambiguous", sorts: true}, worklist.POLineNotListed: {uses: "po_line", sorts: true},
		worklist.ListedWithoutOrder: {uses: "portfolios USING INTEGER PRIMARY KEY"},
	} {
		for _, after := range []*keyset.Position{nil, {Keys: []string{string(of), "1", ""}, ID: 1}} {
			_, err := s.Items(t.Context(), ofType(of), keyset.Window{First: 10, After: after})
			if err != nil {
				t.Fatal(err)
			}
			plan := db.Plan()
			if after != nil && !strings.Contains(plan, c.uses) || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") && !c.sorts {
				t.Errorf("%s after %v:\n%s", of, after, plan)
			}
		}
	}
}

// TestManyOrdersNotListed: of 100,000 orders whose titles left the list, a page takes as many statements as of ten, and no
// page takes long, wherever it begins.
func TestManyOrdersNotListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n, first = 100_000, 1_000_000
	b.exec(`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, publication_title, title_key, values_hash)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT 1000000 + i, 1, 1, ?, ?, ?, 'Title', 'title', 0 FROM n`, n, holdingstest.CollectionID, true, false)
	b.exec(`INSERT INTO entitlements (id, created_at, updated_at, portfolio_id, profile_id, active, coverage_hash, ended_at)
		SELECT id, 1, 1, id, 1, ?, 0, id FROM portfolios`, false)
	b.exec(`INSERT INTO po_lines (id, created_at, updated_at, number, portfolio_id) SELECT id, 1, 1, 'POL-' || id, id FROM portfolios`)
	for _, at := range []int64{0, n / 2, n - 60} {
		begun := time.Now()
		page, err := b.Library.Worklist.Items(t.Context(), ofType(worklist.POLineNotListed), keyset.Window{First: 50, After: &keyset.Position{Keys: []string{string(worklist.POLineNotListed), strconv.FormatInt(first+at, 10), ""}, ID: first + at}})
		b.Must(err)
		if len(page.Items) != 50 || !page.More || page.Items[0].Subject != first+at+1 || page.Items[49].Since != first+at+50 {
			t.Errorf("after %d come %d items", at, len(page.Items))
		}
		if took := time.Since(begun); took > 3*time.Second { // a tenth of a second on an idle machine
			t.Errorf("after %d a page took %s", at, took)
		}
	}
	n100k, err := b.Library.Worklist.CountItems(t.Context(), worklist.Filter{})
	b.Must(err)
	if n100k != n {
		t.Errorf("%d are counted", n100k)
	}
}
