package kbart

// The rules that the reader itself follows: what a list must be to be read at all, how it is laid out, and the fate of
// rows.

// What refuses a file.
var (
	ruleNotText = define(Rule{
		Code: "not-text", Severity: Fatal, Title: "Not a text file",
		Cause:   "A workbook, a PDF or another binary file was sent in place of the list, or an archive that cannot be opened.",
		Cure:    "Send the list as plain text, tab-delimited, in UTF-8; gzip and ZIP are fine.",
		Example: "holdings.xlsx",
	})
	ruleHTML = define(Rule{
		Code: "html", Severity: Fatal, Title: "A web page instead of a list",
		Cause:   "The address led to a login or error page, which the server sent as if it were the file.",
		Cure:    "Check the address and the credentials; open the address in a browser to see the page.",
		Example: "<!DOCTYPE html><title>Sign in</title>",
	})
	ruleJSON = define(Rule{
		Code: "json", Severity: Fatal, Title: "JSON instead of a list",
		Cause:   "The service answered with an error message, or the list was asked for in another format.",
		Cure:    "Read the message in the file; ask for the format KBART.",
		Example: `{"error":"invalid api key"}`,
	})
	ruleNoHeader = define(Rule{
		Code: "no-header", Severity: Fatal, Title: "No header",
		Cause: "The header is missing or damaged: a list begins with a line of column names, publication_title and at least one of title_id, " +
			"print_identifier, online_identifier among them.",
		Cure:    "Put the header of NISO RP-9 in the first line, with the names as the standard spells them.",
		Example: "title\tissn\turl",
	})
	ruleNoRows = define(Rule{
		Code: "no-rows", Severity: Fatal, Title: "No data rows",
		Cause:   "The file is empty, or has a header and nothing else.",
		Cure:    "Ask the provider for the list; an empty one never means that every title is gone.",
		Example: "publication_title\tprint_identifier\t…",
	})
	ruleTruncated = define(Rule{
		Code: "truncated", Severity: Fatal, Title: "Cut short or damaged",
		Cause:   "The transfer broke off, or the archive does not pass its own checks.",
		Cure:    "Fetch the file again; if it fails again, ask the provider to make it anew.",
		Example: "a gzip file without its last bytes",
	})
	ruleTooLarge = define(Rule{
		Code: "too-large", Severity: Fatal, Title: "Larger than allowed",
		Cause:   "The text is larger than the limit, or an archive unpacks to hundreds of times its size.",
		Cure:    "Check what the file is; raise the size limit if it is a list after all.",
		Example: "an archive of 1 MB that unpacks to 1 GB",
	})
	ruleLineTooLong = define(Rule{
		Code: "line-too-long", Severity: Fatal, Title: "A line is too long",
		Cause:   "The file has no line ends, or is no list.",
		Cure:    "Check that rows end in LF or CRLF; raise the limit for a line if its content is right.",
		Example: "a line of 2 MB",
	})
	ruleTooManyColumns = define(Rule{
		Code: "too-many-columns", Severity: Fatal, Title: "Too many columns",
		Cause:   "The header has more names than any list needs; usually the rows follow it without a line end.",
		Cure:    "Check the line ends of the file.",
		Example: "a header of 5,000 names",
	})
)

