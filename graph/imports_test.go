package graph_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/providerfile"
	"autoholdings/graph/model"
	"autoholdings/holdings/collections"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

const shortList = "publication_title\tprint_identifier\ttitle_id\tdate_first_issue_online\tpublication_type\taccess_type\n" +
	"Annals\t\tannals\t1950\tserial\tP\nBrain\t0006-8950\tbrain\t1878\tserial\tP\n"

// mutated is what a mutation that starts a job answers with.
type mutated struct {
	Job        *struct{ ID, Kind, State, Mode string }
	Collection *struct{ ID, ActivationType string }
	Warnings   []string
	UserErrors []struct {
		Code, Message string
		Path          []string
	}
}

// told is the codes and paths of the errors in one text.
func (m mutated) told() string {
	var all []string
	for _, e := range m.UserErrors {
		all = append(all, e.Code+" "+strings.Join(e.Path, "."))
	}
	return strings.Join(all, ", ")
}

func (b *testBundle) importCollection(in map[string]any) mutated {
	b.t.Helper()
	var answer struct{ ImportCollection mutated }
	b.query(`mutation($in: ImportCollectionInput!) { importCollection(input: $in) { job { id kind state mode } userErrors { code message path }
		} }`,
		map[string]any{"in": in}, &answer)
	return answer.ImportCollection
}

// local makes a local collection and returns its id as the API shows it.
func (b *testBundle) local(name string) string {
	b.t.Helper()
	c, err := b.collections.CreateCollection(b.t.Context(), collections.NewCollection{Name: name, Active: true, Available: true})
	must(b.t, err)
	return model.ID(model.CollectionType, c.ID)
}

// upload posts a list.
func (b *testBundle) upload(query string, body []byte, header http.Header) (*answer, uploaded) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.api.URL+"/files?"+query, bytes.NewReader(body))
	must(b.t, err)
	for name, values := range header {
		request.Header[name] = values
	}
	a := b.send(request)
	var u uploaded
	_ = json.Unmarshal([]byte(a.Body), &u) // an error is of another form
	return a, u
}

type uploaded struct {
	ID, Name, SHA256 string
	Size             int64
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(text))
	must(t, err)
	must(t, w.Close())
	return packed.Bytes()
}

func utf16LE(text string) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

func TestImportCollectionOfText(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	collection := b.local("Given to us")
	shown := b.importCollection(map[string]any{"collectionId": collection, "kbart": shortList, "mode": "PREVIEW"})
	if shown.Job == nil || b.waitFor(shown.Job.ID).Verdict != jobs.VerdictPreviewed {
		t.Fatalf("preview: %+v", shown)
	}
	got := b.importCollection(map[string]any{"collectionId": collection, "kbart": shortList, "idempotencyKey": "once"})
	if got.Job == nil || got.Job.Kind != "IMPORT" || b.waitFor(got.Job.ID).Verdict != jobs.VerdictChanged {
		t.Fatalf("%+v", got)
	}
	if again := b.importCollection(map[string]any{
		"collectionId": collection, "kbart": shortList,
		"idempotencyKey": "once",
	}); again.Job == nil || again.Job.ID != got.Job.ID {
		t.Errorf("the same key: %+v", again)
	}
	var answer importedAnswer
	b.query(`query($job: ID!, $collection: ID!) {
		job(id: $job) { profiles { id } groups { id } counts { added }
			parts { content collectionName profile { id } file { name content profile { id } } } }
		collection(id: $collection) { portfolios { nodes { title available listedByProvider availableFor { name }
			coverage { from } entitlements { active profile { id } } } } }
	}`, map[string]any{"job": got.Job.ID, "collection": collection}, &answer)
	part := answer.Job.Parts[0]
	if answer.Job.Counts.Added != 2 || len(answer.Job.Profiles) != 0 || part.Content != nil || part.Profile != nil ||
		*part.CollectionName != "Given to us" ||
		part.File == nil || part.File.Profile != nil || part.File.Content != nil {
		t.Errorf("%+v", answer.Job)
	}
	nodes := answer.Collection.Portfolios.Nodes
	if len(nodes) != 2 || nodes[1].Title != "Brain" || !nodes[1].Available || nodes[1].ListedByProvider ||
		nodes[1].Coverage[0].From != "1878" ||
		!nodes[1].Entitlements[0].Active || nodes[1].Entitlements[0].Profile != nil {
		t.Errorf("%+v", nodes)
	}
	var undo struct{ UndoJob mutated }
	b.query(`mutation($id: ID!) { undoJob(input: {jobId: $id}) { job { id kind } userErrors { code message path } } }`,
		map[string]any{"id": got.Job.ID}, &undo)
	if undo.UndoJob.Job == nil || b.waitFor(undo.UndoJob.Job.ID).Verdict != jobs.VerdictChanged {
		t.Errorf("undone: %+v", undo)
	}
}

