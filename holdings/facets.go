package holdings

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"autoholdings/ent/portfolio"
)

// Facet is what portfolios can be counted by. Each has a field of the filter of its own.
type Facet string

// The facets.
const (
	ByCollection      Facet = "collections"
	ByPublicationType Facet = "publicationTypes"
	ByGroup           Facet = "inventoryGroups"
	ByProfile         Facet = "profiles"
	ByLicense         Facet = "licenses"
	ByAvailable       Facet = "available"
	ByListed          Facet = "listedByProvider"
	ByPOLine          Facet = "hasPoLine"
	ByReview          Facet = "needsReview"
	ByWaiting         Facet = "waiting"
	ByRetained        Facet = "retained"
	ByLocal           Facet = "hasLocalValues"
)

// FacetCount is how many portfolios have one value of a facet.
type FacetCount struct {
	ID   *int64 // of the collection, group, profile or license; 1 for yes, 0 for no; nil: no license
	Text string // the publication type
	N    int
}

// facetRule says how a facet is counted.
type facetRule struct {
	facet Facet
	take  func(from, to *PortfolioFilter) bool // moves the facet's field of the filter; false: it is not set
	field func(*PortfolioFilter) **bool        // of a facet that is true or not, instead of all others

	// The columns of the value, what they are read from beside the matching portfolios b, and what is counted once.
	id, text, join string
}

var facetRules = []facetRule{
	{facet: ByCollection, id: "b.collection_id", take: func(from, to *PortfolioFilter) bool {
		to.CollectionID, from.CollectionID = from.CollectionID, 0
		return to.CollectionID != 0
	}},
	{facet: ByPublicationType, text: "b.publication_type", take: func(from, to *PortfolioFilter) bool {
		to.PublicationType, from.PublicationType = from.PublicationType, ""
		return to.PublicationType != ""
	}},
	{
		facet: ByGroup, id: "g.id",
		join: ` JOIN portfolios p ON p.id = b.id JOIN collections k ON k.id = p.collection_id
			JOIN inventory_groups g ON ` + reachesGroupSQL("g.id"),
		take: func(from, to *PortfolioFilter) bool {
			to.GroupID, from.GroupID = from.GroupID, 0
			return to.GroupID != 0
		},
	},
	{
		facet: ByProfile, id: "e.profile_id", join: ` JOIN entitlements e ON e.portfolio_id = b.id AND e.active AND e.profile_id IS NOT NULL`,
		take: func(from, to *PortfolioFilter) bool {
			to.ProfileID, from.ProfileID = from.ProfileID, 0
			return to.ProfileID != 0
		},
	},
	{
		facet: ByLicense, id: "l.license_id",
		join: ` LEFT JOIN (SELECT id AS portfolio_id, license_id FROM portfolios WHERE license_id IS NOT NULL
			UNION SELECT portfolio_id, license_id FROM additional_licenses) l ON l.portfolio_id = b.id`,
		take: func(from, to *PortfolioFilter) bool {
			to.LicenseID, from.LicenseID = from.LicenseID, 0
			return to.LicenseID != 0
		},
	},
	{facet: ByAvailable, field: func(f *PortfolioFilter) **bool { return &f.Available }},
	{facet: ByListed, field: func(f *PortfolioFilter) **bool { return &f.Listed }},
	{facet: ByPOLine, field: func(f *PortfolioFilter) **bool { return &f.HasPOLine }},
	{facet: ByReview, field: func(f *PortfolioFilter) **bool { return &f.NeedsReview }},
	{facet: ByWaiting, field: func(f *PortfolioFilter) **bool { return &f.Waiting }},
	{facet: ByRetained, field: func(f *PortfolioFilter) **bool { return &f.Retained }},
	{facet: ByLocal, field: func(f *PortfolioFilter) **bool { return &f.HasLocal }},
}

