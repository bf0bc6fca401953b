package kbart

// The rules of the reader: which files it refuses, how a file is laid out, and how rows are read.

// Reasons to refuse a file.
var (
	ruleNotText = define(Rule{
		Code: "not-text", Severity: Fatal, Title: "Not a text file",
		Cause:   "A workbook, a PDF or another binary file was sent instead of the list, or an archive that cannot be opened.",
		Cure:    "Send the list as plain text, tab-delimited, in UTF-8; gzip and ZIP are fine.",
		Example: "holdings.xlsx",
	})
	ruleHTML = define(Rule{
		Code: "html", Severity: Fatal, Title: "A web page instead of a list",
		Cause:   "The address led to a login or error page, and the server sent that page instead of the file.",
		Cure:    "Check the address and the credentials; open the address in a browser to see the page.",
		Example: "<!DOCTYPE html><title>Sign in</title>",
	})
	ruleJSON = define(Rule{
		Code: "json", Severity: Fatal, Title: "JSON instead of a list",
		Cause:   "The service answered with an error message, or the list was requested in another format.",
		Cure:    "Read the message in the file; request the KBART format.",
		Example: `{"error":"invalid api key"}`,
	})
	ruleNoHeader = define(Rule{
		Code: "no-header", Severity: Fatal, Title: "No header",
		Cause: "The header is missing or damaged. A list begins with a line of column names that include publication_title and at least " +
			"one of title_id, print_identifier and online_identifier.",
		Cure:    "Put the header of NISO RP-9 in the first line, with the names spelled as in the standard.",
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
		Cause:   "The transfer was interrupted, or the archive fails its own checks.",
		Cure:    "Fetch the file again; if it fails again, ask the provider for a new file.",
		Example: "a gzip file without its last bytes",
	})
	ruleTooLarge = define(Rule{
		Code: "too-large", Severity: Fatal, Title: "Larger than allowed",
		Cause:   "The text is larger than the limit, or an archive unpacks to hundreds of times its size.",
		Cure:    "Check what the file is; if it really is a list, raise the size limit.",
		Example: "an archive of 1 MB that unpacks to 1 GB",
	})
	ruleLineTooLong = define(Rule{
		Code: "line-too-long", Severity: Fatal, Title: "A line is too long",
		Cause:   "The file has no line ends, or is not a list.",
		Cure:    "Check that rows end in LF or CRLF; if the line is right, raise the limit for lines.",
		Example: "a line of 2 MB",
	})
	ruleTooManyColumns = define(Rule{
		Code: "too-many-columns", Severity: Fatal, Title: "Too many columns",
		Cause:   "The header has more names than any list needs. Usually the rows follow it without a line end.",
		Cure:    "Check the line ends of the file.",
		Example: "a header of 5,000 names",
	})
)

// Layout of the file.
var (
	ruleWestern = define(Rule{
		Code: "encoding-windows-1252", Severity: Warning, Title: "Assumed to be Windows-1252",
		Cause:   "Characters beyond ASCII are not UTF-8: a spreadsheet program saved the file in the character set of its computer.",
		Cure:    "Save the file as UTF-8, as the standard requires; check the accents in the titles.",
		Example: "Universit\\xe4t",
	})
	ruleUTF16 = define(Rule{
		Code: "encoding-utf-16", Severity: Warning, Title: "UTF-16",
		Cause:   "A spreadsheet program saved the file as “Unicode text”.",
		Cure:    "Save the file as UTF-8, as the standard requires.",
		Example: "p\\0u\\0b\\0l\\0",
	})
	ruleMixedEncoding = define(Rule{
		Code: "mixed-encoding", Severity: Warning, Title: "Two encodings in one file",
		Cause:   "Rows from several sources were put together without converting them to one encoding.",
		Cure:    "Save the whole file as UTF-8; check the accents in this row.",
		Example: "a Windows-1252 row in a UTF-8 file",
	})
	ruleNUL = define(Rule{
		Code: "nul-character", Severity: Warning, Title: "A NUL character",
		Cause:   "A program filled a value with zero bytes, or a part of the file was damaged. They are left out: no text has them.",
		Cure:    "Remove them; check that nothing is missing in this row.",
		Example: "Brain\\x00",
	})
	ruleByteOrderMark = define(Rule{
		Code: "byte-order-mark", Severity: Info, Title: "Byte order mark",
		Cause:   "A Windows program saved the file as UTF-8 with a byte order mark at the beginning.",
		Cure:    "Save the file without a byte order mark. It does no harm here, but other readers may not recognize the first column's name.",
		Example: "EF BB BF",
	})
	ruleMixedLineEnds = define(Rule{
		Code: "mixed-line-ends", Severity: Info, Title: "Several kinds of line ends",
		Cause:   "Parts of the file were made on different systems.",
		Cure:    "End all lines with LF, or all with CRLF.",
		Example: "row\\r\\nrow\\n",
	})
	ruleDelimiter = define(Rule{
		Code: "delimiter", Severity: Warning, Title: "Not delimited by tabs",
		Cause:   "The list was saved as CSV.",
		Cure:    "Save it as tab-delimited text: the standard allows no other delimiter.",
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
		Cause:   "The name is from Phase I, or a common misspelling. The column is read.",
		Cure:    "Use the name of Phase II.",
		Example: "coverage_notes",
	})
	ruleMisspelt = define(Rule{
		Code: "column-misspelt", Severity: Warning, Title: "A column name that seems to be misspelled",
		Cause:   "The name is almost that of a column that the file lacks. It is read as an added column.",
		Cure:    "Correct the name in the header.",
		Example: "mongraph_edition",
	})
	ruleMissingColumn = define(Rule{
		Code: "missing-column", Severity: Warning, Title: "A column is missing",
		Cause:   "The list leaves out a column of the standard.",
		Cure:    "Write all 25 columns of Phase II in every list; leave cells empty if their values are not known.",
		Example: "a header without title_url",
	})
	rulePhaseI = define(Rule{
		Code: "phase-1", Severity: Info, Title: "A list of Phase I",
		Cause:   "The list has neither publication_type nor access_type, which Phase II added in 2014.",
		Cure:    "Convert the list to Phase II; until then the type is inferred from the identifiers, and every title counts as paid.",
		Example: "16 columns that end with publisher_name",
	})
	ruleDuplicateColumn = define(Rule{
		Code: "duplicate-column", Severity: Warning, Title: "A column occurs twice",
		Cause: "The header has a name twice, or a name and an alias of it. The first cell that is not empty counts; a column with its own " +
			"name has precedence over an alias.",
		Cure:    "Keep one column of each name.",
		Example: "notes … notes",
	})
	ruleColumnsDiffer = define(Rule{
		Code: "duplicate-column-differs", Severity: Warning, Title: "Two columns of the same name disagree",
		Cause:   "The header has a name twice, and the row has different values in the two columns. The first is used, the other is ignored.",
		Cure:    "Keep one column of each name, with the right value.",
		Example: "notes: Open to 1995 … notes: Now: Brain Two",
	})
	ruleUnnamedColumn = define(Rule{
		Code: "unnamed-column", Severity: Info, Title: "Columns without names",
		Cause:   "A spreadsheet program wrote empty columns, or lines end in a tab.",
		Cure:    "Remove the empty columns.",
		Example: "access_type\\t\\t",
	})
	ruleExtraColumn = define(Rule{
		Code: "extra-column", Severity: Info, Title: "A column outside the standard",
		Cause:   "The provider or an intermediary added it. It can still be read by its name.",
		Cure:    "Put added columns after the 25 standard ones. Otherwise nothing needs to be done.",
		Example: "bestppn",
	})
	ruleMemberSkipped = define(Rule{
		Code: "member-skipped", Severity: Warning, Title: "A file in the archive is not a list",
		Cause:   "The archive contains something besides lists.",
		Cure:    "Check that no list is missing; send only lists.",
		Example: "readme.pdf",
	})
)

