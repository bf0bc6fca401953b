package graph_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// moving is an installation with an old collection of a few journals in a set, and a new one.
type moving struct {
	*testBundle
	set, old, target int64
}

// setupMoving makes n journals, in the old collection with two PO lines and a license, in the new one without. Of the
// last, the new collection has two.
func setupMoving(t *testing.T, n int) *moving {
	t.Helper()
	b := &moving{testBundle: setup(t, mockoup.Options{Titles: 20}).work()}
	b.set, b.old, b.target = b.store.NextID(), b.store.NextID(), b.store.NextID()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for id, name := range map[int64]string{b.old: "Old", b.target: "New"} {
			tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).SetNameKey(strings.ToLower(name)).SaveX(ctx)
		}
		tx.CollectionSet.Create().SetID(b.set).SetCreatedAt(1).SetUpdatedAt(1).SetName("Old ones").AddCollectionIDs(b.old).SaveX(ctx)
		for i := range n {
			b.journal(ctx, tx, b.old, i)
			b.journal(ctx, tx, b.target, i)
		}
		b.journal(ctx, tx, b.target, n-1)
		return nil
	})
	return b
}

func (b *moving) journal(ctx context.Context, tx *store.Tx, collection int64, n int) {
	id, title := b.store.NextID(), fmt.Sprintf("Journal %03d", n)
	create := tx.Portfolio.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(collection).SetAvailable(true).SetListed(true).
		SetPublicationTitle(title).SetTitleKey(strings.ToLower(title)).SetPrintKey(fmt.Sprintf("K%03d", n)).SetPublicationType("serial").
		SetValuesHash(0)
	if collection == b.old {
		create.SetLicense(tx.License.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCode(fmt.Sprintf("LIC-%03d", n)).
			SaveX(ctx))
	}
	create.SaveX(ctx)
	tx.Entitlement.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(id).SetActive(true).SetCoverageHash(0).
		SaveX(ctx)
	for i := 0; collection == b.old && i < 2; i++ {
		tx.POLine.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprintf("POL-%03d-%d", n, i)).SetPortfolioID(id).
			SetMain(i == 0).SaveX(ctx)
	}
}

// request is the mutation's input, with more fields.
func (b *moving) request(more input) input {
	in := input{
		"setId": model.ID(model.CollectionSetType, b.set), "targetCollectionId": model.ID(model.CollectionType, b.target),
		"movePoLines": true, "moveLicenses": true,
	}
	for name, value := range more {
		in[name] = value
	}
	return in
}

// movePayload is what movePortfolioInformation answers.
type movePayload struct {
	Job *struct {
		ID, Kind, Mode string
		Subject        *struct{ ID string }
	}
	UserErrors []struct {
		Code, Message string
		Path          []string
	}
}

func (b *moving) move(more input) movePayload {
	b.t.Helper()
	var answer struct{ MovePortfolioInformation movePayload }
	b.query(`mutation($in: MovePortfolioInformationInput!) { movePortfolioInformation(input: $in) {
		job { id kind mode subject { id } } userErrors { code message path } } }`, input{"in": b.request(more)}, &answer)
	return answer.MovePortfolioInformation
}

// moved runs a move to its end.
func (b *moving) moved(more input) string {
	b.t.Helper()
	p := b.move(more)
	if p.Job == nil || len(p.UserErrors) > 0 {
		b.t.Fatalf("%+v", p.UserErrors)
	}
	b.waitFor(p.Job.ID)
	return p.Job.ID
}

