package bulk

import (
	"maps"
	"slices"
	"strings"
)

// The columns of a portfolio export of Alma, by what they mean here.
const (
	almaPortfolio    = "portfolio_id"
	almaTitle        = "title"
	almaURL          = "url"
	almaCollection   = "electronic_collection_name"
	almaCollectionID = "electronic_collection_id"
	almaZoneID       = "electronic_collection_link_id"
	almaInUse        = "coverage_in_use"
	almaStatement    = "coverage_statement" // the coverage in use, or the coverage as a text
	almaEmbargoOp    = "embargo_operator"
	almaEmbargoYears = "embargo_years"
	almaEmbargoMonth = "embargo_months"
	almaPublicNote   = "public_note"
	almaInternal     = "internal_description"
	almaInternalNote = "internal_note"
	almaAuth         = "authentication_note"
	almaProxy        = "proxy_enabled"
	almaAvailability = "availability"
	almaPOLine       = "po_line"
	almaMorePOLines  = "additional_po_lines"
	almaLicenseCode  = "license_code"
	almaLicense      = "license"
	almaGroups       = "available_for_group"
	almaAccessType   = "access_type"
	almaPerpetual    = "perpetual_from"
	almaPerpetualEnd = "perpetual_until"
)

// almaIdentifiers are the columns of ISSNs and ISBNs.
var almaIdentifiers = []string{"issn", "e_issn", "print_issn", "isbn", "e_isbn", "print_isbn", "identifier"}

// almaBounds are the columns of local coverage: from_year, …, until_issue.
var almaBounds = func() (columns []string) {
	for _, bound := range []string{"from", "until"} {
		for _, part := range []string{"year", "month", "day", "volume", "issue"} {
			columns = append(columns, bound+"_"+part)
		}
	}
	return columns
}()

// almaSpellings are the names that Alma's exports, its portfolio loader and its analytics use, and the column that each means here.
var almaSpellings = func() map[string]string {
	spellings := map[string]string{}
	for column, names := range map[string]string{
		almaPortfolio: "portfolio_id portfolio_pid pid portfolio_mms_pid",
		almaTitle:     "title title_(normalized) title_(complete)",
		almaURL:       "url access_url target_url static_url linking_level_url",
		almaCollection: "electronic_collection_name electronic_collection collection_name collection_public_name " +
			"electronic_collection_public_name",
		almaCollectionID: "electronic_collection_id collection_id e_collection_id",
		almaZoneID:       "electronic_collection_link_id electronic_collection_cz_id electronic_collection_cz_pid community_zone_id",
		almaInUse: "coverage_in_use coverage_statement_in_use coverage_used which_coverage_statement_will_be_applied? " +
			"which_coverage_statement_will_be_applied local_or_global_coverage",
		almaStatement:    "coverage_statement",
		almaEmbargoOp:    "embargo_operator first_embargo_operator publication_date_operator",
		almaEmbargoYears: "embargo_years embargo_year first_embargo_year publication_date_year publication_date_years",
		almaEmbargoMonth: "embargo_months embargo_month first_embargo_month publication_date_month publication_date_months",
		almaPublicNote:   "public_note",
		almaInternal:     "internal_description",
		almaInternalNote: "internal_note",
		almaAuth:         "authentication_note",
		almaProxy:        "proxy_enabled proxy_enable proxy_enabled? enable_proxy enable_proxy? is_proxy_enabled",
		almaAvailability: "availability availability_status portfolio_status",
		almaPOLine:       "po_line pol po_line_number po_line_reference pol_number po_line_id order_line",
		almaMorePOLines: "additional_po_lines additional_po_line addition_po_line additional_po_line_number additional_po_line_reference " +
			"additional_pol",
		almaLicenseCode:  "license_code",
		almaLicense:      "license",
		almaGroups:       "available_for_group available_for_groups available_for inventory_groups inventory_group group_name available_group",
		almaAccessType:   "access_type access_rights",
		almaPerpetual:    "perpetual_from perpetual_access_from perpetual_date_from perpetual_from_date",
		almaPerpetualEnd: "perpetual_until perpetual_to perpetual_access_until perpetual_access_to perpetual_date_until perpetual_date_to",
		"issn":           "issn issns",
		"e_issn":         "e_issn eissn electronic_issn online_issn",
		"print_issn":     "print_issn p_issn pissn",
		"isbn":           "isbn isbns isbn_(13)",
		"e_isbn":         "e_isbn eisbn electronic_isbn online_isbn",
		"print_isbn":     "print_isbn p_isbn pisbn",
		"identifier":     "identifier isbn/issn issn/isbn isbn_issn issn_isbn standard_number",
	} {
		for name := range strings.FieldsSeq(names) {
			spellings[name] = column
			if with := "portfolio_" + name; spellings[with] == "" && column != almaPortfolio {
				spellings[with] = column
			}
		}
	}
	for _, column := range almaBounds {
		bound, part, _ := strings.Cut(column, "_")
		for _, word := range map[string][]string{"from": {"from"}, "until": {"until", "to"}}[bound] {
			for _, name := range []string{word + "_" + part, "local_" + word + "_" + part, "local_coverage_" + word + "_" + part} {
				spellings[name] = column
			}
		}
	}
	return spellings
}()

// almaKnown are the columns that are read, sorted.
var almaKnown = slices.Compact(slices.Sorted(maps.Values(almaSpellings)))

// coverageInUse says how local and global coverage go together in Alma.
type coverageInUse int

const (
	unknownInUse coverageInUse = iota
	onlyGlobal
	onlyLocal
	localIfAny // "Global or local": the local coverage where there is some
	bothInUse  // "Global and local"
)

// inUse reads the coverage in use.
func inUse(cell string) coverageInUse {
	switch vocabulary(cell) {
	case "only global", "global only", "global":
		return onlyGlobal
	case "only local", "local only", "local":
		return onlyLocal
	case "global or local", "local or global":
		return localIfAny
	case "global and local", "local and global":
		return bothInUse
	default:
		return unknownInUse
	}
}

// vocabulary is a word of a fixed list in one spelling.
func vocabulary(cell string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool { return strings.ContainsRune(" _-\u00a0", r) }), " ")
}

// almaYesOrNo reads a cell of yes or no; known is false for anything else.
func almaYesOrNo(cell string) (yes, known bool) {
	switch vocabulary(cell) {
	case "yes", "y", "true", "1", "enabled", "on":
		return true, true
	case "no", "n", "false", "0", "disabled", "off":
		return false, true
	default:
		return false, false
	}
}

// almaAvailable reads the availability; 10 and 11 are Alma's codes.
func almaAvailable(cell string) (available, known bool) {
	switch vocabulary(cell) {
	case "available", "active", "11", "yes", "true":
		return true, true
	case "not available", "unavailable", "inactive", "not active", "10", "no", "false":
		return false, true
	default:
		return false, false
	}
}

// several are the parts of a cell that holds several values: parted by semicolons or line ends, and otherwise by commas.
func several(cell string) (values []string) {
	part := func(r rune) bool { return r == ',' }
	if strings.ContainsAny(cell, ";\n") {
		part = func(r rune) bool { return r == ';' || r == '\n' }
	}
	for _, value := range strings.FieldsFunc(cell, part) {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return distinct(values)
}

// distinct are the values, each where it comes first.
func distinct(values []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(values, func(value string) bool {
		again := seen[value]
		seen[value] = true
		return again
	})
}
