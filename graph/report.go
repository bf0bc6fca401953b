package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings/plan"
	"autoholdings/internal/spreadsheet"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// writeReportTSV writes a job's changes for a spreadsheet, one per line, under a header.
func writeReportTSV(ctx context.Context, w io.Writer, report *jobs.Report) error {
	listed, err := partsOf(report)
	if err != nil {
		return err
	}
	parts := partsByID(report, listed)
	line := spreadsheet.AppendCells([]byte(spreadsheet.ByteOrderMark), changeColumns)
	for row, err := range report.Changes(ctx) {
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = appendChange(line[:0], row, parts[row.PartID])
	}
	_, err = w.Write(line)
	return err
}

var changeColumns = []string{
	"action", "field", "title", "title_id", "print_identifier", "online_identifier", "old", "new", "line", "profile", "collection", "groups",
	"portfolio_id",
	"part_state", // whether the change was written, waits, was rejected or only shown
}

func appendChange(line []byte, row *ent.JobChange, part *reportPart) []byte {
	c := model.ChangeLine{JobChange: row}
	number := ""
	if row.Line > 0 {
		number = strconv.Itoa(row.Line)
	}
	return spreadsheet.AppendCells(line, []string{
		row.Action, row.Field, row.Title, row.TitleID, row.PrintIdentifier, row.OnlineIdentifier, orEmpty(c.OldValue()), orEmpty(c.NewValue()),
		number,
		part.Profile, orEmpty(part.Collection), strings.Join(part.Groups, "; "), orEmpty(portfolioID(row)),
		part.State,
	})
}

// writeReportJSON writes a job's whole report as one object: the job with its parts, then its changes and findings, one
// per line.
func writeReportJSON(ctx context.Context, w io.Writer, report *jobs.Report) error {
	head, err := headOf(report)
	if err != nil {
		return err
	}
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if _, err := w.Write(text[:len(text)-1]); err != nil { // the object goes on
		return err
	}
	parts := partsByID(report, head.Parts)
	err = writeArray(w, "changes", report.Changes(ctx), func(row *ent.JobChange) any { return changeOf(row, parts[row.PartID]) })
	if err != nil {
		return err
	}
	err = writeArray(w, "findings", report.Findings(ctx), func(row *ent.JobFinding) any { return findingOf(row, parts[row.PartID]) })
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "}\n")
	return err
}

// writeArray writes another member of an object: an array, with one item in memory at a time.
func writeArray[R any](w io.Writer, name string, rows iter.Seq2[R, error], item func(R) any) error {
	before := fmt.Sprintf(",\n%q:[\n", name)
	for row, err := range rows {
		if err != nil {
			return err
		}
		text, err := json.Marshal(item(row))
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		before = ",\n"
	}
	if before != ",\n" { // no items
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]")
	return err
}

// The JSON report has the names and structure of the API. Nulls are written.
type (
	reportHead struct {
		ID         string       `json:"id"`
		Kind       string       `json:"kind"`
		State      string       `json:"state"`
		Verdict    *string      `json:"verdict"`
		Mode       string       `json:"mode"`
		Trigger    string       `json:"trigger"`
		Summary    *string      `json:"summary"`
		Applied    bool         `json:"applied"`
		Counts     reportCounts `json:"counts"`
		Error      *reportError `json:"error"`
		CreatedAt  time.Time    `json:"createdAt"`
		StartedAt  *time.Time   `json:"startedAt"`
		FinishedAt *time.Time   `json:"finishedAt"`
		Parts      []reportPart `json:"parts"`
	}
	reportPart struct {
		ID         string        `json:"id"`
		Profile    string        `json:"profile"`    // its name at the time
		Collection *string       `json:"collection"` // likewise
		Groups     []string      `json:"groups"`     // likewise
		Content    string        `json:"content"`
		State      string        `json:"state"`
		Counts     *reportCounts `json:"counts"`
		Error      *reportError  `json:"error"`
	}
	reportCounts struct {
		plan.Counts
		Findings findingCounts `json:"findings"`
	}
	findingCounts struct {
		Info    int `json:"info"`
		Warning int `json:"warning"`
		Error   int `json:"error"`
		Fatal   int `json:"fatal"`
	}
	reportError struct {
		Code    string  `json:"code"`
		Message string  `json:"message"`
		Hint    *string `json:"hint"`
	}
	reportChange struct {
		Action           string        `json:"action"`
		Field            *string       `json:"field"`
		Title            string        `json:"title"`
		TitleID          *string       `json:"titleId"`
		PrintIdentifier  *string       `json:"printIdentifier"`
		OnlineIdentifier *string       `json:"onlineIdentifier"`
		OldValue         *string       `json:"oldValue"`
		NewValue         *string       `json:"newValue"`
		Why              *reportReason `json:"why"`
		Line             *int          `json:"line"`
		Profile          string        `json:"profile"`
		Collection       *string       `json:"collection"`
		Groups           []string      `json:"groups"`
		PortfolioID      *string       `json:"portfolioId"`
	}
	reportReason struct {
		Reason      *string        `json:"reason"`
		POLines     []string       `json:"poLines"`
		Waits       *string        `json:"waits"`
		FreeNow     bool           `json:"freeNow"`
		Successor   *reportRelated `json:"successor"`
		Predecessor *reportRelated `json:"predecessor"`
	}
	reportRelated struct {
		Title       string  `json:"title"`
		TitleID     *string `json:"titleId"`
		PortfolioID *string `json:"portfolioId"`
	}
	reportFinding struct {
		Severity   string  `json:"severity"`
		Code       string  `json:"code"`
		Line       *int    `json:"line"`
		Title      *string `json:"title"`
		Column     *string `json:"column"`
		Value      *string `json:"value"`
		Message    string  `json:"message"`
		Hint       *string `json:"hint"`
		Profile    string  `json:"profile"`
		Collection *string `json:"collection"`
	}
)

