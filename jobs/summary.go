package jobs

import (
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
)

// summarize says in plain words what a job did.
func summarize(mode string, e ending, parts []*ent.JobPart) string {
	var b strings.Builder
	switch {
	case e.state == Failed:
		b.WriteString("Nothing was changed")
		if e.applied {
			b.Reset()
			b.WriteString("The job failed after part of it was written: " + countsInWords(&e.counts))
		}
		if e.problem != nil {
			b.WriteString(": " + e.problem.Message)
		}
	case mode == Preview:
		b.WriteString("Nothing was written. A run would do this: " + countsInWords(&e.counts))
	default:
		b.WriteString(countsInWords(&e.counts))
	}
	b.WriteString(".")
	for _, p := range parts {
		if p.Message != "" && (e.problem == nil || p.Message != e.problem.Message || e.state != Failed) {
			fmt.Fprintf(&b, " %s: %s.", p.CollectionName, strings.TrimSuffix(p.Message, "."))
		}
	}
	return b.String()
}

// countsInWords is "64 titles added, 2 removed, 228 changed (title_url 228, coverage 70), 0 unchanged".
func countsInWords(c *holdings.Counts) string {
	var words []string
	say := func(n int, what string) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, what))
		}
	}
	say(c.Added, "added")
	say(c.Removed, "removed")
	say(c.Kept, "kept for their PO line but not available")
	say(c.Withdrawn, "withdrawn from this profile")
	changed := "changed"
	if len(c.Fields) > 0 {
		fields := make([]string, len(c.Fields))
		for i, f := range c.Fields {
			fields[i] = fmt.Sprintf("%s %d", f.Name, f.Titles)
		}
		changed += " (" + strings.Join(fields, ", ") + ")"
	}
	say(c.Updated, changed)
	say(c.Unchanged, "unchanged")
	if len(words) == 0 {
		words = append(words, "no titles")
	} else {
		words[0] = strings.Replace(words[0], " ", " "+titles(words[0])+" ", 1)
	}
	say(c.Free, "free rows set aside")
	say(c.Invalid, "rows refused")
	say(c.Ambiguous, "ambiguous")
	say(c.Review, "left for a person to decide")
	say(c.Locked, "with locked fields that differ")
	return strings.Join(words, ", ")
}

// titles is the noun after the number with which words begin.
func titles(words string) string {
	if strings.HasPrefix(words, "1 ") {
		return "title"
	}
	return "titles"
}
