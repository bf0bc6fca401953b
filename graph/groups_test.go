package graph_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

type named struct{ ID, Name string }

// ranges are statements of coverage, in words.
type ranges []struct{ Text string }

func (r ranges) set() map[string]bool {
	texts := map[string]bool{}
	for _, st := range r {
		texts[st.Text] = true
	}
	return texts
}

// forGroups is a portfolio, with what each group has of it.
type forGroups struct {
	ID           string
	AvailableFor []named
	Entitlements []struct {
		Active   bool
		Coverage ranges
		Profile  *struct{ Groups []named }
	}
	CoverageByGroup []struct {
		Group    named
		Coverage ranges
	}
}

// ofProfilesIn is the coverage that the profiles in a group give.
func (p *forGroups) ofProfilesIn(group named) (all ranges) {
	for _, e := range p.Entitlements {
		if e.Active && e.Profile != nil && slices.Contains(e.Profile.Groups, group) {
			all = append(all, e.Coverage...)
		}
	}
	return all
}

// TestCoverageByGroup: each group that a portfolio reaches has the statements of the profiles in it, and no other group
// stands there; the filter finds just these portfolios.
func TestCoverageByGroup(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	var got struct{ Portfolios struct{ Nodes []forGroups } }
	c.query(`{ portfolios(first: 500) { nodes { id availableFor { id name } coverageByGroup { group { id name } coverage { text } }
		entitlements { active coverage { text } profile { groups { id name } } } } } }`, nil, &got)
	several, reached := 0, map[string][]string{}
	for _, p := range got.Portfolios.Nodes {
		if len(p.AvailableFor) == 0 { // everyone, or nobody
			continue
		}
		several++
		var have []named
		for _, g := range p.CoverageByGroup {
			have, reached[g.Group.ID] = append(have, g.Group), append(reached[g.Group.ID], p.ID)
			if diff := cmp.Diff(p.ofProfilesIn(g.Group).set(), g.Coverage.set()); diff != "" {
				t.Errorf("%s has of %s:\n%s", g.Group.Name, p.ID, diff)
			}
		}
		if diff := cmp.Diff(p.AvailableFor, have); diff != "" {
			t.Errorf("%s is for other groups than have coverage:\n%s", p.ID, diff)
		}
	}
	if several < 50 {
		t.Errorf("only %d portfolios are for groups", several)
	}
	for group, ids := range reached {
		found := c.walk(t, listingOf("", "portfolios", fmt.Sprintf("{inventoryGroupId: %q}", group)), 100)
		for _, id := range ids {
			if !slices.Contains(found, id) {
				t.Errorf("%s is not found for %s", id, group)
			}
		}
	}
}

// TestUnknownInventoryGroup: a filter by a group that is not there is an error, not an empty list.
func TestUnknownInventoryGroup(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	for id, code := range map[string]string{
		model.ID(model.InventoryGroupType, 4711): "NOT_FOUND", model.ID(model.ProfileType, 1): "BAD_USER_INPUT", "nonsense": "BAD_USER_INPUT",
	} {
		for _, fields := range []string{"nodes { id }", "totalCount"} {
			a := b.ask(`query($id: ID) { portfolios(filter: {inventoryGroupId: $id}) { `+fields+` } }`, input{"id": id})
			if !strings.Contains(a.Body, `"code":"`+code+`"`) {
				t.Errorf("%s, %s: %s", id, fields, a.Body)
			}
		}
	}
}

// TestGroupDownload: the address of a collection's list takes a group, and says what is wrong with another.
func TestGroupDownload(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	path := "/collections/" + model.ID(model.CollectionType, b.collection) + "/kbart.txt"
	whole := b.get(path).body
	groups := b.store.Read.InventoryGroup.Query().AllX(t.Context())
	for _, g := range groups { // the profile is for both
		d := b.get(path + "?group=" + model.ID(model.InventoryGroupType, g.ID))
		if name := d.header.Get("Content-Disposition"); d.body != whole || !strings.Contains(name, "_Alpine-Library-"+g.Name+"_") {
			t.Errorf("%s: %s\n%s", g.Name, name, d.body)
		}
	}
	other, err := b.profiles.CreateInventoryGroup(t.Context(), "Law", "")
	b.check(err)
	if d := b.get(path + "?group=" + model.ID(model.InventoryGroupType, other.ID)); strings.Count(d.body, "\n") != 1 {
		t.Errorf("a group that is for none of it is given\n%s", d.body)
	}
	b.request(http.MethodGet, path+"?group="+model.ID(model.InventoryGroupType, 4711)).hasCode(t, http.StatusNotFound, "NOT_FOUND")
	for _, wrong := range []string{"?group=", "?group=Law", "?group=" + model.ID(model.ProfileType, 1), "?groups=x"} {
		b.request(http.MethodGet, path+wrong).hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
	}
}

