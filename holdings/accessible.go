package holdings

import (
	"slices"

	"autoholdings/ent"
)

// A portfolio is *listed* where an entitlement of a profile is in force, and *accessible* where patrons get to it:
// staff have it available, its collection is active and the service available, and an entitlement is in force, of a
// profile or of the library itself. One that is only kept, or that waits, has none in force. What staff retain will
// count like an entitlement here.

// entitledSQL is the condition on a portfolio p that an entitlement is in force, of a profile or of the library itself.
const entitledSQL = `EXISTS (SELECT 1 FROM entitlements f WHERE f.portfolio_id = p.id AND f.active)`

// AccessibleSQL is the condition that a portfolio p is accessible, but for its collection's service.
const AccessibleSQL = `p.removed_at IS NULL AND p.available AND ` + entitledSQL

// ServedSQL is the condition on a collection k that its service is active and available.
const ServedSQL = `k.active AND k.available`

// Closed is why patrons do not get to a portfolio that is in the holdings; 0: they do.
type Closed uint8

// ClosedSQL is that of a portfolio p of a collection k.
const ClosedSQL = `CASE WHEN NOT ` + entitledSQL + ` THEN 1 WHEN NOT p.available THEN 2 WHEN NOT (` + ServedSQL + `) THEN 3 ELSE 0 END`

// String says why in words.
func (c Closed) String() string {
	return [...]string{"", "no provider lists it", "it is not available", "the service of its collection is not available"}[min(c, 3)]
}

// Accessible says whether patrons get to a portfolio of a collection.
func Accessible(p *ent.Portfolio, c *ent.Collection, entitlements []Entitlement) bool {
	return p.RemovedAt == nil && p.Available && c.Active && c.Available && entitled(entitlements)
}

// Waiting says whether a portfolio waits: a profile's entitlement is suspended until it is known which title of its
// list the portfolio is, and no other one is in force.
func Waiting(entitlements []Entitlement) bool {
	return !entitled(entitlements) && slices.ContainsFunc(entitlements, func(e Entitlement) bool { return e.Waiting != "" })
}

func entitled(entitlements []Entitlement) bool {
	return slices.ContainsFunc(entitlements, func(e Entitlement) bool { return e.Active })
}
