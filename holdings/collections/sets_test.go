package collections_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
)

// setText is a set with its collections, in one comparable text.
func (b *testBundle) setText(id int64) string {
	b.T.Helper()
	page, err := b.Collections.CollectionsOfSet(b.T.Context(), id, keyset.Window{First: 100})
	b.Must(err)
	counts, err := b.Collections.MemberCounts(b.T.Context(), []int64{id})
	b.Must(err)
	var names []string
	for _, c := range page.Items {
		names = append(names, c.Name)
	}
	set := b.Store.Read.CollectionSet.GetX(b.T.Context(), id)
	return fmt.Sprintf("%s (%s) v%d, %d: %s", set.Name, set.Description, set.Version, counts[id], strings.Join(names, " "))
}

func TestCollectionSets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.CreateLocal("C", "A", "B", "D")
	want := func(set *ent.CollectionSet, text string) {
		t.Helper()
		if got := b.setText(set.ID); got != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
	update := func(set *ent.CollectionSet, in collections.SetInput) {
		t.Helper()
		_, err := b.Collections.UpdateCollectionSet(t.Context(), set.ID, nil, in)
		b.Must(err)
	}
	set, err := b.Collections.CreateCollectionSet(t.Context(),
		collections.SetInput{Name: new(" Old ones "), Description: new("To leave"), CollectionIDs: &[]int64{ids[0], ids[1], ids[0]}})
	b.Must(err)
	want(set, "Old ones (To leave) v1, 2: A C")
	update(set, collections.SetInput{Add: []int64{ids[2], ids[0]}, Remove: []int64{ids[1]}})
	want(set, "Old ones (To leave) v2, 2: B C")
	update(set, collections.SetInput{CollectionIDs: &[]int64{ids[3]}, Add: []int64{ids[1]}, Name: new("OLD ONES")})
	want(set, "OLD ONES (To leave) v3, 2: A D")
	update(set, collections.SetInput{CollectionIDs: &[]int64{ids[3], ids[1]}, Description: new("To leave ")})
	want(set, "OLD ONES (To leave) v3, 2: A D")
	update(set, collections.SetInput{CollectionIDs: &[]int64{}, Description: new("")})
	want(set, "OLD ONES () v4, 0: ")
	update(set, collections.SetInput{Add: ids})
	b.Must(b.Collections.DeleteCollectionSet(t.Context(), set.ID))
	holdingstest.WantProblems(t, b.Collections.DeleteCollectionSet(t.Context(), set.ID), "NOT_FOUND input.setId")
	if n := b.Store.Read.Collection.Query().CountX(t.Context()); n != 5 {
		t.Errorf("%d collections are left", n)
	}
	if n := b.Store.Read.CollectionSetMember.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d members of nothing are left", n)
	}
}

// TestWrongSet: everything that is wrong is said at once, and nothing is saved.
func TestWrongSet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.CreateLocal("A", "B")
	set, err := b.Collections.CreateCollectionSet(t.Context(), collections.SetInput{Name: new("Old Ones"), CollectionIDs: &ids})
	b.Must(err)
	_, err = b.Collections.CreateCollectionSet(t.Context(), collections.SetInput{Name: new("Économie")})
	b.Must(err)
	before := b.setText(set.ID)
	long := strings.Repeat("x", 501)
	for _, c := range []struct {
		in   collections.SetInput
		want []string
	}{
		{collections.SetInput{Name: new("")}, []string{"BAD_USER_INPUT input.name"}},
		{collections.SetInput{Name: new("two\nlines")}, []string{"BAD_USER_INPUT input.name"}},
		{collections.SetInput{Name: new("éCONOMIE")}, []string{"CONFLICT input.name"}},
		{collections.SetInput{Name: new("n"), CollectionIDs: &[]int64{ids[0], 4711, 4712, 4711}}, []string{"NOT_FOUND input.collectionIds"}},
		{
			collections.SetInput{Name: &long, Description: &long, Add: []int64{4711, ids[0]}, Remove: []int64{4712, ids[0]}},
			[]string{
				"BAD_USER_INPUT input.name", "BAD_USER_INPUT input.description", "NOT_FOUND input.addCollectionIds",
				"NOT_FOUND input.removeCollectionIds",
				"BAD_USER_INPUT input.removeCollectionIds",
			},
		},
	} {
		made, err := b.Collections.CreateCollectionSet(t.Context(), c.in)
		holdingstest.WantProblems(t, err, c.want...)
		now, err := b.Collections.UpdateCollectionSet(t.Context(), set.ID, nil, c.in)
		holdingstest.WantProblems(t, err, c.want...)
		if made != nil || now == nil || now.Name != "Old Ones" {
			t.Errorf("made %v, beside the refusal %v", made, now)
		}
	}
	now, err := b.Collections.UpdateCollectionSet(t.Context(), set.ID, new(2), collections.SetInput{Name: new("X")})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	if now == nil || now.Name != "Old Ones" {
		t.Errorf("beside the conflict %v", now)
	}
	_, err = b.Collections.UpdateCollectionSet(t.Context(), 4711, nil, collections.SetInput{})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.setId")
	_, err = b.Collections.CreateCollectionSet(t.Context(), collections.SetInput{})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.name")
	busy := errors.New("busy")
	if err := b.WhileBusy(busy).Collections.DeleteCollectionSet(t.Context(), set.ID); !errors.Is(err, busy) {
		t.Errorf("%v", err)
	}
	if got := b.setText(set.ID); got != before || b.Store.Read.CollectionSet.Query().CountX(t.Context()) != 2 {
		t.Errorf("something was saved: %s, before %s", got, before)
	}
}

