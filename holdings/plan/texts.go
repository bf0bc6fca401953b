package plan

import (
	"cmp"
	"context"
	"slices"

	"autoholdings/kbart"
)

// TwinOrder is what twins are sorted by: volume, edition, title_id.
type TwinOrder []string

// inOrder sorts titles and portfolios that are alike by their texts.
func (p *Plan) inOrder(ctx context.Context, of TextReader, titles, portfolios []int32) error {
	ofTitles, err := p.List.twinTexts(ctx, titles)
	if err != nil {
		return err
	}
	ofPortfolios, err := of.Twins(portfolios)
	if err != nil {
		return err
	}
	sortTwins(titles, ofTitles)
	sortTwins(portfolios, ofPortfolios)
	return nil
}

func sortTwins(items []int32, texts map[int32]TwinOrder) {
	slices.SortFunc(items, func(a, b int32) int { return cmp.Or(slices.Compare(texts[a], texts[b]), cmp.Compare(a, b)) })
}

// twinTexts reads the texts of titles.
func (l *List) twinTexts(ctx context.Context, titles []int32) (map[int32]TwinOrder, error) {
	texts := map[int32]TwinOrder{}
	err := l.eachOf(ctx, titles, func(t *Title) {
		texts[t.Index] = TwinOrder{t.Get(kbart.MonographVolume), t.Get(kbart.MonographEdition), t.Get(kbart.TitleID)}
	})
	return texts, err
}

// eachOf calls fn with the given titles.
func (l *List) eachOf(ctx context.Context, titles []int32, fn func(*Title)) error {
	if len(titles) == 0 {
		return nil
	}
	wanted := map[int32]bool{}
	for _, i := range titles {
		wanted[i] = true
	}
	return l.EachTitle(ctx, func(i int32) bool { return wanted[i] }, IgnoreFindings, func(t *Title) error {
		fn(t)
		return nil
	})
}

// ReportTwins reports the titles that were paired in order, without proof.
func (p *Plan) ReportTwins(ctx context.Context, report func(kbart.Finding)) error {
	if len(p.twins)+len(p.revived) == 0 {
		return nil
	}
	findings := map[int32]kbart.Finding{}
	for _, i := range p.twins {
		findings[i] = kbart.Finding{
			Severity: kbart.Warning, Code: "twins",
			Message: "several titles of this name and these identifiers are paired with as many portfolios by volume, edition and title_id",
			Hint:    "look whether each portfolio is the one that it should be",
		}
	}
	for _, i := range p.revived {
		findings[i] = kbart.Finding{
			Severity: kbart.Info, Code: "one-of-several-revived",
			Message: "several portfolios that left might be this title; the one that left last came back",
			Hint:    "look whether it is the right one",
		}
	}
	return p.List.EachTitle(ctx, func(i int32) bool { _, wanted := findings[i]; return wanted }, IgnoreFindings, func(t *Title) error {
		f := findings[t.Index]
		f.Line, f.Title = t.Line, t.Values[0]
		report(f)
		return nil
	})
}

// listTexts reads the texts of a list's titles that act as portfolios.
type listTexts struct {
	ctx  context.Context //nolint:containedctx // lives for one plan
	list *List
}

func (t *listTexts) Twins(portfolios []int32) (map[int32]TwinOrder, error) {
	return t.list.twinTexts(t.ctx, portfolios)
}

func (t *listTexts) URLs(portfolios []int32) (map[int32]uint64, error) {
	urls := map[int32]uint64{}
	err := t.list.eachOf(t.ctx, portfolios, func(title *Title) { urls[title.Index] = URLHash(title.Get(kbart.TitleURL)) })
	return urls, err
}
