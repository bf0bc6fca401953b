package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/holdings/worklist"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// marksModel is what people put on the items of the worklist, and which items there were at the last look.
type marksModel struct {
	put    map[worklist.Key]putMark
	former map[aboutKey]putMark    // what was on items that are about something else by now
	seen   map[worklist.Key]string // what an item was about
}

func newMarksModel() *marksModel {
	return &marksModel{put: map[worklist.Key]putMark{}, former: map[aboutKey]putMark{}, seen: map[worklist.Key]string{}}
}

// aboutKey is an item while it was about something.
type aboutKey struct {
	worklist.Key
	about string
}

// putMark is what is on one item.
type putMark struct {
	State       worklist.State
	Until, Note string
	Assignee    int64
	Version     int

	about string // what the item was about
}

func markOf(i *worklist.Item) putMark {
	p := putMark{State: i.State, Until: i.Until, Note: i.Note, Version: i.Version}
	if i.Assignee != nil {
		p.Assignee = i.Assignee.ID
	}
	return p
}

// items are all items of the worklist, in any state.
func (m *staffModel) items() (all []*worklist.Item) {
	for _, state := range worklist.States {
		page, err := m.worklist.Items(context.Background(), worklist.Filter{State: state}, keyset.Window{First: 500})
		m.must(err)
		all = append(all, page.Items...)
	}
	return all
}

// aboutOf is what tells an item from an earlier one about the same thing, as far as a person would say so.
func (m *staffModel) aboutOf(i *worklist.Item) string {
	switch i.Type {
	case worklist.Review:
		return i.Portfolio.Review
	case worklist.POLineNotListed:
		return fmt.Sprint(m.lines[i.Subject])
	default:
		return ""
	}
}

// marksSeen checks that what is on an item stays on it as long as there is this item. One that comes up anew has nothing on it, or
// what it had if an undo has brought it back.
func (m *staffModel) marksSeen(t *rapid.T) {
	now := map[worklist.Key]string{}
	for _, item := range m.items() {
		if _, twice := now[item.Key]; twice {
			t.Fatalf("%s %q is in the worklist in two states", item.Type, item.Title)
		}
		about := m.aboutOf(item)
		now[item.Key] = about
		was, there := m.marks.seen[item.Key]
		want, put := m.marks.put[item.Key]
		if !put {
			want = putMark{State: worklist.Open}
		}
		got := markOf(item)
		anew := !there || was != about
		if got == (putMark{State: worklist.Open}) && anew {
			m.marks.former[aboutKey{item.Key, want.about}] = want
			delete(m.marks.put, item.Key)
			continue
		}
		if former, known := m.marks.former[aboutKey{item.Key, about}]; known && anew && want.about != about { // an undo has brought it back
			want = former
			m.marks.put[item.Key] = want
		}
		if diff := gocmp.Diff(want, got, gocmp.FilterPath(func(p gocmp.Path) bool { return p.String() == "about" }, gocmp.Ignore())); diff != "" {
			t.Fatalf("%s %q, about %q and before %q (there %v): the mark is another one (-want +got):\n%s", item.Type, item.Title, about, was,
				there, diff)
		}
	}
	m.marks.seen = now
}

// drawItem draws one, of a type first: those without PO lines are many.
func (m *staffModel) drawItem(t *rapid.T) *worklist.Item {
	items := m.items()
	var types []worklist.Type
	for _, item := range items {
		if !slices.Contains(types, item.Type) {
			types = append(types, item.Type)
		}
	}
	if len(items) == 0 {
		t.Skip("the worklist is empty")
	}
	slices.Sort(types)
	of := rapid.SampledFrom(types).Draw(t, "type")
	items = slices.DeleteFunc(items, func(i *worklist.Item) bool { return i.Type != of })
	slices.SortFunc(items, func(a, b *worklist.Item) int { return cmpPlaces(a.Subject, 0, b.Subject, 0) })
	return items[rapid.IntRange(0, len(items)-1).Draw(t, "item")]
}

// mark puts a state on an item, and is refused where it is of another version.
func (m *staffModel) mark(t *rapid.T) {
	item := m.drawItem(t)
	now, err := m.store.DatabaseNow(context.Background())
	m.must(err)
	in := worklist.Marking{
		State: rapid.SampledFrom(worklist.States).Draw(t, "state"), Note: rapid.SampledFrom([]string{"", "Asked."}).Draw(t, "note"),
	}
	if in.State == worklist.NotNow {
		in.Until = store.Time(now).AddDate(0, 0, rapid.IntRange(2, 9).Draw(t, "days")).Format(time.DateOnly)
	}
	m.put(t, item, func(ref worklist.Ref) error {
		_, err := m.worklist.Mark(context.Background(), []worklist.Ref{ref}, in)
		return err
	}, func(p *putMark) { p.State, p.Until, p.Note = in.State, in.Until, in.Note })
	m.did["mark "+string(item.Type)+" "+string(in.State)]++
}

// assign gives an item to a person, or to nobody.
func (m *staffModel) assign(t *rapid.T) {
	item := m.drawItem(t)
	to := rapid.SampledFrom(append([]int64{0}, m.people...)).Draw(t, "to")
	var person *int64
	if to != 0 {
		person = &to
	}
	m.put(t, item, func(ref worklist.Ref) error {
		_, err := m.worklist.Assign(context.Background(), []worklist.Ref{ref}, person)
		return err
	}, func(p *putMark) { p.Assignee = to })
}

func (m *staffModel) put(t *rapid.T, item *worklist.Item, write func(worklist.Ref) error, change func(*putMark)) {
	other := item.Version + 1
	if err := write(worklist.Ref{ID: item.ID(), Version: &other}); !isProblem(err, problem.Conflict) {
		t.Fatalf("somebody else marked it meanwhile: %v", err)
	}
	m.must(write(worklist.Ref{ID: item.ID(), Version: &item.Version}))
	p := markOf(item)
	change(&p)
	p.Version++
	p.about = m.aboutOf(item)
	m.marks.put[item.Key] = p
}

// aDayLater lets the days come on which items come back.
func (m *staffModel) aDayLater(t *rapid.T) {
	m.must(m.store.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE worklist_marks SET until = ? WHERE until <> ''`, store.Time(tx.Now).Format(time.DateOnly))
		return err
	}))
	for key, p := range m.marks.put {
		if p.State == worklist.NotNow {
			p.State, p.Until = worklist.Open, ""
			m.marks.put[key] = p
			m.did["came back"]++
		}
	}
	for key, p := range m.marks.former {
		if p.State == worklist.NotNow {
			p.State, p.Until = worklist.Open, ""
			m.marks.former[key] = p
		}
	}
}
