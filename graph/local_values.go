package graph

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
)

// portfolioChange decodes what staff change on a portfolio.
func portfolioChange(in generated.UpdatePortfolioInput) (change holdings.PortfolioChange, err error) {
	if change.ID, err = idOf(model.PortfolioType, "input.portfolioId", in.PortfolioID); err != nil {
		return change, err
	}
	change.Version, change.Reviewed = inputValue(in.Version), orElse(in.Reviewed, false)
	if fields, set := in.LockedFields.ValueOK(); set {
		change.Lock = &fields
	}
	change.Staff, err = staffChange(generated.PortfolioChangeInput{
		Available: in.Available, LocalValues: in.LocalValues, PublicNote: in.PublicNote, InternalNote: in.InternalNote,
		AuthenticationNote: in.AuthenticationNote, Proxy: in.Proxy, TemporarilyUnavailable: in.TemporarilyUnavailable,
		AccessRights: in.AccessRights, PerpetualFrom: in.PerpetualFrom, PerpetualUntil: in.PerpetualUntil, LicenseID: in.LicenseID,
		AdditionalLicenseIds: in.AdditionalLicenseIds,
	})
	return change, err
}

// staffChange decodes what staff decide about one portfolio or several.
func staffChange(in generated.PortfolioChangeInput) (holdings.StaffChange, error) {
	change := holdings.StaffChange{}
	for field, given := range map[string]graphql.Omittable[*string]{
		plan.PublicNote: in.PublicNote, plan.InternalNote: in.InternalNote, plan.AuthenticationNote: in.AuthenticationNote,
		plan.Unavailable: in.TemporarilyUnavailable, holdings.FieldPerpetualFrom: in.PerpetualFrom,
		holdings.FieldPerpetualUntil: in.PerpetualUntil,
	} {
		setStaff(change, field, given)
	}
	if available := inputValue(in.Available); available != nil {
		text := map[bool]string{true: "true", false: "false"}[*available]
		change[holdings.FieldAvailable] = &text
	}
	if rights, set := in.AccessRights.ValueOK(); set {
		if change[holdings.FieldAccessRights] = rights; rights == nil {
			change[holdings.FieldPerpetualFrom], change[holdings.FieldPerpetualUntil] = nil, nil
		}
	}
	if err := licenseOf(change, in.LicenseID); err != nil {
		return change, err
	}
	if given, set := in.AdditionalLicenseIds.ValueOK(); set {
		ids, err := idsOf(model.LicenseType, "input.additionalLicenseIds", given)
		if err != nil {
			return change, err
		}
		change[holdings.FieldAdditional] = holdings.LicensesText(ids)
	}
	if err := proxyOf(change, in.Proxy); err != nil {
		return change, err
	}
	return change, localValuesOf(change, inputList(in.LocalValues))
}

// inputList returns a list of an input field; nil if it is null or left out.
func inputList[T any](o graphql.Omittable[[]T]) []T {
	v, _ := o.ValueOK()
	return v
}

// setStaff sets a text; null takes it back, and a field that is left out changes nothing.
func setStaff(change holdings.StaffChange, field string, o graphql.Omittable[*string]) {
	if v, set := o.ValueOK(); set {
		change[field] = v
	}
}

func licenseOf(change holdings.StaffChange, o graphql.Omittable[*string]) error {
	id, err := licenseChange(o)
	if err != nil || id == nil {
		return err
	}
	change[holdings.FieldLicense] = holdings.LicenseText(*id)
	return nil
}

func proxyOf(change holdings.StaffChange, o graphql.Omittable[*generated.ProxyInput]) error {
	in, set := o.ValueOK()
	if !set {
		return nil
	}
	if in == nil {
		change[plan.Proxy] = nil
		return nil
	}
	p := plan.LocalProxy{On: in.On}
	for _, g := range inputList(in.Groups) {
		id, err := idOf(model.InventoryGroupType, "input.proxy.groups", g.GroupID)
		if err != nil {
			return err
		}
		if p.Groups == nil {
			p.Groups = map[int64]bool{}
		}
		p.Groups[id] = g.On
	}
	text := plan.ToJSON(p)
	change[plan.Proxy] = &text
	return nil
}

// localValuesOf adds local values of the fields that the provider has too.
func localValuesOf(change holdings.StaffChange, values []*generated.LocalValueInput) error {
	for _, in := range values {
		value, coverage := inputValue(in.Value), inputValue(in.Coverage)
		_, twice := change[in.Field]
		switch {
		case !holdings.IsProviderField(in.Field):
			return problem.New(problem.BadInput, "input.localValues", "there is no field %q of the provider: choose among %s, %s", in.Field,
				plan.TitleColumnNames, plan.CoverageField)
		case twice:
			return problem.New(problem.BadInput, "input.localValues", "there are two values of %s: give one", in.Field)
		case in.Field == plan.CoverageField && value != nil:
			return problem.New(problem.BadInput, "input.localValues", "coverage is no text: give it as coverage { mode statements }")
		case in.Field != plan.CoverageField && coverage != nil:
			return problem.New(problem.BadInput, "input.localValues", "%s has no coverage: give its value", in.Field)
		}
		if coverage != nil {
			text := plan.ToJSON(coverageOf(coverage))
			value = &text
		}
		change[in.Field] = value
	}
	return nil
}

