package holdings_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestKeysByEntitlement: two profiles' lists have other title_ids for one portfolio. Each finds it again, and a later
// list of either does not break the other's.
func TestKeysByEntitlement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := "Brain; id=brain; print=@1; first=1996", "Brain; id=X-77; print=@1; first=1996"
	b.dated(1, "2026-01-01", holdingstest.KBART(others+first))
	b.dated(2, "2026-01-02", holdingstest.KBART(others+second))
	id := b.portfolio("X-77").ID // the newer release
	if diff := cmp.Diff(map[string]string{"title_id": "brain"}, b.said(1, "X-77")); diff != "" {
		t.Errorf("what the first list said is kept:\n%s", diff)
	}
	if got := b.said(2, "X-77"); len(got) != 0 {
		t.Errorf("the second list says what the portfolio shows: %v", got)
	}
	// Each list now gives up the ISSN and the title, so that its own title_id alone tells.
	second = "Brain and Mind; id=X-77; first=1996"
	if counts, _ := b.dated(2, "2026-02-02", holdingstest.KBART(others+second)); counts.Updated != 1 || counts.Added+counts.Removed != 0 {
		t.Errorf("the second profile: %+v", counts)
	}
	first = "Brain Research; id=BRAIN; first=1996"
	if counts, _ := b.dated(1, "2026-02-03", holdingstest.KBART(others+first)); counts.Updated != 1 || counts.Added+counts.Removed+counts.Waiting != 0 {
		t.Errorf("the first profile: %+v", counts)
	}
	p := b.Store.Read.Portfolio.GetX(t.Context(), id)
	if p.PublicationTitle != "Brain Research" || p.TitleID != "BRAIN" {
		t.Errorf("the newer release stands: %s, %s", p.PublicationTitle, p.TitleID)
	}
	if diff := cmp.Diff(map[string]string{"publication_title": "Brain and Mind", "title_id": "X-77"}, b.said(2, "BRAIN")); diff != "" {
		t.Errorf("what the second list said:\n%s", diff)
	}
	for profile, list := range map[int64]string{1: first, 2: second} {
		date := map[int64]string{1: "2026-02-03", 2: "2026-02-02"}[profile]
		if counts, _ := b.dated(profile, date, holdingstest.KBART(others+list)); counts.Changed() {
			t.Errorf("profile %d again: %+v", profile, counts)
		}
	}
	if n := b.Store.Read.Portfolio.Query().CountX(t.Context()); n != 41 {
		t.Errorf("%d portfolios", n)
	}
}

// TestKeysOfOthers: a list finds a portfolio by the keys that another profile's list has for it, where its own has
// none.
func TestKeysOfOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+"Brain; id=brain; print=@1"))
	b.dated(2, "2026-01-02", holdingstest.KBART(others+"Brain; id=X-77; print=@1")) // the portfolio shows X-77
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.Create().SetID(3).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
			SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).Exec(ctx)
	})
	counts, _ := b.dated(3, "2026-01-03", holdingstest.KBART("Brain, new; id=brain"))
	if n := b.Store.Read.Portfolio.Query().CountX(t.Context()); counts.Added != 1 || n != 41 {
		t.Errorf("%d portfolios: %+v", n, counts)
	}
}

// TestLocalKeysTakeNoPart: what staff wrote never pairs; what the list last said does.
func TestLocalKeysTakeNoPart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1"))
	id := b.portfolio("brain").ID
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(id).SetLocalValues(`{"title_id":"ours"}`).Exec(ctx)
	})
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain-new; print=@1"))
	counts, _ := b.Sync(1, holdingstest.KBART(others+"Brain, renamed; id=brain-new"))
	if p := b.portfolio("brain-new"); counts.Updated != 1 || counts.Added != 0 || p.ID != id || p.PublicationTitle != "Brain, renamed" ||
		holdings.ShownPortfolio(p).TitleID != "ours" {
		t.Errorf("by the list's own key: %+v", counts)
	}
	counts, jobID := b.Sync(1, holdingstest.KBART(others+"Other; id=ours; first=2001"))
	if counts.Added != 1 || counts.Removed != 1 {
		t.Errorf("what staff wrote pairs no other title: %+v\n%s", counts, b.ReportText(jobID))
	}
}

