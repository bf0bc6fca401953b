package holdings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// dated applies a list of a date as a job does: the list is kept as a file, which counts as applied then.
func (b *testBundle) dated(profile int64, date, list string) (plan.Counts, int64) {
	b.T.Helper()
	jobID := b.NewJob(profile)
	b.keepFile(profile, jobID, date)
	b.Release = date
	counts, _, _, err := b.Apply(holdingstest.Attempt{Profile: profile, List: list, JobID: jobID})
	b.Must(err)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(fileOfJob(jobID)).SetAppliedAt(jobID).SetOutcome("APPLIED").Exec(ctx)
	})
	return counts, jobID
}

func fileOfJob(jobID int64) int64 { return jobID + 2 }

// keepFile makes the row of the file that a job's list is from.
func (b *testBundle) keepFile(profile, jobID int64, date string) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.ProviderFile.Create().SetID(fileOfJob(jobID)).SetCreatedAt(1).SetUpdatedAt(1).SetProfileID(profile).SetContent("JOURNALS").
			SetName("list.txt").SetPath("").SetSha256(fmt.Sprint(jobID)).SetSize(1).SetStoredSize(1).SetDate(date).SetFetchedAt(1).SaveX(ctx)
		return tx.JobPart.UpdateOneID(jobID + 1).SetProviderFileID(fileOfJob(jobID)).Exec(ctx)
	})
}

// planOf is the plan of a list of a date, which is not written.
func (b *testBundle) planOf(profile int64, date, list string, guards plan.Guards) *holdings.Plan {
	b.T.Helper()
	plan, _ := b.planAndFindings(profile, date, list, guards)
	return plan
}

func (b *testBundle) planAndFindings(profile int64, date, list string, guards plan.Guards) (*holdings.Plan, []string) {
	b.T.Helper()
	jobID := b.NewJob(profile)
	b.keepFile(profile, jobID, date)
	var findings []string
	part := &holdings.Part{ID: jobID + 1, JobID: jobID, ProfileID: profile, CollectionID: holdingstest.CollectionID, Content: "JOURNALS", Release: date}
	plan, err := b.Holdings.Plan(b.T.Context(), holdingstest.SourceOf(list), part, guards, func(f kbart.Finding) { findings = append(findings, f.Code) })
	b.Must(err)
	return plan, findings
}

// wholeText is all that is known of the holdings, without ids and times: values, entitlements with what their lists say
// otherwise, statements with what is their own.
func (b *testBundle) wholeText() string {
	b.T.Helper()
	portfolios, err := b.Store.Read.Portfolio.Query().
		WithEntitlements(func(q *ent.EntitlementQuery) { q.Order(entitlement.ByProfileID()).WithCoverage() }).All(b.T.Context())
	b.Must(err)
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
	return strings.Join(holdingstest.Sorted(texts), "")
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
	b.T.Helper()
	e, err := b.Store.Read.Entitlement.Query().
		Where(entitlement.ProfileID(profile), entitlement.HasPortfolioWith(portfolio.TitleID(titleID))).Only(b.T.Context())
	b.Must(err)
	return e
}

// said is what a profile's list has otherwise than the portfolio.
func (b *testBundle) said(profile int64, titleID string) map[string]string {
	b.T.Helper()
	own := map[string]string{}
	if text := b.entitlementOf(profile, titleID).OwnValues; text != "" {
		b.Must(json.Unmarshal([]byte(text), &own))
	}
	return own
}

// changesIn are the lines of a job's report.
func (b *testBundle) changesIn(jobID int64) []*ent.JobChange {
	b.T.Helper()
	changes, err := b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).Order(jobchange.ByID()).All(b.T.Context())
	b.Must(err)
	return changes
}

// unnumbered is a report in an order of its own, without the ids in it.
func (b *testBundle) unnumbered(jobID int64) []string {
	b.T.Helper()
	var lines []string
	for line := range strings.Lines(b.ReportText(jobID)) {
		if strings.HasPrefix(line, string(plan.Ambiguous)) {
			line, _, _ = strings.Cut(line, " → ") // the candidates are ids
		}
		lines = append(lines, anID.ReplaceAllString(line, ""))
	}
	return holdingstest.Sorted(lines)
}

var anID = regexp.MustCompile(`"portfolioId":\d+|"removedAt":\d+`)
