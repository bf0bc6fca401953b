package holdings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// A list in a few words, for tables of tests: each line is a row, its title first and then name=value.
//
//	Brain; id=brain; print=@1; online=@2; first=1996
//
// @1 is the first of a row of valid ISSNs, #1 of ISBNs. A row is a paid serial unless type or access say otherwise. A
// line that begins with "!" is taken as it is, its bars as tabs.

// columnAliases are short names of columns; any other is the KBART name.
var columnAliases = map[string]kbart.Column{
	"id": kbart.TitleID, "print": kbart.PrintIdentifier, "online": kbart.OnlineIdentifier, "url": kbart.TitleURL,
	"type":  kbart.PublicationTypeColumn,
	"first": kbart.DateFirstIssueOnline, "vol1": kbart.NumFirstVolOnline, "no1": kbart.NumFirstIssueOnline,
	"last": kbart.DateLastIssueOnline, "vol2": kbart.NumLastVolOnline, "no2": kbart.NumLastIssueOnline,
	"embargo": kbart.EmbargoInfo, "depth": kbart.CoverageDepth, "notes": kbart.Notes, "pub": kbart.PublisherName, "access": kbart.AccessType,
	"vol": kbart.MonographVolume, "ed": kbart.MonographEdition, "preceding": kbart.PrecedingPublicationTitleID, "author": kbart.FirstAuthor,
}

func columnCalled(name string) kbart.Column {
	if c, ok := columnAliases[name]; ok {
		return c
	}
	for c := range kbart.Column(kbart.NumColumns) {
		if c.String() == name {
			return c
		}
	}
	panic("no column is called " + name)
}

// identifierCalled resolves @1 and #1.
func identifierCalled(value string) string {
	if len(value) < 2 {
		return value
	}
	n, err := strconv.Atoi(value[1:])
	switch {
	case err != nil:
		return value
	case value[0] == '@':
		return issn(1_020_000 + 37*n)
	case value[0] == '#':
		return isbn(n)
	}
	return value
}

// isbn makes the nth valid ISBN.
func isbn(n int) string {
	digits := fmt.Sprintf("97801%07d", 9_150_000+37*n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// rowCells are the 25 cells of a line.
func rowCells(line string) []string {
	cells := make([]string, kbart.NumColumns)
	cells[kbart.PublicationTypeColumn], cells[kbart.AccessType] = "serial", "P"
	for i, part := range strings.Split(line, ";") {
		part = strings.TrimSpace(part)
		name, value, named := strings.Cut(part, "=")
		switch {
		case i == 0:
			cells[kbart.PublicationTitle] = part
		case !named:
			panic("no value: " + line)
		default:
			cells[columnCalled(name)] = identifierCalled(value)
		}
	}
	return cells
}

// textLines are the lines of a text that hold anything.
func textLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// kbartOf is a list in full. Columns that are named after it are left out of the header.
func kbartOf(text string, without ...kbart.Column) string {
	var b strings.Builder
	write := func(cells []string) {
		var kept []string
		for c, cell := range cells {
			if !slices.Contains(without, kbart.Column(c)) {
				kept = append(kept, cell)
			}
		}
		b.WriteString(strings.Join(kept, "\t") + "\n")
	}
	write(strings.Split(strings.TrimSpace(header), "\t"))
	for _, line := range textLines(text) {
		if raw, ok := strings.CutPrefix(line, "!"); ok {
			b.WriteString(strings.ReplaceAll(raw, "|", "\t") + "\n")
		} else {
			write(rowCells(line))
		}
	}
	return b.String()
}

// crowdOf is n rows, of which each is line with its number for each %d.
func crowdOf(from, to int, line string) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		b.WriteString(strings.ReplaceAll(line, "%d", strconv.Itoa(n)) + "\n")
	}
	return b.String()
}

