package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

func (r queryResolver) Settings(ctx context.Context) (*model.Settings, error) {
	row, err := r.holdings.Settings(ctx)
	return &model.Settings{Setting: row}, err
}

func (r queryResolver) InventoryGroups(ctx context.Context, first *int, after *string) (*model.InventoryGroupConnection, error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	return list(ctx, w, r.holdings.InventoryGroups, listing[*ent.InventoryGroup, *model.InventoryGroup]{
		model.InventoryGroups, func(row *ent.InventoryGroup) keyset.Position {
			return keyset.Position{Keys: []string{row.Name}, ID: row.ID}
		}, r.holdings.CountInventoryGroups,
	})
}

func (r queryResolver) CommunityZoneCollections(
	ctx context.Context, first *int, after *string, filter *model.CommunityZoneCollectionFilter,
) (*model.CommunityZoneCollectionConnection, error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	var f holdings.CommunityZoneFilter
	if filter != nil {
		f = holdings.CommunityZoneFilter{Search: text(filter.Search), Content: text(filter.Content)}
	}
	return list(ctx, w, with(f, r.holdings.CommunityZoneCollections), listing[*ent.CommunityZoneCollection, *model.CommunityZoneCollection]{
		model.CommunityZoneCollections, func(row *ent.CommunityZoneCollection) keyset.Position {
			return keyset.Position{Keys: []string{row.NameKey}, ID: row.ID}
		}, counting(f, r.holdings.CountCommunityZoneCollections),
	})
}

// with fixes the filter of a read.
func with[F, R any](
	f F, read func(context.Context, F, keyset.Window) (keyset.Page[R], error),
) func(context.Context, keyset.Window) (keyset.Page[R], error) {
	return func(ctx context.Context, w keyset.Window) (keyset.Page[R], error) { return read(ctx, f, w) }
}

// counting fixes the filter of a count.
func counting[F any](f F, count func(context.Context, F) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return count(ctx, f) }
}

func (r queryResolver) Collections(
	ctx context.Context, first *int, after *string, filter *model.CollectionFilter,
) (*model.CollectionConnection, error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	var f holdings.CollectionFilter
	if filter != nil {
		f = holdings.CollectionFilter{NamePrefix: text(filter.NamePrefix), CommunityZoneID: text(filter.CommunityZoneID), Active: filter.Active}
	}
	return list(ctx, w, with(f, r.holdings.Collections), listing[*ent.Collection, *model.Collection]{
		model.Collections, func(row *ent.Collection) keyset.Position {
			return keyset.Position{Keys: []string{row.NameKey}, ID: row.ID}
		}, counting(f, r.holdings.CountCollections),
	})
}

func (r queryResolver) Portfolios(
	ctx context.Context, first *int, after *string, filter *model.PortfolioFilter,
) (*model.PortfolioConnection, error) {
	f, err := portfolioFilter(filter)
	if err != nil {
		return nil, err
	}
	return r.portfolios(ctx, first, after, f)
}

func (r *resolver) portfolios(
	ctx context.Context, first *int, after *string, f holdings.PortfolioFilter,
) (*model.PortfolioConnection, error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	return list(ctx, w, with(f, r.holdings.Portfolios), listing[*ent.Portfolio, *model.Portfolio]{
		model.Portfolios, portfolioPosition, counting(f, r.holdings.CountPortfolios),
	})
}

func portfolioFilter(in *model.PortfolioFilter) (f holdings.PortfolioFilter, err error) {
	if in == nil {
		return f, nil
	}
	f = holdings.PortfolioFilter{
		TitlePrefix: text(in.TitlePrefix), TitleID: text(in.TitleID), Identifier: text(in.Identifier),
		Available: in.Available, Listed: in.ListedByProvider, NeedsReview: in.NeedsReview, Removed: in.Removed != nil && *in.Removed,
		Waiting: in.Waiting, Unprotected: in.KeptWithoutReason,
	}
	if f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID); err != nil {
		return f, err
	}
	f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", in.ProfileID)
	return f, err
}