// TestTakeOver: where the profile whose values a portfolio shows no longer lists it, those of one that does take over.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	prepare := func(t *testing.T) *testBundle {
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+"Brain; id=brain; print=@1; pub=First; url=https://example.org/1; notes=one"))
		b.dated(2, "2026-01-02", holdingstest.KBART(others+"Brain; id=X-77; print=@1; pub=Second; url=https://example.org/2; author=Second"))
		return b
	}
	t.Run("in the same run", func(t *testing.T) {
		t.Parallel()
		b := prepare(t)
		counts, jobID := b.dated(2, "2026-02-01", holdingstest.KBART(others))
		p := b.portfolio("brain")
		if counts.Withdrawn != 1 || p.PublisherName != "First" || p.TitleURL != "https://example.org/1" || p.Notes != "one" || !p.Listed {
			t.Errorf("%+v, %+v", counts, p)
		}
		if got := b.said(1, "brain"); len(got) != 0 {
			t.Errorf("the first list says what is shown: %v", got)
		}
		report := b.ReportText(jobID)
		for _, line := range []string{
			"WITHDRAW Brain publisher_name: Second → First", "WITHDRAW Brain title_id: X-77 → brain",
			"WITHDRAW Brain :",
		} {
			if !strings.Contains(report, line) {
				t.Errorf("%q is not in the report:\n%s", line, report)
			}
		}
		if again, _ := b.dated(1, "2026-02-02", holdingstest.KBART(others+
			"Brain; id=brain; print=@1; pub=First; url=https://example.org/1; notes=one")); again.Changed() {
			t.Errorf("the list that stands: %+v", again)
		}
		if again, _ := b.dated(2, "2026-02-03", holdingstest.KBART(others)); again.Changed() {
			t.Errorf("the one that withdrew: %+v", again)
		}
	})
	t.Run("behind a local value", func(t *testing.T) {
		t.Parallel()
		b := prepare(t)
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Portfolio.Update().Where(portfolio.TitleID("X-77")).SetLocalValues(`{"publisher_name":"Ours"}`).Exec(ctx)
		})
		b.dated(2, "2026-02-01", holdingstest.KBART(others))
		if p := b.portfolio("brain"); p.PublisherName != "First" || holdings.ShownPortfolio(p).PublisherName != "Ours" {
			t.Errorf("%+v", p)
		}
	})
	t.Run("not by the profile that withdraws what others show", func(t *testing.T) {
		t.Parallel()
		b := prepare(t)
		b.dated(1, "2026-02-01", holdingstest.KBART(others))
		if p := b.portfolio("X-77"); p.PublisherName != "Second" {
			t.Errorf("%+v", p)
		}
	})
}

// TestOlderListFillsEmptyFieldsOnly: where a newer release of another profile stands, what differs is kept beside it.
func TestOlderListFillsEmptyFieldsOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(2, "2026-02-01", holdingstest.KBART(others+"Brain; id=brain; print=@1; pub=Second; first=1996"))
	counts, jobID := b.dated(1, "2026-01-01", holdingstest.KBART(others+"Brain; id=brain; print=@1; pub=First; notes=filled; first=2000"))
	p := b.portfolio("brain")
	if p.PublisherName != "Second" || p.Notes != "filled" || counts.Added != 41 {
		t.Errorf("%+v, %+v", counts, p)
	}
	if diff := cmp.Diff(map[string]string{"publisher_name": "First"}, b.said(1, "brain")); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(b.ReportText(jobID), "DIVERGES Brain") {
		t.Errorf("that it diverges is not told:\n%s", b.ReportText(jobID))
	}
	if got := b.coverage("brain"); got != "1996 – present; 2000 – present" && got != "2000 – present; 1996 – present" {
		t.Errorf("coverage belongs to the entitlement: %s", got)
	}
	if counts, _ := b.dated(1, "2026-01-02", holdingstest.KBART(others+
		"Brain; id=brain; print=@1; pub=First; notes=filled; first=2000")); counts.Changed() {
		t.Errorf("again: %+v", counts)
	}
	b.dated(1, "2026-03-01", holdingstest.KBART(others+"Brain; id=brain; print=@1; pub=First; notes=filled; first=2000"))
	if p := b.portfolio("brain"); p.PublisherName != "First" || len(b.said(1, "brain")) != 0 ||
		b.said(2, "brain")["publisher_name"] != "Second" {
		t.Errorf("once it is newer: %+v", p)
	}
}

