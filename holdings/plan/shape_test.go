package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/kbart"
)

// TestWrongContent: rows that state the other content type are set aside; a list in which more than a tenth and more
// than 20 do is refused.
func TestWrongContent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		books, rows int
		refused     bool
	}{
		{20, 30, false},
		{21, 210, false}, // a tenth
		{21, 209, true},
		{30, 30, true},
	} {
		t.Run(fmt.Sprintf("%d of %d", test.books, test.rows), func(t *testing.T) {
			t.Parallel()
			source := holdingstest.SourceOf(holdingstest.KBART(holdingstest.Rows(0, test.books, "Book %d; id=b%d; type=monograph; print=#%d") +
				holdingstest.Rows(0, test.rows-test.books, "Journal %d; id=j%d; print=@%d")))
			source.Expect = kbart.Serial
			listed := 0
			counts, err := plan.Diff(t.Context(), plan.Source{}, source, func(kbart.Finding) {}, func(c plan.Change) error {
				if c.Action == plan.WrongContent {
					listed++
				}
				return nil
			})
			var fatal *kbart.FatalError
			if refused := errors.As(err, &fatal); refused != test.refused {
				t.Fatalf("refused: %v, %v", refused, err)
			}
			if test.refused {
				if fatal.Finding.Code != "wrong-content" || !strings.Contains(err.Error(), fmt.Sprintf("%d of %d rows", test.books, test.rows)) {
					t.Errorf("%v", err)
				}
				return
			}
			if counts.WrongContent != test.books || counts.Titles != test.rows-test.books || listed != test.books {
				t.Errorf("%d are listed: %+v", listed, counts)
			}
		})
	}
}

// TestEmptyStarts: an empty first date, volume or issue takes that of the stored statement that is otherwise its like.
func TestEmptyStarts(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:     "the same rest",
			before:   "Brain; id=b; print=@1; first=1878; vol1=1; last=1995\nBrain; id=b; print=@1; first=1996; vol1=119; no1=1",
			after:    "Brain; id=b; print=@1; first=1878; vol1=1; last=1995\nBrain; id=b; print=@1; vol1=119; no1=1",
			findings: "coverage-start-missing",
		},
		{
			name:     "one statement on each side, though the end differs",
			before:   `Brain; id=b; print=@1; first=1878; vol1=1; no1=2; last=1995`,
			after:    `Brain; id=b; print=@1; last=1999`,
			want:     `UPDATE Brain coverage: 1878 (v. 1, no. 2) – 1995 → 1878 (v. 1, no. 2) – 1999`,
			findings: "coverage-start-missing",
		},
		{
			name:   "several that might be its like: none",
			before: "Brain; id=b; print=@1; first=1878; last=1995\nBrain; id=b; print=@1; first=1900; last=1995",
			after:  `Brain; id=b; print=@1; last=1995`,
			want:   `UPDATE Brain coverage: 1878 – 1995; 1900 – 1995 → ? – 1995`,
		},
		{
			name:   "another first date: the stored volume is not its own",
			before: `Brain; id=b; print=@1; first=1878; vol1=1; last=1995`,
			after:  `Brain; id=b; print=@1; first=1900; last=1995`,
			want:   `UPDATE Brain coverage: 1878 (v. 1) – 1995 → 1900 – 1995`,
		},
		{
			name:   "an empty end means to the present, an empty embargo none",
			before: `Brain; id=b; print=@1; first=1878; last=1995; embargo=P1Y`,
			after:  `Brain; id=b; print=@1; first=1878`,
			want:   `UPDATE Brain coverage: 1878 – 1995, embargo P1Y → 1878 – present`,
		},
	})
}
