package kbart

//go:generate go run ./rulesdoc -o ../docs/kbart-rules.md

// The rules of the validator, in addition to those of the reader and of Check.

// Rules about the whole file.
var (
	ruleFileName = define(Rule{
		Code: "file-name", Severity: Warning, Title: "The file's name does not follow the convention",
		Cause: "The name lacks the provider, the package or the date, or has them in another order. Loaders see from the name which list it " +
			"is and how old it is.",
		Cure:    "Name the file Provider_Region_Package_YYYY-MM-DD.txt; the region may be left out.",
		Example: "export (3).txt",
	})
	ruleColumnOrder = define(Rule{
		Code: "column-order", Severity: Warning, Title: "The columns are in another order",
		Cause: "Columns were moved, or added ones are between those of the standard. They are still found by name here, but loaders that " +
			"count columns read the wrong ones.",
		Cure:    "Write the 25 columns in the standard's order, and added ones after them.",
		Example: "title_id\\tpublication_title\\t…",
	})
	ruleUnsorted = define(Rule{
		Code: "unsorted", Severity: Info, Title: "The rows are not sorted by title",
		Cause:   "The list was written in another order, or put together from parts.",
		Cure:    "Sort the rows by publication_title, and those of one title by date_first_issue_online.",
		Example: "Brain, then Annals of Botany",
	})
	ruleComparisonEnded = define(Rule{
		Code: "comparison-ended", Severity: Info, Title: "Rows are no longer compared with each other",
		Cause:   "The list has more rows or references than the validator remembers. Each row is still checked by itself.",
		Cure:    "Nothing needs to be done; to compare all rows, raise the limit or validate the list in parts.",
		Example: "row 4,000,001",
	})
)

// Rules about the text of any cell.
var (
	ruleControl = define(Rule{
		Code: "control-character", Severity: Warning, Title: "A control character",
		Cause:   "The text was copied from a database or a document together with a character that does not belong in text.",
		Cure:    "Remove the character.",
		Example: "Brain\\x0b",
	})
	ruleReplacement = define(Rule{
		Code: "replacement-character", Severity: Error, Title: "A character was lost",
		Cause:   "A program used the wrong encoding and could not read a character. It wrote U+FFFD, and the character is lost.",
		Cure:    "Export the list again from the source, with UTF-8 in every step.",
		Example: "Universit\ufffdt",
	})
	ruleMojibake = define(Rule{
		Code: "mojibake", Severity: Warning, Title: "Garbled characters",
		Cause:   "UTF-8 was read as Windows-1252 and written again as UTF-8.",
		Cure:    "Export the list again from the source, with UTF-8 in every step.",
		Example: "UniversitÃ¤t",
	})
	ruleNoBreakSpace = define(Rule{
		Code: "special-blank", Severity: Warning, Title: "A special space character",
		Cause: "A no-break space or another typographic space was copied from a web page or a document. It looks like a space but does not " +
			"compare as equal to one.",
		Cure:    "Replace it with a plain space.",
		Example: "Annals of\\u00a0Botany",
	})
	ruleInvisible = define(Rule{
		Code: "invisible-character", Severity: Warning, Title: "An invisible character",
		Cause:   "A soft hyphen, a zero-width character or a directional mark was copied from a web page or a document.",
		Cure:    "Remove the character.",
		Example: "micro\\u00adbiology",
	})
	ruleTag = define(Rule{
		Code: "html-tag", Severity: Warning, Title: "An HTML tag",
		Cause:   "The value was taken from a web page or from a database with markup.",
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
		Code: "too-long", Severity: Warning, Title: "The value is too long",
		Cause:   "The cell contains an abstract, a description or several values, or rows ran together.",
		Cure:    "Check the cell; put explanations in notes.",
		Example: "a title of 1,200 characters",
	})
	ruleRequired = define(Rule{
		Code: "required-cell", Severity: Warning, Title: "A cell that should be filled is empty",
		Cause: "The standard requires title_url, title_id, coverage_depth and access_type in every row, and date_first_issue_online for " +
			"every serial.",
		Cure:    "Fill the cell.",
		Example: "an empty title_url",
	})
)