// changesOf is what the second list changes, a line for each, and the counts and findings.
func changesOf(t *testing.T, before, after plan.Source) (lines []string, counts plan.Counts, findings []string) {
	t.Helper()
	note := func(f kbart.Finding) { findings = append(findings, f.Code) }
	counts, err := plan.Diff(t.Context(), before, after, note, func(c plan.Change) error {
		lines = append(lines, changeLine(c))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, counts, findings
}

// changeLine is a change in one line: what, which title, and the values.
func changeLine(c plan.Change) string {
	line := string(c.Action) + " " + c.Title
	if c.Field != "" {
		line += " " + c.Field
	}
	if c.Old != "" {
		line += ": " + c.Old + " →"
	}
	if c.New != "" {
		line += " " + reasonCodes.Replace(c.New)
	}
	return line
}

// reasonCodes shorten the reasons for which a portfolio waits or is left.
var reasonCodes = strings.NewReplacer(
	"waits: titles of the list might be this one, and nothing tells which", plan.ReviewAmbiguous,
	"waits: an identifier or the title_id of it stands in the list on a title of another name", plan.ReviewContested,
	"left as it is: its row in the list could not be read", plan.ReviewUnreadable,
)

// numerals put identifiers into what is wanted.
var numerals = strings.NewReplacer(
	"@ONE", identifierCalled("@1"), "@TWO", identifierCalled("@2"), "@THREE", identifierCalled("@3"), "@FOUR", identifierCalled("@4"), "@NINE",
	identifierCalled("@9"),
	"#ONE", identifierCalled("#1"), "#TWO", identifierCalled("#2"),
)

// diffCase is two lists and what the second one changes.
type diffCase struct {
	name, before, after string
	want                string // the lines of the report
	findings            string // codes that must be among the findings; "": not asked
}

func (c *diffCase) run(t *testing.T) {
	t.Helper()
	lines, _, findings := changesOf(t, sourceOf(kbartOf(c.before)), sourceOf(kbartOf(c.after)))
	if diff := cmp.Diff(textLines(numerals.Replace(c.want)), lines); diff != "" {
		t.Error(diff)
	}
	for code := range strings.FieldsSeq(c.findings) {
		if !slices.Contains(findings, code) {
			t.Errorf("%s is not among the findings: %v", code, findings)
		}
	}
}

func runDiffs(t *testing.T, cases []diffCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

// dated applies a list of a date as a job does: the list is kept as a file, which counts as applied then.
func (b *testBundle) dated(profile int64, date, list string) (plan.Counts, int64) {
	b.t.Helper()
	jobID := b.newJob(profile)
	b.keepFile(profile, jobID, date)
	b.release = date
	counts, _, _, err := b.apply(attempt{profile: profile, list: list, jobID: jobID})
	b.must(err)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(fileOfJob(jobID)).SetAppliedAt(jobID).SetOutcome("APPLIED").Exec(ctx)
	})
	return counts, jobID
}

func fileOfJob(jobID int64) int64 { return jobID + 2 }

// keepFile makes the row of the file that a job's list is from.
func (b *testBundle) keepFile(profile, jobID int64, date string) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		tx.ProviderFile.Create().SetID(fileOfJob(jobID)).SetCreatedAt(1).SetUpdatedAt(1).SetProfileID(profile).SetContent("JOURNALS").
			SetName("list.txt").SetPath("").SetSha256(fmt.Sprint(jobID)).SetSize(1).SetStoredSize(1).SetDate(date).SetFetchedAt(1).SaveX(ctx)
		return tx.JobPart.UpdateOneID(jobID + 1).SetProviderFileID(fileOfJob(jobID)).Exec(ctx)
	})
}

// planOf is the plan of a list of a date, which is not written.
func (b *testBundle) planOf(profile int64, date, list string, guards plan.Guards) *holdings.Plan {
	b.t.Helper()
	plan, _ := b.planAndFindings(profile, date, list, guards)
	return plan
}

func (b *testBundle) planAndFindings(profile int64, date, list string, guards plan.Guards) (*holdings.Plan, []string) {
	b.t.Helper()
	jobID := b.newJob(profile)
	b.keepFile(profile, jobID, date)
	var findings []string
	part := &holdings.Part{ID: jobID + 1, JobID: jobID, ProfileID: profile, CollectionID: collectionID, Content: "JOURNALS", Release: date}
	plan, err := b.service.Plan(b.t.Context(), sourceOf(list), part, guards, func(f kbart.Finding) { findings = append(findings, f.Code) })
	b.must(err)
	return plan, findings
}

