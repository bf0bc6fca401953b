package mockoup

import (
	"fmt"
	"io"
	"time"
)

const (
	generatedReleases = 12
	defaultTitles     = 2_000
	maxTitles         = 10_000_000 // with more, ISSNs would repeat

	growthPerRelease = 100 // one title in 100 is new in a release
	lossPerRelease   = 333 // one title in 333 is removed
	changePerRelease = 50  // one title in 50 is changed
)

// catalogue is the generated catalog. It is not kept in memory: every row is computed from the seed, the title's slot
// and the release, so that a list of any size can be written.
type catalogue struct {
	titleSets map[string]*titleSet
	dates     []time.Time
}

func newCatalogue(titles int, seed uint64) *catalogue {
	journals := titles / 3
	return &catalogue{
		titleSets: map[string]*titleSet{
			Books:    newTitleSet(Books, titles-journals, seed),
			Journals: newTitleSet(Journals, journals, seed),
		},
		dates: lastTuesdays(2025, generatedReleases),
	}
}

// lastTuesdays returns the dates of the generated releases. The provider replaces its files in the last week of each
// month.
func lastTuesdays(year, months int) []time.Time {
	days := make([]time.Time, months)
	for i := range days {
		day := time.Date(year, time.Month(i+2), 0, 0, 0, 0, 0, time.UTC)
		days[i] = day.AddDate(0, 0, -(int(day.Weekday()-time.Tuesday)+7)%7)
	}
	return days
}

func (c *catalogue) releases() []time.Time { return c.dates }

func (c *catalogue) edition(release int, content string) (edition, error) {
	return &generated{titleSet: c.titleSets[content], release: release, date: c.dates[release]}, nil
}

// generated is one content type of one release of the generated catalog.
type generated struct {
	*titleSet
	release int
	date    time.Time
}

func (g *generated) name() string { return listName(g.content, g.date) }

func (g *generated) tag() string {
	return fmt.Sprintf("generated-1 %s %d %d %d", g.content, g.seed, g.first, g.release)
}

func (g *generated) empty() bool             { return g.first == 0 }
func (g *generated) ascii() bool             { return false }
func (g *generated) original() *originalFile { return nil }

func (g *generated) writeTo(w io.Writer, v view) error {
	const chunk = 64 << 10
	rows := rowWriter{buf: make([]byte, 0, chunk+(8<<10)), extra: v.extraColumn}
	rows.writeHeader()
	if v.headerOnly {
		_, err := w.Write(rows.buf)
		return err
	}
	half := alternate{on: v.half}
	appendTo := g.appendBook
	if g.content == Journals {
		appendTo = g.appendJournal
	}
	for slot := range g.total {
		if !g.listed(slot, g.release) || !v.shows(g.familyKey(slot)) || half.drops() {
			continue
		}
		appendTo(&rows, slot, g.release)
		if len(rows.buf) >= chunk {
			if _, err := w.Write(rows.buf); err != nil {
				return err
			}
			rows.buf = rows.buf[:0]
		}
	}
	_, err := w.Write(rows.buf)
	return err
}

// alternate drops every second title.
type alternate struct {
	on   bool
	seen uint
}

func (a *alternate) drops() bool {
	a.seen++
	return a.on && a.seen%2 == 0
}

// titleSet is one content type of the generated catalog. Every title that is ever listed has a slot. The slots are in
// nearly alphabetical order. Which slots a release lists is computed from the slot.
type titleSet struct {
	content string
	seed    uint64
	first   int // titles in the first release
	growth  int // new titles in each later release
	total   int // slots
	order   permutation
}

func newTitleSet(content string, titles int, seed uint64) *titleSet {
	s := &titleSet{content: content, seed: hash(seed, uint64(len(content))), first: titles}
	if titles > 0 {
		s.growth = max(1, titles/growthPerRelease)
	}
	s.total = titles + (generatedReleases-1)*s.growth
	s.order = newPermutation(uint64(max(1, s.total)), s.seed)
	return s
}

