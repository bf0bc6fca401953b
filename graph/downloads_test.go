package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/graph"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/access"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// downloadsBundle is an installation with an active profile of two inventory groups, whose downloads are asked for.
type downloadsBundle struct {
	t            *testing.T
	dir          string
	mock         *mockoup.TestServer
	store        *store.Store
	holdings     *holdings.Service
	collections  *collections.Service
	acquisitions *acquisitions.Service
	profiles     *profiles.Service
	moves        *move.Service
	jobs         *jobs.Service
	server       *httptest.Server
	log          *lockedBuffer
	options      graph.Options
	collection   int64 // of journals
	profile      int64
}

func setUpDownloads(t *testing.T, mock mockoup.Options) *downloadsBundle {
	t.Helper()
	return setUpDownloadsFrom(t, mock, func(*store.Store) provider.Keeper { return nil })
}

// setUpDownloadsFrom lets the provider's files be kept elsewhere than in the folder.
func setUpDownloadsFrom(t *testing.T, mock mockoup.Options, keeper func(*store.Store) provider.Keeper) *downloadsBundle {
	t.Helper()
	b := &downloadsBundle{t: t, dir: t.TempDir(), mock: mockoup.NewServer(t, mock), log: &lockedBuffer{}}
	logger := slog.New(slog.NewTextHandler(b.log, nil))
	var err error
	b.store, err = store.Open(t.Context(), storetest.Options(t, b.dir))
	b.check(err)
	box, err := secret.Open(b.dir)
	b.check(err)
	lib := library.Open(b.store, box, jobs.Busy{})
	b.holdings, b.collections, b.acquisitions = lib.Holdings, lib.Collections, lib.Acquisitions
	b.profiles, b.moves = lib.Profiles, lib.Moves
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: b.mock.URL}, Dir: filepath.Join(b.dir, "files"), AllowHTTP: true, AllowPrivate: true,
		RatePerSecond: -1, Keeper: keeper(b.store),
	})
	b.check(err)
	queue, err := jobs.StartEmbedded()
	b.check(err)
	b.jobs, err = jobs.New(jobs.Options{
		Store: b.store, Library: lib, Providers: []*provider.Fetcher{fetcher}, Redis: queue.Options(), Exclusive: true,
	})
	b.check(err)
	running, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := b.jobs.Run(running, true); err != nil {
			t.Error(err)
		}
	})
	b.options = graph.Options{Library: lib, Jobs: b.jobs, Store: b.store, Files: fetcher, Logger: logger}
	b.server = httptest.NewServer(as(access.Anybody, graph.NewHandler(b.options)))
	t.Cleanup(func() {
		b.server.Close()
		stop()
		group.Wait()
		b.check(b.jobs.Close())
		queue.Close()
		b.check(fetcher.Close())
		b.check(b.store.Close())
	})
	b.administer()
	return b
}

// serve serves the downloads anew with other limits.
func (b *downloadsBundle) serve(o graph.Options) {
	b.t.Helper()
	b.server.Close()
	all := b.options
	all.Limits, all.SpoolDir = o.Limits, o.SpoolDir
	b.server = httptest.NewServer(as(access.Anybody, graph.NewHandler(all)))
}

func (b *downloadsBundle) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *downloadsBundle) administer() {
	b.t.Helper()
	ctx := b.t.Context()
	institution, campuses := "Alpine Library", true
	_, err := b.profiles.UpdateSettings(ctx, profiles.SettingsChange{InstitutionName: &institution, MultiCampus: &campuses})
	b.check(err)
	var groups []int64
	for _, name := range []string{"South", "North"} {
		g, err := b.profiles.CreateInventoryGroup(ctx, name, "")
		b.check(err)
		groups = append(groups, g.ID)
	}
	for _, c := range oup.Provider().Collections {
		b.check(b.collections.EnsureCommunityZone(ctx, []collections.CommunityZoneSeed{{
			CZID: c.CommunityZoneID, Name: c.Name, Provider: "Oxford University Press", Content: strings.ToUpper(string(c.Content)),
		}}))
		made, _, err := b.collections.ActivateCollection(ctx, collections.Activation{
			CommunityZoneID: c.CommunityZoneID, ActivateService: true, MakeServiceAvailable: true, ActivationType: collections.ActivateManually,
		}, nil)
		b.check(err)
		if c.Content == oup.Journals {
			b.collection = made.ID
		}
	}
	customer, key, active, name := mockoup.DemoCustomer, secret.NewKey(mockoup.DemoKey), true, "Both campuses"
	p, _, err := b.profiles.CreateProfile(ctx, profiles.ProfileInput{
		Description: &name, CustomerNumber: &customer, APIKey: &key, Active: &active, GroupIDs: &groups,
	}, nil)
	b.check(err)
	b.profile = p.ID
}

