package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// KindZone is the kind of a job that updates the Community Zone from the provider's global title list.
const KindZone = "COMMUNITY_ZONE"

var zoneKind = jobKind{
	name: KindZone, task: "zone", arguments: argumentsAs[zoneArgs],
	inWords: "an update of the Community Zone", sameInWords: "an update of the Community Zone",
	title: "Update the Community Zone",
	description: "Brings the titles of the Community Zone's collections in step with the provider's global title list, fetched or " +
		"uploaded.",
	mutation: "importCommunityZoneTitles",
	notUndone: "it brought the Community Zone in step with a title list. Import the former list instead, with force: providerFiles " +
		"names it",
}

// SourceGlobal is the source of the provider's global title list.
const SourceGlobal = "GLOBAL"

// ZoneRequest asks to update the Community Zone.
type ZoneRequest struct {
	CommunityZoneID string `json:"communityZoneId"` // "": all collections of the provider
	FileID          int64  `json:"fileId"`          // a kept file; it needs CommunityZoneID. 0: the global title list is fetched
	Force           bool
	Mode            string // Apply or Preview
	Trigger         string // Manual, Scheduled or Command
	IdempotencyKey  string `json:"-"`
}

// zoneArgs are an update's arguments as stored in its row.
type zoneArgs struct {
	CollectionIDs   []int64 `json:"collectionIds"` // empty: a version that does not know this kind would take a row without it for a sync
	CommunityZoneID string  `json:"communityZoneId,omitempty"`
	Force           bool    `json:"force,omitempty"`
	FileID          int64   `json:"fileId,omitempty"`
}

func (zoneArgs) involved() involved { return involved{} }

var _ asker = zoneArgs{}

// asked returns the fetchers for the collections' providers, unless a list was given.
func (a zoneArgs) asked(_ context.Context, _ *store.Tx, s *Service) (asked []*provider.Fetcher, err error) {
	if a.FileID != 0 {
		return nil, nil
	}
	for _, id := range a.zoneIDs(s.providers) {
		if f := s.providers.ofCollection(id); f != nil && !slices.Contains(asked, f) {
			asked = append(asked, f)
		}
	}
	return asked, nil
}

// zoneKey allows only one update of the Community Zone to be applied at a time.
const zoneKey = "zone"

// StartZoneUpdate queues an update of the Community Zone.
func (s *Service) StartZoneUpdate(ctx context.Context, in ZoneRequest) (*ent.Job, error) {
	request := Request{Key: in.IdempotencyKey, Mutation: "importCommunityZoneTitles", Arguments: []any{in}}
	return s.start(ctx, KindZone, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		if err := s.checkZone(ctx, tx, in); err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindZone, mode: in.Mode, trigger: in.Trigger, request: request, uniqueKey: zoneKey,
			args: zoneArgs{CollectionIDs: []int64{}, CommunityZoneID: in.CommunityZoneID, Force: in.Force, FileID: in.FileID},
			path: "input.communityZoneId",
		})
	})
}

// checkZone returns a problem if the collection does not exist, the list does not exist or is of something else, or no
// list is given and the provider has none.
func (s *Service) checkZone(ctx context.Context, tx *store.Tx, in ZoneRequest) error {
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
	if !slices.Contains(s.providers.zoneIDs(), zone.CzID) {
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
