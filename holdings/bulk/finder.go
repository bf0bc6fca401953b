package bulk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// reference is how a line names its portfolio.
type reference struct {
	id, collection, title, titleID string
	identifiers                    []string // as written

	url string // of a line of another system's file
	in  int64  // the collection of such a line; 0: it names none that is there
}

func referenceOf(cells map[string]string) reference {
	ref := reference{
		id: cells["portfolio_id"], collection: cells["collection"], title: unescaped(cells["title"]),
		titleID: unescaped(cells["title_id"]),
	}
	ref.collection = unescaped(ref.collection)
	for _, column := range []string{"print_identifier", "online_identifier", "identifier"} {
		if text := unescaped(cells[column]); text != "" {
			ref.identifiers = append(ref.identifiers, text)
		}
	}
	return ref
}

func unescaped(cell string) string {
	if text, err := cellText(cell); err == nil && text != nil {
		return *text
	}
	return cell
}

// words name what the line is about, for people.
func (r reference) words() string {
	for _, text := range append([]string{r.title, r.titleID}, r.identifiers...) {
		if text != "" {
			return text
		}
	}
	return r.id
}

// known is a portfolio that a line may mean.
type known struct {
	id, collection                                  int64
	titleID, titleKey, printKey, onlineKey, moreKey string
	title, url                                      string
	removed                                         bool
}

// key is an identifier in comparable form; one that is none is compared as it is written.
func key(identifier string) string {
	if k := kbart.IdentifierKey(identifier); k != "" {
		return k
	}
	return identifier
}

func (k *known) hasKey(key string) bool {
	return key == k.printKey || key == k.onlineKey || slices.Contains(strings.Fields(k.moreKey), key)
}

// agrees says whether a portfolio has all of the keys that a reference gives.
func (k *known) agrees(r *reference) bool {
	if r.titleID != "" && r.titleID != k.titleID {
		return false
	}
	return !slices.ContainsFunc(r.identifiers, func(identifier string) bool { return !k.hasKey(key(identifier)) })
}

// finder finds the portfolios of lines.
type finder struct {
	s           *Service
	collections map[string][]int64 // by name
	names       map[int64]string
}

func (s *Service) newFinder(ctx context.Context) (*finder, error) {
	f := &finder{s: s, collections: map[string][]int64{}, names: map[int64]string{}}
	all, err := s.store.Read.Collection.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections: %w", err)
	}
	for _, c := range all {
		f.collections[c.Name] = append(f.collections[c.Name], c.ID)
		f.names[c.ID] = c.Name
	}
	return f, nil
}

// find finds the portfolios of some lines, in a fixed number of statements. A line whose portfolio is not found is wrong.
func (f *finder) find(ctx context.Context, lines []*fileLine) error {
	var ids []int64
	var titleIDs, keys, titles []string
	for _, l := range lines {
		if typeName, id, err := opaque.Parse(l.ref.id); err == nil && typeName == portfolioType {
			ids = append(ids, id)
		}
		if l.ref.titleID != "" {
			titleIDs = append(titleIDs, l.ref.titleID)
		}
		for _, identifier := range l.ref.identifiers {
			keys = append(keys, key(identifier))
		}
		if l.ref.titleID == "" && l.ref.identifiers == nil && l.ref.title != "" {
			titles = append(titles, kbart.FoldTitle(l.ref.title))
		}
	}
	c, err := f.candidates(ctx, []lookup{
		{"id", anys(ids)}, {"title_id", anys(titleIDs)}, {"print_key", anys(keys)}, {"online_key", anys(keys)}, {"title_key", anys(titles)},
	})
	if err != nil {
		return err
	}
	for _, l := range lines {
		p, why := f.one(&l.ref, c)
		if p != nil {
			l.portfolio, l.collection = p.id, p.collection
		} else if l.wrong == nil {
			l.wrong = &UnusedLine{Line: l.number, Title: l.ref.words(), Value: l.ref.words(), Why: why}
		}
	}
	return nil
}

// portfolioType is the type of a portfolio's id.
const portfolioType = "Portfolio"

