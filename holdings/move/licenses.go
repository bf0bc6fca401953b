package move

import (
	"slices"

	"autoholdings/holdings/plan"
)

// licenses are those of a portfolio itself.
type licenses struct {
	main       int64   // 0: none
	additional []int64 // sorted
}

func (l licenses) has(id int64) bool { return l.main == id || slices.Contains(l.additional, id) }

// with returns the licenses with an additional one more.
func (l licenses) with(id int64) licenses {
	l.additional = slices.Sorted(slices.Values(append(slices.Clone(l.additional), id)))
	return l
}

// without returns the licenses without an additional one.
func (l licenses) without(id int64) licenses {
	l.additional = slices.DeleteFunc(slices.Clone(l.additional), func(other int64) bool { return other == id })
	return l
}

// licenseMoved is what happens to one license of a portfolio that has a counterpart.
type licenseMoved struct {
	license  int64
	beside   bool // it is additional
	had      bool // the counterpart has it already
	conflict bool // the counterpart has another main license
	after    licenses
}

// stays says whether the license stays with its portfolio.
func (l licenseMoved) stays() bool { return l.conflict && l.after.main != l.license }

// licensesMoved decides what happens to the licenses of a portfolio: the main one becomes main, unless the counterpart
// has one; the others become additional. What the counterpart has already, as main or additional, is only taken away.
func (p *Plan) licensesMoved(m *movable) (moved []licenseMoved) {
	if !p.rules.Licenses {
		return nil
	}
	there := licenses{m.licenseThere, p.additionalThere[m.id]}
	if m.license != 0 {
		l := licenseMoved{license: m.license, had: there.has(m.license), conflict: there.main != 0 && !there.has(m.license)}
		if !l.had && (!l.conflict || p.rules.Overwrite) {
			there.main = m.license
		}
		l.after = there
		moved = append(moved, l)
	}
	for _, id := range p.additional[m.id] {
		l := licenseMoved{license: id, beside: true, had: there.has(id)}
		if !l.had {
			there = there.with(id)
		}
		l.after = there
		moved = append(moved, l)
	}
	return moved
}

// moveLicenses moves the licenses, those that the counterpart does not keep out with its own.
func (b *moveBatch) moveLicenses(m *movable) {
	moved := b.plan.licensesMoved(m)
	if len(moved) == 0 {
		return
	}
	there := licenses{m.licenseThere, b.plan.additionalThere[m.id]}
	own, hidden := licenses{m.license, b.plan.additional[m.id]}, !b.inHoldings(m.id)
	for _, l := range moved {
		code, from, to := b.codes[l.license], plan.MoveValue{License: l.license, Beside: l.beside, Hidden: hidden}, b.counterpart(m)
		to.License, to.Had, to.Beside = l.license, l.had, l.beside
		if l.conflict {
			to.Code = b.codes[there.main]
			if l.stays() {
				to.Keeps = there.main
				b.list(m, plan.LicenseConflict, code, plan.ValuesOfMove(from, to))
				continue
			}
			to.Replaces = there.main
			b.list(m, plan.LicenseConflict, code, plan.ValuesOfMove(from, to))
		}
		b.list(m, plan.MoveLicense, code, plan.ValuesOfMove(from, to))
		if l.beside {
			own = own.without(l.license)
		} else {
			own.main = 0
		}
	}
	b.setLicenses(m.id, licenses{m.license, b.plan.additional[m.id]}, own)
	b.setLicenses(b.plan.targets.At(m.pair).id, there, moved[len(moved)-1].after)
}

// setLicenses notes what is to be written.
func (b *moveBatch) setLicenses(portfolioID int64, before, after licenses) {
	if after.main != before.main {
		b.setLicense(portfolioID, after.main)
	}
	if !slices.Equal(before.additional, after.additional) {
		b.relicensed[portfolioID] = after.additional
	}
}

// setLicense gives a portfolio a main license. Where its staff values are written, the license is one of them.
func (b *moveBatch) setLicense(portfolioID, license int64) {
	if staff := b.staff[portfolioID]; staff != nil {
		staff.LicenseID, b.staffed[portfolioID] = license, true
		return
	}
	b.licensed = append(b.licensed, licensing{portfolioID, license})
}