// Rules about addresses.
var (
	ruleURL = define(Rule{
		Code: "url-form", Severity: Error, Title: "Not a web address",
		Cause:   "The address has no http:// or https://, has no host, contains spaces, or is something else.",
		Cure:    "Write the complete address of the title's page, https://…",
		Example: "academic.example.org/brain",
	})
	ruleProxy = define(Rule{
		Code: "url-proxy", Severity: Warning, Title: "An address with a proxy's prefix",
		Cause: "The list was made from one library's catalog, which puts its proxy before the address. It leads readers of other libraries " +
			"to a login that is not theirs.",
		Cure:    "Write the title's own address; each library adds its own proxy.",
		Example: "https://proxy.example.edu/login?url=https://academic.example.org/brain",
	})
	ruleSession = define(Rule{
		Code: "url-session", Severity: Warning, Title: "An address with a session identifier",
		Cause:   "The address was copied from a browser together with the identifier of a session that has ended.",
		Cure:    "Write the address without the session identifier.",
		Example: "https://www.example.org/brain;jsessionid=1A2B",
	})
)

// Rules about the whole row.
var (
	ruleOnlyTitleID = define(Rule{
		Code: "no-standard-identifier", Severity: Info, Title: "Neither ISSN nor ISBN",
		Cause:   "Only the title_id identifies the title. Other catalogs cannot match it.",
		Cure:    "Write the ISSN or ISBN if the title has one.",
		Example: "a row without print_identifier and online_identifier",
	})
	ruleIdentifierType = define(Rule{
		Code: "identifier-of-other-type", Severity: Warning, Title: "An ISSN on a monograph or an ISBN on a serial",
		Cause:   "The publication type is wrong, or the ISSN belongs to the series.",
		Cure:    "Write the title's own identifier, and correct the publication type.",
		Example: "monograph, 1357-2466",
	})
	ruleSameIdentifiers = define(Rule{
		Code: "identifiers-equal", Severity: Warning, Title: "The same number as print and online identifier",
		Cause:   "Only one of the numbers was known, and it was written in both columns.",
		Cure:    "Leave the unknown one empty: a print and an online edition each have their own number.",
		Example: "1357-2466, 1357-2466",
	})
	ruleSerialFields = define(Rule{
		Code: "serial-fields-on-monograph", Severity: Warning, Title: "Coverage on a monograph",
		Cause:   "Columns of serials were filled for a monograph, often with its year of publication as coverage.",
		Cure:    "Leave the coverage columns empty; write the years in date_monograph_published_print and date_monograph_published_online.",
		Example: "monograph, date_first_issue_online 2008",
	})
	ruleMonographFields = define(Rule{
		Code: "monograph-fields-on-serial", Severity: Warning, Title: "Fields of a monograph on a serial",
		Cause:   "Columns of monographs were filled for a serial, or the publication type is wrong.",
		Cure:    "Leave the author, editor, edition, volume and publication dates of monographs empty.",
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
		Cause:   "The volumes were swapped, one is mistyped, or the journal restarted its numbering.",
		Cure:    "Correct the volumes; if the numbering restarted, write one row for each series of volumes.",
		Example: "15, 1",
	})
	ruleIssueOrder = define(Rule{
		Code: "issue-order", Severity: Warning, Title: "The last issue is lower than the first in the same volume",
		Cause:   "The issues were swapped, or one is mistyped.",
		Cure:    "Correct the issues.",
		Example: "volume 7: 4, 1",
	})
	ruleImplausible = define(Rule{
		Code: "date-implausible", Severity: Warning, Title: "An implausible date",
		Cause:   "The year is before the invention of printing or more than a year ahead. Some programs write 9999 for the present.",
		Cure:    "Correct the date; leave the end of coverage empty if it extends to the present.",
		Example: "9999-12-31",
	})
	ruleSelfReference = define(Rule{
		Code: "self-reference", Severity: Warning, Title: "A title that is its own parent or predecessor",
		Cause:   "The row's own title_id was written instead of that of another title.",
		Cure:    "Write the other title's title_id, or leave the cell empty.",
		Example: "title_id brain, preceding_publication_title_id brain",
	})
)

