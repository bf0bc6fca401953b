package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/portfolioset"
	"autoholdings/ent/portfoliosetmember"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// SetInput is a set of portfolios to create, or what to change in one; nil leaves a field as it is. A set has a filter or a list:
// giving one takes the other away.
type SetInput struct {
	Name, Description *string
	Filter            *holdings.PortfolioFilter
	IDs               *[]int64
	Add, Remove       []int64 // of a list
	Wrong             problem.List
}

// LongestList is how many portfolios a request may name, and a set may list.
const LongestList = 100_000

// CreateSet creates a set.
func (s *Service) CreateSet(ctx context.Context, in SetInput) (set *ent.PortfolioSet, err error) {
	if in.Name == nil {
		in.Name = new("")
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		members, err := in.check(ctx, tx, nil, nil)
		if err != nil {
			return err
		}
		set, err = tx.PortfolioSet.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetName(*in.Name).
			SetNillableDescription(in.Description).SetFilter(in.filterText("")).Save(ctx)
		if err != nil {
			return fmt.Errorf("make a set of portfolios: %w", err)
		}
		return s.writeMembers(ctx, tx, set.ID, nil, members)
	})
	if err != nil {
		return nil, err
	}
	return set, nil
}

// UpdateSet changes a set; version is the one that was read, nil for any version. Along with a refusal it returns the set as it
// is, if there is one.
func (s *Service) UpdateSet(ctx context.Context, id int64, version *int, in SetInput) (set *ent.PortfolioSet, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if set, err = FindSet(ctx, tx, id, "input.setId"); err != nil {
			return err
		}
		if err := problem.CheckVersion(fmt.Sprintf("the set %q", set.Name), version, set.Version); err != nil {
			return err
		}
		had, err := membersOf(ctx, tx, id)
		if err != nil {
			return err
		}
		members, err := in.check(ctx, tx, set, had)
		if err != nil {
			return err
		}
		filter := in.filterText(set.Filter)
		if (in.Name == nil || *in.Name == set.Name) && (in.Description == nil || *in.Description == set.Description) && filter == set.Filter &&
			slices.Equal(had, members) {
			return nil
		}
		if err := s.writeMembers(ctx, tx, id, had, members); err != nil {
			return err
		}
		set, err = tx.PortfolioSet.UpdateOne(set).SetUpdatedAt(tx.Now).AddVersion(1).SetNillableName(in.Name).
			SetNillableDescription(in.Description).SetFilter(filter).Save(ctx)
		return err
	})
	return set, err
}

// DeleteSet deletes a set. Its portfolios stay. It is refused while a job of the set is unfinished.
func (s *Service) DeleteSet(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		set, err := FindSet(ctx, tx, id, "input.setId")
		if err != nil {
			return err
		}
		if err := s.busy.Set(ctx, tx, id); err != nil {
			return err
		}
		return tx.PortfolioSet.DeleteOne(set).Exec(ctx)
	})
}

// FindSet reads a set, and says at a path of the input if there is none.
func FindSet(ctx context.Context, tx *store.Tx, id int64, path string) (*ent.PortfolioSet, error) {
	set, err := tx.PortfolioSet.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, path, "there is no such set: it may have been deleted; choose one of portfolioSets")
	}
	if err != nil {
		return nil, fmt.Errorf("read set %d: %w", id, err)
	}
	return set, nil
}

// SelectionOf are the portfolios of a set.
func SelectionOf(set *ent.PortfolioSet) (Selection, error) {
	f, err := FilterOf(set)
	if f != nil || err != nil {
		return Selection{Filter: f}, err
	}
	return Selection{SetID: set.ID}, nil
}

// FilterOf is the filter of a set; nil if it lists its portfolios.
func FilterOf(set *ent.PortfolioSet) (*holdings.PortfolioFilter, error) {
	if set.Filter == "" {
		return nil, nil
	}
	var f holdings.PortfolioFilter
	if err := json.Unmarshal([]byte(set.Filter), &f); err != nil {
		return nil, fmt.Errorf("read the filter of set %d: %w", set.ID, err)
	}
	return &f, nil
}

