package holdings_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/holdings"
	"autoholdings/holdings/library"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/plantest"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// ask asks one question.
func (b *testBundle) ask(q holdings.AccessQuestion) holdings.AccessAnswer {
	b.T.Helper()
	answers, err := b.Holdings.Access(b.T.Context(), []holdings.AccessQuestion{q})
	b.Must(err)
	return answers[0]
}

// naive answers questions from what is exported for a group, day by day.
type naive struct{ rows []*kbart.Record }

func (b *testBundle) naiveOf(t failer, groupID int64) naive {
	b.T.Helper()
	var list bytes.Buffer
	_, err := b.Holdings.Export(b.T.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID, GroupID: groupID}, &list)
	b.Must(err)
	if list.String() == holdingstest.Header {
		return naive{}
	}
	return naive{rowsOf(t, list.String())}
}

// of is which days of a date each title with the identifier has, and where, by title_id.
func (n naive) of(identifier string, days []time.Time, today time.Time) (open map[string][]bool, urls map[string]bool) {
	open, urls = map[string][]bool{}, map[string]bool{}
	key := strings.ToUpper(strings.ReplaceAll(identifier, "-", ""))
	for _, row := range n.rows {
		id := row.Get(kbart.TitleID)
		same := identifier == id
		for _, c := range []kbart.Column{kbart.PrintIdentifier, kbart.OnlineIdentifier} {
			same = same || row.Get(c) != "" && strings.ReplaceAll(row.Get(c), "-", "") == key
		}
		if !same {
			continue
		}
		if open[id] == nil {
			open[id] = make([]bool, len(days))
		}
		for i, day := range days {
			if naivelyCovered(row, day, today) {
				open[id][i] = true
				urls[row.Get(kbart.TitleURL)] = true
			}
		}
	}
	return open, urls
}

func naivelyCovered(row *kbart.Record, day, today time.Time) bool {
	text := day.Format(time.DateOnly)
	first, last := row.Get(kbart.DateFirstIssueOnline), row.Get(kbart.DateLastIssueOnline)
	if first != "" && text[:len(first)] < first || last != "" && text[:len(last)] > last {
		return false
	}
	for wall := range strings.SplitSeq(row.Get(kbart.EmbargoInfo), ";") {
		if wall == "" {
			continue
		}
		length, _ := strconv.Atoi(wall[1 : len(wall)-1])
		years := today.Year() - day.Year()
		age := map[byte]int{
			'Y': years, 'M': years*12 + int(today.Month()) - int(day.Month()),
			'D': int(today.Sub(day).Hours()) / 24,
		}[wall[len(wall)-1]]
		if wall[0] == 'P' && age < length || wall[0] == 'R' && age >= length {
			return false
		}
	}
	return true
}

// daysOf are all days that a date may mean.
func daysOf(date string) (days []time.Time) {
	d, _ := kbart.ParseDate(date)
	for day := d.First(); !day.After(d.Last()); day = day.AddDate(0, 0, 1) {
		days = append(days, day)
	}
	return days
}

// accessWorld changes a library at random.
type accessWorld struct {
	b *testBundle
}

var embargoes = []string{"", "", "", "P1Y", "P6M", "P100D", "R2Y", "R18M", "R5Y;P30D", "R400D"}

func drawDate(t *rapid.T) string {
	day := rapid.IntRange(0, 365*8).Draw(t, "day")
	text := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Format(time.DateOnly)
	return text[:rapid.SampledFrom([]int{4, 7, 10}).Draw(t, "precision")]
}

func (w accessWorld) sync(t *rapid.T) {
	var rows []holdingstest.Journal
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 1, 6, rapid.ID).Draw(t, "titles") {
		for i := range rapid.IntRange(1, 3).Draw(t, "statements") {
			j := holdingstest.Numbered(n, n+1)[0]
			j.First, j.Last = drawDate(t), ""
			if rapid.Bool().Draw(t, "ends") {
				if j.Last = drawDate(t); j.Last < j.First {
					j.First, j.Last = j.Last[:4], j.First
				}
			}
			j.Embargo = rapid.SampledFrom(embargoes).Draw(t, "embargo")
			j.URL += rapid.SampledFrom([]string{"", fmt.Sprintf("/%d", i)}).Draw(t, "page")
			rows = append(rows, j)
		}
	}
	w.b.Sync(rapid.Int64Range(1, 2).Draw(t, "profile"), holdingstest.ListOf(rows...))
}

