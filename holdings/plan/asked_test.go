package plan_test

import (
	"testing"
	"time"

	"autoholdings/holdings/plan"
	"autoholdings/kbart"
)

// day reads YYYY-MM-DD.
func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestAnswer: what coverage gives, on the 29th of February 2024 unless another day is said.
func TestAnswer(t *testing.T) {
	t.Parallel()
	type st = plan.Statement
	from1996 := []st{{DateFirst: "1996", VolFirst: "10", IssueFirst: "3"}}
	gap := []st{{DateFirst: "1990", DateLast: "1995"}, {DateFirst: "2000-03", DateLast: "2005-06-15"}}
	rolling := []st{{DateFirst: "1990", Embargo: "R5Y"}}
	for name, c := range map[string]struct {
		statements          []st
		date, volume, issue string
		on                  string
		want                string // "all", "part" or the reason, and when it opens
	}{
		"no bounds, the title as a whole": {statements: []st{{}}, want: "all"},
		"no bounds, any date":             {statements: []st{{}}, date: "1650", want: "all"},
		"no bounds, a date to come":       {statements: []st{{}}, date: "2031-01-01", want: "all"},
		"no bounds, any volume":           {statements: []st{{}}, volume: "XXXII", issue: "suppl A", want: "all"},
		"a title that has a beginning":    {statements: from1996, want: "part"},
		"the first day of a first year":   {statements: gap, date: "1990-01-01", want: "all"},
		"the day before":                  {statements: gap, date: "1989-12-31", want: "BEFORE_COVERAGE"},
		"the last day of a last year":     {statements: gap, date: "1995-12-31", want: "all"},
		"between two statements":          {statements: gap, date: "1996-01-01", want: "IN_GAP"},
		"a year between":                  {statements: gap, date: "1997", want: "IN_GAP"},
		"the last day between":            {statements: gap, date: "2000-02-29", want: "IN_GAP"},
		"the first month after the gap":   {statements: gap, date: "2000-03", want: "all"},
		"a year that begins in the gap":   {statements: gap, date: "2000", want: "part"},
		"the last day":                    {statements: gap, date: "2005-06-15", want: "all"},
		"the day after":                   {statements: gap, date: "2005-06-16", want: "AFTER_COVERAGE"},
		"a month in which it ends":        {statements: gap, date: "2005-06", want: "part"},
		"no coverage at all":              {date: "2000", want: "AFTER_COVERAGE"},
		"a statement that ends before it begins": {
			statements: []st{{DateFirst: "2001", DateLast: "1999"}},
			date:       "2000", want: "AFTER_COVERAGE",
		},
		"a year in two halves": {
			statements: []st{{DateLast: "2000-06"}, {DateFirst: "2000-07"}},
			date:       "2000", want: "all",
		},
		"open at the beginning":                        {statements: []st{{DateLast: "1999"}}, date: "1066", want: "all"},
		"a first date that is no date":                 {statements: []st{{DateFirst: "spring", DateLast: "1999"}}, date: "1066", want: "all"},
		"the first volume and issue":                   {statements: from1996, volume: "10", issue: "3", want: "all"},
		"an issue earlier":                             {statements: from1996, volume: "10", issue: "02", want: "BEFORE_COVERAGE"},
		"a volume earlier":                             {statements: from1996, volume: "9", issue: "12", want: "BEFORE_COVERAGE"},
		"a volume later, by number and not by letters": {statements: from1996, volume: "0100", want: "all"},
		"the first volume, whose issue is not said":    {statements: from1996, volume: "10", want: "part"},
		"a volume in letters":                          {statements: from1996, volume: "X", want: "UNDETERMINED"},
		"the same letters":                             {statements: []st{{VolFirst: "xxxii"}}, volume: "XXXII", want: "all"},
		"an issue alone":                               {statements: from1996, issue: "4", want: "UNDETERMINED"},
		"an issue alone, of a title without volumes":   {statements: []st{{IssueFirst: "40"}}, issue: "39", want: "BEFORE_COVERAGE"},
		"a volume, where there are dates alone":        {statements: gap, volume: "3", want: "UNDETERMINED"},
		"a volume after the last": {
			statements: []st{{VolFirst: "1", VolLast: "9", IssueLast: "4"}}, volume: "9", issue: "5",
			want: "AFTER_COVERAGE",
		},
		"a date, where there are volumes alone": {statements: []st{{VolFirst: "1"}}, date: "2000", want: "UNDETERMINED"},
		"a date decides against a volume":       {statements: from1996, date: "2003", volume: "1", want: "all"},
		"a date decides against a volume, too":  {statements: from1996, date: "1995", volume: "12", want: "BEFORE_COVERAGE"},
		"a volume decides in the first year": {
			statements: from1996,
			date:       "1996-11", volume: "9", issue: "1", want: "BEFORE_COVERAGE",
		},
		"and lets in": {statements: from1996, date: "1996", volume: "11", want: "all"},
		"a volume decides in a year that begins elsewhere": {
			statements: []st{{DateFirst: "1996-07", VolFirst: "10"}},
			date:       "1996", volume: "10", want: "all",
		},

		"P1Y, this year":                     {statements: []st{{Embargo: "P1Y"}}, date: "2024-01-01", want: "EMBARGOED 2025-01-01"},
		"P1Y, the last day of the last year": {statements: []st{{Embargo: "p1y"}}, date: "2023-12-31", want: "all"},
		"P1Y on the eve of a year": {
			statements: []st{{Embargo: "P1Y"}},
			date:       "2023-01-01", on: "2023-12-31", want: "EMBARGOED 2024-01-01",
		},
		"P1Y on its first day":              {statements: []st{{Embargo: "P1Y"}}, date: "2023-01-01", on: "2024-01-01", want: "all"},
		"P6M, in the sixth month":           {statements: []st{{Embargo: "P6M"}}, date: "2023-09", want: "EMBARGOED 2024-03-01"},
		"P6M, in the seventh":               {statements: []st{{Embargo: "P6M"}}, date: "2023-08-31", want: "all"},
		"P6M, a year that it parts":         {statements: []st{{Embargo: "P6M"}}, date: "2023", want: "part"},
		"P1D, today":                        {statements: []st{{Embargo: "P1D"}}, date: "2024-02-29", want: "EMBARGOED 2024-03-01"},
		"P1D, yesterday":                    {statements: []st{{Embargo: "P1D"}}, date: "2024-02-28", want: "all"},
		"P366D over a leap day":             {statements: []st{{Embargo: "P366D"}}, date: "2023-02-28", want: "all"},
		"P367D over a leap day":             {statements: []st{{Embargo: "P367D"}}, date: "2023-02-28", want: "EMBARGOED 2024-03-01"},
		"P12M from a leap day":              {statements: []st{{Embargo: "P12M"}}, date: "2024-02-29", want: "EMBARGOED 2025-02-01"},
		"R1Y, this year":                    {statements: []st{{Embargo: "R1Y"}}, date: "2024-01-01", want: "all"},
		"R1Y, the last":                     {statements: []st{{Embargo: "R1Y"}}, date: "2023-12-31", want: "BEFORE_MOVING_WALL"},
		"R6M, in the sixth month":           {statements: []st{{Embargo: "R6M"}}, date: "2023-09-01", want: "all"},
		"R6M, the day before":               {statements: []st{{Embargo: "R6M"}}, date: "2023-08-31", want: "BEFORE_MOVING_WALL"},
		"R365D over a leap day":             {statements: []st{{Embargo: "R365D"}}, date: "2023-03-02", want: "all"},
		"R365D, the day before":             {statements: []st{{Embargo: "R365D"}}, date: "2023-03-01", want: "BEFORE_MOVING_WALL"},
		"R10Y;P30D, within":                 {statements: []st{{Embargo: "R10Y;P30D"}}, date: "2024-01-30", want: "all"},
		"R10Y;P30D, too new":                {statements: []st{{Embargo: "R10Y;P30D"}}, date: "2024-01-31", want: "EMBARGOED 2024-03-01"},
		"R10Y;P30D, too old":                {statements: []st{{Embargo: "R10Y;P30D"}}, date: "2014-12-31", want: "BEFORE_MOVING_WALL"},
		"walls between which nothing is":    {statements: []st{{Embargo: "R1Y;P1Y"}}, date: "2024-02", want: "EMBARGOED"},
		"a wall inside coverage":            {statements: rolling, date: "1995", want: "BEFORE_MOVING_WALL"},
		"before a wall and before coverage": {statements: rolling, date: "1985", want: "BEFORE_COVERAGE"},
		"a title that is wholly embargoed":  {statements: []st{{DateFirst: "2024", Embargo: "P2Y"}}, want: "EMBARGOED 2026-01-01"},
		"a volume under an embargo":         {statements: []st{{VolFirst: "1", Embargo: "P1Y"}}, volume: "5", want: "UNDETERMINED"},
		"a volume of a time that is open": {
			statements: []st{{DateFirst: "1990", VolFirst: "1", DateLast: "1999", VolLast: "10", Embargo: "P1Y"}},
			volume:     "5", want: "all",
		},
		"an embargo that is no embargo": {statements: []st{{Embargo: "12 months"}}, date: "2024-02", want: "all"},
		"another statement has no embargo": {
			statements: []st{{DateFirst: "2020", Embargo: "P5Y"}, {DateFirst: "2023"}},
			date:       "2024", want: "all",
		},
		"two embargoes, the sooner is told": {statements: []st{{Embargo: "P3Y"}, {Embargo: "P2Y"}}, date: "2024", want: "EMBARGOED 2026-01-01"},
		"half a year covered, half embargoed": {
			statements: []st{{DateFirst: "2023-10", Embargo: "P3M"}}, date: "2023", want: "part",
		},
		"covered in one half, open in the other": {
			statements: []st{{DateFirst: "2023-10", Embargo: "P6M"}},
			date:       "2023", want: "EMBARGOED 2024-04-01",
		},
	} {
		if c.on == "" {
			c.on = "2024-02-29"
		}
		asked := plan.Asked{Volume: c.volume, Issue: c.issue}
		asked.Date, _ = kbart.ParseDate(c.date)
		a := plan.Answer(c.statements, asked, day(t, c.on))
		got := string(a.Out)
		switch {
		case (a.Out == "") != (a.Statement >= 0):
			t.Errorf("%s: %+v", name, a)
		case a.Wholly:
			got = "all"
		case a.Statement >= 0:
			got = "part"
		case !a.Opens.IsZero():
			got += " " + a.Opens.Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