func headOf(report *jobs.Report) (*reportHead, error) {
	j := model.Job{Job: report.Job}
	counts, err := model.StoredCounts(j.Job.Counts)
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(report)
	if err != nil {
		return nil, err
	}
	head := &reportHead{
		ID: j.ID(), Kind: j.Kind, State: j.State, Verdict: j.Verdict(), Mode: j.Mode, Trigger: j.Trigger, Summary: j.Summary(),
		Applied: j.Applied, Counts: *countsOf(cmp.Or(counts, &plan.Counts{})), CreatedAt: store.Time(j.CreatedAt),
		StartedAt: timeOf(j.StartedAt), FinishedAt: timeOf(j.FinishedAt), Parts: parts,
	}
	if e := j.Error(); e != nil {
		head.Error = &reportError{e.Code, e.Message, e.Hint}
	}
	return head, nil
}

func partsOf(report *jobs.Report) ([]reportPart, error) {
	parts := make([]reportPart, len(report.Parts))
	for i, row := range report.Parts {
		p := model.JobPart{JobPart: row}
		counts, err := model.StoredCounts(row.Counts)
		if err != nil {
			return nil, err
		}
		groups, err := p.GroupNames()
		if err != nil {
			return nil, err
		}
		parts[i] = reportPart{
			ID: p.ID(), Profile: row.ProfileName, Collection: p.CollectionName(), Groups: append([]string{}, groups...),
			Content: row.Content, State: row.State, Counts: countsOf(counts),
		}
		if row.Code != "" {
			parts[i].Error = &reportError{row.Code, row.Message, p.Hint()}
		}
	}
	return parts, nil
}

// partsByID returns the parts in the form that changes and findings use.
func partsByID(report *jobs.Report, parts []reportPart) map[int64]*reportPart {
	found := make(map[int64]*reportPart, len(parts))
	for i, row := range report.Parts {
		found[row.ID] = &parts[i]
	}
	return found
}

func countsOf(c *plan.Counts) *reportCounts {
	if c == nil {
		return nil
	}
	counts := &reportCounts{Counts: *c, Findings: findingCounts(*model.FindingsOf(c))}
	counts.Fields = append([]plan.FieldCount{}, counts.Fields...)
	return counts
}

func changeOf(row *ent.JobChange, part *reportPart) *reportChange {
	c := model.ChangeLine{JobChange: row}
	return &reportChange{
		Action: row.Action, Field: c.Field(), Title: row.Title, TitleID: c.TitleID(), PrintIdentifier: c.PrintIdentifier(),
		OnlineIdentifier: c.OnlineIdentifier(), OldValue: c.OldValue(), NewValue: c.NewValue(), Why: reasonOf(c.Why()), Line: c.Line(),
		Profile: part.Profile, Collection: part.Collection, Groups: part.Groups, PortfolioID: portfolioID(row),
	}
}

func reasonOf(why *model.ChangeReason) *reportReason {
	if why == nil {
		return nil
	}
	return &reportReason{
		Reason: why.Reason(), POLines: why.PoLines(), Waits: why.Waits(), FreeNow: why.FreeNow,
		Successor: relatedOf(why.Successor()), Predecessor: relatedOf(why.Predecessor()),
	}
}

func relatedOf(r *model.RelatedTitle) *reportRelated {
	if r == nil {
		return nil
	}
	return &reportRelated{r.Title, r.TitleID(), r.PortfolioID()}
}

func findingOf(row *ent.JobFinding, part *reportPart) *reportFinding {
	f := model.JobFinding{JobFinding: row}
	return &reportFinding{
		Severity: f.Severity(), Code: row.Code, Line: f.Line(), Title: f.Title(), Column: f.Column(), Value: f.Value(), Message: row.Message,
		Hint:    f.Hint(),
		Profile: part.Profile, Collection: part.Collection,
	}
}

// portfolioID returns the API id; nil if the change is not about a portfolio.
func portfolioID(row *ent.JobChange) *string {
	if row.PortfolioID == nil {
		return nil
	}
	id := model.ID(model.PortfolioType, *row.PortfolioID)
	return &id
}

func timeOf(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := store.Time(*ms)
	return &t
}
