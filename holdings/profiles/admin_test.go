package profiles_test

import (
	"strings"
	"testing"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/holdingstest"
)

func TestInventoryGroups(t *testing.T) {
	t.Parallel()
	b, law, medicine := setupCampuses(t)
	for _, name := range []string{
		"", "  ", strings.Repeat("a", 201), "Law & Order", "Law, old", "C++", "two\tparts", "two  blanks", "law",
		"LAW",
	} {
		_, err := b.Profiles.CreateInventoryGroup(t.Context(), name, "")
		holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.name")
		now, err := b.Profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: medicine, Name: &name})
		holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.name")
		if now.Name != "Medicine" || now.Version != 1 {
			t.Errorf("%q: %+v", name, now)
		}
	}
	_, err := b.Profiles.CreateInventoryGroup(t.Context(), "Law!", strings.Repeat("a", 501))
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.description", "BAD_USER_INPUT input.name")
	_, err = b.Profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: law, Description: new(strings.Repeat("a", 501))})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.description")
	if n := b.Store.Read.InventoryGroup.Query().CountX(t.Context()); n != 2 {
		t.Errorf("%d groups", n)
	}

	group, err := b.Profiles.UpdateInventoryGroup(t.Context(),
		profiles.GroupChange{ID: law, Version: new(1), Name: new("Bibliothèque de droit 2"), Description: new(" both floors ")})
	b.Must(err)
	if group.Name != "Bibliothèque de droit 2" || group.Description != "both floors" || group.Version != 2 {
		t.Errorf("%+v", group)
	}
	group, err = b.Profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: law, Version: new(1), Description: new("")})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	if group.Description != "both floors" {
		t.Errorf("%+v", group)
	}
	group, err = b.Profiles.UpdateInventoryGroup(t.Context(),
		profiles.GroupChange{ID: law, Name: new("BIBLIOTHÈQUE de droit 2"), Description: new("")})
	if b.Must(err); group.Description != "" || group.Version != 3 {
		t.Errorf("its own name is not another's: %+v", group)
	}

	p, _ := b.CreateProfile(holdingstest.ProfileInput("Alpha", false, law))
	err = b.Profiles.DeleteInventoryGroup(t.Context(), law)
	holdingstest.WantProblems(t, err, "IN_USE input.inventoryGroupId")
	holdingstest.WantMessage(t, err, `1 profile: "Alpha"`)
	b.update(p.ID, profiles.ProfileInput{GroupIDs: &[]int64{medicine}})
	b.Must(b.Profiles.DeleteInventoryGroup(t.Context(), law))
	holdingstest.WantProblems(t, b.Profiles.DeleteInventoryGroup(t.Context(), law), "NOT_FOUND input.inventoryGroupId")
	_, err = b.Profiles.UpdateInventoryGroup(t.Context(), profiles.GroupChange{ID: law})
	holdingstest.WantProblems(t, err, "NOT_FOUND input.inventoryGroupId")
}

// TestSettings: rule 6 holds after the settings are saved too.
func TestSettings(t *testing.T) {
	t.Parallel()
	b, law, _ := setupCampuses(t)
	settings := b.UpdateSettings(profiles.SettingsChange{InstitutionName: new(" Bodleian Libraries "), Version: new(2)})
	if settings.InstitutionName != "Bodleian Libraries" || !settings.MultiCampusInventoryManagement || settings.Version != 3 {
		t.Errorf("%+v", settings)
	}
	settings, err := b.Profiles.UpdateSettings(t.Context(), profiles.SettingsChange{Version: new(2), InstitutionName: new("Other")})
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	holdingstest.WantMessage(t, err, "version is now 3")
	if settings.InstitutionName != "Bodleian Libraries" {
		t.Errorf("%+v", settings)
	}
	_, err = b.Profiles.UpdateSettings(t.Context(), profiles.SettingsChange{InstitutionName: new(strings.Repeat("a", 201))})
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.institutionName")

	first, _ := b.CreateProfile(holdingstest.ProfileInput("First", true, law))
	second, _ := b.CreateProfile(holdingstest.ProfileInput("Second", true, law))
	_, err = b.Profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(false)})
	holdingstest.WantProblems(t, err, "ONE_PROFILE_ONLY input.multiCampusInventoryManagement", "ONE_PROFILE_ONLY input.multiCampusInventoryManagement")
	holdingstest.WantMessage(t, err, `there are 2: "First", "Second"`, "no inventory groups")
	b.Must(b.Profiles.DeleteProfile(t.Context(), second.ID))
	_, err = b.Profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(false)})
	holdingstest.WantProblems(t, err, "ONE_PROFILE_ONLY input.multiCampusInventoryManagement")
	b.update(first.ID, profiles.ProfileInput{GroupIDs: &[]int64{}})
	settings = b.UpdateSettings(profiles.SettingsChange{MultiCampus: new(false), InstitutionName: new("")})
	if settings.MultiCampusInventoryManagement || settings.InstitutionName != "" {
		t.Errorf("%+v", settings)
	}
}
