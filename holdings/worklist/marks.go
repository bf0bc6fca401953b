package worklist

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/ent/predicate"
	"autoholdings/ent/worklistmark"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// MaxItems is how many items can be marked at once.
const MaxItems = 500

// maxNote is the maximum length of a note, in characters.
const maxNote = 500

// Ref names an item, as a person read it.
type Ref struct {
	ID      string
	Version *int // of what people put on it; nil: any
}

// Marking is what is put on items.
type Marking struct {
	State State
	Until string // YYYY-MM-DD, of NotNow: a day to come
	Note  string // up to 500 characters in one line; "": none
}

// Assign makes items a person's, or nobody's where personID is nil. All or none: the problems name each item that is no
// longer in the list, or that was changed since it was read. It returns the items.
func (s *Service) Assign(ctx context.Context, refs []Ref, personID *int64) ([]*Item, error) {
	return s.put(ctx, refs, change{
		check: func(ctx context.Context, tx *store.Tx) error { return checkAssignee(ctx, tx, personID) },
		update: func(u *ent.WorklistMarkUpdate) {
			if u.ClearAssignee(); personID != nil {
				u.SetAssigneeID(*personID)
			}
		},
		create: func(c *ent.WorklistMarkCreate) { c.SetNillableAssigneeID(personID) },
	})
}

func checkAssignee(ctx context.Context, tx *store.Tx, id *int64) error {
	if id == nil {
		return nil
	}
	p, err := tx.Person.Get(ctx, *id)
	switch {
	case ent.IsNotFound(err):
		return problem.New(problem.NotFound, "input.personId", "there is no such person")
	case err != nil:
		return fmt.Errorf("read person %d: %w", *id, err)
	case p.Disabled:
		return problem.New(problem.WrongState, "input.personId", "%s may not sign in any more: choose somebody else", p.Name)
	default:
		return nil
	}
}

// Mark puts a state and a note on items, in place of those they had. All or none, as in Assign. It returns the items.
func (s *Service) Mark(ctx context.Context, refs []Ref, in Marking) ([]*Item, error) {
	state := string(in.State)
	if in.State == Open {
		state = ""
	}
	return s.put(ctx, refs, change{
		check:  func(_ context.Context, tx *store.Tx) error { return in.problems(dayOf(tx.Now)).Err() },
		update: func(u *ent.WorklistMarkUpdate) { u.SetState(state).SetUntil(in.Until).SetNote(in.Note) },
		create: func(c *ent.WorklistMarkCreate) { c.SetState(state).SetUntil(in.Until).SetNote(in.Note) },
	})
}

var day = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func (in Marking) problems(today string) (problems problem.List) {
	_, err := time.Parse(time.DateOnly, in.Until)
	switch {
	case in.State == NotNow && in.Until == "":
		problems.Add(problem.BadInput, "input.until", "not now until when? Give the day on which the items come back, as YYYY-MM-DD")
	case in.Until == "":
	case in.State != NotNow:
		problems.Add(problem.BadInput, "input.until", "a day belongs to NOT_NOW alone: leave it out")
	case err != nil || !day.MatchString(in.Until):
		problems.Add(problem.BadInput, "input.until", "%.40q is no day: write it as YYYY-MM-DD", in.Until)
	case in.Until <= today:
		problems.Add(problem.BadInput, "input.until", "%s is not a day to come: today is %s", in.Until, today)
	}
	switch length := utf8.RuneCountInString(in.Note); {
	case length > maxNote:
		problems.Add(problem.BadInput, "input.note", "the note has %d characters: give at most %d", length, maxNote)
	case !utf8.ValidString(in.Note) || strings.ContainsFunc(in.Note, unicode.IsControl):
		problems.Add(problem.BadInput, "input.note", "the note holds a line break or another control character: give one line of text")
	}
	return problems
}

// change is what a person does with the marks on some items.
type change struct {
	check  func(ctx context.Context, tx *store.Tx) error
	update func(*ent.WorklistMarkUpdate) // of marks that are there
	create func(*ent.WorklistMarkCreate)
}

func (s *Service) put(ctx context.Context, refs []Ref, c change) ([]*Item, error) {
	keys, err := keysOf(refs)
	if err != nil {
		return nil, err
	}
	alerts, err := s.alerts(ctx) // before the transaction, which is to be short
	if err != nil {
		return nil, err
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		items, err := s.find(ctx, tx.SQL.QueryContext, dayOf(tx.Now), keys, alerts)
		if err != nil {
			return err
		}
		if err := checkRefs(refs, keys, items); err != nil {
			return err
		}
		if err := c.check(ctx, tx); err != nil {
			return err
		}
		return s.write(ctx, tx, keys, items, c)
	})
	if err != nil {
		return nil, err
	}
	return s.readBack(ctx, keys, alerts)
}

