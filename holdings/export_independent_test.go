package holdings_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/internal/realfiles"
	"autoholdings/kbart"
)

// statementCells are what a coverage statement is made of. They are exported as the row has them, whatever other rows
// of the title say.
var statementCells = []kbart.Column{
	kbart.DateFirstIssueOnline, kbart.NumFirstVolOnline, kbart.NumFirstIssueOnline, kbart.DateLastIssueOnline, kbart.NumLastVolOnline,
	kbart.NumLastIssueOnline, kbart.EmbargoInfo, kbart.TitleURL, kbart.CoverageDepth, kbart.Notes,
}

// cells are a row's, by column.
type cells map[string]string

func (c cells) get(column kbart.Column) string { return c[column.String()] }

// isMonograph is how the rules tell a row's type: stated, else by an ISBN.
func (c cells) isMonograph() bool {
	stated := strings.ToLower(c.get(kbart.PublicationTypeColumn))
	if stated == "monograph" || stated == "serial" {
		return stated == "monograph"
	}
	for _, column := range []kbart.Column{kbart.PrintIdentifier, kbart.OnlineIdentifier} {
		if n := len(strings.NewReplacer("-", "", " ", "").Replace(c.get(column))); n == 10 || n == 13 {
			return true
		}
	}
	return false
}

// title is what a row is found again by: its title_id or, where it has none, its title.
func (c cells) title() string {
	if id := c.get(kbart.TitleID); id != "" {
		return strings.ToLower(id)
	}
	return "title " + c.get(kbart.PublicationTitle)
}

func (c cells) statement() string {
	text := c.title()
	for _, column := range statementCells {
		text += "\t" + c.get(column)
	}
	return text
}

// TestExportAgainstAnIndependentReader: what an independent reader in another language takes from each real file is
// what the product exports after an import, cell for cell and statement by statement. Three repairs are known:
// publication_type is told from the identifiers where it is not stated; where rows of one title disagree in a column of
// the title, the value of one of them stands for all; and monographs have no coverage.
func TestExportAgainstAnIndependentReader(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("the independent reader needs python3: %v", err)
	}
	if err != nil {
		t.Skipf("the independent reader needs python3: %v", err)
	}
	for _, path := range realfiles.Files(t, "*/*.t*") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			theirs := independentRows(t, python, path)
			compareExport(t, theirs, exportOf(t, path))
		})
	}
}

func independentRows(t *testing.T, python, path string) (rows []cells) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), python, filepath.Join("..", "internal", "independent", "reader.py"), path).Output()
	if err != nil {
		t.Fatalf("the independent reader: %v", err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var row struct{ Cells cells }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		if row.Cells != nil {
			rows = append(rows, row.Cells)
		}
	}
	return rows
}

// exportOf imports a file and returns what is exported, split by nothing but tabs and line ends.
func exportOf(t *testing.T, path string) (rows []cells) {
	t.Helper()
	b := setup(t)
	file, err := os.Open(path)
	b.Must(err)
	defer file.Close()
	list, err := io.ReadAll(file)
	b.Must(err)
	b.Sync(1, string(list))
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(b.export(), "\r\n", "\n"), "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	for _, line := range lines[1:] {
		row := cells{}
		for i, cell := range strings.Split(line, "\t") {
			if cell != "" {
				row[header[i]] = unquoted(cell)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// unquoted takes the quotes off that a writer must put around a value that begins and ends with one.
func unquoted(cell string) string {
	if len(cell) > 1 && cell[0] == '"' && cell[len(cell)-1] == '"' &&
		!strings.Contains(strings.ReplaceAll(cell[1:len(cell)-1], `""`, ""), `"`) {
		return strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
	}
	return cell
}

func compareExport(t *testing.T, theirs, ours []cells) {
	t.Helper()
	if len(theirs) == 0 && len(ours) == 0 {
		return
	}
	said := map[string]map[string]bool{} // title and column → values
	want, got := map[string]bool{}, map[string]bool{}
	for _, row := range theirs {
		note(said, row)
		if !row.isMonograph() {
			want[row.statement()] = true
		}
	}
	for _, row := range ours {
		if !row.isMonograph() {
			got[row.statement()] = true
		}
	}
	wrong := slices.Concat(missing("not exported: ", want, got), missing("not in the file: ", got, want))
	exported := map[string]map[string]bool{}
	for _, row := range ours {
		note(exported, row)
	}
	for key, values := range exported {
		for value := range values {
			if !said[key][value] && !strings.HasSuffix(key, "\tpublication_type") {
				wrong = append(wrong, fmt.Sprintf("%s: %q is in no row of the title", key, value))
			}
		}
	}
	for key, values := range said {
		if len(exported[key]) == 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %v is not exported", key, values))
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		t.Errorf("%d differences, such as\n%s", len(wrong), strings.Join(wrong[:min(len(wrong), 10)], "\n"))
	}
}

func note(said map[string]map[string]bool, row cells) {
	for column, value := range row {
		if row.isMonograph() && slices.ContainsFunc(statementCells[:7], func(c kbart.Column) bool { return c.String() == column }) {
			continue // monographs have no statements
		}
		key := row.title() + "\t" + column
		if said[key] == nil {
			said[key] = map[string]bool{}
		}
		said[key][value] = true
	}
}

func missing(what string, from, in map[string]bool) (lines []string) {
	for line := range from {
		if !in[line] {
			lines = append(lines, what+line)
		}
	}
	return lines
}
