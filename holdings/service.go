// Package holdings is the core of the domain: it makes plans, applies them, undoes them and reports on them. It is the
// only writer of portfolios, and it knows neither HTTP nor GraphQL nor the queue.
//
// The main job reads top down: [Service.Plan] reads the list and the portfolios at the same time and lets package plan
// decide; [Service.Apply] writes the plan (apply.go) to its target, the portfolios of a collection
// (portfolio_target.go, leave.go, wait.go) or the Community Zone (zone_target.go). All of them write with a
// [PartWriter]. The other parts of the domain are packages of their own: collections, profiles, acquisitions, move.
package holdings

import (
	"context"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Service is the domain on an open database.
type Service struct {
	// BatchTitles is how many titles one transaction writes. The default is large enough that committing costs little, and
	// small enough that a mutation waits only some tens of milliseconds.
	BatchTitles int

	// Now is the clock for the day of lists that say none, and for previews, which write nothing. The default is the
	// machine's; what is written has the database's.
	Now func() time.Time

	store  *store.Store
	busy   Busy
	former formerViews
}

// New returns the domain on a database. busy refuses changes to what jobs are working on.
func New(s *store.Store, busy Busy) *Service {
	return &Service{BatchTitles: 2000, Now: time.Now, store: s, busy: RequireBusy(busy)} //nolint:forbidigo // see Now
}

// Plan reads the source and computes what it would change: in the portfolios of a profile in a collection or, if the
// part names a Community Zone collection, in that collection's titles. Findings go to report in file order. A
// *kbart.FatalError means that the whole list is refused.
func (s *Service) Plan(ctx context.Context, source plan.Source, part *Part, guards plan.Guards, report func(kbart.Finding)) (*Plan, error) {
	in, l, err := s.read(ctx, source, part, report)
	if err != nil {
		return nil, err
	}
	in.Guards = guards
	foreseen, err := s.foresee(ctx, part, &in.Input)
	if err != nil {
		return nil, err
	}
	in.Texts = &dbTexts{ctx, s.store, &in.Portfolios}
	plan, err := plan.Make(ctx, l, in.Input)
	if err != nil {
		return nil, err
	}
	plan.ReportHidden(report)
	planned := &Plan{Plan: plan, part: part, foreseen: foreseen}
	if plan.ForCommunityZone {
		return planned, nil
	}
	plan.Unlisted, plan.NewOnly = !part.ofProfile(), part.NewOnly
	plan.CheckZone(&in.zoneTitles, in.local, part.CommunityZoneOnly, report)
	plan.ReportDecisions(report)
	if err := plan.ReportTwins(ctx, report); err != nil {
		return nil, err
	}
	if err := s.guardShape(ctx, plan, part, guards, report); err != nil {
		return nil, err
	}
	return planned, s.guardAccess(ctx, plan, part, guards)
}

// Plan is the plan of a part, on top of what earlier parts of a preview would have changed.
type Plan struct {
	*plan.Plan
	part        *Part
	foreseen    *previewedHoldings // nil: nothing
	foreseenIDs map[int32]int64    // of titles that would be added, if a later part of the preview is planned on top
}

// manyTitles is the list size above which saving memory is worth the tenths of a second that a garbage collection
// takes.
const manyTitles = 200_000

// read is the input of a plan.
type read struct {
	plan.Input
	zoneTitles plan.ChunkedList[plan.Identity]
	local      bool // not compared with the Community Zone: a local collection, a person's list, or the Community Zone's own titles
}

func (s *Service) read(ctx context.Context, source plan.Source, part *Part, report func(kbart.Finding)) (in read, l *plan.List, err error) {
	if source.Judged, err = s.judgedRows(ctx, part); err != nil {
		return in, nil, err
	}
	if in.Decisions, err = s.loadPairings(ctx, part); err != nil {
		return in, nil, err
	}
	in.local, in.Zone = !part.ofProfile(), part.ZoneID != 0
	group, groupCtx := errgroup.WithContext(ctx) // the file and the database are read at the same time
	group.Go(func() (err error) { l, err = plan.ReadList(groupCtx, source, report); return err })
	if in.Zone {
		group.Go(func() (err error) { in.Portfolios, err = loadZoneHeld(groupCtx, s.store, part); return err })
	} else {
		group.Go(func() (err error) { in.Portfolios, in.Views, err = loadHeld(groupCtx, s.store, part); return err })
	}
	if part.ofProfile() {
		group.Go(func() (err error) {
			in.zoneTitles, in.local, err = loadZone(groupCtx, s.store, part.CollectionID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return in, nil, err
	}
	if err := part.foreseeStaff(ctx, s.store.Query, &in.Portfolios); err != nil {
		return in, nil, err
	}
	if l.Titles.Len() > manyTitles {
		runtime.GC() // reading and grouping used as much memory as what stays
	}
	if part.Resumed && !in.Zone {
		if in.Former, err = formerPortfolios(ctx, s.store, part, &in.Portfolios); err != nil {
			return in, nil, err
		}
		in.Views = slices.DeleteFunc(in.Views, func(v plan.AlternativeIdentity) bool { // where nothing was changed, they say nothing more
			f := in.Former[v.Portfolio]
			return v.Same && (f == nil || f.Identity == v.Identity)
		})
	}
	in.Day = int32(plan.DayOf(s.today(part)))
	if !in.Zone {
		in.Days, err = s.listDays(ctx, part)
	}
	if err != nil {
		return in, nil, err
	}
	return in, l, l.WrongContent()
}
