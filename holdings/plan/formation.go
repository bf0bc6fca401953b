package plan

import "slices"

// formation turns one group's rows into titles, in order. A row joins the first title it fits and adds its identifiers
// to it. Titles are never merged afterwards.
type formation struct {
	titles []*formed
	crowd  *formationIndex // an index, once there are many titles; nil: they are searched one by one
}

// formed is a title in the making.
type formed struct {
	Identity
	rows       []*groupRow
	mixed      bool // its rows may disagree
	statements int
}

// crowdedFrom is how many titles of one group are searched one by one. If a list gives all its rows one title_id, the
// work must not grow with the square of its length.
const crowdedFrom = 16

func newFormation() *formation { return &formation{} }

func (f *formation) take(row *groupRow) {
	for _, index := range f.candidates(row) {
		if t := f.titles[index]; t.fits(&row.Identity) {
			t.rows = append(t.rows, row)
			t.extend(&row.Identity)
			f.remember(index)
			return
		}
	}
	t := &formed{Identity: row.Identity, rows: []*groupRow{row}}
	if t.more != nil { // a copy of its own
		more := *t.more
		more.keys = append([]uint64(nil), more.keys...)
		t.more = &more
	}
	f.titles = append(f.titles, t)
	f.remember(len(f.titles) - 1)
}

// fits reports whether a row belongs to the title.
func (t *formed) fits(row *Identity) bool {
	if row.TitleID == 0 { // the group has the same type, title and volume
		return t.sharedKeys(row, nil) > 0
	}
	if t.Folded != row.Folded && t.conflicts(row) {
		return false // a journal and its predecessor
	}
	if t.Identified() && row.Identified() {
		return t.sharedKeys(row, nil) > 0
	}
	return t.Folded == row.Folded
}

// candidates returns the titles that a row may fit, oldest first.
func (f *formation) candidates(row *groupRow) []int {
	if f.crowd != nil {
		return f.crowd.candidates(row)
	}
	all := make([]int, len(f.titles))
	for i := range all {
		all[i] = i
	}
	return all
}

func (f *formation) remember(index int) {
	if f.crowd == nil {
		if len(f.titles) < crowdedFrom {
			return
		}
		f.crowd = newFormationIndex()
		for i, t := range f.titles {
			f.crowd.add(i, t)
		}
		return
	}
	f.crowd.add(index, f.titles[index])
}

// paidOnly drops the free rows of a title that has paid ones too, and returns them.
func (t *formed) paidOnly() (free []*groupRow) {
	isFree := func(row *groupRow) bool { return row.free }
	if !slices.ContainsFunc(t.rows, isFree) || !slices.ContainsFunc(t.rows, func(row *groupRow) bool { return !row.free }) {
		return nil
	}
	for _, row := range t.rows {
		if row.free {
			free = append(free, row)
		}
	}
	t.rows = slices.DeleteFunc(t.rows, isFree)
	return free
}

// title returns what stays in memory.
func (t *formed) title() ListTitle {
	first := t.rows[0]
	title := ListTitle{Identity: t.Identity, line: first.line, rows: int32(len(t.rows)), ValuesHash: first.values}
	filled := first.fills
	var own [len(OwnColumns)]uint32
	for _, row := range t.rows {
		title.line = min(title.line, row.line)
		if row.fills&^filled != 0 {
			filled |= row.fills
			title.unsettled = true
		}
		t.mixed = t.mixed || row.agree != first.agree
		for i, hash := range row.own {
			if own[i] == 0 {
				own[i] = hash
			}
		}
	}
	t.mixed = t.mixed || title.unsettled
	seen := map[uint64]bool{}
	for _, row := range t.rows {
		if row.ranges == 0 {
			continue
		}
		if full := fullHash(row.ranges, ownDifference(own, row.own)); !seen[full] {
			seen[full] = true
			title.CoverageHash ^= full
			t.statements++
		}
	}
	title.Covered = t.statements > 0
	return title
}