// staff changes what staff decide about a title, if it is there.
func (w accessWorld) staff(t *rapid.T) {
	id := w.title(t)
	if id == 0 {
		return
	}
	statements := []plan.Statement{{DateFirst: drawDate(t)[:4], DateLast: "2030", Embargo: rapid.SampledFrom(embargoes).Draw(t, "embargo")}}
	change := rapid.SampledFrom([]holdings.StaffChange{
		perpetual("", ""), perpetual("2019", "2022-05-31"),
		{holdings.FieldAccessRights: new(holdings.Current)},
		{holdings.FieldAvailable: new("false")},
		{holdings.FieldAvailable: new("true")},
		{plan.CoverageField: new(plan.ToJSON(plan.LocalCoverage{Mode: plan.Instead, Statements: statements}))},
		{plan.CoverageField: new(plan.ToJSON(plan.LocalCoverage{Mode: plan.Addition, Statements: statements}))},
		{plan.CoverageField: new(plan.ToJSON(plan.LocalCoverage{Mode: plan.Instead}))},
		{plan.CoverageField: nil},
		{"print_identifier": new(holdingstest.ISSN(40))},
		{"print_identifier": nil},
		{"online_identifier": new(holdingstest.ISSN(5))},
		{"online_identifier": nil},
		{"title_id": new("local")},
		{"title_id": nil},
		{"title_url": new("https://local.example/")},
	}).Draw(t, "change")
	_, err := w.b.Holdings.UpdatePortfolio(w.b.T.Context(), holdings.PortfolioChange{ID: id, Staff: change})
	if _, refused := problem.In(err); err != nil && !refused {
		t.Fatal(err)
	}
}

// title is the id of one of the titles; 0: it is not there.
func (w accessWorld) title(t *rapid.T) int64 {
	ids, err := w.b.Store.IDs(w.b.T.Context(), `SELECT id FROM portfolios WHERE title_id = ?`,
		fmt.Sprintf("j%03d", rapid.IntRange(1, 6).Draw(t, "title")))
	w.b.Must(err)
	return append(ids, 0)[0]
}

// order gives the only PO line to a title; nil: it is taken away.
func (w accessWorld) order(t *rapid.T) {
	id := int64(0)
	if t != nil {
		id = w.title(t)
	}
	w.b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `DELETE FROM po_lines`)
		if id != 0 && err == nil {
			_, err = tx.SQL.ExecContext(ctx, `INSERT INTO po_lines (id, created_at, updated_at, number, main, portfolio_id, version)
				VALUES (1, 1, 1, 'P', TRUE, ?, 1)`, id)
		}
		return err
	})
}

func (w accessWorld) serve(t *rapid.T) {
	on := rapid.IntRange(0, 3).Draw(t, "served") > 0
	w.b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.Update().SetAvailable(on).Exec(ctx)
	})
}

// TestAccessIsTheExport: what is granted is what the group's export has, whatever lists, staff and walls do; the address is
// that of a row that covers it, and an embargo ends on the day that is told.
func TestAccessIsTheExport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w, groups := accessWorld{b}, b.groupOfEach(1, 2)
	rapid.Check(t, func(rt *rapid.T) {
		w.order(nil)
		b.empty()
		b.setGroups(2, rapid.SampledFrom([][]int64{{groups[2]}, {groups[1], groups[2]}, nil}).Draw(rt, "groups")...)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			rapid.SampledFrom([]func(*rapid.T){w.sync, w.sync, w.staff, w.staff, w.order, w.serve}).Draw(rt, "step")(rt)
		}
		today := daysOf(drawDate(rt))[0].AddDate(2, 0, 0)
		b.Holdings.Now = func() time.Time { return today }
		for _, group := range []int64{0, groups[1], groups[2]} {
			w.compare(rt, group, today)
		}
	})
}