// sync runs the profile and waits for the end.
func (b *downloadsBundle) sync() *ent.Job {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	job, err := b.jobs.StartSync(ctx, jobs.SyncRequest{ProfileIDs: []int64{b.profile}, Mode: jobs.Apply, Trigger: jobs.Manual})
	b.check(err)
	hints := b.jobs.Watch(ctx, job.ID)
	for {
		job, err = b.store.Read.Job.Get(ctx, job.ID)
		b.check(err)
		switch job.State {
		case jobs.Succeeded, jobs.Failed, jobs.Cancelled, jobs.NeedsReview:
			return job
		}
		<-hints
	}
}

func (b *downloadsBundle) write(change string, args ...any) {
	b.t.Helper()
	b.check(b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, change, args...)
		return err
	}))
}

// lockedBuffer is a log that is written and read at the same time.
type lockedBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// downloaded is what came of a request.
type downloaded struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

func (b *downloadsBundle) request(method, path string) downloaded {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, nil)
	b.check(err)
	response, err := b.server.Client().Do(request)
	b.check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return downloaded{response.StatusCode, response.Header, string(body), err}
}

// get downloads a file whole.
func (b *downloadsBundle) get(path string) downloaded {
	b.t.Helper()
	d := b.request(http.MethodGet, path)
	if d.err != nil || d.status != http.StatusOK {
		b.t.Fatalf("GET %s: %d %s %v", path, d.status, d.body, d.err)
	}
	return d
}

// isSavedAs checks the headers by which a browser saves the file.
func (d downloaded) isSavedAs(t *testing.T, contentType, name string) {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(d.header.Get("Content-Disposition"))
	if err != nil || parameters["filename"] != name {
		t.Errorf("saved as %q (%v), want %q", parameters["filename"], err, name)
	}
	if got := d.header.Get("Content-Type"); got != contentType {
		t.Errorf("content type %q, want %q", got, contentType)
	}
}

// hasCode checks an error in the form of the API.
func (d downloaded) hasCode(t *testing.T, status int, code string) (message string) {
	t.Helper()
	var answer struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code, RequestID string }
		}
	}
	if err := json.Unmarshal([]byte(d.body), &answer); err != nil || len(answer.Errors) != 1 {
		t.Fatalf("%d: no error of the API: %s", d.status, d.body)
	}
	e := answer.Errors[0]
	if d.status != status || e.Extensions.Code != code || e.Message == "" {
		t.Errorf("%d %s: %q, want %d %s", d.status, e.Extensions.Code, e.Message, status, code)
	}
	if id := d.header.Get("X-Request-Id"); id == "" || id != e.Extensions.RequestID {
		t.Errorf("request id %q in the header, %q in the error", id, e.Extensions.RequestID)
	}
	if disposition := d.header.Get("Content-Disposition"); disposition != "" {
		t.Errorf("an error is saved as a file: %s", disposition)
	}
	return e.Message
}

// Two releases of a made-up list of journals, with values that spreadsheets would misread.
const (
	listHeader = "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\tdate_last_issue_online\ttitle_url\t" +
		"title_id\tpublisher_name\tpublication_type\taccess_type\n"
	firstList = listHeader + `"Dada" and After	1111-1119		1996-01		https://old.example/dada	dada		serial	P
-ism Quarterly	2222-2227		1878	1995	https://old.example/ism	ism		serial	P
-ism Quarterly	2222-2227		1996		https://old.example/ism	ism		serial	P
=2+2 Arithmetic	3333-3335		1996		https://old.example/sum	sum	=HYPERLINK("https://evil.example")	serial	P
Open to All	4444-4443		2001		https://old.example/open	open		serial	F
Zymurgy	5555-5551		1970		https://old.example/zym	zym		serial	P
`
	secondList = listHeader + `"Dada" and After	1111-1119		1996-01		https://new.example/dada	dada	@press	serial	P
-ism Quarterly	2222-2227		1878	1995	https://new.example/ism	ism		serial	P
-ism Quarterly	2222-2227		1997		https://new.example/ism	ism		serial	P
=2+2 Arithmetic	3333-3335		1996		https://new.example/sum	sum	+1 Press	serial	P
Open to All	4444-4443		2001		https://new.example/open	open		serial	F
Yachting, Applied	6666-6666		2016		https://new.example/yacht	yacht		serial	P
`
	firstName  = "oxford_Test_Journals_2026-01-05.txt"
	secondName = "oxford_Test_Journals_2026-02-02.txt"
)

