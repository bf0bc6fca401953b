package kbart

import "io"

// feed reads a list and judges its cells by themselves on a goroutine of its own, a few hundred rows ahead, while the
// rows before are judged for all else: with two processors validating takes two thirds of the time.
type feed struct {
	reader  *Reader
	batches chan *batch
	free    chan *batch
	stop    chan struct{}
	batch   *batch // the one being filled
}

// batch is a stretch of one list, in file order.
type batch struct {
	file     string // the member of a ZIP archive
	header   Header // known where there are records
	records  []Record
	cells    []string // of the records
	findings []placedFinding
	err      error // with which reading ended
	panicked any   // what reading panicked with
}

// placedFinding comes before the record with this index.
type placedFinding struct {
	before int
	Finding
}

const (
	batchRows = 256
	// batchCells bounds the memory of a batch where rows have very many cells.
	batchCells = 1 << 16
	batches    = 3 // one being filled, one being judged, one between
)

func newFeed(r io.Reader, o Options) *feed {
	f := &feed{batches: make(chan *batch, batches), free: make(chan *batch, batches), stop: make(chan struct{}), batch: &batch{}}
	for range batches - 1 {
		f.free <- &batch{}
	}
	o.Findings = f.addFinding
	f.reader = NewReader(r, o)
	return f
}

// each calls judge with every batch, on the caller's goroutine, and returns the error with which reading ended. The
// reader's Summary is complete then.
func (f *feed) each(judge func(*batch)) error {
	defer close(f.stop) // in case judge panics
	go f.read()
	for b := range f.batches {
		if b.panicked != nil {
			panic(b.panicked)
		}
		judge(b)
		if b.err != nil {
			return b.err
		}
		f.free <- b
	}
	return nil
}

func (f *feed) read() {
	defer close(f.batches)
	defer func() {
		f.batch.panicked = recover()
		f.send()
	}()
	for rec, err := range f.reader.Records() {
		if err != nil {
			f.batch.err = err
			return
		}
		Check(rec, f.addFinding)
		if !f.addRecord(rec) {
			return
		}
	}
}

// addRecord keeps a record until it is judged. It returns false where no one judges any more.
func (f *feed) addRecord(rec *Record) bool {
	if !f.turnTo(rec.File) {
		return false
	}
	b := f.batch
	if len(b.records) == 0 {
		b.header = f.reader.Header()
	}
	start := len(b.cells)
	b.cells = append(b.cells, rec.cells...)
	b.records = append(b.records, *rec)
	b.records[len(b.records)-1].cells = b.cells[start:len(b.cells):len(b.cells)]
	return len(b.records) < batchRows && len(b.cells) < batchCells || f.next(rec.File)
}

func (f *feed) addFinding(finding Finding) {
	if f.turnTo(finding.File) {
		f.batch.findings = append(f.batch.findings, placedFinding{len(f.batch.records), finding})
	}
}

// turnTo has a new batch begin with a new list.
func (f *feed) turnTo(file string) bool {
	b := f.batch
	if b.file == file {
		return true
	}
	if len(b.records) == 0 && len(b.findings) == 0 {
		b.file = file
		return true
	}
	return f.next(file)
}

// next sends a batch on its way and begins another.
func (f *feed) next(file string) bool {
	if !f.send() {
		return false
	}
	select {
	case f.batch = <-f.free:
	case <-f.stop:
		return false
	}
	b := f.batch
	clear(b.cells) // so that their rows can be collected
	if cap(b.cells) > 4*batchCells {
		b.cells = nil
	}
	*b = batch{file: file, records: b.records[:0], cells: b.cells[:0], findings: b.findings[:0]}
	return true
}

func (f *feed) send() bool {
	select {
	case f.batches <- f.batch:
		return true
	case <-f.stop:
		return false
	}
}
