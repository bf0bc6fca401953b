package acquisitions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/internal/opaque"
	"autoholdings/kbart"
)

// portfolioRef is how a line of a file names a portfolio: by id, or by collection, title_id and identifiers. If an id
// is given, the rest must match it.
type portfolioRef struct {
	id          string // opaque id or bare number
	collection  string // name, Community Zone number, or opaque id
	titleID     string
	identifiers []string // ISSN or ISBN
}

func (r portfolioRef) empty() bool {
	return r.id == "" && r.collection == "" && r.titleID == "" && len(r.identifiers) == 0
}

// portfolioFinder finds the portfolios named in a batch of lines. It reads everything for the whole batch at once.
type portfolioFinder struct {
	collections map[int64]*ent.Collection
	named       map[string][]int64 // collections by folded name and by Community Zone number
	byID        map[int64]*ent.Portfolio
	byTitleID   map[string][]*ent.Portfolio
	byKey       map[string][]*ent.Portfolio // by print and online key
}

// findPortfolios reads the portfolios that the references may mean, and those with the given ids.
func findPortfolios(ctx context.Context, client *ent.Client, refs []portfolioRef, ids []int64) (*portfolioFinder, error) {
	f := &portfolioFinder{
		map[int64]*ent.Collection{},
		map[string][]int64{},
		map[int64]*ent.Portfolio{},
		map[string][]*ent.Portfolio{},
		map[string][]*ent.Portfolio{},
	}
	if err := f.readCollections(ctx, client); err != nil {
		return nil, err
	}
	var titleIDs, keys []string
	for _, ref := range refs {
		if id, err := ref.number(); err == nil && ref.id != "" {
			ids = append(ids, id)
			continue
		}
		for _, identifier := range ref.identifiers {
			keys = append(keys, kbart.IdentifierKey(identifier))
		}
		if ref.titleID != "" && len(ref.identifiers) == 0 { // identifiers are more specific: many titles may share a title_id
			titleIDs = append(titleIDs, ref.titleID)
		}
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == "" })
	for _, read := range []struct {
		any  int
		what predicate.Portfolio
	}{
		{len(ids), portfolio.IDIn(ids...)},
		{len(titleIDs), portfolio.TitleIDIn(titleIDs...)},
		{len(keys), portfolio.PrintKeyIn(keys...)},
		{len(keys), portfolio.OnlineKeyIn(keys...)},
	} {
		if read.any == 0 {
			continue
		}
		rows, err := client.Portfolio.Query().Where(read.what).Select(portfolio.FieldID, portfolio.FieldCollectionID,
			portfolio.FieldPublicationTitle,
			portfolio.FieldTitleID, portfolio.FieldPrintKey, portfolio.FieldOnlineKey, portfolio.FieldRemovedAt).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("look up portfolios: %w", err)
		}
		f.keep(rows)
	}
	return f, nil
}

func (f *portfolioFinder) readCollections(ctx context.Context, client *ent.Client) error {
	rows, err := client.Collection.Query().WithCommunityZoneCollection().All(ctx) // there are only tens of them
	if err != nil {
		return fmt.Errorf("read the collections: %w", err)
	}
	for _, row := range rows {
		f.collections[row.ID] = row
		f.named[row.NameKey] = append(f.named[row.NameKey], row.ID)
		if zone := row.Edges.CommunityZoneCollection; zone != nil {
			f.named[zone.CzID] = append(f.named[zone.CzID], row.ID)
		}
	}
	return nil
}

func (f *portfolioFinder) keep(rows []*ent.Portfolio) {
	for _, row := range rows {
		if f.byID[row.ID] != nil {
			continue
		}
		f.byID[row.ID] = row
		f.byTitleID[row.TitleID] = append(f.byTitleID[row.TitleID], row)
		f.byKey[row.PrintKey] = append(f.byKey[row.PrintKey], row)
		if row.OnlineKey != row.PrintKey {
			f.byKey[row.OnlineKey] = append(f.byKey[row.OnlineKey], row)
		}
	}
}

// title names a portfolio or collection in a message.
func (f *portfolioFinder) title(h Holder) string {
	if c := f.collections[h.Collection]; c != nil {
		return "the collection " + strconv.Quote(c.Name)
	}
	if p := f.byID[h.Portfolio]; p != nil {
		return strconv.Quote(p.PublicationTitle)
	}
	return "portfolio " + opaque.ID(portfolioType, h.Portfolio)
}

// word is what a PO line is attached to.
func (h Holder) word() string {
	if h.Collection != 0 {
		return "collection"
	}
	return "portfolio"
}

const (
	portfolioType  = "Portfolio"
	collectionType = "Collection"
)

func (r portfolioRef) number() (int64, error) { return numberOf(portfolioType, r.id) }

// numberOf reads an id as the API shows it, or its bare number.
func numberOf(typeName, text string) (int64, error) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
		return id, nil
	}
	found, id, err := opaque.Parse(text)
	if err != nil {
		return 0, err
	}
	if found != typeName {
		return 0, fmt.Errorf("%.80q is the id of a %s, not of a %s", text, found, typeName)
	}
	return id, nil
}

