package holdings

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// recordEdits writes down what somebody changed by hand on a portfolio, in the transaction that changes it.
func (s *Service) recordEdits(ctx context.Context, tx *store.Tx, p *ent.Portfolio, action plan.Action, changes []plan.FieldChange) error {
	if len(changes) == 0 {
		return nil
	}
	moment, err := momentOf(ctx, tx)
	if err != nil {
		return err
	}
	return saveEdits(ctx, tx, s.editsOf(ctx, tx, moment, p, action, changes))
}

// recordAll writes down that somebody did something with whole portfolios by hand.
func (s *Service) recordAll(ctx context.Context, tx *store.Tx, rows []*ent.Portfolio, action plan.Action) error {
	moment, err := momentOf(ctx, tx)
	if err != nil {
		return err
	}
	var edits []*ent.EditCreate
	for _, p := range rows {
		edits = append(edits, s.editsOf(ctx, tx, moment, p, action, []plan.FieldChange{{}})...)
	}
	for chunk := range slices.Chunk(edits, store.IDsAtOnce) {
		if err := saveEdits(ctx, tx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) editsOf(
	ctx context.Context, tx *store.Tx, moment int64, p *ent.Portfolio, action plan.Action, changes []plan.FieldChange,
) []*ent.EditCreate {
	by, _ := access.From(ctx)
	rows := make([]*ent.EditCreate, len(changes))
	for i, c := range changes {
		v := c.Values
		if v.Old == "" && v.New == "" {
			v.Kind = plan.NoValues
		}
		rows[i] = tx.Edit.Create().SetID(s.store.NextID()).SetCreatedAt(moment).SetActorKind(string(by.Kind)).SetActorID(by.ID).
			SetActorName(by.Name).SetPortfolioID(p.ID).SetCollectionID(p.CollectionID).SetAction(string(action)).SetField(c.Name).
			SetTitle(p.PublicationTitle).SetTitleID(p.TitleID).SetPrintIdentifier(p.PrintIdentifier).
			SetOnlineIdentifier(p.OnlineIdentifier).SetTitleKey(p.TitleKey).SetValueKind(string(v.Kind)).SetOldValue(v.Old).SetNewValue(v.New)
	}
	return rows
}

func saveEdits(ctx context.Context, tx *store.Tx, rows []*ent.EditCreate) error {
	if err := tx.Edit.CreateBulk(rows...).Exec(ctx); err != nil {
		return fmt.Errorf("record what was changed by hand: %w", err)
	}
	return nil
}

// StaffValuesOf is what staff decided about a portfolio, which is read with its additional licenses (WithAdditional).
func StaffValuesOf(p *ent.Portfolio) (v StaffValues, err error) {
	v = StaffValues{
		Available: p.Available, AccessRights: p.AccessRights, PerpetualFrom: p.PerpetualFrom, PerpetualUntil: p.PerpetualUntil,
	}
	if p.LicenseID != nil {
		v.LicenseID = *p.LicenseID
	}
	additional, err := p.Edges.AdditionalOrErr()
	if err != nil {
		return v, fmt.Errorf("portfolio %d was read without its licenses: %w", p.ID, err)
	}
	for _, a := range additional {
		v.AdditionalLicenses = append(v.AdditionalLicenses, a.LicenseID)
	}
	slices.Sort(v.AdditionalLicenses)
	v.Local, err = plan.ParseLocalValues(p.LocalValues)
	return v, err
}

// WriteAdditionalLicenses gives portfolios the additional licenses that they are to have, in place of those that they have.
func WriteAdditionalLicenses(ctx context.Context, tx *store.Tx, of map[int64][]int64) error {
	ids := slices.Sorted(maps.Keys(of))
	var rows [][]any
	for _, id := range ids {
		for _, licenseID := range of[id] {
			rows = append(rows, []any{id, licenseID})
		}
	}
	for chunk := range slices.Chunk(ids, store.IDsAtOnce) {
		placeholders, args := store.InList(chunk)
		if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM additional_licenses WHERE portfolio_id IN `+placeholders, args...); err != nil {
			return fmt.Errorf("take additional licenses away: %w", err)
		}
	}
	if err := store.Insert(ctx, tx, "additional_licenses", []string{"portfolio_id", "license_id"}, rows); err != nil {
		return fmt.Errorf("write additional licenses: %w", err)
	}
	return nil
}

// PortfolioChange is what staff change on a portfolio.
type PortfolioChange struct {
	ID       int64
	Version  *int // as it was read; nil: any version
	Staff    StaffChange
	Lock     *[]string // fields that get the provider's present value as their local value; all others lose their local value
	Reviewed bool      // a person has decided: it waits for nobody any more
}

// UpdatePortfolio changes what staff decide about a portfolio, even one that is out of the holdings, and records it.
// Along with a refusal it returns the portfolio as it is, if there is one.
func (s *Service) UpdatePortfolio(ctx context.Context, in PortfolioChange) (*ent.Portfolio, error) {
	var problems problem.List
	change := CheckStaffChange(in.Staff, &problems, inputPath)
	in.checkLocks(&problems)
	var p *ent.Portfolio
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = tx.Portfolio.Query().Where(portfolio.ID(in.ID)).WithAdditional().Only(ctx)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.portfolioId", "there is no such portfolio")
		}
		if err != nil {
			return fmt.Errorf("read portfolio %d: %w", in.ID, err)
		}
		if err := problem.CheckVersion(fmt.Sprintf("the portfolio %q", p.PublicationTitle), in.Version, p.Version); err != nil {
			return err
		}
		values, err := StaffValuesOf(p)
		if err != nil {
			return err
		}
		if in.Lock != nil {
			if change, err = s.withLocks(ctx, tx, p, &values, change, *in.Lock); err != nil {
				return err
			}
		}
		changed := values.Apply(change)
		if err := CheckLicenses(ctx, tx, &problems, change, inputPath); err != nil {
			return err
		}
		if err := values.Check(); err != nil {
			problems.Add(problem.BadInput, "input", "%s", err)
		}
		if err := problems.Err(); err != nil {
			return err
		}
		update := tx.Portfolio.UpdateOne(p)
		if in.Reviewed && p.Review != "" {
			changed = append(changed, plan.FieldChange{Name: "review", Values: plan.ValuesOfText(p.Review, "")})
			update.SetReview("")
		}
		if len(changed) == 0 {
			return nil
		}
		if err := s.recordEdits(ctx, tx, p, plan.Update, changed); err != nil {
			return err
		}
		if slices.ContainsFunc(changed, func(c plan.FieldChange) bool { return c.Name == FieldAdditional }) {
			if err := WriteAdditionalLicenses(ctx, tx, map[int64][]int64{p.ID: values.AdditionalLicenses}); err != nil {
				return err
			}
		}
		p, err = setStaffValues(update, &values).SetUpdatedAt(tx.Now).AddVersion(1).Save(ctx)
		return err
	})
	return p, err
}

// inputPath is where the API's input has a field.
func inputPath(field string) string {
	switch field {
	case FieldLicense:
		return "input.licenseId"
	case FieldAdditional:
		return "input.additionalLicenseIds"
	case FieldAvailable:
		return "input.available"
	case plan.Proxy:
		return "input.proxy"
	}
	if IsProviderField(field) {
		return "input.localValues"
	}
	words := strings.Split(field, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return "input." + strings.Join(words, "")
}

func setStaffValues(u *ent.PortfolioUpdateOne, v *StaffValues) *ent.PortfolioUpdateOne {
	u.SetAvailable(v.Available).SetAccessRights(v.AccessRights).SetPerpetualFrom(v.PerpetualFrom).SetPerpetualUntil(v.PerpetualUntil).
		SetLocalValues(v.Local.Text()).SetLocalWords(search.LocalText(v.Local.Text()).Stored())
	if v.LicenseID == 0 {
		return u.ClearLicenseID()
	}
	return u.SetLicenseID(v.LicenseID)
}

// checkLocks adds a problem for each field that cannot be locked.
func (in *PortfolioChange) checkLocks(problems *problem.List) {
	if in.Lock == nil {
		return
	}
	for _, name := range *in.Lock {
		if !IsProviderField(name) {
			problems.Add(problem.BadInput, "input.lockedFields", "there is no field %q to lock: choose among %s, %s", name, plan.TitleColumnNames,
				plan.CoverageField)
		}
	}
}

// IsProviderField says whether a field is one that the provider has too.
func IsProviderField(name string) bool {
	return name == plan.CoverageField || plan.TitleColumnNamed(name) >= 0
}

// withLocks adds to a change what locks mean: the fields named get the provider's present value as their local value
// unless they have one, the others lose theirs. What a change says of a field itself stays.
func (s *Service) withLocks(
	ctx context.Context, tx *store.Tx, p *ent.Portfolio, values *StaffValues, change StaffChange, locks []string,
) (StaffChange, error) {
	named := map[string]bool{}
	for _, name := range locks {
		named[name] = true
	}
	provider := ProviderValues(p)
	for _, field := range plan.LocalFields {
		if _, said := change[field]; said || !IsProviderField(field) {
			continue
		}
		switch {
		case !named[field]:
			change[field] = nil
		case values.Local.Get(field) != nil:
		case field == plan.CoverageField:
			text, err := presentCoverage(ctx, tx, p.ID)
			if err != nil {
				return nil, err
			}
			change[field] = &text
		default:
			change[field] = &provider[plan.TitleColumnNamed(field)]
		}
	}
	return change, nil
}

// presentCoverage is the coverage that the provider gives a portfolio now, as local coverage.
func presentCoverage(ctx context.Context, tx *store.Tx, portfolioID int64) (string, error) {
	found, err := entitlementsOf(ctx, tx.SQL.QueryContext, []int64{portfolioID})
	if err != nil {
		return "", err
	}
	c := plan.LocalCoverage{Mode: plan.Instead, Statements: []plan.Statement{}}
	for _, shared := range Coverage(found[portfolioID]) {
		shared.Kind = plan.LocalKind
		c.Statements = append(c.Statements, shared.Statement)
	}
	return plan.ToJSON(c), nil
}

// ProviderValues are the title columns of a portfolio as the provider's list has them.
func ProviderValues(p *ent.Portfolio) (values [len(plan.TitleColumns)]string) {
	for i, column := range plan.TitleColumns {
		values[i] = *titleValue(p, column)
	}
	return values
}

// LocalValuesOf is what staff put on a portfolio beside the provider's values; none where that cannot be read, which
// only a change of the database from outside can bring about.
func LocalValuesOf(p *ent.Portfolio) plan.LocalValues {
	local, _ := plan.ParseLocalValues(p.LocalValues)
	return local
}

// ShownPortfolio returns a portfolio with its local values in place of the provider's, as it is shown.
func ShownPortfolio(p *ent.Portfolio) *ent.Portfolio { return ShownWith(p, LocalValuesOf(p)) }

// ShownWith is ShownPortfolio where its local values are known.
func ShownWith(p *ent.Portfolio, local plan.LocalValues) *ent.Portfolio {
	if len(local) == 0 {
		return p
	}
	values := ProviderValues(p)
	shown := *p
	for i, value := range local.AppliedTo(&values) {
		*titleValue(&shown, plan.TitleColumns[i]) = value
	}
	return &shown
}

// ProviderValue is a field as the provider has it; ok is false for fields that only the library has, and for coverage.
func ProviderValue(p *ent.Portfolio, field string) (value string, ok bool) {
	i := plan.TitleColumnNamed(field)
	if i < 0 {
		return "", false
	}
	return *titleValue(p, plan.TitleColumns[i]), true
}

// titleValue points to a title column of a portfolio.
func titleValue(p *ent.Portfolio, c kbart.Column) *string {
	switch c {
	case kbart.PublicationTitle:
		return &p.PublicationTitle
	case kbart.PrintIdentifier:
		return &p.PrintIdentifier
	case kbart.OnlineIdentifier:
		return &p.OnlineIdentifier
	case kbart.TitleURL:
		return &p.TitleURL
	case kbart.FirstAuthor:
		return &p.FirstAuthor
	case kbart.TitleID:
		return &p.TitleID
	case kbart.CoverageDepth:
		return &p.CoverageDepth
	case kbart.Notes:
		return &p.Notes
	case kbart.PublisherName:
		return &p.PublisherName
	case kbart.PublicationTypeColumn:
		return &p.PublicationType
	case kbart.DateMonographPublishedPrint:
		return &p.DateMonographPublishedPrint
	case kbart.DateMonographPublishedOnline:
		return &p.DateMonographPublishedOnline
	case kbart.MonographVolume:
		return &p.MonographVolume
	case kbart.MonographEdition:
		return &p.MonographEdition
	case kbart.FirstEditor:
		return &p.FirstEditor
	case kbart.ParentPublicationTitleID:
		return &p.ParentPublicationTitleID
	case kbart.PrecedingPublicationTitleID:
		return &p.PrecedingPublicationTitleID
	default:
		return &p.AccessType
	}
}
