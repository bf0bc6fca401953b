package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/oup"
)

// KindZone is the kind of a job that brings the Community Zone in step with the provider's global title list.
const KindZone = "COMMUNITY_ZONE"

// SourceGlobal is the source of the provider's global title list.
const SourceGlobal = "GLOBAL"

// ZoneRequest asks for an update of the Community Zone.
type ZoneRequest struct {
	CommunityZoneID string `json:"communityZoneId"` // "": all collections of the provider
	FileID          int64  `json:"fileId"`          // a kept file; it needs CommunityZoneID. 0: the global title list is fetched
	Force           bool
	Mode            string // Apply or Preview
	Trigger         string // Manual, Scheduled or Command
	IdempotencyKey  string `json:"-"`
}

// zoneArgs are an update's arguments as its row keeps them. CollectionIDs says that it writes no library's collection.
type zoneArgs struct {
	CollectionIDs   []int64 `json:"collectionIds"`
	CommunityZoneID string  `json:"communityZoneId,omitempty"`
	Force           bool    `json:"force,omitempty"`
	FileID          int64   `json:"fileId,omitempty"`
}

// zoneKey lets one update of the Community Zone at a time be applied.
const zoneKey = "zone"

// StartZoneUpdate queues an update of the Community Zone.
func (s *Service) StartZoneUpdate(ctx context.Context, in ZoneRequest) (*ent.Job, error) {
	request := Request{Key: in.IdempotencyKey, Mutation: "importCommunityZoneTitles", Arguments: []any{in}}
	return s.start(ctx, KindZone, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		if err := checkZone(ctx, tx, in); err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindZone, mode: in.Mode, trigger: in.Trigger, request: request, uniqueKey: zoneKey,
			args: zoneArgs{CollectionIDs: []int64{}, CommunityZoneID: in.CommunityZoneID, Force: in.Force, FileID: in.FileID},
			what: "an update of the Community Zone", path: "input.communityZoneId",
		})
	})
}

// checkZone refuses what cannot be imported: into a collection that is not there, from a list that is not there or is
// of something else, or without a list where the provider has none.
func checkZone(ctx context.Context, tx *store.Tx, in ZoneRequest) error {
	if in.CommunityZoneID == "" {
		if in.FileID != 0 {
			return problem.New(problem.BadInput, "input.communityZoneId", "name the collection of the Community Zone that the list is of")
		}
		return nil
	}
	zone, err := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(in.CommunityZoneID)).Only(ctx)
	if ent.IsNotFound(err) {
		return problem.New(problem.NotFound, "input.communityZoneId",
			"the Community Zone has no collection %q: communityZoneCollections lists them", in.CommunityZoneID)
	}
	if err != nil {
		return fmt.Errorf("look up the collection of the Community Zone: %w", err)
	}
	if in.FileID != 0 {
		return checkZoneFile(ctx, tx, in.FileID, zone)
	}
	if _, known := oup.CollectionByID(zone.CzID); !known {
		return problem.New(problem.BadInput, "input.fileId", "%s is of %s, whose title list cannot be fetched: upload it and name it here",
			zone.Name, zone.Provider)
	}
	return nil
}

func checkZoneFile(ctx context.Context, tx *store.Tx, id int64, zone *ent.CommunityZoneCollection) error {
	file, err := tx.ProviderFile.Get(ctx, id)
	switch {
	case ent.IsNotFound(err):
		return problem.New(problem.NotFound, "input.fileId", "there is no such file")
	case err != nil:
		return fmt.Errorf("look up the given file: %w", err)
	case file.Source != SourceUpload && file.Source != SourceGlobal:
		return problem.New(problem.BadInput, "input.fileId", "%s is what one profile is entitled to, not a global title list: upload that one",
			file.Name)
	case file.Content != "" && file.Content != zone.Content:
		return problem.New(problem.BadInput, "input.fileId", "%s is a list of %s, and %s is of %s: name the other collection, or another list",
			file.Name, strings.ToLower(file.Content), zone.Name, strings.ToLower(zone.Content))
	case file.Path == "":
		return problem.New(problem.BadInput, "input.fileId", "the copy of %s is no longer kept: upload it again", file.Name)
	}
	return nil
}

