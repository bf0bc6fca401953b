package model

import (
	"slices"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
)

// LocalValue is what staff put on a portfolio beside the provider's value of a field.
type LocalValue struct {
	Field, Value  string
	Coverage      *LocalCoverage
	ProviderValue *string
	Differs       *bool
}

// LocalCoverage is the library's own coverage.
type LocalCoverage struct {
	Mode       string
	Statements []*Coverage
}

// Proxy says whether links go through the library's proxy.
type Proxy struct {
	On     bool
	Groups []*GroupProxy
}

// GroupProxy is the proxy of one inventory group.
type GroupProxy struct {
	Group *InventoryGroup
	On    bool
}

// Retention says by which mark a portfolio is retained.
type Retention struct{ plan.Retention }

// From is the first day that is retained.
func (r *Retention) From() *string { return orNull(r.Retention.From) }

// Until is the last day that is retained.
func (r *Retention) Until() *string { return orNull(r.Retention.Until) }

// LicenseCode is the code of the license that says so.
func (r *Retention) LicenseCode() *string { return orNull(r.License) }

// LockedFields are the fields of the provider that show a local value.
func (p *Portfolio) LockedFields() []string {
	return slices.DeleteFunc(p.LocalValues.Fields(), func(field string) bool { return !holdings.IsProviderField(field) })
}

// PublicNote is for patrons.
func (p *Portfolio) PublicNote() *string { return p.LocalValues.Get(plan.PublicNote) }

// InternalNote is for staff.
func (p *Portfolio) InternalNote() *string { return p.LocalValues.Get(plan.InternalNote) }

// AuthenticationNote says how to sign in.
func (p *Portfolio) AuthenticationNote() *string { return p.LocalValues.Get(plan.AuthenticationNote) }

// TemporarilyUnavailable is why it is unavailable for the time being.
func (p *Portfolio) TemporarilyUnavailable() *string { return p.LocalValues.Get(plan.Unavailable) }

// AccessRights is what staff say of the library's rights.
func (p *Portfolio) AccessRights() *string { return orNull(p.Portfolio.AccessRights) }

// PerpetualFrom is the first day of which access is perpetual.
func (p *Portfolio) PerpetualFrom() *string { return orNull(p.Portfolio.PerpetualFrom) }

// PerpetualUntil is the last one.
func (p *Portfolio) PerpetualUntil() *string { return orNull(p.Portfolio.PerpetualUntil) }

// PerpetualFrom is the first day of which access is perpetual.
func (c *Collection) PerpetualFrom() *string { return orNull(c.Collection.PerpetualFrom) }

// PerpetualUntil is the last one.
func (c *Collection) PerpetualUntil() *string { return orNull(c.Collection.PerpetualUntil) }

// PerpetualFrom is the first day of which access is perpetual.
func (l *License) PerpetualFrom() *string { return orNull(l.License.PerpetualFrom) }

// PerpetualUntil is the last one.
func (l *License) PerpetualUntil() *string { return orNull(l.License.PerpetualUntil) }

// Compare sets what the provider has.
func (v *LocalValue) Compare(theirs string, differs bool) {
	v.ProviderValue, v.Differs = &theirs, &differs
}

// ProxyOf is what is said of the proxy; groups that are not among those given are left out.
func ProxyOf(said plan.LocalProxy, groups []*InventoryGroup) *Proxy {
	found := &Proxy{On: said.On, Groups: []*GroupProxy{}}
	for _, group := range groups {
		if on, named := said.Groups[group.InventoryGroup.ID]; named {
			found.Groups = append(found.Groups, &GroupProxy{group, on})
		}
	}
	return found
}
