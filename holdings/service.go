// Package holdings is the domain: electronic collections, portfolios, entitlements and coverage; from a provider's
// list to titles, from titles and what is there to a plan, and from the plan to the holdings. It is the only writer
// of portfolios, and it knows neither HTTP nor GraphQL nor the queue.
//
// The main job reads top down: [Service.Plan] (list.go reads, match.go pairs, plan.go decides), then [Service.Apply]
// (apply.go adds and updates, leave.go removes). The titles of the Community Zone go the same way (zone_apply.go).
package holdings

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"autoholdings/internal/secret"
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

	store     *store.Store
	box       *secret.Box
	busy      Busy
	providers providers
}

// New returns the domain on a database. box seals the credentials in it. busy keeps changes away from what jobs work on;
// it must not be nil, since a missing one would switch those rules off unnoticed. The providers are those that profiles
// may be of, the standard one first; none: profiles are of one provider of which nothing is known.
func New(s *store.Store, box *secret.Box, busy Busy, of ...Provider) *Service {
	return &Service{BatchTitles: 2000, Now: time.Now, store: s, box: box, busy: MustKnow(busy), providers: newProviders(of)}
}

// Plan reads the source and computes what it would change: in the portfolios of a profile in a collection or, where the
// part is of the Community Zone, in the titles of one of its collections. Findings go to report in file order. A
// *kbart.FatalError says that the list is refused as a whole.
func (s *Service) Plan(ctx context.Context, source Source, part *Part, guards Guards, report func(kbart.Finding)) (*PartPlan, error) {
	in, l, err := s.read(ctx, source, part, report)
	if err != nil {
		return nil, err
	}
	in.guards = guards
	foreseen, err := s.foresee(ctx, part, &in.planned)
	if err != nil {
		return nil, err
	}
	in.texts = &dbTexts{ctx, s.store, &in.portfolios}
	plan, err := makePlan(ctx, l, in.planned)
	if err != nil {
		return nil, err
	}
	plan.reportHidden(report)
	planned := &PartPlan{Plan: plan, part: part, foreseen: foreseen}
	if plan.zone {
		return planned, nil
	}
	plan.unlisted, plan.newOnly = !part.ofProfile(), part.NewOnly
	plan.checkZone(&in.zoneTitles, in.local, part.CommunityZoneOnly, report)
	if err := plan.reportTwins(ctx, report); err != nil {
		return nil, err
	}
	if err := s.guardShape(ctx, plan, part, guards, report); err != nil {
		return nil, err
	}
	return planned, s.guardAccess(ctx, plan, part, guards)
}

// PartPlan is the plan of a part, on top of what earlier parts of a preview would have changed.
type PartPlan struct {
	*Plan
	part        *Part
	foreseen    *foresight      // nil: nothing
	foreseenIDs map[int32]int64 // of titles that would be added, where a later part of the preview is planned on top
}

// manyTitles is the size of a list from which on memory counts more than the tenths of a second that a collection
// takes.
const manyTitles = 200_000

// read is what a plan is made of.
type read struct {
	planned
	zoneTitles chunked[identity]
	local      bool // what a person gives, or is the Community Zone's, is not compared with it
}

func (s *Service) read(ctx context.Context, source Source, part *Part, report func(kbart.Finding)) (in read, l *list, err error) {
	if source.judged, err = s.judgedRows(ctx, part); err != nil {
		return in, nil, err
	}
	in.local, in.zone = !part.ofProfile(), part.ZoneID != 0
	group, groupCtx := errgroup.WithContext(ctx) // the file and the database are read side by side
	group.Go(func() (err error) { l, err = readList(groupCtx, source, report); return err })
	if in.zone {
		group.Go(func() (err error) { in.portfolios, err = loadZoneHeld(groupCtx, s.store, part); return err })
	} else {
		group.Go(func() (err error) { in.portfolios, in.views, err = loadHeld(groupCtx, s.store, part); return err })
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
	if l.titles.len() > manyTitles {
		runtime.GC() // what reading and grouping needed is as large as what stays
	}
	if part.Resumed && !in.zone {
		if in.former, err = formerPortfolios(ctx, s.store, part, &in.portfolios); err != nil {
			return in, nil, err
		}
	}
	in.day = int32(dayOf(s.today(part)))
	return in, l, l.wrongContent()
}
