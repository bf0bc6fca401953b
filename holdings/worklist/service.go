// Package worklist tells what waits for a person, over all runs: lists that guards hold, runs that failed, alerts, titles
// to review, orders without a listed title and titles without an order. All of it follows from other tables. Stored is
// only what people put on an item: whose it is, that it is done, or that it can wait until a day.
package worklist

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/person"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/store"
)

// Service reads the worklist and what people put on it.
type Service struct {
	store    *store.Store
	profiles *profiles.Service
	sources  []source
}

// New returns the service on a database.
func New(s *store.Store, p *profiles.Service) *Service {
	return &Service{store: s, profiles: p, sources: sourcesOn(s)}
}

// Type is a type of items.
type Type string

// The types, in the order of the list.
const (
	HeldList           Type = "HELD_LIST"              // a part of a job that a guard holds
	FailedRun          Type = "FAILED_RUN"             // a job that failed, in whole or in part, and nothing made up for it
	Alert              Type = "ALERT"                  // of a profile
	Review             Type = "REVIEW"                 // a portfolio of which something is unclear
	AmbiguousTitle     Type = "AMBIGUOUS_TITLE"        // a title that was added though it might be one of several portfolios
	POLineNotListed    Type = "PO_LINE_NOT_LISTED"     // on a portfolio that no provider lists any more
	ListedWithoutOrder Type = "LISTED_WITHOUT_PO_LINE" // a listed portfolio
)

// Types are all types in the order of the list.
var Types = []Type{HeldList, FailedRun, Alert, Review, AmbiguousTitle, POLineNotListed, ListedWithoutOrder}

// Known says that there is such a type.
func (t Type) Known() bool { return slices.Contains(Types, t) }

// State says how an item stands.
type State string

// The states of items.
const (
	Open   State = "OPEN"    // it waits
	NotNow State = "NOT_NOW" // it comes back on a day
	Done   State = "DONE"    // a person says that nothing is left to do
)

// States are all states.
var States = []State{Open, NotNow, Done}

// Key identifies an item.
type Key struct {
	Type    Type
	Subject int64  // id of what the item is about
	Detail  string // which of several items about it; "" for all types but Alert
}

// idName stands at the beginning of each id, before it is encoded.
const idName = "WorklistItem"

// ID returns the key as an opaque id.
func (k Key) ID() string {
	text := idName + ":" + string(k.Type) + ":" + strconv.FormatInt(k.Subject, 10)
	if k.Detail != "" {
		text += ":" + k.Detail
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// ParseID decodes an opaque id. The error says what is wrong with it.
func ParseID(id string) (k Key, err error) {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	words := strings.SplitN(string(text), ":", 4)
	if err != nil || len(words) < 3 || words[0] != idName || !Type(words[1]).Known() {
		return k, fmt.Errorf("%.80q is not the id of an item of the worklist", id)
	}
	k = Key{Type: Type(words[1])}
	if k.Subject, err = strconv.ParseInt(words[2], 10, 64); err != nil {
		return k, fmt.Errorf("%.80q is not the id of an item of the worklist", id)
	}
	if len(words) == 4 {
		k.Detail = words[3]
	}
	return k, nil
}

// Person is somebody whom items can be assigned to.
type Person struct {
	ID   int64
	Name string
}

// People lists whom items can be assigned to, by name: all who may sign in.
func (s *Service) People(ctx context.Context) ([]Person, error) {
	rows, err := s.store.Read.Person.Query().Where(person.Disabled(false)).Order(person.ByNameKey(), person.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read whom items can be assigned to: %w", err)
	}
	people := make([]Person, len(rows))
	for i, row := range rows {
		people[i] = Person{row.ID, row.Name}
	}
	return people, nil
}

// Mark is what people put on an item. Without anything, it is Open, its Version is 0, and all else is empty.
type Mark struct {
	State    State
	Until    string // YYYY-MM-DD: of NotNow, the day on which the item comes back
	Note     string
	Assignee *Person // nil: nobody
	By       Actor   // who put it there last
	At       int64   // when, in Unix milliseconds; 0: nobody did
	Version  int

	id int64 // of its row; 0: none
}

// Actor is who did something, as the audit names it; an empty Kind: not recorded.
type Actor struct{ Kind, Name string }

// Item is something that waits for a person.
type Item struct {
	Key
	Since int64 // Unix milliseconds; 0: not known
	Mark
	Title, Summary string   // in words
	Steps          []string // the mutations by which it can be dealt with

	// What it is about; nil for what it is not about. An item about a part also has its job.
	Part      *ent.JobPart
	Job       *ent.Job
	Profile   *ent.Profile
	Portfolio *ent.Portfolio
	POLine    *ent.POLine

	fingerprint string
	position    int64 // what the list is sorted by within the type
}

// today returns the current day by the database's clock, as YYYY-MM-DD.
func (s *Service) today(ctx context.Context) (string, error) {
	now, err := s.store.DatabaseNow(ctx)
	return dayOf(now), err
}

func dayOf(ms int64) string { return store.Time(ms).Format(time.DateOnly) }
