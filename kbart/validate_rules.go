package kbart

//go:generate go run ./rulesdoc -o ../docs/kbart-rules.md

// The rules of the validator, beyond those of the reader and of Check.

// About the file as a whole.
var (
	ruleFileName = define(Rule{
		Code: "file-name", Severity: Warning, Title: "The file's name does not follow the convention",
		Cause: "The name lacks the provider, the package or the date, or has them in another order. Loaders tell by the name which list it " +
			"is and how old.",
		Cure:    "Name the file Provider_Region_Package_YYYY-MM-DD.txt; the region may be left out.",
		Example: "export (3).txt",
	})
	ruleColumnOrder = define(Rule{
		Code: "column-order", Severity: Warning, Title: "The columns stand in another order",
		Cause: "Columns were moved, or added ones stand between those of the standard. They are found by name all the same; loaders that " +
			"count columns read the wrong ones.",
		Cure:    "Write the 25 columns in the standard's order, added ones after them.",
		Example: "title_id\\tpublication_title\\t…",
	})
	ruleUnsorted = define(Rule{
		Code: "unsorted", Severity: Info, Title: "The rows are not sorted by title",
		Cause:   "The list was written in another order, or parts of it were put together.",
		Cure:    "Sort the rows by publication_title, and those of one title by date_first_issue_online.",
		Example: "Brain, then Annals of Botany",
	})
	ruleComparisonEnded = define(Rule{
		Code: "comparison-ended", Severity: Info, Title: "Rows are no longer compared with each other",
		Cause:   "The list has more rows or references than the validator remembers. Rows are still judged each by itself.",
		Cure:    "Nothing needs to be done; to compare all rows, raise the limit or validate the list in parts.",
		Example: "row 4,000,001",
	})
)

// About the text of any cell.
var (
	ruleControl = define(Rule{
		Code: "control-character", Severity: Warning, Title: "A control character",
		Cause:   "The text was copied out of a database or a document with a character that no text has.",
		Cure:    "Take the character out.",
		Example: "Brain\\x0b",
	})
	ruleReplacement = define(Rule{
		Code: "replacement-character", Severity: Error, Title: "A character was lost",
		Cause: "U+FFFD stands where a program could not read a character: the text went through a wrong encoding, " +
			"and what stood there is gone.",
		Cure:    "Export the list again from the source, as UTF-8 throughout.",
		Example: "Universit\ufffdt",
	})
	ruleMojibake = define(Rule{
		Code: "mojibake", Severity: Warning, Title: "Garbled characters",
		Cause:   "UTF-8 was read as Windows-1252 and written again as UTF-8.",
		Cure:    "Export the list again from the source, as UTF-8 throughout.",
		Example: "UniversitÃ¤t",
	})
	ruleNoBreakSpace = define(Rule{
		Code: "special-blank", Severity: Warning, Title: "A blank that is none of the keyboard's",
		Cause: "A no-break space or another blank of typesetting came along from a web page or a document. It looks like a blank and does " +
			"not compare like one.",
		Cure:    "Replace it by a plain blank.",
		Example: "Annals of\\u00a0Botany",
	})
	ruleInvisible = define(Rule{
		Code: "invisible-character", Severity: Warning, Title: "An invisible character",
		Cause:   "A soft hyphen, a zero-width character or a mark of writing direction came along from a web page or a document.",
		Cure:    "Take the character out.",
		Example: "micro\\u00adbiology",
	})
	ruleTag = define(Rule{
		Code: "html-tag", Severity: Warning, Title: "An HTML tag",
		Cause:   "The value was taken from a web page or a database that keeps markup.",
		Cure:    "Write plain text.",
		Example: "Journal of <i>Drosophila</i>",
	})
	ruleEntity = define(Rule{
		Code: "html-entity", Severity: Warning, Title: "An HTML entity",
		Cause:   "The value was escaped for a web page.",
		Cure:    "Write the character itself.",
		Example: "Science &amp; Society",
	})
	ruleTooLong = define(Rule{
		Code: "too-long", Severity: Warning, Title: "A value longer than any of its kind",
		Cause:   "An abstract, a description or several values stand in the cell, or rows ran together.",
		Cure:    "Check the cell; put prose under notes.",
		Example: "a title of 1,200 characters",
	})
	ruleRequired = define(Rule{
		Code: "required-cell", Severity: Warning, Title: "A cell that should be filled is empty",
		Cause: "The standard asks of every row for title_url, title_id, coverage_depth and access_type, and of every serial for " +
			"date_first_issue_online.",
		Cure:    "Fill the cell.",
		Example: "an empty cell under title_url",
	})
)

