package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

func init() {
	selected["testProfileConnection"] = `results { content ok code message hint }`
	selected["withdrawProfile"] = `job { id state kind mode }`
	selected["deleteProfile"] = `deletedId job { id state kind mode }`
	selected["deactivateCollection"] = `collection { id name active version }
		consequences { portfolios accessible poLines profiles { id } sets { id name } text }`
}

// connectionTest is what testProfileConnection answers for a content type.
type connectionTest struct {
	Content, Code, Message string
	OK                     bool
	Hint                   *string
}

type consequences struct {
	Portfolios, Accessible, PoLines int
	Profiles, Sets                  []thing
	Text                            []string
}

// TestProfileConnectionMutation: the answers of each content type, and what is wrong with the input.
func TestProfileConnectionMutation(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	p := b.newProfile(input{"customerNumber": "demo"}) // inactive
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "forbidden", Content: "journals"}))
	b.unchanged(func() {
		results := b.done("testProfileConnection", input{"profileId": p.ID}).Results
		if len(results) != 2 || results[0].Content != "BOOKS" || !results[0].OK || results[0].Code != "NEW_FILE" || results[0].Hint != nil ||
			results[1].Content != "JOURNALS" || results[1].OK || results[1].Code != "CREDENTIALS_REFUSED" || results[1].Hint == nil {
			t.Errorf("%+v", results)
		}
		b.mock.ClearFaults()
		for _, in := range []input{{"customerNumber": "demo", "apiKey": mockoup.DemoKey}, {"profileId": p.ID, "apiKey": nil}} {
			if results := b.done("testProfileConnection", in).Results; len(results) != 2 || !results[0].OK || !results[1].OK {
				t.Errorf("%v: %+v", in, results)
			}
		}
		b.refused("testProfileConnection", input{}, "BAD_USER_INPUT input.customerNumber", "BAD_USER_INPUT input.apiKey")
		b.refused("testProfileConnection", input{"profileId": p.ID, "customerNumber": "", "apiKey": "a b"}, "BAD_USER_INPUT input.customerNumber",
			"BAD_USER_INPUT input.apiKey")
		b.wrongIDs("testProfileConnection", "Profile", "profileId", nil)
	})
	if n := len(b.mock.Requests()); n != 6 {
		t.Errorf("the provider was asked %d times", n)
	}
}

// TestWithdrawAndDeleteProfile: deleting says what stands in its way and what to ask for; asked, a job does it after
// approval.
func TestWithdrawAndDeleteProfile(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID)
	titles := b.store.Read.Portfolio.Query().CountX(t.Context())
	b.attachPOLine(b.store.Read.Portfolio.Query().FirstIDX(t.Context()))
	b.unchanged(func() {
		b.refused("withdrawProfile", input{"profileId": p.ID}, "WRONG_STATE input.profileId")
		b.wrongIDs("withdrawProfile", "Profile", "profileId", nil)
		b.wrongIDs("deleteProfile", "Profile", "profileId", input{"withdrawEntitlements": true})
		no := b.refused("deleteProfile", input{"profileId": p.ID}, "IN_USE input.profileId").UserErrors[0].Message
		if want := fmt.Sprintf("%d portfolios would be removed, 1 kept for a PO line or perpetual access, and 0 stay with other profiles",
			titles-1); !strings.Contains(no, want) || !strings.Contains(no, "withdrawEntitlements") {
			t.Error(no)
		}
	})

	asked := b.done("deleteProfile", input{"profileId": p.ID, "withdrawEntitlements": true, "idempotencyKey": "delete"})
	if asked.DeletedID != nil || asked.Job == nil || asked.Job.Kind != jobs.KindWithdraw {
		t.Fatalf("%+v", asked)
	}
	if job := b.waitFor(asked.Job.ID); job.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	b.refused("deleteProfile", input{"profileId": p.ID, "withdrawEntitlements": true}, "CONFLICT input.profileId")
	if again := b.done("deleteProfile", input{
		"profileId": p.ID, "withdrawEntitlements": true,
		"idempotencyKey": "delete",
	}); again.Job.ID != asked.Job.ID {
		t.Error("the same key made another job")
	}
	b.done("rejectJob", input{"jobId": asked.Job.ID})

	preview := b.done("withdrawProfile", input{"profileId": p.ID, "mode": "PREVIEW"})
	if job := b.waitFor(preview.Job.ID); job.Verdict != jobs.VerdictPreviewed {
		t.Errorf("%s %s", job.Verdict, job.Summary)
	}
	last := b.done("deleteProfile", input{"profileId": p.ID, "withdrawEntitlements": true, "idempotencyKey": "at last"}).Job
	b.waitFor(last.ID)
	b.done("approveJob", input{"jobId": last.ID})
	if job := b.waitFor(last.ID); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s: %s", job.Verdict, job.Summary)
	}
	if n := b.store.Read.Profile.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d profiles", n)
	}
	if again := b.done("deleteProfile", input{
		"profileId": p.ID, "withdrawEntitlements": true,
		"idempotencyKey": "at last",
	}); again.Job == nil || again.Job.ID != last.ID {
		t.Errorf("the same key afterwards: %+v", again)
	}
	report := b.get("/jobs/" + last.ID + "/report.tsv").Body
	if lines := strings.Count(report, "\n"); lines != 1+titles || !strings.Contains(report, "Oxford University Press, customer demo") {
		t.Errorf("a report of %d lines: %.300s", lines, report)
	}
}

