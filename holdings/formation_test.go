package holdings_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"autoholdings/holdings"
	"autoholdings/kbart"
)

// countTitles is how many titles a list's rows make.
func countTitles(t *testing.T, rows ...journal) int {
	t.Helper()
	list := listOf(rows...)
	source := holdings.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
	counts, err := holdings.Diff(t.Context(), holdings.Source{}, source, func(kbart.Finding) {}, func(holdings.Change) error { return nil })
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
				rows = append(rows, journal{title: fmt.Sprintf("Title %d", i), print: issn(2 * i), online: issn(2*i + 1), id: "OUP", first: "1996"})
			}
			if got := countTitles(t, rows...); got != n {
				t.Errorf("%d titles", got)
			}
			shared := journal{title: "Another name", print: issn(1), online: issn(900_000), id: "OUP", first: "1997"} // issn(1) is the first one's
			extended := journal{title: "Yet another", print: issn(900_000), id: "OUP", first: "1998"}                 // by the row before
			untitled := journal{title: "Title 3", id: "OUP", first: "1999"}                                           // no identifier: the title tells
			if got := countTitles(t, append(rows, shared, extended, untitled)...); got != n {
				t.Errorf("%d titles: rows that fit one of many must join it", got)
			}
			plain := journal{title: "Without identifier", id: "OUP", first: "1990"}
			identified := journal{title: "without  identifier!", print: issn(950_000), id: "OUP", first: "1991"}
			other := journal{title: "Without identifier", print: issn(950_001), id: "OUP", first: "1992"} // that title has another identifier now
			if got := countTitles(t, append(rows, plain, identified, other)...); got != n+2 {
				t.Errorf("%d titles, want two more", got)
			}
		})
	}
}
