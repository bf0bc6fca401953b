package kbart_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"autoholdings/kbart"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		want  kbart.Date
		ok    bool
		first string
		last  string
	}{
		{"2006", kbart.Date{Year: 2006}, true, "2006-01-01", "2006-12-31"},
		{"2006-02", kbart.Date{Year: 2006, Month: 2}, true, "2006-02-01", "2006-02-28"},
		{"2008-02", kbart.Date{Year: 2008, Month: 2}, true, "2008-02-01", "2008-02-29"},
		{"1900-02", kbart.Date{Year: 1900, Month: 2}, true, "1900-02-01", "1900-02-28"},
		{"2000-02-29", kbart.Date{Year: 2000, Month: 2, Day: 29}, true, "2000-02-29", "2000-02-29"},
		{"1665-03-06", kbart.Date{Year: 1665, Month: 3, Day: 6}, true, "1665-03-06", "1665-03-06"},
		{in: ""},
		{in: "2006-"},
		{in: "01/02/2006"},
		{in: "2008.0"},
		{in: "2023-02-29"},
		{in: "2023-13"},
		{in: "2023-00"},
		{in: "2023-01-00"},
		{in: "2023-01-32"},
		{in: "0999"},
		{in: "20060102"},
		{in: "2006-1"},
		{in: "2006/01"},
		{in: "2006-01/02"},
		{in: "2006-01-2x"},
		{in: " 2006"},
		{in: "2006-01-02 00:00:00"},
		{in: "2004-2005"},
		{in: "XXXX"},
		{in: "２００６"},
	} {
		got, ok := kbart.ParseDate(tt.in)
		if got != tt.want || ok != tt.ok {
			t.Errorf("ParseDate(%q) = %+v, %v; want %+v, %v", tt.in, got, ok, tt.want, tt.ok)
			continue
		}
		if !ok {
			continue
		}
		if got.String() != tt.in {
			t.Errorf("ParseDate(%q).String() = %q", tt.in, got.String())
		}
		if first := got.First().Format(time.DateOnly); first != tt.first {
			t.Errorf("%q begins on %s, want %s", tt.in, first, tt.first)
		}
		if last := got.Last().Format(time.DateOnly); last != tt.last {
			t.Errorf("%q ends on %s, want %s", tt.in, last, tt.last)
		}
	}
}

func TestZeroDate(t *testing.T) {
	t.Parallel()
	var none kbart.Date
	if !none.IsZero() || none.String() != "" || !none.First().IsZero() || !none.Last().IsZero() {
		t.Errorf("the zero date is %q, from %v to %v; want none at all", none, none.First(), none.Last())
	}
}

func TestDateCompare(t *testing.T) {
	t.Parallel()
	// Each comes before all that follow it.
	ordered := []string{"1995", "1995-06", "1995-06-30", "1996", "1996-01", "1996-01-01", "1996-01-02", "1996-02"}
	for i, a := range ordered {
		for j, b := range ordered {
			da, _ := kbart.ParseDate(a)
			db, _ := kbart.ParseDate(b)
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := da.Compare(db); got != want {
				t.Errorf("%s.Compare(%s) = %d, want %d", a, b, got, want)
			}
			if (da == db) != (i == j) {
				t.Errorf("%s == %s is %v", a, b, da == db)
			}
		}
	}
}

