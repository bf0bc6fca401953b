package holdings

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// ReportLine is one line of a job's report, as it is gathered.
type ReportLine struct {
	Portfolio int64 // 0: the line is about none
	Action    plan.Action
	Field     string // a KBART name, plan.CoverageField or one of plan.OwnField; "": the portfolio, title or row as a whole
	Title     plan.Citation
	Values    plan.Values
	line      int // in the file; 0: none
}

// OnLine says which line of a file the report line is about.
func (l ReportLine) OnLine(line int) ReportLine {
	l.line = line
	return l
}

// changeColumns are the columns that PartWriter.Change fills.
var changeColumns = []string{
	"id", "job_id", "part_id", "portfolio_id", "action", "field", "title", "title_id", "print_identifier", "online_identifier",
	"value_kind", "old_value", "new_value", "line", "title_key",
}

// Change gathers one line of the report.
func (w *PartWriter) Change(l ReportLine) {
	var portfolio any
	if l.Portfolio > 0 { // one that an earlier part of a preview would add has a negative id and is not stored
		portfolio = l.Portfolio
	}
	if l.Values.Old == "" && l.Values.New == "" {
		l.Values.Kind = plan.NoValues
	}
	w.changes.Add(w.Store.NextID(), w.Part.JobID, w.Part.ID, portfolio, string(l.Action), l.Field, l.Title.Title, l.Title.TitleID,
		l.Title.PrintIdentifier, l.Title.OnlineIdentifier, string(l.Values.Kind), l.Values.Old, l.Values.New, l.line,
		kbart.FoldTitle(l.Title.Title))
}

// ValuesOf are the values of a stored change.
func ValuesOf(c *ent.JobChange) plan.Values {
	return plan.Values{Kind: plan.ValueKind(c.ValueKind), Old: c.OldValue, New: c.NewValue}
}

// NewHost is the host to which a job moved, or would move, all the URLs that it changes. It is "" if they go to several
// hosts, if one of them was at that host before, or if one is not a web address. A statement's own URLs count too.
func NewHost(ctx context.Context, tx *store.Tx, jobID int64) (host string, err error) {
	rows, err := tx.SQL.QueryContext(ctx,
		`SELECT value_kind, old_value, new_value FROM job_changes WHERE job_id = ? AND action = ? AND field IN (?, ?)`,
		jobID, string(plan.Update), kbart.TitleURL.String(), plan.OwnField(kbart.TitleURL))
	if err != nil {
		return "", fmt.Errorf("look at the URLs that changed: %w", err)
	}
	defer rows.Close()
	former := map[string]bool{}
	for rows.Next() {
		var v plan.Values
		if err := rows.Scan(&v.Kind, &v.Old, &v.New); err != nil {
			return "", fmt.Errorf("look at the URLs that changed: %w", err)
		}
		before, after, err := urlsOf(v)
		if err != nil {
			return "", fmt.Errorf("look at the URLs that changed: %w", err)
		}
		for _, address := range after {
			at := webHost(address)
			if at == "" || host != "" && at != host {
				return "", rows.Close()
			}
			host = at
		}
		for _, address := range before {
			former[webHost(address)] = true
		}
	}
	if former[host] {
		return "", rows.Err()
	}
	return host, rows.Err()
}

// urlsOf returns the addresses before and after a change of title_url, the title's or those of statements.
func urlsOf(v plan.Values) (before, after []string, err error) {
	old, now, isCoverage, err := v.Coverage()
	if err != nil || !isCoverage {
		return []string{v.Old}, []string{v.New}, err
	}
	return ownURLs(old), ownURLs(now), nil
}

func ownURLs(statements []plan.Statement) (urls []string) {
	for i := range statements {
		if address := statements[i].OwnText(kbart.TitleURL); address != "" {
			urls = append(urls, address)
		}
	}
	return urls
}

// webHost is the host of a web address, lower-cased; "" for anything else.
func webHost(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return ""
	}
	return strings.ToLower(u.Host)
}
