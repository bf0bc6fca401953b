package graph_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// changePayload is what the mutations of this file answer.
type changePayload struct {
	Job          *thing
	Portfolio    *struct{ ID, Title string }
	PortfolioSet *struct {
		ID, Name  string
		Version   int
		HasFilter bool
	}
	DeletedID  *string
	UserErrors []struct {
		Code, Message string
		Path          []string
	}
}

var changeTypes = map[string][2]string{
	"carryOver":           {"CarryOverInput", "job { id }"},
	"decidePairings":      {"DecidePairingsInput", "job { id }"},
	"takeBackPairing":     {"TakeBackPairingInput", "decision { id endedAt }"},
	"changeProfileGroups": {"ChangeProfileGroupsInput", "job { id }"},
	"changePortfolios":    {"ChangePortfoliosInput", "job { id }"},
	"importFromAlma":      {"ImportFromAlmaInput", "job { id }"},
	"createPortfolio":     {"CreatePortfolioInput", "portfolio { id title }"},
	"createPortfolioSet":  {"CreatePortfolioSetInput", "portfolioSet { id name version hasFilter }"},
	"updatePortfolioSet":  {"UpdatePortfolioSetInput", "portfolioSet { id name version hasFilter }"},
	"deletePortfolioSet":  {"DeletePortfolioSetInput", "deletedId"},
}

func (b *testBundle) many(name string, in input) changePayload {
	b.t.Helper()
	var got map[string]changePayload
	of := changeTypes[name]
	b.query("mutation($in: "+of[0]+"!) { "+name+"(input: $in) { "+of[1]+" userErrors { code message path } } }", input{"in": in}, &got)
	return got[name]
}

