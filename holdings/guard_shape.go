package holdings

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// formerLists returns the other lists applied and not undone for the part's profile and content type, newest first. own
// are the decisions on the part's own list.
func formerLists(ctx context.Context, s *store.Store, part *Part) (lists []plan.FormerList, own map[string]plan.ColumnChoice, err error) {
	fileID, err := fileOf(ctx, s, part)
	if err != nil || fileID == 0 {
		return nil, nil, err
	}
	choices, err := columnChoices(ctx, s, part)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.Query(ctx, `SELECT f.id, f.columns FROM provider_files f WHERE f.profile_id = ? AND f.content = ? AND f.id <> ?
		AND f.applied_at IS NOT NULL AND f.outcome <> 'UNDONE' AND f.columns IS NOT NULL ORDER BY f.applied_at DESC, f.id DESC LIMIT ?`,
		part.ProfileID, part.Content, fileID, plan.ShapeRemembered)
	if err != nil {
		return nil, nil, fmt.Errorf("read the columns of former lists: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var text []byte
		if err := rows.Scan(&id, &text); err != nil {
			return nil, nil, fmt.Errorf("read the columns of former lists: %w", err)
		}
		l := plan.FormerList{Choices: choices[id]}
		if err := json.Unmarshal(text, &l.Shape); err != nil {
			return nil, nil, fmt.Errorf("read the columns of former lists: %w", err)
		}
		lists = append(lists, l)
	}
	return lists, choices[fileID], rows.Err()
}

// fileOf is the file that a part's list comes from; 0 if none is stored.
func fileOf(ctx context.Context, s *store.Store, part *Part) (id int64, err error) {
	ids, err := s.IDs(ctx, `SELECT COALESCE(provider_file_id, 0) FROM job_parts WHERE id = ?`, part.ID)
	if err != nil {
		return 0, fmt.Errorf("read the part's file: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// columnChoices returns the decisions on lost columns of the profile's lists, by file and column.
func columnChoices(ctx context.Context, s *store.Store, part *Part) (map[int64]map[string]plan.ColumnChoice, error) {
	rows, err := s.Query(ctx, `SELECT d.provider_file_id, d.kind, d.decision FROM list_decisions d
		JOIN provider_files f ON f.id = d.provider_file_id
		WHERE f.profile_id = ? AND f.content = ? AND d.collection_id = ? AND d.kind >= 'COLUMN:' AND d.kind < 'COLUMN;'`,
		part.ProfileID, part.Content, part.CollectionID)
	if err != nil {
		return nil, fmt.Errorf("read the decisions on lost columns: %w", err)
	}
	defer rows.Close()
	choices := map[int64]map[string]plan.ColumnChoice{}
	for rows.Next() {
		var id int64
		var kind, choice string
		if err := rows.Scan(&id, &kind, &choice); err != nil {
			return nil, fmt.Errorf("read the decisions on lost columns: %w", err)
		}
		if choices[id] == nil {
			choices[id] = map[string]plan.ColumnChoice{}
		}
		choices[id][strings.TrimPrefix(kind, plan.ColumnKind)] = plan.ColumnChoice(choice)
	}
	return choices, rows.Err()
}

// guardShape finds the columns that the list has lost although titles that had them are still listed. The first list
// that lacks a column is held; later ones get a finding. A list without access_type is held until a person says that
// all titles are paid.
func (s *Service) guardShape(ctx context.Context, p *plan.Plan, part *Part, guards plan.Guards, report func(kbart.Finding)) error {
	if !part.ofProfile() || p.Counts.EntitlementsBefore == 0 {
		return nil
	}
	former, own, err := formerLists(ctx, s.store, part)
	if err != nil {
		return err
	}
	for _, lost := range plan.LostColumns(&p.List.Columns, former, own) {
		had, err := s.titlesThatHad(ctx, p, part, lost.Column)
		if err != nil {
			return err
		}
		if !had {
			continue
		}
		p.LostColumns = append(p.LostColumns, lost)
		name := lost.Column.String()
		undecided := lost.Choice == ""
		if lost.Column == kbart.AccessType && lost.Choice != plan.AllPaid {
			p.HoldShape(name,
				"the list has no access_type any more, so free and paid titles cannot be told apart: say that all are paid, or ask the provider")
			continue
		}
		if undecided && lost.Lately && guards.Shape {
			p.HoldShape(name,
				fmt.Sprintf("the list has no %s any more, which earlier lists filled: the stored values stay unless a person decides otherwise",
					name))
			continue
		}
		report(kbart.Finding{
			Severity: kbart.Warning, Code: "column-lost", Column: name,
			Message: fmt.Sprintf("the list has no %s, which earlier lists of the profile filled; %s", name, lost.Choice.Words()),
			Hint:    "ask the provider what became of the column",
		})
	}
	return nil
}

// titlesThatHad says whether any title that stays listed has a value in the column.
func (s *Service) titlesThatHad(ctx context.Context, p *plan.Plan, part *Part, column kbart.Column) (bool, error) {
	from := `SELECT p.id FROM portfolios p JOIN entitlements e ON e.portfolio_id = p.id AND e.active AND e.profile_id = ?
		WHERE p.collection_id = ? AND p.` + column.String() + ` <> ''`
	if plan.TitleColumnIndex[column] < 0 {
		from = `SELECT DISTINCT e.portfolio_id FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
			JOIN coverage_statements c ON c.entitlement_id = e.id
			WHERE e.active AND e.profile_id = ? AND p.collection_id = ? AND c.` + column.String() + ` <> ''`
	}
	rows, err := s.store.Query(ctx, from, part.ProfileID, part.CollectionID)
	if err != nil {
		return false, fmt.Errorf("look for titles with %s: %w", column, err)
	}
	defer rows.Close()
	stays := map[int64]bool{}
	for _, pair := range p.Pairs {
		if pair != plan.Unpaired && p.Portfolios.At(pair).Entitled {
			stays[p.Portfolios.At(pair).ID] = true
		}
	}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return false, fmt.Errorf("look for titles with %s: %w", column, err)
		}
		if stays[id] {
			return true, nil
		}
	}
	return false, rows.Err()
}
