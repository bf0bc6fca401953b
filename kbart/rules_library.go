package kbart

// Whoever reads a finding is often not the one who made the list. The cure of a rule tells the publisher what to mend;
// what is here tells the library that received the list what it means for its holdings, and what it can do meanwhile.
var libraryAdvice = func() map[string]string {
	byCode := map[string]string{}
	for advice, codes := range map[string][]string{
		"A library's holdings stay as they are. Send this message to the provider, and load the list anew once it is mended.": {
			"not-text", "html", "json", "no-header", "no-rows", "truncated", "too-large", "line-too-long", "too-many-columns",
		},
		"A library can use the list as it is: nothing is lost.": {
			"encoding-utf-16", "byte-order-mark", "mixed-line-ends", "delimiter", "preamble", "column-alias", "unnamed-column", "extra-column",
			"short-row", "short-row-extra", "long-row", "column-order", "unsorted", "comparison-ended", "file-name", "duplicate-row",
			ReasonRepeatedHeader,
			"title-id-shared", "phase-1",
		},
		"A library can use the row: the value was mended as the message says.": {
			"invisible-ends", "joined-cell", "line-break-in-cell", "literal-escape",
		},
		"A library loads what is there, and may find accents wrong: look at the titles in question, and tell the provider.": {
			"encoding-windows-1252", "mixed-encoding", "replacement-character", "mojibake",
		},
		"A library loads the text as it stands, and readers see it so. Tell the provider; nothing else depends on it.": {
			"control-character", "special-blank", "invisible-character", "html-tag", "html-entity", "too-long",
		},
		"A library has no values from this column; what was loaded before stays. Tell the provider.": {
			"column-misspelt", "missing-column", "cells-beyond-header", "duplicate-column", "duplicate-column-differs", "member-skipped",
		},
		"For a library the row is left out, and what it may stand for is left as it is. Look at the line in the file, and tell the provider.": {
			ReasonNoTitle, ReasonNoIdentifier, ReasonCells,
		},
		"In a library the title is found by its other keys. Check that the portfolio is the right one, and tell the provider.": {
			"issn-check-digit", "isbn-check-digit", "identifier-form", "identifier-spreadsheet", "placeholder", "no-standard-identifier",
			"identifier-of-other-type", "identifiers-equal", "spreadsheet-error",
		},
		"A library loads the value, and a link resolver may offer too much or too little. Compare with what the platform offers, and tell the " +
			"provider.": {
			"date-form", "date-calendar", "date-spreadsheet", "volume-spreadsheet", "date-order", "volume-order", "issue-order", "date-implausible",
			"embargo-form", "coverage-overlap",
		},
		"A library loads the title all the same; nothing needs to be done there.": {
			"coverage-depth", "publication-type-empty", "serial-fields-on-monograph", "monograph-fields-on-serial", "self-reference",
			"parent-unknown", "predecessor-unknown", "required-cell",
		},
		"A library loads the title with the type that its identifiers tell. Check it where that is wrong.": {"publication-type-unknown"},
		"A library loads the title as a paid one. Check on the platform whether it is in the license or free.": {
			"access-type", "open-access-note",
		},
		"A library loads the address as it stands. Open the link to see where it leads; " +
			"a corrected address can stand beside it as a local value.": {
			"url-form", "url-proxy", "url-session",
		},
		"A library loads the value of the first row. Check which is right, and tell the provider.": {"title-disagrees"},
		"The list was written by this program: whoever loads it sees the changed value.": {
			"written-break", "written-control", "written-encoding", "written-quotes", "written-escape",
		},
	} {
		for _, code := range codes {
			byCode[code] = advice
		}
	}
	return byCode
}()