func coverageOf(in *generated.LocalCoverageInput) plan.LocalCoverage {
	c := plan.LocalCoverage{Mode: plan.CoverageMode(in.Mode), Statements: []plan.Statement{}}
	for _, s := range in.Statements {
		text := func(o graphql.Omittable[*string]) string { return strings.TrimSpace(orEmpty(inputValue(o))) }
		c.Statements = append(c.Statements, plan.Statement{
			DateFirst: text(s.From), VolFirst: text(s.FromVolume), IssueFirst: text(s.FromIssue), DateLast: text(s.To), VolLast: text(s.ToVolume),
			IssueLast: text(s.ToIssue), Embargo: text(s.Embargo), URL: inputValue(s.URL), Notes: inputValue(s.Notes),
		})
	}
	return c
}

// LocalValues are what staff put on a portfolio, each compared with the provider's value.
func (r portfolioResolver) LocalValues(ctx context.Context, p *model.Portfolio) ([]*model.LocalValue, error) {
	local := p.LocalValues
	return present(local.Fields(), func(field string) (*model.LocalValue, error) {
		if field == plan.CoverageField {
			return r.localCoverage(ctx, p, local)
		}
		return localValue(p, field, local[field]), nil
	})
}

// localValue is one local value, compared with the provider's.
func localValue(p *model.Portfolio, field, value string) *model.LocalValue {
	v := &model.LocalValue{Field: field, Value: plan.LocalWords(field, value)}
	if theirs, ok := holdings.ProviderValue(p.Provider, field); ok {
		v.Compare(theirs, plan.ComparableLocal(field, theirs) != plan.ComparableLocal(field, value))
	}
	return v
}

// localCoverage is the library's own coverage of a portfolio, compared with the provider's.
func (r *resolver) localCoverage(ctx context.Context, p *model.Portfolio, local plan.LocalValues) (*model.LocalValue, error) {
	own, _ := local.Coverage()
	entitlements, err := r.entitlements(ctx, p.Page, p.Portfolio.ID)
	if err != nil {
		return nil, err
	}
	v := &model.LocalValue{Field: plan.CoverageField, Value: plan.LocalWords(plan.CoverageField, local[plan.CoverageField])}
	v.Compare(holdings.CompareCoverage(own, entitlements))
	v.Coverage = &model.LocalCoverage{Mode: string(own.Mode), Statements: []*model.Coverage{}}
	for _, st := range own.Statements {
		v.Coverage.Statements = append(v.Coverage.Statements, &model.Coverage{Statement: st, Page: &model.CoveragePage{}})
	}
	return v, nil
}

// Proxy is what is said of the proxy; groups that were deleted since are left out.
func (r portfolioResolver) Proxy(ctx context.Context, p *model.Portfolio) (*model.Proxy, error) {
	said, ok := p.LocalValues.Proxy()
	if !ok {
		return nil, nil
	}
	groups, err := p.Page.ProxyGroups.Of(ctx, 0, func(ctx context.Context) (map[int64][]*model.InventoryGroup, error) {
		return r.proxyGroups(ctx, p.Page.Rows)
	})
	return model.ProxyOf(said, groups), err
}

// proxyGroups are the groups that the proxies of a page name, by name, under 0: nobody asks for those of one portfolio.
func (r *resolver) proxyGroups(ctx context.Context, rows []*ent.Portfolio) (map[int64][]*model.InventoryGroup, error) {
	found, err := r.profiles.InventoryGroupsByID(ctx, proxyGroups(rows))
	byName := slices.SortedFunc(maps.Values(found), func(a, b *ent.InventoryGroup) int { return strings.Compare(a.Name, b.Name) })
	return map[int64][]*model.InventoryGroup{0: model.InventoryGroups(byName)}, err
}

func proxyGroups(rows []*ent.Portfolio) (ids []int64) {
	for _, row := range rows {
		said, _ := holdings.LocalValuesOf(row).Proxy()
		for id := range said.Groups {
			ids = append(ids, id)
		}
	}
	return distinct(ids)
}

// Retention is by which mark a portfolio is retained.
func (r portfolioResolver) Retention(ctx context.Context, p *model.Portfolio) (*model.Retention, error) {
	found, err := r.retention(ctx, p.Page, p.Portfolio.ID)
	if err != nil || !found.Holds() {
		return nil, err
	}
	return &model.Retention{Retention: found}, nil
}

// deciding is the retention of a portfolio where it decides what is accessible: where no entitlement is in force, or a
// list took something away.
func (r *resolver) deciding(
	ctx context.Context, page *model.PortfolioPage, row *ent.Portfolio, entitlements []holdings.Entitlement,
) (none plan.Retention, err error) {
	if row.RetainedCoverage == "" && holdings.Entitled(entitlements) {
		return none, nil
	}
	return r.retention(ctx, page, row.ID)
}

func (r *resolver) retention(ctx context.Context, page *model.PortfolioPage, id int64) (plan.Retention, error) {
	return page.Retentions.Of(ctx, id, func(ctx context.Context) (map[int64]plan.Retention, error) {
		return r.holdings.RetentionsOf(ctx, page.IDs())
	})
}

func perpetualChange(access graphql.Omittable[*bool], from, until graphql.Omittable[*string]) holdings.PerpetualChange {
	return holdings.PerpetualChange{Access: inputValue(access), From: textChange(from), Until: textChange(until)}
}
