package kbart_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"autoholdings/kbart"
)

// Read a list: every row has a fate, and what is unusual is a finding.
func Example() {
	list := strings.NewReader("publication_title\tprint_identifier\ttitle_id\tpublication_type\taccess_type\n" +
		"Annals of Examples\t1357-2466\tannals\tserial\tP\n" +
		"\"Samples, \"\"Open\"\"\"\t2041-1723\tsamples\tserial\tF\n" +
		"A Book\t\t\tmonograph\tP\n")

	r := kbart.NewReader(list, kbart.Options{Findings: func(f kbart.Finding) {
		if f.Severity >= kbart.Error {
			fmt.Println(f)
		}
	}})
	for rec, err := range r.Records() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(rec.Line, rec.Fate, rec.Get(kbart.PublicationTitle))
	}
	fmt.Printf("%+v\n", r.Summary().Rows)
	// Output:
	// 2 used Annals of Examples
	// 3 free Samples, "Open"
	// line 4, "A Book": error: Nothing identifies the title [no-identifier]
	// 4 refused A Book
	// {Read:3 Used:1 SetAside:1 Refused:1}
}

// A file that is not a list is refused as a whole. The error says why and what to do.
func ExampleFatalError() {
	r := kbart.NewReader(strings.NewReader("<!DOCTYPE html><title>Sign in</title>"), kbart.Options{})
	for _, err := range r.Records() {
		var fatal *kbart.FatalError
		if errors.As(err, &fatal) {
			fmt.Println(fatal.Finding.Code)
			fmt.Println(fatal)
		}
	}
	// Output:
	// html
	// kbart: line 1: A web page instead of a list. Check the address and the credentials; open the address in a browser to see the page. A library's holdings stay as they are. Send this message to the provider, and load the list again once it is fixed.
}

// Check the cells of each row while reading.
func ExampleCheck() {
	list := strings.NewReader("publication_title\ttitle_id\tprint_identifier\tdate_first_issue_online\tembargo_info\tpublication_type\n" +
		"Annals\tannals\t1357-2467\t01/02/2006\tR1Y;6M\tserial\n")
	for rec, err := range kbart.NewReader(list, kbart.Options{}).Records() {
		if err != nil {
			fmt.Println(err)
			return
		}
		kbart.Check(rec, func(f kbart.Finding) { fmt.Println(f.Line, f.Severity, f.Code, f.Column, f.Value) })
	}
	// Output:
	// 2 error issn-check-digit print_identifier 1357-2467
	// 2 error date-form date_first_issue_online 01/02/2006
	// 2 error embargo-form embargo_info R1Y;6M
}

// Write a Phase II list.
func ExampleWriter() {
	w := kbart.NewWriter(os.Stdout, kbart.WriterOptions{Findings: func(f kbart.Finding) { fmt.Println(f) }})
	err := w.WriteRow(&[kbart.NumColumns]string{
		kbart.PublicationTitle: "Annals\nof Examples",
		kbart.PrintIdentifier:  "1357-2466",
		kbart.TitleID:          "annals",
		kbart.AccessType:       "P",
	})
	if err := errors.Join(err, w.Flush()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// line 2: warning: A tab or line break was replaced (publication_title = "Annals\nof Examples") [written-break]
	// publication_title	print_identifier	online_identifier	date_first_issue_online	num_first_vol_online	num_first_issue_online	date_last_issue_online	num_last_vol_online	num_last_issue_online	title_url	first_author	title_id	embargo_info	coverage_depth	notes	publisher_name	publication_type	date_monograph_published_print	date_monograph_published_online	monograph_volume	monograph_edition	first_editor	parent_publication_title_id	preceding_publication_title_id	access_type
	// Annals of Examples	1357-2466										annals													P
}

// The period that an embargo leaves open on a given day: the past ten calendar years, but not the past 30 days.
func ExampleEmbargo_Accessible() {
	embargo, err := kbart.ParseEmbargo("R10Y;P30D")
	if err != nil {
		fmt.Println(err)
		return
	}
	from, to := embargo.Accessible(time.Date(2018, time.December, 14, 0, 0, 0, 0, time.UTC))
	fmt.Println(from.Format(time.DateOnly), "to", to.Format(time.DateOnly))
	// Output: 2009-01-01 to 2018-11-14
}

func ExampleParseIdentifier() {
	for _, s := range []string{"1673-355x", "0-19-280477-4", "1673-3550", "9.78E+12"} {
		id, ok := kbart.ParseIdentifier(s)
		fmt.Println(ok, id.Kind, id, id.Valid)
	}
	// Output:
	// true ISSN 1673-355X true
	// true ISBN 9780192804778 true
	// true ISSN 1673-3550 false
	// false   false
}

func ExampleParseDate() {
	start, _ := kbart.ParseDate("1996-02")
	fmt.Println(start, start.First().Format(time.DateOnly), start.Last().Format(time.DateOnly))
	_, ok := kbart.ParseDate("01/02/2006")
	fmt.Println(ok)
	// Output:
	// 1996-02 1996-02-01 1996-02-29
	// false
}

func ExampleFileName() {
	name := kbart.FileName("OUP", "Global", "AllJournals", time.Date(2024, time.January, 31, 0, 0, 0, 0, time.UTC))
	date, _ := kbart.ParseFileDate(name)
	fmt.Println(name, date.Format(time.DateOnly))
	// Output: OUP_Global_AllJournals_2024-01-31.txt 2024-01-31
}
