package jobs

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"autoholdings/ent"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// fetching fetches the lists of a job's parts, a few at once, and decides which part is next. Parts are done one at a
// time.
//
// Parts have an order, that in which their fetches begin: each is planned on what the earlier ones of its collection
// left, a preview must show what the run then does, and reports must list the same things in the same order. So a part
// whose list is there waits for the earlier ones, but not for long: if a list does not come within
// Options.FetchPatience, its part gives way to all others. The result is the same as if its profile were run by itself
// an hour later (docs/decisions/0005-fetches-side-by-side.md).
type fetching struct {
	run   *run
	begin beginPart
	began time.Time

	phase string // what the job waits for, as its row says; "": something else

	group   sync.WaitGroup
	changed chan struct{} // holds a value if a part has changed since the last look
	mutex   sync.Mutex
	left    []*partToCome // the parts still to do, in order
}

// beginPart prepares a part for its turn, or for the fetch of its list. A *failure or *blockade ends the part.
type beginPart func(ctx context.Context, part *ent.JobPart) (*partRun, error)

// partToCome is a part whose list may still be on its way.
type partToCome struct {
	part  *ent.JobPart
	came  bool      // the list is here, or the fetch has failed
	err   error     // why it failed
	asked time.Time // when the fetch began; zero: not yet
}

// eachFetched does the parts of the job that are not over, each with a list from its provider, and ends the job.
func (r *run) eachFetched(ctx context.Context, parts []*ent.JobPart, begin beginPart) error {
	f := &fetching{run: r, begin: begin, began: time.Now(), changed: make(chan struct{}, 1), left: toCome(parts)}
	fetchCtx, stop := context.WithCancel(ctx)
	defer f.group.Wait() // nothing is left in the spool, and nothing written, after the run
	defer stop()
	f.start(fetchCtx)
	for len(f.left) > 0 {
		next, err := f.next(ctx)
		if err != nil {
			return err
		}
		if err := r.takeTurn(ctx, next, begin, len(f.left) == 0); err != nil {
			return err
		}
	}
	return r.finish(ctx)
}

// toCome are the parts that are not over. One that is half written goes first: its plan does not know what others would
// write before it.
func toCome(parts []*ent.JobPart) (left []*partToCome) {
	for _, part := range parts {
		if isOpen(part.State) {
			left = append(left, &partToCome{part: part, came: part.ProviderFileID != nil})
		}
	}
	slices.SortStableFunc(left, func(a, b *partToCome) int { return halfWritten(b) - halfWritten(a) })
	return left
}

func halfWritten(p *partToCome) int {
	if p.part.State == PartApplying {
		return 1
	}
	return 0
}

// takeTurn does a part whose list is here, or ends it if the fetch failed.
func (r *run) takeTurn(ctx context.Context, p *partToCome, begin beginPart, last bool) error {
	r.foresight.begin(p.part)
	pr, err := begin(ctx, p.part)
	if pr == nil {
		return err
	}
	pr.last = last
	if err == nil {
		err = p.err
	}
	if err == nil {
		err = pr.bringFetchedInStep(ctx)
	}
	return pr.settlePart(ctx, err)
}

// start fetches the missing lists in order, a few at once.
func (f *fetching) start(ctx context.Context) {
	waiting := slices.DeleteFunc(slices.Clone(f.left), func(p *partToCome) bool { return p.came })
	places := make(chan struct{}, provider.AtOnce)
	f.group.Go(func() {
		for _, p := range waiting {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return
			}
			part := f.ask(p)
			f.group.Go(func() {
				defer func() { <-places }()
				part, err := f.fetch(ctx, part)
				f.come(p, part, err)
			})
		}
	})
}

// ask records that the fetch of a part's list begins, and returns the part.
func (f *fetching) ask(p *partToCome) *ent.JobPart {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	p.asked = time.Now()
	f.tell()
	return p.part
}

// come records that a part's list is here, or why the fetch failed.
func (f *fetching) come(p *partToCome, part *ent.JobPart, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	p.part, p.came, p.err = part, true, err
	f.tell()
}

func (f *fetching) tell() {
	select {
	case f.changed <- struct{}{}:
	default: // told already
	}
}

// fetch gets a part's list and returns the part's row as it is afterwards. A panic becomes an error.
func (f *fetching) fetch(ctx context.Context, part *ent.JobPart) (_ *ent.JobPart, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	pr, err := f.begin(ctx, part)
	if err != nil {
		return part, err
	}
	err = pr.fetchFile(ctx)
	return pr.part, err
}

// next waits for a part that can be done, and takes it out of those that are left.
func (f *fetching) next(ctx context.Context) (*partToCome, error) {
	for {
		next, patience, phase := f.pick(time.Now())
		if next != nil {
			f.phase = ""
			return next, nil
		}
		if err := f.progress(ctx, phase); err != nil {
			return nil, err
		}
		timer := time.NewTimer(patience)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		case <-f.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pick takes the first part whose turn it is. If there is none, it returns how long to wait until a part must give way,
// and what is being fetched.
func (f *fetching) pick(now time.Time) (next *partToCome, patience time.Duration, phase string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	owed := time.Duration(0) // how much longer later parts must wait
	for i, p := range f.left {
		switch {
		case !p.came:
			owed = max(owed, f.patienceWith(p, now))
			if phase == "" {
				phase = phaseOf(p.part, "fetch")
			}
		case owed <= 0:
			f.left = slices.Delete(f.left, i, i+1)
			return p, 0, ""
		default:
			return nil, owed, phase
		}
	}
	return nil, math.MaxInt64, phase
}

// patienceWith is how much longer later parts wait for a part's list.
func (f *fetching) patienceWith(p *partToCome, now time.Time) time.Duration {
	since := p.asked
	if since.IsZero() {
		since = f.began
	}
	return f.run.s.o.FetchPatience - now.Sub(since)
}

// progress records what the job waits for, if that has changed.
func (f *fetching) progress(ctx context.Context, phase string) error {
	if f.phase == phase {
		return nil
	}
	err := f.run.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return f.run.fence(ctx, tx, phase, 0, 0) })
	f.run.s.tell(f.run.job.ID)
	f.phase = phase
	return err
}