// twoReleases are served by the provider, the first one at the beginning.
func twoReleases(t *testing.T) mockoup.Options {
	t.Helper()
	dir := t.TempDir()
	for name, list := range map[string]string{firstName: firstList, secondName: secondList} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return mockoup.Options{Dir: dir}
}

func reportPath(job *ent.Job, ending string) string {
	return "/jobs/" + model.ID(model.JobType, job.ID) + "/report." + ending
}

// TestReportTSV: a line for each change, with the values of the API, safe to open in a spreadsheet.
func TestReportTSV(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	b.check(b.mock.Step(1))
	job := b.sync()

	d := b.get(reportPath(job, "tsv"))
	d.isSavedAs(t, "text/tab-separated-values; charset=utf-8",
		fmt.Sprintf("report-%s-%s.tsv", store.Time(job.CreatedAt).Format("2006-01-02-150405"), model.ID(model.JobType, job.ID)))
	var lines []string
	ids := map[string]string{"": ""}
	for _, p := range b.store.Read.Portfolio.Query().AllX(t.Context()) {
		ids[model.ID(model.PortfolioType, p.ID)] = p.TitleID
	}
	body, marked := strings.CutPrefix(d.body, "\ufeff")
	if !marked {
		t.Error("no byte order mark: Excel would take the text for something other than UTF-8")
	}
	for line := range strings.Lines(body) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 14 {
			t.Fatalf("%d cells: %q", len(cells), line)
		}
		if len(lines) > 0 {
			if cells[9] != "Both campuses" || !strings.Contains(cells[10], "Journals") || cells[11] != "South; North" &&
				cells[11] != "North; South" {
				t.Errorf("profile, collection and groups: %q", cells[9:12])
			}
			id, known := ids[cells[12]]
			if !known {
				t.Errorf("no portfolio has the id %q", cells[12])
			}
			if cells[13] != "APPLIED" {
				t.Errorf("a line that was written is of a part that is %s", cells[13])
			}
			cells = append(cells[:9], id)
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	want := []string{
		"action|field|title|title_id|print_identifier|online_identifier|old|new|line|profile|collection|groups|portfolio_id|part_state",
		`ADD||Yachting, Applied|yacht|6666-6666||||7|yacht`,
		`FREE||Open to All|open|4444-4443|||access_type F: free-to-read titles are not part of the holdings|6|`,
		`REMOVE||Zymurgy|zym|5555-5551||available|||zym`,
		`UPDATE|coverage|'-ism Quarterly|ism|2222-2227||1878 – 1995; 1996 – present|1878 – 1995; 1997 – present|3|ism`,
		`UPDATE|publisher_name|'"Dada" and After|dada|1111-1119|||'@press|2|dada`,
		`UPDATE|publisher_name|'=2+2 Arithmetic|sum|3333-3335||'=HYPERLINK("https://evil.example")|'+1 Press|5|sum`,
		`UPDATE|title_url|'"Dada" and After|dada|1111-1119||https://old.example/dada|https://new.example/dada|2|dada`,
		`UPDATE|title_url|'-ism Quarterly|ism|2222-2227||https://old.example/ism|https://new.example/ism|3|ism`,
		`UPDATE|title_url|'=2+2 Arithmetic|sum|3333-3335||https://old.example/sum|https://new.example/sum|5|sum`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// TestReportSaysWhatIsKept: why, in words and as data, and what it is called.
func TestReportSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	p := b.store.Read.Portfolio.Query().Where(portfolio.TitleID("zym")).OnlyX(t.Context())
	number := "POL-7"
	_, err := b.acquisitions.CreatePOLine(t.Context(),
		acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Number: &number}, PortfolioID: &p.ID})
	b.check(err)
	b.check(b.mock.Step(1))
	job := b.sync()
	if text := b.get(reportPath(job, "tsv")).body; !strings.Contains(text,
		"KEEP\t\tZymurgy\tzym\t5555-5551\t\tavailable\tkept: PO line POL-7\t") {
		t.Error(text)
	}
	text := b.get(reportPath(job, "json")).body
	for _, want := range []string{
		`"title":"Zymurgy","titleId":"zym","printIdentifier":"5555-5551","onlineIdentifier":null,` +
			`"oldValue":"available","newValue":"kept: PO line POL-7",`,
		`"why":{"reason":"PO_LINE","poLines":["POL-7"],"waits":null,"freeNow":false,"successor":null,"predecessor":null}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report has no %s:\n%s", want, text)
		}
	}
}

// TestReportJSON: one object with the form and the values of the API.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	b.check(b.mock.Step(1))
	job := b.sync()
	d := b.get(reportPath(job, "json"))
	d.isSavedAs(t, "application/json",
		fmt.Sprintf("report-%s-%s.json", store.Time(job.CreatedAt).Format("2006-01-02-150405"), model.ID(model.JobType, job.ID)))
	if !strings.HasPrefix(d.body, `{"id":"`+model.ID(model.JobType, job.ID)+`","kind":"SYNC","state":"SUCCEEDED"`) {
		t.Errorf("it begins %.80s", d.body)
	}

	query := `{"query":"{ job(id: \"` + model.ID(model.JobType, job.ID) + `\") {
		id kind state verdict mode trigger summary applied createdAt startedAt finishedAt error { code message hint }
		counts { ... on ListCounts { rows titles statements added updated unchanged removed kept withdrawn free invalid ambiguous
			fields { name titles } findings { info warning error fatal } } }
		parts { id profile: profileName collection: collectionName content state counts { added ... on ListCounts { rows fields { name titles
		} } } groups { name } }
		changes { nodes { action field title titleId printIdentifier onlineIdentifier oldValue newValue line portfolio { id }
			... on AddedChange { predecessor { title titleId portfolioId } }
			... on LeavingChange { keptFor poLines freeNow successor { title titleId portfolioId } }
			... on UnclearChange { waits successor { title titleId portfolioId } } } }
		findings { nodes { severity code line title column value message hint } } } }"}`
	response, err := http.Post(b.server.URL+"/graphql", "application/json",
		strings.NewReader(strings.NewReplacer("\n", " ", "\t", " ").Replace(query)))
	b.check(err)
	defer response.Body.Close()
	var api struct{ Data struct{ Job map[string]any } }
	b.check(json.NewDecoder(response.Body).Decode(&api))
	var report map[string]any
	b.check(json.Unmarshal([]byte(d.body), &report))

	change := report["changes"].([]any)[0].(map[string]any)
	if change["profile"] != "Both campuses" || len(change["groups"].([]any)) != 2 || change["collection"] == nil {
		t.Errorf("whose change is this? %v", change)
	}

	want := api.Data.Job
	for _, name := range []string{"changes", "findings"} {
		want[name] = want[name].(map[string]any)["nodes"]
	}
	if len(want["changes"].([]any)) != 9 || len(want["findings"].([]any)) == 0 {
		t.Fatalf("the API shows %v", want)
	}
	for _, part := range want["parts"].([]any) {
		renamed := part.(map[string]any)
		names := []any{}
		for _, group := range renamed["groups"].([]any) {
			names = append(names, group.(map[string]any)["name"])
		}
		renamed["groups"] = names
	}
	for _, change := range want["changes"].([]any) {
		flatten(change.(map[string]any))
	}
	if diff := cmp.Diff(want, onlyWhat(want, report)); diff != "" {
		t.Errorf("the report says otherwise than the API:\n%s", diff)
	}
}

// flatten gives a change of the API the form of the report.
func flatten(change map[string]any) {
	change["portfolioId"] = nil
	if p, ok := change["portfolio"].(map[string]any); ok {
		change["portfolioId"] = p["id"]
	}
	delete(change, "portfolio")
	change["why"] = whyOf(change)
}

// whyOf takes what the types of changes say of why out of one, in the form of the report.
func whyOf(change map[string]any) any {
	why, said := map[string]any{"reason": nil, "poLines": []any{}, "waits": nil, "freeNow": false, "successor": nil, "predecessor": nil}, false
	for from, to := range map[string]string{
		"keptFor": "reason", "poLines": "poLines", "waits": "waits", "freeNow": "freeNow", "successor": "successor", "predecessor": "predecessor",
	} {
		if value, asked := change[from]; asked {
			lines, several := value.([]any)
			said = said || value != nil && value != false && (!several || len(lines) > 0)
			why[to] = value
			delete(change, from)
		}
	}
	if !said {
		return nil
	}
	return why
}

// onlyWhat leaves out of got, at every depth, the members that want does not have.
func onlyWhat(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		kept := map[string]any{}
		for name, value := range g {
			if inner, asked := w[name]; asked {
				kept[name] = onlyWhat(inner, value)
			}
		}
		return kept
	case []any:
		g, _ := got.([]any)
		for i := range min(len(w), len(g)) {
			g[i] = onlyWhat(w[i], g[i])
		}
	}
	return got
}

