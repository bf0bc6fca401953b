package mockoup

import "autoholdings/kbart"

// familyBlock is the number of slots in a block of journals: one journal with four predecessors, one with two, two with
// one, and twenty without any. A journal and its predecessors are a family. The first slot of a family, its head, is
// the current journal, and each following slot is an earlier one.
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

const (
	catalogueYear   = 2025 // of the generated releases
	lastArchiveYear = 1995 // OUP's frontfile begins in 1996
)

// journal has the values of a journal's one or two rows.
type journal struct {
	*titleSet
	slot, head    int
	own, family   titleHistory // of the journal, and of the one of today, which the slug follows
	from, through int          // years; through is 0 while it runs
	quarter       int          // of the year through, from 0
	volumes       int          // the number of the volume of the first year, before the back file grew
	founded       int          // the year of that volume
	precision     int          // of dates: 0 year, 1 month, 2 day
	split         bool         // archive and frontfile in rows of their own
	ended         bool         // ceased, not continued
	free          bool
	openNote      bool // a paid title that is noted as open access
	onlineOnly    bool
	printOnly     bool
	issuePage     bool // the address leads to the list of issues
	lastVolumeB   bool
	embargo       string
	publisher     string
}

func (s *titleSet) appendJournal(w *rowWriter, slot, release int) {
	j := s.journal(slot, release)
	straddles := j.from <= lastArchiveYear && (j.through == 0 || j.through > lastArchiveYear)
	if straddles && j.split {
		j.row(w, j.from, lastArchiveYear, 3)
		j.row(w, lastArchiveYear+1, j.through, j.quarter)
		return
	}
	j.row(w, j.from, j.through, j.quarter)
}

func (s *titleSet) journal(slot, release int) journal {
	d := random(s.hash(slot, saltTraits))
	j := journal{
		titleSet: s, slot: slot, head: headOf(slot),
		own:         s.history(slot, release, &journalOdds),
		volumes:     12 + d.below(30),
		precision:   datePrecisions[d.below(len(datePrecisions))],
		split:       !d.oneIn(4),
		free:        d.oneIn(20),
		openNote:    d.oneIn(33),
		onlineOnly:  d.oneIn(3),
		printOnly:   !d.oneIn(4),
		issuePage:   d.oneIn(8),
		lastVolumeB: d.oneIn(64),
	}
	current := j.head == slot
	j.family = j.own
	if !current {
		j.family = s.history(j.head, release, &journalOdds)
	}
	if name, rare := embargoes[d.below(len(embargoes))], d.oneIn(25); rare {
		j.embargo = name
	}
	j.publisher = publisher(d.below(len(societies)), !d.oneIn(6), &j.own)
	j.from, j.through = s.years(slot)
	j.founded, j.quarter = j.from, 3
	if !current {
		j.free, j.onlineOnly = false, false
		return j
	}
	j.free = j.free || j.own.times[freed] > 0
	j.onlineOnly = j.onlineOnly && j.from > lastArchiveYear
	j.printOnly = false
	j.setEnd(d.below(20), d.oneIn(40), d.oneIn(4))
	return j
}

// setEnd sets the end of a current journal's coverage. The journal may have ceased, in a given year or by an event. It
// may be listed up to a quarter, and follow the calendar. Otherwise it has no end, and its back file grows.
func (j *journal) setEnd(yearsAgo int, stopped, followed bool) {
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

// years returns the first and the last year of a journal before any event. The last year of a current journal is 0.
func (s *titleSet) years(slot int) (from, through int) {
	head := headOf(slot)
	d := random(s.hash(head, saltYears))
	from = 1850 + d.below(170)
	if headOf(head+1) == head { // a journal with predecessors is young
		from = 1965 + d.below(50)
	}
	for range slot - head {
		through = from - 1
		from = through - 4 - d.below(20)
	}
	return from, through
}

// datePrecisions are the precisions of dates: most dates have only the year, some the day, and few the month.
var datePrecisions = [...]int{0, 0, 0, 0, 0, 1, 2, 2}

func (j *journal) row(w *rowWriter, from, through, quarter int) {
	w.startCell(kbart.PublicationTitle)
	j.appendTitle(w, j.slot, &j.own)
	if !j.onlineOnly {
		w.startCell(kbart.PrintIdentifier)
		w.writeISSN(2 * j.slot)
	}
	if !j.printOnly {
		w.startCell(kbart.OnlineIdentifier)
		w.writeISSN(2*j.slot + 1)
	}
	j.coverage(w, from, through, quarter)
	j.address(w)
	w.startCell(kbart.TitleID)
	j.slug(w)
	w.writeCell(kbart.EmbargoInfo, j.embargo)
	w.writeCell(kbart.CoverageDepth, "fulltext")
	j.notes(w)
	w.writeCell(kbart.PublisherName, j.publisher)
	w.writeCell(kbart.PublicationTypeColumn, "serial")
	w.writeCell(kbart.AccessType, accessType(j.free))
	w.endRow()
}

func (j *journal) coverage(w *rowWriter, from, through, quarter int) {
	w.startCell(kbart.DateFirstIssueOnline)
	w.writeDate(from, 1, 1, j.precision)
	w.startCell(kbart.NumFirstVolOnline)
	w.writeNumber(j.volume(from))
	w.startCell(kbart.NumFirstIssueOnline)
	w.writeNumber(1)
	if through == 0 {
		return
	}
	w.startCell(kbart.DateLastIssueOnline)
	w.writeDate(through, 3*(quarter+1), [...]int{31, 30, 30, 31}[quarter], j.precision)
	w.startCell(kbart.NumLastVolOnline)
	w.writeNumber(j.volume(through))
	if j.lastVolumeB {
		w.write("B")
	}
	w.startCell(kbart.NumLastIssueOnline)
	w.writeNumber(quarter + 1)
}

func (j *journal) volume(year int) int { return j.volumes + year - j.founded }

func (j *journal) address(w *rowWriter) {
	w.startCell(kbart.TitleURL)
	w.write("https://academic.oup.com/")
	j.slug(w)
	if odd := j.family.times[moved]%2 == 1; odd != j.issuePage {
		w.write("/issue")
	}
}

// slug writes the journal's name in addresses on the platform. It shares the name with its predecessors.
func (j *journal) slug(w *rowWriter) {
	head := uint64(j.head)
	million, n := head/slugs.n, slugs.permute(head%slugs.n)
	w.write(syllables[n/10_000])
	w.write(syllables[n/100%100])
	w.write(syllables[n%100])
	if million > 0 {
		w.write(syllables[million])
	}
	switch times := j.family.times[renumbered]; {
	case times == 1:
		w.write("issue")
	case times > 1:
		w.write("issue")
		w.writeNumber(times)
	}
}

func (j *journal) notes(w *rowWriter) {
	w.startCell(kbart.Notes)
	switch {
	case j.slot != j.head:
		from, _ := j.years(j.head)
		w.write("Now: ")
		j.appendTitle(w, j.head, &titleHistory{})
		w.write(" (")
		w.writeNumber(from)
		w.write("-)")
	case j.ended:
		w.write("Ceased publication in ")
		w.writeNumber(j.through)
	case j.free:
		w.write("Fully Open Access")
	case j.openNote:
		w.write("Open Access")
	}
}
