package plan_test

import (
	"testing"
)

// TestContestedRemovals: one of the portfolio's identifiers stands in the list on a title of another name and title_id.
func TestContestedRemovals(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "on a title that has another print identifier: nobody knows",
			before: `Annals; id=annals; print=@1; online=@9`,
			after:  `Archives; id=archives; print=@2; online=@9`,
			want: `ADD Archives
				WAIT Annals CONTESTED`,
		},
		{
			name:   "on a title that is paired with another portfolio, which did not have it before",
			before: "Annals; id=annals; print=@1; online=@9\nArchives; id=archives; print=@2",
			after:  `Archives; id=archives; print=@2; online=@9`,
			want: `UPDATE Archives online_identifier @NINE
				WAIT Annals CONTESTED`,
		},
		{
			name:   "unless that portfolio had it already before this list",
			before: "Annals; id=annals; print=@1; online=@9\nArchives; id=archives; print=@2; online=@9",
			after:  `Archives; id=archives; print=@2; online=@9`,
			want:   `REMOVE Annals`,
		},
		{
			name:   "a title of the same title_id is its successor, and contests nothing",
			before: `Annals; id=slug; print=@1; online=@9`,
			after:  `Archives; id=slug; print=@2; online=@9`,
			want: `ADD Archives follows "Annals" (slug)
				REMOVE Annals followed by "Archives" (slug)`,
		},
		{
			name:   "a book of the same name in another volume contests nothing",
			before: `Works; id=a; type=monograph; print=#1; vol=1`,
			after:  `Works; id=b; type=monograph; print=#1; vol=2`,
			want: `ADD Works
				REMOVE Works`,
		},
		{
			name:   "a title that has no title_id contests",
			before: `Annals; id=annals; print=@1; online=@9`,
			after:  `Archives; print=@2; online=@9`,
			want: `ADD Archives
				WAIT Annals CONTESTED`,
		},
	})
}