func TestParseIdentifier(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in     string
		kind   kbart.IdentifierKind
		key    string
		valid  bool
		string string
	}{
		{"1673-3436", kbart.ISSN, "16733436", true, "1673-3436"},
		{"1673-355X", kbart.ISSN, "1673355X", true, "1673-355X"},
		{"1673-355x", kbart.ISSN, "1673355X", true, "1673-355X"},
		{"16733436", kbart.ISSN, "16733436", true, "1673-3436"},
		{"1673 3436", kbart.ISSN, "16733436", true, "1673-3436"},
		{"1673–3436", kbart.ISSN, "16733436", true, "1673-3436"},
		{"1673-3550", kbart.ISSN, "16733550", false, "1673-3550"}, // GOKb: serials_errors
		{"1673-343X", kbart.ISSN, "1673343X", false, "1673-343X"},
		{"03784371.0", kbart.ISSN, "03784371", true, "0378-4371"},
		{"9780192804778", kbart.ISBN, "9780192804778", true, "9780192804778"},
		{"978-0-19-280477-8", kbart.ISBN, "9780192804778", true, "9780192804778"},
		{"978 0 19 280477 8", kbart.ISBN, "9780192804778", true, "9780192804778"},
		{"9791032305690", kbart.ISBN, "9791032305690", true, "9791032305690"},
		{"0192804774", kbart.ISBN, "9780192804778", true, "9780192804778"},
		{"0-19-280477-4", kbart.ISBN, "9780192804778", true, "9780192804778"},
		{"080442957X", kbart.ISBN, "9780804429573", true, "9780804429573"},
		{"080442957x", kbart.ISBN, "9780804429573", true, "9780804429573"},
		{"0192804775", kbart.ISBN, "9780192804778", false, "9780192804778"},
		{"9780192804779", kbart.ISBN, "9780192804779", false, "9780192804779"},
		{"978-1-137-05446-X", kbart.ISBN, "978113705446X", false, "978113705446X"}, // GOKb: monographs_errors
		{"978-3-16-148410-0", kbart.ISBN, "9783161484100", true, "9783161484100"},  // GOKb: mixed_valid
		{"9780822341567.0", kbart.ISBN, "9780822341567", true, "9780822341567"},
		{"1673\u200b-3436", kbart.ISSN, "16733436", true, "1673-3436"},
	} {
		got, ok := kbart.ParseIdentifier(tt.in)
		want := kbart.Identifier{Kind: tt.kind, Key: tt.key, Valid: tt.valid}
		if got != want || !ok {
			t.Errorf("ParseIdentifier(%q) = %+v, %v; want %+v", tt.in, got, ok, want)
		}
		if got.String() != tt.string {
			t.Errorf("ParseIdentifier(%q).String() = %q, want %q", tt.in, got, tt.string)
		}
	}
}

func TestParseIdentifierRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"",
		"9.78E+12",
		"9780822341568.0", // the check digit does not prove that it is complete
		"n/a",
		"1673-34",
		"1673-34361",
		"1X73-3436",
		"1980-09-01",
		"19-804-770",
		"9770192804778", // an EAN, but not of a book
		"1673-3436, 1673-355X",
		"10.1093/brain",
		"１６７３-3436",
		// Placeholders identify nothing.
		"0000-0000", "00000000", "1111-1111", "1234-5678", "1234-5679", "0123-4567", "8765-4321",
		"9780000000002", "978-1-234-56789-7", "1234567890", "0000000000", "012345678X",
	} {
		if got, ok := kbart.ParseIdentifier(in); got != (kbart.Identifier{}) || ok {
			t.Errorf("ParseIdentifier(%q) = %+v, %v; want no identifier", in, got, ok)
		}
		if got, _ := kbart.ParseIdentifier(in); got.String() != "" {
			t.Errorf("ParseIdentifier(%q).String() = %q, want none", in, got)
		}
	}
}

func TestStateOfIdentifier(t *testing.T) {
	t.Parallel()
	for state, cells := range map[kbart.IdentifierState][]string{
		kbart.IdentifierEmpty:      {"", " ", "\u200b"},
		kbart.IdentifierReadable:   {"1673-3436", "1673-3550", "9780192804778", " 1673-3436\u200e", "1673343\u00ad6"},
		kbart.IdentifierUnreadable: {"9.78E+12", "doi:10.1093/brain", "1673-34", "see print", "1673-3436, 1673-355X"},
		kbart.IdentifierPlaceholder: {
			"0000-0000", "1234-5678", "1234 5679", "9999999999999", "1234567890123", "NULL", "n/a", "N.A.", "-", "#N/A",
			"0", "nan", "na",
		},
	} {
		for _, cell := range cells {
			if got := kbart.StateOfIdentifier(cell); got != state {
				t.Errorf("StateOfIdentifier(%q) = %d, want %d", cell, got, state)
			}
			if key := kbart.IdentifierKey(cell); (key != "") != (state == kbart.IdentifierReadable) {
				t.Errorf("IdentifierKey(%q) = %q", cell, key)
			}
		}
	}
}

