package kbart

// libraryAdvice is the Library text of each rule by its code. The Cure of a rule tells the publisher what to fix, but
// the reader of a finding is often a library that received the list. This tells the library what the finding means for
// its holdings, and what it can do in the meantime.
var libraryAdvice = func() map[string]string {
	byCode := map[string]string{}
	for advice, codes := range map[string][]string{
		"A library's holdings stay as they are. Send this message to the provider, and load the list again once it is fixed.": {
			"not-text", "html", "json", "no-header", "no-rows", "truncated", "too-large", "line-too-long", "too-many-columns",
		},
		"A library can use the list as it is: nothing is lost.": {
			"encoding-utf-16", "byte-order-mark", "mixed-line-ends", "delimiter", "preamble", "column-alias", "unnamed-column", "extra-column",
			"short-row", "short-row-extra", "long-row", "column-order", "unsorted", "comparison-ended", "file-name", "duplicate-row",
			ReasonRepeatedHeader, "title-id-shared", "phase-1",
		},
		"A library can use the row: the value was repaired as the message says.": {
			"invisible-ends", "joined-cell", "line-break-in-cell", "literal-escape", "nul-character",
		},
		"A library loads the text, but accents may be wrong. Check the titles concerned, and tell the provider.": {
			"encoding-windows-1252", "mixed-encoding", "replacement-character", "mojibake",
		},
		"A library loads the text as it is, and readers see it that way. Tell the provider; nothing else depends on it.": {
			"control-character", "special-blank", "invisible-character", "html-tag", "html-entity", "too-long",
		},
		"A library gets no values from this column and keeps those loaded before. Tell the provider.": {
			"column-misspelt", "missing-column", "cells-beyond-header", "duplicate-column", "duplicate-column-differs", "member-skipped",
		},
		"A library does not load the row and leaves the titles that it may be about as they are. Look at the line in the file, and tell " +
			"the provider.": {
			ReasonNoTitle, ReasonNoIdentifier, ReasonCells,
		},
		"A library matches the title by its other keys. Check that it is the right portfolio, and tell the provider.": {
			"issn-check-digit", "isbn-check-digit", "identifier-form", "identifier-spreadsheet", "placeholder", "no-standard-identifier",
			"identifier-of-other-type", "identifiers-equal", "spreadsheet-error",
		},
		"A library loads the value, and a link resolver may offer too much or too little. Compare it with what the platform offers, and " +
			"tell the provider.": {
			"date-form", "date-calendar", "date-spreadsheet", "volume-spreadsheet", "date-order", "volume-order", "issue-order", "date-implausible",
			"embargo-form", "coverage-overlap",
		},
		"A library still loads the title and needs to do nothing.": {
			"coverage-depth", "publication-type-empty", "serial-fields-on-monograph", "monograph-fields-on-serial", "self-reference",
			"parent-unknown", "predecessor-unknown", "required-cell",
		},
		"A library loads the title with the type inferred from its identifiers. Check that it is right.": {"publication-type-unknown"},
		"A library loads the title as a paid one. Check on the platform whether it is licensed or free.": {
			"access-type", "open-access-note",
		},
		"A library loads the address as it is. Open the link to see where it leads. A corrected address can be kept beside it as a local " +
			"value.": {
			"url-form", "url-proxy", "url-session",
		},
		"A library loads the value of the first row. Check which is right, and tell the provider.": {"title-disagrees"},
		"This program wrote the list. Everyone who loads it sees the changed value.": {
			"written-break", "written-control", "written-encoding", "written-quotes", "written-escape",
		},
	} {
		for _, code := range codes {
			byCode[code] = advice
		}
	}
	return byCode
}()
