package profiles

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// ProfileInput is what to save of a profile. In a new profile, nil means the default; else it leaves the value as it
// is.
type ProfileInput struct {
	Provider                    string `json:",omitempty"` // for a new profile; it cannot change later; "": the standard one
	Description, CustomerNumber *string
	APIKey                      *secret.Key `json:"apiKey"`
	Active                      *bool
	FileFormat                  *string  // KBART
	GroupIDs                    *[]int64 `json:"groupIds"`
	Schedule                    *ScheduleChange
	GuardPercent, GuardTitles   *int // for removals: 0 to 100, 0 to 1,000,000
	Guards                      GuardsChange
	CommunityZoneOnly           *bool
}

// CreateProfile creates a profile; it needs the credentials that its provider asks for. Notices say what the save did
// beyond the request. Problems, including those with the rules for several profiles, are returned all at once, unless
// the provider is unknown, and nothing is saved.
//
// then, if not nil, runs in the same transaction after the save; an error from it undoes the save.
func (s *Service) CreateProfile(
	ctx context.Context, in ProfileInput, then func(ctx context.Context, tx *store.Tx, p *ent.Profile) error,
) (p *ent.Profile, notices []string, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		save, err := s.beginSave(ctx, tx, 0, in)
		if err != nil {
			return err
		}
		if others := save.campus.of(save.provider.Name); !save.campus.several && len(others) > 0 {
			save.problems.Add(problem.OneProfileOnly, "",
				"there is a profile already, %q, and without multi-campus inventory management there is one only: change that one, or turn on "+
					"multiCampusInventoryManagement in the settings",
				holdings.ProfileName(others[0]))
		}
		p, err = save.create(ctx)
		notices = save.notices
		if err != nil || then == nil {
			return err
		}
		return then(ctx, tx, p)
	})
	if err != nil {
		return nil, nil, err
	}
	return p, notices, nil
}

// UpdateProfile changes a profile, by the same rules as CreateProfile. version is the version the caller read; nil
// means any. If the change is refused, it also returns the profile as stored, if there is one.
func (s *Service) UpdateProfile(
	ctx context.Context, id int64, version *int, in ProfileInput, then func(ctx context.Context, tx *store.Tx, p *ent.Profile) error,
) (p *ent.Profile, notices []string, err error) {
	var before *ent.Profile
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var save *profileSave
		if save, before, err = s.beginUpdate(ctx, tx, id, version, in); err != nil {
			return err
		}
		if p, err = save.update(ctx, before); err == nil {
			err = save.noticeGroupChange(ctx, before, p)
		}
		notices = save.notices
		if err != nil || then == nil {
			return err
		}
		return then(ctx, tx, p)
	})
	if err != nil {
		return before, nil, err
	}
	return p, notices, nil
}

// CheckGroups returns a profile as stored, with its groups, and the groups that it is to have instead, by name, or all the
// problems for which UpdateProfile would refuse them. version is the version the caller read; nil means any.
func (s *Service) CheckGroups(
	ctx context.Context, tx *store.Tx, id int64, version *int, groupIDs []int64,
) (p *ent.Profile, groups []*ent.InventoryGroup, err error) {
	save, before, err := s.beginUpdate(ctx, tx, id, version, ProfileInput{GroupIDs: &groupIDs})
	if err != nil {
		return nil, nil, err
	}
	return before, save.groups, save.checkCampusRules(save.after(before))
}

// SetGroups gives a profile other groups in the caller's transaction, by the rules of UpdateProfile.
func (s *Service) SetGroups(ctx context.Context, tx *store.Tx, id int64, groupIDs []int64) error {
	save, before, err := s.beginUpdate(ctx, tx, id, nil, ProfileInput{GroupIDs: &groupIDs})
	if err != nil {
		return err
	}
	_, err = save.update(ctx, before)
	return err
}

// beginUpdate begins a save of a profile that is there. If only the version is refused, it returns the profile as well.
func (s *Service) beginUpdate(
	ctx context.Context, tx *store.Tx, id int64, version *int, in ProfileInput,
) (save *profileSave, before *ent.Profile, err error) {
	if save, err = s.beginSave(ctx, tx, id, in); err != nil {
		return nil, nil, err
	}
	if before = save.campus.find(id); before == nil {
		return nil, nil, problem.New(problem.NotFound, "input.profileId", "there is no such profile: it may have been deleted")
	}
	return save, before, problem.CheckVersion(fmt.Sprintf("the profile %q", holdings.ProfileName(before)), version, before.Version)
}

