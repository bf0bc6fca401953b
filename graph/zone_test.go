package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/providerfile"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// makeZoneTitles gives titles to two collections of the Community Zone that no profile syncs; of some there are two of
// a name, and one it has no longer.
func (c *catalogue) makeZoneTitles(ctx context.Context, tx *store.Tx) error {
	zones, err := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzIDIn("500", "501")).
		Order(communityzonecollection.ByCzID()).IDs(ctx)
	if err != nil {
		return err
	}
	for i := range 15 {
		title := fmt.Sprintf("Known Book %d", i/2)
		create := tx.CommunityZoneTitle.Create().SetID(c.store.NextID()).SetCreatedAt(1).SetUpdatedAt(2).SetCommunityZoneCollectionID(zones[i%2]).
			SetPublicationTitle(title).SetTitleKey(kbart.FoldTitle(title)).SetTitleID(fmt.Sprintf("known-%d", i)).SetPublicationType("monograph").
			SetPrintIdentifier(fmt.Sprintf("9780000000%02d0", i)).SetPrintKey("").SetValuesHash(0)
		switch i {
		case 3:
			create.SetPrintIdentifier("978-0-19-852663-6").SetPrintKey("9780198526636")
		case 4:
			create.SetOnlineIdentifier("0006-8950").SetOnlineKey("00068950").
				SetCoverage(`[{"dateFirst":"1878","dateLast":"1995","kind":"ARCHIVE"},{"dateFirst":"1996"}]`)
		case 14:
			create.SetRemovedAt(3)
		}
		if err := create.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// TestCommunityZoneTitles: each filter narrows the list to what it says; those that are gone are found by id alone.
func TestCommunityZoneTitles(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	for _, test := range []struct {
		filter string
		want   []string
	}{
		{`{titlePrefix: "known BOOK 1"}`, []string{"known-2", "known-3"}},
		{`{titlePrefix: "known book 1", communityZoneId: "501"}`, []string{"known-3"}},
		{`{titleId: "known-5"}`, []string{"known-5"}},
		{`{titleId: "known-5", communityZoneId: "500"}`, nil},
		{`{titleId: "Known-5"}`, nil},
		{`{identifier: "0198526636"}`, []string{"known-3"}},
		{`{identifier: "0006-8950", communityZoneId: "500"}`, []string{"known-4"}},
		{`{identifier: "00068950", communityZoneId: "501"}`, nil},
		{`{identifier: "nothing"}`, nil},
		{`{communityZoneId: "500"}`, []string{"known-0", "known-2", "known-4", "known-6", "known-8", "known-10", "known-12"}},
		{`{communityZoneId: "nowhere"}`, nil},
		{`{titleId: "known-14"}`, nil},
	} {
		var got struct {
			Page struct {
				TotalCount int
				Nodes      []struct{ TitleID string }
			}
		}
		c.query(`{ page: communityZoneTitles(filter: `+test.filter+`) { totalCount nodes { titleId } } }`, nil, &got)
		var found []string
		for _, n := range got.Page.Nodes {
			found = append(found, n.TitleID)
		}
		if diff := cmp.Diff(test.want, found); diff != "" || got.Page.TotalCount != len(found) {
			t.Errorf("%s: totalCount %d\n%s", test.filter, got.Page.TotalCount, diff)
		}
	}
	gone := c.store.Read.CommunityZoneTitle.Query().Where(communityzonetitle.RemovedAtNotNil()).OnlyIDX(t.Context())
	one := c.store.Read.CommunityZoneTitle.Query().Where(communityzonetitle.TitleID("known-4")).OnlyIDX(t.Context())
	var got struct{ Nodes []json.RawMessage }
	c.query(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on CommunityZoneTitle { title titleId printIdentifier onlineIdentifier url
		publicationType coverage { from to kind profiles { name } } communityZoneCollection { communityZoneId } createdAt updatedAt } } }`,
		input{"ids": []string{model.ID(model.CommunityZoneTitleType, one), model.ID(model.CommunityZoneTitleType, gone)}}, &got)
	want := `{"title":"Known Book 2","titleId":"known-4","printIdentifier":"9780000000040","onlineIdentifier":"0006-8950",` +
		`"url":null,"publicationType":"MONOGRAPH",` +
		`"coverage":[{"from":"1878","to":"1995","kind":"ARCHIVE","profiles":[]},{"from":"1996","to":null,"kind":null,"profiles":[]}],` +
		`"communityZoneCollection":{"communityZoneId":"500"},"createdAt":"1970-01-01T00:00:00.001Z","updatedAt":"1970-01-01T00:00:00.002Z"}`
	if diff := cmp.Diff(want, string(got.Nodes[0])); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(got.Nodes[1]), "known-14") {
		t.Errorf("what the Community Zone has no longer: %s", got.Nodes[1])
	}
	for _, wrong := range []string{`first: 0`, `first: 501`, `after: "garbage"`} {
		if a := c.ask(`{ communityZoneTitles(`+wrong+`) { nodes { id } } }`, nil); len(a.Errors) != 1 ||
			a.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("%s: %+v", wrong, a.Errors)
		}
	}
}

// TestImportCommunityZoneTitles: the job imports what the provider has, and its report names titles and no portfolios.
func TestImportCommunityZoneTitles(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 90}).work()
	preview := b.done("importCommunityZoneTitles", input{"mode": "PREVIEW"}).Job
	if job := b.waitFor(preview.ID); preview.Kind != "COMMUNITY_ZONE" || preview.Mode != "PREVIEW" || job.Verdict != jobs.VerdictPreviewed {
		t.Errorf("%+v: %s", preview, job.Summary)
	}
	queued := b.done("importCommunityZoneTitles", input{"idempotencyKey": "once"}).Job
	if job := b.waitFor(queued.ID); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	if again := b.done("importCommunityZoneTitles", input{"idempotencyKey": "once"}).Job; again.ID != queued.ID {
		t.Errorf("the same key again: %+v", again)
	}
	b.checkZoneJob(queued.ID)
	b.query(`query($id: ID!) { job(id: $id) `+everyField(contract(t), "Job", 1)+` }`, input{"id": queued.ID}, new(any))
	for path, want := range map[string]string{"report.tsv": "ADD\t", "report.json": `"action":"ADD"`} {
		response, body := b.fetch("/jobs/"+queued.ID+"/"+path, "")
		if response.StatusCode != http.StatusOK || !strings.Contains(strings.ReplaceAll(string(body), `": "`, `":"`), want) {
			t.Errorf("%s: status %d: %.300s", path, response.StatusCode, body)
		}
	}

	only := b.done("importCommunityZoneTitles", input{"communityZoneId": journalsCZ, "force": true}).Job
	if job := b.waitFor(only.ID); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	former := b.store.Read.ProviderFile.Query().Where(providerfile.Content("BOOKS")).OnlyIDX(t.Context())
	given := b.done("importCommunityZoneTitles", input{"communityZoneId": booksCZ, "fileId": model.ID(model.ProviderFileType, former)}).Job
	if job := b.waitFor(given.ID); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.unchanged(func() { b.refused("undoJob", input{"jobId": queued.ID}, "WRONG_STATE input.jobId") })
}

func (b *testBundle) checkZoneJob(id string) {
	b.t.Helper()
	var got struct {
		Job struct {
			Kind     string
			Counts   struct{ Added, Titles, Free int }
			Profiles []thing
			Parts    []struct {
				State, CollectionName string
				ProfileName           *string
				Profile, Collection   *thing
				File                  struct {
					Name    string
					Profile *thing
				}
			}
			Changes struct {
				TotalCount int
				Nodes      []struct {
					Title     string
					Portfolio *thing
				}
			}
		}
		CommunityZoneCollections struct {
			Nodes []struct {
				TitleCount      int
				TitlesUpdatedAt *string
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { kind counts { added ... on ListCounts { titles free } } profiles { id }
		parts { state collectionName profileName profile { id } collection { id } file { name profile { id } } }
			changes(first: 500, filter: {action: [ADD]}) { totalCount nodes { title portfolio { id } } } }
		communityZoneCollections { nodes { titleCount titlesUpdatedAt } } }`, input{"id": id}, &got)
	job, titles := got.Job, 0
	for _, zone := range got.CommunityZoneCollections.Nodes {
		titles += zone.TitleCount
		if zone.TitlesUpdatedAt == nil {
			b.t.Error("a collection does not say when its titles were imported")
		}
	}
	if job.Counts.Added == 0 || job.Counts.Added != titles || job.Counts.Added != job.Changes.TotalCount || job.Counts.Free == 0 ||
		len(job.Profiles) != 0 || len(job.Parts) != 2 {
		b.t.Errorf("%+v, %d titles", job, titles)
	}
	for _, p := range job.Parts {
		if p.State != "APPLIED" || p.Profile != nil || p.Collection == nil || p.File.Profile != nil ||
			!strings.Contains(p.File.Name, b.mock.Release()) {
			b.t.Errorf("%+v", p)
		}
	}
	for _, c := range job.Changes.Nodes {
		if c.Title == "" || c.Portfolio != nil {
			b.t.Errorf("%+v", c)
		}
	}
	if n := b.store.Read.JobChange.Query().Where(jobchange.PortfolioIDNotNil()).CountX(b.t.Context()); n != 0 {
		b.t.Errorf("%d changes of portfolios", n)
	}
}