// TestReportOfManyChanges: nothing is lost or told twice between the pages in which it is read.
func TestReportOfManyChanges(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, mockoup.Options{Titles: 4000})
	job := b.sync()
	n := b.store.Read.JobChange.Query().CountX(t.Context())
	if n <= 3000 {
		t.Fatalf("%d changes are few", n)
	}
	lines := strings.Count(b.get(reportPath(job, "tsv")).body, "\n")
	if lines != n+1 {
		t.Errorf("%d lines for %d changes", lines, n)
	}
	var report struct {
		Changes  []struct{ Title, Action, PortfolioID string }
		Findings []json.RawMessage
	}
	b.check(json.Unmarshal([]byte(b.get(reportPath(job, "json")).body), &report))
	seen := map[string]bool{}
	for _, c := range report.Changes {
		if c.Action == "ADD" && seen[c.PortfolioID] {
			t.Fatalf("%s is told twice", c.Title)
		}
		seen[c.PortfolioID] = true
	}
	if len(report.Changes) != n || len(report.Findings) != b.store.Read.JobFinding.Query().CountX(t.Context()) {
		t.Errorf("%d changes and %d findings", len(report.Changes), len(report.Findings))
	}
}

// TestReportOfAJobUnderWay: there is none yet, and the answer says so.
func TestReportOfAJobUnderWay(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	job := b.sync()
	b.write(`UPDATE jobs SET state = 'RUNNING', heartbeat_at = `+store.NowSQL+` WHERE id = ?`, job.ID)
	for _, ending := range []string{"tsv", "json"} {
		message := b.request(http.MethodGet, reportPath(job, ending)).hasCode(t, http.StatusConflict, "WRONG_STATE")
		if !strings.Contains(message, "RUNNING") {
			t.Error(message)
		}
	}
}