// DeleteProfile deletes a profile that has no active entitlements (else IN_USE). The last coverage of ended ones is
// kept, without the profile. It is refused while a job of the profile is unfinished.
func (s *Service) DeleteProfile(ctx context.Context, id int64) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := s.DeleteProfileIn(ctx, tx, id, 0)
		return err
	})
}

// DeleteProfileIn is DeleteProfile in the caller's transaction. If it refuses, it has written nothing. A job that
// deletes the profile passes its own id as askingJobID, since it is unfinished too; 0: no job. It returns the profile's
// name.
func (s *Service) DeleteProfileIn(ctx context.Context, tx *store.Tx, id, askingJobID int64) (name string, err error) {
	p, err := tx.Profile.Get(ctx, id)
	if ent.IsNotFound(err) {
		return "", problem.New(problem.NotFound, "input.profileId", "there is no such profile: it may have been deleted already")
	}
	if err != nil {
		return "", fmt.Errorf("read profile %d: %w", id, err)
	}
	if err := s.busy.Profile(ctx, tx, id, askingJobID); err != nil {
		return "", err
	}
	inForce, err := holdings.CountWithdrawal(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if inForce.All() > 0 {
		return "", problem.New(problem.InUse, "input.profileId",
			"the profile %q has %s in force. If they were withdrawn, %s. To have that done by a job, which shows its plan, waits for your "+
				"approval and deletes the profile at its end, set withdrawEntitlements; or keep the profile and deactivate it",
			holdings.ProfileName(p), words.Count(inForce.All(), "entitlement", "entitlements"), inForce)
	}
	if err := holdings.DetachEntitlements(ctx, tx, id); err != nil {
		return "", err
	}
	return holdings.ProfileName(p), tx.Profile.DeleteOne(p).Exec(ctx)
}

func entitlementsInForce(ctx context.Context, tx *store.Tx, profileID int64) (int, error) {
	n, err := tx.Entitlement.Query().Where(entitlement.ProfileID(profileID), entitlement.Active(true)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the entitlements of profile %d: %w", profileID, err)
	}
	return n, nil
}

// profileSave is one save of a profile. Rules are checked on the state after it, inside the transaction that writes it.
type profileSave struct {
	s        *Service
	tx       *store.Tx
	in       ProfileInput
	provider Provider
	campus   *campus
	groups   []*ent.InventoryGroup // the groups in in.GroupIDs
	problems problem.List
	notices  []string
}

// beginSave reads what the save is checked against, and checks the input itself. id is 0 for a new profile.
func (s *Service) beginSave(ctx context.Context, tx *store.Tx, id int64, in ProfileInput) (*profileSave, error) {
	if in.Description != nil {
		trimmed := strings.TrimSpace(*in.Description)
		in.Description = &trimmed
	}
	save := &profileSave{s: s, tx: tx, in: in}
	var err error
	if save.campus, err = readCampus(ctx, tx); err != nil {
		return nil, err
	}
	if err := save.findProvider(id); err != nil {
		return nil, err
	}
	in.check(&save.problems, save.provider)
	if in.GroupIDs == nil || len(*in.GroupIDs) == 0 {
		return save, nil
	}
	ids := slices.Compact(slices.Sorted(slices.Values(*in.GroupIDs)))
	save.groups, err = tx.InventoryGroup.Query().Where(inventorygroup.IDIn(ids...)).Order(inventorygroup.ByName()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the groups of the profile: %w", err)
	}
	if missing := len(ids) - len(save.groups); missing > 0 {
		save.problems.Add(problem.NotFound, "input.groupIds", "%s not there: list inventoryGroups for those that are",
			words.Count(missing, "of the inventory groups is", "of the inventory groups are"))
	}
	return save, nil
}

// findProvider finds the profile's provider: the requested one for a new profile, the same as before for an existing
// one. If the requested one is unknown, it returns that problem alone: which credentials are needed is unknown too.
func (save *profileSave) findProvider(id int64) error {
	if before := save.campus.find(id); before != nil {
		save.provider = save.s.providers.of(before.Provider)
		if save.in.Provider != "" && save.in.Provider != before.Provider {
			save.problems.Add(problem.BadInput, "input.provider", "the provider of a profile cannot be changed: create another profile")
		}
		return nil
	}
	var known bool
	if save.provider, known = save.s.providers.find(save.in.Provider); !known {
		return save.s.UnknownProvider(save.in.Provider)
	}
	return nil
}

// check adds the problems of the input itself.
func (in *ProfileInput) check(problems *problem.List, p Provider) {
	if in.Description != nil {
		problems.CheckDescription(*in.Description)
	}
	checkCredentials(problems, p, in.CustomerNumber, in.APIKey)
	if in.FileFormat != nil && *in.FileFormat != profile.DefaultFileFormat {
		problems.Add(problem.BadInput, "input.fileFormat", "the file format %q is unknown: choose KBART", *in.FileFormat)
	}
	in.Schedule.check(problems)
	problems.CheckRange("input.guard.percent", "the share of titles, in percent,", in.GuardPercent, 100)
	problems.CheckRange("input.guard.titles", "the number of titles", in.GuardTitles, maxGuardTitles)
	in.checkGuards(problems)
}

// create inserts the row.
func (save *profileSave) create(ctx context.Context) (*ent.Profile, error) {
	save.completeCredentials()
	now := save.tx.Now
	p := &ent.Profile{
		ID: save.s.store.NextID(), Provider: save.provider.Name, FileFormat: profile.DefaultFileFormat, GuardPercent: profile.DefaultGuardPercent,
		GuardTitles:       profile.DefaultGuardTitles,
		ScheduleFrequency: profile.DefaultScheduleFrequency, ScheduleWeekday: profile.DefaultScheduleWeekday,
		ScheduleDayOfMonth: profile.DefaultScheduleDayOfMonth, ScheduleTime: profile.DefaultScheduleTime,
		ScheduleTimezone: profile.DefaultScheduleTimezone,
	}
	after := save.after(p)
	if err := save.checkCampusRules(after); err != nil {
		return nil, err
	}
	save.takeOverSchedule(after)
	if after.Active {
		after.ScheduleSince = save.since()
	}
	save.noticeDisabled(after)
	save.noticeSameCustomer(after)
	create := save.tx.Profile.Create().SetID(p.ID).SetCreatedAt(now).SetUpdatedAt(now).SetProvider(p.Provider).
		AddGroups(save.groups...)
	fill(create.Mutation(), after)
	if err := save.sealKey(ctx, create.Mutation(), p.ID); err != nil {
		return nil, err
	}
	made, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the profile: %w", err)
	}
	return made, nil
}

