package holdings_test

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
	"autoholdings/internal/keyset"
)

// local makes local collections, by name.
func (b *testBundle) local(names ...string) (ids []int64) {
	b.t.Helper()
	for _, name := range names {
		c, err := b.collections.CreateCollection(b.t.Context(), collections.NewCollection{Name: name, Active: true, Available: true})
		b.must(err)
		ids = append(ids, c.ID)
	}
	return ids
}

// setText is a set with its collections, in one comparable text.
func (b *testBundle) setText(id int64) string {
	b.t.Helper()
	page, err := b.collections.CollectionsOfSet(b.t.Context(), id, keyset.Window{First: 100})
	b.must(err)
	counts, err := b.collections.MemberCounts(b.t.Context(), []int64{id})
	b.must(err)
	var names []string
	for _, c := range page.Items {
		names = append(names, c.Name)
	}
	set := b.store.Read.CollectionSet.GetX(b.t.Context(), id)
	return fmt.Sprintf("%s (%s) v%d, %d: %s", set.Name, set.Description, set.Version, counts[id], strings.Join(names, " "))
}

func TestCollectionSets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.local("C", "A", "B", "D")
	want := func(set *ent.CollectionSet, text string) {
		t.Helper()
		if got := b.setText(set.ID); got != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
	update := func(set *ent.CollectionSet, in collections.SetInput) {
		t.Helper()
		_, err := b.collections.UpdateCollectionSet(t.Context(), set.ID, nil, in)
		b.must(err)
	}
	set, err := b.collections.CreateCollectionSet(t.Context(),
		collections.SetInput{Name: new(" Old ones "), Description: new("To leave"), CollectionIDs: &[]int64{ids[0], ids[1], ids[0]}})
	b.must(err)
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
	b.must(b.collections.DeleteCollectionSet(t.Context(), set.ID))
	wantProblems(t, b.collections.DeleteCollectionSet(t.Context(), set.ID), "NOT_FOUND input.setId")
	if n := b.store.Read.Collection.Query().CountX(t.Context()); n != 5 {
		t.Errorf("%d collections are left", n)
	}
	if n := b.store.Read.CollectionSetMember.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d members of nothing are left", n)
	}
}

// TestWrongSet: everything that is wrong is said at once, and nothing is saved.
func TestWrongSet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.local("A", "B")
	set, err := b.collections.CreateCollectionSet(t.Context(), collections.SetInput{Name: new("Old Ones"), CollectionIDs: &ids})
	b.must(err)
	_, err = b.collections.CreateCollectionSet(t.Context(), collections.SetInput{Name: new("Économie")})
	b.must(err)
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
		made, err := b.collections.CreateCollectionSet(t.Context(), c.in)
		wantProblems(t, err, c.want...)
		now, err := b.collections.UpdateCollectionSet(t.Context(), set.ID, nil, c.in)
		wantProblems(t, err, c.want...)
		if made != nil || now == nil || now.Name != "Old Ones" {
			t.Errorf("made %v, beside the refusal %v", made, now)
		}
	}
	now, err := b.collections.UpdateCollectionSet(t.Context(), set.ID, new(2), collections.SetInput{Name: new("X")})
	wantProblems(t, err, "CONFLICT input.version")
	if now == nil || now.Name != "Old Ones" {
		t.Errorf("beside the conflict %v", now)
	}
	_, err = b.collections.UpdateCollectionSet(t.Context(), 4711, nil, collections.SetInput{})
	wantProblems(t, err, "NOT_FOUND input.setId")
	_, err = b.collections.CreateCollectionSet(t.Context(), collections.SetInput{})
	wantProblems(t, err, "BAD_USER_INPUT input.name")
	busy := errors.New("busy")
	if err := b.whileBusy(busy).Collections.DeleteCollectionSet(t.Context(), set.ID); !errors.Is(err, busy) {
		t.Errorf("%v", err)
	}
	if got := b.setText(set.ID); got != before || b.store.Read.CollectionSet.Query().CountX(t.Context()) != 2 {
		t.Errorf("something was saved: %s, before %s", got, before)
	}
}

// TestDeleteCollection: only what nothing refers to goes, and the reports of jobs stay.
func TestDeleteCollection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, jobID := b.sync(1, listOf(numbered(0, 30)...))
	b.sync(1, listOf(numbered(2, 30)...)) // two are hidden
	ids := b.local("Empty", "Other")
	order := b.order("POL-1", "j004")
	license, err := b.acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("L-1")})
	b.must(err)
	_, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.portfolioID("j000"), LicenseID: &license.ID})
	b.must(err)
	set, err := b.collections.CreateCollectionSet(t.Context(),
		collections.SetInput{Name: new("Some"), CollectionIDs: &[]int64{collectionID, ids[1]}})
	b.must(err)

	remove := func(with bool, want ...string) error {
		t.Helper()
		err := b.collections.DeleteCollection(t.Context(), collectionID, with)
		wantProblems(t, err, want...)
		return err
	}
	const inUse = "IN_USE input.collectionId"
	wantMessage(t, remove(false, inUse, inUse, inUse, inUse), `1 set: "Some"`, "1 PO line:", "license on 1 portfolio",
		"30 portfolios, those out")
	_, err = b.collections.UpdateCollectionSet(t.Context(), set.ID, nil, collections.SetInput{Remove: []int64{collectionID}})
	b.must(err)
	remove(true, inUse, inUse)
	b.must(b.acquisitions.DeletePOLine(t.Context(), order.ID))
	remove(true, inUse)
	_, err = b.service.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.portfolioID("j000"), LicenseID: new(int64(0))})
	b.must(err)
	remove(false, inUse)
	busy := errors.New("busy")
	if err := b.whileBusy(busy).Collections.DeleteCollection(t.Context(), collectionID, true); !errors.Is(err, busy) {
		t.Errorf("%v", err)
	}
	if n := b.store.Read.Portfolio.Query().CountX(t.Context()); n != 30 {
		t.Fatalf("%d portfolios are left though nothing was deleted", n)
	}

	report := b.reportText(jobID)
	remove(true)
	ctx, read := t.Context(), b.store.Read
	left := []int{
		read.Portfolio.Query().CountX(ctx), read.Entitlement.Query().CountX(ctx), read.CoverageStatement.Query().CountX(ctx),
		read.Collection.Query().CountX(ctx), read.JobChange.Query().Where(jobchange.PortfolioIDNotNil()).CountX(ctx),
	}
	if diff := cmp.Diff([]int{0, 0, 0, 2, 0}, left); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(report, b.reportText(jobID)); diff != "" {
		t.Errorf("the report has changed:\n%s", diff)
	}
	remove(true, "NOT_FOUND input.collectionId")
	b.must(b.collections.DeleteCollection(t.Context(), ids[0], false))
}

// TestDeleteActivatedCollection: what was activated from the Community Zone is deactivated instead.
func TestDeleteActivatedCollection(t *testing.T) {
	t.Parallel()
	b := setupZone(t)
	c, _ := b.activate(manually(booksZone))
	err := b.collections.DeleteCollection(t.Context(), c.ID, true)
	wantProblems(t, err, "BAD_USER_INPUT input.collectionId")
	wantMessage(t, err, "deactivate")
	if n := b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(c.ID)).CountX(t.Context()); n != 0 {
		t.Error(n)
	}
}