// Rules that compare rows. They need memory; see [Rule.Memory].
var (
	ruleDuplicateRow = define(Rule{
		Code: "duplicate-row", Severity: Warning, Title: "A row occurs twice",
		Cause:   "Overlapping lists were put together.",
		Cure:    "Keep one of the rows.",
		Example: "the same cells on lines 12 and 80",
	})
	ruleDisagrees = define(Rule{
		Code: "title-disagrees", Severity: Warning, Title: "Rows of one title disagree",
		Cause: "Rows of one title, with the same title_id, have different values in a column that can have only one. The first value that " +
			"is not empty counts.",
		Cure:    "Write the same value in every row of the title; if it is another title, give it another title_id.",
		Example: "publisher_name Oxford University Press, then OUP",
	})
	ruleSharedTitleID = define(Rule{
		Code: "title-id-shared", Severity: Info, Title: "One title_id for several titles",
		Cause:   "A journal and its predecessors have the same title_id, or a title_id was assigned twice.",
		Cure:    "Give each title a title_id of its own, and name the predecessor in preceding_publication_title_id.",
		Example: "rheumatology: Rheumatology, then British Journal of Rheumatology",
	})
	ruleOverlap = define(Rule{
		Code: "coverage-overlap", Severity: Warning, Title: "Coverage of one title overlaps",
		Cause: "Two rows of one title with the same depth, access, embargo and address cover the same time. If one only ends in the year, " +
			"month or day in which the other begins, that is not an overlap.",
		Cure:    "Begin each row where the one before ends, or write one row for both.",
		Example: "1990–2005, then 1996–",
	})
	ruleNoParent = define(Rule{
		Code: "parent-unknown", Severity: Info, Title: "The parent is not in the list",
		Cause:   "No row has the title_id given in parent_publication_title_id; the parent may be in another list.",
		Cure:    "Write the parent's title_id exactly as in its own row.",
		Example: "a parent_publication_title_id that is an ISSN",
	})
	ruleNoPredecessor = define(Rule{
		Code: "predecessor-unknown", Severity: Info, Title: "The preceding title is not in the list",
		Cause:   "No row has the title_id given in preceding_publication_title_id; the preceding title may be in another list.",
		Cure:    "Write the preceding title's title_id exactly as in its own row.",
		Example: "a preceding_publication_title_id that is a title",
	})
)

// strictSeverities are the severities under the profile Strict, by the rule's code, if they are higher than under
// Lenient.
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
	"nul-character":              Error,
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

// SeverityIn returns the severity of the rule's findings under a profile. The field Severity is that under Lenient.
func (r Rule) SeverityIn(p Profile) Severity { return severityIn(p, r.Code, r.Severity) }

func severityIn(p Profile, code string, lenient Severity) Severity {
	if p == Strict {
		if s, ok := strictSeverities[code]; ok {
			return s
		}
	}
	return lenient
}

// Memory describes what the rule remembers of earlier rows, and the limit of that memory. It is "" for nearly all
// rules, because only rules that compare rows need any.
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
		"A 48-bit fingerprint and the line of each row, about 11 bytes. " + memoryBound,
	},
	{
		[]*Rule{ruleNoParent, ruleNoPredecessor},
		"A 48-bit fingerprint of each title_id, about 11 bytes, and at most 50,000 references to titles that have not occurred yet. " +
			memoryBound,
	},
	{
		[]*Rule{ruleDisagrees, ruleSharedTitleID, ruleOverlap},
		"Fingerprints of the last 65,536 titles and 131,072 coverage statements, 9 MiB for a list of any size. Rows of one title that are " +
			"further apart are not compared.",
	},
}

const memoryBound = "At most 4,000,000 rows are remembered, unless another limit is set. Later rows are not compared."