// completeCredentials treats missing credentials of a new profile as empty, which is a problem if the provider requires
// them.
func (save *profileSave) completeCredentials() {
	if save.in.CustomerNumber == nil {
		save.in.CustomerNumber = new(string)
		checkCredentials(&save.problems, save.provider, save.in.CustomerNumber, nil)
	}
	if save.in.APIKey == nil {
		save.in.APIKey = new(secret.Key)
		checkCredentials(&save.problems, save.provider, nil, save.in.APIKey)
	}
}

// update writes the changes.
func (save *profileSave) update(ctx context.Context, before *ent.Profile) (*ent.Profile, error) {
	after := save.after(before)
	if err := save.checkCampusRules(after); err != nil {
		return nil, err
	}
	if err := save.settleSchedule(ctx, before, after); err != nil {
		return nil, err
	}
	if after.Active && !before.Active || ScheduleOf(after) != ScheduleOf(before) {
		after.ScheduleSince = save.since()
		save.noticeDisabled(after)
	}
	if after.Active && !before.Active || after.CustomerNumber != before.CustomerNumber {
		save.noticeSameCustomer(after)
	}
	if err := save.noticeCustomerChange(ctx, before, after); err != nil {
		return nil, err
	}
	if before.Active && !after.Active {
		if err := save.noticeDeactivation(ctx, before); err != nil {
			return nil, err
		}
	}
	if sameValues(before, after) && sameGroups(before, after) && save.in.APIKey == nil {
		return before, nil
	}
	update := save.tx.Profile.UpdateOneID(before.ID).SetUpdatedAt(save.tx.Now).AddVersion(1).ClearGroups().AddGroups(after.Edges.Groups...)
	fill(update.Mutation(), after)
	if err := save.sealKey(ctx, update.Mutation(), before.ID); err != nil {
		return nil, err
	}
	saved, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("change profile %d: %w", before.ID, err)
	}
	return saved, nil
}

// after returns the profile with the input applied, before any rule.
func (save *profileSave) after(before *ent.Profile) *ent.Profile {
	p, in := *before, &save.in
	set(&p.Description, in.Description)
	set(&p.CustomerNumber, in.CustomerNumber)
	set(&p.Active, in.Active)
	set(&p.FileFormat, in.FileFormat)
	setGuards(&p, in)
	set(&p.CommunityZoneOnly, in.CommunityZoneOnly)
	setSchedule(&p, in.Schedule.on(ScheduleOf(before)))
	if in.GroupIDs != nil {
		p.Edges.Groups = save.groups
	}
	return &p
}

