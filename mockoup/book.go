package mockoup

import "autoholdings/kbart"

// book has the values of a book's row.
type book struct {
	*titleSet
	slot      int
	past      titleHistory
	first     *bookModule // module of the title
	module    *bookModule // current module of the title_id
	published int         // year of the print edition
	online    int         // year of the online edition
	month     int
	day       int
	precision int // of the online date: 0 = year, 1 = month, 2 = day
	volume    int // 0 = none
	edition   int // 0 = not given
	name      string
	edited    bool // name is that of an editor
	free      bool
	openNote  bool // a paid title whose note says Open Access
	printOnly bool
	publisher string
	oldPlace  bool // on the old platform until it moves
}

func (s *titleSet) appendBook(w *rowWriter, slot, release int) {
	b := s.book(slot, release)
	b.row(w)
}

func (s *titleSet) book(slot, release int) book {
	d := random(s.hash(slot, saltTraits))
	b := book{titleSet: s, slot: slot, past: s.history(slot, release, &bookOdds)}
	module := d.below(len(bookModules))
	b.first = &bookModules[module]
	b.module = &bookModules[(module+b.past.times[renumbered])%len(bookModules)]
	b.published = 1990 + d.below(35)
	b.online = b.published + d.below(2)
	b.month, b.day = 1+d.below(12), 1+d.below(28)
	b.precision = datePrecisions[d.below(len(datePrecisions))]
	if volume, rare := 1+d.below(4), d.oneIn(64); rare {
		b.volume = volume
	}
	editions, several := 2+d.below(4), d.oneIn(6)
	if extensions := b.past.times[extended]; several {
		b.edition = editions + extensions
	} else if extensions > 0 {
		b.edition = 1 + extensions
	}
	b.name = familyNames[d.below(len(familyNames))]
	b.edited = d.oneIn(10) || b.first.name == "oxfordhb"
	b.free = d.oneIn(50) || b.past.times[freed] > 0
	b.openNote = d.oneIn(50)
	b.printOnly = d.oneIn(32)
	b.publisher = publisher(d.below(len(societies)), !d.oneIn(6), &b.past)
	b.oldPlace = d.oneIn(4)
	return b
}

func (b *book) row(w *rowWriter) {
	w.startCell(kbart.PublicationTitle)
	b.appendTitle(w, b.slot, &b.past)
	w.write(b.first.subtitle)
	w.startCell(kbart.PrintIdentifier)
	w.writeISBN(b.slot, isbnPrint)
	if !b.printOnly {
		w.startCell(kbart.OnlineIdentifier)
		w.writeISBN(b.slot, isbnOnline)
	}
	b.address(w)
	if !b.edited {
		w.writeCell(kbart.FirstAuthor, b.name)
	}
	w.startCell(kbart.TitleID)
	b.id(w)
	w.writeCell(kbart.CoverageDepth, "fulltext")
	if b.openNote && !b.free {
		w.writeCell(kbart.Notes, "Open Access")
	}
	w.writeCell(kbart.PublisherName, b.publisher)
	w.writeCell(kbart.PublicationTypeColumn, "monograph")
	b.publication(w)
	w.writeCell(kbart.AccessType, accessType(b.free))
	w.endRow()
}

// id writes the module and the print ISBN.
func (b *book) id(w *rowWriter) {
	w.write(b.module.name)
	w.write("-")
	w.writeISBN(b.slot, isbnPrint)
}

// address writes the book's address. When the book moves, it goes from the old platform of its module to
// academic.oup.com, or gets a new number there.
func (b *book) address(w *rowWriter) {
	w.startCell(kbart.TitleURL)
	moves := b.past.times[moved]
	if !b.oldPlace || moves > 0 {
		w.write("https://academic.oup.com/book/")
		w.writeNumber(1 + int(b.order.permute(uint64(b.slot))) + moves*b.total)
		return
	}
	w.write("https://")
	w.write(b.module.host)
	w.write("/view/10.1093/")
	w.write(b.module.path)
	w.write("/")
	w.writeISBN(b.slot, isbnPrint)
	w.write(".001.0001/")
	b.id(w)
}

func (b *book) publication(w *rowWriter) {
	w.startCell(kbart.DateMonographPublishedPrint)
	w.writeNumber(b.published)
	w.startCell(kbart.DateMonographPublishedOnline)
	w.writeDate(b.online, b.month, b.day, b.precision)
	if b.volume > 0 {
		w.startCell(kbart.MonographVolume)
		w.writeNumber(b.volume)
	}
	if b.edition > 0 {
		w.startCell(kbart.MonographEdition)
		w.writeNumber(b.edition)
	}
	if b.edited {
		w.writeCell(kbart.FirstEditor, b.name)
	}
}
