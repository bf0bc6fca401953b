package mockoup

import "autoholdings/kbart"

// book is what the row of a book is made of.
type book struct {
	*shelf
	slot      int
	past      past
	first     *bookModule // that the title belongs to
	module    *bookModule // that the title_id belongs to by now
	published int         // in print
	online    int         // the year
	month     int
	day       int
	precision int // of the online date: 0 year, 1 month, 2 day
	volume    int // 0 = none
	edition   int // 0 = none given
	name      string
	edited    bool // name is an editor's
	free      bool
	openNote  bool // a paid title that is noted as open access
	printOnly bool
	publisher string
	oldPlace  bool // read on the old platform until it moves
}

func (s *shelf) appendBook(l *line, slot, release int) {
	b := s.book(slot, release)
	b.row(l)
}

func (s *shelf) book(slot, release int) book {
	d := draw(s.hash(slot, saltTraits))
	b := book{shelf: s, slot: slot, past: s.past(slot, release, &bookOdds)}
	module := d.below(len(bookModules))
	b.first = &bookModules[module]
	b.module = &bookModules[(module+b.past.times[renumbered])%len(bookModules)]
	b.published = 1990 + d.below(35)
	b.online = b.published + d.below(2)
	b.month, b.day = 1+d.below(12), 1+d.below(28)
	b.precision = datePrecisions[d.below(len(datePrecisions))]
	if volume, rare := 1+d.below(4), d.one(64); rare {
		b.volume = volume
	}
	editions, several := 2+d.below(4), d.one(6)
	if extensions := b.past.times[extended]; several {
		b.edition = editions + extensions
	} else if extensions > 0 {
		b.edition = 1 + extensions
	}
	b.name = familyNames[d.below(len(familyNames))]
	b.edited = d.one(10) || b.first.name == "oxfordhb"
	b.free = d.one(50) || b.past.times[freed] > 0
	b.openNote = d.one(50)
	b.printOnly = d.one(32)
	b.publisher = publisher(d.below(len(societies)), !d.one(6), &b.past)
	b.oldPlace = d.one(4)
	return b
}

func (b *book) row(l *line) {
	l.to(kbart.PublicationTitle)
	b.appendTitle(l, b.slot, &b.past)
	l.add(b.first.subtitle)
	l.to(kbart.PrintIdentifier)
	l.isbn(b.slot, isbnPrint)
	if !b.printOnly {
		l.to(kbart.OnlineIdentifier)
		l.isbn(b.slot, isbnOnline)
	}
	b.address(l)
	if !b.edited {
		l.text(kbart.FirstAuthor, b.name)
	}
	l.to(kbart.TitleID)
	b.id(l)
	l.text(kbart.CoverageDepth, "fulltext")
	if b.openNote && !b.free {
		l.text(kbart.Notes, "Open Access")
	}
	l.text(kbart.PublisherName, b.publisher)
	l.text(kbart.PublicationTypeColumn, "monograph")
	b.publication(l)
	l.text(kbart.AccessType, accessType(b.free))
	l.end()
}

// id is the module and the print ISBN.
func (b *book) id(l *line) {
	l.add(b.module.name)
	l.add("-")
	l.isbn(b.slot, isbnPrint)
}

// address is where the book is read. A move brings it from the old platform of its module to academic.oup.com, or gives
// it a new number there.
func (b *book) address(l *line) {
	l.to(kbart.TitleURL)
	moves := b.past.times[moved]
	if !b.oldPlace || moves > 0 {
		l.add("https://academic.oup.com/book/")
		l.number(1 + int(b.order.of(uint64(b.slot))) + moves*b.total)
		return
	}
	l.add("https://")
	l.add(b.module.host)
	l.add("/view/10.1093/")
	l.add(b.module.path)
	l.add("/")
	l.isbn(b.slot, isbnPrint)
	l.add(".001.0001/")
	b.id(l)
}

func (b *book) publication(l *line) {
	l.to(kbart.DateMonographPublishedPrint)
	l.number(b.published)
	l.to(kbart.DateMonographPublishedOnline)
	l.date(b.online, b.month, b.day, b.precision)
	if b.volume > 0 {
		l.to(kbart.MonographVolume)
		l.number(b.volume)
	}
	if b.edition > 0 {
		l.to(kbart.MonographEdition)
		l.number(b.edition)
	}
	if b.edited {
		l.text(kbart.FirstEditor, b.name)
	}
}
