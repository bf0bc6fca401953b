package holdings

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
)

// TitlesThere are the keys of the portfolios that a collection has in the holdings, with the moment at which the newest
// portfolio of each key was made (Unix milliseconds). People make, bring back and move a title only where the collection does not
// have it already: of two records of one title an import could not tell which is meant.
type TitlesThere map[string]int64

// LoadTitlesThere reads the keys that some portfolios, wherever they are, have in common with those of a collection.
func LoadTitlesThere(ctx context.Context, client *ent.Client, collectionID int64, rows []*ent.Portfolio) (TitlesThere, error) {
	var titleIDs, keys []string
	for _, p := range rows {
		titleIDs = append(titleIDs, p.TitleID)
		keys = append(keys, p.PrintKey, p.OnlineKey)
	}
	found, err := client.Portfolio.Query().Where(portfolio.CollectionID(collectionID), portfolio.RemovedAtIsNil(), portfolio.Or(
		portfolio.And(portfolio.TitleIDNEQ(""), portfolio.TitleIDIn(titleIDs...)),
		portfolio.And(portfolio.PrintKeyNEQ(""), portfolio.PrintKeyIn(keys...)),
		portfolio.And(portfolio.OnlineKeyNEQ(""), portfolio.OnlineKeyIn(keys...)))).
		Select(portfolio.FieldTitleID, portfolio.FieldPrintKey, portfolio.FieldOnlineKey, portfolio.FieldCreatedAt).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for the titles in the collection: %w", err)
	}
	there := TitlesThere{}
	for _, p := range found {
		there.Add(p)
	}
	return there, nil
}

// Add adds the keys of a portfolio that comes to the collection.
func (t TitlesThere) Add(p *ent.Portfolio) {
	for _, key := range titleKeys(p) {
		t[key] = max(t[key], p.CreatedAt)
	}
}

// Has reports whether the title of a portfolio is there, on a portfolio that was made at a moment or after it; -1: whenever it was made.
func (t TitlesThere) Has(p *ent.Portfolio, since int64) bool {
	for _, key := range titleKeys(p) {
		if made, there := t[key]; there && made >= since {
			return true
		}
	}
	return false
}

// titleKeys are the keys by which two portfolios are of one title: the title_id with its identifiers, and each ISSN or ISBN.
func titleKeys(p *ent.Portfolio) (keys []string) {
	if p.TitleID != "" {
		keys = append(keys, "title_id "+p.TitleID+" "+p.PrintKey+" "+p.OnlineKey)
	}
	for _, key := range []string{p.PrintKey, p.OnlineKey} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
