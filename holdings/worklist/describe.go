package worklist

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/keyset"
	"autoholdings/internal/store"
)

// The mutations by which items can be dealt with. For a job that failed, its kind says which.
var (
	steps = map[Type][]string{
		HeldList:           {"approveJob", "rejectJob"},
		Review:             {"decidePairings", "updatePortfolio", "removePortfolio"},
		AmbiguousTitle:     {"decidePairings", "updatePortfolio", "removePortfolio"},
		POLineNotListed:    {"updatePoLine", "updatePortfolio", "movePortfolioInformation", "deletePoLine"},
		ListedWithoutOrder: {"createPoLine", "updatePoLine"},
	}
	alertSteps = map[string][]string{
		profiles.StaleFile:    {"testProfileConnection", "runProfile"},
		profiles.NoListAnswer: {"testProfileConnection", "withdrawProfile"},
		profiles.OlderFiles:   {"runProfile"},

		profiles.CredentialsLocked: {"updateProfile"},
		profiles.CredentialsNeeded: {"updateProfile"},
	}
)

// things is what the items of a page are about.
type things struct {
	parts      map[int64]*ent.JobPart
	jobs       map[int64]*ent.Job
	portfolios map[int64]*ent.Portfolio
	poLines    map[int64]*ent.POLine
	candidates map[int64][]int64 // of ambiguous titles: the portfolios that they might be
}

// describe reads what items are about, and puts them into words: one statement for each kind of things.
func (s *Service) describe(ctx context.Context, items []*Item) error {
	ofType := map[Type][]int64{}
	for _, item := range items {
		ofType[item.Type] = append(ofType[item.Type], item.Subject)
	}
	found, err := s.things(ctx, ofType)
	if err != nil {
		return fmt.Errorf("read what the worklist's items are about: %w", err)
	}
	for _, item := range items {
		if item.Type != Alert {
			item.Steps = steps[item.Type]
			item.describe(found)
		}
	}
	return nil
}

func (s *Service) things(ctx context.Context, ofType map[Type][]int64) (t things, err error) {
	read := s.store.Read
	if t.parts, err = keyset.ByID(ctx, read.JobPart.Query(), ofType[HeldList], func(r *ent.JobPart) int64 { return r.ID }); err != nil {
		return t, err
	}
	jobs := slices.Clone(ofType[FailedRun])
	for _, part := range t.parts {
		jobs = append(jobs, part.JobID)
	}
	if t.jobs, err = keyset.ByID(ctx, read.Job.Query(), jobs, func(r *ent.Job) int64 { return r.ID }); err != nil {
		return t, err
	}
	if t.poLines, err = keyset.ByID(ctx, read.POLine.Query(), ofType[POLineNotListed], func(r *ent.POLine) int64 { return r.ID }); err != nil {
		return t, err
	}
	if t.candidates, err = s.candidates(ctx, ofType[AmbiguousTitle]); err != nil {
		return t, err
	}
	portfolios := slices.Concat(ofType[Review], ofType[AmbiguousTitle], ofType[ListedWithoutOrder])
	for _, line := range t.poLines {
		if line.PortfolioID != nil {
			portfolios = append(portfolios, *line.PortfolioID)
		}
	}
	for _, ids := range t.candidates {
		portfolios = append(portfolios, ids...)
	}
	t.portfolios, err = keyset.ByID(ctx, read.Portfolio.Query(), portfolios, func(r *ent.Portfolio) int64 { return r.ID })
	return t, err
}

// candidates reads which portfolios ambiguous titles might be, as the newest report on each says.
func (s *Service) candidates(ctx context.Context, portfolioIDs []int64) (map[int64][]int64, error) {
	if len(portfolioIDs) == 0 {
		return nil, nil
	}
	lines, err := s.store.Read.JobChange.Query().
		Where(jobchange.PortfolioIDIn(portfolioIDs...), jobchange.Action(string(plan.Ambiguous))).Order(jobchange.ByID()).All(ctx)
	candidates := map[int64][]int64{}
	for _, line := range lines {
		candidates[*line.PortfolioID] = holdings.ValuesOf(line).Candidates()
	}
	return candidates, err
}

// describe puts an item into words. What was deleted since the item was found leaves its words out.
func (i *Item) describe(t things) {
	switch i.Type {
	case HeldList:
		if i.Part = t.parts[i.Subject]; i.Part != nil {
			i.Job = t.jobs[i.Part.JobID]
			i.Title, i.Summary = i.Part.CollectionName, sentences(i.Part.Message, i.Part.Hint)
			if i.Part.ProfileName != "" {
				i.Title = i.Part.ProfileName + ": " + i.Title
			}
		}
	case FailedRun:
		if i.Job = t.jobs[i.Subject]; i.Job != nil {
			i.Title, i.Summary = kindWords(i.Job.Kind), i.Job.Summary
			if i.Summary == "" {
				i.Summary = sentences(i.Job.ErrorMessage, i.Job.ErrorHint)
			}
		}
	case POLineNotListed:
		i.describePOLine(t)
	default:
		if i.Portfolio = t.portfolios[i.Subject]; i.Portfolio != nil {
			i.Title, i.Summary = i.Portfolio.PublicationTitle, i.portfolioWords(t)
		}
	}
}

func (i *Item) describePOLine(t things) {
	if i.POLine = t.poLines[i.Subject]; i.POLine == nil || i.POLine.PortfolioID == nil {
		return
	}
	i.Summary = "No provider lists the title any more."
	if i.Since != 0 {
		i.Summary = fmt.Sprintf("No provider has listed the title since %s.", store.Time(i.Since).Format("2 January 2006"))
	}
	if i.Portfolio = t.portfolios[*i.POLine.PortfolioID]; i.Portfolio != nil {
		i.Title = fmt.Sprintf("PO line %s: %s", i.POLine.Number, i.Portfolio.PublicationTitle)
	}
}

func (i *Item) portfolioWords(t things) string {
	switch i.Type {
	case Review:
		return sentences(plan.ValuesOfReason(i.Portfolio.Review).NewWords(plan.Review, ""))
	case AmbiguousTitle:
		var titles []string
		for _, id := range t.candidates[i.Subject] {
			if p := t.portfolios[id]; p != nil {
				titles = append(titles, fmt.Sprintf("%q", p.PublicationTitle))
			}
		}
		return fmt.Sprintf("It was added, and might be one that was there already: %s.", strings.Join(titles, ", "))
	default:
		return "It is listed, and no PO line is attached to it."
	}
}

// kindWords is the name of a kind of jobs as people read it: "Change portfolios".
func kindWords(kind string) string {
	return sentence(strings.ToLower(strings.ReplaceAll(kind, "_", " ")))
}

// sentence is a text with a capital letter.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// sentences joins what is not empty, each with a capital letter and a full stop.
func sentences(texts ...string) string {
	var all []string
	for _, text := range texts {
		if text = sentence(text); text != "" {
			if !strings.ContainsAny(text[len(text)-1:], ".!?") {
				text += "."
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}
