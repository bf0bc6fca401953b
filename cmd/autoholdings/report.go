package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"autoholdings/provider"
)

// jobView is what the command line shows of a job.
type jobView struct {
	ID, State, Summary string
	Verdict            *string
	Progress           struct {
		Phase       string
		Done, Total int
	}
	Counts jobCounts
	Error  *struct{ Code, Message, Hint string }
	Parts  []struct {
		CollectionName, State string
		Code, Message, Hint   *string
		Counts                *jobCounts
		File                  *struct{ Name string }
	}
	Changes  struct{ Nodes []changeView }
	Findings struct {
		Nodes []struct {
			Severity, Code, Message string
			Line                    *int
			Title                   *string
		}
	}
}

type jobCounts struct {
	Rows, Titles, Statements, Added, Updated, Unchanged, Removed, Kept, Withdrawn, Free, Invalid, Ambiguous int
	Fields                                                                                                  []struct {
		Name   string
		Titles int
	}
}

type changeView struct {
	Action, Title                              string
	TitleID, PrintIdentifier, OnlineIdentifier *string
	Field, OldValue, NewValue                  *string
}

const jobFields = `id state verdict summary progress { phase done total } error { code message hint }
	counts { ...counts }
	parts { collectionName state code message hint file { name } counts { ...counts } }`

const countFields = `fragment counts on JobCounts { added updated unchanged removed
	... on ListCounts { rows titles statements kept withdrawn free invalid ambiguous fields { name titles } }
	... on BulkCounts { titles invalid } }`

// pollEvery is how often a job's progress is requested. A person cannot see more.
const pollEvery = 100 * time.Millisecond

// followJob shows a job's progress until it ends, then its report. It returns an error if the job failed.
func followJob(ctx context.Context, api client, id string, out io.Writer) error {
	progress := newProgress(out)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		var answer struct{ Job *jobView }
		query := `query($id: ID!) { job(id: $id) { ` + jobFields +
			` changes(first: 8) { nodes { action title titleId printIdentifier onlineIdentifier field oldValue newValue } }
			findings(first: 8) { nodes { severity code line title message } } } } ` + countFields
		if err := api.do(ctx, query, map[string]any{"id": id}, &answer); err != nil {
			return err
		}
		if answer.Job == nil {
			return fmt.Errorf("job %s is gone", id)
		}
		switch answer.Job.State {
		case "QUEUED", "RUNNING", "CANCELLING":
			progress.show(answer.Job)
		default:
			progress.end()
			return printReport(out, answer.Job)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// progress is a bar on a terminal, and one line per phase elsewhere.
type progress struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	phase string
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out}
	if isTerminal(out) {
		p.bar = progressbar.NewOptions(1, progressbar.OptionSetWriter(out), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionShowCount())
	}
	return p
}

func (p *progress) show(j *jobView) {
	changed := j.Progress.Phase != p.phase
	p.phase = j.Progress.Phase
	switch {
	case p.bar == nil && changed:
		fmt.Fprintf(p.out, "   … %s\n", printable(p.phase))
	case p.bar != nil:
		if changed {
			p.bar.Reset()
		}
		p.bar.Describe("   " + printable(p.phase))
		p.bar.ChangeMax(max(j.Progress.Total, 1))
		_ = p.bar.Set(max(0, min(j.Progress.Done, j.Progress.Total-1))) // a full bar would be finished, but another part may follow
	}
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// printReport prints what a librarian wants to know about an ended job.
func printReport(out io.Writer, j *jobView) error {
	verdict := ""
	if j.Verdict != nil {
		verdict = ", " + *j.Verdict
	}
	fmt.Fprintf(out, "   %s%s\n   %s\n\n", j.State, verdict, printable(j.Summary))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "rows\ttitles\tadded\tupdated\tunchanged\tremoved\tkept\tfree\trefused\tambiguous\t")
	for _, p := range j.Parts {
		if p.Counts != nil {
			printCounts(table, *p.Counts, printable(shortName(knownProviders(), p.CollectionName))+" ("+p.State+")")
		}
	}
	printCounts(table, j.Counts, "together")
	if err := table.Flush(); err != nil {
		return err
	}
	for _, c := range j.Changes.Nodes {
		fmt.Fprintf(out, "   %s\n", c)
	}
	if len(j.Changes.Nodes) > 0 {
		fmt.Fprintln(out, "   … the whole list: job(id:) { changes }")
	}
	for _, f := range j.Findings.Nodes {
		line := ""
		if f.Line != nil {
			line = fmt.Sprintf(" line %d", *f.Line)
			if f.Title != nil {
				line += fmt.Sprintf(", %q", *f.Title)
			}
			line += ":"
		}
		fmt.Fprintf(out, "   %s%s %s [%s]\n", strings.ToLower(f.Severity), line, printable(f.Message), f.Code)
	}
	if j.State == "FAILED" && j.Error != nil {
		return fmt.Errorf("the job failed: %s [%s]. %s", printable(j.Error.Message), j.Error.Code, printable(j.Error.Hint))
	}
	return nil
}

func printCounts(w io.Writer, c jobCounts, name string) {
	fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t %s\n",
		c.Rows, c.Titles, c.Added, c.Updated, c.Unchanged, c.Removed, c.Kept, c.Free, c.Invalid, c.Ambiguous, name)
}

// shortName is a collection's name without what the names of all collections of its provider have in common. A report is
// seldom of more than one provider.
func shortName(all []*provider.Provider, collection string) string {
	for _, p := range all {
		if short, found := strings.CutPrefix(collection, p.Title+" "); found {
			collection = short
			break
		}
	}
	return strings.TrimSuffix(collection, " Autoholdings Collection")
}

// String returns the change on one line, with the title's keys in brackets.
func (c changeView) String() string {
	text := c.Action + "  " + c.Title
	var keys []string
	for _, key := range []*string{c.TitleID, c.PrintIdentifier, c.OnlineIdentifier} {
		if key != nil && *key != "" {
			keys = append(keys, *key)
		}
	}
	if keys != nil {
		text += " [" + strings.Join(keys, ", ") + "]"
	}
	if c.Field != nil {
		text += "  " + *c.Field
	}
	if c.OldValue != nil || c.NewValue != nil {
		text += ": " + orEmpty(c.OldValue) + " → " + orEmpty(c.NewValue)
	}
	return printable(text)
}

func orEmpty(s *string) string {
	if s == nil || *s == "" {
		return "(empty)"
	}
	return *s
}
