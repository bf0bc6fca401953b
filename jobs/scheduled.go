package jobs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// ScheduledJob is something that runs by itself.
type ScheduledJob struct {
	ID         string // "sync" for the active profiles together, "sync:NAME" for another provider's, "profile:ID" for an inactive one
	Active     bool   // it runs by itself
	Enabled    bool   // a person has not disabled it
	Name       string
	Kind       string
	ProfileIDs []int64
	Schedule   profiles.Schedule
	LastJobID  int64     // the last job that it started by itself; 0: none
	NextRun    time.Time // zero: none
}

// The ids of scheduled jobs.
const (
	syncID        = "sync"     // for the standard provider
	syncPrefix    = "sync:"    // before the name of another provider
	profilePrefix = "profile:" // before an inactive profile's id
)

// scheduleID returns the id of a provider's schedule.
func (all providers) scheduleID(of *provider.Fetcher) string {
	if of == all.standard() {
		return syncID
	}
	return syncPrefix + of.Provider().Name
}

// scheduled returns the fetcher for the provider whose schedule has an id; nil: none.
func (all providers) scheduled(id string) *provider.Fetcher {
	for _, f := range all {
		if all.scheduleID(f) == id {
			return f
		}
	}
	return nil
}

// scheduledName is a sync's name in the list of scheduled jobs.
func scheduledName(of *provider.Provider) string {
	return "Upload Electronic Holdings from " + of.Title
}

// ScheduledJobs lists what runs by itself: first the schedules of the active profiles, by provider, then inactive
// profiles.
func (s *Service) ScheduledJobs(ctx context.Context) ([]ScheduledJob, error) {
	var listed []ScheduledJob
	for _, of := range s.providers {
		common, err := profiles.ReadCommonSchedule(ctx, s.store.Read, of.Provider().Name)
		if err != nil {
			return nil, err
		}
		if len(common.Profiles) == 0 {
			continue
		}
		together, err := s.scheduledSync(ctx, of, common)
		if err != nil {
			return nil, err
		}
		listed = append(listed, *together)
	}
	inactive, err := s.store.Read.Profile.Query().Where(profile.Active(false)).Order(profile.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the inactive profiles: %w", err)
	}
	for _, p := range inactive {
		listed = append(listed, *s.scheduledProfile(p))
	}
	return listed, nil
}

// scheduledSync returns the entry for all active profiles of a provider.
func (s *Service) scheduledSync(ctx context.Context, of *provider.Fetcher, common *profiles.CommonSchedule) (*ScheduledJob, error) {
	entry := &ScheduledJob{
		ID: s.providers.scheduleID(of), Active: common.Runs(), Enabled: !common.Disabled, Name: scheduledName(of.Provider()), Kind: KindSync,
		ProfileIDs: common.ProfileIDs(), Schedule: common.Schedule,
	}
	if entry.Active {
		from, err := s.now(ctx)
		if err != nil {
			return nil, err
		}
		if common.Since.After(from) {
			from = common.Since
		}
		entry.NextRun = common.Next(from)
	}
	var err error
	entry.LastJobID, err = s.lastScheduled(ctx, s.providers.slots(of))
	return entry, err
}

// scheduledProfile returns the entry for an inactive profile.
func (s *Service) scheduledProfile(p *ent.Profile) *ScheduledJob {
	name := holdings.ProfileName(p)
	if from, err := s.providers.of(p); err == nil { // otherwise its provider is unknown
		name = scheduledName(from.Provider()) + ": " + name
	}
	return &ScheduledJob{
		ID: profilePrefix + strconv.FormatInt(p.ID, 10), Enabled: true, Name: name, Kind: KindSync,
		ProfileIDs: []int64{p.ID}, Schedule: profiles.ScheduleOf(p),
	}
}