func membersOf(ctx context.Context, tx *store.Tx, setID int64) ([]int64, error) {
	ids, err := tx.Portfolio.Query().Where(inSet(setID)).Order(portfolio.ByID()).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the portfolios of set %d: %w", setID, err)
	}
	return ids, nil
}

func (s *Service) writeMembers(ctx context.Context, tx *store.Tx, setID int64, had, members []int64) error {
	gone, added := without(had, members), without(members, had)
	for chunk := range slices.Chunk(gone, store.IDsAtOnce) {
		_, err := tx.PortfolioSetMember.Delete().Where(portfoliosetmember.PortfolioSetID(setID),
			portfoliosetmember.PortfolioIDIn(chunk...)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("write the portfolios of set %d: %w", setID, err)
		}
	}
	for chunk := range slices.Chunk(added, 1000) {
		rows := make([]*ent.PortfolioSetMemberCreate, len(chunk))
		for i, id := range chunk {
			rows[i] = tx.PortfolioSetMember.Create().SetPortfolioSetID(setID).SetPortfolioID(id)
		}
		if err := tx.PortfolioSetMember.CreateBulk(rows...).Exec(ctx); err != nil {
			return fmt.Errorf("write the portfolios of set %d: %w", setID, err)
		}
	}
	return nil
}

// without are those ids that are not among these, both sorted.
func without(ids, these []int64) (rest []int64) {
	for _, id := range ids {
		if _, among := slices.BinarySearch(these, id); !among {
			rest = append(rest, id)
		}
	}
	return rest
}

func (in *SetInput) filterText(had string) string {
	switch {
	case in.Filter != nil:
		return plan.ToJSON(in.Filter)
	case in.IDs != nil:
		return ""
	default:
		return had
	}
}

// check trims the texts and returns the portfolios that the set will list, sorted, or everything that is wrong. own is the set that
// is changed, nil for a new one; had are those that it lists.
func (in *SetInput) check(ctx context.Context, tx *store.Tx, own *ent.PortfolioSet, had []int64) (members []int64, err error) {
	problems := slices.Clone(in.Wrong)
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		in.Name = &name
		problems.CheckName("input.name", name)
		if err := checkSetName(ctx, tx, &problems, name, own); err != nil {
			return nil, err
		}
	}
	if in.Description != nil {
		description := strings.TrimSpace(*in.Description)
		in.Description = &description
		problems.CheckDescription(description)
	}
	lists := in.IDs != nil || own != nil && own.Filter == "" && in.Filter == nil
	switch {
	case in.Filter != nil && in.IDs != nil, own == nil && in.Filter == nil && in.IDs == nil && len(in.Wrong) == 0:
		problems.Add(problem.BadInput, "input.filter", "give either a filter or a list of portfolios (portfolioIds)")
	case !lists && in.Add != nil:
		problems.Add(problem.BadInput, "input.addPortfolioIds", "the set has a filter: give portfolioIds instead of it, and then add to them")
	case !lists && in.Remove != nil:
		problems.Add(problem.BadInput, "input.removePortfolioIds", "the set has a filter: give portfolioIds instead of it, and then take from "+
			"them")
	}
	if !lists {
		return nil, problems.Err()
	}
	members = had
	if in.IDs != nil {
		members = *in.IDs
	}
	for _, list := range []struct {
		path string
		ids  []int64
	}{{"input.portfolioIds", orEmpty(in.IDs)}, {"input.addPortfolioIds", in.Add}} {
		if err := CheckThere(ctx, tx, &problems, list.path, list.ids); err != nil {
			return nil, err
		}
	}
	members = slices.Compact(slices.Sorted(slices.Values(slices.Concat(members, in.Add))))
	members = without(members, slices.Sorted(slices.Values(in.Remove)))
	if len(members) > LongestList {
		problems.Add(problem.Limited, "input.portfolioIds", "a set lists at most %s portfolios: use a filter", words.Figure(LongestList))
	}
	return members, problems.Err()
}

