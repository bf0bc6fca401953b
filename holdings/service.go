// Package holdings is the core of the domain: it plans on what is there, applies plans, undoes them and tells of them.
// It is the only writer of portfolios, and it knows neither HTTP nor GraphQL nor the queue.
//
// The main job reads top down: [Service.Plan] reads the list and the portfolios side by side and lets package plan
// decide; [Service.Apply] writes the plan (apply.go) to its target, the portfolios of a collection
// (portfolio_target.go, leave.go, wait.go) or the Community Zone (zone_target.go). Whoever writes has a [PartWriter].
// The rooms beside it are packages of their own: collections, profiles, acquisitions, move.
package holdings

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Service is the domain on an open database.
type Service struct {
	// BatchTitles is how many titles one transaction writes. The standard is large enough that committing costs little,
	// and small enough that a mutation meanwhile waits for some tens of milliseconds.
	BatchTitles int

	// Now is the clock by which schedules begin to hold and alerts are judged. The standard is the machine's.
	Now func() time.Time

	store *store.Store
	busy  Busy
}

// New returns the domain on a database. busy keeps changes away from what jobs work on.
func New(s *store.Store, busy Busy) *Service {
	return &Service{BatchTitles: 2000, Now: time.Now, store: s, busy: RequireBusy(busy)}
}

// Plan reads the source and computes what it would change: in the portfolios of a profile in a collection or, where the
// part is of the Community Zone, in the titles of one of its collections. Findings go to report in file order. A
// *kbart.FatalError says that the list is refused as a whole.
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
	foreseenIDs map[int32]int64    // of titles that would be added, where a later part of the preview is planned on top
}

// manyTitles is the size of a list from which on memory counts more than the tenths of a second that a collection
// takes.
const manyTitles = 200_000

// read is what a plan is made of.
type read struct {
	plan.Input
	zoneTitles plan.ChunkedList[plan.Identity]
	local      bool // what a person gives, or is the Community Zone's, is not compared with it
}

func (s *Service) read(ctx context.Context, source plan.Source, part *Part, report func(kbart.Finding)) (in read, l *plan.List, err error) {
	if source.Judged, err = s.judgedRows(ctx, part); err != nil {
		return in, nil, err
	}
	in.local, in.Zone = !part.ofProfile(), part.ZoneID != 0
	group, groupCtx := errgroup.WithContext(ctx) // the file and the database are read side by side
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
	if l.Titles.Len() > manyTitles {
		runtime.GC() // what reading and grouping needed is as large as what stays
	}
	if part.Resumed && !in.Zone {
		if in.Former, err = formerPortfolios(ctx, s.store, part, &in.Portfolios); err != nil {
			return in, nil, err
		}
	}
	in.Day = int32(plan.DayOf(s.today(part)))
	return in, l, l.WrongContent()
}