// TestImportCommunityZoneTitlesRefused: wrong input queues nothing, and names the field.
func TestImportCommunityZoneTitlesRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	b.done("importCommunityZoneTitles", input{})
	file := model.ID(model.ProviderFileType, 4711)
	const name = "importCommunityZoneTitles"
	b.unchanged(func() {
		b.refused(name, input{}, "CONFLICT input.communityZoneId")
		b.refused(name, input{"communityZoneId": ""}, "BAD_USER_INPUT input.communityZoneId")
		b.refused(name, input{"communityZoneId": "", "fileId": "garbage"}, "BAD_USER_INPUT input.communityZoneId", "BAD_USER_INPUT input.fileId")
		b.refused(name, input{"communityZoneId": "nowhere"}, "NOT_FOUND input.communityZoneId")
		b.refused(name, input{"fileId": file}, "BAD_USER_INPUT input.communityZoneId")
		b.wrongIDs(name, model.ProviderFileType, "fileId", input{"communityZoneId": booksCZ})
		for _, wrong := range []string{`mode: LATER`, `force: 1`, `communityZoneId: 5`, `colour: "red"`} {
			if a := b.ask(`mutation { importCommunityZoneTitles(input: {`+wrong+`}) { job { id } } }`, nil); len(a.Errors) == 0 {
				t.Errorf("%s was taken", wrong)
			}
		}
	})
}