// told are the mistakes of a refusal.
func (p changePayload) told() string {
	var all []string
	for _, e := range p.UserErrors {
		all = append(all, e.Code+" "+strings.Join(e.Path, "."))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (b *testBundle) wants(name string, in input, told string) {
	b.t.Helper()
	if p := b.many(name, in); p.told() != told {
		b.t.Errorf("%s %v: %q, want %q", name, in, p.told(), told)
	}
}

// changed starts a change and waits for its end.
func (b *testBundle) changed(in input, verdict string) string {
	b.t.Helper()
	return b.ended("changePortfolios", in, verdict)
}

// ended starts a job over many portfolios and waits for its end.
func (b *testBundle) ended(name string, in input, verdict string) string {
	b.t.Helper()
	p := b.many(name, in)
	if p.Job == nil {
		b.t.Fatalf("%v: %+v", in, p.UserErrors)
	}
	if job := b.waitFor(p.Job.ID); job.Verdict != verdict {
		b.t.Errorf("%v: %s %s: %s %s", in, job.State, job.Verdict, job.Summary, job.ErrorMessage)
	}
	return p.Job.ID
}

// and is an input with one field more.
func and(in input, key string, value any) input {
	more := input{key: value}
	for k, v := range in {
		more[k] = v
	}
	return more
}

func (b *testBundle) localValues(query string) string {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api.URL+"/local-values.csv"+query, nil)
	must(b.t, err)
	return b.send(request).Body
}

// TestChangePortfolios by a filter: previewed, applied as previewed, and undone.
func TestChangePortfolios(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	ids := b.nodes("portfolios", "first: 3")
	all := input{"filter": input{"available": true}}
	change := input{"selection": all, "change": input{
		"available": false, "publicNote": "Ask at the desk",
		"localValues": []input{{"field": "coverage", "coverage": input{"mode": "INSTEAD", "statements": []input{{"from": "1996"}}}}},
	}}
	before := b.localValues("")
	preview := b.changed(and(change, "mode", "PREVIEW"), jobs.VerdictPreviewed)
	if b.localValues("") != before {
		t.Error("the preview wrote something")
	}
	job := b.changed(and(change, "previewJobId", preview), jobs.VerdictChanged)
	var report struct {
		Job struct {
			Summary string
			Counts  struct {
				Updated int
				Refused int
			}
			Changes struct {
				TotalCount int
				Nodes      []struct{ Action, Field, OldValue, NewValue *string }
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { summary counts { updated ... on BulkCounts { refused moved restored } } changes(first: 3) {
		totalCount
		nodes { action field
		oldValue newValue } } } }`, input{"id": job}, &report)
	if n := report.Job.Counts.Updated; n == 0 || report.Job.Changes.TotalCount != 3*n ||
		!strings.Contains(report.Job.Summary, "portfolios changed") {
		t.Errorf("%+v", report)
	}
	b.wants("changePortfolios", and(change, "previewJobId", preview), "BAD_USER_INPUT input.selection")
	var undo struct{ UndoJob mutated }
	b.query(`mutation($id: ID!) { undoJob(input: {jobId: $id}) { job { id } userErrors { code message path } } }`, input{"id": job}, &undo)
	if undo.UndoJob.Job == nil || b.waitFor(undo.UndoJob.Job.ID).Verdict != jobs.VerdictChanged || b.localValues("") != before {
		t.Errorf("undone: %+v", undo)
	}

	// what has become something else since the preview is not applied
	shown := b.changed(and(change, "mode", "PREVIEW"), jobs.VerdictPreviewed)
	b.done("updatePortfolio", input{"portfolioId": ids[0], "publicNote": "Mine"})
	failed := b.waitFor(b.many("changePortfolios", and(change, "previewJobId", shown)).Job.ID)
	if failed.Verdict != jobs.VerdictFailed || failed.ErrorCode != "PLAN_CHANGED" {
		t.Errorf("%s %s", failed.Verdict, failed.ErrorCode)
	}
}

// TestChangePortfoliosOtherwise: of a set, of a list, and by a file.
func TestChangePortfoliosOtherwise(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	ids := b.nodes("portfolios", "first: 3")
	set := b.many("createPortfolioSet", input{"name": "Three", "portfolioIds": ids}).PortfolioSet
	b.changed(input{"selection": input{"setId": set.ID}, "change": input{"internalNote": "x"}}, jobs.VerdictChanged)
	b.changed(input{"selection": input{"portfolioIds": ids[:1]}, "change": input{"internalNote": nil}}, jobs.VerdictChanged)
	if got := b.nodes("portfolios", `filter: {localField: "internal_note"}`); len(got) != 2 {
		t.Errorf("%v", got)
	}
	var sets struct {
		PortfolioSets struct {
			TotalCount int
			Nodes      []struct{ Portfolios struct{ TotalCount int } }
		}
	}
	b.query(`{ portfolioSets(filter: {namePrefix: "T"}) { totalCount nodes { portfolios { totalCount } } } }`, nil, &sets)
	if sets.PortfolioSets.TotalCount != 1 || sets.PortfolioSets.Nodes[0].Portfolios.TotalCount != 3 {
		t.Errorf("%+v", sets)
	}

	export := b.localValues("")
	b.changed(input{"selection": input{"file": export}}, jobs.VerdictNoChange)
	bare := b.localValues("?titles=false")
	if strings.Contains(bare, ",title_id") || b.localValues("?titles=true") != export ||
		!strings.Contains(b.localValues("?titles=no"), "BAD_USER_INPUT") {
		t.Errorf("without titles: %s", bare)
	}
	b.changed(input{"selection": input{"file": bare}}, jobs.VerdictNoChange)
	_, up := b.upload("name=mine.csv", []byte("portfolio_id,public_note\n"+ids[1]+",From a file\nnonsense,x\n"), nil)
	byFile := b.changed(input{"selection": input{"fileId": up.ID}}, jobs.VerdictChanged)
	var lines struct {
		Job struct {
			Counts  struct{ Invalid, Updated int }
			Changes struct {
				Nodes []struct{ Action, NewValue string }
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { counts { updated ... on BulkCounts { invalid } } changes(filter: {action: INVALID}) { nodes {
		action newValue } } } }`,
		input{"id": byFile}, &lines)
	if lines.Job.Counts.Invalid != 1 || lines.Job.Counts.Updated != 1 || len(lines.Job.Changes.Nodes) != 1 {
		t.Errorf("%+v", lines)
	}
}

// TestChangePortfoliosRefused: each mistake says where and why, and nothing is queued.
func TestChangePortfoliosRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	id := b.nodes("portfolios", "first: 1")[0]
	some := input{"portfolioIds": []string{id}}
	note := input{"publicNote": "x"}
	provider := model.ID(model.CollectionType, b.store.Read.Portfolio.Query().FirstX(t.Context()).CollectionID)
	before := b.store.Read.Job.Query().CountX(t.Context())
	for _, test := range []struct {
		in   input
		told string
	}{
		{input{"selection": input{}, "change": note}, "BAD_USER_INPUT input.selection"},
		{input{"selection": input{"portfolioIds": []string{id}, "filter": input{}}, "change": note}, "BAD_USER_INPUT input.selection"},
		{input{"selection": some}, "BAD_USER_INPUT input.change"},
		{
			input{"selection": some, "change": input{"publicNote": " ", "perpetualFrom": "soon"}},
			"BAD_USER_INPUT input.change.perpetual_from, BAD_USER_INPUT input.change.public_note",
		},
		{input{"selection": some, "change": input{"licenseId": model.ID(model.LicenseType, 4711)}}, "NOT_FOUND input.change.licenseId"},
		{input{"selection": some, "change": input{"licenseId": "x"}}, "BAD_USER_INPUT input.change.licenseId"},
		{input{"selection": some, "action": "REMOVE", "change": note}, "BAD_USER_INPUT input.change"},
		{input{"selection": some, "action": "MOVE"}, "BAD_USER_INPUT input.targetCollectionId"},
		{input{"selection": some, "action": "MOVE", "targetCollectionId": provider}, "BAD_USER_INPUT input.targetCollectionId"},
		{
			input{"selection": some, "action": "MOVE", "targetCollectionId": model.ID(model.CollectionType, 4711)},
			"NOT_FOUND input.targetCollectionId",
		},
		{
			input{"selection": input{"portfolioIds": []string{model.ID(model.PortfolioType, 4711)}}, "change": note},
			"NOT_FOUND input.selection.portfolioIds",
		},
		{input{"selection": input{"portfolioIds": []string{"x"}}, "change": note}, "BAD_USER_INPUT input.selection.portfolioIds"},
		{input{"selection": input{"portfolioIds": []string{}}, "change": note}, "BAD_USER_INPUT input.selection.portfolioIds"},
		{input{"selection": input{"setId": model.ID(model.PortfolioSetType, 4711)}, "change": note}, "NOT_FOUND input.selection.setId"},
		{input{"selection": input{"fileId": model.ID(model.ProviderFileType, 4711)}}, "NOT_FOUND input.selection.fileId"},
		{input{"selection": input{"file": "a,b\n1,2\n"}}, "BAD_USER_INPUT input.selection.file"},
		{input{"selection": input{"file": "collection,title_id,public_note\n"}}, "BAD_USER_INPUT input.selection"},
		{input{"selection": input{"file": "portfolio_id,public_note\n" + id + ",x\n"}, "change": note}, "BAD_USER_INPUT input.change"},
		{input{"selection": input{"filter": input{"titlePrefix": "nobody has this"}}, "change": note}, "BAD_USER_INPUT input.selection"},
		{
			input{"selection": some, "change": note, "mode": "PREVIEW", "previewJobId": model.ID(model.JobType, 1)},
			"BAD_USER_INPUT input.previewJobId",
		},
		{input{"selection": some, "change": note, "previewJobId": model.ID(model.JobType, 4711)}, "NOT_FOUND input.previewJobId"},
		{
			input{"selection": some, "change": note, "previewJobId": model.ID(model.JobType, b.store.Read.Job.Query().FirstIDX(t.Context()))},
			"BAD_USER_INPUT input.previewJobId",
		},
	} {
		b.wants("changePortfolios", test.in, test.told)
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != before {
		t.Errorf("%d jobs were queued", n-before)
	}
}

// TestLocalValuesDownloadRefused: what is wrong with the address of the file is said.
func TestLocalValuesDownloadRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	for query, code := range map[string]string{
		"?collectionId=x": "BAD_USER_INPUT", "?collection=x": "BAD_USER_INPUT",
		"?collectionId=" + model.ID(model.CollectionType, 4711): "NOT_FOUND",
	} {
		if got := b.localValues(query); !strings.Contains(got, code) {
			t.Errorf("%s: %s", query, got)
		}
	}
}

// TestCreatePortfolio by hand, in a local collection only; it is accessible and exported like one that was imported, and moved
// and taken out like it.
func TestCreatePortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	provider := model.ID(model.CollectionType, b.store.Read.Portfolio.Query().FirstX(t.Context()).CollectionID)
	collection, other := b.local("Ours"), b.local("Others")
	b.wants("createPortfolio", input{"collectionId": provider, "title": "Annals"}, "BAD_USER_INPUT input.collectionId")
	b.wants("createPortfolio", input{"collectionId": model.ID(model.CollectionType, 4711), "title": "Annals"}, "NOT_FOUND input.collectionId")
	b.wants("createPortfolio", input{
		"collectionId": collection, "title": " ", "printIdentifier": "1234", "url": "x",
		"coverage": []input{{"from": "soon"}},
	}, "BAD_USER_INPUT input.coverage, BAD_USER_INPUT input.printIdentifier, BAD_USER_INPUT input.title, BAD_USER_INPUT input.url")
	made := b.many("createPortfolio", input{
		"collectionId": collection, "title": "Annals of the Town", "printIdentifier": "0006-8950", "titleId": "annals",
		"coverage": []input{{"from": "1950", "to": "1960"}},
	}).Portfolio
	if p := b.standing(made.ID); !p.Accessible || p.ListedByProvider || len(p.Entitlements) != 1 {
		t.Errorf("%+v", p)
	}
	again := input{"collectionId": collection, "title": "Annals", "onlineIdentifier": "0006-8950"}
	b.wants("createPortfolio", again, "CONFLICT input.title")
	b.done("removePortfolio", input{"portfolioId": made.ID})
	second := b.many("createPortfolio", again).Portfolio
	b.refused("restorePortfolio", input{"portfolioId": made.ID}, "CONFLICT input.portfolioId")
	b.changed(input{"action": "RESTORE", "selection": input{"portfolioIds": []string{made.ID}}}, jobs.VerdictNoChange)
	b.done("removePortfolio", input{"portfolioId": second.ID})
	b.done("restorePortfolio", input{"portfolioId": made.ID})

	list := b.importCollection(map[string]any{"collectionId": collection, "kbart": shortList})
	b.waitFor(list.Job.ID)
	b.done("updatePortfolio", input{"portfolioId": made.ID, "localValues": []input{{"field": "publication_title", "value": "Annals, new"}}})
	if p := b.standing(made.ID); p.Title != "Annals, new" {
		t.Errorf("%+v", p)
	}
	b.changed(input{"action": "MOVE", "selection": input{"portfolioIds": []string{made.ID}}, "targetCollectionId": other}, jobs.VerdictChanged)
	b.changed(input{"action": "REMOVE", "selection": input{"filter": input{"collectionId": other}}}, jobs.VerdictChanged)
	if p := b.standing(made.ID); p.RemovedAt == nil || p.Accessible {
		t.Errorf("%+v", p)
	}
	b.changed(input{"action": "RESTORE", "selection": input{"filter": input{"collectionId": other}}}, jobs.VerdictChanged)
	if p := b.standing(made.ID); p.RemovedAt != nil || !p.Accessible {
		t.Errorf("%+v", p)
	}
	edits := b.store.Read.Portfolio.Query().Where(portfolio.TitleID("annals")).QueryEdits().CountX(t.Context())
	if edits == 0 {
		t.Error("it is not recorded who made it")
	}
}