func keysOf(refs []Ref) ([]Key, error) {
	if len(refs) == 0 || len(refs) > MaxItems {
		return nil, problem.New(problem.BadInput, "input.items", "%d items: give 1 to %d", len(refs), MaxItems)
	}
	var problems problem.List
	keys, seen := make([]Key, len(refs)), map[Key]bool{}
	for i, ref := range refs {
		key, err := ParseID(ref.ID)
		switch {
		case err != nil:
			problems.Add(problem.BadInput, itemPath(i, "id"), "%v", err)
		case seen[key]:
			problems.Add(problem.BadInput, itemPath(i, "id"), "the item is named twice")
		}
		keys[i], seen[key] = key, true
	}
	return keys, problems.Err()
}

func itemPath(i int, field string) string { return fmt.Sprintf("input.items.%d.%s", i, field) }

func checkRefs(refs []Ref, keys []Key, items map[Key]*Item) error {
	var problems problem.List
	for i, ref := range refs {
		item := items[keys[i]]
		switch {
		case item == nil:
			problems.Add(problem.NotFound, itemPath(i, "id"), "there is no such item in the worklist any more: it was dealt with meanwhile")
		case ref.Version != nil && *ref.Version != item.Version:
			problems.Add(problem.Conflict, itemPath(i, "version"),
				"somebody else marked the item meanwhile: its version is now %d, and you read %d. Read it again, then decide anew",
				item.Version, *ref.Version)
		}
	}
	return problems.Err()
}

// write changes the marks that count, and replaces those that belong to earlier items about the same things.
func (s *Service) write(ctx context.Context, tx *store.Tx, keys []Key, items map[Key]*Item, c change) error {
	by, _ := access.From(ctx)
	var live []int64
	var created []*ent.WorklistMarkCreate
	former := map[Type][]int64{}
	for _, key := range keys {
		if id := items[key].id; id != 0 {
			live = append(live, id)
			continue
		}
		former[key.Type] = append(former[key.Type], key.Subject)
		row := tx.WorklistMark.Create().SetID(s.store.NextID()).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetType(string(key.Type)).
			SetSubjectID(key.Subject).SetDetail(key.Detail).SetFingerprint(items[key].fingerprint).
			SetActorKind(string(by.Kind)).SetActorID(by.ID).SetActorName(by.Name)
		c.create(row)
		created = append(created, row)
	}
	if err := s.deleteFormer(ctx, tx, former, items); err != nil {
		return err
	}
	update := tx.WorklistMark.Update().Where(worklistmark.IDIn(live...)).SetUpdatedAt(tx.Now).AddVersion(1).
		SetActorKind(string(by.Kind)).SetActorID(by.ID).SetActorName(by.Name)
	c.update(update)
	if len(live) > 0 {
		if err := update.Exec(ctx); err != nil {
			return fmt.Errorf("change marks of the worklist: %w", err)
		}
	}
	if err := tx.WorklistMark.CreateBulk(created...).Exec(ctx); err != nil {
		return fmt.Errorf("put marks on the worklist: %w", err)
	}
	return nil
}

// deleteFormer deletes the marks on earlier items about things: those that do not count now.
func (s *Service) deleteFormer(ctx context.Context, tx *store.Tx, subjects map[Type][]int64, items map[Key]*Item) error {
	var counts []int64
	for _, item := range items {
		if item.id != 0 {
			counts = append(counts, item.id)
		}
	}
	for t, ids := range subjects {
		where := []predicate.WorklistMark{worklistmark.Type(string(t)), worklistmark.SubjectIDIn(ids...), worklistmark.IDNotIn(counts...)}
		if _, err := tx.WorklistMark.Delete().Where(where...).Exec(ctx); err != nil {
			return fmt.Errorf("delete former marks of the worklist: %w", err)
		}
	}
	return nil
}

// ItemsByID reads items; one that waits no more is missing.
func (s *Service) ItemsByID(ctx context.Context, keys []Key) ([]*Item, error) {
	alerts, err := s.alerts(ctx)
	if err != nil {
		return nil, err
	}
	return s.readBack(ctx, keys, alerts)
}

// readBack reads items after they were marked, in the order in which they were named.
func (s *Service) readBack(ctx context.Context, keys []Key, alerts []*Item) ([]*Item, error) {
	today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.find(ctx, s.store.Query, today, keys, alerts)
	if err != nil {
		return nil, err
	}
	var items []*Item
	for _, key := range keys {
		if item := found[key]; item != nil {
			items = append(items, item)
		}
	}
	return items, s.describe(ctx, items)
}