// updateZone fetches, plans and applies the title list of each collection in turn.
func (r *run) updateZone(ctx context.Context) error {
	return r.inParts(ctx, r.makeZoneParts, r.updateZonePart)
}

// zoneIDs are the collections that an update is of.
func (a zoneArgs) zoneIDs() (ids []string) {
	if a.CommunityZoneID != "" {
		return []string{a.CommunityZoneID}
	}
	for _, c := range oup.Collections() {
		ids = append(ids, c.CommunityZoneID)
	}
	return ids
}

// zoneOf is the collection that a part is of: all of the provider's differ in their content type.
func (a zoneArgs) zoneOf(part *ent.JobPart) string {
	if a.CommunityZoneID != "" {
		return a.CommunityZoneID
	}
	c, _ := oup.CollectionOf(oup.Content(strings.ToLower(part.Content)))
	return c.CommunityZoneID
}

// makeZoneParts adds a part for each collection of the Community Zone that is to be updated.
func (r *run) makeZoneParts(ctx context.Context, tx *store.Tx) error {
	args, err := argsOf[zoneArgs](r.job)
	if err != nil {
		return err
	}
	for _, id := range args.zoneIDs() {
		if err := r.makeZonePart(ctx, tx, id, args.FileID); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) makeZonePart(ctx context.Context, tx *store.Tx, zoneID string, fileID int64) error {
	zone, err := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(zoneID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("look up collection %s of the Community Zone: %w", zoneID, err)
	}
	part := r.newPart(tx).SetContent(zone.Content).SetCollectionName(zone.Name)
	if fileID != 0 {
		part.SetProviderFileID(fileID).SetState(PartFetched)
	}
	activated, err := activatedFrom(ctx, tx, zone.ID)
	if err != nil {
		return err
	}
	if activated != nil {
		part.SetCollectionID(activated.ID)
	}
	return r.makePart(ctx, part)
}

// activatedFrom is the library's collection that was activated from one of the Community Zone; nil: none was.
func activatedFrom(ctx context.Context, tx *store.Tx, zoneID int64) (*ent.Collection, error) {
	activated, err := tx.Collection.Query().Where(collection.CommunityZoneCollectionID(zoneID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up what is activated from the Community Zone: %w", err)
	}
	return activated, nil
}

// zoneLimits hold an import of titles of which nobody has set any.
var zoneLimits = holdings.Guards{Removals: holdings.Marks{Percent: 10, Titles: 20}}

var zoneAdvice = advice{
	allFree:      "Check that the list is the provider's global title list, with the titles that are paid for.",
	noUsableRows: "Read the findings, then tell OUP.",
	lost:         "Import the list again.",
}

func (r *run) updateZonePart(ctx context.Context, part *ent.JobPart, last bool) error {
	args, err := argsOf[zoneArgs](r.job)
	if err != nil {
		return err
	}
	zone, err := r.s.store.Read.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(args.zoneOf(part))).Only(ctx)
	if err != nil {
		return fmt.Errorf("look up %s in the Community Zone: %w", part.CollectionName, err)
	}
	pr := &partRun{
		run: r, part: part, last: last, zone: zone, force: args.Force, log: holdings.NewFindingLog(), limits: zoneLimits, advice: zoneAdvice,
	}
	return pr.settlePart(ctx, pr.perform(ctx))
}

// activateNew queues the job that makes portfolios of the titles that the part has added to the Community Zone, where
// the library's collection is to have new ones by itself.
func (pr *partRun) activateNew(ctx context.Context, tx *store.Tx, counts holdings.Counts) error {
	if pr.zone == nil || counts.Added == 0 {
		return nil
	}
	activated, err := activatedFrom(ctx, tx, pr.zone.ID)
	if err != nil || activated == nil || !activated.Active || !activated.AutoActivateNewPortfolios {
		return err
	}
	queued, err := pr.s.QueueActivationOfNew(ctx, tx, activated.ID, pr.job.ID)
	if err != nil || queued == nil {
		return err
	}
	err = tx.JobPart.UpdateOneID(pr.part.ID).SetMessage(jobName(queued.ID) + " makes portfolios of what is new, as the collection is set to").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("record the job that activates what is new: %w", err)
	}
	return nil
}
