package model

import (
	"slices"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
)

// Profile is an integration profile.
type Profile struct {
	*ent.Profile
	Page *ProfilePage
}

// ProfilePage is what was read together.
type ProfilePage struct {
	IDs    []int64
	Groups Related[[]*InventoryGroup]
	Alerts Related[[]profiles.ProfileAlert]
}

// Profiles makes a page of rows.
func Profiles(rows []*ent.Profile) []*Profile {
	page := &ProfilePage{IDs: ids(rows, func(row *ent.Profile) int64 { return row.ID })}
	return wrap(rows, func(row *ent.Profile) *Profile { return &Profile{row, page} })
}

func (*Profile) IsNode() {}

// ID is the opaque id.
func (p *Profile) ID() string { return ID(ProfileType, p.Profile.ID) }

// Name is how people know it.
func (p *Profile) Name() string { return holdings.ProfileName(p.Profile) }

// Description is null where nothing was written.
func (p *Profile) Description() *string { return orNull(p.Profile.Description) }

// Schedule is when it runs by itself.
func (p *Profile) Schedule() *Schedule { return &Schedule{profiles.ScheduleOf(p.Profile)} }

// GuardLimits are the marks of the guard on removals.
type GuardLimits struct{ Percent, Titles int }

// Guard is how much a run may take away.
func (p *Profile) Guard() *GuardLimits {
	return &GuardLimits{Percent: p.GuardPercent, Titles: p.GuardTitles}
}

// Guards are what holds a run until a person decides.
type Guards struct{ plan.Guards }

// Guards are those of the profile.
func (p *Profile) Guards() *Guards { return &Guards{profiles.GuardsOf(p.Profile)} }

// Removals are the marks for entitlements that end.
func (g *Guards) Removals() *GuardMarks { return &GuardMarks{g.Guards.Removals} }

// Access are the marks for titles that lose covered time.
func (g *Guards) Access() *GuardMarks { return &GuardMarks{g.Guards.Access} }

// Identity are the marks for titles that become others.
func (g *Guards) Identity() *GuardMarks { return &GuardMarks{g.Guards.Identity} }

// Additions are the marks for new titles.
func (g *Guards) Additions() *GuardMarks { return &GuardMarks{g.Guards.Additions} }

// GuardMarks are the marks of one guard.
type GuardMarks struct{ plan.Marks }

// Most is null where there is no such mark.
func (m *GuardMarks) Most() *int {
	if m.Marks.Most == 0 {
		return nil
	}
	return &m.Marks.Most
}

// Schedule is when a profile runs by itself.
type Schedule struct{ profiles.Schedule }

// Weekday is the day's name.
func (s *Schedule) Weekday() string {
	return weekdays[min(max(s.Schedule.Weekday, 1), len(weekdays))-1]
}

// Text is the schedule in words.
func (s *Schedule) Text() string { return s.String() }

// weekdays are ISO 8601's 1 to 7.
var weekdays = []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}

// WeekdayNumber is 1 for MONDAY to 7 for SUNDAY, 0 for anything else.
func WeekdayNumber(name string) int { return slices.Index(weekdays, name) + 1 }

// ProviderFile is one file as it was fetched.
type ProviderFile struct {
	*ent.ProviderFile
	Page *ProviderFilePage
}

// ProviderFilePage is what was read together.
type ProviderFilePage struct {
	Rows     []*ent.ProviderFile
	Profiles Related[*Profile]
}

// ProviderFiles makes a page of rows.
func ProviderFiles(rows []*ent.ProviderFile) []*ProviderFile {
	page := &ProviderFilePage{Rows: rows}
	return wrap(rows, func(row *ent.ProviderFile) *ProviderFile { return &ProviderFile{row, page} })
}

func (*ProviderFile) IsNode() {}

// ID is the opaque id.
func (f *ProviderFile) ID() string { return ID(ProviderFileType, f.ProviderFile.ID) }

// Content is null for a list of both.
func (f *ProviderFile) Content() *string { return orNull(f.ProviderFile.Content) }

// Kept says whether the copy is still there.
func (f *ProviderFile) Kept() bool { return f.Path != "" }

// DownloadURL is the path of the kept copy; null where there is none.
func (f *ProviderFile) DownloadURL() *string {
	if !f.Kept() {
		return nil
	}
	path := "/provider-files/" + f.ID()
	return &path
}

// Etag is the provider's entity tag.
func (f *ProviderFile) Etag() *string { return orNull(f.ProviderFile.Etag) }

// LastModified is as the provider sent it.
func (f *ProviderFile) LastModified() *string { return orNull(f.ProviderFile.LastModified) }

// Date is the release's.
func (f *ProviderFile) Date() *string { return orNull(f.ProviderFile.Date) }

// Outcome is what became of it.
func (f *ProviderFile) Outcome() *string { return orNull(f.ProviderFile.Outcome) }