// importedAnswer is a job that imported a list, and the collection that it did so into.
type importedAnswer struct {
	Job struct {
		Profiles, Groups []struct{ ID string }
		Counts           struct{ Added int }
		Parts            []struct {
			Content, CollectionName *string
			Profile                 *struct{ ID string }
			File                    *struct {
				Name    string
				Content *string
				Profile *struct{ ID string }
			}
		}
	}
	Collection struct {
		Portfolios struct {
			Nodes []struct {
				Title                       string
				Available, ListedByProvider bool
				AvailableFor                []struct{ Name string }
				Coverage                    []struct{ From string }
				Entitlements                []struct {
					Active  bool
					Profile *struct{ ID string }
				}
			}
		}
	}
}

// TestImportCollectionOfAFile: a list is taken in any packing and encoding.
func TestImportCollectionOfAFile(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	ids := map[string]bool{}
	for name, list := range map[string][]byte{"plain": []byte(shortList), "gzip": gzipped(t, shortList), "UTF-16": utf16LE(shortList)} {
		a, file := b.upload("name="+url.QueryEscape("given_2026-01-01.txt")+"&content=JOURNALS", list, nil)
		if a.Status != http.StatusCreated || file.Name != "given_2026-01-01.txt" || len(file.SHA256) != 64 || file.Size < int64(len(shortList)) {
			t.Fatalf("%s: %d %s", name, a.Status, a.Body)
		}
		ids[file.ID] = true
		got := b.importCollection(map[string]any{"collectionId": b.local(name), "fileId": file.ID, "removeMissing": true})
		if got.Job == nil {
			t.Fatalf("%s: %+v", name, got)
		}
		if job := b.waitFor(got.Job.ID); job.Verdict != jobs.VerdictChanged {
			t.Errorf("%s: %s %s: %s", name, job.State, job.Verdict, job.Summary)
		}
	}
	if len(ids) != 2 { // packed or not, the same bytes are one file
		t.Errorf("%d files", len(ids))
	}
	var answer struct {
		ProviderFiles struct {
			Nodes []struct {
				Name, Outcome string
				Content       *string
				Profile       *struct{ ID string }
			}
		}
	}
	b.query(`{ providerFiles { nodes { name outcome content profile { id } } } }`, nil, &answer)
	if n := answer.ProviderFiles.Nodes; len(n) != 2 || n[0].Outcome != "APPLIED" || n[0].Profile != nil || *n[0].Content != "JOURNALS" {
		t.Errorf("%+v", n)
	}
}

func TestImportCollectionRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	collection, noFile := b.local("Given to us"), model.ID(model.ProviderFileType, 4711)
	_, file := b.upload("", []byte(shortList), nil)
	var zone struct {
		Collections struct{ Nodes []struct{ ID string } }
	}
	b.query(`{ collections(filter: {communityZoneId: "`+booksCZ+`"}) { nodes { id } } }`, nil, &zone)
	for name, test := range map[string]struct {
		in   map[string]any
		told string
	}{
		"neither": {map[string]any{"collectionId": collection}, "BAD_USER_INPUT input.fileId"},
		"both": {
			map[string]any{"collectionId": collection, "fileId": file.ID, "kbart": shortList},
			"BAD_USER_INPUT input.fileId",
		},
		"no id of a file":      {map[string]any{"collectionId": collection, "fileId": collection}, "BAD_USER_INPUT input.fileId"},
		"no such file":         {map[string]any{"collectionId": collection, "fileId": noFile}, "NOT_FOUND input.fileId"},
		"a page":               {map[string]any{"collectionId": collection, "kbart": "<html>"}, "BAD_USER_INPUT input.kbart"},
		"no text":              {map[string]any{"collectionId": collection, "kbart": ""}, "BAD_USER_INPUT input.kbart"},
		"no id":                {map[string]any{"collectionId": "nothing", "fileId": file.ID}, "BAD_USER_INPUT input.collectionId"},
		"id of something else": {map[string]any{"collectionId": file.ID, "fileId": file.ID}, "BAD_USER_INPUT input.collectionId"},
		"no such collection": {
			map[string]any{"collectionId": model.ID(model.CollectionType, 4711), "fileId": file.ID},
			"NOT_FOUND input.collectionId",
		},
		"the zone's": {map[string]any{"collectionId": zone.Collections.Nodes[0].ID, "fileId": file.ID}, "BAD_USER_INPUT input.collectionId"},
	} {
		got := b.importCollection(test.in)
		if got.Job != nil || got.told() != test.told || got.UserErrors[0].Message == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if a := b.ask(`mutation { importCollection(input: {collectionId: "`+collection+`", kbart: "x", mode: SOMETIMES}) { job { id } } }`,
		nil); a.code() != "BAD_USER_INPUT" {
		t.Errorf("a mode that is not there: %s", a.Body)
	}
	first := b.importCollection(map[string]any{"collectionId": collection, "fileId": file.ID})
	if second := b.importCollection(map[string]any{"collectionId": collection, "fileId": file.ID}); first.Job == nil ||
		second.told() != "CONFLICT input.collectionId" {
		t.Errorf("a second one meanwhile: %+v, %+v", first, second)
	}
}