func (r queryResolver) PoLines(
	ctx context.Context, first *int, after *string, filter *model.POLineFilter,
) (*model.POLineConnection, error) {
	w, err := window(first, after, 0)
	if err != nil {
		return nil, err
	}
	var f holdings.POLineFilter
	if filter != nil {
		f = holdings.POLineFilter{
			Number: text(filter.Number), NumberPrefix: text(filter.NumberPrefix), Vendor: text(filter.Vendor), Status: text(filter.Status),
			Attached: filter.Attached,
		}
		if f.PortfolioID, err = optionalID(model.PortfolioType, "filter.portfolioId", filter.PortfolioID); err != nil {
			return nil, err
		}
		if f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", filter.CollectionID); err != nil {
			return nil, err
		}
	}
	return list(ctx, w, with(f, r.holdings.POLines), listing[*ent.POLine, *model.POLine]{
		model.POLines, poLinePosition, counting(f, r.holdings.CountPOLines),
	})
}

func (r queryResolver) Licenses(
	ctx context.Context, first *int, after *string, filter *model.LicenseFilter,
) (*model.LicenseConnection, error) {
	w, err := window(first, after, 0)
	if err != nil {
		return nil, err
	}
	var f holdings.LicenseFilter
	if filter != nil {
		f = holdings.LicenseFilter{
			Code: text(filter.Code), CodePrefix: text(filter.CodePrefix), Vendor: text(filter.Vendor),
			Status: text(filter.Status),
		}
	}
	return list(ctx, w, with(f, r.holdings.Licenses), listing[*ent.License, *model.License]{
		model.Licenses, func(row *ent.License) keyset.Position { return keyset.Position{ID: row.ID} }, counting(f, r.holdings.CountLicenses),
	})
}

func (r queryResolver) Profiles(
	ctx context.Context, first *int, after *string, filter *model.ProfileFilter,
) (*model.ProfileConnection, error) {
	w, err := window(first, after, 0)
	if err != nil {
		return nil, err
	}
	var f holdings.ProfileFilter
	if filter != nil {
		f.Active = filter.Active
	}
	return list(ctx, w, with(f, r.holdings.Profiles), listing[*ent.Profile, *model.Profile]{
		model.Profiles, func(row *ent.Profile) keyset.Position { return keyset.Position{ID: row.ID} }, counting(f, r.holdings.CountProfiles),
	})
}

func (r queryResolver) ProviderFiles(
	ctx context.Context, first *int, after *string, filter *model.ProviderFileFilter,
) (*model.ProviderFileConnection, error) {
	w, err := windowByTime(first, after)
	if err != nil {
		return nil, err
	}
	var f holdings.ProviderFileFilter
	if filter != nil {
		f.Content = text(filter.Content)
		if f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", filter.ProfileID); err != nil {
			return nil, err
		}
	}
	return list(ctx, w, with(f, r.holdings.ProviderFiles), listing[*ent.ProviderFile, *model.ProviderFile]{
		model.ProviderFiles, func(row *ent.ProviderFile) keyset.Position { return keyset.Made(row.CreatedAt, row.ID) },
		counting(f, r.holdings.CountProviderFiles),
	})
}

func (r queryResolver) Jobs(ctx context.Context, first *int, after *string, filter *model.JobFilter) (*model.JobConnection, error) {
	w, err := windowByTime(first, after)
	if err != nil {
		return nil, err
	}
	var f jobs.Filter
	if filter != nil {
		f = jobs.Filter{States: filter.State, Kind: text(filter.Kind)}
		if f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", filter.ProfileID); err != nil {
			return nil, err
		}
	}
	return list(ctx, w, with(f, r.reader.Jobs), listing[*ent.Job, *model.Job]{
		model.Jobs, func(row *ent.Job) keyset.Position { return keyset.Made(row.CreatedAt, row.ID) }, counting(f, r.reader.CountJobs),
	})
}

func (r queryResolver) Collection(ctx context.Context, id string) (*model.Collection, error) {
	number, err := idOf(model.CollectionType, "id", id)
	if err != nil {
		return nil, err
	}
	return one(ctx, number, r.holdings.CollectionsByID, model.Collections)
}