// holder returns what a line attaches its PO line to: the portfolio that ref means, or the collection that is ordered as a
// whole; nothing if the line names neither. Else it says what is wrong and what to do.
func (f *portfolioFinder) holder(ref portfolioRef, orderedCollection string) (h Holder, wrong string) {
	switch {
	case orderedCollection != "" && !ref.empty():
		return h, "it names a portfolio and an ordered_collection, and a PO line orders one or the other: empty the cells of one of them"
	case orderedCollection != "":
		h.Collection, wrong = f.collection(portfolioRef{collection: orderedCollection})
		return h, wrong
	case ref.empty():
		return h, ""
	}
	p, wrong := f.find(ref)
	if wrong != "" {
		return h, wrong
	}
	return Holder{Portfolio: p.ID}, ""
}

// find returns the portfolio that is meant, or says why there is none and what to do.
func (f *portfolioFinder) find(ref portfolioRef) (p *ent.Portfolio, wrong string) {
	in, wrong := f.collection(ref)
	if wrong != "" {
		return nil, wrong
	}
	for _, identifier := range ref.identifiers {
		if kbart.IdentifierKey(identifier) == "" {
			return nil, fmt.Sprintf("%.40q is neither an ISSN nor an ISBN: correct it, or leave the cell empty", identifier)
		}
	}
	var candidates []*ent.Portfolio
	switch {
	case ref.id != "":
		id, err := ref.number()
		if err != nil {
			return nil, err.Error() + ": take the portfolio's id from the API"
		}
		if candidates = f.candidates(ref, in, f.byID[id]); len(candidates) == 0 && f.byID[id] != nil {
			return nil,
				fmt.Sprintf("the portfolio %.80s is %q, which does not have the collection, title_id or identifier given: "+
					"correct these, or leave them empty", ref.id, f.byID[id].PublicationTitle)
		}
	case ref.titleID == "" && len(ref.identifiers) == 0:
		return nil, "the collection alone names no portfolio: give the title_id or an identifier too, or the portfolio_id; or name it as the " +
			"ordered_collection, if all of it is ordered"
	case in == 0:
		return nil, "it does not say in which collection the portfolio is: give the collection too, or the portfolio_id"
	case len(ref.identifiers) == 0:
		candidates = f.candidates(ref, in, f.byTitleID[ref.titleID]...)
	default:
		for _, identifier := range ref.identifiers {
			candidates = append(candidates, f.candidates(ref, in, f.byKey[kbart.IdentifierKey(identifier)]...)...)
		}
	}
	return f.unique(ref, candidates)
}

// candidates returns the portfolios that match everything in the reference.
func (f *portfolioFinder) candidates(ref portfolioRef, in int64, among ...*ent.Portfolio) (fit []*ent.Portfolio) {
	for _, p := range among {
		if p == nil || in != 0 && p.CollectionID != in || ref.titleID != "" && p.TitleID != ref.titleID {
			continue
		}
		shares := func(identifier string) bool {
			key := kbart.IdentifierKey(identifier)
			return key == p.PrintKey || key == p.OnlineKey
		}
		if len(ref.identifiers) == 0 || slices.ContainsFunc(ref.identifiers, shares) {
			fit = append(fit, p)
		}
	}
	return fit
}

// unique returns the only candidate that is in the holdings.
func (f *portfolioFinder) unique(ref portfolioRef, candidates []*ent.Portfolio) (p *ent.Portfolio, wrong string) {
	slices.SortFunc(candidates, func(a, b *ent.Portfolio) int { return cmp.Compare(a.ID, b.ID) })
	candidates = slices.Compact(candidates)
	there := slices.DeleteFunc(slices.Clone(candidates), func(p *ent.Portfolio) bool { return p.RemovedAt != nil })
	switch {
	case len(there) == 1:
		return there[0], ""
	case len(there) > 1:
		ids := make([]string, 0, len(there))
		for _, p := range there[:min(len(there), 5)] {
			ids = append(ids, fmt.Sprintf("%s (%.60q)", opaque.ID(portfolioType, p.ID), p.PublicationTitle))
		}
		return nil, fmt.Sprintf("it may be one of %d portfolios: %s. Give the portfolio_id of the right one", len(there), strings.Join(ids, ", "))
	case len(candidates) > 0:
		return nil, fmt.Sprintf(outOfHoldings, candidates[0].PublicationTitle)
	case ref.id != "":
		return nil, fmt.Sprintf("there is no portfolio %.80s: take the portfolio's id from the API", ref.id)
	}
	return nil,
		"the collection has no such portfolio: correct the title_id or the identifier, or import the PO line without them and attach it later"
}

// collection returns the collection that the reference names; 0 if it names none.
func (f *portfolioFinder) collection(ref portfolioRef) (id int64, wrong string) {
	if ref.collection == "" {
		return 0, ""
	}
	found := f.named[ref.collection]
	if len(found) == 0 {
		found = f.named[kbart.FoldTitle(ref.collection)]
	}
	if len(found) == 0 {
		if id, err := numberOf(collectionType, ref.collection); err == nil && f.collections[id] != nil {
			found = []int64{id}
		}
	}
	switch len(found) {
	case 1:
		return found[0], ""
	case 0:
		return 0, fmt.Sprintf("there is no collection %.80q: give its name, or its number in the Community Zone", ref.collection)
	}
	return 0, fmt.Sprintf("%d collections are called %.80q: give the Community Zone's number, the collection's id, or the portfolio_id",
		len(found), ref.collection)
}
