package model

import (
	"autoholdings/ent"
	"autoholdings/holdings/worklist"
)

// WorklistItem is something that waits for a person.
type WorklistItem struct {
	*worklist.Item
	Mutations []string
	JobPart   *JobPart
	Job       *Job
	Profile   *Profile
	Portfolio *Portfolio
	PoLine    *POLine
}

// WorklistItems makes a page of items: what they are about is one page of each kind of things. mutation names that by which
// a kind of jobs is started.
func WorklistItems(items []*worklist.Item, mutation func(kind string) string) []*WorklistItem {
	parts := wrapped(items, func(i *worklist.Item) *ent.JobPart { return i.Part }, JobParts)
	jobs := wrapped(items, func(i *worklist.Item) *ent.Job { return i.Job }, Jobs)
	profiles := wrapped(items, func(i *worklist.Item) *ent.Profile { return i.Profile }, Profiles)
	portfolios := wrapped(items, func(i *worklist.Item) *ent.Portfolio { return i.Portfolio }, Portfolios)
	poLines := wrapped(items, func(i *worklist.Item) *ent.POLine { return i.POLine }, POLines)
	return wrap(items, func(i *worklist.Item) *WorklistItem {
		item := &WorklistItem{
			Item: i, Mutations: i.Steps, JobPart: parts[i.Part], Job: jobs[i.Job], Profile: profiles[i.Profile],
			Portfolio: portfolios[i.Portfolio], PoLine: poLines[i.POLine],
		}
		if i.Type == worklist.FailedRun && i.Job != nil && mutation(i.Job.Kind) != "" {
			item.Mutations = []string{mutation(i.Job.Kind)}
		}
		return item
	})
}

// wrapped makes one page of the rows that items have.
func wrapped[R, T any](items []*worklist.Item, of func(*worklist.Item) *R, wrap func([]*R) []*T) map[*R]*T {
	var rows []*R
	found := map[*R]*T{}
	for _, item := range items {
		if row := of(item); row != nil && found[row] == nil {
			rows, found[row] = append(rows, row), new(T)
		}
	}
	for i, thing := range wrap(rows) {
		found[rows[i]] = thing
	}
	return found
}

func (*WorklistItem) IsNode() {}

// ID is the opaque id.
func (i *WorklistItem) ID() string { return i.Item.ID() }

// Type is its type.
func (i *WorklistItem) Type() string { return string(i.Item.Type) }

// Since is null where it is not known.
func (i *WorklistItem) Since() *int64 { return knownTime(i.Item.Since) }

// State is how it stands.
func (i *WorklistItem) State() string { return string(i.Item.State) }

// Until is null unless it is not now.
func (i *WorklistItem) Until() *string { return orNull(i.Item.Until) }

// Note is null where there is none.
func (i *WorklistItem) Note() *string { return orNull(i.Item.Note) }

// Assignee is null where it is nobody's.
func (i *WorklistItem) Assignee() *WorklistPerson {
	if i.Item.Assignee == nil {
		return nil
	}
	return &WorklistPerson{*i.Item.Assignee}
}

// MarkedBy is null where nobody put anything on it.
func (i *WorklistItem) MarkedBy() *Actor { return ActorOf(i.By.Kind, i.By.Name) }

// MarkedAt is null where nobody did.
func (i *WorklistItem) MarkedAt() *int64 { return knownTime(i.At) }

// WorklistPerson is somebody whom items can be assigned to.
type WorklistPerson struct{ worklist.Person }

// PersonID is the opaque id of the Person.
func (p *WorklistPerson) PersonID() string { return ID(PersonType, p.Person.ID) }

// WorklistCount is how many items of a type there are.
type WorklistCount struct{ worklist.Count }

// Type is the type.
func (c *WorklistCount) Type() string { return string(c.Count.Type) }

// Newest is null where it is not known.
func (c *WorklistCount) Newest() *int64 { return knownTime(c.Count.Newest) }

// WorklistCounts wraps counts.
func WorklistCounts(counts []worklist.Count) []*WorklistCount {
	return wrap(counts, func(c worklist.Count) *WorklistCount { return &WorklistCount{c} })
}

// WorklistChange is how the worklist stands, and what is new.
type WorklistChange struct {
	Counts []*WorklistCount
	New    []*WorklistNew
}

// WorklistNew is how many open items of a type have come.
type WorklistNew struct {
	Type  string
	Count int
}

// WorklistChanged is how the worklist stands, and how many items of each type have come between two moments.
func WorklistChanged(now []worklist.Count, cameBefore, came []int) *WorklistChange {
	change := &WorklistChange{Counts: WorklistCounts(now), New: []*WorklistNew{}}
	for i := range now {
		if n := came[i] - cameBefore[i]; n > 0 {
			change.New = append(change.New, &WorklistNew{string(now[i].Type), n})
		}
	}
	return change
}

// knownTime is a time in Unix milliseconds; null for 0, which stands for one that is not known.
func knownTime(ms int64) *int64 {
	if ms == 0 {
		return nil
	}
	return &ms
}
