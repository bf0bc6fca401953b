package bulk

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/opaque"
	"autoholdings/internal/spreadsheet"
)

// exportColumns are the columns of an export.
var exportColumns = func() []string {
	columns := slices.Clone(identifying[:6])
	for _, field := range holdings.StaffFields {
		switch {
		case field == plan.CoverageField:
			columns = append(append(columns, coverageMode), statementColumns...)
		case holdings.IsProviderField(field):
			columns = append(columns, local+field)
		default:
			columns = append(columns, field)
		}
	}
	return columns
}()

// The columns from firstTitleColumn to before afterTitleColumns are those of exportColumns that name the title: they are the
// provider's, and follow its lists.
const firstTitleColumn, afterTitleColumns = 2, 6

// withoutTitle returns a line without these columns.
func withoutTitle(line []string) []string {
	return slices.Concat(line[:firstTitleColumn], line[afterTitleColumns:])
}

// ExportLocal writes all that staff decided about portfolios, in the holdings or out of them, as CSV that ReadLines reads, here
// and in another installation; collectionID 0 stands for all collections. Without titles it is for this installation alone, and
// the same byte for byte for as long as staff decide nothing else. The order is that of the ids. A portfolio with several
// statements of local coverage has as many lines.
func (s *Service) ExportLocal(ctx context.Context, collectionID int64, titles bool, to io.Writer) error {
	codes, groups, err := s.namesInExport(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(to, spreadsheet.ByteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(to)
	write := out.Write
	if !titles {
		write = func(line []string) error { return out.Write(withoutTitle(line)) }
	}
	if err := write(exportColumns); err != nil {
		return err
	}
	rows, err := s.store.Query(ctx, `SELECT p.id, k.name, p.publication_title, p.title_id, p.print_identifier, p.online_identifier,
		p.available,
		COALESCE(p.license_id, 0), COALESCE((SELECT string_agg(CAST(a.license_id AS TEXT), ',') FROM additional_licenses a
			WHERE a.portfolio_id = p.id), ''), p.access_rights, p.perpetual_from, p.perpetual_until, p.local_values
		FROM portfolios p JOIN collections k ON k.id = p.collection_id
		WHERE (? = 0 OR p.collection_id = ?) AND (p.local_values <> '' OR NOT p.available OR p.license_id IS NOT NULL OR p.access_rights <> ''
			OR EXISTS (SELECT 1 FROM additional_licenses a WHERE a.portfolio_id = p.id))
		ORDER BY p.collection_id, p.id`, collectionID, collectionID)
	if err != nil {
		return fmt.Errorf("read what staff decided: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var ref [5]string
		var v holdings.StaffValues
		var text, additional string
		if err := rows.Scan(&id, &ref[0], &ref[1], &ref[2], &ref[3], &ref[4], &v.Available, &v.LicenseID, &additional,
			&v.AccessRights, &v.PerpetualFrom, &v.PerpetualUntil, &text); err != nil {
			return fmt.Errorf("read what staff decided: %w", err)
		}
		v.Apply(holdings.StaffChange{holdings.FieldAdditional: textOrNil(additional)})
		if v.Local, err = plan.ParseLocalValues(text); err != nil {
			return err
		}
		for _, line := range exportLines(append([]string{opaque.ID(portfolioType, id)}, ref[:]...), &v, codes, groups) {
			if err := write(line); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read what staff decided: %w", err)
	}
	out.Flush()
	return out.Error()
}

func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// exportLines are the lines of a portfolio.
func exportLines(ref []string, v *holdings.StaffValues, codes, groups map[int64]string) (lines [][]string) {
	own, hasCoverage := v.Local.Coverage()
	for i := range max(1, len(own.Statements)) {
		line := make([]string, 0, len(exportColumns))
		for _, text := range ref {
			line = append(line, cellOfName(text))
		}
		for _, field := range holdings.StaffFields {
			switch {
			case field == plan.CoverageField && hasCoverage:
				line = append(append(line, string(own.Mode)), statementCells(own.Statements, i)...)
			case field == plan.CoverageField:
				line = append(line, make([]string, 1+len(statementColumns))...)
			case i > 0: // said in the first line
				line = append(line, "")
			default:
				line = append(line, exportCell(field, v, codes, groups))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func statementCells(statements []plan.Statement, i int) []string {
	cells := make([]string, len(statementColumns))
	if i >= len(statements) {
		return cells
	}
	s := &statements[i]
	for at, text := range []string{s.DateFirst, s.VolFirst, s.IssueFirst, s.DateLast, s.VolLast, s.IssueLast, s.Embargo} {
		if text != "" {
			cells[at] = cellOf(text)
		}
	}
	for at, text := range []*string{s.URL, s.Notes, s.Depth} {
		if text != nil {
			cells[7+at] = cellOf(*text)
		}
	}
	return cells
}

func exportCell(field string, v *holdings.StaffValues, codes, groups map[int64]string) string {
	value := v.Get(field)
	switch {
	case value == nil:
		return ""
	case field == holdings.FieldLicense:
		return cellOf(codes[v.LicenseID])
	case field == holdings.FieldAdditional:
		return cellOf(additionalCell(v.AdditionalLicenses, codes))
	case field == plan.Proxy:
		said, ok := v.Local.Proxy()
		if !ok {
			return ""
		}
		return proxyCell(said, groups)
	default:
		return cellOf(*value)
	}
}

// additionalCell are licenses as lineParser.additional reads them.
func additionalCell(ids []int64, codes map[int64]string) string {
	named := make([]string, len(ids))
	for i, id := range ids {
		named[i] = codes[id]
	}
	slices.Sort(named)
	if strings.HasPrefix(named[0], "[") || slices.ContainsFunc(named, func(code string) bool { return strings.Contains(code, ";") }) {
		return plan.ToJSON(named)
	}
	return strings.Join(named, "; ")
}

func proxyCell(said plan.LocalProxy, groups map[int64]string) string {
	word := map[bool]string{true: "on", false: "off"}
	var differing []string
	for id, on := range said.Groups {
		if name, there := groups[id]; there { // else it was deleted since
			differing = append(differing, name+": "+word[on])
		}
	}
	slices.Sort(differing)
	return strings.Join(append([]string{word[said.On]}, differing...), "; ")
}

// cellOf writes a value so that cellText reads it, and so that no spreadsheet takes it for anything but a text.
func cellOf(value string) string {
	switch first, _ := utf8.DecodeRuneInString(value); {
	case value == "":
		return empty
	case value == none, value == empty, strings.TrimSpace(value) != value, strings.ContainsRune(`\=+-@＝＋－＠"`, first),
		strings.ContainsFunc(value, unicode.IsControl):
		return escape + plan.ToJSON(value)
	default:
		return value
	}
}

// cellOfName is cellOf for what names the portfolio: an empty cell says that there is none.
func cellOfName(value string) string {
	if value == "" {
		return ""
	}
	return cellOf(value)
}

func (s *Service) namesInExport(ctx context.Context) (codes, groups map[int64]string, err error) {
	byCode, byName, err := s.namesInFiles(ctx)
	if err != nil {
		return nil, nil, err
	}
	codes, groups = map[int64]string{}, map[int64]string{}
	for code, id := range byCode {
		codes[id] = code
	}
	for name, id := range byName {
		groups[id] = name
	}
	return codes, groups, nil
}