// TestMoveByAPI: the summary to confirm, the confirmed move, its report line by line with the things that it names, and
// undo.
func TestMoveByAPI(t *testing.T) {
	t.Parallel()
	b := setupMoving(t, 3)
	shown := b.moved(input{"mode": "PREVIEW"})
	confirmed := b.move(input{"previewJobId": shown, "idempotencyKey": "once"})
	again := b.move(input{"previewJobId": shown, "idempotencyKey": "once"})
	if confirmed.Job == nil || again.Job == nil || confirmed.Job.ID != again.Job.ID {
		t.Fatalf("%+v, %+v", confirmed, again)
	}
	if j := confirmed.Job; j.Kind != "MOVE" || j.Mode != "APPLY" || j.Subject == nil || j.Subject.ID != shown {
		t.Errorf("%+v", j)
	}
	b.waitFor(confirmed.Job.ID)
	var answer moveAnswer
	b.query(`query($id: ID!) { job(id: $id) { verdict
		counts { ... on MoveCounts { portfolios poLinesMoved licensesMoved noCounterpart ambiguous conflicts nothingToMove } }
		parts { collection { name } profile { name } profileName content state }
		changes { nodes { action title field oldValue newValue portfolio { title collection { name } } ... on MovedChange {
			target { title collection { name } } poLine { number portfolio { collection { name } } } license { code } } ... on UnclearChange {
			candidates { title } } } } } }`, input{"id": confirmed.Job.ID},
		&answer)
	want := map[string]int{
		"portfolios": 3, "poLinesMoved": 4, "licensesMoved": 2, "noCounterpart": 0, "ambiguous": 1, "conflicts": 0,
		"nothingToMove": 0,
	}
	if diff := cmp.Diff(want, answer.Job.Counts); diff != "" || answer.Job.Verdict != "CHANGED" {
		t.Errorf("%s %s", answer.Job.Verdict, diff)
	}
	if p := answer.Job.Parts; len(p) != 1 || p[0].Collection.Name != "Old" || p[0].Profile != nil || p[0].Content != nil ||
		p[0].State != "APPLIED" {
		t.Errorf("%+v", p)
	}
	lines := make([]string, len(answer.Job.Changes.Nodes))
	for i, c := range answer.Job.Changes.Nodes {
		lines[i] = c.String()
	}
	slices.Sort(lines)
	if diff := cmp.Diff(movedLines(), lines); diff != "" {
		t.Errorf("%s", diff)
	}
	b.reports(confirmed.Job.ID)

	var undone struct{ UndoJob movePayload }
	b.query(`mutation($id: ID!) { undoJob(input: {jobId: $id}) { job { id kind mode subject { id } } userErrors { code message path } } }`,
		input{"id": confirmed.Job.ID}, &undone)
	if undone.UndoJob.Job == nil || b.waitFor(undone.UndoJob.Job.ID).Verdict != "CHANGED" {
		t.Errorf("%+v", undone.UndoJob)
	}
}

// moveAnswer is a move's job with its report.
type moveAnswer struct {
	Job struct {
		Verdict string
		Counts  map[string]int
		Parts   []struct {
			Collection         struct{ Name string }
			Profile, Content   any
			ProfileName, State string
		}
		Changes struct {
			Nodes []movedChange
		}
	}
}

// movedChange is a line of a move's report.
type movedChange struct {
	Action, Title             string
	Field, OldValue, NewValue *string
	Portfolio, Target         *struct {
		Title      string
		Collection struct{ Name string }
	}
	PoLine *struct {
		Number    string
		Portfolio struct{ Collection struct{ Name string } }
	}
	License    *struct{ Code string }
	Candidates []struct{ Title string }
}

// String is the line in words.
func (c movedChange) String() string {
	line := c.Action + " " + c.Title + " from " + c.Portfolio.Collection.Name
	if c.Target != nil {
		line += " to " + c.Target.Title + " in " + c.Target.Collection.Name
	}
	if c.PoLine != nil {
		line += ": " + c.PoLine.Number + ", now in " + c.PoLine.Portfolio.Collection.Name
	}
	if c.License != nil {
		line += ": " + c.License.Code
	}
	return fmt.Sprintf("%s, %d candidates, %s → %s", line, len(c.Candidates), *c.OldValue, *c.NewValue)
}

// movedLines is the report of the move of three journals, of which the last has two counterparts.
func movedLines() []string {
	wanted := []string{`AMBIGUOUS Journal 002 from Old, 2 candidates, 2 PO lines and a license → has the keys of 2 portfolios`}
	for _, n := range []string{"000", "001"} {
		where := fmt.Sprintf(`of "Journal %s" in New`, n)
		wanted = append(wanted,
			fmt.Sprintf(`MOVE_LICENSE Journal %[1]s from Old to Journal %[1]s in New: LIC-%[1]s, 0 candidates, license → license %[2]s`, n, where),
			fmt.Sprintf(`MOVE_PO_LINE Journal %[1]s from Old to Journal %[1]s in New: POL-%[1]s-0, now in New, 0 candidates, main PO line`+
				` → main PO line %[2]s`, n, where),
			fmt.Sprintf(`MOVE_PO_LINE Journal %[1]s from Old to Journal %[1]s in New: POL-%[1]s-1, now in New, 0 candidates, additional PO line`+
				` → additional PO line %[2]s`, n, where))
	}
	slices.Sort(wanted)
	return wanted
}

// reports looks at the report as it is downloaded.
func (b *moving) reports(jobID string) {
	b.t.Helper()
	for name, want := range map[string]string{
		"tsv":  "MOVE_PO_LINE\tPOL-000-1\tJournal 000\t\t\t\tadditional PO line\tadditional PO line of \"Journal 000\" in New\t\t\tOld\t\t",
		"json": `"newValue":"license of \"Journal 001\" in New"`,
	} {
		response, err := http.Get(b.api.URL + "/jobs/" + jobID + "/report." + name)
		must(b.t, err)
		text, err := io.ReadAll(response.Body)
		must(b.t, err)
		must(b.t, response.Body.Close())
		if !strings.Contains(string(text), want) {
			b.t.Errorf("%s has no %q:\n%s", name, want, text)
		}
	}
}