// get reads a path of the API.
func (b *testBundle) get(path string) *answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api.URL+path, http.NoBody)
	must(b.t, err)
	return b.send(request)
}

// TestDeleteProfileAtOnce: one without entitlements in force needs no job, asked for or not.
func TestDeleteProfileAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.refused("withdrawProfile", input{"profileId": p.ID}, "WRONG_STATE input.profileId")
	got := b.done("deleteProfile", input{"profileId": p.ID, "withdrawEntitlements": true})
	if got.Job != nil || got.DeletedID == nil || *got.DeletedID != p.ID {
		t.Errorf("%+v", got)
	}
}

func (b *testBundle) attachPOLine(portfolioID int64) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		now := time.Now().UnixMilli()
		return tx.POLine.Create().SetID(b.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetNumber(fmt.Sprintf("POL-%d", portfolioID)).
			SetPortfolioID(portfolioID).SetMain(true).Exec(ctx)
	})
}

// TestDeactivateCollection: the consequences come first, in figures and in words, and then it is done or refused.
func TestDeactivateCollection(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID)
	books := b.store.Read.Collection.Query().FirstX(t.Context())
	id := model.ID(model.CollectionType, books.ID)
	portfolios := b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(books.ID)).IDsX(t.Context())
	b.attachPOLine(portfolios[0])
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(portfolios[1]).SetAvailable(false).Exec(ctx)
	})
	b.done("createCollectionSet", input{"name": "Old journals", "collectionIds": []string{id}})
	want := deactivated(len(portfolios), p.ID)
	shown := func(p *payload) {
		t.Helper()
		for i := range p.Consequences.Sets {
			p.Consequences.Sets[i].ID = ""
		}
		if diff := cmp.Diff(want, p.Consequences); diff != "" {
			t.Error(diff)
		}
	}
	b.unchanged(func() {
		preview := b.done("deactivateCollection", input{"collectionId": id, "mode": "PREVIEW"})
		shown(preview)
		if !preview.Collection.Active {
			t.Error("a preview deactivated it")
		}
		for _, mode := range []string{"APPLY", "PREVIEW"} {
			b.refused("deactivateCollection", input{"collectionId": id, "mode": mode, "version": 7}, "CONFLICT input.version")
		}
		b.wrongIDs("deactivateCollection", "Collection", "collectionId", nil)
	})

	b.whileWriting(books.ID, func() {
		b.refused("deactivateCollection", input{"collectionId": id}, "CONFLICT input.collectionId")
		b.refused("updateCollection", input{"collectionId": id, "active": false}, "CONFLICT input.collectionId")
	})
	done := b.done("deactivateCollection", input{"collectionId": id, "version": books.Version})
	shown(done)
	if done.Collection.Active || done.Collection.Version != books.Version+1 {
		t.Errorf("%+v", done.Collection)
	}
	b.unchanged(func() {
		again := b.done("deactivateCollection", input{"collectionId": id})
		if again.Collection.Active || again.Consequences.Accessible != 0 ||
			!slices.Equal(again.Consequences.Text, []string{"The collection is inactive already: there is nothing to deactivate."}) {
			t.Errorf("once more: %+v", again.Consequences)
		}
	})
	job := b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID)
	if !strings.Contains(job.Summary, "is not activated") {
		t.Errorf("the next sync: %s", job.Summary)
	}
}