// About addresses.
var (
	ruleURL = define(Rule{
		Code: "url-form", Severity: Error, Title: "Not a web address",
		Cause:   "The address lacks http:// or https:// or the host, has blanks in it, or is something else.",
		Cure:    "Write the complete address of the title's page, https://…",
		Example: "academic.example.org/brain",
	})
	ruleProxy = define(Rule{
		Code: "url-proxy", Severity: Warning, Title: "An address with a proxy's prefix",
		Cause: "The list was made from one library's catalogue, whose proxy stands before the address. It leads other libraries' readers to " +
			"a foreign login.",
		Cure:    "Write the title's own address; each library adds its proxy by itself.",
		Example: "https://proxy.example.edu/login?url=https://academic.example.org/brain",
	})
	ruleSession = define(Rule{
		Code: "url-session", Severity: Warning, Title: "An address with a session in it",
		Cause:   "The address was copied out of a browser, with the mark of a visit that has ended.",
		Cure:    "Write the address without the session.",
		Example: "https://www.example.org/brain;jsessionid=1A2B",
	})
)

// About the row as a whole.
var (
	ruleOnlyTitleID = define(Rule{
		Code: "no-standard-identifier", Severity: Info, Title: "Neither ISSN nor ISBN",
		Cause:   "Only the title_id identifies the title. Catalogues of others cannot match it.",
		Cure:    "Write the ISSN or ISBN where the title has one.",
		Example: "a row without print_identifier and online_identifier",
	})
	ruleIdentifierType = define(Rule{
		Code: "identifier-of-other-type", Severity: Warning, Title: "An ISSN on a monograph or an ISBN on a serial",
		Cause:   "The publication type is wrong, or the ISSN is that of the series.",
		Cure:    "Write the title's own identifier, and correct the publication type.",
		Example: "monograph, 1357-2466",
	})
	ruleSameIdentifiers = define(Rule{
		Code: "identifiers-equal", Severity: Warning, Title: "One number as print and as online identifier",
		Cause:   "Only one of the numbers was at hand and was written in both places.",
		Cure:    "Leave the cell empty whose number is not known: a print and an online edition have each their own.",
		Example: "1357-2466, 1357-2466",
	})
	ruleSerialFields = define(Rule{
		Code: "serial-fields-on-monograph", Severity: Warning, Title: "Coverage on a monograph",
		Cause:   "Columns of serials were filled for a monograph, often its year of publication as coverage.",
		Cure:    "Leave the date, volume and issue columns empty; write the years under date_monograph_published_print and _online.",
		Example: "monograph, date_first_issue_online 2008",
	})
	ruleMonographFields = define(Rule{
		Code: "monograph-fields-on-serial", Severity: Warning, Title: "Fields of a monograph on a serial",
		Cause:   "Columns of monographs were filled for a serial, or the publication type is wrong.",
		Cure:    "Leave author, editor, edition, volume and publication dates of monographs empty.",
		Example: "serial, monograph_edition 2",
	})
	ruleDateOrder = define(Rule{
		Code: "date-order", Severity: Error, Title: "Coverage ends before it begins",
		Cause:   "The dates were swapped, or one is mistyped.",
		Cure:    "Correct the dates.",
		Example: "2013, 2001",
	})
	ruleVolumeOrder = define(Rule{
		Code: "volume-order", Severity: Warning, Title: "The last volume is lower than the first",
		Cause:   "The volumes were swapped, one is mistyped, or the journal began to count anew.",
		Cure:    "Correct the volumes; where the count began anew write one row for each run.",
		Example: "15, 1",
	})
	ruleIssueOrder = define(Rule{
		Code: "issue-order", Severity: Warning, Title: "Within one volume the last issue is lower than the first",
		Cause:   "The issues were swapped, or one is mistyped.",
		Cure:    "Correct the issues.",
		Example: "volume 7: 4, 1",
	})
	ruleImplausible = define(Rule{
		Code: "date-implausible", Severity: Warning, Title: "A date that cannot be meant",
		Cause:   "The year lies before printing, or more than a year ahead; some write 9999 for the present.",
		Cure:    "Correct the date; leave the end of coverage empty where it goes to the present.",
		Example: "9999-12-31",
	})
	ruleSelfReference = define(Rule{
		Code: "self-reference", Severity: Warning, Title: "A title that is its own parent or predecessor",
		Cause:   "The row's own title_id was written where that of another title belongs.",
		Cure:    "Write the other title's title_id, or leave the cell empty.",
		Example: "title_id brain, preceding_publication_title_id brain",
	})
)

