package holdings

import (
	"slices"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
)

// A portfolio is *listed* if a profile's entitlement to it is in force. It is *accessible* if patrons can reach it: it
// is available, its collection is active and the service available, and an entitlement is in force, a profile's or the
// library's own, or it is retained. A portfolio that is only kept, or that waits, has no entitlement in force.

// entitledSQL is the condition that a portfolio p has an entitlement in force, a profile's or the library's own.
const entitledSQL = `EXISTS (SELECT 1 FROM entitlements f WHERE f.portfolio_id = p.id AND f.active)`

// AccessibleSQL is the condition that a portfolio p of a collection k is accessible, apart from the collection's
// service: see ServedSQL.
var AccessibleSQL = `p.removed_at IS NULL AND p.available AND (` + entitledSQL + ` OR ` + RetainedSQL + `)`

// ServedSQL is the condition on a collection k that its service is active and available.
const ServedSQL = `k.active AND k.available`

// Closed is the reason why patrons cannot reach a portfolio that is in the holdings; 0 if they can.
type Closed uint8

// ClosedSQL computes Closed for a portfolio p of a collection k.
var ClosedSQL = `CASE WHEN NOT (` + entitledSQL + ` OR ` + RetainedSQL + `) THEN 1 WHEN NOT p.available THEN 2
	WHEN NOT (` + ServedSQL + `) THEN 3 ELSE 0 END`

// String gives the reason in words.
func (c Closed) String() string {
	return [...]string{"", "no provider lists it", "it is not available", "the service of its collection is not available"}[min(c, 3)]
}

// Accessible says whether patrons can reach a portfolio of a collection.
func Accessible(p *ent.Portfolio, c *ent.Collection, entitlements []Entitlement, retained plan.Retention) bool {
	return p.RemovedAt == nil && p.Available && c.Active && c.Available && (Entitled(entitlements) || retained.Holds())
}

// Waiting says whether a portfolio waits: a profile's entitlement is suspended until it is clear which title of the
// list the portfolio is, and no other entitlement is in force.
func Waiting(entitlements []Entitlement) bool {
	return !Entitled(entitlements) && slices.ContainsFunc(entitlements, func(e Entitlement) bool { return e.Waiting != "" })
}

// Entitled says whether an entitlement is in force.
func Entitled(entitlements []Entitlement) bool {
	return slices.ContainsFunc(entitlements, func(e Entitlement) bool { return e.Active })
}
