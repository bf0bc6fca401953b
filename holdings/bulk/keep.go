package bulk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// keeper decides what portfolios take over from a file of another system: only what they do not have. What they have and the file
// has otherwise stays and is listed.
type keeper struct {
	b        *batch
	poLines  *acquisitions.POLineBatch
	titles   map[int64]string                 // of the portfolios that have a PO line of the file already
	groups   map[int64][]*ent.InventoryGroup  // by profile
	entitled map[int64][]holdings.Entitlement // by portfolio
	retained map[int64]plan.Retention
	lines    func(p *ent.Portfolio) (l *LineChange) // nil: none
}

// decideKeeping decides about some portfolios, in a fixed number of statements.
func (s *Service) decideKeeping(ctx context.Context, r reader, o *Order, b *batch, rows []*ent.Portfolio, now int64) error {
	k := &keeper{b: b, lines: func(p *ent.Portfolio) *LineChange { return o.Lines.of(p.CollectionID, p.ID) }}
	if err := b.readLicenses(ctx, r.client, o, rows); err != nil {
		return err
	}
	if err := k.loadGroups(ctx, r, rows); err != nil {
		return err
	}
	var ids []int64
	var numbers []string
	for _, p := range rows {
		if l := k.lines(p); l != nil && len(l.POLines) > 0 {
			ids, numbers = append(ids, p.ID), append(numbers, l.POLines...)
		}
	}
	var err error
	if k.poLines, err = acquisitions.ReadPOLines(ctx, r.client, s.store.NextID, now, ids, numbers); err != nil {
		return err
	}
	if err := k.loadTitles(ctx, r, rows); err != nil {
		return err
	}
	b.poLines = k.poLines
	for _, p := range rows {
		if l := k.lines(p); l != nil {
			if err := k.decide(p, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadGroups reads the groups of portfolios whose lines name some.
func (k *keeper) loadGroups(ctx context.Context, r reader, rows []*ent.Portfolio) error {
	var grouped []int64
	for _, p := range rows {
		if l := k.lines(p); l != nil && l.Groups != nil {
			grouped = append(grouped, p.ID)
		}
	}
	if grouped == nil {
		return nil
	}
	k.entitled, k.groups = map[int64][]holdings.Entitlement{}, map[int64][]*ent.InventoryGroup{}
	found, err := r.client.Entitlement.Query().Where(entitlement.PortfolioIDIn(grouped...)).Order(entitlement.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the entitlements: %w", err)
	}
	var profiles []int64
	for _, e := range found {
		k.entitled[e.PortfolioID] = append(k.entitled[e.PortfolioID], holdings.Entitlement{Entitlement: e})
		if e.ProfileID != nil && !slices.Contains(profiles, *e.ProfileID) {
			profiles = append(profiles, *e.ProfileID)
		}
	}
	if k.retained, err = holdings.LoadRetentions(ctx, r.query, grouped); err != nil {
		return err
	}
	withGroups, err := r.client.Profile.Query().Where(profile.IDIn(profiles...)).WithGroups().All(ctx)
	if err != nil {
		return fmt.Errorf("read the groups of the profiles: %w", err)
	}
	for _, p := range withGroups {
		k.groups[p.ID] = p.Edges.Groups
	}
	return nil
}

// loadTitles reads the titles of other portfolios that have PO lines of the file.
func (k *keeper) loadTitles(ctx context.Context, r reader, rows []*ent.Portfolio) error {
	k.titles = map[int64]string{}
	var others []int64
	for _, p := range rows {
		l := k.lines(p)
		if l == nil {
			continue
		}
		for _, number := range l.POLines {
			if _, elsewhere := k.poLines.State(number, p.ID); elsewhere.Portfolio != 0 {
				others = append(others, elsewhere.Portfolio)
			}
		}
	}
	for chunk := range slices.Chunk(others, store.IDsAtOnce) {
		found, err := r.client.Portfolio.Query().Where(portfolio.IDIn(chunk...)).
			Select(portfolio.FieldID, portfolio.FieldPublicationTitle).All(ctx)
		if err != nil {
			return fmt.Errorf("read the portfolios of PO lines: %w", err)
		}
		for _, p := range found {
			k.titles[p.ID] = p.PublicationTitle
		}
	}
	return nil
}

func (k *keeper) decide(p *ent.Portfolio, l *LineChange) error {
	if p.RemovedAt != nil {
		k.b.refuse(p, l.Line, "it is out of the holdings by now: import the file again when the provider lists it")
		return nil
	}
	values, err := holdings.StaffValuesOf(p)
	if err != nil {
		return err
	}
	changed := values.Apply(k.missing(p, l, &values))
	if err := values.Check(); err != nil {
		k.b.refuse(p, l.Line, err.Error())
		return nil
	}
	for _, c := range changed {
		k.b.change(p, plan.Update, c.Name, c.Values, l.Line)
	}
	if len(changed) > 0 {
		k.b.setStaff(p, values, changed)
	}
	if k.attach(p, l) {
		changed = append(changed, plan.FieldChange{Name: plan.POLineField})
	}
	k.compareGroups(p, l)
	for _, n := range l.NotTaken {
		k.notTaken(p, l, n.Field, "", n.Value, n.Why)
	}
	if len(changed) == 0 {
		k.b.counts.Unchanged++
	} else {
		k.b.count(changed)
	}
	return nil
}

const keptAsItIs = "what is there is kept: change it by hand if the file is right"

// missing is the part of a line's change that a portfolio has no value for; the rest is listed where it differs.
func (k *keeper) missing(p *ent.Portfolio, l *LineChange, values *holdings.StaffValues) holdings.StaffChange {
	missing := holdings.StaffChange{}
	for _, field := range holdings.StaffFields {
		value, said := l.Change[field]
		if !said {
			continue
		}
		present := values.Get(field)
		if field == holdings.FieldAvailable && values.Available { // it is so until somebody says otherwise
			present = nil
			if *value == "true" {
				continue
			}
		}
		switch {
		case plan.Same(present, value):
		case present != nil:
			given := k.words(field, *value)
			if field == holdings.FieldLicense {
				given = l.License
			}
			k.notTaken(p, l, field, k.words(field, *present), given, keptAsItIs)
		case values.AccessRights != "" && (field == holdings.FieldPerpetualFrom || field == holdings.FieldPerpetualUntil):
			k.notTaken(p, l, field, "", *value, keptAsItIs) // days would take away from the rights that are there
		case field == holdings.FieldLicense && k.b.codes[*value] == "":
			k.notTaken(p, l, field, "", l.License, "the license was deleted since")
		default:
			missing[field] = value
		}
	}
	after := *values
	after.Apply(missing)
	if after.AccessRights != holdings.Perpetual {
		for _, field := range []string{holdings.FieldPerpetualFrom, holdings.FieldPerpetualUntil} {
			if value := missing[field]; value != nil {
				k.notTaken(p, l, field, "", *value, "the access is not perpetual: set access_rights and the days by hand")
				delete(missing, field)
			}
		}
	}
	return missing
}

// words is a value as people read it.
func (k *keeper) words(field, value string) string {
	if field == holdings.FieldLicense {
		return k.b.codes[value]
	}
	return plan.LocalWords(field, value)
}

// attach attaches the PO lines of a line to its portfolio, and makes those that are not there; it says whether it did any.
func (k *keeper) attach(p *ent.Portfolio, l *LineChange) (did bool) {
	for _, number := range l.POLines {
		before, elsewhere := k.poLines.State(number, p.ID)
		switch {
		case before.Attached:
		case elsewhere.Collection != 0:
			k.notTaken(p, l, plan.POLineField, "", number, "it orders a collection as a whole: move it by hand if the file is right")
		case elsewhere.Portfolio != 0:
			k.notTaken(p, l, plan.POLineField, "", number, fmt.Sprintf("it is a PO line of %.80q (%s): move it by hand if the file is right",
				k.titles[elsewhere.Portfolio], opaque.ID(portfolioType, elsewhere.Portfolio)))
		default:
			k.poLines.Attach(number, p.ID)
			after, _ := k.poLines.State(number, p.ID)
			k.b.change(p, plan.Update, plan.POLineField, plan.ValuesOfPOLine(before, after), l.Line)
			did = true
		}
	}
	return did
}

// compareGroups lists where the groups of a line are others than those that the profiles give.
func (k *keeper) compareGroups(p *ent.Portfolio, l *LineChange) {
	if l.Groups == nil {
		return
	}
	var here []string
	for _, g := range holdings.AvailableFor(k.entitled[p.ID], k.retained[p.ID], k.groups) {
		here = append(here, g.Name)
	}
	folded := func(names []string) []string {
		keys := make([]string, len(names))
		for i, name := range names {
			keys[i] = kbart.FoldTitle(name)
		}
		slices.Sort(keys)
		return keys
	}
	if !slices.Equal(folded(here), folded(l.Groups)) {
		k.notTaken(p, l, groupsField, groupsInWords(here), groupsInWords(l.Groups),
			"the groups of a portfolio are those of the profiles that list it: change the profiles if the file is right")
	}
}

func groupsInWords(names []string) string {
	if len(names) == 0 {
		return "everyone"
	}
	return strings.Join(names, ", ")
}

// notTaken lists a value of the file that is not taken over.
func (k *keeper) notTaken(p *ent.Portfolio, l *LineChange, field, present, given, why string) {
	k.b.counts.Bulk.NotTaken++
	k.b.change(p, plan.Refused, field, plan.Values{
		Kind: plan.WordsValues, Old: present,
		New: fmt.Sprintf("the file says %.200q: %s", given, why),
	}, l.Line)
}