// TestPortfolioSetsRefused: mistakes in sets.
func TestPortfolioSetsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	set := b.many("createPortfolioSet", input{"name": "Hidden", "filter": input{"available": false}}).PortfolioSet
	if !set.HasFilter || set.Version != 1 {
		t.Errorf("%+v", set)
	}
	b.wants("createPortfolioSet", input{"name": "hidden", "filter": input{}}, "CONFLICT input.name")
	b.wants("createPortfolioSet", input{"name": "x", "portfolioIds": []string{"x"}}, "BAD_USER_INPUT input.portfolioIds")
	b.wants("createPortfolioSet", input{"name": "x", "filter": input{"collectionId": "x"}}, "BAD_USER_INPUT input.filter")
	b.wants("updatePortfolioSet", input{"setId": set.ID, "version": 7, "name": "x"}, "CONFLICT input.version")
	b.wants("updatePortfolioSet", input{"setId": "x"}, "BAD_USER_INPUT input.setId")
	now := b.many("updatePortfolioSet", input{"setId": set.ID, "name": "Out"}).PortfolioSet
	if now.Name != "Out" || now.Version != 2 || !now.HasFilter {
		t.Errorf("%+v", now)
	}
	if gone := b.many("deletePortfolioSet", input{"setId": set.ID}); gone.DeletedID == nil || *gone.DeletedID != set.ID {
		t.Errorf("%+v", gone)
	}
	b.wants("deletePortfolioSet", input{"setId": set.ID}, "NOT_FOUND input.setId")
}