// TestKBARTDownload: the collection as the export writes it, under the convention's name.
func TestKBARTDownload(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	path := "/collections/" + model.ID(model.CollectionType, b.collection) + "/kbart.txt"
	today := time.Now()
	d := b.get(path)
	if time.Now().UTC().YearDay() != today.UTC().YearDay() {
		today, d = time.Now(), b.get(path) // it was midnight
	}
	d.isSavedAs(t, "text/tab-separated-values; charset=utf-8",
		kbart.FileName("Oxford University Press", "Alpine Library", "Oxford University Press Journals Autoholdings Collection", today.UTC()))
	var want bytes.Buffer
	_, err := b.holdings.Export(t.Context(), holdings.ExportOf{CollectionID: b.collection}, &want)
	b.check(err)
	if diff := cmp.Diff(want.String(), d.body); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(d.body, "\n"); n != 6 { // a header, and five rows of four titles
		t.Errorf("%d lines:\n%s", n, d.body)
	}
}

// TestProviderFileDownload: the bytes of the provider, under its name, as long as they are kept.
func TestProviderFileDownload(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	kept := b.store.Read.ProviderFile.Query().OnlyX(t.Context())
	path := "/provider-files/" + model.ID(model.ProviderFileType, kept.ID)
	d := b.get(path)
	d.isSavedAs(t, "text/tab-separated-values", firstName)
	if diff := cmp.Diff(firstList, d.body); diff != "" {
		t.Error(diff)
	}

	stored := filepath.Join(b.dir, "files", kept.Path)
	whole, err := os.ReadFile(stored)
	b.check(err)
	b.check(os.WriteFile(stored, whole[:len(whole)-9], 0o600))
	b.request(http.MethodGet, path).hasCode(t, http.StatusInternalServerError, "INTERNAL") // short, so nothing had left yet
	b.check(os.Remove(stored))
	b.request(http.MethodGet, path).hasCode(t, http.StatusNotFound, "NOT_FOUND")
	if !strings.Contains(b.log.String(), kept.Path) {
		t.Errorf("the log does not say which copy is gone: %s", b.log)
	}
	b.write(`UPDATE provider_files SET path = ''`)
	b.request(http.MethodGet, path).hasCode(t, http.StatusNotFound, "NOT_FOUND")
}

