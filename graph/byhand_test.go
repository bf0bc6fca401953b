package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// standing is how a portfolio stands, as the API shows it.
type standing struct {
	Title                                            string
	Available, Accessible, ListedByProvider, Waiting bool
	RemovedAt                                        *string
	Entitlements                                     []struct {
		Active                bool
		Waiting, WaitingSince *string
	}
}

func (b *testBundle) standing(id string) (p standing) {
	b.t.Helper()
	var got struct{ Portfolio standing }
	b.query(`query($id: ID!) { portfolio(id: $id) { title available accessible listedByProvider waiting removedAt entitlements { active waiting
		waitingSince } } }`,
		input{"id": id}, &got)
	return got.Portfolio
}

// nodes are the ids that a listing of portfolios finds.
func (b *testBundle) nodes(field, arguments string) (ids []string) {
	b.t.Helper()
	var got map[string]struct{ Nodes []thing }
	b.query(fmt.Sprintf(`{ %s(%s) { nodes { id } } }`, field, arguments), nil, &got)
	for _, n := range got[field].Nodes {
		ids = append(ids, n.ID)
	}
	return ids
}

// TestPortfoliosByHand: what was kept is found once nothing is left to keep it for, taken out by a person, and brought
// back; a waiting one says that it waits, and patrons do not get to it.
func TestPortfoliosByHand(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	rows := b.store.Read.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByID()).IDsX(t.Context())
	kept, waiting, listed := rows[0], rows[1], rows[2]
	id := func(row int64) string { return model.ID(model.PortfolioType, row) }
	b.attachPOLine(kept)
	b.leaveUnlisted(kept, waiting)
	if p := b.standing(id(kept)); !p.Available || p.Accessible || p.ListedByProvider || p.Waiting || p.Entitlements[0].Waiting != nil ||
		p.Entitlements[0].WaitingSince != nil {
		t.Errorf("kept: %+v", p)
	}
	if p := b.standing(id(waiting)); !p.Available || p.Accessible || !p.Waiting || *p.Entitlements[0].Waiting != "CONTESTED" ||
		*p.Entitlements[0].WaitingSince != "2026-02-28" {
		t.Errorf("waiting: %+v", p)
	}
	if p := b.standing(id(listed)); !p.Accessible || p.Waiting {
		t.Errorf("listed: %+v", p)
	}
	if diff := cmp.Diff([]string{id(waiting)}, b.nodes("portfolios", "filter: {waiting: true}")); diff != "" {
		t.Error(diff)
	}
	b.unchanged(func() {
		b.refused("removePortfolio", input{"portfolioId": id(kept)}, "IN_USE input.portfolioId")
		b.refused("removePortfolio", input{"portfolioId": id(listed)}, "IN_USE input.portfolioId")
		b.wrongIDs("removePortfolio", "Portfolio", "portfolioId", nil)
		b.wrongIDs("restorePortfolio", "Portfolio", "portfolioId", nil)
	})
	none := b.nodes("portfoliosKeptWithoutReason", "first: 10")
	line := b.store.Read.POLine.Query().OnlyIDX(t.Context())
	b.done("updatePoLine", input{"poLineId": model.ID(model.POLineType, line), "portfolioId": nil})
	for field, arguments := range map[string]string{
		"portfoliosKeptWithoutReason": "first: 10",
		"portfolios":                  "filter: {keptWithoutReason: true}",
	} {
		if got := b.nodes(field, arguments); len(none) > 0 || len(got) != 1 || got[0] != id(kept) {
			t.Errorf("%s: %v, before that %v", field, got, none)
		}
	}
	b.withWriter(b.store.Read.Portfolio.GetX(t.Context(), kept).CollectionID, func() {
		b.refused("removePortfolio", input{"portfolioId": id(kept)}, "CONFLICT input.portfolioId")
	})
	for _, row := range []int64{kept, waiting} {
		if p := b.done("removePortfolio", input{"portfolioId": id(row)}).Portfolio; p.ID != id(row) || b.standing(p.ID).RemovedAt == nil {
			t.Errorf("%+v", b.standing(p.ID))
		}
	}
	b.done("restorePortfolio", input{"portfolioId": id(kept)})
	if p := b.standing(id(kept)); p.RemovedAt != nil || p.Accessible || !p.Available {
		t.Errorf("restored: %+v", p)
	}
}

// leaveUnlisted makes two portfolios as they are once no list has them: one is kept, and one waits.
func (b *testBundle) leaveUnlisted(kept, waiting int64) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Entitlement.Update().Where(entitlement.PortfolioIDIn(kept, waiting)).SetActive(false).Exec(ctx); err != nil {
			return err
		}
		if err := tx.Entitlement.Update().Where(entitlement.PortfolioID(waiting)).SetWaiting("CONTESTED").SetWaitingSince("2026-02-28").
			Exec(ctx); err != nil {
			return err
		}
		return tx.Portfolio.Update().Where(portfolio.IDIn(kept, waiting)).SetListed(false).Exec(ctx)
	})
}

