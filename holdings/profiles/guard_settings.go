package profiles

import (
	"encoding/json"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
)

// GuardsChange holds the changes to a profile's guards.
type GuardsChange struct {
	Removals, Access, Identity, Additions MarksChange
	Again, Shape                          *bool
}

// MarksChange holds the changes to one guard's marks; nil leaves a mark as it is.
type MarksChange struct {
	Percent, Titles *int // 0 to 100, 0 to 1,000,000
	Most            *int // 0 to 1,000,000; 0: no such limit
}

const maxGuardTitles = 1_000_000

// GuardsOf returns a profile's guards. The percentage and number of removals have their own columns.
func GuardsOf(p *ent.Profile) plan.Guards {
	guards := plan.StandardGuards()
	if len(p.Guards) > 0 {
		for _, marks := range []*plan.Marks{&guards.Removals, &guards.Access, &guards.Identity, &guards.Additions} {
			marks.Most = 0 // omitted if there is no such limit
		}
		_ = json.Unmarshal(p.Guards, &guards) // written by setGuards
	}
	guards.Removals.Percent, guards.Removals.Titles = p.GuardPercent, p.GuardTitles
	return guards
}

// setGuards applies the changes to a profile. It stores the guards only if they are not the standard ones.
func setGuards(p *ent.Profile, in *ProfileInput) {
	guards, change := GuardsOf(p), &in.Guards
	change.Removals.on(&guards.Removals)
	change.Access.on(&guards.Access)
	change.Identity.on(&guards.Identity)
	change.Additions.on(&guards.Additions)
	set(&guards.Again, change.Again)
	set(&guards.Shape, change.Shape)
	set(&guards.Removals.Percent, in.GuardPercent)
	set(&guards.Removals.Titles, in.GuardTitles)
	p.GuardPercent, p.GuardTitles, p.Guards = guards.Removals.Percent, guards.Removals.Titles, nil
	standard := plan.StandardGuards()
	standard.Removals.Percent, standard.Removals.Titles = p.GuardPercent, p.GuardTitles
	if guards != standard {
		p.Guards, _ = json.Marshal(guards) // only numbers: cannot fail
	}
}

func (c MarksChange) on(m *plan.Marks) {
	set(&m.Percent, c.Percent)
	set(&m.Titles, c.Titles)
	set(&m.Most, c.Most)
}

// checkGuards adds the problems of the requested guards.
func (in *ProfileInput) checkGuards(problems *problem.List) {
	for _, guard := range []struct {
		name  string
		marks MarksChange
	}{
		{"removals", in.Guards.Removals},
		{"access", in.Guards.Access},
		{"identity", in.Guards.Identity},
		{"additions", in.Guards.Additions},
	} {
		path := "input.guards." + guard.name
		problems.CheckRange(path+".percent", "the share of titles, in percent,", guard.marks.Percent, 100)
		problems.CheckRange(path+".titles", "the number of titles", guard.marks.Titles, maxGuardTitles)
		problems.CheckRange(path+".most", "the number of titles beyond which the share does not matter", guard.marks.Most, maxGuardTitles)
	}
	for _, twice := range []struct {
		name         string
		old, current *int
	}{
		{"percent", in.GuardPercent, in.Guards.Removals.Percent},
		{"titles", in.GuardTitles, in.Guards.Removals.Titles},
	} {
		if twice.old != nil && twice.current != nil && *twice.old != *twice.current {
			problems.Add(problem.BadInput, "input.guard."+twice.name,
				"guard.%s is guards.removals.%s by an older name, and the two differ (%d and %d): give one of them",
				twice.name, twice.name, *twice.old, *twice.current)
		}
	}
}