// TestDeleteCollection: only what nothing refers to goes, and the reports of jobs stay.
func TestDeleteCollection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, jobID := b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(2, 30)...)) // two are hidden
	ids := b.CreateLocal("Empty", "Other")
	order := b.AddPOLine("POL-1", "j004")
	license, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("L-1")})
	b.Must(err)
	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j000"), Staff: holdings.StaffChange{holdings.FieldLicense: holdings.LicenseText(license.ID)}})
	b.Must(err)
	set, err := b.Collections.CreateCollectionSet(t.Context(),
		collections.SetInput{Name: new("Some"), CollectionIDs: &[]int64{holdingstest.CollectionID, ids[1]}})
	b.Must(err)

	remove := func(with bool, want ...string) error {
		t.Helper()
		err := b.Collections.DeleteCollection(t.Context(), holdingstest.CollectionID, with)
		holdingstest.WantProblems(t, err, want...)
		return err
	}
	const inUse = "IN_USE input.collectionId"
	holdingstest.WantMessage(t, remove(false, inUse, inUse, inUse, inUse), `1 set: "Some"`, "1 PO line:", "license on 1 portfolio",
		"30 portfolios, those out")
	_, err = b.Collections.UpdateCollectionSet(t.Context(), set.ID, nil, collections.SetInput{Remove: []int64{holdingstest.CollectionID}})
	b.Must(err)
	remove(true, inUse, inUse)
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), order.ID))
	remove(true, inUse)
	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j000"), Staff: holdings.StaffChange{holdings.FieldLicense: nil}})
	b.Must(err)
	remove(false, inUse)
	busy := errors.New("busy")
	if err := b.WhileBusy(busy).Collections.DeleteCollection(t.Context(), holdingstest.CollectionID, true); !errors.Is(err, busy) {
		t.Errorf("%v", err)
	}
	if n := b.Store.Read.Portfolio.Query().CountX(t.Context()); n != 30 {
		t.Fatalf("%d portfolios are left though nothing was deleted", n)
	}

	report := b.ReportText(jobID)
	remove(true)
	ctx, read := t.Context(), b.Store.Read
	left := []int{
		read.Portfolio.Query().CountX(ctx), read.Entitlement.Query().CountX(ctx), read.CoverageStatement.Query().CountX(ctx),
		read.Collection.Query().CountX(ctx), read.JobChange.Query().Where(jobchange.PortfolioIDNotNil()).CountX(ctx),
	}
	if diff := cmp.Diff([]int{0, 0, 0, 2, 0}, left); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(report, b.ReportText(jobID)); diff != "" {
		t.Errorf("the report has changed:\n%s", diff)
	}
	remove(true, "NOT_FOUND input.collectionId")
	b.Must(b.Collections.DeleteCollection(t.Context(), ids[0], false))
}

// TestDeleteActivatedCollection: what was activated from the Community Zone is deactivated instead.
func TestDeleteActivatedCollection(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	c, _ := b.activate(manually(holdingstest.BooksZone))
	err := b.Collections.DeleteCollection(t.Context(), c.ID, true)
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.collectionId")
	holdingstest.WantMessage(t, err, "deactivate")
	if n := b.Store.Read.Portfolio.Query().Where(portfolio.CollectionID(c.ID)).CountX(t.Context()); n != 0 {
		t.Error(n)
	}
}