// TestSlowClientsHoldNoConnection: more clients than the database has connections take the first bytes of a file that
// is kept in the database, and no more. Everybody else is served.
func TestSlowClientsHoldNoConnection(t *testing.T) {
	t.Parallel()
	b := setUpDownloadsFrom(t, mockoup.Options{Titles: 4000}, func(s *store.Store) provider.Keeper {
		keeper, err := keptfiles.Open(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return keeper
	})
	b.sync()
	path := "/provider-files/" + model.ID(model.ProviderFileType, b.store.Read.ProviderFile.Query().FirstX(t.Context()).ID)
	whole := b.get(path).body
	if len(whole) < 100_000 {
		t.Fatalf("only %d bytes: they all fit into buffers", len(whole))
	}
	begun, goOn := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	clients := 2 * max(4, runtime.NumCPU())
	for range clients {
		group.Go(func() {
			client := &slowClient{ResponseRecorder: httptest.NewRecorder(), begun: begun, goOn: goOn}
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
			request.Host = "localhost"
			b.server.Config.Handler.ServeHTTP(client, request)
			if got := client.Body.String(); got != whole {
				t.Errorf("a slow client got %d bytes of %d", len(got), len(whole))
			}
		})
	}
	for range clients {
		<-begun
	}
	if entries, err := os.ReadDir(filepath.Join(b.dir, "files")); err != nil || len(entries) != 1 { // the spool
		t.Errorf("in the folder: %v, %v", entries, err)
	}
	if got := b.get(path).body; got != whole {
		t.Errorf("another client got %d bytes", len(got))
	}
	close(goOn)
	group.Wait()
}

// slowClient takes nothing after the first bytes until it may go on.
type slowClient struct {
	*httptest.ResponseRecorder

	once        sync.Once
	begun, goOn chan struct{}
}

func (c *slowClient) Write(b []byte) (int, error) {
	c.once.Do(func() { c.begun <- struct{}{} })
	<-c.goOn
	return c.ResponseRecorder.Write(b)
}

// TestPathsOfDownloads: what the API shows is where the downloads are, and HEAD answers as GET does, without the file.
func TestPathsOfDownloads(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	b.sync()
	query := `{ jobs { nodes { reportTsv reportJson } } collections { nodes { kbartUrl } } providerFiles { nodes { downloadUrl } } }`
	response, err := http.Post(b.server.URL+"/graphql", "application/graphql", strings.NewReader(query))
	b.check(err)
	defer response.Body.Close()
	var answer struct {
		Data map[string]struct{ Nodes []map[string]*string }
	}
	b.check(json.NewDecoder(response.Body).Decode(&answer))
	var paths []string
	for _, listing := range answer.Data {
		for _, node := range listing.Nodes {
			for _, path := range node {
				paths = append(paths, *path)
			}
		}
	}
	if len(paths) != 5 { // of one job, two collections and one file
		t.Fatalf("the paths are %q", paths)
	}
	for _, path := range paths {
		whole, head := b.get(path), b.request(http.MethodHead, path)
		if head.status != http.StatusOK || head.body != "" {
			t.Errorf("HEAD %s: %d %q", path, head.status, head.body)
		}
		for _, name := range []string{"Content-Type", "Content-Disposition", "X-Content-Type-Options"} {
			if !slices.Equal(head.header[name], whole.header[name]) || len(whole.header[name]) == 0 {
				t.Errorf("%s of %s: %q by HEAD, %q by GET", name, path, head.header[name], whole.header[name])
			}
		}
		if posted := b.request(http.MethodPost, path); posted.status != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, posted.status)
		}
	}
	b.write(`UPDATE provider_files SET path = ''`)
	response, err = http.Post(b.server.URL+"/graphql", "application/graphql", strings.NewReader(`{ providerFiles { nodes { downloadUrl } } }`))
	b.check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	b.check(err)
	if !strings.Contains(string(text), `{"downloadUrl":null}`) {
		t.Errorf("of a file that is not kept: %s", text)
	}
}

