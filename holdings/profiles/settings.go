package profiles

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// SettingsChange holds the changes to the settings; nil leaves a field as it is.
type SettingsChange struct {
	Version         *int    // the version the caller read; nil: any
	InstitutionName *string // at most 200 characters
	MultiCampus     *bool   // the customer parameter multi_campus_inventory_management
}

// UpdateSettings changes the settings. Multi-campus inventory management cannot be turned off (ONE_PROFILE_ONLY) while
// there are several profiles of one provider, or a profile with inventory groups. If the change is refused, it also
// returns the settings as stored.
func (s *Service) UpdateSettings(ctx context.Context, in SettingsChange) (*ent.Setting, error) {
	var problems problem.List
	if in.InstitutionName != nil {
		name := strings.TrimSpace(*in.InstitutionName)
		in.InstitutionName = &name
		if name != "" { // it may be empty
			problems.CheckName("input.institutionName", name)
		}
	}
	var settings *ent.Setting
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if settings, err = tx.Setting.Get(ctx, store.SettingsID); err != nil {
			return fmt.Errorf("read the settings: %w", err)
		}
		if err := problem.CheckVersion("something in the settings", in.Version, settings.Version); err != nil {
			return err
		}
		if in.MultiCampus != nil && !*in.MultiCampus {
			if err := checkOneCampus(ctx, tx, &problems); err != nil {
				return err
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		if in.InstitutionName == nil && in.MultiCampus == nil {
			return nil
		}
		settings, err = tx.Setting.UpdateOne(settings).SetUpdatedAt(tx.Now).AddVersion(1).
			SetNillableInstitutionName(in.InstitutionName).SetNillableMultiCampusInventoryManagement(in.MultiCampus).Save(ctx)
		return err
	})
	return settings, err
}

// checkOneCampus adds a problem for everything that a single campus cannot have.
func checkOneCampus(ctx context.Context, tx *store.Tx, problems *problem.List) error {
	const path = "input.multiCampusInventoryManagement"
	c, err := readCampus(ctx, tx)
	if err != nil {
		return err
	}
	for _, several := range c.severalOfOne() {
		problems.Add(problem.OneProfileOnly, path,
			"without multi-campus inventory management there is one profile, and there are %d: %s. Delete all but one first",
			len(several), holdings.QuotedNames(several))
	}
	var grouped []*ent.Profile
	for _, p := range c.profiles {
		if len(p.Edges.Groups) > 0 {
			grouped = append(grouped, p)
		}
	}
	if len(grouped) > 0 {
		problems.Add(problem.OneProfileOnly, path,
			"without multi-campus inventory management a profile has no inventory groups, and there are some on %s. Take them away first",
			holdings.QuotedNames(grouped))
	}
	return nil
}

// Settings reads the settings.
func (s *Service) Settings(ctx context.Context) (*ent.Setting, error) {
	row, err := s.store.Read.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	return row, nil
}