// TestMoveToInaccessible: a counterpart that patrons do not get to is none, and the report says which it is and why;
// the job takes it where it is told to.
func TestMoveToInaccessible(t *testing.T) {
	t.Parallel()
	b := setupMoving(t, 2)
	kept := b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(b.target), portfolio.PublicationTitle("Journal 000")).
		OnlyIDX(t.Context())
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Entitlement.Update().Where(entitlement.PortfolioID(kept)).SetActive(false).Exec(ctx)
	})
	var answer struct {
		Job struct {
			Verdict string
			Counts  map[string]int
			Changes struct {
				Nodes []struct {
					Action, NewValue string
					Target           *thing
				}
			}
		}
	}
	const query = `query($id: ID!) { job(id: $id) { verdict counts { ... on MoveCounts { poLinesMoved noCounterpart } }
		changes(filter: {action: [NO_COUNTERPART]}) { nodes { action newValue ... on MovedChange { target { id } } } } } }`
	b.query(query, input{"id": b.moved(nil)}, &answer)
	const want = `stays: "Journal 000" in New would be its counterpart, but no provider lists it`
	if c := answer.Job.Changes.Nodes; len(c) != 1 || c[0].NewValue != want || c[0].Target != nil ||
		answer.Job.Counts["poLinesMoved"] != 0 {
		t.Errorf("%+v", answer.Job)
	}
	b.query(query, input{"id": b.moved(input{"includeInaccessible": true})}, &answer)
	if m := answer.Job.Counts; m["poLinesMoved"] != 2 || m["noCounterpart"] != 0 {
		t.Errorf("told to take it: %+v", answer.Job)
	}
}

// TestMoveInput: each wrong input is a user error with its path, and no job is queued.
func TestMoveInput(t *testing.T) {
	t.Parallel()
	b := setupMoving(t, 1)
	b.moved(input{"mode": "PREVIEW"})
	for name, c := range map[string]struct {
		more input
		want []string // codes and paths
	}{
		"ids of other things": {
			input{"setId": model.ID(model.CollectionType, b.old), "targetCollectionId": "x", "previewJobId": model.ID(model.CollectionType, b.old)},
			[]string{"BAD_USER_INPUT input.setId", "BAD_USER_INPUT input.targetCollectionId", "BAD_USER_INPUT input.previewJobId"},
		},
		"of nothing": {
			input{"setId": model.ID(model.CollectionSetType, 9), "previewJobId": model.ID(model.JobType, 9)},
			[]string{"NOT_FOUND input.setId", "NOT_FOUND input.previewJobId"},
		},
		"nothing chosen": {input{"movePoLines": nil, "moveLicenses": false}, []string{"BAD_USER_INPUT input.movePoLines"}},
		"target in set": {
			input{"targetCollectionId": model.ID(model.CollectionType, b.old)},
			[]string{"BAD_USER_INPUT input.targetCollectionId"},
		},
		"preview of none": {input{"mode": "PREVIEW", "previewJobId": model.ID(model.JobType, 9)}, []string{"BAD_USER_INPUT input.previewJobId"}},
	} {
		p := b.move(c.more)
		var got []string
		for _, e := range p.UserErrors {
			got = append(got, e.Code+" "+strings.Join(e.Path, "."))
		}
		if diff := cmp.Diff(c.want, got); diff != "" || p.Job != nil {
			t.Errorf("%s: job %v\n%s", name, p.Job, diff)
		}
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

// TestMoveStatements: a page of a move's report costs the same number of statements whatever its size.
func TestMoveStatements(t *testing.T) {
	t.Parallel()
	b := setupMoving(t, 60)
	id := b.moved(nil)
	for action, largest := range map[string]int{"MOVE_PO_LINE": 118, "MOVE_LICENSE": 59} {
		query := fmt.Sprintf(`query($first: Int) { job(id: %q) { changes(first: $first, filter: {action: [%s]}) { nodes { action oldValue newValue
			portfolio { title } ... on MovedChange { target { title collection { name } poLines { nodes { number } } }
			poLine { number portfolio { title } } license { code } } } } } }`, id, action)
		small, few := b.cost(query, map[string]any{"first": 10}, `"newValue"`)
		large, many := b.cost(query, map[string]any{"first": 500}, `"newValue"`)
		if few != 10 || many != largest || len(small) != len(large) || len(large) > 7 {
			t.Errorf("%s: %d statements for %d, %d for %d:\n%s", action, len(small), few, len(large), many, tables(large))
		}
	}
}
