package oup_test

import (
	"slices"
	"testing"

	"autoholdings/kbart"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

func TestCoverageKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, last string
		want        string
	}{
		{"1878", "1995", oup.Archive},
		{"1878", "1995-12-31", oup.Archive},
		{"", "1995", oup.Archive},
		{"1995", "1995", oup.Archive},
		{"1996", "", oup.Frontfile},
		{"1996-01-01", "", oup.Frontfile},
		{"1996", "2015", oup.Frontfile},
		{"2020-03", "2020-03", oup.Frontfile},
		{"1986", "2015", ""},
		{"1986", "", ""},
		{"1995-12-31", "1996", ""},
		{"", "1996", ""},
		{"", "", ""},
		{"1996", "1995", ""},
	} {
		if got := oup.CoverageKind(date(t, c.first), date(t, c.last)); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.first, c.last, got, c.want)
		}
	}
}

func date(t *testing.T, s string) kbart.Date {
	t.Helper()
	if s == "" {
		return kbart.Date{}
	}
	d, ok := kbart.ParseDate(s)
	if !ok {
		t.Fatalf("date %q", s)
	}
	return d
}

func TestCollections(t *testing.T) {
	t.Parallel()
	us := oup.Provider()
	books, ok := us.Collection(oup.Books)
	if !ok || books.CommunityZoneID != "61707906870000041" || books.Name != "Oxford University Press Books Autoholdings Collection" {
		t.Errorf("books: %+v", books)
	}
	journals, ok := us.CollectionByID("61563711870000041")
	if !ok || journals.Content != oup.Journals || journals.Name != "Oxford University Press Journals Autoholdings Collection" {
		t.Errorf("journals: %+v", journals)
	}
	if _, ok := us.CollectionByID("1"); ok {
		t.Error("a collection that is not OUP's was found")
	}
	if !slices.Equal(us.Contents(), []provider.Content{oup.Books, oup.Journals}) {
		t.Error("not one collection for each content type")
	}
}
