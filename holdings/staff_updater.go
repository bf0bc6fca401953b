package holdings

import (
	"context"

	"autoholdings/internal/search"
	"autoholdings/internal/store"
)

// StaffUpdater writes what staff decide about portfolios, in the transactions of a part. It writes all of a portfolio's
// StaffValues, so they must have been read in the same transaction.
type StaffUpdater struct {
	out  *PartWriter
	rows *store.Inserter
}

// StaffUpdater makes one.
func (w *PartWriter) StaffUpdater(ctx context.Context) (*StaffUpdater, error) {
	rows, err := w.Updater(ctx, "portfolios", `available = v.to_available, license_id = v.to_license, access_rights = v.to_rights,
		perpetual_from = v.to_from, perpetual_until = v.to_until, local_values = v.to_local, local_words = v.to_words, updated_at = v.at,
		version = portfolios.version + 1`,
		"to_available BOOLEAN", "to_license BIGINT", "to_rights TEXT", "to_from TEXT", "to_until TEXT", "to_local TEXT", "to_words TEXT",
		"at BIGINT")
	return &StaffUpdater{w, rows}, err
}

// Set gives a portfolio these values, in the transaction under way.
func (u *StaffUpdater) Set(portfolioID int64, v *StaffValues) {
	var license any
	if v.LicenseID != 0 {
		license = v.LicenseID
	}
	local := v.Local.Text()
	u.rows.Add(v.Available, license, v.AccessRights, v.PerpetualFrom, v.PerpetualUntil, local, search.LocalText(local).Stored(), u.out.Now,
		portfolioID)
}
