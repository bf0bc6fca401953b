package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"autoholdings/internal/store"
)

// readiness is what /readyz answers. It is for whoever asks, so it names no machine and repeats no error.
type readiness struct {
	Ready      bool            `json:"ready"`
	NotUsable  []string        `json:"notUsable"` // why it is not ready: "database", "disk", "migrations", "redis"
	Database   string          `json:"database"`  // ok, does not answer, or its fault: gone, damaged, read-only, full, failing
	Disk       diskState       `json:"disk"`      // of the data directory
	Migrations migrationsState `json:"migrations"`
	Redis      redisState      `json:"redis"`
	Dispatcher *dispatchState  `json:"dispatcher"` // null where the database does not answer
	Workers    *int            `json:"workers"`    // processes that run jobs and have said so in the last minute; null as above
}

type migrationsState struct {
	State   string `json:"state"`   // ok; newer: another version has changed the database since this process started; unknown
	Version int64  `json:"version"` // that this process works with
}

type diskState struct {
	State     string     `json:"state"`     // ok; full: jobs wait until there is space, and nothing else may be saved either
	FreeBytes *int64     `json:"freeBytes"` // null: not known
	Since     *time.Time `json:"since"`     // full since; null: it is not
}

type redisState struct {
	State    string     `json:"state"`    // ok, away
	Embedded bool       `json:"embedded"` // it is inside this process
	Since    *time.Time `json:"since"`    // away since; null: it is there
}

type dispatchState struct {
	LagSeconds float64 `json:"lagSeconds"` // how long the oldest job that is due has waited to be handed to Redis
}

// readyPatience is how long the database may take to answer.
const readyPatience = 2 * time.Second

// ready answers 200 where requests can be answered and jobs be queued, and 503 where not. A lack of workers does not
// count: what is queued waits for them, and a balancer that took this process out would help nobody.
func (a *app) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyPatience)
	defer cancel()
	state := readiness{NotUsable: []string{}, Database: "ok", Migrations: migrationsState{"ok", a.schema}}
	if err := a.readDatabase(ctx, &state); err != nil {
		a.config.Log.ErrorContext(r.Context(), "not ready", "what", "database", "error", a.store.Explain(err))
		state.Database, state.Migrations.State, state.Dispatcher, state.Workers = "does not answer", "unknown", nil, nil
		state.NotUsable = append(state.NotUsable, "database")
	}
	a.readMachine(ctx, &state)
	if state.Migrations.State == "newer" {
		state.NotUsable = append(state.NotUsable, "migrations")
	}
	state.Redis = redisState{State: "ok", Embedded: a.config.RedisURL == ""}
	if since := a.jobs.QueueAway(r.Context()); !since.IsZero() {
		state.Redis.State, state.Redis.Since = "away", new(since.UTC().Truncate(time.Millisecond))
		state.NotUsable = append(state.NotUsable, "redis")
	}
	state.Ready = len(state.NotUsable) == 0
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !state.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	answer := json.NewEncoder(w)
	answer.SetIndent("", "  ")
	_ = answer.Encode(state) // else whoever asked has gone
}

// readMachine sees what has turned out to be wrong with the database, and how much space there is.
func (a *app) readMachine(ctx context.Context, state *readiness) {
	room := a.jobs.Room(ctx)
	state.Disk.State = "ok"
	if room.Free >= 0 {
		state.Disk.FreeBytes = &room.Free
	}
	if !room.Since.IsZero() {
		state.Disk.State, state.Disk.Since = "full", new(room.Since.UTC().Truncate(time.Millisecond))
		state.NotUsable = append(state.NotUsable, "disk")
	}
	fault := a.store.Fault()
	if fault == store.ReadOnly || fault == store.Failing {
		if err := a.store.TryAgain(ctx); err != nil && store.FaultOf(err) == "" {
			a.config.Log.ErrorContext(ctx, "not ready", "what", "database", "error", err)
		}
		fault = a.store.Fault()
	}
	if fault != "" {
		state.Database = string(fault)
	}
	if fault != "" && fault != store.Full && !slices.Contains(state.NotUsable, "database") {
		state.NotUsable = append(state.NotUsable, "database")
	}
}

func (a *app) readDatabase(ctx context.Context, state *readiness) error {
	version, err := schemaVersion(ctx, a.store)
	if err != nil {
		return err
	}
	if version != a.schema {
		state.Migrations.State = "newer"
	}
	standing, err := a.jobs.Standing(ctx)
	state.Dispatcher, state.Workers = &dispatchState{standing.Lag.Seconds()}, &standing.Workers
	return err
}

// schemaVersion is the newest migration of the database.
func schemaVersion(ctx context.Context, s *store.Store) (version int64, err error) {
	rows, err := s.Query(ctx, `SELECT MAX(version_id) FROM goose_db_version WHERE is_applied`)
	if err != nil {
		return 0, fmt.Errorf("read which migrations the database has: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&version)
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("read which migrations the database has: %w", err)
	}
	return version, nil
}