func (w accessWorld) compare(t *rapid.T, group int64, today time.Time) {
	exported := w.b.naiveOf(t, group)
	identifiers := []string{"local", "nobody", "j001", "j003", holdingstest.ISSN(40), holdingstest.ISSN(4999)}
	for n := 2; n < 14; n++ {
		identifiers = append(identifiers, holdingstest.ISSN(n))
	}
	var questions []holdings.AccessQuestion
	for range 3 {
		date := drawDate(t)
		for _, identifier := range identifiers {
			if rapid.Bool().Draw(t, "bare") {
				identifier = strings.ToLower(strings.ReplaceAll(identifier, "-", ""))
			}
			questions = append(questions, holdings.AccessQuestion{Identifier: identifier, Date: date, GroupID: group})
		}
	}
	answers, err := w.b.Holdings.Access(t.Context(), questions)
	w.b.Must(err)
	for i, q := range questions {
		w.judge(t, q, answers[i], exported, today)
		if i%7 > 0 {
			continue
		}
		if alone := w.b.ask(q); cmp.Diff(alone, answers[i], equalErrors) != "" {
			t.Fatalf("%+v asked alone: %s", q, cmp.Diff(alone, answers[i], equalErrors))
		}
	}
}

var equalErrors = cmp.Comparer(func(a, b error) bool { return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error() })

func (w accessWorld) judge(t *rapid.T, q holdings.AccessQuestion, a holdings.AccessAnswer, exported naive, today time.Time) {
	if a.Wrong != nil {
		t.Fatalf("%+v: %v", q, a.Wrong)
	}
	open, urls := exported.of(q.Identifier, daysOf(q.Date), today)
	granted, wholly := false, false
	for _, days := range open {
		granted = granted || slices.Contains(days, true)
		wholly = wholly || !slices.Contains(days, false)
	}
	if a.Granted != granted || a.Wholly != wholly {
		t.Fatalf("%+v on %s: %+v\nthe export: %v %v", q, today.Format(time.DateOnly), a, granted, wholly)
	}
	for _, p := range a.Portfolios {
		days, known := open[p.TitleID]
		if p.Granted != slices.Contains(days, true) || p.Granted && (!urls[p.URL] || p.Message != "") || !p.Granted && p.Message == "" {
			t.Fatalf("%+v: %+v, by the export %v of %v", q, p, days, urls)
		}
		coverage := slices.Contains([]string{"EMBARGOED", "BEFORE_MOVING_WALL", "IN_GAP", "BEFORE_COVERAGE", "AFTER_COVERAGE"}, string(p.Denial))
		if known && !p.Granted != coverage {
			t.Fatalf("%+v: %+v, though the export has it", q, p)
		}
		if p.Opens != "" {
			opens, _ := time.Parse(time.DateOnly, p.Opens)
			if before, _ := exported.of(q.Identifier, daysOf(q.Date), opens.AddDate(0, 0, -1)); slices.Contains(before[p.TitleID], true) {
				t.Fatalf("%+v: open before %s", q, p.Opens)
			}
			if then, _ := exported.of(q.Identifier, daysOf(q.Date), opens); !slices.Contains(then[p.TitleID], true) {
				t.Fatalf("%+v: not open on %s", q, p.Opens)
			}
		}
	}
}