// TestNewerReleaseReachesLocalTitles: that staff put a value beside the provider's keeps nothing from the newer release.
func TestNewerReleaseReachesLocalTitles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := "Brain; id=brain; print=@1; publisher_name=One; title_url=https://a.org/1",
		"Brain; id=brain; print=@1; publisher_name=Two; title_url=https://a.org/2"
	b.dated(1, "2026-01-01", holdingstest.KBART(others+first))
	b.dated(2, "2026-01-02", holdingstest.KBART(others+second))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().Where(portfolio.TitleID("brain")).SetLocalValues(`{"title_url":"https://ours.example"}`).Exec(ctx)
	})
	counts, _ := b.dated(1, "2026-01-03", holdingstest.KBART(others+first))
	if p := b.portfolio("brain"); counts.Updated != 1 || counts.Locked != 1 || p.PublisherName != "One" || p.TitleURL != "https://a.org/1" {
		t.Errorf("%s, %s: %+v", p.PublisherName, p.TitleURL, counts)
	}
	if counts, _ := b.dated(1, "2026-01-04", holdingstest.KBART(others+first)); counts.Changed() || counts.Locked != 0 {
		t.Errorf("the same again: %+v", counts)
	}
}

// TestTakeOverByWhatWasAppliedLast: the release that counts is the one that a profile has now, not the newest that it
// ever had.
func TestTakeOverByWhatWasAppliedLast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.Create().SetID(3).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").SetAPIKeySealed([]byte("x")).
			SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).Exec(ctx)
	})
	list := func(publisher string) string {
		return holdingstest.KBART(others + "Brain; id=brain; print=@1; publisher_name=" + publisher)
	}
	b.dated(1, "2026-03-01", list("One"))
	b.dated(1, "2026-01-01", list("One, older")) // by force
	b.dated(2, "2026-02-01", list("Two"))
	b.dated(3, "2026-04-01", list("Three"))
	if counts, _ := b.dated(3, "2026-05-01", holdingstest.KBART(others)); counts.Withdrawn != 1 {
		t.Fatalf("%+v", counts)
	}
	if p := b.portfolio("brain"); p.PublisherName != "Two" {
		t.Errorf("%s took over", p.PublisherName)
	}
}

// TestFurtherKeys: an identifier of a title's further row leads to its portfolio as long as the list has that row, and
// no longer: neither where nothing else differs, nor after an undo.
func TestFurtherKeys(t *testing.T) {
	t.Parallel()
	const (
		alone   = "Brain; id=brain; print=@1; online=@2; first=1996\n"
		another = "Brain; id=brain; print=@3; online=@2; first=1996\n" // the same title and the same coverage
		older   = "Brain; id=brain; print=@3; online=@2; first=1990; last=1995\n"
		heir    = "Zodiac Letters; id=zodiac; print=@3; first=1996\n" // another journal, which has that number now
	)
	t.Run("the row goes and nothing else differs", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+alone+another))
		id := b.portfolio("brain").ID
		if counts, _ := b.dated(1, "2026-02-01", holdingstest.KBART(others+alone)); counts.Changed() {
			t.Errorf("%+v", counts)
		}
		b.dated(1, "2026-06-01", holdingstest.KBART(others+heir))
		if p := b.Store.Read.Portfolio.GetX(t.Context(), id); p.PublicationTitle != "Brain" {
			t.Errorf("the portfolio of Brain is that of %s", p.PublicationTitle)
		}
	})
	t.Run("the row comes and nothing else differs", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+alone))
		id := b.portfolio("brain").ID
		_, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others+alone+another))
		if got := b.Store.Read.Portfolio.GetX(t.Context(), id).MoreKeys; got == "" {
			t.Error("the row's identifier is no key")
		}
		b.undo(1, jobID)
		if got := b.Store.Read.Portfolio.GetX(t.Context(), id).MoreKeys; got != "" {
			t.Errorf("after the undo %s is still a key", got)
		}
	})
	t.Run("the list that had the row is undone", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+alone))
		id, before := b.portfolio("brain").ID, b.wholeText()
		_, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others+alone+older))
		b.undo(1, jobID)
		if diff := cmp.Diff(before, b.wholeText()); diff != "" {
			t.Errorf("the undo does not give back what was there:\n%s", diff)
		}
		b.dated(1, "2026-06-01", holdingstest.KBART(others+heir))
		if p := b.Store.Read.Portfolio.GetX(t.Context(), id); p.PublicationTitle != "Brain" {
			t.Errorf("the portfolio of Brain is that of %s", p.PublicationTitle)
		}
	})
	t.Run("another profile's list has it still", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+alone+another))
		b.dated(2, "2026-01-02", holdingstest.KBART(others+alone))
		if got := b.portfolio("brain").MoreKeys; got == "" {
			t.Error("the second profile's list took a key of the first's away")
		}
	})
}