// How the file is laid out.
var (
	ruleWestern = define(Rule{
		Code: "encoding-windows-1252", Severity: Warning, Title: "Assumed to be Windows-1252",
		Cause:   "Characters beyond ASCII are not UTF-8; a spreadsheet program saved the file in the character set of its machine.",
		Cure:    "Save the file as UTF-8, as the standard asks; check the accents in the titles.",
		Example: "Universit\\xe4t",
	})
	ruleUTF16 = define(Rule{
		Code: "encoding-utf-16", Severity: Warning, Title: "UTF-16",
		Cause:   "A spreadsheet program saved the file as “Unicode text”.",
		Cure:    "Save the file as UTF-8, as the standard asks.",
		Example: "p\\0u\\0b\\0l\\0",
	})
	ruleMixedEncoding = define(Rule{
		Code: "mixed-encoding", Severity: Warning, Title: "Two encodings in one file",
		Cause:   "Rows of several sources were put together without bringing them to one encoding.",
		Cure:    "Save the whole file as UTF-8; check the accents in this row.",
		Example: "a Windows-1252 row in a UTF-8 file",
	})
	ruleByteOrderMark = define(Rule{
		Code: "byte-order-mark", Severity: Info, Title: "Byte order mark",
		Cause:   "A Windows program saved the file as UTF-8 with a mark in front.",
		Cure:    "Nothing needs to be done here; other readers may not know the first column's name. Save without a byte order mark.",
		Example: "EF BB BF",
	})
	ruleMixedLineEnds = define(Rule{
		Code: "mixed-line-ends", Severity: Info, Title: "Several kinds of line ends",
		Cause:   "Parts of the file were made on different systems.",
		Cure:    "Write all lines with LF, or all with CRLF.",
		Example: "row\\r\\nrow\\n",
	})
	ruleDelimiter = define(Rule{
		Code: "delimiter", Severity: Warning, Title: "Not delimited by tabs",
		Cause:   "The list was saved as CSV.",
		Cure:    "Save it as tab-delimited text: the standard knows no other delimiter.",
		Example: "publication_title;print_identifier",
	})
	rulePreamble = define(Rule{
		Code: "preamble", Severity: Warning, Title: "Lines before the header",
		Cause:   "A title or a note was put above the list.",
		Cure:    "Begin the file with the header.",
		Example: "Title list of 2024-01-31",
	})
	ruleColumnAlias = define(Rule{
		Code: "column-alias", Severity: Info, Title: "A column under another name",
		Cause:   "The name is that of Phase I, or a common misspelling. The column is read.",
		Cure:    "Use the name of Phase II.",
		Example: "coverage_notes",
	})
	ruleMisspelt = define(Rule{
		Code: "column-misspelt", Severity: Warning, Title: "A column name that seems misspelt",
		Cause:   "The name is nearly that of a column which the file lacks. The column is not read as such.",
		Cure:    "Correct the name in the header.",
		Example: "mongraph_edition",
	})
	ruleMissingColumn = define(Rule{
		Code: "missing-column", Severity: Warning, Title: "A column is missing",
		Cause:   "The list leaves out a column of the standard.",
		Cure:    "Write all 25 columns of Phase II in every list; leave cells empty where nothing is known.",
		Example: "a header without title_url",
	})
	rulePhaseI = define(Rule{
		Code: "phase-1", Severity: Info, Title: "A list of Phase I",
		Cause:   "The list has neither publication_type nor access_type, which Phase II added in 2014.",
		Cure:    "Bring the list to Phase II; until then the type is told from the identifiers, and every title counts as paid.",
		Example: "16 columns that end with publisher_name",
	})
	ruleDuplicateColumn = define(Rule{
		Code: "duplicate-column", Severity: Warning, Title: "A column occurs twice",
		Cause: "The header has one name twice, or a name and an alias of it. The column under its own name goes before an alias; of equals a " +
			"row's first cell that is not empty counts.",
		Cure:    "Leave one column of each name.",
		Example: "notes … notes",
	})
	ruleColumnsDiffer = define(Rule{
		Code: "duplicate-column-differs", Severity: Warning, Title: "Two columns of one name disagree",
		Cause:   "The header has one name twice, and the row has different values under them. The first of them counts, the other is not read.",
		Cure:    "Leave one column of each name, with the right value.",
		Example: "notes: Open to 1995 … notes: Now: Brain Two",
	})
	ruleUnnamedColumn = define(Rule{
		Code: "unnamed-column", Severity: Info, Title: "Columns without a name",
		Cause:   "A spreadsheet program wrote empty columns, or lines end in a tab.",
		Cure:    "Remove the empty columns.",
		Example: "access_type\\t\\t",
	})
	ruleExtraColumn = define(Rule{
		Code: "extra-column", Severity: Info, Title: "A column outside the standard",
		Cause:   "The provider or a service in between added it. It is kept by its name.",
		Cure:    "Nothing needs to be done; put such columns after the 25.",
		Example: "bestppn",
	})
	ruleMemberSkipped = define(Rule{
		Code: "member-skipped", Severity: Warning, Title: "A file in the archive that is no list",
		Cause:   "The archive holds something besides lists.",
		Cure:    "Check that nothing is missing; send lists alone.",
		Example: "readme.pdf",
	})
)

