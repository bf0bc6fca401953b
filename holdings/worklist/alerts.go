package worklist

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"autoholdings/ent"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/store"
)

// alerts reads the alerts of all profiles, without what people put on them, in the order of the list.
func (s *Service) alerts(ctx context.Context) (items []*Item, err error) {
	active, err := s.store.Read.Profile.Query().Where(profile.Active(true)).Order(profile.ByID()).All(ctx)
	if err != nil || len(active) == 0 {
		return nil, err
	}
	ids := make([]int64, len(active))
	for i, p := range active {
		ids[i] = p.ID
	}
	alerts, err := s.profiles.AlertsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	applied, err := s.lastApplied(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range active {
		for _, a := range alerts[p.ID] {
			items = append(items, alertItem(p, a, applied[profileContent{p.ID, a.Content}]))
		}
	}
	slices.SortFunc(items, func(a, b *Item) int { return a.Position().compare(b.Position()) })
	return items, nil
}

func (p Position) compare(o Position) int {
	return cmp.Or(cmp.Compare(p.Order, o.Order), cmp.Compare(p.Subject, o.Subject), cmp.Compare(p.Detail, o.Detail))
}

// alertItem makes an item of an alert. An alert moves on with each answer that is as bad as those before it, so what tells
// it from an earlier one is what was well in between: a list that was applied.
func alertItem(p *ent.Profile, a profiles.ProfileAlert, applied int64) *Item {
	fingerprint := applied
	if a.Code == profiles.StaleFile {
		fingerprint = a.Since
	}
	return &Item{
		Key: Key{Type: Alert, Subject: p.ID, Detail: a.Code + " " + a.Content}, Since: a.Since, position: a.Since, Profile: p,
		Title: holdings.ProfileName(p), Summary: a.Message + " " + a.Hint, Steps: alertSteps[a.Code],
		fingerprint: strconv.FormatInt(fingerprint, 10),
	}
}

// profileContent is a content type of a profile.
type profileContent struct {
	profileID int64
	content   string
}

// lastApplied is when a list was applied last.
func (s *Service) lastApplied(ctx context.Context, profileIDs []int64) (map[profileContent]int64, error) {
	placeholders, args := store.InList(profileIDs)
	rows, err := s.store.Query(ctx, `SELECT profile_id, content, MAX(applied_at) FROM provider_files
		WHERE applied_at IS NOT NULL AND profile_id IN `+placeholders+` GROUP BY profile_id, content`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for the lists applied last: %w", err)
	}
	defer rows.Close()
	applied := map[profileContent]int64{}
	for rows.Next() {
		var of profileContent
		var at int64
		if err := rows.Scan(&of.profileID, &of.content, &at); err != nil {
			return nil, fmt.Errorf("look for the lists applied last: %w", err)
		}
		applied[of] = at
	}
	return applied, rows.Err()
}

// markAlerts adds what people put on the alerts.
func markAlerts(ctx context.Context, read store.QueryFunc, today string, alerts []*Item) error {
	if len(alerts) == 0 {
		return nil
	}
	marks, err := alertMarks(ctx, read, today)
	if err != nil {
		return err
	}
	for _, item := range alerts {
		item.Mark = Mark{State: Open}
		if m, ok := marks[item.Key]; ok && m.fingerprint == item.fingerprint {
			item.Mark = m.Mark
		}
	}
	return nil
}

// storedMark is a mark with the fingerprint of what it was put on.
type storedMark struct {
	Mark
	fingerprint string
}

func alertMarks(ctx context.Context, read store.QueryFunc, today string) (map[Key]storedMark, error) {
	rows, err := read(ctx, `SELECT m.subject_id, m.detail, m.fingerprint, `+markColumns+
		` FROM worklist_marks m LEFT JOIN people a ON a.id = m.assignee_id WHERE m.type = ?`, string(Alert))
	if err != nil {
		return nil, fmt.Errorf("read the marks on alerts: %w", err)
	}
	defer rows.Close()
	marks := map[Key]storedMark{}
	for rows.Next() {
		key, m, assignee := Key{Type: Alert}, storedMark{}, Person{}
		if err := rows.Scan(append([]any{&key.Subject, &key.Detail, &m.fingerprint}, markTargets(&m.Mark, &assignee)...)...); err != nil {
			return nil, fmt.Errorf("read the marks on alerts: %w", err)
		}
		m.scanned(assignee, today)
		marks[key] = m
	}
	return marks, rows.Err()
}

// markedAlerts are the alerts that a filter asks for, in any state.
func (s *Service) markedAlerts(ctx context.Context, f Filter, today string) (items []*Item, err error) {
	if len(f.CollectionIDs) > 0 { // alerts are about no collection
		return nil, nil
	}
	alerts, err := s.alerts(ctx)
	if err != nil {
		return nil, err
	}
	if err := markAlerts(ctx, s.store.Query, today, alerts); err != nil {
		return nil, err
	}
	for _, item := range alerts {
		if item.fits(f) {
			items = append(items, item)
		}
	}
	return items, nil
}

// fits says whether the filter lets an alert through, State apart.
func (i *Item) fits(f Filter) bool {
	switch {
	case len(f.ProfileIDs) > 0 && !slices.Contains(f.ProfileIDs, i.Subject),
		f.AssignedTo != 0 && (i.Assignee == nil || i.Assignee.ID != f.AssignedTo),
		f.Unassigned && i.Assignee != nil,
		f.Since != nil && i.Since < *f.Since:
		return false
	default:
		return true
	}
}

func (s *Service) alertsIn(ctx context.Context, f Filter, w window) (items []*Item, err error) {
	all, err := s.markedAlerts(ctx, f, w.today)
	if w.backwards {
		slices.Reverse(all)
	}
	for _, item := range all {
		past := w.after == nil || item.Position().compare(*w.after) != 0 && (item.Position().compare(*w.after) < 0) == w.backwards
		if item.State == f.state() && past && len(items) < w.limit {
			items = append(items, item)
		}
	}
	return items, err
}

func (s *Service) countAlerts(ctx context.Context, f Filter, today string, c *Count) error {
	all, err := s.markedAlerts(ctx, f, today)
	for _, item := range all {
		c.add(item.State, 1, item.Since)
	}
	return err
}