func orEmpty(ids *[]int64) []int64 {
	if ids == nil {
		return nil
	}
	return *ids
}

// CheckThere adds a problem if some of the portfolios do not exist.
func CheckThere(ctx context.Context, tx *store.Tx, problems *problem.List, path string, ids []int64) error {
	missing, err := missingOf(ctx, tx.Client, ids)
	if err == nil && missing > 0 {
		problems.Add(problem.NotFound, path, "%s not there: list portfolios for those that are",
			words.Count(missing, "of the portfolios is", "of the portfolios are"))
	}
	return err
}

// checkSetName adds a problem if another set has the name, in upper or lower case.
func checkSetName(ctx context.Context, tx *store.Tx, problems *problem.List, name string, own *ent.PortfolioSet) error {
	sets, err := tx.PortfolioSet.Query().All(ctx) // there are only tens of sets
	if err != nil {
		return fmt.Errorf("read the sets: %w", err)
	}
	for _, other := range sets {
		if strings.EqualFold(other.Name, name) && (own == nil || own.ID != other.ID) {
			problems.Add(problem.Conflict, "input.name", "there is a set %q already: choose another name", other.Name)
		}
	}
	return nil
}

// SetFilter narrows a listing of sets; empty fields are ignored.
type SetFilter struct{ NamePrefix string }

func (f SetFilter) where() (where []predicate.PortfolioSet) {
	if f.NamePrefix != "" {
		where = append(where, keyset.Begins(portfolioset.FieldName, f.NamePrefix))
	}
	return where
}

// SetListing sorts sets by name.
var SetListing = keyset.Sorted(func(row *ent.PortfolioSet) int64 { return row.ID },
	keyset.By("NAME", keyset.Text(portfolioset.FieldName, func(row *ent.PortfolioSet) string { return row.Name })))

// Sets lists sets by name.
func (s *Service) Sets(ctx context.Context, f SetFilter, w keyset.Window) (keyset.Page[*ent.PortfolioSet], error) {
	return keyset.List(ctx, s.store.Read.PortfolioSet.Query(), SetListing, w, f.where())
}

// CountSets counts what Sets lists.
func (s *Service) CountSets(ctx context.Context, f SetFilter) (int, error) {
	return s.store.Read.PortfolioSet.Query().Where(f.where()...).Count(ctx)
}

// SetsByID reads sets.
func (s *Service) SetsByID(ctx context.Context, ids []int64) (map[int64]*ent.PortfolioSet, error) {
	return keyset.ByID(ctx, s.store.Read.PortfolioSet.Query(), ids, func(row *ent.PortfolioSet) int64 { return row.ID })
}

// members are the conditions on the portfolios of a set.
func members(set *ent.PortfolioSet) ([]predicate.Portfolio, error) {
	sel, err := SelectionOf(set)
	if err != nil {
		return nil, err
	}
	return sel.where(Change, 0), nil
}

// PortfoliosOfSet lists a set's portfolios by folded title, those out of the holdings too if it lists them.
func (s *Service) PortfoliosOfSet(ctx context.Context, set *ent.PortfolioSet, w keyset.Window) (keyset.Page[*ent.Portfolio], error) {
	where, err := members(set)
	if err != nil {
		return keyset.Page[*ent.Portfolio]{}, err
	}
	return keyset.List(ctx, s.store.Read.Portfolio.Query(), holdings.PortfolioListing, w, where)
}

// CountPortfoliosOfSet counts what PortfoliosOfSet lists.
func (s *Service) CountPortfoliosOfSet(ctx context.Context, set *ent.PortfolioSet) (int, error) {
	where, err := members(set)
	if err != nil {
		return 0, err
	}
	return s.store.Read.Portfolio.Query().Where(where...).Count(ctx)
}