// wholeText is all that is known of the holdings, without ids and times: values, entitlements with what their lists say
// otherwise, statements with what is their own.
func (b *testBundle) wholeText() string {
	b.t.Helper()
	portfolios, err := b.store.Read.Portfolio.Query().
		WithEntitlements(func(q *ent.EntitlementQuery) { q.Order(entitlement.ByProfileID()).WithCoverage() }).All(b.t.Context())
	b.must(err)
	var texts []string // of portfolios that are alike in their keys, too
	for _, p := range portfolios {
		var text strings.Builder
		fmt.Fprintf(&text, "%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", p.PublicationTitle, p.TitleID, p.PrintIdentifier, p.OnlineIdentifier,
			p.MoreKeys,
			p.TitleURL, p.PublisherName, p.FirstAuthor, p.Notes, p.CoverageDepth, p.PublicationType, p.MonographVolume, p.MonographEdition)
		fmt.Fprintf(&text, "|listed %v|removed %v|%s\n", p.Listed, p.RemovedAt != nil, p.Review)
		for _, e := range p.Edges.Entitlements {
			who := int64(0)
			if e.ProfileID != nil {
				who = *e.ProfileID
			}
			fmt.Fprintf(&text, "  %d active %v %s%s given back %v %s\n", who, e.Active, e.Waiting, e.WaitingSince, e.GivenBack, e.OwnValues)
			for _, c := range e.Edges.Coverage {
				fmt.Fprintf(&text, "    %s\n", statementText(c))
			}
		}
		texts = append(texts, text.String())
	}
	return strings.Join(sorted(texts), "")
}

func statementText(c *ent.CoverageStatement) string {
	own := ""
	for _, text := range []*string{c.TitleURL, c.Notes, c.CoverageDepth} {
		if text != nil {
			own += "|" + *text
		} else {
			own += "|-"
		}
	}
	return fmt.Sprintf("%s v%s n%s–%s v%s n%s %s%s", c.DateFirstIssueOnline, c.NumFirstVolOnline, c.NumFirstIssueOnline,
		c.DateLastIssueOnline, c.NumLastVolOnline, c.NumLastIssueOnline, c.EmbargoInfo, own)
}

// entitlementOf is a profile's entitlement to a portfolio.
func (b *testBundle) entitlementOf(profile int64, titleID string) *ent.Entitlement {
	b.t.Helper()
	e, err := b.store.Read.Entitlement.Query().
		Where(entitlement.ProfileID(profile), entitlement.HasPortfolioWith(portfolio.TitleID(titleID))).Only(b.t.Context())
	b.must(err)
	return e
}

// said is what a profile's list has otherwise than the portfolio.
func (b *testBundle) said(profile int64, titleID string) map[string]string {
	b.t.Helper()
	own := map[string]string{}
	if text := b.entitlementOf(profile, titleID).OwnValues; text != "" {
		b.must(json.Unmarshal([]byte(text), &own))
	}
	return own
}

func sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}

// changesIn are the lines of a job's report.
func (b *testBundle) changesIn(jobID int64) []*ent.JobChange {
	b.t.Helper()
	changes, err := b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).Order(jobchange.ByID()).All(b.t.Context())
	b.must(err)
	return changes
}

// unnumbered is a report in an order of its own, without the ids in it.
func (b *testBundle) unnumbered(jobID int64) []string {
	b.t.Helper()
	var lines []string
	for line := range strings.Lines(b.reportText(jobID)) {
		if strings.HasPrefix(line, string(plan.Ambiguous)) {
			line, _, _ = strings.Cut(line, " → ") // the candidates are ids
		}
		lines = append(lines, anID.ReplaceAllString(line, ""))
	}
	return sorted(lines)
}

var anID = regexp.MustCompile(`"portfolioId":\d+|"removedAt":\d+`)
