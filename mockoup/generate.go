package mockoup

import (
	"fmt"
	"io"
	"time"
)

const (
	generatedReleases = 12
	defaultTitles     = 2_000
	maxTitles         = 10_000_000 // beyond this ISSNs would repeat

	growthPerRelease = 100 // one title in a hundred is new in a release
	lossPerRelease   = 333 // one in 333 is gone
	changePerRelease = 50  // one in fifty is changed

)

// catalogue is the generated catalogue. Nothing of it is held: every row follows from the seed, the title's slot and
// the release, so that a list of any size is written as it is computed.
type catalogue struct {
	shelves map[string]*shelf
	dates   []time.Time
}

func newCatalogue(titles int, seed uint64) *catalogue {
	journals := titles / 3
	return &catalogue{
		shelves: map[string]*shelf{
			Books:    newShelf(Books, titles-journals, seed),
			Journals: newShelf(Journals, journals, seed),
		},
		dates: lastTuesdays(2025, generatedReleases),
	}
}

// lastTuesdays are the days on which the generated releases appear: the provider replaces its files monthly, in the
// last week of the month.
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
	return &generated{shelf: c.shelves[content], release: release, date: c.dates[release]}, nil
}

// generated is one content type of one release of the generated catalogue.
type generated struct {
	*shelf
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
	l := line{buf: make([]byte, 0, chunk+(8<<10)), extra: v.extraColumn}
	l.header()
	if v.headerOnly {
		_, err := w.Write(l.buf)
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
		appendTo(&l, slot, g.release)
		if len(l.buf) >= chunk {
			if _, err := w.Write(l.buf); err != nil {
				return err
			}
			l.buf = l.buf[:0]
		}
	}
	_, err := w.Write(l.buf)
	return err
}

// alternate drops every second title it is asked about.
type alternate struct {
	on   bool
	seen uint
}

func (a *alternate) drops() bool {
	a.seen++
	return a.on && a.seen%2 == 0
}

// shelf is one content type of the generated catalogue. Its titles have slots, in nearly alphabetical order, for all
// those that are ever listed; which of them a release lists is worked out from the slot.
type shelf struct {
	content string
	seed    uint64
	first   int // titles in the first release
	growth  int // new titles in each further one
	total   int // slots
	order   permutation
}

func newShelf(content string, titles int, seed uint64) *shelf {
	s := &shelf{content: content, seed: hash(seed, uint64(len(content))), first: titles}
	if titles > 0 {
		s.growth = max(1, titles/growthPerRelease)
	}
	s.total = titles + (generatedReleases-1)*s.growth
	s.order = newPermutation(uint64(max(1, s.total)), s.seed)
	return s
}

// listed says whether a release lists the slot: titles come one by one in an order that is scattered over the
// alphabet, and each may go in any release after its first.
func (s *shelf) listed(slot, release int) bool {
	came := 0
	if nth := int(s.order.of(uint64(slot))); nth >= s.first {
		came = 1 + (nth-s.first)/s.growth
	}
	goes := 1 + int(s.hash(slot, saltGone)%lossPerRelease)
	return came <= release && (release < goes || goes <= came)
}

// familyKey is what a customer's entitlement is decided by: a journal and its predecessors are licensed together.
func (s *shelf) familyKey(slot int) uint64 {
	if s.content == Journals {
		slot = headOf(slot)
	}
	return s.hash(slot, saltFamily)
}

// What a slot's hashes are for.
const (
	saltGone = iota + 1
	saltFamily
	saltTraits
	saltYears
	saltEvents = 1 << 8 // and those above it, one a release
)

func (s *shelf) hash(slot int, salt uint64) uint64 { return hash(s.seed+uint64(slot), salt) }

// draw is a supply of chance (SplitMix64: Steele and others, 2014). What is drawn depends on how often was drawn
// before, so every trait is drawn, in one order, whether it is used or not.
type draw uint64

// below draws a number below n.
func (d *draw) below(n int) int {
	*d += 0x9e3779b97f4a7c15
	return int(mix(uint64(*d)) >> 32 * uint64(n) >> 32)
}

// one draws true once in n.
func (d *draw) one(n int) bool { return d.below(n) == 0 }

// event is what happens to about one title in fifty from one release to the next.
type event uint8

const (
	moved       event = iota // the address changes
	retitled                 // the title changes
	transferred              // the publisher's name changes
	extended                 // coverage grows; a book has a new edition
	ceased                   // the journal ends, and stays listed
	freed                    // open access from now on
	renumbered               // the title_id changes
	numEvents
)

// odds of each kind of event, in twentieths.
var (
	journalOdds = spread(map[event]int{moved: 5, retitled: 2, transferred: 3, extended: 7, ceased: 1, freed: 1, renumbered: 1})
	bookOdds    = spread(map[event]int{moved: 9, retitled: 4, transferred: 3, extended: 2, freed: 1, renumbered: 1})
)

func spread(odds map[event]int) (drawn [20]event) {
	i := 0
	for e := range numEvents {
		for range odds[e] {
			drawn[i] = e
			i++
		}
	}
	return drawn
}

// past is what has happened to a title by a release: how often each event, and the release of the last of each.
type past struct {
	times [numEvents]int
	last  [numEvents]int
}

func (s *shelf) past(slot, release int, odds *[20]event) (p past) {
	for r := 1; r <= release; r++ {
		d := draw(s.hash(slot, saltEvents+uint64(r)))
		if !d.one(changePerRelease) {
			continue
		}
		e := odds[d.below(len(odds))]
		p.times[e]++
		p.last[e] = r
	}
	return p
}

// appendTitle writes the title of a slot: a place in the combinations of the words, evenly spread, so that slots in
// order have titles in order. Where there are more slots than combinations neighbours are told apart by a part.
func (s *shelf) appendTitle(l *line, slot int, p *past) {
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
	l.add(names.first[n/len(names.last)/len(names.middle)])
	l.add(names.joint)
	l.add(names.middle[n/len(names.last)%len(names.middle)])
	l.add(names.last[n%len(names.last)])
	l.add(names.suffixes[p.times[retitled]%len(names.suffixes)])
	if part > 0 {
		l.add(", Part ")
		l.number(1 + part)
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

// publisher is the university press itself for five titles in six, until they are transferred.
func publisher(society int, own bool, p *past) string {
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

// permutation scatters the numbers below n, each to a place of its own.
type permutation struct{ n, factor, offset uint64 }

func newPermutation(n, seed uint64) permutation {
	factor := max(1, n*618/1000)
	for gcd(factor, n) != 1 {
		factor++
	}
	return permutation{n: n, factor: factor, offset: hash(seed, n) % n}
}

func (p permutation) of(i uint64) uint64 { return (i%p.n*p.factor + p.offset) % p.n }

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// hash makes one number of two that tells nothing of either.
func hash(a, b uint64) uint64 {
	return mix(a*0x9e3779b97f4a7c15 + b*0xd1342543de82ef95 + 0x2545f4914f6cdd1d)
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