// How rows are read, and which are refused.
var (
	ruleShortRow = define(Rule{
		Code: "short-row", Severity: Warning, Title: "A row shorter than the header",
		Cause:   "Empty cells at the end of the row were left out. They are read as empty.",
		Cure:    "Write every cell, empty ones too.",
		Example: "a row of 20 cells under a header of 25",
	})
	ruleShortExtra = define(Rule{
		Code: "short-row-extra", Severity: Info, Title: "A row without cells of added columns",
		Cause:   "Only columns outside the standard are missing at the end of the row.",
		Cure:    "Write every cell, empty ones too.",
		Example: "a row of 25 cells under a header of 26",
	})
	ruleLongRow = define(Rule{
		Code: "long-row", Severity: Info, Title: "A row longer than the header",
		Cause:   "The row ends in tabs that no column belongs to. Nothing stands between them.",
		Cure:    "Remove the tabs at the end of the row.",
		Example: "P\\t\\t",
	})
	ruleBeyond = define(Rule{
		Code: "cells-beyond-header", Severity: Warning, Title: "Rows wider than the header",
		Cause:   "The header lacks the names of the last columns, which the rows have. What stands in them is not read.",
		Cure:    "Give every column a name in the header.",
		Example: "a header of 25 names over rows of 26 cells",
	})
	ruleMarkedEnds = define(Rule{
		Code: "invisible-ends", Severity: Info, Title: "An invisible character at a value's end",
		Cause: "A zero-width character, a mark of writing direction, a byte order mark, a soft hyphen or a no-break space came along from a " +
			"web page or a document. It is taken off, for it would keep the value from being found.",
		Cure:    "Take it out of the source.",
		Example: "\\u200b1357-2466",
	})
	ruleJoinedCell = define(Rule{
		Code: "joined-cell", Severity: Warning, Title: "A cell held a tab or a line break",
		Cause:   "A value with a tab or a line break in it was put in quotes. The pieces were joined again.",
		Cure:    "Take tabs and line breaks out of values: the format cannot carry them.",
		Example: `"National University, \tMaynooth"`,
	})
	ruleLineBreak = define(Rule{
		Code: "line-break-in-cell", Severity: Warning, Title: "A line break within a cell",
		Cause:   "A value has a carriage return or line feed of another kind than the file's line ends. It is read as a blank.",
		Cure:    "Take line breaks out of values.",
		Example: "Ohio State Law Journal\\r\\t1357-2466",
	})
	ruleEscape = define(Rule{
		Code: "literal-escape", Severity: Warning, Title: `A literal \r or \n at a cell's end`,
		Cause:   "A program wrote the escape sequence in place of the line's end. It was taken off.",
		Cure:    "Correct the program that makes the list.",
		Example: `P\r`,
	})
	ruleNoTitle = define(Rule{
		Code: ReasonNoTitle, Severity: Error, Title: "A row without a title",
		Cause:   "publication_title is empty. The row is refused.",
		Cure:    "Write the title.",
		Example: "\\t1357-2466\\t…",
	})
	ruleNoIdentifier = define(Rule{
		Code: ReasonNoIdentifier, Severity: Error, Title: "Nothing identifies the title",
		Cause:   "The row has no title_id, and neither identifier is an ISSN or ISBN. The row is refused.",
		Cure:    "Write a title_id, which every row needs, and the identifiers.",
		Example: "Brain\\t\\t\\t…",
	})
	ruleCells = define(Rule{
		Code: ReasonCells, Severity: Error, Title: "Cells that cannot be assigned to columns",
		Cause: "A tab or a line break was lost or added: the row has another number of cells than the header, and values stand under columns " +
			"where they do not belong; or pieces of it stand in quotes, and it makes no sense joined or apart. The row is refused.",
		Cure:    "Correct the row: one cell for each column, no tabs or line breaks in values.",
		Example: "an address under first_author",
	})
	ruleRepeatedHeader = define(Rule{
		Code: ReasonRepeatedHeader, Severity: Warning, Title: "The header once more",
		Cause: "Lists were put together with their headers. The line is no data; where it has another order of columns, that order holds " +
			"from there on.",
		Cure:    "Leave one header, in the first line.",
		Example: "publication_title\\tprint_identifier\\t…",
	})
)