func TestTitleIDKey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"brain": "brain", "BRAIN": "brain", " Brain\u200b": "brain", "\ufeffbrain": "brain", "actrade-9780192804778": "actrade-9780192804778",
		"E\u0301tudes": "\u00e9tudes", "\u00c9TUDES": "\u00e9tudes", "STRASSE": "strasse", "Stra\u00dfe": "strasse", "10": "10", "007": "007",
		"Nullius": "nullius", "none-the-wiser": "none-the-wiser", "www.jstor.org": "www.jstor.org", "a-": "a-", "中": "中",
		"nar": "nar", "nan": "nan", "na": "na", "Nan": "nan", "unknown-soldier": "unknown-soldier", "na2": "na2", "9.78E+12": "9.78e+12",
	} {
		if got := kbart.TitleIDKey(in); got != want {
			t.Errorf("TitleIDKey(%q) = %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{
		"", " ", "\u200b", "NULL", "null", "Null", "(null)", "<NULL>", "[null]", "None", "NONE", "-none-", "nil", "Nil", "N/A", "n/a", "n.a.",
		"N.A.", "N.a",
		"N/A.", "NA", "NaN", "Unknown", "undefined", "not available", "-", "--", "\u2013", "\u2014", ".", "...", "?", "/", "0", "00", "0.0",
		"0000-0000",
		"#N/A", "#NAME?", "#REF!", "#VALUE!", "#NV", "#DIV/0!",
	} {
		if got := kbart.TitleIDKey(in); got != "" {
			t.Errorf("TitleIDKey(%q) = %q, want none", in, got)
		}
	}
}

func TestIsHostName(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"journals.example.org", "www.jstor.org", "example.com", "JOURNALS.Example.ORG", "https://www.jstor.org", "http://www.jstor.org/",
		"hup.example.ac.uk",
		"journals.example.org:8080", "journals.example.org.", "\u200bjstor.org", "www.muenchen.museum",
	} {
		if !kbart.IsHostName(in) {
			t.Errorf("%q is taken for no host", in)
		}
	}
	for _, in := range []string{
		"", "brain", "https://www.jstor.org/journal/brain", "www.jstor.org/journal", "10.1093/brain", "10.1093", "9780192804778", "j.jmb.2004",
		"a..org",
		".org", "www.", "N/A", "ann. bot", "example org", "-a.org", "1.2.3.4", "oso.chapter.two3",
	} {
		if kbart.IsHostName(in) {
			t.Errorf("%q is taken for a host", in)
		}
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "Brain": "Brain", " Brain\t": "Brain", "\u200bBrain\u200e": "Brain", "\ufeff\u00a0Brain\u00ad \u2060": "Brain",
		"\u202aBrain\u202c": "Brain",
		"E\u0301tudes":      "\u00c9tudes", "\u00c9tudes": "\u00c9tudes", "micro\u00adbiology": "micro\u00adbiology",
		"Quoi\u00a0?": "Quoi\u00a0?", "P\x1a": "P",
		"\u0600 10": "\u0600 10", "bad\xff": "bad\xff", "\u1112\u1161\u11ab": "\ud55c", "\u212b": "\u00c5",
	} {
		if got := kbart.Normalize(in); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestColumnSet(t *testing.T) {
	t.Parallel()
	var s kbart.ColumnSet
	s = s.With(kbart.TitleID).With(kbart.PublicationTitle).With(kbart.TitleID)
	if !s.Has(kbart.TitleID) || s.Has(kbart.Notes) || s.Len() != 2 {
		t.Errorf("the set %b is not that of title and title_id", s)
	}
	if got := slices.Collect(s.All()); !slices.Equal(got, []kbart.Column{kbart.PublicationTitle, kbart.TitleID}) {
		t.Errorf("the set has %v", got)
	}
	for range s.All() {
		break
	}
}

func TestParseEmbargo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want kbart.Embargo
	}{
		{"", kbart.Embargo{}},
		{"R10Y", kbart.Embargo{Begins: kbart.Wall{Length: 10, Unit: 'Y'}}},
		{"P6M", kbart.Embargo{Ends: kbart.Wall{Length: 6, Unit: 'M'}}},
		{"P100D", kbart.Embargo{Ends: kbart.Wall{Length: 100, Unit: 'D'}}},
		{"R4M", kbart.Embargo{Begins: kbart.Wall{Length: 4, Unit: 'M'}}},
		{"R8D", kbart.Embargo{Begins: kbart.Wall{Length: 8, Unit: 'D'}}},
		{"R10Y;P30D", kbart.Embargo{Begins: kbart.Wall{Length: 10, Unit: 'Y'}, Ends: kbart.Wall{Length: 30, Unit: 'D'}}},
		{"R1Y;P6M", kbart.Embargo{Begins: kbart.Wall{Length: 1, Unit: 'Y'}, Ends: kbart.Wall{Length: 6, Unit: 'M'}}},
		{"R180D;P30D", kbart.Embargo{Begins: kbart.Wall{Length: 180, Unit: 'D'}, Ends: kbart.Wall{Length: 30, Unit: 'D'}}},
		{"R10M;P9D", kbart.Embargo{Begins: kbart.Wall{Length: 10, Unit: 'M'}, Ends: kbart.Wall{Length: 9, Unit: 'D'}}},
	} {
		got, err := kbart.ParseEmbargo(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("ParseEmbargo(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
		if got.String() != tt.in {
			t.Errorf("ParseEmbargo(%q).String() = %q", tt.in, got)
		}
		if got.IsZero() != (tt.in == "") {
			t.Errorf("ParseEmbargo(%q).IsZero() = %v", tt.in, got.IsZero())
		}
	}
	// These include the values that FOLIO and GOKb refuse.
	for _, in := range []string{
		"R0Y", "R1Y;6M", "P3M;P9D", "R4Y;R9D", "P30D;R10Y", "test", "R", "P1", "1Y", "R1Y;", ";P1Y", "R01Y", "p6m", "P6W",
		"P-6M", "P6M ", "R10Y; P30D", "R10Y;P30D;R10Y;P30Y", "P12345678901234567890Y", "P6.5M", "12 months",
		"Coverage is from volume 1 to 30.",
	} {
		if got, err := kbart.ParseEmbargo(in); err == nil {
			t.Errorf("ParseEmbargo(%q) = %+v, want an error", in, got)
		} else if !got.IsZero() {
			t.Errorf("ParseEmbargo(%q) = %+v along with its error, want none", in, got)
		}
	}
}

func TestEmbargoAccessible(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ embargo, on, from, to string }{
		{"", "2018-12-14", "", ""},
		{"R1Y", "2018-12-14", "2018-01-01", ""},
		{"R2Y", "2018-12-14", "2017-01-01", ""},
		{"P1Y", "2018-12-14", "", "2017-12-31"},
		{"P1Y", "2018-01-01", "", "2017-12-31"},
		{"P6M", "2018-12-14", "", "2018-06-30"},
		{"R12M", "2018-03-31", "2017-04-01", ""},
		{"R365D", "2018-12-14", "2017-12-15", ""},
		{"R180D", "2018-12-14", "2018-06-18", ""},
		{"P30D", "2018-12-14", "", "2018-11-14"},
		// FOLIO has 2009-01-01 and 2018-11-15 for this one: its end is the first day that is not open.
		{"R10Y;P30D", "2018-12-14", "2009-01-01", "2018-11-14"},
		{"R6M;P1Y", "2018-12-14", "2018-07-01", "2017-12-31"}, // nothing is open
		{"R1M", "2024-02-29", "2024-02-01", ""},
		{"P1M", "2024-03-31", "", "2024-02-29"},
	} {
		embargo, err := kbart.ParseEmbargo(tt.embargo)
		if err != nil {
			t.Fatal(err)
		}
		on, err := time.Parse(time.DateOnly, tt.on)
		if err != nil {
			t.Fatal(err)
		}
		from, to := embargo.Accessible(on.Add(15 * time.Hour))
		if day(from) != tt.from || day(to) != tt.to {
			t.Errorf("%s on %s is open from %q to %q, want %q to %q", tt.embargo, tt.on, day(from), day(to), tt.from, tt.to)
		}
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func TestVocabularies(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"serial": "serial", "Serial": "serial", "MONOGRAPH": "monograph", "book": "", "": "", "journal": "",
	} {
		if got, ok := kbart.ParsePublicationType(in); got.String() != want || ok != (want != "") {
			t.Errorf("ParsePublicationType(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]string{"F": "F", "f": "F", "P": "P", "p": "P", "m": "M", "Paid": "", "": "", "PF": ""} {
		if got, ok := kbart.ParseAccess(in); got.String() != want || ok != (want != "") {
			t.Errorf("ParseAccess(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]string{
		"fulltext": "fulltext", "Fulltext": "fulltext", "Selected Articles": "selected articles", "abstracts": "abstracts",
		"ebook": "ebook", "print": "print", "full text": "", "Volltext": "", "": "",
	} {
		if got, ok := kbart.ParseDepth(in); got.String() != want || ok != (want != "") {
			t.Errorf("ParseDepth(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for c := range kbart.Column(kbart.NumColumns) {
		got, ok := kbart.ParseColumn(c.String())
		if !ok || got != c {
			t.Errorf("ParseColumn(%q) = %v, %v; want %d", c, got, ok, c)
		}
	}
	for in, want := range map[string]kbart.Column{
		"coverage_notes":                  kbart.Notes,
		"preceeding_publication_title_id": kbart.PrecedingPublicationTitleID,
		"coverage_note":                   kbart.Notes,
		"parent_publication_id":           kbart.ParentPublicationTitleID,
		"Publication  Title":              kbart.PublicationTitle,
		"\ufeff\u00a0Title\u00a0Id\u200b": kbart.TitleID,
		"title\u00ad_id":                  kbart.TitleID,
		"Publication Title":               kbart.PublicationTitle,
		"\ufeffpublication_title":         kbart.PublicationTitle,
		" ACCESS-TYPE\r":                  kbart.AccessType,
		`"title_id"`:                      kbart.TitleID,
	} {
		if got, ok := kbart.ParseColumn(in); !ok || got != want {
			t.Errorf("ParseColumn(%q) = %v, %v; want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "title", "mongraph_edition", "publicationtitle"} {
		if got, ok := kbart.ParseColumn(in); ok {
			t.Errorf("ParseColumn(%q) = %v, want none", in, got)
		}
	}
	if s := kbart.Column(kbart.NumColumns).String(); s != "" {
		t.Errorf("the column after the last is called %q", s)
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	date := time.Date(2024, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ provider, region, pkg, want string }{
		{"OUP", "Global", "AllJournals", "OUP_Global_AllJournals_2024-01-31.txt"},
		{"Oxford University Press", "", "Books & Journals", "Oxford-University-Press_Books-&-Journals_2024-01-31.txt"},
		{"a_b", "c/d", `..\e`, "a-b_c-d_e_2024-01-31.txt"},
		{"", "", "", "2024-01-31.txt"},
	} {
		got := kbart.FileName(tt.provider, tt.region, tt.pkg, date)
		if got != tt.want {
			t.Errorf("FileName(%q, %q, %q) = %q, want %q", tt.provider, tt.region, tt.pkg, got, tt.want)
		}
		if back, ok := kbart.ParseFileDate(got); !ok || !back.Equal(date) {
			t.Errorf("ParseFileDate(%q) = %v, %v; want %v", got, back, ok, date)
		}
	}
	for name, want := range map[string]string{
		"OUP_GLOBAL_ALLJOURNALS_2020-01-21.txt": "2020-01-21",
		"eDukeBooksAllTitles_20210602.txt":      "2021-06-02",
		"/in/2019-01-01/list_2020-02-29.tsv.gz": "2020-02-29",
		`C:\lists\list_2020-02-28.txt`:          "2020-02-28",
		"list_2020-01-01_to_2020-12-31.txt":     "2020-12-31",
		"list.txt":                              "",
		"list_2021-02-29.txt":                   "",
		"list_1234567890123.txt":                "",
		"2019-01-01/list.txt":                   "",
		"":                                      "",
	} {
		got, ok := kbart.ParseFileDate(name)
		if day(got) != want || ok != (want != "") {
			t.Errorf("ParseFileDate(%q) = %q, %v; want %q", name, day(got), ok, want)
		}
	}
}

func TestSeverityText(t *testing.T) {
	t.Parallel()
	for _, s := range []kbart.Severity{kbart.Info, kbart.Warning, kbart.Error, kbart.Fatal} {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back kbart.Severity
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%s became %s: %v", text, back, err)
		}
	}
	var s kbart.Severity
	if err := s.UnmarshalText([]byte("grave")); err == nil {
		t.Error("grave was taken for a severity")
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range kbart.Rules() {
		if seen[r.Code] {
			t.Errorf("%s is there twice", r.Code)
		}
		seen[r.Code] = true
		if r.Title == "" || r.Cause == "" || r.Cure == "" || r.Library == "" || r.Example == "" {
			t.Errorf("%s is incomplete: %+v", r.Code, r)
		}
	}
	for _, code := range []string{kbart.ReasonNoTitle, kbart.ReasonNoIdentifier, kbart.ReasonCells, kbart.ReasonRepeatedHeader} {
		if !seen[code] {
			t.Errorf("no rule has the code %s", code)
		}
	}
}
