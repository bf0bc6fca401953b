package mockoup

import "autoholdings/kbart"

// A journal's slots are handed out in blocks of 32: a journal with four predecessors, one with two, two with one, and
// twenty without. The first slot of a family, its head, is the journal of today, each further one came before.
const familyBlock = 32

var headInBlock = func() (head [familyBlock]int) {
	slot := 0
	for _, size := range []int{5, 3, 2, 2} {
		for i := range size {
			head[slot+i] = slot
		}
		slot += size
	}
	for ; slot < familyBlock; slot++ {
		head[slot] = slot
	}
	return head
}()

func headOf(slot int) int { return slot - slot%familyBlock + headInBlock[slot%familyBlock] }

// Years that the coverage of journals turns on.
const (
	catalogueYear   = 2025 // of the generated releases
	lastArchiveYear = 1995 // OUP's frontfile begins in 1996
)

// journal is what the one or two rows of a journal are made of.
type journal struct {
	*shelf
	slot, head    int
	own, family   past // of the journal, and of the one of today, which the slug follows
	from, through int  // years; through is 0 while it runs
	quarter       int  // of the year through, from 0
	volumes       int  // the number of the volume of the first year, before the back file grew
	founded       int  // the year of that volume
	precision     int  // of dates: 0 year, 1 month, 2 day
	split         bool // archive and frontfile in rows of their own
	ended         bool // ceased, not continued
	free          bool
	openNote      bool // a paid title that is noted as open access
	onlineOnly    bool
	printOnly     bool
	issuePage     bool // the address leads to the list of issues
	lastVolumeB   bool
	embargo       string
	publisher     string
}

func (s *shelf) appendJournal(l *line, slot, release int) {
	j := s.journal(slot, release)
	straddles := j.from <= lastArchiveYear && (j.through == 0 || j.through > lastArchiveYear)
	if straddles && j.split {
		j.row(l, j.from, lastArchiveYear, 3)
		j.row(l, lastArchiveYear+1, j.through, j.quarter)
		return
	}
	j.row(l, j.from, j.through, j.quarter)
}

func (s *shelf) journal(slot, release int) journal {
	d := draw(s.hash(slot, saltTraits))
	j := journal{
		shelf: s, slot: slot, head: headOf(slot),
		own:         s.past(slot, release, &journalOdds),
		volumes:     12 + d.below(30),
		precision:   datePrecisions[d.below(len(datePrecisions))],
		split:       !d.one(4),
		free:        d.one(20),
		openNote:    d.one(33),
		onlineOnly:  d.one(3),
		printOnly:   !d.one(4),
		issuePage:   d.one(8),
		lastVolumeB: d.one(64),
	}
	current := j.head == slot
	j.family = j.own
	if !current {
		j.family = s.past(j.head, release, &journalOdds)
	}
	if name, rare := embargoes[d.below(len(embargoes))], d.one(25); rare {
		j.embargo = name
	}
	j.publisher = publisher(d.below(len(societies)), !d.one(6), &j.own)
	j.from, j.through = s.years(slot)
	j.founded, j.quarter = j.from, 3
	if !current {
		j.free, j.onlineOnly = false, false
		return j
	}
	j.free = j.free || j.own.times[freed] > 0
	j.onlineOnly = j.onlineOnly && j.from > lastArchiveYear
	j.printOnly = false
	j.goesOn(d.below(20), d.one(40), d.one(4))
	return j
}

// goesOn says how far a journal of today has come: it may have ceased, at a year or by an event; it may be listed up to
// a quarter and follow the calendar; or it runs on, and its back file grows.
func (j *journal) goesOn(yearsAgo int, stopped, followed bool) {
	extensions := j.own.times[extended]
	switch {
	case j.own.times[ceased] > 0:
		j.through, j.quarter, j.ended = catalogueYear, j.own.last[ceased]/3, true
	case stopped:
		j.through, j.ended = max(j.from, catalogueYear-1-yearsAgo), true
	case followed:
		j.through, j.quarter = catalogueYear-1+extensions/4, extensions%4
	default:
		j.from -= extensions
	}
}

