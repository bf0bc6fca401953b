package plan_test

import (
	"testing"
)

// TestWhatIsCompared: what carries no meaning is no difference, and what does is one (DOMAIN section 7).
func TestWhatIsCompared(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "case of the vocabularies, hyphens, hosts, blanks, normal forms and invisible characters",
			before: "Études; id=a; print=0006-8950; url=https://example.org/A; depth=fulltext; access=P",
			after:  "E\u0301tudes\u200b; id=a; print=00068950; url=HTTPS://EXAMPLE.org/A; depth=Fulltext; access=p; type=Serial",
		},
		{
			name:   "ISBN-10 and ISBN-13",
			before: `Book; id=a; type=monograph; print=0192804774`,
			after:  `Book; id=a; type=monograph; print=978-0-19-280477-8`,
		},
		{
			name:   "an address beyond its host",
			before: `Brain; id=a; print=@1; url=https://example.org/A`,
			after:  `Brain; id=a; print=@1; url=https://example.org/a`,
			want:   `UPDATE Brain title_url: https://example.org/A → https://example.org/a`,
		},
		{
			name:   "anything but F is paid",
			before: `Brain; id=a; print=@1; access=P`,
			after:  `Brain; id=a; print=@1; access=`,
		},
		{
			name:   "a change of precision",
			before: `Brain; id=a; print=@1; first=1996`,
			after:  `Brain; id=a; print=@1; first=1996-01-01`,
			want:   `UPDATE Brain coverage: 1996 – present → 1996-01-01 – present`,
		},
		{
			name:   "statements as a set, their order apart",
			before: "Brain; id=a; print=@1; first=1996; last=2000\nBrain; id=a; print=@1; first=1878; last=1995",
			after:  "Brain; id=a; print=@1; first=1878; last=1995\nBrain; id=a; print=@1; first=1996; last=2000",
		},
		{
			name:   "a title counts once, whatever number of its statements differ",
			before: "Brain; id=a; print=@1; first=1996; last=2000; depth=fulltext\nBrain; id=a; print=@1; first=1878; last=1995; depth=abstracts",
			after: "Brain; id=a; print=@1; first=1996; last=2000; depth=fulltext\nBrain; id=a; print=@1; first=1878; last=1995; depth=selected " +
				"articles",
			want: `UPDATE Brain coverage.coverage_depth: 1878 – 1995: abstracts → 1878 – 1995: selected articles`,
		},
		{
			name:   "an empty cell blanks nothing",
			before: `Brain; id=a; print=@1; pub=Press; notes=note; url=https://example.org/A; first=1996`,
			after:  `Brain; id=a; print=@1; first=1996`,
		},
		{
			name:   "a monograph's dates are fields",
			before: `Book; id=a; type=monograph; print=#1; date_monograph_published_online=2001`,
			after:  `Book; id=a; type=monograph; print=#1; date_monograph_published_online=2002`,
			want:   `UPDATE Book date_monograph_published_online: 2001 → 2002`,
		},
	})
}
