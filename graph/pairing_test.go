package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/pairingdecision"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider/oup"
)

// pairing is an installation whose profile gets lists of journals that a test writes.
type pairing struct {
	*testBundle
	profile int64
}

const pairingHeader = "publication_title\tprint_identifier\tonline_identifier\ttitle_id\tdate_first_issue_online\tpublication_type\n"

func setupPairing(t *testing.T) *pairing {
	t.Helper()
	b := &pairing{testBundle: setup(t, mockoup.Options{Titles: 20}).work()}
	b.profile = b.testBundle.profile().ID
	return b
}

// list syncs the profile with a list of journals, one a row: title, ISSN, title_id.
func (b *pairing) list(month int, rows ...[3]string) string {
	b.t.Helper()
	text := pairingHeader
	for _, r := range rows {
		text += fmt.Sprintf("%s\t\t%s\t%s\t2000-01-01\tserial\n", r[0], r[1], r[2])
	}
	file, err := b.jobs.KeepFile(b.t.Context(), b.profile, oup.Journals, fmt.Sprintf("OUP_Journals_2026-%02d-01.txt", month),
		strings.NewReader(text))
	must(b.t, err)
	job, err := b.jobs.StartSync(b.t.Context(), jobs.SyncRequest{
		ProfileIDs: []int64{b.profile}, Mode: jobs.Apply, Trigger: jobs.Manual,
		FileID: file.ID,
	})
	must(b.t, err)
	if job = b.wait(job.ID); job.State == jobs.NeedsReview {
		b.done("approveJob", input{"jobId": model.ID(model.JobType, job.ID)})
		b.wait(job.ID)
	}
	return model.ID(model.JobType, job.ID)
}

// of is the portfolio with a title and title_id.
func (b *pairing) of(title, titleID string) *ent.Portfolio {
	b.t.Helper()
	return b.store.Read.Portfolio.Query().Where(portfolio.PublicationTitle(title), portfolio.TitleID(titleID)).OnlyX(b.t.Context())
}

func pid(p *ent.Portfolio) string { return model.ID(model.PortfolioType, p.ID) }

// dump is all that a pairing may touch, but times and versions.
func (b *pairing) dump() string {
	b.t.Helper()
	var text strings.Builder
	for _, p := range b.store.Read.Portfolio.Query().Order(portfolio.ByID()).AllX(b.t.Context()) {
		p.UpdatedAt, p.Version, p.RemovedAt = 0, 0, truth(p.RemovedAt)
		fmt.Fprintln(&text, p)
	}
	for _, e := range b.store.Read.Entitlement.Query().Order(entitlement.ByID()).WithCoverage().AllX(b.t.Context()) {
		e.UpdatedAt, e.EndedAt, e.GivenBack = 0, truth(e.EndedAt), false // an undo marks what it gave back
		fmt.Fprintln(&text, e, len(e.Edges.Coverage))
	}
	for _, l := range b.store.Read.POLine.Query().AllX(b.t.Context()) {
		fmt.Fprintln(&text, l.Number, *l.PortfolioID, l.Main)
	}
	for _, d := range b.store.Read.PairingDecision.Query().Order(pairingdecision.ByID()).AllX(b.t.Context()) {
		d.UpdatedAt = 0
		fmt.Fprintln(&text, d)
	}
	return text.String()
}

// truth keeps of a time only whether there is one.
func truth(at *int64) *int64 {
	if at != nil {
		*at = 1
	}
	return at
}

func (b *pairing) report(jobID string) string {
	b.t.Helper()
	_, id, err := model.ParseID(jobID)
	must(b.t, err)
	var lines []string
	for _, c := range b.store.Read.JobChange.Query().Where(jobchange.JobID(id)).Order(jobchange.ByID()).AllX(b.t.Context()) {
		v, action := holdings.ValuesOf(c), plan.Action(c.Action)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %s > %s", c.Action, c.Title, c.Field, v.OldWords(action, c.Field),
			v.NewWords(action, c.Field))))
	}
	return strings.Join(lines, "\n")
}

func (b *pairing) undone(jobID string) {
	b.t.Helper()
	job := b.waitFor(b.done("undoJob", input{"jobId": jobID}).Job.ID)
	if job.Verdict != jobs.VerdictChanged {
		b.t.Errorf("undo: %s %s: %s %s", job.State, job.Verdict, job.Summary, job.ErrorMessage)
	}
}

var (
	annals  = [3]string{"Annals", "1095-8290", "annals"}
	renamed = [3]string{"Annals of Everything", "1467-968X", "everything"}
	other   = [3]string{"Brain", "0028-0836", "brain"}
)

