package plan_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/kbart"
)

// countTitles is how many titles a list's rows make.
func countTitles(t *testing.T, rows ...holdingstest.Journal) int {
	t.Helper()
	list := holdingstest.ListOf(rows...)
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
	counts, err := plan.Diff(t.Context(), plan.Source{}, source, func(kbart.Finding) {}, func(plan.Change) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return counts.Titles
}

// TestManyTitlesOfOneTitleID are told apart by the same rules as a few.
func TestManyTitlesOfOneTitleID(t *testing.T) {
	t.Parallel()
	for _, n := range []int{5, 20_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			var rows []holdingstest.Journal
			for i := range n {
				rows = append(rows, holdingstest.Journal{Title: fmt.Sprintf("Title %d", i), Print: holdingstest.ISSN(2*i + 2), Online: holdingstest.ISSN(2*i + 3), ID: "OUP", First: "1996"})
			}
			rows[1].Online, rows[1].First = "", "1999" // the first of its title's rows, which are ordered by date
			if got := countTitles(t, rows...); got != n {
				t.Errorf("%d titles", got)
			}
			shared := holdingstest.Journal{Title: "Another name", Print: holdingstest.ISSN(4), Online: holdingstest.ISSN(900_000), ID: "OUP", First: "1998"} // issn(4) is that title's
			extended := holdingstest.Journal{Title: "Yet another", Online: holdingstest.ISSN(900_000), ID: "OUP", First: "1997"}                             // by the row before
			// no identifier: the title tells
			untitled := holdingstest.Journal{Title: "Title 3", ID: "OUP", First: "1995"}
			if got := countTitles(t, append(rows, shared, extended, untitled)...); got != n {
				t.Errorf("%d titles: rows that fit one of many must join it", got)
			}
			plain := holdingstest.Journal{Title: "Without identifier", ID: "OUP", First: "1992"}
			identified := holdingstest.Journal{Title: "without  identifier!", Print: holdingstest.ISSN(950_000), ID: "OUP", First: "1991"}
			other := holdingstest.Journal{Title: "Without identifier", Print: holdingstest.ISSN(950_001), ID: "OUP", First: "1990"} // that title has another identifier now
			if got := countTitles(t, append(rows, plain, identified, other)...); got != n+2 {
				t.Errorf("%d titles, want two more", got)
			}
		})
	}
}