// deactivated are the consequences of deactivating a collection with n portfolios, one of which is not accessible, of
// an active profile.
func deactivated(n int, profileID string) *consequences {
	return &consequences{
		Portfolios: n, Accessible: n - 1, PoLines: 1,
		Profiles: []thing{{ID: profileID}}, Sets: []thing{{Name: "Old journals"}},
		Text: []string{
			fmt.Sprintf("%d portfolios are no longer accessible.", n-1),
			fmt.Sprintf("%d portfolios stay as recorded, and accessible again as before when the collection is activated again.", n),
			`A sync leaves the collection alone and says so: 1 active profile, "Oxford University Press, customer demo".`,
			"1 PO line stays as it is.",
			"It stays in the set Old journals.",
		},
	}
}

// whileWriting does something that changes nothing while the only job is in the midst of writing a collection.
func (b *testBundle) whileWriting(collectionID int64, do func()) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE collections SET writer_job_id = (SELECT id FROM jobs) WHERE id = ?`, collectionID)
		if err == nil {
			_, err = tx.SQL.ExecContext(ctx, `UPDATE jobs SET state = 'CANCELLING', run_token = 'another', heartbeat_at = `+store.NowSQL)
		}
		return err
	})
	b.unchanged(do)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET state = 'SUCCEEDED'`)
		return err
	})
}

// TestDeactivateLocalCollection: no profile's sync is concerned, and an empty one means nothing to patrons.
func TestDeactivateLocalCollection(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	b.newProfile(input{"customerNumber": "demo", "active": true})
	c := b.done("createCollection", input{"name": "Local"}).Collection
	got := b.done("deactivateCollection", input{"collectionId": c.ID})
	want := []string{
		"No portfolio is accessible in it now, so nothing changes for patrons.",
		"0 portfolios stay as recorded, and accessible again as before when the collection is activated again.",
	}
	if diff := cmp.Diff(want, got.Consequences.Text); diff != "" || len(got.Consequences.Profiles) != 0 || got.Collection.Active {
		t.Errorf("%+v\n%s", got.Consequences, diff)
	}
}

// jobType is one of jobTypes.
type jobType struct {
	Kind, Name, Description, Mutation string
	Parameters                        []struct {
		Name, Type, Description string
		Required                bool
	}
}

func (b *testBundle) jobTypes(search string) (types []jobType) {
	b.t.Helper()
	var got struct{ JobTypes []jobType }
	b.query(`query($filter: JobTypeFilter) { jobTypes(filter: $filter) { kind name description mutation parameters { name type required
		description } } }`,
		map[string]any{"filter": map[string]any{"search": search}}, &got)
	return got.JobTypes
}

