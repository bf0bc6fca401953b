package plan_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/kbart"
)

// TestDiffOfRealFiles compares with the table of expected results that an independent program computed from the rules.
func TestDiffOfRealFiles(t *testing.T) {
	t.Parallel()
	const series = "oup-series/oxford_Switzerland_NationalLicences_"
	for _, test := range []struct {
		before, after                                                      string
		titles, added, removed, updated, unchanged, free, statements, rows int
		fields                                                             map[string]int
	}{
		{"", series + "2016-05-26.txt", 230, 230, 0, 0, 0, 0, 230, 230, nil},
		{
			series + "2016-05-26.txt", series + "2016-07-08.txt", 230, 0, 0, 48, 182, 0, 230, 230,
			map[string]int{"publisher_name": 33, "coverage": 31, "title_url": 1, "title_id": 1},
		},
		{
			series + "2016-07-08.txt", series + "2017-02-20.txt", 292, 64, 2, 228, 0, 0, 292, 292,
			map[string]int{"title_url": 228, "coverage": 68, "publication_title": 11, "online_identifier": 2, "title_id": 2, "print_identifier": 1},
		},
		{series + "2017-02-20.txt", series + "2017-02-27.txt", 292, 0, 0, 39, 253, 0, 292, 292, map[string]int{"coverage": 39}},
		{"", "oup/OUP_GLOBAL_ALLJOURNALS_2020-01-21.txt", 427, 427, 0, 0, 0, 34, 427, 461, nil},
		{
			"oup/OUP_GLOBAL_ALLJOURNALS_2020-01-21.txt", "oup/OUP_GLOBAL_ALLJOURNALS_2021-06-24.txt", 552, 125, 0, 22, 405, 34, 552, 586,
			map[string]int{"notes": 18, "title_url": 13, "title_id": 13, "coverage": 12, "online_identifier": 2, "publication_title": 1},
		},
		{"", "oup/OUP_GLOBAL_VERY-SHORT-INTRODUCTIONS-ALL_2021-01-22.txt", 730, 730, 0, 0, 0, 0, 0, 732, nil},
		{"", "oup/OUP_GLOBAL_OXFORD-HANDBOOKSONLINE-ALL_2021-01-23.txt", 1166, 1166, 0, 0, 0, 0, 0, 1171, nil},
		{"", "oup/OUP_GLOBAL_ALLTITLES_2021-01-22.txt", 198, 198, 0, 0, 0, 0, 1, 198, nil},
		{"", "oup/Oup_AllTitlesWithOA_2017-01-26.txt", 346, 346, 0, 0, 0, 43, 346, 389, nil},
		{"", "oup/OUP_GLOBAL_OPENACCESS_2026-01-01.txt", 0, 0, 0, 0, 0, 167, 0, 167, nil},
		{"oup/OUP_GLOBAL_ALLJOURNALS_2020-01-21.txt", "oup/OUP_GLOBAL_OPENACCESS_2026-01-01.txt", 0, 0, 0, 0, 0, 167, 0, 167, nil},
	} {
		t.Run(filepath.Base(test.after), func(t *testing.T) {
			t.Parallel()
			var before plan.Source
			if test.before != "" {
				before = holdingstest.RealFile(t, test.before)
			}
			fields := map[string]int{}
			got, err := plan.Diff(t.Context(), before, holdingstest.RealFile(t, test.after), func(kbart.Finding) {},
				func(plan.Change) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range got.Fields {
				fields[f.Name] = f.Titles
			}
			type counts struct{ Titles, Added, Removed, Updated, Unchanged, Free, Statements, Rows, Invalid int }
			if diff := cmp.Diff(
				counts{test.titles, test.added, test.removed, test.updated, test.unchanged, test.free, test.statements, test.rows, 0},
				counts{got.Titles, got.Added, got.Removed, got.Updated, got.Unchanged, got.Free, got.Statements, got.Rows, got.Invalid},
			); diff != "" {
				t.Error(diff)
			}
			if want := test.fields; len(want)+len(fields) > 0 && !cmp.Equal(want, fields) {
				t.Error(cmp.Diff(want, fields))
			}
		})
	}
}
