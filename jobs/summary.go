package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/kbart"
)

// summarize says in one plain paragraph what a job did: first what was written, then what was not, and why. newHost is
// the host that all changed URLs have moved to; "" if there is no single one.
func summarize(mode string, e ending, parts []*ent.JobPart, newHost string) (string, error) {
	var written, waiting, shown plan.Counts
	for _, p := range parts {
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return "", err
		}
		switch p.State {
		case PartApplied, PartNoChange, PartApplying, PartStopped:
			written.Merge(counts)
		case PartHeld:
			waiting.Merge(counts.OnlyKinds(KindsOf(p)))
		case PartPreviewed, PartBlocked:
			shown.Merge(counts)
		}
	}
	inWords := func(c *plan.Counts, newHost string) string { return doneInWords(c, newHost, e.target) }
	var b strings.Builder
	if mode == Preview && e.state != Failed && e.state != Cancelled {
		addSentence(&b, "nothing was written")
		foreseen, err := previewInWords(parts, func(c *plan.Counts) string { return inWords(c, atHost("then", newHost)) })
		if err != nil {
			return "", err
		}
		for _, sentence := range foreseen {
			addSentence(&b, sentence)
		}
	} else {
		addSentence(&b, writtenInWords(e, inWords(&written, atHost("now", newHost))))
	}
	if e.state == NeedsReview && (waiting.Titles > 0 || waiting.Changed()) {
		addSentence(&b, "if a person approves: "+inWords(&waiting, atHost("then", newHost)))
	}
	together := written
	together.Merge(waiting)
	together.Merge(shown)
	if aside := asideInWords(&together); aside != "" {
		addSentence(&b, "besides: "+aside)
	}
	if e.besides != "" {
		addSentence(&b, e.besides)
	}
	several := severalProfiles(parts)
	for _, p := range parts {
		if p.Message != "" && p.WouldBe == "" && (e.state != Failed || e.applied || e.problem == nil ||
			!strings.Contains(e.problem.Message, p.Message)) {
			addSentence(&b, partName(p, several)+": "+p.Message)
		}
	}
	return b.String(), nil
}

// writtenInWords says what a job has written; done is what changed, in words.
func writtenInWords(e ending, done string) string {
	switch {
	case e.state == Failed && e.applied:
		return "the job failed after part of it was written: " + done
	case e.state == Failed && e.problem != nil:
		return "nothing was changed: " + e.problem.Message
	case e.state == Failed:
		return "nothing was changed"
	case e.state == Cancelled && e.applied:
		return "the job was cancelled after part of it was written: " + done
	case e.state == Cancelled:
		return "the job was cancelled before anything was written"
	case !e.applied:
		return "nothing was written"
	default:
		return done
	}
}

func severalProfiles(parts []*ent.JobPart) bool {
	return slices.ContainsFunc(parts, func(p *ent.JobPart) bool { return p.ProfileName != parts[0].ProfileName })
}

// partName tells a part from the other parts of its job.
func partName(p *ent.JobPart, severalProfiles bool) string {
	if severalProfiles {
		return p.ProfileName + ", " + p.CollectionName
	}
	return p.CollectionName
}

// addSentence adds a sentence.
func addSentence(b *strings.Builder, sentence string) {
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	first, size := utf8.DecodeRuneInString(sentence)
	b.WriteString(string(unicode.ToUpper(first)) + strings.TrimSuffix(sentence[size:], ".") + ".")
}

// atHost returns " (now at academic.oup.com)"; "" if there is no host to name.
func atHost(when, host string) string {
	if host == "" {
		return ""
	}
	return " (" + when + " at " + host + ")"
}

// doneInWords says what a job did, in the words of its kind.
func doneInWords(c *plan.Counts, newHost, target string) string {
	if w := wordingOf(c); w != nil {
		return w.done(c, target)
	}
	return inWords(c, newHost)
}