// years are the first and last year of a journal, before any event: 0 for the last while it runs.
func (s *shelf) years(slot int) (from, through int) {
	head := headOf(slot)
	d := draw(s.hash(head, saltYears))
	from = 1850 + d.below(170)
	if headOf(head+1) == head { // a journal with predecessors is a young one
		from = 1965 + d.below(50)
	}
	for range slot - head {
		through = from - 1
		from = through - 4 - d.below(20)
	}
	return from, through
}

// datePrecisions: most lists have the year alone, some the day, few the month.
var datePrecisions = [...]int{0, 0, 0, 0, 0, 1, 2, 2}

func (j *journal) row(l *line, from, through, quarter int) {
	l.to(kbart.PublicationTitle)
	j.appendTitle(l, j.slot, &j.own)
	if !j.onlineOnly {
		l.to(kbart.PrintIdentifier)
		l.issn(2 * j.slot)
	}
	if !j.printOnly {
		l.to(kbart.OnlineIdentifier)
		l.issn(2*j.slot + 1)
	}
	j.coverage(l, from, through, quarter)
	j.address(l)
	l.to(kbart.TitleID)
	j.slug(l)
	l.text(kbart.EmbargoInfo, j.embargo)
	l.text(kbart.CoverageDepth, "fulltext")
	j.notes(l)
	l.text(kbart.PublisherName, j.publisher)
	l.text(kbart.PublicationTypeColumn, "serial")
	l.text(kbart.AccessType, accessType(j.free))
	l.end()
}

func (j *journal) coverage(l *line, from, through, quarter int) {
	l.to(kbart.DateFirstIssueOnline)
	l.date(from, 1, 1, j.precision)
	l.to(kbart.NumFirstVolOnline)
	l.number(j.volume(from))
	l.to(kbart.NumFirstIssueOnline)
	l.number(1)
	if through == 0 {
		return
	}
	l.to(kbart.DateLastIssueOnline)
	l.date(through, 3*(quarter+1), [...]int{31, 30, 30, 31}[quarter], j.precision)
	l.to(kbart.NumLastVolOnline)
	l.number(j.volume(through))
	if j.lastVolumeB {
		l.add("B")
	}
	l.to(kbart.NumLastIssueOnline)
	l.number(quarter + 1)
}

func (j *journal) volume(year int) int { return j.volumes + year - j.founded }

func (j *journal) address(l *line) {
	l.to(kbart.TitleURL)
	l.add("https://academic.oup.com/")
	j.slug(l)
	if odd := j.family.times[moved]%2 == 1; odd != j.issuePage {
		l.add("/issue")
	}
}

// slug writes the name of the journal on the platform, which it shares with its predecessors.
func (j *journal) slug(l *line) {
	head := uint64(j.head)
	million, n := head/slugs.n, slugs.of(head%slugs.n)
	l.add(syllables[n/10_000])
	l.add(syllables[n/100%100])
	l.add(syllables[n%100])
	if million > 0 {
		l.add(syllables[million])
	}
	switch times := j.family.times[renumbered]; {
	case times == 1:
		l.add("issue")
	case times > 1:
		l.add("issue")
		l.number(times)
	}
}

func (j *journal) notes(l *line) {
	l.to(kbart.Notes)
	switch {
	case j.slot != j.head:
		from, _ := j.years(j.head)
		l.add("Now: ")
		j.appendTitle(l, j.head, &past{})
		l.add(" (")
		l.number(from)
		l.add("-)")
	case j.ended:
		l.add("Ceased publication in ")
		l.number(j.through)
	case j.free:
		l.add("Fully Open Access")
	case j.openNote:
		l.add("Open Access")
	}
}
