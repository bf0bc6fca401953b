package graph

import (
	"context"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/graph/model"
	"autoholdings/holdings/worklist"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
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

// askedNode is one thing requested by id: the number of a row or, of what is no row, the text by which it is known.
type askedNode struct {
	typeName string
	id       int64
	name     string
}

func askedBy(opaque string) (a askedNode, err error) {
	if a.typeName, a.name, err = model.ParseNameID(opaque); err == nil && !slices.Contains(named, a.typeName) {
		a.name = ""
		a.typeName, a.id, err = model.ParseID(opaque)
	}
	return a, err
}

// readNodes reads all things of one type together, so each type costs as many statements as one thing of it. Each id has its
// node, which is nil where there is none, and its error.
func (r *resolver) readNodes(ctx context.Context, ids []string) (nodes []model.Node, wrong []error) {
	nodes, wrong = make([]model.Node, len(ids)), make([]error, len(ids))
	readers, asked, ofType := r.nodeReaders(), make([]askedNode, len(ids)), map[string][]askedNode{}
	for i, opaque := range ids {
		a, err := askedBy(opaque)
		switch {
		case err != nil:
			wrong[i] = problem.New(problem.BadInput, "ids", "%v", err)
		case readers[a.typeName] == nil:
			wrong[i] = problem.New(problem.BadInput, "ids", "nothing has the type %.40q", a.typeName)
		default:
			asked[i], ofType[a.typeName] = a, append(ofType[a.typeName], a)
		}
	}
	found, failed := map[askedNode]model.Node{}, map[string]error{}
	for typeName, asked := range ofType {
		things, err := readers[typeName](ctx, asked)
		failed[typeName] = err
		maps.Copy(found, things)
	}
	for i, a := range asked {
		if nodes[i] = found[a]; wrong[i] == nil {
			wrong[i] = failed[a.typeName]
		}
	}
	return nodes, wrong
}

// nodeReader reads things of one type.
type nodeReader func(ctx context.Context, asked []askedNode) (map[askedNode]model.Node, error)

// named are the types of what is known by a text.
var named = []string{model.ScheduledJobType, model.WorklistItemType}

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
		model.ChangeType:                  r.readChanges,
		model.EditType:                    r.readChanges,
		model.ScheduledJobType:            r.readScheduledJobs,
		model.WorklistItemType:            r.readWorklistItems,
	}
}

// forAdmins is a reader for those who may administer.
func forAdmins(read nodeReader) nodeReader {
	return func(ctx context.Context, asked []askedNode) (map[askedNode]model.Node, error) {
		if err := access.Check(ctx, access.Admin); err != nil {
			return nil, err
		}
		return read(ctx, asked)
	}
}

// reading returns a reader that reads rows by id, wraps them, and drops their type.
func reading[R any, T model.Node](read func(context.Context, []int64) (map[int64]R, error), wrap func([]R) []T) nodeReader {
	return func(ctx context.Context, asked []askedNode) (map[askedNode]model.Node, error) {
		things, err := readPage(ctx, each(asked, func(a askedNode) int64 { return a.id }), read, wrap)
		found := make(map[askedNode]model.Node, len(things))
		for _, a := range asked {
			if thing, ok := things[a.id]; ok {
				found[a] = thing
			}
		}
		return found, err
	}
}

// readChanges reads what jobs applied or what was made by hand.
func (r *resolver) readChanges(ctx context.Context, asked []askedNode) (map[askedNode]model.Node, error) {
	ids := each(asked, func(a askedNode) int64 { return a.id })
	var lines, edits []int64
	if asked[0].typeName == model.EditType {
		edits = ids
	} else {
		lines = ids
	}
	rows, err := r.reader.AppliedByID(ctx, lines, edits)
	found := make(map[askedNode]model.Node, len(rows))
	for _, change := range model.Changes(rows) {
		found[askedNode{typeName: asked[0].typeName, id: change.JobChange.ID}] = change
	}
	return found, err
}

func (r *resolver) readScheduledJobs(ctx context.Context, asked []askedNode) (map[askedNode]model.Node, error) {
	listed, err := r.jobs.ScheduledJobs(ctx)
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed, func(entry jobs.ScheduledJob) bool {
		return !slices.ContainsFunc(asked, func(a askedNode) bool { return a.name == entry.ID })
	})
	things, err := r.scheduledJobs(ctx, listed)
	found := make(map[askedNode]model.Node, len(things))
	for i, thing := range things {
		found[askedNode{typeName: model.ScheduledJobType, name: listed[i].ID}] = thing
	}
	return found, err
}

func (r *resolver) readWorklistItems(ctx context.Context, asked []askedNode) (map[askedNode]model.Node, error) {
	keys, of := make([]worklist.Key, 0, len(asked)), map[worklist.Key]askedNode{}
	for _, a := range asked {
		key, err := worklist.ParseID(model.NameID(a.typeName, a.name))
		if err != nil {
			continue // then there is no such item
		}
		keys, of[key] = append(keys, key), a
	}
	items, err := r.worklist.ItemsByID(ctx, keys)
	found := make(map[askedNode]model.Node, len(items))
	for _, item := range worklistItems(items) {
		found[of[item.Key]] = item
	}
	return found, err
}