// TestWrongIDsOfDownloads: what is no id, or another thing's, is told from what is not there.
func TestWrongIDsOfDownloads(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	for path, typeName := range map[string]string{
		"/jobs/%s/report.tsv": model.JobType, "/jobs/%s/report.json": model.JobType,
		"/collections/%s/kbart.txt": model.CollectionType, "/provider-files/%s": model.ProviderFileType,
	} {
		for _, wrong := range []string{"17", "%00", "Sm9iOi0x", model.ID(model.PortfolioType, 1)} {
			message := b.request(http.MethodGet, fmt.Sprintf(path, wrong)).hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
			if !strings.Contains(message, "take the whole address from "+typeName) {
				t.Errorf("%s of %s does not say what to do: %s", path, wrong, message)
			}
		}
		unknown := fmt.Sprintf(path, model.ID(typeName, 1<<60))
		b.request(http.MethodGet, unknown).hasCode(t, http.StatusNotFound, "NOT_FOUND")
		if head := b.request(http.MethodHead, unknown); head.status != http.StatusNotFound {
			t.Errorf("HEAD %s: %d", unknown, head.status)
		}
	}
}

// TestDownloadsThatFail: what fails, at its beginning or half way, is an error without a word of the database, and
// nothing of the file leaves.
func TestDownloadsThatFail(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, mockoup.Options{Titles: 4000})
	job := b.sync()
	kbartPath := "/collections/" + model.ID(model.CollectionType, b.collection) + "/kbart.txt"

	b.write(`UPDATE portfolios SET publication_title = ? WHERE id = (SELECT id FROM portfolios WHERE collection_id = ? ORDER BY title_key DESC
		LIMIT 1)`,
		strings.Repeat("long ", 1<<18), b.collection)
	b.fails(kbartPath, "longer than")
	b.write(`UPDATE portfolios SET title_key = '' WHERE length(publication_title) > 1000`) // now it is the first one
	message := b.request(http.MethodGet, kbartPath).hasCode(t, http.StatusInternalServerError, "INTERNAL")
	if strings.Contains(message, "longer than") {
		t.Errorf("not masked: %s", message)
	}

	b.write(`ALTER TABLE job_findings RENAME TO lost_findings`)
	b.fails(reportPath(job, "json"), "job_findings")
	b.write(`ALTER TABLE job_changes RENAME TO lost_changes`)
	message = b.request(http.MethodGet, reportPath(job, "tsv")).hasCode(t, http.StatusInternalServerError, "INTERNAL")
	if strings.Contains(message, "job_changes") {
		t.Errorf("SQL is shown: %s", message)
	}
}

// fails checks that a download is answered with an error, and that the log says why.
func (b *downloadsBundle) fails(path, why string) {
	b.t.Helper()
	d := b.request(http.MethodGet, path)
	if d.err != nil {
		b.t.Errorf("%s broke off: %v", path, d.err)
	}
	if message := d.hasCode(b.t, http.StatusInternalServerError, "INTERNAL"); strings.Contains(message, why) {
		b.t.Errorf("%s: not masked: %s", path, message)
	}
	log := b.log.String()
	if !strings.Contains(log, why) || !strings.Contains(log, d.header.Get("X-Request-Id")) {
		b.t.Errorf("the log does not say why request %s failed: %s", d.header.Get("X-Request-Id"), log)
	}
}

// TestDamagedProviderFile: the hash is known to be wrong only when the last byte was read. Nothing of it has left then.
func TestDamagedProviderFile(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, mockoup.Options{Titles: 4000})
	b.sync()
	kept := b.store.Read.ProviderFile.Query().FirstX(t.Context())
	stored := filepath.Join(b.dir, "files", kept.Path)
	whole, err := os.ReadFile(stored)
	b.check(err)
	b.check(os.WriteFile(stored, whole[:len(whole)-9], 0o600))
	b.fails("/provider-files/"+model.ID(model.ProviderFileType, kept.ID), "cannot be read")
}