// About rows beside others. These rules need memory; see [Rule.Memory].
var (
	ruleDuplicateRow = define(Rule{
		Code: "duplicate-row", Severity: Warning, Title: "A row occurs twice",
		Cause:   "Lists were put together that overlap.",
		Cure:    "Leave one of the rows.",
		Example: "the same cells on lines 12 and 80",
	})
	ruleDisagrees = define(Rule{
		Code: "title-disagrees", Severity: Warning, Title: "Rows of one title disagree",
		Cause: "Rows with one title_id, for one title, have different values where the title can have but one. The first that is not empty " +
			"counts.",
		Cure:    "Write the same value in every row of the title, or another title_id where it is another title.",
		Example: "publisher_name Oxford University Press, then OUP",
	})
	ruleSharedTitleID = define(Rule{
		Code: "title-id-shared", Severity: Info, Title: "One title_id for several titles",
		Cause:   "A journal and its predecessors stand under one title_id, or a title_id was given twice.",
		Cure:    "Give each title a title_id of its own, and name the predecessor under preceding_publication_title_id.",
		Example: "rheumatology: Rheumatology, then British Journal of Rheumatology",
	})
	ruleOverlap = define(Rule{
		Code: "coverage-overlap", Severity: Warning, Title: "Coverage of one title overlaps",
		Cause: "Two rows of one title, alike in depth, access, embargo and address, cover the same time. That they meet in one year, month " +
			"or day is no overlap.",
		Cure:    "Let each row begin where the one before ends, or write one row for both.",
		Example: "1990–2005, then 1996–",
	})
	ruleNoParent = define(Rule{
		Code: "parent-unknown", Severity: Info, Title: "The parent is not in the list",
		Cause:   "No row has the title_id that stands under parent_publication_title_id; it may stand in another list.",
		Cure:    "Write the parent's title_id as it stands in its own row.",
		Example: "a parent_publication_title_id that is an ISSN",
	})
	ruleNoPredecessor = define(Rule{
		Code: "predecessor-unknown", Severity: Info, Title: "The preceding title is not in the list",
		Cause:   "No row has the title_id that stands under preceding_publication_title_id; it may stand in another list.",
		Cure:    "Write the preceding title's title_id as it stands in its own row.",
		Example: "a preceding_publication_title_id that is a title",
	})
)

// strictSeverities are the severities that the profile Strict gives to rules, by their code, where Lenient gives a
// lower one.
var strictSeverities = map[string]Severity{
	"access-type":                Error,
	"byte-order-mark":            Warning,
	"cells-beyond-header":        Error,
	"column-alias":               Warning,
	"column-misspelt":            Error,
	"column-order":               Error,
	"control-character":          Error,
	"coverage-depth":             Error,
	"delimiter":                  Error,
	"duplicate-column":           Error,
	"duplicate-column-differs":   Error,
	"duplicate-row":              Error,
	"encoding-utf-16":            Error,
	"encoding-windows-1252":      Error,
	"file-name":                  Error,
	"html-entity":                Error,
	"html-tag":                   Error,
	"identifier-of-other-type":   Error,
	"invisible-ends":             Warning,
	"joined-cell":                Error,
	"line-break-in-cell":         Error,
	"literal-escape":             Error,
	"long-row":                   Error,
	"missing-column":             Error,
	"mixed-encoding":             Error,
	"mixed-line-ends":            Warning,
	"mojibake":                   Error,
	"monograph-fields-on-serial": Error,
	"no-standard-identifier":     Warning,
	"parent-unknown":             Warning,
	"phase-1":                    Error,
	"placeholder":                Error,
	"preamble":                   Error,
	"predecessor-unknown":        Warning,
	"publication-type-empty":     Error,
	"publication-type-unknown":   Error,
	"repeated-header":            Error,
	"required-cell":              Error,
	"serial-fields-on-monograph": Error,
	"short-row":                  Error,
	"title-id-shared":            Warning,
	"unsorted":                   Warning,
	"url-proxy":                  Error,
}

// SeverityIn returns the severity of the rule's findings under a profile. Severity is that under Lenient.
func (r Rule) SeverityIn(p Profile) Severity { return severityIn(p, r.Code, r.Severity) }

func severityIn(p Profile, code string, lenient Severity) Severity {
	if p == Strict {
		if s, ok := strictSeverities[code]; ok {
			return s
		}
	}
	return lenient
}

// Memory says what the rule has to remember of the rows it has seen, and how that is bounded. It is "" for nearly all
// rules, which look at one row at a time: only rules on rows beside others need it.
func (r Rule) Memory() string {
	for _, m := range memories {
		for _, rule := range m.rules {
			if rule.Code == r.Code {
				return m.text
			}
		}
	}
	return ""
}

var memories = []struct {
	rules []*Rule
	text  string
}{
	{
		[]*Rule{ruleDuplicateRow},
		"a fingerprint of 48 bits and the line of each row, about 11 bytes. " + memoryBound,
	},
	{
		[]*Rule{ruleNoParent, ruleNoPredecessor},
		"a fingerprint of 48 bits of each title_id, about 11 bytes; and the references that wait for their title, 50,000 at most. " + memoryBound,
	},
	{
		[]*Rule{ruleDisagrees, ruleSharedTitleID, ruleOverlap},
		"fingerprints of the 65,536 titles and the 131,072 coverage statements seen last, 9 MiB whatever the size of the list. " +
			"Rows of one title that stand further apart are not compared.",
	},
}

const memoryBound = "No more than 4,000,000 rows are remembered, unless the limit is set otherwise; rows beyond are not compared."
