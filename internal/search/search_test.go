package search_test

import (
	"strings"
	"testing"

	"autoholdings/internal/search"
)

func TestStoredWords(t *testing.T) {
	for name, test := range map[string]struct {
		text search.Text
		want string
	}{
		"nothing":                           {search.Text{}, ""},
		"punctuation alone":                 {search.Text{Words: []string{" … “”!? \U0001F600 "}, Codes: []string{"--"}, URLs: []string{"://"}}, ""},
		"each word once":                    {search.Text{Words: []string{"The Journal of the Journal"}}, " the journal of"},
		"a beginning of another is another": {search.Text{Words: []string{"journals journal al"}}, " journals journal al"},
		"parted by punctuation":             {search.Text{Words: []string{"E-journal's"}}, " e journal s ejournals"},
		"accents, ligatures, case":          {search.Text{Words: []string{"Ærø ŒUVRES Straße ﬁn Łódź Ångström"}}, " aero oeuvres strasse fin lodz angstrom"},
		"Turkish":                           {search.Text{Words: []string{"İstanbul ISPARTA ısparta"}}, " istanbul isparta"},
		"composed and decomposed":           {search.Text{Words: []string{"caf\u00e9 cafe\u0301"}}, " cafe"},
		"Greek and Cyrillic":                {search.Text{Words: []string{"Ἀθῆναι Йога"}}, " αθηναι иога"},
		"Chinese by characters":             {search.Text{Words: []string{"中国哲学 Review"}}, " 中 国 哲 学 review"},
		"Hindi keeps its vowels":            {search.Text{Words: []string{"हिन्दी"}}, " हिन्दी"},
		"full width":                        {search.Text{Words: []string{"ＢＲＡＩＮ"}}, " brain"},
		"symbols part":                      {search.Text{Words: []string{"a+b=c < d"}}, " a b c d abc"},
		"codes run together":                {search.Text{Codes: []string{"10.1093/acprof:oso/97801"}}, " 101093acprofoso97801"},
		"identifiers":                       {search.Text{Identifiers: []string{"1234567X", "", "9780198534532"}}, " 1234567x 9780198534532"},
		"a URL and its path":                {search.Text{URLs: []string{"https://www.oup.com/Brain/"}}, " \ue000oupcombrain \ue000brain"},
	} {
		if got := test.text.Stored(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	long := search.Text{Words: []string{strings.Repeat("ö", 5000), strings.Repeat("a b c ", 50_000)}}.Stored()
	if len(long) > 300 {
		t.Errorf("a word of 5,000 letters is stored with %d bytes", len(long))
	}
}

// BenchmarkWords measures what it takes to make the words of a title.
func BenchmarkWords(b *testing.B) {
	for b.Loop() {
		search.TitleText("The Oxford Handbook of Early Modern European History, 1350-1750: Volume I", "Smith", "Scott",
			"oxfordhb-9780199597253", "https://academic.oup.com/edited-volume/34356", "9780199597253", "9780191749490", "").Stored()
	}
}