// TestChangeProfileGroups: previewed, applied as previewed, and undone by one who may change profiles.
func TestChangeProfileGroups(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	north := b.done("createInventoryGroup", input{"name": "North"}).InventoryGroup.ID
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID)
	change := input{"profileId": p.ID, "groupIds": []string{north}}
	shown := b.ended("changeProfileGroups", with(change, input{"mode": "PREVIEW"}), jobs.VerdictPreviewed)
	job := b.ended("changeProfileGroups", with(change, input{"previewJobId": shown}), jobs.VerdictChanged)
	b.wantGroupReport(job)
	for told, in := range map[string]input{
		"BAD_USER_INPUT input.groupIds":     change,
		"BAD_USER_INPUT input.profileId":    with(change, input{"profileId": "nonsense"}),
		"NOT_FOUND input.groupIds":          with(change, input{"groupIds": []string{model.ID(model.InventoryGroupType, 4711)}}),
		"BAD_USER_INPUT input.previewJobId": with(change, input{"groupIds": []string{}, "previewJobId": job}),
		"CONFLICT input.version":            with(change, input{"version": 77}),
	} {
		b.wants("changeProfileGroups", in, told)
	}
	b.wants("changeProfileGroups", with(change, input{"groupIds": []string{"nonsense"}}), "BAD_USER_INPUT input.groupIds")
	back := b.become(withScopes(access.Operate, access.Curate, access.Read))
	a := b.ask(`mutation($id: ID!) { undoJob(input: {jobId: $id}) { job { id } userErrors { code } } }`, input{"id": job})
	back()
	if !strings.Contains(a.Body, "FORBIDDEN") {
		t.Errorf("one who may not change profiles undoes it: %s", a.Body)
	}
	if undo := b.waitFor(b.done("undoJob", input{"jobId": job}).Job.ID); undo.Verdict != jobs.VerdictChanged {
		t.Errorf("%s: %s", undo.Verdict, undo.Summary)
	}
	if said := b.done("updateProfile", change).Notices; len(said) != 1 || !strings.Contains(said[0], "changeProfileGroups") {
		t.Errorf("%q", said)
	}
}

// wantGroupReport checks the counts and the lines of a job that left all titles to North.
func (b *testBundle) wantGroupReport(job string) {
	b.t.Helper()
	var got struct {
		Job struct {
			Counts struct {
				Updated, Profiles int
				Groups            []struct {
					Name           string
					Opened, Closed int
				}
			}
			Changes struct {
				TotalCount int
				Nodes      []struct{ Action, Field, OldValue, NewValue string }
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { counts { updated ... on GroupCounts { profiles groups { name opened closed } } }
		changes(first: 1, filter: {action: CLOSE}) { totalCount nodes { action field oldValue newValue } } } }`, input{"id": job}, &got)
	n := b.store.Read.Portfolio.Query().CountX(b.t.Context())
	g := got.Job.Counts
	if g.Updated != n || got.Job.Changes.TotalCount != n || g.Profiles != 1 || len(g.Groups) != 1 ||
		g.Groups[0].Name != "everyone" || g.Groups[0].Closed != n || g.Groups[0].Opened != 0 {
		b.t.Errorf("%+v", got.Job)
	}
	line := got.Job.Changes.Nodes[0]
	if line.Action != "CLOSE" || line.Field != "available_for" || line.OldValue != "everyone" || line.NewValue != "North" {
		b.t.Errorf("%+v", line)
	}
}
