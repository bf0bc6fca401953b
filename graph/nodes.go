package graph

import (
	"context"

	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
)

func (r queryResolver) Node(ctx context.Context, id string) (model.Node, error) {
	nodes, err := r.Nodes(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

func (r queryResolver) Nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	asked, err := nodesAsked(ids)
	if err != nil {
		return nil, err
	}
	return r.readNodes(ctx, asked)
}

// askedNode is one thing requested by id.
type askedNode struct {
	typeName string
	id       int64
}

func nodesAsked(ids []string) ([]askedNode, error) {
	if len(ids) > maxFirst {
		return nil, problem.New(problem.BadInput, "ids", "%d ids; there may be %d at most", len(ids), maxFirst)
	}
	asked := make([]askedNode, len(ids))
	for i, opaque := range ids {
		typeName, id, err := model.ParseID(opaque)
		if err != nil {
			return nil, problem.New(problem.BadInput, "ids", "%v", err)
		}
		asked[i] = askedNode{typeName, id}
	}
	return asked, nil
}

// readNodes reads all things of one type together, so each type costs one statement.
func (r *resolver) readNodes(ctx context.Context, asked []askedNode) ([]model.Node, error) {
	ids := map[string][]int64{}
	for _, a := range asked {
		ids[a.typeName] = append(ids[a.typeName], a.id)
	}
	readers, found := r.nodeReaders(), map[askedNode]model.Node{}
	for typeName, ofType := range ids {
		read, known := readers[typeName]
		if !known {
			return nil, problem.New(problem.BadInput, "id", "nothing has the type %.40q", typeName)
		}
		things, err := read(ctx, ofType)
		if err != nil {
			return nil, err
		}
		for id, thing := range things {
			found[askedNode{typeName, id}] = thing
		}
	}
	return each(asked, func(a askedNode) model.Node { return found[a] }), nil
}

// nodeReader reads things of one type.
type nodeReader func(ctx context.Context, ids []int64) (map[int64]model.Node, error)

// nodeReaders returns the reader for each type.
func (r *resolver) nodeReaders() map[string]nodeReader {
	return map[string]nodeReader{
		model.InventoryGroupType:          reading(r.profiles.InventoryGroupsByID, model.InventoryGroups),
		model.CommunityZoneCollectionType: reading(r.collections.CommunityZoneCollectionsByID, model.CommunityZoneCollections),
		model.CommunityZoneTitleType:      reading(r.collections.CommunityZoneTitlesByID, model.CommunityZoneTitles),
		model.CollectionType:              reading(r.collections.CollectionsByID, model.Collections),
		model.PortfolioType:               reading(r.holdings.PortfoliosByID, model.Portfolios),
		model.POLineType:                  reading(r.acquisitions.POLinesByID, model.POLines),
		model.LicenseType:                 reading(r.acquisitions.LicensesByID, model.Licenses),
		model.CollectionSetType:           reading(r.collections.CollectionSetsByID, model.CollectionSets),
		model.PortfolioSetType:            reading(r.bulk.SetsByID, model.PortfolioSets),
		model.PairingDecisionType:         reading(r.holdings.PairingsByID, model.PairingDecisions),
		model.ProfileType:                 reading(r.profiles.ProfilesByID, model.Profiles),
		model.ProviderFileType:            forAdmins(reading(r.holdings.ProviderFilesByID, model.ProviderFiles)),
		model.JobType:                     reading(r.reader.JobsByID, model.Jobs),
		model.JobPartType:                 reading(r.reader.PartsByID, model.JobParts),
		model.JobFindingType:              reading(r.reader.FindingsByID, model.JobFindings),
		model.JobChangeType:               reading(r.reader.ChangesByID, model.JobChanges),
		model.AccessTokenType:             forAdmins(reading(r.access.TokensByID, model.AccessTokens)),
		model.PersonType:                  forAdmins(reading(r.access.PeopleByID, model.People)),
		model.AuditEntryType:              forAdmins(reading(r.access.AuditEntriesByID, model.AuditEntries)),
	}
}

// forAdmins is a reader for those who may administer.
func forAdmins(read nodeReader) nodeReader {
	return func(ctx context.Context, ids []int64) (map[int64]model.Node, error) {
		if err := access.Check(ctx, access.Admin); err != nil {
			return nil, err
		}
		return read(ctx, ids)
	}
}

// reading returns a reader that reads rows by id, wraps them, and drops their type.
func reading[R any, T model.Node](read func(context.Context, []int64) (map[int64]R, error), wrap func([]R) []T) nodeReader {
	return func(ctx context.Context, ids []int64) (map[int64]model.Node, error) {
		things, err := readPage(ctx, ids, read, wrap)
		found := make(map[int64]model.Node, len(things))
		for id, thing := range things {
			found[id] = thing
		}
		return found, err
	}
}