// TestPairByHand: a title that was added as another one becomes the portfolio that a person chooses, with its PO line there and what
// hung on the new one; the lists that follow keep it, and one call takes all of it back.
func TestPairByHand(t *testing.T) {
	t.Parallel()
	b := setupPairing(t)
	b.list(1, annals, other)
	old := b.of("Annals", "annals")
	b.attachPOLine(old.ID)
	b.list(2, renamed, other)
	added := b.of("Annals of Everything", "everything")
	b.done("updatePortfolio", input{"portfolioId": pid(added), "publicNote": "Ask at the desk"})
	before := b.dump()

	pair := []input{{"portfolioId": pid(old), "titleOfId": pid(added)}}
	preview := b.ended("decidePairings", input{"pair": pair, "mode": "PREVIEW"}, jobs.VerdictPreviewed)
	if diff := cmp.Diff(before, b.dump()); diff != "" {
		t.Errorf("the preview wrote: %s", diff)
	}
	done := b.ended("decidePairings", input{"pair": pair}, jobs.VerdictChanged)
	if diff := cmp.Diff(b.report(preview), b.report(done)); diff != "" {
		t.Errorf("the preview showed something else: %s", diff)
	}
	now, gone := b.store.Read.Portfolio.GetX(t.Context(), old.ID), b.store.Read.Portfolio.GetX(t.Context(), added.ID)
	if now.PublicationTitle != "Annals of Everything" || !now.Listed || !strings.Contains(now.LocalValues, "Ask at the desk") ||
		gone.RemovedAt == nil || gone.LocalValues != "" {
		t.Errorf("%v\n%v\n%s", now, gone, b.report(done))
	}
	undoPreview := b.waitFor(b.done("undoJob", input{"jobId": done, "mode": "PREVIEW"}).Job.ID)
	b.undone(done)
	if diff := cmp.Diff(before, b.dump()); diff != "" {
		t.Errorf("the undo left: %s", diff)
	}
	undo := b.store.Read.Job.Query().Order(ent.Desc("id")).FirstX(t.Context())
	if diff := cmp.Diff(b.report(model.ID(model.JobType, undoPreview.ID)), b.report(model.ID(model.JobType, undo.ID))); diff != "" {
		t.Errorf("the preview of the undo showed something else: %s", diff)
	}

	line := b.store.Read.JobChange.Query().Where(jobchange.PortfolioID(added.ID), jobchange.ActionEQ("ADD")).FirstIDX(t.Context())
	byLine := []input{{"portfolioId": pid(old), "changeId": model.ID(model.JobChangeType, line)}}
	b.ended("decidePairings", input{"pair": byLine}, jobs.VerdictChanged)
	b.list(3, renamed, other)
	b.list(4, [3]string{"Another name still", "2049-3630", "everything"}, other) // all but the title_id is new
	if p := b.store.Read.Portfolio.GetX(t.Context(), old.ID); p.PublicationTitle != "Another name still" || !p.Listed {
		t.Errorf("%v", p)
	}
}

// TestPartByHand: a portfolio that became another title gets its own title back and leaves the list; the title is one of its own,
// also when the next list comes.
func TestPartByHand(t *testing.T) {
	t.Parallel()
	b := setupPairing(t)
	b.list(1, [3]string{"Annals", "", "x"}, other)
	old := b.of("Annals", "x")
	b.attachPOLine(old.ID)
	b.list(2, [3]string{"Quite another journal", "1467-968X", "x"}, other)
	if p := b.store.Read.Portfolio.GetX(t.Context(), old.ID); p.PublicationTitle != "Quite another journal" {
		t.Fatalf("%v", p)
	}
	before := b.dump()
	part := []input{{"portfolioId": pid(old)}}
	preview := b.ended("decidePairings", input{"part": part, "mode": "PREVIEW"}, jobs.VerdictPreviewed)
	done := b.ended("decidePairings", input{"part": part}, jobs.VerdictChanged)
	if diff := cmp.Diff(b.report(preview), b.report(done)); diff != "" {
		t.Errorf("the preview showed something else: %s", diff)
	}
	p, own := b.store.Read.Portfolio.GetX(t.Context(), old.ID), b.of("Quite another journal", "x")
	if p.PublicationTitle != "Annals" || p.Listed || p.RemovedAt != nil || own.ID == old.ID || !own.Listed {
		t.Errorf("%v\n%v\n%s", p, own, b.report(done))
	}
	b.list(3, [3]string{"Quite another journal", "1467-968X", "x"}, other)
	if p := b.store.Read.Portfolio.GetX(t.Context(), old.ID); p.Listed || p.PublicationTitle != "Annals" {
		t.Errorf("the next list paired them again: %v", p)
	}
	b.undone(done)
	for _, line := range strings.Split(before, "\n") {
		if after := b.dump(); !strings.Contains(after, line) {
			t.Errorf("the undo did not give back %s\nbut %s", line, after)
		}
	}
	if p := b.store.Read.Portfolio.GetX(t.Context(), own.ID); p.RemovedAt == nil {
		t.Errorf("the undo left %v", p)
	}
}