// listed reports whether a release lists the slot. New titles are scattered over the alphabet, and each may be removed
// in any release after its first.
func (s *titleSet) listed(slot, release int) bool {
	came := 0
	if nth := int(s.order.permute(uint64(slot))); nth >= s.first {
		came = 1 + (nth-s.first)/s.growth
	}
	goes := 1 + int(s.hash(slot, saltGone)%lossPerRelease)
	return came <= release && (release < goes || goes <= came)
}

// familyKey returns the key that decides whether a customer is entitled to a title. It is the same for a journal and
// its predecessors, because they are licensed together.
func (s *titleSet) familyKey(slot int) uint64 {
	if s.content == Journals {
		slot = headOf(slot)
	}
	return s.hash(slot, saltFamily)
}

// The purposes of a slot's hashes.
const (
	saltGone = iota + 1
	saltFamily
	saltTraits
	saltYears
	saltEvents = 1 << 8 // and the following numbers, one for each release
)

func (s *titleSet) hash(slot int, salt uint64) uint64 { return hash(s.seed+uint64(slot), salt) }

// event is a change to a title. From one release to the next, about one title in fifty has one.
type event uint8

const (
	moved       event = iota // the address changes
	retitled                 // the title changes
	transferred              // the publisher's name changes
	extended                 // coverage grows, or a book has a new edition
	ceased                   // the journal ends but stays listed
	freed                    // the title is open access from now on
	renumbered               // the title_id changes
	numEvents
)

// The odds of each kind of event, in twentieths.
var (
	journalOdds = expandOdds(map[event]int{moved: 5, retitled: 2, transferred: 3, extended: 7, ceased: 1, freed: 1, renumbered: 1})
	bookOdds    = expandOdds(map[event]int{moved: 9, retitled: 4, transferred: 3, extended: 2, freed: 1, renumbered: 1})
)

func expandOdds(odds map[event]int) (drawn [20]event) {
	i := 0
	for e := range numEvents {
		for range odds[e] {
			drawn[i] = e
			i++
		}
	}
	return drawn
}

// titleHistory has the events of a title up to a release: the number of each kind, and the release of the last one.
type titleHistory struct {
	times [numEvents]int
	last  [numEvents]int
}

func (s *titleSet) history(slot, release int, odds *[20]event) (h titleHistory) {
	for r := 1; r <= release; r++ {
		d := random(s.hash(slot, saltEvents+uint64(r)))
		if !d.oneIn(changePerRelease) {
			continue
		}
		e := odds[d.below(len(odds))]
		h.times[e]++
		h.last[e] = r
	}
	return h
}

// appendTitle writes the title of a slot, which is a combination of words. The slots are spread evenly over the
// combinations, so that titles are in the order of their slots. If there are more slots than combinations, titles with
// the same words get different part numbers.
func (s *titleSet) appendTitle(w *rowWriter, slot int, p *titleHistory) {
	names := &bookNames
	if s.content == Journals {
		names = &journalNames
	}
	size := names.size()
	n, part := slot*size/s.total, 0
	if s.total > size {
		each := (s.total + size - 1) / size
		n, part = slot/each, slot%each
	}
	w.write(names.first[n/len(names.last)/len(names.middle)])
	w.write(names.joint)
	w.write(names.middle[n/len(names.last)%len(names.middle)])
	w.write(names.last[n%len(names.last)])
	w.write(names.suffixes[p.times[retitled]%len(names.suffixes)])
	if part > 0 {
		w.write(", Part ")
		w.writeNumber(1 + part)
	}
}

var (
	journalNames = titleWords{journalForms, " ", journalFields, places, journalSuffixes}
	bookNames    = titleWords{bookSubjects, " and ", bookThemes, places, bookSuffixes}
)

type titleWords struct {
	first    []string
	joint    string
	middle   []string
	last     []string
	suffixes []string
}

func (t *titleWords) size() int { return len(t.first) * len(t.middle) * len(t.last) }

// publisher returns the publisher of a title: OUP itself for five titles in six, until they are transferred.
func publisher(society int, own bool, p *titleHistory) string {
	if own && p.times[transferred] == 0 {
		return "Oxford University Press"
	}
	return societies[(society+p.times[transferred])%len(societies)]
}

func accessType(free bool) string {
	if free {
		return "F"
	}
	return "P"
}
