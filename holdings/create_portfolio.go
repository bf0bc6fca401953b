package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
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
	Wrong        error // a problem found while reading the input: it is refused for this alone
}

// inputOf is the field of the API for each title column that a person gives.
var inputOf = map[string]string{
	"publication_title": "title", "title_id": "titleId", "print_identifier": "printIdentifier", "online_identifier": "onlineIdentifier",
	"title_url": "url", "publication_type": "publicationType", "publisher_name": "publisherName", "first_author": "firstAuthor",
	"notes": "notes",
}

// CreatePortfolio makes a portfolio of the library's own in a local collection, as an import makes them. What is given stands
// where a provider's values stand otherwise; it is changed by local values, or by an import that lists the title.
func (s *Service) CreatePortfolio(ctx context.Context, in NewPortfolio) (*ent.Portfolio, error) {
	out, err := s.CreatePortfolios(ctx, []NewPortfolio{in}, true)
	if err != nil {
		return nil, err
	}
	return out[0].Row, out[0].Err
}

// CreatePortfolios makes portfolios as CreatePortfolio does, in one transaction and a fixed number of statements, and a few more for
// each collection. Each has its own outcome; where atomic is set, none is made unless all can be.
func (s *Service) CreatePortfolios(ctx context.Context, all []NewPortfolio, atomic bool) ([]Outcome[ent.Portfolio], error) {
	n := &newPortfolios{s: s, all: all, titles: make([]*plan.Title, len(all)), ids: make([]int64, len(all))}
	out, done, err := Together(ctx, s.store, len(all), atomic, n.plan, n.write)
	for i := range out {
		if out[i].Row = nil; done {
			out[i].Row = n.made[n.ids[i]] // nil: it was refused
		}
	}
	return out, err
}

// newPortfolios are portfolios while they are made.
type newPortfolios struct {
	s      *Service
	all    []NewPortfolio
	titles []*plan.Title
	ids    []int64 // of those that are made
	made   map[int64]*ent.Portfolio
}

func (n *newPortfolios) plan(ctx context.Context, tx *store.Tx) ([]Outcome[ent.Portfolio], error) {
	out, cited, byCollection := make([]Outcome[ent.Portfolio], len(n.all)), make([]*ent.Portfolio, len(n.all)), map[int64][]*ent.Portfolio{}
	refused := make([]problem.List, len(n.all))
	for i := range n.all {
		in := &n.all[i]
		n.titles[i], refused[i] = in.title()
		c := plan.CitationOf(&n.titles[i].Values)
		cited[i] = &ent.Portfolio{
			TitleID: c.TitleID, PrintKey: kbart.IdentifierKey(c.PrintIdentifier), OnlineKey: kbart.IdentifierKey(c.OnlineIdentifier),
		}
		if of := byCollection[in.CollectionID]; in.Wrong == nil {
			if byCollection[in.CollectionID] = of; len(refused[i]) == 0 { // what is refused might be no text that can be looked for
				byCollection[in.CollectionID] = append(of, cited[i])
			}
		}
	}
	targets := map[int64]*ownCollection{}
	for id, rows := range byCollection {
		var err error
		if targets[id], err = n.s.targetOfNew(ctx, tx, id, rows); err != nil {
			return nil, err
		}
	}
	for i := range n.all {
		in := &n.all[i]
		if in.Wrong != nil {
			out[i].Err = in.Wrong
			continue
		}
		target := targets[in.CollectionID]
		refused[i] = append(refused[i], target.refused...)
		if len(refused[i]) == 0 && target.there.Has(cited[i], -1) {
			refused[i].Add(problem.Conflict, "input.title", "%q has this title already, by its title_id and identifiers or by an ISSN or ISBN: "+
				"change that portfolio instead (updatePortfolio)", target.name)
		}
		if out[i].Err = refused[i].Err(); out[i].Err == nil {
			target.there.Add(cited[i])
			n.ids[i] = n.s.store.NextID()
		}
	}
	return out, nil
}

// ownCollection is a collection in which portfolios are made.
type ownCollection struct {
	name    string
	refused problem.List // why none can be made there
	there   TitlesThere
}

func (s *Service) targetOfNew(ctx context.Context, tx *store.Tx, collectionID int64, cited []*ent.Portfolio) (*ownCollection, error) {
	const path = "input.collectionId"
	target := &ownCollection{}
	c, err := tx.Collection.Get(ctx, collectionID)
	switch {
	case ent.IsNotFound(err):
		target.refused.Add(problem.NotFound, path, "there is no such collection: it may have been deleted")
		return target, nil
	case err != nil:
		return nil, fmt.Errorf("read collection %d: %w", collectionID, err)
	case !isLocal(c):
		target.refused.Add(problem.BadInput, path, "%q is a collection of a provider, whose titles come from the provider's lists alone: "+
			"choose a local collection, or make one with createCollection", c.Name)
		return target, nil
	}
	if err := onField(path, s.busy.Writing(ctx, tx, c.ID)); err != nil {
		found, ok := problem.In(err)
		if !ok {
			return nil, err
		}
		target.refused = found
	}
	target.name = c.Name
	target.there, err = LoadTitlesThere(ctx, tx.Client, c.ID, cited)
	return target, err
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

// write writes the portfolios, each with its own entitlement, and reads them back.
func (n *newPortfolios) write(ctx context.Context, tx *store.Tx) error {
	n.made = map[int64]*ent.Portfolio{}
	var portfolios, entitlements, statements [][]any
	var ids []int64
	for i, id := range n.ids {
		if id == 0 {
			continue
		}
		t, entitlementID := n.titles[i], n.s.store.NextID()
		ids = append(ids, id)
		portfolios = append(portfolios, appendTitle([]any{id, tx.Now, tx.Now, n.all[i].CollectionID, true, false}, &t.Values, "",
			plan.HashValues(&t.Values)))
		entitlements = append(entitlements, []any{entitlementID, tx.Now, tx.Now, id, true, int64(t.CoverageHash)})
		for position := range t.Coverage {
			statements = append(statements, statementRow(n.s.store.NextID(), entitlementID, position, &t.Coverage[position]))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for _, in := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"portfolios", portfolioRowColumns, portfolios},
		{"entitlements", []string{"id", "created_at", "updated_at", "portfolio_id", "active", "coverage_hash"}, entitlements},
		{"coverage_statements", statementRowColumns, statements},
	} {
		if err := store.Insert(ctx, tx, in.table, in.columns, in.rows); err != nil {
			return fmt.Errorf("make portfolios: %w", err)
		}
	}
	rows, err := tx.Portfolio.Query().Where(portfolio.IDIn(ids...)).Order(portfolio.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the new portfolios: %w", err)
	}
	for _, p := range rows {
		n.made[p.ID] = p
	}
	return n.s.recordAll(ctx, tx, rows, plan.Add)
}
