package bulk

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"autoholdings/internal/opaque"
	"autoholdings/kbart"
)

// findAlma finds the portfolios of lines in the collections that they name, in a fixed number of statements. A line whose portfolio
// is not found is wrong.
func (f *finder) findAlma(ctx context.Context, lines []*fileLine) error {
	var keys, titles []string
	for _, l := range lines {
		if l.wrong != nil {
			continue
		}
		for _, identifier := range l.ref.identifiers {
			keys = append(keys, key(identifier))
		}
		if l.ref.title != "" {
			titles = append(titles, kbart.FoldTitle(l.ref.title))
		}
	}
	c, err := f.candidates(ctx, []lookup{{"print_key", anys(keys)}, {"online_key", anys(keys)}, {"title_key", anys(titles)}})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.wrong != nil {
			continue
		}
		if p, why := c.match(&l.ref); p != nil {
			l.portfolio, l.collection = p.id, p.collection
		} else {
			l.wrong = &UnusedLine{Line: l.number, Title: l.ref.words(), Value: l.ref.id, Why: why}
		}
	}
	return nil
}

// match returns the portfolio of a line of another system's file, or why there is none. Identifiers decide, print and online alike.
// Where several portfolios share one with the line, its address and its title may tell which; alone they never do.
func (c *candidates) match(r *reference) (*known, string) {
	var found, hidden, alike []*known
	for _, identifier := range r.identifiers {
		for _, k := range c.byKey[key(identifier)] {
			switch {
			case k.collection != r.in || slices.Contains(found, k) || slices.Contains(hidden, k):
			case k.removed:
				hidden = append(hidden, k)
			default:
				found = append(found, k)
			}
		}
	}
	if r.title != "" {
		for _, k := range c.byTitle[kbart.FoldTitle(r.title)] {
			if k.collection == r.in && !k.removed {
				alike = append(alike, k)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], ""
	case len(found) > 1:
		if k := r.told(found); k != nil {
			return k, ""
		}
		return nil, fmt.Sprintf("it may be one of %d portfolios: %s. Bring its values over by hand", len(found), candidatesInWords(found))
	case len(hidden) > 0:
		return nil, "its portfolio is out of the holdings: " + candidatesInWords(hidden) + ". Import the file again when the provider lists it"
	case len(alike) > 0:
		return nil, "no portfolio of the collection has its ISSN or ISBN. Of the same title: " + candidatesInWords(alike) +
			". Bring its values over by hand if it is that one"
	default:
		return nil, "no portfolio of the collection has its ISSN or ISBN: the provider does not list it, or under another number"
	}
}

// told returns the one of several portfolios that the address or the title of a line tells; nil where they tell none, or two.
func (r *reference) told(among []*known) *known {
	title := kbart.FoldTitle(r.title)
	var told []*known
	for _, tells := range []func(*known) bool{
		func(k *known) bool {
			return r.url != "" && (r.url == k.url || k.titleID != "" && slug(r.url) == k.titleID)
		},
		func(k *known) bool { return r.title != "" && k.titleKey == title },
	} {
		var by []*known
		for _, k := range among {
			if tells(k) {
				by = append(by, k)
			}
		}
		if len(by) == 1 && !slices.Contains(told, by[0]) {
			told = append(told, by[0])
		}
	}
	if len(told) == 1 {
		return told[0]
	}
	return nil
}

// slug is the last part of an address.
func slug(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" || u.Path == "/" {
		return ""
	}
	return path.Base(u.Path)
}

// mostCandidates is how many portfolios a message names.
const mostCandidates = 5

func candidatesInWords(all []*known) string {
	slices.SortFunc(all, func(a, b *known) int { return cmp.Compare(a.id, b.id) })
	var words []string
	for _, k := range all[:min(len(all), mostCandidates)] {
		words = append(words, fmt.Sprintf("%.80q (%s)", k.title, opaque.ID(portfolioType, k.id)))
	}
	if len(all) > mostCandidates {
		words = append(words, "…")
	}
	return strings.Join(words, ", ")
}
