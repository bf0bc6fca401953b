package holdings_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/kbart"
)

// countTitles is how many titles a list's rows make.
func countTitles(t *testing.T, rows ...journal) int {
	t.Helper()
	list := listOf(rows...)
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
			var rows []journal
			for i := range n {
				rows = append(rows, journal{title: fmt.Sprintf("Title %d", i), print: issn(2*i + 2), online: issn(2*i + 3), id: "OUP", first: "1996"})
			}
			rows[1].online, rows[1].first = "", "1999" // the first of its title's rows, which are ordered by date
			if got := countTitles(t, rows...); got != n {
				t.Errorf("%d titles", got)
			}
			shared := journal{title: "Another name", print: issn(4), online: issn(900_000), id: "OUP", first: "1998"} // issn(4) is that title's
			extended := journal{title: "Yet another", online: issn(900_000), id: "OUP", first: "1997"}                // by the row before
			// no identifier: the title tells
			untitled := journal{title: "Title 3", id: "OUP", first: "1995"}
			if got := countTitles(t, append(rows, shared, extended, untitled)...); got != n {
				t.Errorf("%d titles: rows that fit one of many must join it", got)
			}
			plain := journal{title: "Without identifier", id: "OUP", first: "1992"}
			identified := journal{title: "without  identifier!", print: issn(950_000), id: "OUP", first: "1991"}
			other := journal{title: "Without identifier", print: issn(950_001), id: "OUP", first: "1990"} // that title has another identifier now
			if got := countTitles(t, append(rows, plain, identified, other)...); got != n+2 {
				t.Errorf("%d titles, want two more", got)
			}
		})
	}
}