func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	large := strings.Repeat("a line of a list that has too many of them\n", maxSize/40)
	for name, test := range map[string]struct {
		query  string
		body   []byte
		header http.Header
		status int
		code   string
	}{
		"nothing":   {"", nil, nil, http.StatusBadRequest, "BAD_USER_INPUT"},
		"a page":    {"", []byte("<!doctype html><p>Sign in"), nil, http.StatusBadRequest, "BAD_USER_INPUT"},
		"JSON":      {"", []byte(`{"error": "no"}`), nil, http.StatusBadRequest, "BAD_USER_INPUT"},
		"a content": {"content=MAPS", []byte(shortList), nil, http.StatusBadRequest, "BAD_USER_INPUT"},
		"torn gzip": {"", gzipped(t, shortList)[:30], nil, http.StatusBadRequest, "BAD_USER_INPUT"},
		"a form": {
			"", []byte(shortList),
			http.Header{"Content-Type": {"multipart/form-data; boundary=x"}},
			http.StatusBadRequest,
			"BAD_USER_INPUT",
		},
		"too large":    {"", []byte(large), nil, http.StatusRequestEntityTooLarge, "LIMITED"},
		"packed large": {"", gzipped(t, large), nil, http.StatusRequestEntityTooLarge, "LIMITED"},
		"elsewhere":    {"", []byte(shortList), http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden, "FORBIDDEN"},
		"origin":       {"", []byte(shortList), http.Header{"Origin": {"https://example.org"}}, http.StatusForbidden, "FORBIDDEN"},
	} {
		a, file := b.upload(test.query, test.body, test.header)
		if a.Status != test.status || a.code() != test.code || file.ID != "" || a.Errors[0].Message == "" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if n := b.store.Read.ProviderFile.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d files were kept", n)
	}
	if a, _ := b.upload("", []byte(shortList), http.Header{"Sec-Fetch-Site": {"same-origin"}}); a.Status != http.StatusCreated {
		t.Errorf("from a page of this server: %d %s", a.Status, a.Body)
	}
	kept := b.store.Read.ProviderFile.Query().Where(providerfile.Source(jobs.SourceUpload)).OnlyX(t.Context())
	if kept.Name == "" || kept.Content != "" {
		t.Errorf("without a name and a content type: %+v", kept)
	}
}

// TestUploadBrokenOff: an upload whose sender goes leaves nothing, and is no fault of the server.
func TestUploadBrokenOff(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	c, err := net.Dial("tcp", strings.TrimPrefix(b.api.URL, "http://"))
	must(t, err)
	fmt.Fprintf(c, "POST /files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n%s", strings.Repeat(shortList, 900))
	must(t, c.Close())
	for !strings.Contains(b.log.String(), "an upload broke off") {
		if strings.Contains(b.log.String(), "level=ERROR") {
			t.Fatal(b.log)
		}
		b.ask("{ settings { version } }", nil) // until the server has noticed
	}
	if n := b.store.Read.ProviderFile.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d files are kept", n)
	}
}

