package kbart_test

import (
	"fmt"
	"strings"

	"autoholdings/kbart"
)

func ExampleValidate() {
	list := "publication_title\tprint_identifier\ttitle_url\ttitle_id\tpublication_type\n" +
		"Annals of Examples\t1357-2460\thttps://example.org/annals\tannals\tserial\n" +
		"Brain &amp; Sample\t2049-3630\texample.org/brain\tbrain\tserial\n"
	summary, err := kbart.Validate(strings.NewReader(list), kbart.ValidateOptions{
		Name: "Example_Global_AllTitles_2024-01-31.txt",
		Findings: func(f kbart.Finding) {
			if f.Line > 1 {
				fmt.Println(f)
			}
		},
	})
	if err != nil {
		fmt.Println(err) // the list was refused, or could not be read
		return
	}
	fmt.Printf("%d rows, %d errors\n", summary.Rows.Read, summary.Findings.Error)
	// Output:
	// line 2, "Annals of Examples": error: The check digit of the ISSN is wrong (print_identifier = "1357-2460") [issn-check-digit]
	// line 3, "Brain &amp; Sample": warning: the value contains the HTML entity &amp;, which stands for "&" (publication_title = "Brain &amp; Sample") [html-entity]
	// line 3, "Brain &amp; Sample": error: not a web address: it does not begin with http:// or https:// (title_url = "example.org/brain") [url-form]
	// 2 rows, 2 errors
}