func TestJobTypes(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	names := func(types []jobType) (names []string) {
		for _, jt := range types {
			names = append(names, jt.Name)
		}
		return names
	}
	all := []string{
		"Import a KBART list into a local collection", "Import a portfolio export from Alma", "Move electronic portfolio information",
		"Pair titles by hand", "Undo a job", "Update the Community Zone", "Upload electronic holdings", "Withdraw a profile's entitlements",
	}
	change, carry := "Change portfolios", "Carry a title's history over"
	every := append([]string{carry, change, "Change the groups of a profile"}, all...)
	for search, want := range map[string][]string{
		"": every, " ": every,
		"MOVE portfolio": {carry, change, all[2]}, "information electronic": {all[2]}, "kbart": {all[0]}, "global list": {all[5]},
		"schedule": {all[6]}, "approval": {all[7]}, "nothing of that name": nil, "undo": {all[4]},
	} {
		if diff := cmp.Diff(want, names(b.jobTypes(search))); diff != "" {
			t.Errorf("%q:\n%s", search, diff)
		}
	}
	var whole struct{ JobTypes []jobType }
	b.query(`{ jobTypes { name } }`, nil, &whole)
	if diff := cmp.Diff(every, names(whole.JobTypes)); diff != "" {
		t.Error(diff)
	}
}

// introspected is a type as the API describes itself.
type introspected struct {
	Kind, Name string
	OfType     *introspected
}

func (i *introspected) text() string {
	switch i.Kind {
	case "NON_NULL":
		return i.OfType.text() + "!"
	case "LIST":
		return "[" + i.OfType.text() + "]"
	default:
		return i.Name
	}
}

// inputField is a field of a mutation's input.
type inputField struct {
	Name, Description string
	DefaultValue      *string
	Type              introspected
}

// inputsOf are the fields of each mutation's input, by introspection.
func (b *testBundle) inputsOf() map[string][]inputField {
	b.t.Helper()
	const typeText = `type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`
	var got struct {
		Schema struct {
			MutationType struct {
				Fields []struct {
					Name string
					Args []inputField
				}
			}
			Types []struct {
				Name        string
				InputFields []inputField
			}
		} `json:"__schema"`
	}
	b.query(`{ __schema { mutationType { fields { name args { name `+typeText+
		` } } } types { name inputFields { name description defaultValue `+typeText+` } } } }`, nil, &got)
	inputs := map[string][]inputField{}
	for _, field := range got.Schema.MutationType.Fields {
		if len(field.Args) != 1 || field.Args[0].Name != "input" {
			b.t.Errorf("%s has other arguments than input", field.Name)
			continue
		}
		name := strings.TrimSuffix(field.Args[0].Type.text(), "!")
		for _, in := range got.Schema.Types {
			if in.Name == name {
				inputs[field.Name] = in.InputFields
			}
		}
	}
	return inputs
}

// TestJobTypesFitTheSchema: each names a mutation that answers with a job, with its parameters as the schema has them.
func TestJobTypesFitTheSchema(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	inputs := b.inputsOf()
	kinds := map[string]bool{}
	for _, jt := range b.jobTypes("") {
		kinds[jt.Kind] = true
		fields := inputs[jt.Mutation]
		if len(fields) == 0 || len(fields) != len(jt.Parameters) || len(jt.Description) < 40 {
			t.Errorf("%s: %d parameters, %d fields of %s; %q", jt.Name, len(jt.Parameters), len(fields), jt.Mutation, jt.Description)
			continue
		}
		for i, p := range jt.Parameters {
			f := fields[i]
			required := f.Type.Kind == "NON_NULL" && f.DefaultValue == nil
			if p.Name != f.Name || p.Type != f.Type.text() || p.Required != required || p.Description != f.Description || p.Description == "" {
				t.Errorf("%s: %+v is not %+v", jt.Mutation, p, f)
			}
		}
	}
	for _, kind := range []string{
		jobs.KindSync, jobs.KindMove, jobs.KindImport, jobs.KindZone, jobs.KindWithdraw, jobs.KindUndo, jobs.KindGroups,
	} {
		if !kinds[kind] {
			t.Errorf("no job type of kind %s", kind)
		}
	}
}