// withWriter does something while a job of its own writes a collection.
func (b *testBundle) withWriter(collectionID int64, do func()) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.Create().SetID(99).SetCreatedAt(1).SetUpdatedAt(1).SetKind("SYNC").SetState(jobs.Running).SetMode("APPLY").
			SetTrigger("MANUAL").
			SetArgs([]byte("{}")).SetDueAt(1).SetHeartbeatAt(time.Now().UnixMilli() + 3_600_000).Exec(ctx)
	})
	writer := func(job any) {
		b.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, `UPDATE collections SET writer_job_id = ? WHERE id = ?`, job, collectionID)
			return err
		})
	}
	writer(99)
	do()
	writer(nil)
}

// marks and guards are as the API shows them.
type (
	marks struct {
		Percent, Titles int
		Most            *int
	}
	guards struct {
		Removals, Access, Identity, Additions marks
		Again, Shape                          bool
	}
)

func (b *testBundle) guards(profile string) (found guards, old marks) {
	b.t.Helper()
	var got struct {
		Profile struct {
			Guard  marks
			Guards guards
		}
	}
	b.query(`query($id: ID!) { profile(id: $id) { guard { percent titles } guards {
		removals { percent titles most } access { percent titles most } identity { percent titles most } additions { percent titles most }
		again shape } } }`,
		input{"id": profile}, &got)
	return got.Profile.Guards, got.Profile.Guard
}

// TestProfileGuards: every guard has marks of its own, which a save changes one by one; guard is the removals' by an
// older name.
func TestProfileGuards(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	p := b.newProfile(input{"customerNumber": "demo"})
	most := 1000
	usual := marks{10, 20, &most}
	want := guards{usual, usual, usual, marks{50, 100, nil}, true, true}
	check := func(what string) {
		t.Helper()
		got, old := b.guards(p.ID)
		if diff := cmp.Diff(want, got); diff != "" || old != (marks{want.Removals.Percent, want.Removals.Titles, nil}) {
			t.Errorf("%s: %+v\n%s", what, old, diff)
		}
	}
	check("a new profile")
	if row := b.store.Read.Profile.Query().OnlyX(t.Context()); row.Guards != nil {
		t.Errorf("the usual guards are kept: %s", row.Guards)
	}
	b.unchanged(func() {
		b.done("updateProfile", input{"profileId": p.ID, "guards": input{"removals": input{"percent": 10, "most": 1000}, "again": true}})
	})
	b.done("updateProfile", input{"profileId": p.ID, "guards": input{
		"removals": input{"percent": 30, "most": nil}, "access": input{"titles": 5}, "additions": input{"most": 7}, "again": false,
	}})
	seven := 7
	want.Removals, want.Access.Titles, want.Additions.Most, want.Again = marks{30, 20, nil}, 5, &seven, false
	check("changed")
	b.done("updateProfile", input{"profileId": p.ID, "guard": input{"titles": 3}, "guards": input{"shape": false, "identity": nil}})
	want.Removals.Titles, want.Shape = 3, false
	check("by the older name too")
	b.done("updateProfile", input{"profileId": p.ID, "description": "Another"})
	check("another field")
	row := b.store.Read.Profile.Query().OnlyX(t.Context())
	if g := profiles.GuardsOf(row); g.Again || g.Access.Titles != 5 || g.Removals != (plan.Marks{Percent: 30, Titles: 3}) {
		t.Errorf("as jobs read them: %+v", g)
	}
	b.unchanged(func() {
		refused := b.refused("updateProfile", input{
			"profileId": p.ID, "guard": input{"percent": 1, "titles": 4},
			"guards": input{"removals": input{"percent": 2, "titles": 4}},
		},
			"BAD_USER_INPUT input.guard.percent")
		if !strings.Contains(refused.UserErrors[0].Message, "guards.removals.percent") {
			t.Error(refused.UserErrors[0].Message)
		}
	})
	made := b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	if made.Settings == nil {
		t.Fatal("no settings")
	}
	p = b.newProfile(input{"customerNumber": "other", "guards": input{"access": input{"percent": 0, "titles": 0}, "shape": false}})
	want = guards{usual, marks{0, 0, &most}, usual, marks{50, 100, nil}, true, false}
	check("made so")
}

// TestNoListAlert: where the provider's last answers are no list, the profile says so and names the call that
// withdraws.
func TestNoListAlert(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	run := func() { b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID) }
	run()
	withdraw := input{"profileId": p.ID, "content": "BOOKS"}
	b.refused("withdrawProfile", withdraw, "WRONG_STATE input.profileId")
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content", Content: "books"}))
	for range 3 {
		run()
	}
	var got struct {
		Profiles struct {
			Nodes []struct {
				Alerts []struct{ Code, Content, Message, Hint string }
			}
		}
	}
	b.query(`{ profiles { nodes { alerts { code content message hint } } } }`, nil, &got)
	alerts := got.Profiles.Nodes[0].Alerts
	if len(alerts) != 1 || alerts[0].Code != "NO_LIST" || alerts[0].Content != "BOOKS" ||
		!strings.Contains(alerts[0].Message, "no file, no file, no file") ||
		!strings.Contains(alerts[0].Hint, fmt.Sprintf("withdrawProfile(input: {profileId: %q, content: BOOKS})", p.ID)) {
		t.Fatalf("%+v", alerts)
	}
	held := b.waitFor(b.done("withdrawProfile", withdraw).Job.ID)
	if held.State != jobs.NeedsReview {
		t.Errorf("%s: %s", held.State, held.Summary)
	}
}