// Rows: how they are read, and which are refused.
var (
	ruleShortRow = define(Rule{
		Code: "short-row", Severity: Warning, Title: "A row shorter than the header",
		Cause:   "Empty cells at the end of the row were left out. They are read as empty.",
		Cure:    "Write every cell, including empty ones.",
		Example: "a row of 20 cells under a header of 25",
	})
	ruleShortExtra = define(Rule{
		Code: "short-row-extra", Severity: Info, Title: "A row without the cells of added columns",
		Cause:   "Only cells of columns outside the standard are missing at the end of the row.",
		Cure:    "Write every cell, including empty ones.",
		Example: "a row of 25 cells under a header of 26",
	})
	ruleLongRow = define(Rule{
		Code: "long-row", Severity: Info, Title: "A row longer than the header",
		Cause:   "The row ends in tabs beyond the last column, with nothing between them.",
		Cure:    "Remove the tabs at the end of the row.",
		Example: "P\\t\\t",
	})
	ruleBeyond = define(Rule{
		Code: "cells-beyond-header", Severity: Warning, Title: "Rows wider than the header",
		Cause:   "The rows have more columns than the header has names. The cells beyond the header are ignored.",
		Cure:    "Give every column a name in the header.",
		Example: "a header of 25 names over rows of 26 cells",
	})
	ruleMarkedEnds = define(Rule{
		Code: "invisible-ends", Severity: Info, Title: "An invisible character at a value's end",
		Cause: "A zero-width character, a directional mark, a byte order mark, a soft hyphen or a no-break space was copied from a web page " +
			"or a document. It is removed, because it would prevent the value from being found.",
		Cure:    "Remove it from the source.",
		Example: "\\u200b1357-2466",
	})
	ruleJoinedCell = define(Rule{
		Code: "joined-cell", Severity: Warning, Title: "A cell contained a tab or a line break",
		Cause:   "A value with a tab or a line break was put in quotes. Its pieces were joined again.",
		Cure:    "Remove tabs and line breaks from values: the format has no way to write them.",
		Example: `"National University, \tMaynooth"`,
	})
	ruleLineBreak = define(Rule{
		Code: "line-break-in-cell", Severity: Warning, Title: "A line break within a cell",
		Cause:   "A value contains a carriage return or line feed that does not end lines in this file. It is read as a space.",
		Cure:    "Remove line breaks from values.",
		Example: "Ohio State Law Journal\\r\\t1357-2466",
	})
	ruleEscape = define(Rule{
		Code: "literal-escape", Severity: Warning, Title: `A literal \r or \n at a cell's end`,
		Cause:   "A program wrote the escape sequence instead of ending the line. It was removed.",
		Cure:    "Correct the program that writes the list.",
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
		Cause: "A tab or a line break was lost or added. The row has more or fewer cells than the header, and values in columns where they " +
			"do not belong; or it has quoted pieces and makes no sense whether they are joined or not. The row is refused.",
		Cure:    "Correct the row: one cell for each column, no tabs or line breaks in values.",
		Example: "an address in first_author",
	})
	ruleRepeatedHeader = define(Rule{
		Code: ReasonRepeatedHeader, Severity: Warning, Title: "The header is repeated",
		Cause: "Lists were put together with their headers. The line is not data. If it has the columns in another order, that order applies " +
			"from there on.",
		Cure:    "Keep only the header in the first line.",
		Example: "publication_title\\tprint_identifier\\t…",
	})
)