func (r queryResolver) Portfolio(ctx context.Context, id string) (*model.Portfolio, error) {
	number, err := idOf(model.PortfolioType, "id", id)
	if err != nil {
		return nil, err
	}
	return one(ctx, number, r.holdings.PortfoliosByID, model.Portfolios)
}

func (r queryResolver) Profile(ctx context.Context, id string) (*model.Profile, error) {
	number, err := idOf(model.ProfileType, "id", id)
	if err != nil {
		return nil, err
	}
	return one(ctx, number, r.holdings.ProfilesByID, model.Profiles)
}

func (r queryResolver) Job(ctx context.Context, id string) (*model.Job, error) {
	number, err := idOf(model.JobType, "id", id)
	if err != nil {
		return nil, err
	}
	return one(ctx, number, r.reader.JobsByID, model.Jobs)
}

func (r queryResolver) Node(ctx context.Context, id string) (model.Node, error) {
	nodes, err := r.Nodes(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// Nodes reads the things of one type together, so that it costs one statement a type.
func (r queryResolver) Nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > maxFirst {
		return nil, problem.New(problem.BadInput, "ids", "%d ids; there may be %d at most", len(ids), maxFirst)
	}
	numbers := make([]int64, len(ids))
	byType := map[string][]int64{}
	places := map[string][]int{}
	for i, id := range ids {
		typeName, number, err := model.ParseID(id)
		if err != nil {
			return nil, problem.New(problem.BadInput, "ids", "%v", err)
		}
		numbers[i] = number
		byType[typeName] = append(byType[typeName], number)
		places[typeName] = append(places[typeName], i)
	}
	nodes := make([]model.Node, len(ids))
	for typeName, wanted := range byType {
		found, err := r.nodesOf(ctx, typeName, wanted)
		if err != nil {
			return nil, err
		}
		for _, i := range places[typeName] {
			if node, ok := found[numbers[i]]; ok {
				nodes[i] = node
			}
		}
	}
	return nodes, nil
}

func (r queryResolver) nodesOf(ctx context.Context, typeName string, ids []int64) (map[int64]model.Node, error) {
	switch typeName {
	case model.InventoryGroupType:
		return nodes(byID(ctx, ids, r.holdings.InventoryGroupsByID, model.InventoryGroups))
	case model.CommunityZoneCollectionType:
		return nodes(byID(ctx, ids, r.holdings.CommunityZoneCollectionsByID, model.CommunityZoneCollections))
	case model.CommunityZoneTitleType:
		return nodes(byID(ctx, ids, r.holdings.CommunityZoneTitlesByID, model.CommunityZoneTitles))
	case model.CollectionType:
		return nodes(byID(ctx, ids, r.holdings.CollectionsByID, model.Collections))
	case model.PortfolioType:
		return nodes(byID(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios))
	case model.POLineType:
		return nodes(byID(ctx, ids, r.holdings.POLinesByID, model.POLines))
	case model.LicenseType:
		return nodes(byID(ctx, ids, r.holdings.LicensesByID, model.Licenses))
	case model.CollectionSetType:
		return nodes(byID(ctx, ids, r.holdings.CollectionSetsByID, model.CollectionSets))
	case model.ProfileType:
		return nodes(byID(ctx, ids, r.holdings.ProfilesByID, model.Profiles))
	case model.ProviderFileType:
		return nodes(byID(ctx, ids, r.holdings.ProviderFilesByID, model.ProviderFiles))
	case model.JobType:
		return nodes(byID(ctx, ids, r.reader.JobsByID, model.Jobs))
	case model.JobPartType:
		return nodes(byID(ctx, ids, r.reader.PartsByID, model.JobParts))
	case model.JobFindingType:
		return nodes(byID(ctx, ids, r.reader.FindingsByID, model.JobFindings))
	case model.JobChangeType:
		return nodes(byID(ctx, ids, r.reader.ChangesByID, model.JobChanges))
	default:
		return nil, problem.New(problem.BadInput, "id", "there are no things of type %.40q", typeName)
	}
}

// nodes forgets what type the things are of.
func nodes[T model.Node](things map[int64]T, err error) (map[int64]model.Node, error) {
	found := make(map[int64]model.Node, len(things))
	for id, thing := range things {
		found[id] = thing
	}
	return found, err
}
