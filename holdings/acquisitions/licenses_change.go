package acquisitions

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/license"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
	"autoholdings/internal/store"
)

// LicenseChange makes or changes a license.
type LicenseChange struct {
	ID      int64 // 0: a new one
	Version *int  // that the caller read; nil: any
	Texts   LicenseTexts
	Wrong   error // a problem found while reading the id: it is refused for this alone
}

// ChangeLicenses makes and changes licenses in their order, as ChangePOLines does with PO lines.
func (s *Service) ChangeLicenses(ctx context.Context, changes []LicenseChange, atomic bool) ([]holdings.Outcome[ent.License], error) {
	m := &manyLicenses{s: s, changes: changes}
	out, done, err := holdings.Together(ctx, s.store, len(changes), atomic, m.plan, func(ctx context.Context, tx *store.Tx) error {
		return writeLicenses(ctx, tx, m.changed)
	})
	for i := range out {
		if out[i].Row != nil && !done && out[i].Err == nil {
			out[i].Row = m.stored[out[i].Row.ID] // nil: a new one
		}
	}
	return out, err
}

// manyLicenses are changes of licenses while they are made.
type manyLicenses struct {
	s       *Service
	changes []LicenseChange
	stored  map[int64]*ent.License
	codes   map[string]int64 // by whom they are taken
	changed []*ent.License
}

func (m *manyLicenses) plan(ctx context.Context, tx *store.Tx) ([]holdings.Outcome[ent.License], error) {
	m.changed = nil
	if err := m.load(ctx, tx.Client); err != nil {
		return nil, err
	}
	out, named := make([]holdings.Outcome[ent.License], len(m.changes)), map[int64]bool{}
	for i := range m.changes {
		c := &m.changes[i]
		if c.Wrong == nil && c.ID != 0 && named[c.ID] {
			c.Wrong = problem.New(problem.BadInput, "input.licenseId", "this license is named twice: say all that is to be done to it once")
		}
		named[c.ID] = true
		out[i].Row, out[i].Err = m.one(c, tx.Now)
	}
	return out, nil
}

// load reads the licenses that are named, and those that have their codes.
func (m *manyLicenses) load(ctx context.Context, client *ent.Client) error {
	var ids []int64
	var codes []string
	for i := range m.changes {
		c := &m.changes[i]
		ids = append(ids, c.ID)
		if c.ID == 0 && c.Texts.Code == nil {
			c.Texts.Code = new(string)
		}
		var texts ent.License
		fillTexts(&problem.List{}, c.Texts.of(&texts))
		if storable.OK(texts.Code) { // another one is refused already
			codes = append(codes, texts.Code)
		}
	}
	rows, err := client.License.Query().Where(license.Or(license.IDIn(ids...), license.CodeIn(codes...))).All(ctx)
	if err != nil {
		return fmt.Errorf("look up licenses: %w", err)
	}
	m.stored, m.codes = map[int64]*ent.License{}, map[string]int64{}
	for _, row := range rows {
		m.stored[row.ID], m.codes[row.Code] = row, row.ID
	}
	return nil
}

// one makes one change. It returns the row or, where the change is refused, as stored.
func (m *manyLicenses) one(c *LicenseChange, now int64) (*ent.License, error) {
	if c.Wrong != nil {
		return nil, c.Wrong
	}
	row, stored := &ent.License{CreatedAt: now}, m.stored[c.ID]
	switch {
	case c.ID == 0:
		row.ID = m.s.store.NextID()
	case stored == nil:
		return nil, problem.New(problem.NotFound, "input.licenseId", "there is no such license: it may have been deleted")
	default:
		*row = *stored
		if err := problem.CheckVersion(fmt.Sprintf("the license %q", row.Code), c.Version, row.Version); err != nil {
			return stored, err
		}
	}
	var problems problem.List
	fillTexts(&problems, c.Texts.of(row))
	checkTerm(&problems, row)
	c.Texts.Perpetual.Fill(&problems, &row.PerpetualAccess, &row.PerpetualFrom, &row.PerpetualUntil)
	if id, taken := m.codes[row.Code]; taken && id != row.ID {
		problems.Add(problem.Conflict, "input.code", "there is a license %q already: change that one, or give another code", row.Code)
	}
	if err := problems.Err(); err != nil {
		return stored, err
	}
	m.codes[row.Code] = row.ID
	if c.ID == 0 || !sameLicense(stored, row) {
		m.changed = append(m.changed, row)
	}
	return row, nil
}
