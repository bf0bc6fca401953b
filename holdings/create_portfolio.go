package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// NewPortfolio is a portfolio to make by hand.
type NewPortfolio struct {
	CollectionID int64
	Title        map[string]string // by the names of title columns
	Coverage     []plan.Statement
}

// inputOf is the field of the API for each title column that a person gives.
var inputOf = map[string]string{
	"publication_title": "title", "title_id": "titleId", "print_identifier": "printIdentifier", "online_identifier": "onlineIdentifier",
	"title_url": "url", "publication_type": "publicationType", "publisher_name": "publisherName", "first_author": "firstAuthor",
	"notes": "notes",
}

// CreatePortfolio makes a portfolio of the library's own in a local collection, as an import makes them. What is given stands
// where a provider's values stand otherwise; it is changed by local values, or by an import that lists the title.
func (s *Service) CreatePortfolio(ctx context.Context, in NewPortfolio) (p *ent.Portfolio, err error) {
	t, problems := in.title()
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		const path = "input.collectionId"
		c, err := tx.Collection.Get(ctx, in.CollectionID)
		switch {
		case ent.IsNotFound(err):
			problems.Add(problem.NotFound, path, "there is no such collection: it may have been deleted")
		case err != nil:
			return fmt.Errorf("read collection %d: %w", in.CollectionID, err)
		case !isLocal(c):
			problems.Add(problem.BadInput, path, "%q is a collection of a provider, whose titles come from the provider's lists alone: "+
				"choose a local collection, or make one with createCollection", c.Name)
		default:
			if err := s.busy.Writing(ctx, tx, c.ID); err != nil {
				return onField(path, err)
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if err := checkTitleIsNew(ctx, tx, c, t); err != nil {
			return err
		}
		if p, err = s.insertOwn(ctx, tx, c.ID, t); err != nil {
			return err
		}
		return s.recordEdits(ctx, tx, p, plan.Add, []plan.FieldChange{{}})
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// checkTitleIsNew refuses a title that the collection has in the holdings.
func checkTitleIsNew(ctx context.Context, tx *store.Tx, c *ent.Collection, t *plan.Title) error {
	cited := plan.CitationOf(&t.Values)
	p := &ent.Portfolio{
		TitleID: cited.TitleID, PrintKey: kbart.IdentifierKey(cited.PrintIdentifier), OnlineKey: kbart.IdentifierKey(cited.OnlineIdentifier),
	}
	there, err := LoadTitlesThere(ctx, tx.Client, c.ID, []*ent.Portfolio{p})
	if err != nil || !there.Has(p, -1) {
		return err
	}
	return problem.New(problem.Conflict, "input.title", "%q has this title already, by its title_id and identifiers or by an ISSN or ISBN: "+
		"change that portfolio instead (updatePortfolio)", c.Name)
}

// title checks what is given and returns it as a title.
func (in *NewPortfolio) title() (*plan.Title, problem.List) {
	var problems problem.List
	t := &plan.Title{}
	for i, c := range plan.TitleColumns {
		value := in.Title[c.String()]
		if strings.TrimSpace(value) == "" && c != kbart.PublicationTitle {
			continue
		}
		checked, err := CheckStaffValue(c.String(), value)
		if err != nil {
			problems.Add(problem.BadInput, "input."+inputOf[c.String()], "%s", err)
		}
		t.Values[i] = checked
	}
	for i := range in.Coverage {
		if err := checkStatement(&in.Coverage[i]); err != nil {
			problems.Add(problem.BadInput, "input.coverage", "statement %d: %s", i+1, err)
		}
	}
	t.Coverage = in.Coverage
	plan.SortStatements(t.Coverage)
	t.CoverageHash = plan.HashCoverage(t.Coverage)
	return t, problems
}

// insertOwn writes a portfolio with its own entitlement.
func (s *Service) insertOwn(ctx context.Context, tx *store.Tx, collectionID int64, t *plan.Title) (*ent.Portfolio, error) {
	id, entitlementID := s.store.NextID(), s.store.NextID()
	statements := make([][]any, len(t.Coverage))
	for i := range t.Coverage {
		statements[i] = statementRow(s.store.NextID(), entitlementID, i, &t.Coverage[i])
	}
	for _, in := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"portfolios", portfolioRowColumns, [][]any{
			appendTitle([]any{id, tx.Now, tx.Now, collectionID, true, false}, &t.Values, "", plan.HashValues(&t.Values)),
		}},
		{"entitlements", []string{"id", "created_at", "updated_at", "portfolio_id", "active", "coverage_hash"}, [][]any{
			{entitlementID, tx.Now, tx.Now, id, true, int64(t.CoverageHash)},
		}},
		{"coverage_statements", statementRowColumns, statements},
	} {
		if err := store.Insert(ctx, tx, in.table, in.columns, in.rows); err != nil {
			return nil, fmt.Errorf("make a portfolio: %w", err)
		}
	}
	return tx.Portfolio.Get(ctx, id)
}