// inWords says what changed and what did not: "64 titles added, 2 removed, 228 changed: title_url in all of them (now
// at academic.oup.com), coverage in 70; 0 unchanged".
func inWords(c *plan.Counts, newHost string) string {
	if !c.Changed() {
		if c.Titles == 0 {
			return "nothing changed"
		}
		return fmt.Sprintf("nothing changed: %s as before", words.Count(c.Titles, "title is", "titles are"))
	}
	var said []string
	for _, part := range []struct {
		titles int
		what   string
	}{
		{c.Added, "added"},
		{c.Removed, "removed"},
		{c.Retained, "kept and accessible, since access to them is perpetual"},
		{c.Kept - c.Retained, "kept for a PO line but no longer accessible"},
		{c.Withdrawn, "withdrawn but held by another entitlement"},
		{c.Waiting, "waiting until it is clear which title they are"},
		{c.Updated, "changed" + fieldsInWords(c, newHost)},
	} {
		switch {
		case part.titles == 0:
		case said == nil:
			said = append(said, words.Count(part.titles, "title ", "titles ")+part.what)
		default:
			said = append(said, words.Figure(part.titles)+" "+part.what)
		}
	}
	text := strings.Join(said, ", ")
	switch {
	case c.Titles == 0: // there was no list: nothing is known about what was not touched
		return text
	case c.Updated > 0 && len(c.Fields) > 0:
		return text + "; " + words.Figure(c.Unchanged) + " unchanged"
	default:
		return text + ", " + words.Figure(c.Unchanged) + " unchanged"
	}
}

// fieldsNamed is how many changed fields are named.
const fieldsNamed = 5

func fieldsInWords(c *plan.Counts, newHost string) string {
	if len(c.Fields) == 0 {
		return ""
	}
	var said []string
	for i, f := range c.Fields {
		if i == fieldsNamed {
			said = append(said, words.Count(len(c.Fields)-i, "other field", "other fields"))
			break
		}
		text := f.Name
		switch {
		case c.Updated == 1:
		case f.Titles == c.Updated:
			text += " in all of them"
		default:
			text += " in " + words.Figure(f.Titles)
		}
		if f.Name == kbart.TitleURL.String() {
			text += newHost
		}
		said = append(said, text)
	}
	return ": " + strings.Join(said, ", ")
}

// asideInWords says what was set aside or left for a person.
func asideInWords(c *plan.Counts) string {
	var said []string
	left := aside{c.Left, "change not put back", "changes not put back"}
	var first []aside
	if w := wordingOf(c); w != nil {
		first, left = w.aside(c)
	}
	for _, part := range append(first, []aside{
		{c.Free, "free row set aside", "free rows set aside"},
		{c.Invalid, "row refused", "rows refused"},
		{c.Ambiguous, "title ambiguous", "titles ambiguous"},
		{c.WrongContent, "row of the other content type not used", "rows of the other content type not used"},
		{c.StillWaiting, "portfolio still waiting", "portfolios still waiting"},
		{c.Review, "portfolio left as it is because its row cannot be read", "portfolios left as they are because their rows cannot be read"},
		{c.Missing, "portfolio that the list does not have left as it is", "portfolios that the list does not have left as they are"},
		{c.Locked, "title with a change behind a local value", "titles with changes behind local values"},
		{c.NotInCommunityZone, "title not in the Community Zone", "titles not in the Community Zone"},
		left,
	}...) {
		if part.n > 0 {
			said = append(said, words.Count(part.n, part.one, part.many))
		}
	}
	return strings.Join(said, ", ")
}

// urlsCompared is the most changed URLs that are compared, because this happens inside the transaction that ends the
// job.
const urlsCompared = 50_000

// newHost returns the host of all the URLs that a job changed, or would change; "" if they have several, or are too
// many to compare.
func newHost(ctx context.Context, tx *store.Tx, jobID int64, c *plan.Counts) (string, error) {
	if n := titlesChanged(c, kbart.TitleURL); n == 0 || n > urlsCompared {
		return "", nil
	}
	return holdings.NewHost(ctx, tx, jobID)
}

func titlesChanged(c *plan.Counts, column kbart.Column) int {
	for _, f := range c.Fields {
		if f.Name == column.String() {
			return f.Titles
		}
	}
	return 0
}