// TestAccessReasons: each reason why something may not be read, by which entitlement it may, and what is wrong with a
// question.
func TestAccessReasons(t *testing.T) {
	t.Parallel()
	b, law, medicine := setUpGroups(t) // both: Law 1996–, Medicine 1950–1995; law: 1990–2000; medicine: 2010–
	b.Holdings.Now = func() time.Time { return day("2024-06-15") }
	granted := func(q holdings.AccessQuestion, profiles ...string) *holdings.PortfolioAccess {
		t.Helper()
		a := b.ask(q)
		if !a.Granted || a.Wrong != nil || a.Message != "" || a.Denial != "" {
			t.Fatalf("%+v: %+v", q, a)
		}
		var by []string
		for _, e := range a.Portfolios[0].Entitlements {
			by = append(by, fmt.Sprint(e.ProfileID))
		}
		if diff := cmp.Diff(profiles, by); diff != "" {
			t.Errorf("%+v is granted by other profiles:\n%s", q, diff)
		}
		return a.Portfolios[0]
	}
	denied := func(q holdings.AccessQuestion, why, message string) {
		t.Helper()
		if a := b.ask(q); a.Granted || a.Wrong != nil || string(a.Denial) != why || !strings.Contains(a.Message, message) {
			t.Errorf("%+v: %+v, want %s %q", q, a.AccessDecision, why, message)
		}
	}
	granted(holdings.AccessQuestion{Identifier: "both", Date: "2000", GroupID: law}, "1")
	granted(holdings.AccessQuestion{Identifier: "both", Date: "1990"}, "2")
	denied(holdings.AccessQuestion{Identifier: "both", Date: "1990", GroupID: law}, "BEFORE_COVERAGE", "covered is 1996 – present")
	denied(holdings.AccessQuestion{Identifier: "law", Date: "1995", GroupID: medicine}, "OTHER_GROUPS", "other inventory groups")
	denied(holdings.AccessQuestion{Identifier: "law", Date: "2001"}, "AFTER_COVERAGE", "covered is 1990 – 2000")
	denied(holdings.AccessQuestion{Identifier: "nobody"}, "UNKNOWN_TITLE", "no title")

	b.staff("law", holdings.StaffChange{holdings.FieldAvailable: new("false")})
	denied(holdings.AccessQuestion{Identifier: "law", Date: "1995", GroupID: law}, "UNAVAILABLE", "staff")
	b.staff("medicine", holdings.StaffChange{plan.Unavailable: new("moved"), plan.CoverageField: new(plan.ToJSON(plan.LocalCoverage{
		Mode: plan.Instead, Statements: []plan.Statement{{DateFirst: "2000", Embargo: "P1Y"}},
	}))})
	p := granted(holdings.AccessQuestion{Identifier: "medicine", Date: "2005"}, "2")
	if p.Statement.Kind != plan.LocalKind || *p.Local.Get(plan.Unavailable) != "moved" {
		t.Errorf("%+v", p)
	}
	denied(holdings.AccessQuestion{Identifier: "medicine", Date: "2024-02"}, "EMBARGOED", "until 2025-01-01")

	b.staff("both", perpetual("", "2020"))
	b.AddPOLine("P1", "medicine")
	b.Sync(1, listOf("Other; id=other; first=2000"))
	b.Sync(2, listOf("Other; id=other; first=2000"))
	if p := granted(holdings.AccessQuestion{Identifier: "both", Date: "2019", GroupID: law}, "1"); p.Retention.By != plan.RetainedByPortfolio {
		t.Errorf("%+v", p)
	}
	denied(holdings.AccessQuestion{Identifier: "both", Date: "2021", GroupID: law}, "AFTER_COVERAGE", "1996 – 2020-12-31")
	denied(holdings.AccessQuestion{Identifier: "medicine"}, "NOT_LISTED", "not retained")
	denied(holdings.AccessQuestion{Identifier: "law"}, "REMOVED", "taken out")
	b.waits("other")
	denied(holdings.AccessQuestion{Identifier: "other"}, "WAITING", "waits")
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.Update().SetAvailable(false).Exec(ctx)
	})
	denied(holdings.AccessQuestion{Identifier: "both"}, "SERVICE_OFF", "service")
}

func day(text string) time.Time { return daysOf(text)[0] }