func setSchedule(p *ent.Profile, s Schedule) {
	p.ScheduleFrequency, p.ScheduleWeekday, p.ScheduleDayOfMonth, p.ScheduleTime, p.ScheduleTimezone = s.Frequency, s.Weekday, s.DayOfMonth,
		s.Time, s.Timezone
}

func fill(m *ent.ProfileMutation, p *ent.Profile) {
	m.SetDescription(p.Description)
	m.SetCustomerNumber(p.CustomerNumber)
	m.SetActive(p.Active)
	m.SetFileFormat(p.FileFormat)
	m.SetGuardPercent(p.GuardPercent)
	m.SetGuardTitles(p.GuardTitles)
	if p.Guards != nil {
		m.SetGuards(p.Guards)
	} else {
		m.ClearGuards()
	}
	m.SetCommunityZoneOnly(p.CommunityZoneOnly)
	fillSchedule(m, ScheduleOf(p), p.ScheduleSince)
}

func fillSchedule(m *ent.ProfileMutation, s Schedule, since int64) {
	m.SetScheduleFrequency(s.Frequency)
	m.SetScheduleWeekday(s.Weekday)
	m.SetScheduleDayOfMonth(s.DayOfMonth)
	m.SetScheduleTime(s.Time)
	m.SetScheduleTimezone(s.Timezone)
	if since != 0 {
		m.SetScheduleSince(since)
	}
}

// sealKey stores a new key, sealed for this profile. The sealing key may have been replaced since this process started,
// if the process was out of sight then: nothing may be sealed with the former one.
func (save *profileSave) sealKey(ctx context.Context, m *ent.ProfileMutation, id int64) error {
	if save.in.APIKey == nil {
		return nil
	}
	if err := save.s.verifySealIn(ctx, save.tx); err != nil {
		return lockedProblem(err)
	}
	sealed, fingerprint := save.s.sealAPIKey(id, *save.in.APIKey)
	m.SetAPIKeySealed(sealed)
	m.SetAPIKeyFingerprint(fingerprint)
	m.SetAPIKeySetAt(save.tx.Now)
	return nil
}

func sameValues(a, b *ent.Profile) bool {
	return a.Description == b.Description && a.CustomerNumber == b.CustomerNumber && a.Active == b.Active && a.FileFormat == b.FileFormat &&
		GuardsOf(a) == GuardsOf(b) && a.CommunityZoneOnly == b.CommunityZoneOnly && ScheduleOf(a) == ScheduleOf(b)
}

func sameGroups(a, b *ent.Profile) bool {
	return slices.EqualFunc(a.Edges.Groups, b.Edges.Groups, func(x, y *ent.InventoryGroup) bool { return x.ID == y.ID })
}

// noticeGroupChange says what a change of groups did at once to portfolios, and which job shows it first.
func (save *profileSave) noticeGroupChange(ctx context.Context, before, after *ent.Profile) error {
	if save.in.GroupIDs == nil || after.Version == before.Version || sameGroups(before, save.after(before)) {
		return nil
	}
	inForce, err := entitlementsInForce(ctx, save.tx, before.ID)
	if err != nil || inForce == 0 {
		return err
	}
	save.notices = append(save.notices, fmt.Sprintf(
		"The inventory groups were changed at once, for %s. changeProfileGroups does it as a job: it shows first what opens and closes to "+
			"whom, reports it, and can be undone.",
		words.Count(inForce, "portfolio", "portfolios")))
	return nil
}

// noticeDeactivation says what stays active after a deactivation (DOMAIN section 8).
func (save *profileSave) noticeDeactivation(ctx context.Context, p *ent.Profile) error {
	inForce, err := entitlementsInForce(ctx, save.tx, p.ID)
	if err != nil {
		return err
	}
	if inForce == 0 {
		save.notices = append(save.notices, "The profile is inactive now. It has no entitlements in force, so no portfolio depends on it.")
		return nil
	}
	save.notices = append(save.notices, fmt.Sprintf(
		"The profile is inactive now. Deactivating leaves its entitlements in force: %s in the holdings on its account until the profile is "+
			"active and run again, or withdrawProfile ends them.",
		words.Count(inForce, "portfolio stays", "portfolios stay")))
	return nil
}
