package holdings_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/ent/edit"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestLocalValues: each is shown and exported in the provider's place, survives absence, return and undo byte for byte, and
// is taken back with one call. Each change is recorded: who, what, from what to what.
func TestLocalValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := holdingstest.KBART(others + "Brain; id=brain; print=@1; first=1996; url=https://a.org/1; notes=theirs")
	b.dated(1, "2026-01-01", list)
	ctx := access.With(t.Context(), access.Principal{Kind: access.ByPerson, ID: 7, Name: "Ada"})
	set := func(change holdings.StaffChange) string {
		t.Helper()
		p, err := b.Holdings.UpdatePortfolio(ctx, holdings.PortfolioChange{ID: b.portfolio("brain").ID, Staff: change})
		b.Must(err)
		return p.LocalValues
	}
	local := set(holdings.StaffChange{
		"publication_title": new("Brain, ours"), "notes": new(""), "title_url": new("https://proxy.example/brain"),
		"print_identifier": new("0028-0836"), plan.PublicNote: new(" Ask at the desk\u200b "), plan.Unavailable: new("Moving house"),
		plan.Proxy: new("on"), plan.CoverageField: new(`{"mode":"ADDITION","statements":[{"dateFirst":"1950","dateLast":"1960-06"}]}`),
	})
	rows := rowsWith(b.export(), "brain")
	if len(rows) != 2 || !strings.HasPrefix(rows[0], "Brain, ours\t0028-0836\t\t1950\t\t\t1960-06\t\t\thttps://proxy.example/brain\t") ||
		!strings.HasPrefix(rows[1], "Brain, ours\t0028-0836\t\t1996\t") || strings.Contains(rows[0]+rows[1], "theirs") {
		t.Errorf("exported: %q", rows)
	}
	if got := b.shown("brain"); got != "1950 – 1960-06 LOCAL; 1996 – present" {
		t.Error(got)
	}
	b.dated(1, "2026-02-01", holdingstest.KBART(others))
	if p := b.portfolio("brain"); p.RemovedAt == nil || p.LocalValues != local {
		t.Errorf("absent: %+v", p)
	}
	_, back := b.dated(1, "2026-03-01", strings.ReplaceAll(list, "theirs", "theirs, changed"))
	if report := b.ReportText(back); !strings.Contains(report, "LOCKED Brain notes") {
		t.Errorf("what changed behind a local value is not told:\n%s", report)
	}
	b.undo(1, back)
	b.dated(1, "2026-04-01", list)
	if p := b.portfolio("brain"); p.RemovedAt != nil || p.LocalValues != local || p.Notes != "theirs" {
		t.Errorf("it is back: %+v", p)
	}
	if rows := rowsWith(b.export(), "brain"); len(rows) != 2 || !strings.HasPrefix(rows[0], "Brain, ours\t") {
		t.Errorf("exported: %q", rows)
	}

	set(holdings.StaffChange{plan.CoverageField: new(`{"mode":"INSTEAD","statements":[{"dateFirst":"2000"}]}`), "notes": nil})
	if got := b.shown("brain"); got != "2000 – present LOCAL" || len(rowsWith(b.export(), "brain")) != 1 {
		t.Errorf("%s, %q", got, rowsWith(b.export(), "brain"))
	}
	all := holdings.StaffChange{}
	for _, field := range plan.LocalFields {
		all[field] = nil
	}
	if left := set(all); left != "" {
		t.Errorf("left: %s", left)
	}
	if rows := rowsWith(b.export(), "brain"); len(rows) != 1 || !strings.Contains(rows[0], "https://a.org/1\t") {
		t.Errorf("exported: %q", rows)
	}
	edits := b.Store.Read.Edit.Query().Where(edit.Field("publication_title")).Order(edit.ByID()).AllX(t.Context())
	if len(edits) != 2 || edits[0].ActorName != "Ada" || edits[0].ActorID != 7 || edits[0].OldValue != "" ||
		edits[0].NewValue != `"Brain, ours"` || edits[1].OldValue != `"Brain, ours"` || edits[1].NewValue != "" || edits[0].TitleID != "brain" {
		t.Errorf("recorded: %+v", edits)
	}
}