// PortfolioFacets counts what Portfolios lists by each facet that is asked for, in one statement. Each is counted with the rest of
// the filter, its own field left out.
func (s *Service) PortfolioFacets(ctx context.Context, f PortfolioFilter, asked map[Facet]bool) (map[Facet][]FacetCount, error) {
	found := map[Facet][]FacetCount{}
	if _, err := s.findGroup(ctx, f.GroupID); err != nil || len(asked) == 0 {
		return found, err
	}
	query, args := facetsSQL(f, asked)
	rows, err := s.store.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("count the facets of portfolios: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var facet Facet
		var id sql.NullInt64
		var c FacetCount
		if err := rows.Scan(&facet, &id, &c.Text, &c.N); err != nil {
			return nil, fmt.Errorf("count the facets of portfolios: %w", err)
		}
		if id.Valid {
			c.ID = &id.Int64
		}
		found[facet] = append(found[facet], c)
	}
	return found, rows.Err()
}

// facetsSQL reads the portfolios once that fit what no facet leaves out, with a column for each field that one does, and counts them
// for each facet.
func facetsSQL(f PortfolioFilter, asked map[Facet]bool) (query string, args []any) {
	columns := []string{"portfolios.id AS id", "portfolios.collection_id AS collection_id", "portfolios.publication_type AS publication_type"}
	fits := map[Facet]string{}
	removed := f.Removed
	condition := func(of PortfolioFilter) string {
		of.Removed = removed
		text, more := of.conditionSQL()
		args = append(args, more...)
		return text
	}
	for _, rule := range facetRules {
		if !asked[rule.facet] {
			continue
		}
		var own PortfolioFilter
		if rule.taken(&f, &own) {
			fits[rule.facet] = "b.fits_" + string(rule.facet)
			columns = append(columns, condition(own)+" AS fits_"+string(rule.facet))
		}
		if rule.field != nil {
			yes, is := true, PortfolioFilter{}
			*rule.field(&is) = &yes
			columns = append(columns, condition(is)+" AS is_"+string(rule.facet))
		}
	}
	var counts []string
	for _, rule := range facetRules {
		if asked[rule.facet] {
			counts = append(counts, rule.countSQL(fits))
		}
	}
	return `WITH b AS MATERIALIZED (SELECT ` + strings.Join(columns, `, `) + ` FROM portfolios WHERE ` + condition(f) + `) ` +
		strings.Join(counts, ` UNION ALL `), args
}

// taken moves the facet's field from one filter to another; false: it is not set.
func (r facetRule) taken(from, to *PortfolioFilter) bool {
	if r.field == nil {
		return r.take(from, to)
	}
	given := r.field(from)
	*r.field(to), *given = *given, nil
	return *r.field(to) != nil
}

// countSQL counts the portfolios that fit the other facets' fields.
func (r facetRule) countSQL(fits map[Facet]string) string {
	id, text := r.id, `''`
	switch {
	case r.field != nil:
		id = `CASE WHEN b.is_` + string(r.facet) + ` THEN 1 ELSE 0 END`
	case r.text != "":
		id, text = `NULL`, r.text
	}
	where := `TRUE`
	for _, other := range facetRules {
		if fits[other.facet] != "" && other.facet != r.facet {
			where += ` AND ` + fits[other.facet]
		}
	}
	return fmt.Sprintf(`SELECT '%s', CAST(%s AS BIGINT), %s, COUNT(*) FROM b%s WHERE %s GROUP BY 2, 3`, r.facet, id, text, r.join, where)
}

// conditionSQL is the filter as a condition on the table portfolios, with ? for its values.
func (f PortfolioFilter) conditionSQL() (string, []any) {
	s := entsql.Dialect(dialect.SQLite).Select().From(entsql.Table(portfolio.Table))
	for _, condition := range f.Where() {
		condition(s)
	}
	text, args := s.P().Query()
	return "(" + strings.ReplaceAll(text, "`", `"`) + ")", args // in double quotes both databases read names
}