// TestUploadFault: what is not the client's to mend is masked.
func TestUploadFault(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	storetest.Trigger{On: "BEFORE INSERT ON provider_files", Fail: "canary-7319"}.Install(t, b.store)
	a, _ := b.upload("", []byte(shortList), nil)
	if a.Status != http.StatusInternalServerError || a.code() != "INTERNAL" || strings.Contains(a.Body, "canary") ||
		!strings.Contains(b.log.String(), "canary") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := b.ask(`mutation($k: String!) { importCollection(input: {collectionId: "`+b.local("Given to us")+`", kbart: $k}) { job { id } } }`,
		map[string]any{"k": shortList}); a.code() != "INTERNAL" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// TestActivateAllTitles: with titles in the Community Zone, activation type ALL makes a portfolio of each.
func TestActivateAllTitles(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	const activate = `mutation($service: Boolean!) { activateCollection(input: {
		communityZoneId: "99", activateService: $service, activationType: ALL}) {
		collection { id activationType } job { id kind } warnings userErrors { code message path } } }`
	var answer struct{ ActivateCollection mutated }
	must(t, b.collections.EnsureCommunityZone(t.Context(),
		[]collections.CommunityZoneSeed{{CZID: "99", Name: "Maps", Provider: "OUP", Content: "JOURNALS"}}))
	b.query(activate, map[string]any{"service": false}, &answer)
	if got := answer.ActivateCollection; got.Collection == nil || got.Job != nil ||
		!strings.Contains(strings.Join(got.Warnings, " "), "no titles of this collection yet") {
		t.Fatalf("without titles: %+v", got)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		zone := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID("99")).OnlyX(ctx)
		for i := range 3 {
			tx.CommunityZoneTitle.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCommunityZoneCollectionID(zone.ID).
				SetPublicationTitle(fmt.Sprint("Map ", i)).SetTitleKey(fmt.Sprint("map ", i)).SetTitleID(fmt.Sprint("map", i)).
				SetPublicationType("serial").
				SetCoverage(`[{"dateFirst":"1960"}]`).SetValuesHash(0).SaveX(ctx)
		}
		return nil
	})
	b.query(activate, map[string]any{"service": false}, &answer) // not active, so it can be activated again
	got := answer.ActivateCollection
	if got.Job == nil || got.Job.Kind != "ACTIVATE" || got.Collection.ActivationType != "ALL" ||
		!strings.Contains(strings.Join(got.Warnings, " "), "not accessible") {
		t.Fatalf("%+v", got)
	}
	if job := b.waitFor(got.Job.ID); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	var held struct {
		Portfolios struct {
			Nodes []struct {
				Available, ListedByProvider bool
				Coverage                    []struct{ From string }
			}
		}
	}
	b.query(`query($id: ID!) { portfolios(filter: {collectionId: $id}) { nodes { available listedByProvider coverage { from } } } }`,
		map[string]any{"id": got.Collection.ID}, &held)
	if n := held.Portfolios.Nodes; len(n) != 3 || !n[0].Available || n[0].ListedByProvider || n[0].Coverage[0].From != "1960" {
		t.Errorf("%+v", n)
	}
	b.query(activate, map[string]any{"service": true}, &answer)
	if got := answer.ActivateCollection; got.Job == nil || b.waitFor(got.Job.ID).Verdict != jobs.VerdictNoChange {
		t.Errorf("again: %+v", got)
	}
	b.query(activate, map[string]any{"service": true}, &answer)
	if got := answer.ActivateCollection; got.told() != "ALREADY_ACTIVE input.communityZoneId" || got.Collection == nil || got.Job != nil {
		t.Errorf("an active one: %+v", got)
	}
}

// withMaps gives the Community Zone a collection of one title.
func (b *testBundle) withMaps() *testBundle {
	b.t.Helper()
	must(b.t, b.collections.EnsureCommunityZone(b.t.Context(),
		[]collections.CommunityZoneSeed{{CZID: "99", Name: "Maps", Provider: "OUP", Content: "JOURNALS"}}))
	b.write(func(ctx context.Context, tx *store.Tx) error {
		zone := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID("99")).OnlyX(ctx)
		return tx.CommunityZoneTitle.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCommunityZoneCollectionID(zone.ID).
			SetPublicationTitle("Map").SetTitleKey("map").SetValuesHash(0).Exec(ctx)
	})
	return b
}