// rowsWith are the lines of a list that have a title_id.
func rowsWith(list, titleID string) (rows []string) {
	for _, line := range strings.Split(list, "\n") {
		if strings.Contains(line, "\t"+titleID+"\t") {
			rows = append(rows, line)
		}
	}
	return rows
}

// TestWrongLocalValues: each is refused with what, where, why and what to do, and nothing is written.
func TestWrongLocalValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+brain))
	before := b.wholeText()
	coverage := func(text string) holdings.StaffChange { return holdings.StaffChange{plan.CoverageField: &text} }
	for name, c := range map[string]struct {
		change holdings.StaffChange
		want   string
		says   string
	}{
		"no field":          {holdings.StaffChange{"colour": new("red")}, "BAD_USER_INPUT input.colour", `no field "colour"`},
		"no title":          {holdings.StaffChange{"publication_title": new(" ")}, "BAD_USER_INPUT input.localValues", "cannot be empty"},
		"ISSN":              {holdings.StaffChange{"print_identifier": new("0028-0837")}, "BAD_USER_INPUT input.localValues", "check digit"},
		"URL":               {holdings.StaffChange{"title_url": new("brain")}, "BAD_USER_INPUT input.localValues", "https://"},
		"type":              {holdings.StaffChange{"publication_type": new("thing")}, "BAD_USER_INPUT input.localValues", "serial, monograph"},
		"access":            {holdings.StaffChange{"access_type": new("X")}, "BAD_USER_INPUT input.localValues", "F, P"},
		"published":         {holdings.StaffChange{"date_monograph_published_print": new("then")}, "BAD_USER_INPUT input.localValues", "YYYY"},
		"too long":          {holdings.StaffChange{"notes": new(strings.Repeat("x", 4001))}, "BAD_USER_INPUT input.localValues", "4001 characters"},
		"NUL":               {holdings.StaffChange{"notes": new("a\x00b")}, "BAD_USER_INPUT input.localValues", "NUL"},
		"empty note":        {holdings.StaffChange{plan.PublicNote: new("")}, "BAD_USER_INPUT input.publicNote", "take it back"},
		"proxy":             {holdings.StaffChange{plan.Proxy: new("maybe")}, "BAD_USER_INPUT input.proxy", "neither on nor off"},
		"available":         {holdings.StaffChange{holdings.FieldAvailable: nil}, "BAD_USER_INPUT input.available", "true or false"},
		"available text":    {holdings.StaffChange{holdings.FieldAvailable: new("perhaps")}, "BAD_USER_INPUT input.available", "true, false"},
		"rights":            {holdings.StaffChange{holdings.FieldAccessRights: new("ALL")}, "BAD_USER_INPUT input.accessRights", "CURRENT, PERPETUAL"},
		"days":              {perpetual("soon", ""), "BAD_USER_INPUT input.perpetualFrom", "YYYY"},
		"days backwards":    {perpetual("2016", "2015"), "BAD_USER_INPUT input", "exchange"},
		"days alone":        {holdings.StaffChange{holdings.FieldPerpetualFrom: new("2016")}, "BAD_USER_INPUT input", "PERPETUAL"},
		"license":           {holdings.StaffChange{holdings.FieldLicense: new("17")}, "NOT_FOUND input.licenseId", "no such license"},
		"license, no id":    {holdings.StaffChange{holdings.FieldLicense: new("x")}, "BAD_USER_INPUT input.licenseId", "no license"},
		"coverage":          {coverage("1996-"), "BAD_USER_INPUT input.localValues", "INSTEAD"},
		"coverage's mode":   {coverage(`{"mode":"BESIDE"}`), "BAD_USER_INPUT input.localValues", "ADDITION"},
		"adds nothing":      {coverage(`{"mode":"ADDITION"}`), "BAD_USER_INPUT input.localValues", "adds no statement"},
		"empty statement":   {coverage(`{"mode":"INSTEAD","statements":[{"dateFirst":"1996"},{}]}`), "BAD_USER_INPUT input.localValues", "statement 2"},
		"first date":        {coverage(`{"mode":"INSTEAD","statements":[{"dateFirst":"1996-"}]}`), "BAD_USER_INPUT input.localValues", `"1996-"`},
		"last date":         {coverage(`{"mode":"INSTEAD","statements":[{"dateFirst":"1996","dateLast":"x"}]}`), "BAD_USER_INPUT input.localValues", `"x"`},
		"ends before":       {coverage(`{"mode":"INSTEAD","statements":[{"dateFirst":"1996","dateLast":"1995"}]}`), "BAD_USER_INPUT input.localValues", "before it begins"},
		"embargo":           {coverage(`{"mode":"INSTEAD","statements":[{"dateFirst":"1996","embargo":"1Y"}]}`), "BAD_USER_INPUT input.localValues", "R10Y"},
		"volumes and names": {coverage(`{"mode":"INSTEAD","statements":{}}`), "BAD_USER_INPUT input.localValues", "cannot be read"},
	} {
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.portfolio("brain").ID, Staff: c.change})
		t.Run(name, func(t *testing.T) {
			holdingstest.WantProblems(t, err, c.want)
			holdingstest.WantMessage(t, err, c.says)
		})
	}
	if after := b.wholeText(); after != before {
		t.Error("something was written")
	}
}

