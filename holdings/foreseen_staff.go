package holdings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// ForeseenStaff is what would hang on a portfolio by the time that a preview plans lists: a pairing by hand moves it first.
type ForeseenStaff struct {
	StaffValues
	POLines []string // numbers, the main one first
}

func (f *ForeseenStaff) empty() bool {
	return len(f.POLines) == 0 && len(f.Local) == 0 && f.AccessRights == "" && f.LicenseID == 0 && len(f.AdditionalLicenses) == 0
}

// staff is what would hang on those portfolios of which a preview moves something; of all others that is looked up.
func (p *Part) staff() map[int64]*ForeseenStaff {
	if p.Pairs == nil {
		return nil
	}
	return p.Pairs.Staff
}

// foreseeStaff has a plan know what would hang on the portfolios.
func (p *Part) foreseeStaff(ctx context.Context, read store.QueryFunc, portfolios *plan.ChunkedList[plan.HeldPortfolio]) error {
	if len(p.staff()) == 0 {
		return nil
	}
	retained, err := p.retentions(ctx, read, slices.Collect(maps.Keys(p.staff())))
	if err != nil {
		return err
	}
	for i := range int32(portfolios.Len()) {
		h := portfolios.At(i)
		if f := p.staff()[h.ID]; f != nil {
			h.HasPOLine, h.HasLocal, h.Licensed = len(f.POLines) > 0, len(f.Local) > 0, f.LicenseID != 0 || len(f.AdditionalLicenses) > 0
			h.Retained = !h.Hidden && retained[h.ID].Holds()
		}
	}
	return nil
}

// load reads portfolios as the plan knows them.
func (p *Plan) load(ctx context.Context, read store.QueryFunc, ids []int64) (map[int64]*plan.StoredPortfolio, error) {
	there, err := p.foreseen.load(ctx, read, ids)
	for id, stored := range there {
		if f := p.part.staff()[id]; f != nil {
			stored.Local = f.Local
		}
	}
	return there, err
}

// protections are what protects portfolios, or would in a preview.
func (p *Part) protections(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]protection, error) {
	protected, err := loadProtections(ctx, tx, ids)
	if err != nil || len(p.staff()) == 0 {
		return protected, err
	}
	retained, err := p.retentions(ctx, tx.SQL.QueryContext, ids)
	for _, id := range ids {
		if f := p.staff()[id]; f != nil {
			protected[id] = protection{f.POLines, retained[id]}
		}
	}
	return protected, err
}

// retentions are by which mark portfolios are retained, or would be in a preview.
func (p *Part) retentions(ctx context.Context, read store.QueryFunc, ids []int64) (map[int64]plan.Retention, error) {
	found, err := LoadRetentions(ctx, read, ids)
	if err != nil || len(p.staff()) == 0 {
		return found, err
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return p.staff()[id] == nil })
	for chunk := range slices.Chunk(ids, foreseenAtOnce) {
		if err := p.foreseeRetentions(ctx, read, chunk, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// foreseenAtOnce is how many portfolios one statement is asked about: each takes five of its values.
const foreseenAtOnce = 100

func (p *Part) foreseeRetentions(ctx context.Context, read store.QueryFunc, ids []int64, found map[int64]plan.Retention) error {
	const as = `SELECT CAST(? AS BIGINT) AS id, CAST(? AS TEXT) AS access_rights, CAST(? AS TEXT) AS perpetual_from,
		CAST(? AS TEXT) AS perpetual_until, CAST(? AS BIGINT) AS license_id`
	var args []any
	for _, id := range ids {
		delete(found, id)
		f := p.staff()[id]
		var license *int64
		if f.LicenseID != 0 {
			license = &f.LicenseID
		}
		args = append(args, id, f.AccessRights, f.PerpetualFrom, f.PerpetualUntil, license)
	}
	rows, err := read(ctx, `SELECT m.id, m.mark FROM (SELECT p.id AS id, `+markSQL+` AS mark FROM (
			SELECT v.id, q.collection_id, v.access_rights, v.perpetual_from, v.perpetual_until, v.license_id
			FROM (`+strings.TrimSuffix(strings.Repeat(as+" UNION ALL ", len(ids)), " UNION ALL ")+`) v JOIN portfolios q ON q.id = v.id
		) p JOIN collections k ON k.id = p.collection_id) m WHERE m.mark <> ''`, args...)
	if err != nil {
		return fmt.Errorf("read what would be retained: %w", err)
	}
	return readRetentions(rows, found)
}