// TestActivateAllKey: the same idempotency key again answers with the same collection and job, one of another job is
// refused.
func TestActivateAllKey(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).withMaps()
	const activate = `mutation($key: String) { activateCollection(input: {communityZoneId: "99", activationType: ALL, idempotencyKey: $key}) {
		collection { id } job { id } userErrors { code message path } } }`
	var first, second, other struct{ ActivateCollection mutated }
	b.query(activate, map[string]any{"key": "maps"}, &first)
	b.query(activate, map[string]any{"key": "maps"}, &second)
	one, two := first.ActivateCollection, second.ActivateCollection
	if one.Job == nil || two.Job == nil || one.Job.ID != two.Job.ID || two.Collection == nil || one.Collection.ID != two.Collection.ID ||
		two.told() != "" {
		t.Errorf("%+v, %+v", one, two)
	}
	profile := b.profile()
	_, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{
		ProfileIDs: []int64{profile.ID}, Mode: jobs.Preview, Trigger: jobs.Manual,
		IdempotencyKey: "a sync",
	})
	must(t, err)
	b.query(activate, map[string]any{"key": "a sync"}, &other)
	if other.ActivateCollection.told() != "CONFLICT input.idempotencyKey" || other.ActivateCollection.Job != nil {
		t.Errorf("%+v", other)
	}
}

// TestActivateAllKeyWithoutTitles: without titles no job is queued that could keep the key, and the answer says so.
func TestActivateAllKeyWithoutTitles(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).withMaps()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.CommunityZoneTitle.Delete().Exec(ctx)
		return err
	})
	got := b.done("activateCollection", input{
		"communityZoneId": "99", "activationType": "ALL", "idempotencyKey": "books",
	})
	if got.Job != nil || !strings.Contains(strings.Join(got.Warnings, "\n"), "the idempotency key was not kept") {
		t.Errorf("%+v", got)
	}
}

// TestActivateAllTwice: while the first job has not ended, activating again is refused and changes nothing.
func TestActivateAllTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).withMaps()
	const activate = `mutation($available: Boolean!) { activateCollection(input: {
		communityZoneId: "99", activateService: false, makeServiceAvailable: $available, activationType: ALL}) {
		collection { id } job { id } userErrors { code message path } } }`
	var first, second struct{ ActivateCollection mutated }
	b.query(activate, map[string]any{"available": false}, &first)
	b.query(activate, map[string]any{"available": true}, &second)
	if first.ActivateCollection.Job == nil || second.ActivateCollection.told() != "CONFLICT input.communityZoneId" ||
		second.ActivateCollection.Job != nil {
		t.Errorf("%+v, %+v", first, second)
	}
	_, id, err := model.ParseID(first.ActivateCollection.Collection.ID)
	must(t, err)
	if c := b.store.Read.Collection.GetX(t.Context(), id); c.Available {
		t.Error("what was refused was changed")
	}
}

// TestRules: a finding in a list comes with its rule, and all rules can be asked for.
func TestRules(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	imported, refusal := b.keyed("importCollection", input{
		"collectionId": b.done("createCollection", input{"name": "Given"}).Collection.ID,
		"kbart":        strings.ReplaceAll(shortList, "0006-8950", "0006-8951"),
	})
	if refusal != "" {
		t.Fatal(refusal)
	}
	b.waitFor(imported)
	type rule struct{ Code, Severity, Title, Cause, Cure, ForLibraries, Example string }
	var got struct {
		KbartRules []rule
		Jobs       struct {
			Nodes []struct {
				Findings struct {
					Nodes []struct {
						Code string
						Rule *rule
					}
				}
			}
		}
	}
	b.query(`{ kbartRules { ...r } jobs(first: 1) { nodes { findings { nodes { code rule { ...r } } } } } }
		fragment r on KbartRule { code severity title cause cure forLibraries example }`, nil, &got)
	if len(got.KbartRules) != len(kbart.Rules()) {
		t.Errorf("%d rules of %d", len(got.KbartRules), len(kbart.Rules()))
	}
	for _, r := range got.KbartRules {
		if r.Code == "" || r.Severity == "" || r.Title == "" || r.Cure == "" || r.ForLibraries == "" {
			t.Errorf("%+v", r)
		}
	}
	found := got.Jobs.Nodes[0].Findings.Nodes
	if len(found) == 0 {
		t.Fatal("nothing was found")
	}
	for _, f := range found {
		if f.Rule == nil || f.Rule.Code != f.Code || !slices.Contains(got.KbartRules, *f.Rule) {
			t.Errorf("%s: %+v", f.Code, f.Rule)
		}
	}
}
