package profiles

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/profile"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// Codes of alerts.
const (
	StaleFile    = "STALE_FILE"
	OlderFiles   = "OLDER_FILES"
	NoListAnswer = "NO_LIST"
)

// AlertCodes returns what each code means, a sentence.
func AlertCodes() map[string]string {
	return map[string]string{ //nolint:gosec // G101: sentences about credentials, and none of them
		CredentialsLocked: "The API key is sealed with a sealing key that the server does not have: it was started with another one, or without.",
		CredentialsNeeded: "There is no API key, or it is damaged: it has to be entered.",
		StaleFile:         "The provider has had no new file for more than 40 days.",
		OlderFiles:        "Two runs one after the other were blocked, since the provider's list is older than the one applied last.",
		NoListAnswer: "The provider's last three answers for a content type were no list, while entitlements of the profile are in force " +
			"there.",
	}
}

// staleAfter is how old the newest file may be. The provider replaces its files in the last week of each month.
const staleAfter = 40 * 24 * time.Hour

// ProfileAlert is something about a profile that a person should look at.
type ProfileAlert struct {
	Code          string // one of AlertCodes
	Content       string // BOOKS, JOURNALS; "": the profile as a whole
	Message, Hint string
	Since         int64 // Unix milliseconds
}

// AlertsOf returns the alerts of profiles, by profile. An inactive profile has none. Neither has a content type without
// an active collection: nobody asks the provider for its file.
func (s *Service) AlertsOf(ctx context.Context, profileIDs []int64) (map[int64][]ProfileAlert, error) {
	profiles, err := s.store.Read.Profile.Query().Where(profile.IDIn(profileIDs...), profile.Active(true)).Order(profile.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the active profiles: %w", err)
	}
	if len(profiles) == 0 {
		return nil, nil
	}
	newest, err := s.newestFiles(ctx, profiles)
	if err != nil {
		return nil, err
	}
	synced, err := s.syncedContents(ctx)
	if err != nil {
		return nil, err
	}
	now, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	alerts, err := s.olderFiles(ctx, profileIDs)
	if err != nil {
		return nil, err
	}
	none, err := noLists(ctx, s.store.Query, profileIDs)
	if err != nil {
		return nil, err
	}
	for _, p := range profiles {
		alerts[p.ID] = append(s.keyAlert(p), alerts[p.ID]...)
		of := s.providers.of(p.Provider)
		if files := newest[p.ID]; len(files) > 0 {
			alerts[p.ID] = append(alerts[p.ID], staleFiles(now, of, files, synced[of.Name])...)
		} else if days, stale := staleFor(now, p.CreatedAt); stale {
			alerts[p.ID] = append(alerts[p.ID], neverHadFile(p, of, days))
		}
		alerts[p.ID] = append(alerts[p.ID], noListAlerts(p, of, none[p.ID], synced[of.Name])...)
	}
	return alerts, nil
}

// syncedContents returns, by provider, the content types that have an active collection.
func (s *Service) syncedContents(ctx context.Context) (map[string][]string, error) {
	zones, err := s.store.Read.Collection.Query().Where(collection.Active(true)).QueryCommunityZoneCollection().
		Order(communityzonecollection.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read which content types are synced: %w", err)
	}
	synced := map[string][]string{}
	for _, zone := range zones {
		for _, of := range s.providers {
			if of.Title == "" || of.Title == zone.Provider {
				synced[of.Name] = append(synced[of.Name], zone.Content)
			}
		}
	}
	return synced, nil
}

// newestFile is the newest file of one content type. If the provider sends the same bytes again, that is no new file.
type newestFile struct {
	content, name string
	createdAt     int64
}