// TestPairingDecisions: they are listed, told from those that ended, downloaded, named in reports and taken back; candidates say what
// speaks for them.
func TestPairingDecisions(t *testing.T) {
	t.Parallel()
	b := setupPairing(t)
	b.list(1, annals, other)
	b.list(2, renamed, other)
	old, added := b.of("Annals", "annals"), b.of("Annals of Everything", "everything")
	job := b.ended("decidePairings", input{"pair": []input{{"portfolioId": pid(old), "titleOfId": pid(added)}}}, jobs.VerdictChanged)
	type decisions struct {
		PairingDecisions struct {
			TotalCount int
			Nodes      []struct {
				ID, Title, TitleID string
				Parted             bool
				EndedAt            *string
				Portfolio          struct{ ID string }
				Job                struct{ ID string }
			}
		}
	}
	const query = `query($f: PairingDecisionFilter) { pairingDecisions(filter: $f) { totalCount nodes { id title titleId parted endedAt
		portfolio { id } job { id } decidedBy { name } createdAt } } }`
	var got decisions
	b.query(query, input{"f": input{"portfolioId": pid(old), "collectionId": model.ID(model.CollectionType, old.CollectionID)}}, &got)
	if n := got.PairingDecisions.Nodes; len(n) != 1 || got.PairingDecisions.TotalCount != 1 || n[0].Title != "Annals of Everything" ||
		n[0].TitleID != "everything" || n[0].Parted || n[0].Portfolio.ID != pid(old) || n[0].Job.ID != job {
		t.Fatalf("%+v", got)
	}
	id := got.PairingDecisions.Nodes[0].ID
	if text := b.get("/pairing-decisions.tsv"); !strings.Contains(text, "\tpaired\tAnnals of Everything\teverything\t") {
		t.Error(text)
	}
	synced := b.list(3, renamed, other)
	var found struct {
		Job struct {
			Findings struct {
				Nodes []struct{ Code, Message string }
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { findings { nodes { code message } } } }`, input{"id": synced}, &found)
	if !strings.Contains(fmt.Sprint(found), "paired-by-hand") {
		t.Errorf("%+v", found)
	}
	b.unchanged(func() {
		b.wants("takeBackPairing", input{"decisionId": model.ID(model.PairingDecisionType, 99)}, "NOT_FOUND input.decisionId")
	})
	b.many("takeBackPairing", input{"decisionId": id})
	b.wants("takeBackPairing", input{"decisionId": id}, "WRONG_STATE input.decisionId")
	b.query(query, nil, &got)
	if len(got.PairingDecisions.Nodes) != 0 {
		t.Errorf("%+v", got)
	}
	b.query(query, input{"f": input{"ended": true}}, &got)
	if n := got.PairingDecisions.Nodes; len(n) != 1 || n[0].EndedAt == nil {
		t.Errorf("%+v", got)
	}
	if text := b.get("/pairing-decisions.tsv?ended=true"); !strings.Contains(text, "Annals of Everything") {
		t.Error(text)
	}
}

func (b *pairing) get(path string) string {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api.URL+path, nil)
	must(b.t, err)
	return b.send(request).Body
}

// TestPairingCandidates of a portfolio that waits: those that the ambiguous title became, with what both have in common.
func TestPairingCandidates(t *testing.T) {
	t.Parallel()
	b := setupPairing(t)
	b.list(1, [3]string{"Annals A", "1095-8290", "a"}, [3]string{"Annals B", "1467-968X", "b"}, other)
	b.list(2, [3]string{"Annals A", "2049-3630", "c"}, other)
	var got struct {
		Portfolio struct {
			PairingCandidates []struct {
				Portfolio              struct{ Title string }
				SameTitleID, SameTitle bool
				SharedIdentifiers      []string
			}
		}
	}
	first := b.of("Annals A", "c")
	b.attachPOLine(first.ID)
	b.list(3, [3]string{"Annals A", "1095-8290", "d"}, [3]string{"Annals A", "2049-3630", "c"}, other)
	b.query(`query($id: ID!) { portfolio(id: $id) { pairingCandidates { portfolio { title } sameTitleId sameTitle sharedIdentifiers } } }`,
		input{"id": pid(first)}, &got)
	if c := got.Portfolio.PairingCandidates; len(c) != 1 || !c[0].SameTitle || c[0].SameTitleID || len(c[0].SharedIdentifiers) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestDecidePairingsRefused: each mistake says where, and nothing is queued.
func TestDecidePairingsRefused(t *testing.T) {
	t.Parallel()
	b := setupPairing(t)
	b.list(1, annals, other)
	b.list(2, renamed, other)
	old, added, third := b.of("Annals", "annals"), b.of("Annals of Everything", "everything"), b.of("Brain", "brain")
	elsewhere := b.local("Elsewhere")
	b.waitFor(b.importCollection(input{"collectionId": elsewhere, "kbart": pairingHeader + "Local\t\t2049-3630\tl\t2000\tserial\n"}).Job.ID)
	own := b.of("Local", "l")
	pair := func(portfolioID, titleOf string) input {
		return input{"portfolioId": portfolioID, "titleOfId": titleOf}
	}
	gone := model.ID(model.PortfolioType, 99)
	b.unchanged(func() {
		for _, test := range []struct {
			in   input
			told string
		}{
			{input{}, "BAD_USER_INPUT input.pair"},
			{input{"pair": []input{{"portfolioId": pid(old)}}}, "BAD_USER_INPUT input.pair.0"},
			{input{"pair": []input{pair(gone, pid(added))}}, "NOT_FOUND input.pair.0.portfolioId"},
			{input{"pair": []input{pair(pid(old), gone)}}, "NOT_FOUND input.pair.0"},
			{input{"pair": []input{pair(pid(added), pid(added))}}, "BAD_USER_INPUT input.pair.0"},
			{input{"pair": []input{pair(pid(added), pid(old))}}, "WRONG_STATE input.pair.0"},
			{input{"pair": []input{pair(pid(own), pid(added))}}, "BAD_USER_INPUT input.pair.0"},
			{input{"pair": []input{pair(pid(added), pid(own))}}, "WRONG_STATE input.pair.0"},
			{input{"pair": []input{pair(pid(old), pid(added)), pair(pid(old), pid(third))}}, "BAD_USER_INPUT input.pair.1"},
			{input{"pair": []input{{"portfolioId": pid(old), "changeId": model.ID(model.JobChangeType, 99)}}}, "NOT_FOUND input.pair.0.changeId"},
			{input{"part": []input{{}}}, "BAD_USER_INPUT input.part.0"},
			{input{"part": []input{{"portfolioId": pid(own)}}}, "WRONG_STATE input.part.0"},
			{input{"part": []input{{"portfolioId": "x"}}}, "BAD_USER_INPUT input.part.0.portfolioId"},
		} {
			b.wants("decidePairings", test.in, test.told)
		}
	})
}

// TestPairWhatNoListHas: a portfolio whose title no list has any more cannot give its place to another. Nothing is moved, nothing
// leaves, and the report says why.
func TestPairWhatNoListHas(t *testing.T) {
	t.Parallel()
	b := setupPairing(t)
	b.list(1, annals, other)
	job := b.list(2, renamed, other) // one of two leaves, which needs no person
	old := b.of("Annals", "annals")
	b.undone(job)
	b.waitFor(b.done("approveJob", input{"jobId": job, "parts": []input{{"partId": b.partOf(job), "kinds": []string{"ADDITIONS"}}}}).Job.ID)
	added := b.of("Annals of Everything", "everything")
	b.attachPOLine(old.ID)
	before := b.dump()
	pair := []input{{"portfolioId": pid(added), "titleOfId": pid(old)}} // the wrong way round
	preview := b.ended("decidePairings", input{"pair": pair, "mode": "PREVIEW"}, jobs.VerdictPreviewed)
	done := b.ended("decidePairings", input{"pair": pair}, jobs.VerdictNoChange)
	if b.report(preview) != b.report(done) {
		t.Errorf("%s\n%s", b.report(preview), b.report(done))
	}
	b.waitFor(done)
	after := strings.Split(b.dump(), "PairingDecision(")[0]
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	var found struct {
		Job struct {
			Summary  string
			Findings struct{ Nodes []struct{ Code string } }
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { summary findings { nodes { code } } } }`, input{"id": done}, &found)
	if !strings.Contains(fmt.Sprint(found), "decision-without-title") || !strings.Contains(found.Job.Summary, "0 of 1 decision carried out") {
		t.Errorf("%+v", found)
	}
}

func (b *pairing) partOf(jobID string) string {
	b.t.Helper()
	_, id, err := model.ParseID(jobID)
	must(b.t, err)
	part := b.store.Read.JobPart.Query().Where(jobpart.JobID(id), jobpart.CollectionIDNotNil())
	return model.ID(model.JobPartType, part.OnlyIDX(b.t.Context()))
}
