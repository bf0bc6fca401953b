package holdings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// twinText is what puts twins into order: volume, edition, title_id.
type twinText []string

func sortTwins(items []int32, texts map[int32]twinText) {
	slices.SortFunc(items, func(a, b int32) int { return cmp.Or(slices.Compare(texts[a], texts[b]), cmp.Compare(a, b)) })
}

// twinTexts reads those of a list's titles.
func twinTexts(ctx context.Context, l *list, titles []int32) (map[int32]twinText, error) {
	texts := map[int32]twinText{}
	wanted := map[int32]bool{}
	for _, i := range titles {
		wanted[i] = true
	}
	err := l.eachTitle(ctx, func(i int32) bool { return wanted[i] }, ignore, func(t *Title) error {
		texts[t.index] = twinText{t.Get(kbart.MonographVolume), t.Get(kbart.MonographEdition), t.Get(kbart.TitleID)}
		return nil
	})
	return texts, err
}

// reportTwins tells of titles that were paired in an order that nothing proves.
func (p *Plan) reportTwins(ctx context.Context, report func(kbart.Finding)) error {
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
	return p.list.eachTitle(ctx, func(i int32) bool { _, wanted := findings[i]; return wanted }, ignore, func(t *Title) error {
		f := findings[t.index]
		f.Line, f.Title = t.Line, t.Values[0]
		report(f)
		return nil
	})
}

// dbTexts are the texts of portfolios in the database.
type dbTexts struct {
	ctx        context.Context
	store      *store.Store
	portfolios *chunked[held]
}

func (d *dbTexts) twins(l *list, titles, portfolios []int32) error {
	ofTitles, err := twinTexts(d.ctx, l, titles)
	if err != nil {
		return err
	}
	ids := make([]int64, len(portfolios))
	byID := map[int64]int32{}
	for n, i := range portfolios {
		ids[n] = d.portfolios.at(i).id
		byID[ids[n]] = i
	}
	ofPortfolios := map[int32]twinText{}
	err = d.eachOf(ids, "monograph_volume, monograph_edition, title_id", func(id int64, text []string) {
		ofPortfolios[byID[id]] = twinText(text)
	})
	sortTwins(titles, ofTitles)
	sortTwins(portfolios, ofPortfolios)
	return err
}

func (d *dbTexts) urls(wanted []int32) (map[int32]uint64, error) {
	ids := make([]int64, len(wanted))
	byID := make(map[int64]int32, len(wanted))
	for n, i := range wanted {
		ids[n] = d.portfolios.at(i).id
		byID[ids[n]] = i
	}
	urls := make(map[int32]uint64, len(wanted))
	err := d.eachOf(ids, "title_url", func(id int64, text []string) { urls[byID[id]] = urlHash(text[0]) })
	return urls, err
}

// eachOf calls fn with columns of portfolios.
func (d *dbTexts) eachOf(ids []int64, columns string, fn func(id int64, text []string)) error {
	for batch := range slices.Chunk(ids, 2000) {
		placeholders, args := inList(batch)
		rows, err := d.store.Query(d.ctx, "SELECT id, "+columns+" FROM portfolios WHERE id IN "+placeholders, args...)
		if err != nil {
			return fmt.Errorf("read the portfolios: %w", err)
		}
		for rows.Next() {
			var id int64
			text := make([]string, 1+strings.Count(columns, ","))
			targets := []any{&id}
			for i := range text {
				targets = append(targets, &text[i])
			}
			if err := rows.Scan(targets...); err != nil {
				return errors.Join(fmt.Errorf("read the portfolios: %w", err), rows.Close())
			}
			fn(id, text)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return fmt.Errorf("read the portfolios: %w", err)
		}
	}
	return nil
}

// listTexts are the texts of a list's titles that play the part of portfolios.
type listTexts struct {
	ctx  context.Context //nolint:containedctx // of one plan
	list *list
}

func (t *listTexts) twins(l *list, titles, portfolios []int32) error {
	ofTitles, err := twinTexts(t.ctx, l, titles)
	if err != nil {
		return err
	}
	ofPortfolios, err := twinTexts(t.ctx, t.list, portfolios)
	sortTwins(titles, ofTitles)
	sortTwins(portfolios, ofPortfolios)
	return err
}

func (t *listTexts) urls(wanted []int32) (map[int32]uint64, error) {
	urls, want := map[int32]uint64{}, map[int32]bool{}
	if len(wanted) == 0 {
		return urls, nil
	}
	for _, i := range wanted {
		want[i] = true
	}
	err := t.list.eachTitle(t.ctx, func(i int32) bool { return want[i] }, ignore, func(title *Title) error {
		urls[title.index] = urlHash(title.Get(kbart.TitleURL))
		return nil
	})
	return urls, err
}