func anys[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// candidates are portfolios by what lines may name.
type candidates struct {
	byID                      map[int64]*known
	byTitleID, byKey, byTitle map[string][]*known
}

// lookup is a column of portfolios, and values of it to look for.
type lookup struct {
	column string
	values []any
}

// candidates reads the portfolios that have one of the values.
func (f *finder) candidates(ctx context.Context, by []lookup) (*candidates, error) {
	c := &candidates{byID: map[int64]*known{}, byTitleID: map[string][]*known{}, byKey: map[string][]*known{}, byTitle: map[string][]*known{}}
	for _, l := range by {
		for chunk := range slices.Chunk(l.values, store.IDsAtOnce) {
			if err := f.load(ctx, l.column, chunk, c); err != nil {
				return nil, err
			}
		}
	}
	c.index()
	return c, nil
}

func (f *finder) load(ctx context.Context, column string, values []any, c *candidates) error {
	rows, err := f.s.store.Query(ctx, `SELECT id, collection_id, title_id, title_key, print_key, online_key, more_keys,
		publication_title, title_url, removed_at IS NOT NULL
		FROM portfolios WHERE `+column+` IN (?`+strings.Repeat(", ?", len(values)-1)+`)`, values...)
	if err != nil {
		return fmt.Errorf("look up portfolios: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k known
		if err := rows.Scan(&k.id, &k.collection, &k.titleID, &k.titleKey, &k.printKey, &k.onlineKey, &k.moreKey,
			&k.title, &k.url, &k.removed); err != nil {
			return fmt.Errorf("look up portfolios: %w", err)
		}
		if c.byID[k.id] == nil {
			c.byID[k.id] = &k
		}
	}
	return rows.Err()
}

func (c *candidates) index() {
	for _, k := range c.byID {
		c.byTitle[k.titleKey] = append(c.byTitle[k.titleKey], k)
		if k.titleID != "" {
			c.byTitleID[k.titleID] = append(c.byTitleID[k.titleID], k)
		}
		for _, key := range []string{k.printKey, k.onlineKey} {
			if key != "" {
				c.byKey[key] = append(c.byKey[key], k)
			}
		}
	}
}

// of are the portfolios that have the first key that a reference gives.
func (c *candidates) of(r *reference) []*known {
	switch {
	case r.titleID != "":
		return c.byTitleID[r.titleID]
	case len(r.identifiers) > 0:
		return c.byKey[key(r.identifiers[0])]
	default:
		return c.byTitle[kbart.FoldTitle(r.title)]
	}
}

// one returns the portfolio that a line names, or why there is none. Ids of two installations may be alike, so an id counts only
// where all else that the line says agrees with it. Otherwise the portfolio is looked for by that.
func (f *finder) one(r *reference, c *candidates) (*known, string) {
	typeName, id, err := opaque.Parse(r.id)
	if r.id != "" && (err != nil || typeName != portfolioType) {
		return nil, fmt.Sprintf("%.80q is not the id of a portfolio: take it from Portfolio.id, or leave the cell empty and name the title", r.id)
	}
	in := f.collections[r.collection]
	if r.collection != "" && in == nil {
		return nil, fmt.Sprintf("there is no collection %q: correct the name", r.collection)
	}
	byKeys := r.titleID != "" || len(r.identifiers) > 0
	if p := c.byID[id]; r.id != "" && p != nil && (in == nil || slices.Contains(in, p.collection)) && p.agrees(r) &&
		(byKeys || r.title == "" || kbart.FoldTitle(r.title) == p.titleKey) {
		return p, ""
	}
	if !byKeys && (r.title == "" || in == nil) {
		if r.id != "" {
			return nil, "there is no portfolio with this id: it may have been deleted with its collection"
		}
		return nil, "it names no portfolio: give portfolio_id, title_id, an ISSN or ISBN, or collection and title"
	}
	var found, hidden []*known
	for _, k := range c.of(r) {
		switch {
		case in != nil && !slices.Contains(in, k.collection) || byKeys && !k.agrees(r):
		case slices.Contains(found, k) || slices.Contains(hidden, k):
		case k.removed:
			hidden = append(hidden, k)
		default:
			found = append(found, k)
		}
	}
	if found == nil {
		found = hidden
	}
	if len(found) > 1 && r.title != "" {
		alike := slices.DeleteFunc(slices.Clone(found), func(k *known) bool { return k.titleKey != kbart.FoldTitle(r.title) })
		if len(alike) == 1 {
			found = alike
		}
	}
	switch len(found) {
	case 0:
		return nil, "no portfolio has all of what the line names it by: correct that, or give portfolio_id"
	case 1:
		return found[0], ""
	default:
		return nil, fmt.Sprintf("%d portfolios have what the line names it by: name the collection too, or give portfolio_id", len(found))
	}
}