// TestTwoStaff: whoever read an older version is refused, and nothing of the first one's is lost. What jobs write raises no
// version.
func TestTwoStaff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+brain))
	read := b.portfolio("brain")
	b.dated(1, "2026-02-01", holdingstest.KBART(others+strings.Replace(brain, "1996", "1997", 1)))
	change := func(version int, note string) error {
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
			ID: read.ID, Version: &version, Staff: holdings.StaffChange{plan.PublicNote: &note},
		})
		return err
	}
	b.Must(change(read.Version, "first"))
	err := change(read.Version, "second")
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	if got := b.portfolio("brain"); got.LocalValues != `{"public_note":"first"}` || got.Version != read.Version+1 {
		t.Errorf("%+v", got)
	}
	b.Must(change(read.Version+1, "first")) // nothing changes
	if got := b.portfolio("brain"); got.Version != read.Version+1 {
		t.Errorf("a save that changes nothing raised the version: %d", got.Version)
	}
}

// TestWaitsForLocalValues: a portfolio that waits does not leave by itself while staff have put something on it.
func TestWaitsForLocalValues(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]holdings.StaffChange{"a note": {plan.PublicNote: new("x")}, "retained": perpetual("", "")} {
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+waitingBefore))
		b.dated(1, "2026-02-01", holdingstest.KBART(others+waitingAfter))
		b.staff("a", change)
		b.dated(1, "2026-04-01", holdingstest.KBART(others+waitingAfter))
		if p, other := b.portfolio("a"), b.portfolio("b"); p.RemovedAt != nil || p.Review == "" || other.RemovedAt == nil {
			t.Errorf("%s: %+v\n%+v", name, p, other)
		}
		if got := b.accessible("a"); got != (name == "retained") {
			t.Errorf("%s: accessible %v", name, got)
		}
	}
}

// TestEditsOutliveTheirPortfolio: what was changed by hand stays on record when a collection is deleted.
func TestEditsOutliveTheirPortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+brain))
	b.staff("brain", holdings.StaffChange{plan.PublicNote: new("x")})
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.DeleteOneID(b.portfolio("brain").ID).Exec(ctx)
	})
	if left := b.Store.Read.Edit.Query().OnlyX(t.Context()); left.PortfolioID != nil || left.Title != "Brain" {
		t.Errorf("%+v", left)
	}
}
