package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
)

func (r queryResolver) Node(ctx context.Context, id string) (model.Node, error) {
	nodes, wrong := r.readNodes(ctx, []string{id})
	return nodes[0], wrong[0]
}

// Nodes answers for each id by itself: one that is wrong leaves the others as they are.
func (r queryResolver) Nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > maxFirst {
		return nil, problem.New(problem.BadInput, "ids", "%d ids; there may be %d at most", len(ids), maxFirst)
	}
	nodes, wrong := r.readNodes(ctx, ids)
	for i, err := range wrong {
		if err != nil {
			graphql.AddError(ctx, &gqlerror.Error{Err: err, Path: append(slices.Clone(graphql.GetPath(ctx)), ast.PathIndex(i))})
		}
	}
	return nodes, nil
}

// askedNode is one thing requested by id.
type askedNode struct {
	typeName string
	id       int64
}

// readNodes reads all things of one type together, so each type costs one statement. Each id has its node, which is nil
// where there is none, and its error.
func (r *resolver) readNodes(ctx context.Context, ids []string) (nodes []model.Node, wrong []error) {
	nodes, wrong = make([]model.Node, len(ids)), make([]error, len(ids))
	readers, asked, ofType := r.nodeReaders(), make([]askedNode, len(ids)), map[string][]int64{}
	for i, opaque := range ids {
		typeName, id, err := model.ParseID(opaque)
		switch {
		case err != nil:
			wrong[i] = problem.New(problem.BadInput, "ids", "%v", err)
		case readers[typeName] == nil:
			wrong[i] = problem.New(problem.BadInput, "ids", "nothing has the type %.40q", typeName)
		default:
			asked[i] = askedNode{typeName, id}
			ofType[typeName] = append(ofType[typeName], id)
		}
	}
	found, failed := map[askedNode]model.Node{}, map[string]error{}
	for typeName, ids := range ofType {
		things, err := readers[typeName](ctx, ids)
		failed[typeName] = err
		for id, thing := range things {
			found[askedNode{typeName, id}] = thing
		}
	}
	for i, a := range asked {
		if nodes[i] = found[a]; wrong[i] == nil {
			wrong[i] = failed[a.typeName]
		}
	}
	return nodes, wrong
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