// newestFiles reads the newest files of each profile.
func (s *Service) newestFiles(ctx context.Context, profiles []*ent.Profile) (map[int64][]newestFile, error) {
	placeholders, args := store.InList(ids(profiles))
	rows, err := s.store.Query(ctx, `SELECT f.profile_id, f.content, MAX(f.name), f.created_at FROM provider_files f
		JOIN (SELECT profile_id, content, MAX(created_at) AS newest FROM provider_files
			WHERE profile_id IN `+placeholders+` GROUP BY profile_id, content) n
		ON f.profile_id = n.profile_id AND f.content = n.content AND f.created_at = n.newest
		GROUP BY f.profile_id, f.content, f.created_at`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for the newest files: %w", err)
	}
	defer rows.Close()
	newest := map[int64][]newestFile{}
	for rows.Next() {
		var profileID int64
		var f newestFile
		if err := rows.Scan(&profileID, &f.content, &f.name, &f.createdAt); err != nil {
			return nil, fmt.Errorf("look for the newest files: %w", err)
		}
		newest[profileID] = append(newest[profileID], f)
	}
	return newest, rows.Err()
}

// staleFor returns how many days have passed, and whether that is too long.
func staleFor(now time.Time, since int64) (days int, stale bool) {
	age := now.Sub(store.Time(since))
	return int(age / (24 * time.Hour)), age > staleAfter
}

func staleFiles(now time.Time, of Provider, newest []newestFile, synced []string) (alerts []ProfileAlert) {
	slices.SortFunc(newest, func(a, b newestFile) int { return cmp.Compare(a.content, b.content) })
	for _, f := range newest {
		days, stale := staleFor(now, f.createdAt)
		if !stale || !slices.Contains(synced, f.content) {
			continue
		}
		alerts = append(alerts, ProfileAlert{
			Code: StaleFile, Content: f.content, Since: f.createdAt,
			Message: fmt.Sprintf("%s has had no new file of %s since %s, %d days ago: the newest is %q.", of.subject(),
				strings.ToLower(f.content), store.Time(f.createdAt).Format("2 January 2006"), days, f.name),
			Hint: "The provider replaces its files each month. Look at the profile's last jobs and test its connection; if both are well, ask the " +
				"provider why the file stays the same.",
		})
	}
	return alerts
}

func ids(profiles []*ent.Profile) []int64 {
	ids := make([]int64, len(profiles))
	for i, p := range profiles {
		ids[i] = p.ID
	}
	return ids
}

// noListAlerts offers to withdraw the content types that the provider no longer has a list for.
func noListAlerts(p *ent.Profile, of Provider, none map[string]*NoList, synced []string) (alerts []ProfileAlert) {
	for _, content := range slices.Sorted(maps.Keys(none)) {
		n := none[content]
		if n.Entitled == 0 || !slices.Contains(synced, content) {
			continue
		}
		what := strings.ToLower(content)
		alerts = append(alerts, ProfileAlert{
			Code: NoListAnswer, Content: content, Since: n.Since,
			Message: fmt.Sprintf("%s's last %d answers for %s were no list: %s (the newest first). %s in the holdings on this profile's "+
				"account, and stay until a list comes or they are withdrawn.",
				of.subject(), len(n.Answers), what, n, words.Count(n.Entitled, "portfolio is", "portfolios are")),
			Hint: fmt.Sprintf("Where the library should have %s, test the profile's connection and ask the provider. Where it has cancelled them, "+
				"take them out by withdrawProfile(input: {profileId: %q, content: %s}): it shows its plan and waits for your approval.",
				what, opaque.ID("Profile", p.ID), content),
		})
	}
	return alerts
}

func neverHadFile(p *ent.Profile, of Provider, days int) ProfileAlert {
	return ProfileAlert{
		Code: StaleFile, Since: p.CreatedAt,
		Message: fmt.Sprintf("The profile was made on %s, %d days ago, and has never had a file.", store.Time(p.CreatedAt).
			Format("2 January 2006"), days),
		Hint: fmt.Sprintf("Test the profile's connection and run it once; if %s has no file, ask it whether %s set up.",
			of.object(), of.asksFor()),
	}
}