// TestAccessIdentifiers: a title is found by an ISSN or ISBN in any notation and by a title_id, a DOI in any form; all
// titles are answered that have it. A mistyped number is told, unless a title has it so.
func TestAccessIdentifiers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, listOf(
		"Brain; id=brain; print=0006-8950; online=1460-2156; first=1996; url=https://academic.oup.com/brain",
		"Brain II; id=brain2; online=1460-2156; first=1878; last=1995",
		"Cells; id=10.1093/Cells/Book; type=monograph; print=9780192804778; url=https://old.example/cells",
		"Mistyped; id=wrong; print=1357-2467; first=2000",
	))
	b.staff("10.1093/Cells/Book", holdings.StaffChange{"title_url": new("https://our.example/Cells")})
	for identifier, want := range map[string]int{
		"0006-8950": 1, "00068950": 1, " 0006 8950 ": 1, "ISSN 0006-8950": 1, "urn:ISSN:0006-8950": 1, "1460-2156": 2, "brain": 1, "Brain": 0,
		"978-0-19-280477-8": 1, "0192804774": 1, "isbn:0-19-280477-4": 1, "10.1093/Cells/Book": 1, "https://doi.org/10.1093/Cells/Book": 1,
		"doi:10.1093/Cells/Book": 1, "1357-2467": 1, "wrong": 1, "NULL": 0, "0000-0000": 0,
		"https://academic.oup.com/brain": 1, "HTTP://www.Academic.OUP.com/brain/#about": 1, "https://academic.oup.com/brain?page=2": 0,
		"https://academic.oup.com/br-ain": 0, "academic.oup.com/brain": 0, "https://our.example/Cells": 1, "https://our.example/cells": 0,
		"https://old.example/cells": 0, "https://academic.oup.com/": 0, "https://": 0, "ftp://academic.oup.com/brain": 0,
	} {
		if a := b.ask(holdings.AccessQuestion{Identifier: identifier}); a.Wrong != nil || len(a.Portfolios) != want || a.Granted != (want > 0) {
			t.Errorf("%s: %+v", identifier, a)
		}
	}
	old := b.ask(holdings.AccessQuestion{Identifier: "1460-2156", Date: "1900"})
	if old.Portfolios[0].TitleID != "brain2" || old.Portfolios[1].Denial != "BEFORE_COVERAGE" {
		t.Errorf("%+v", old)
	}
	for want, q := range map[string]holdings.AccessQuestion{
		"identifier: it is empty":       {Identifier: " "},
		"identifier: it has more":       {Identifier: strings.Repeat("x", 501)},
		"wrong check digit":             {Identifier: "0006-8951"},
		"date: \"2005-13\"":             {Identifier: "brain", Date: "2005-13"},
		"date: \"2023-02-29\"":          {Identifier: "brain", Date: "2023-02-29"},
		"volume: it has more":           {Identifier: "brain", Volume: strings.Repeat("1", 101)},
		"issue: it has more":            {Identifier: "brain", Issue: strings.Repeat("1", 101)},
		"group: there is no such group": {Identifier: "brain", GroupID: 77},
		"NUL character":                 {Identifier: "a\x00"},
	} {
		a := b.ask(q)
		problems, ok := problem.In(a.Wrong)
		if !ok || len(problems) != 1 || !strings.Contains(strings.ReplaceAll(a.Wrong.Error(), "inventory group", "group"), want) || a.Granted {
			t.Errorf("%+v: %v", q, a.Wrong)
		}
	}
}

// TestAccessUsesItsIndexes for one question and for many: no table is read from end to end.
func TestAccessUsesItsIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	service := library.Open(db.Store, nil, holdings.NoJobs)
	group, err := service.Profiles.CreateInventoryGroup(t.Context(), "Law", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 300} {
		byURL := holdings.AccessQuestion{Identifier: "https://academic.oup.com/brain"}
		if _, err := service.Holdings.Access(t.Context(), slices.Repeat([]holdings.AccessQuestion{byURL}, n)); err != nil {
			t.Fatal(err)
		}
		if plan := db.Plan(); !strings.Contains(plan, "portfolios_search VIRTUAL TABLE INDEX") {
			t.Errorf("%d URLs: the index of words is not used:\n%s", n, plan)
		}
		questions := slices.Repeat([]holdings.AccessQuestion{{Identifier: "0006-8950", GroupID: group.ID}}, n)
		for i := range questions[1:] {
			questions[i+1].Identifier = holdingstest.ISSN(i + 1)
		}
		if _, err := service.Holdings.Access(t.Context(), questions); err != nil {
			t.Fatal(err)
		}
		plan := db.Plan()
		for _, index := range []string{
			"portfolio_print_key_id (print_key=?)", "portfolio_online_key_id (online_key=?)", "portfolio_title_id_id (title_id=?)",
			"portfolio_local_identifier", "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
		} {
			if !strings.Contains(plan, index) {
				t.Errorf("%d questions: %s is not used:\n%s", n, index, plan)
			}
		}
		if plantest.ScansTable(strings.ReplaceAll(plan, "SCAN portfolios USING COVERING INDEX portfolio_local_identifier", "")) {
			t.Errorf("%d questions: a table is read from end to end:\n%s", n, plan)
		}
	}
}