// lastScheduled returns the newest job that a schedule started, not counting jobs that stood in for one.
func (s *Service) lastScheduled(ctx context.Context, fired slots) (id int64, err error) {
	rows, err := s.store.Query(ctx, `SELECT j.id FROM schedule_slots s JOIN jobs j ON j.id = s.job_id
		WHERE j.kind = ? AND j."trigger" = ? AND s.slot >= ? AND s.slot < ? ORDER BY s.slot DESC LIMIT 1`,
		KindSync, Scheduled, string(fired), string(fired)+":") // a colon sorts after the digits that a time starts with
	if err != nil {
		return 0, fmt.Errorf("look for the last scheduled job: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&id)
	}
	return id, errors.Join(err, rows.Err())
}

const scheduledPath = "input.scheduledJobId"

// EnableScheduled starts or stops a scheduled job. If that is refused, it also returns the entry as stored, if there is
// one.
func (s *Service) EnableScheduled(ctx context.Context, id string, enabled bool) (*ScheduledJob, error) {
	if entry, err := s.activeProfiles(ctx, id); err != nil {
		return entry, err
	}
	if err := s.profiles.EnableSchedule(ctx, s.providers.scheduled(id).Provider().Name, enabled); err != nil {
		return nil, err
	}
	return s.activeProfiles(ctx, id)
}

// activeProfiles returns the entry for a provider's active profiles. If the id names another entry, that one is
// returned with the refusal.
func (s *Service) activeProfiles(ctx context.Context, id string) (*ScheduledJob, error) {
	of := s.providers.scheduled(id)
	if of == nil {
		return s.inactiveProfile(ctx, s.store.Read, id)
	}
	common, err := profiles.ReadCommonSchedule(ctx, s.store.Read, of.Provider().Name)
	if err != nil {
		return nil, err
	}
	if len(common.Profiles) == 0 {
		return nil, noActiveProfile()
	}
	return s.scheduledSync(ctx, of, common)
}

func noActiveProfile() error {
	return problem.New(problem.ProfileInactive, scheduledPath, "no profile is active, so nothing is scheduled: activate a profile first")
}

// inactiveProfile returns the entry for an inactive profile, and why it can be neither enabled nor run.
func (s *Service) inactiveProfile(ctx context.Context, client *ent.Client, id string) (*ScheduledJob, error) {
	gone := problem.New(problem.NotFound, scheduledPath, "there is no such scheduled job, or no longer: list scheduledJobs for those that are")
	text, ok := strings.CutPrefix(id, profilePrefix)
	number, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return nil, gone
	}
	p, err := client.Profile.Get(ctx, number)
	if ent.IsNotFound(err) {
		return nil, gone
	}
	if err != nil {
		return nil, fmt.Errorf("read profile %d: %w", number, err)
	}
	if p.Active { // activated since it was listed
		return nil, gone
	}
	return s.scheduledProfile(p), problem.New(problem.ProfileInactive, scheduledPath,
		"the profile %q is inactive, and no schedule runs it: activate the profile, then it runs with all active ones", holdings.ProfileName(p))
}

// RunScheduled runs a scheduled job now, for all its profiles together. Its next run stays as planned.
func (s *Service) RunScheduled(ctx context.Context, id, idempotencyKey string) (*ent.Job, error) {
	request := Request{Key: idempotencyKey, Mutation: "runScheduledJob", Arguments: []any{map[string]any{"scheduledJobId": id}}}
	return s.start(ctx, KindSync, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		of := s.providers.scheduled(id)
		if of == nil {
			_, err := s.inactiveProfile(ctx, tx.Client, id)
			return nil, err
		}
		common, err := profiles.ReadCommonSchedule(ctx, tx.Client, of.Provider().Name)
		if err != nil {
			return nil, err
		}
		if len(common.Profiles) == 0 {
			return nil, noActiveProfile()
		}
		queued, err := s.QueueSync(ctx, tx, SyncRequest{
			ProfileIDs: common.ProfileIDs(), Mode: Apply, Trigger: Manual, Of: request,
		})
		return queued, onField(scheduledPath, err)
	})
}

// onField assigns problems to one input field.
func onField(path string, err error) error {
	found, _ := problem.In(err)
	for _, p := range found {
		p.Path = strings.Split(path, ".")
	}
	return err
}
