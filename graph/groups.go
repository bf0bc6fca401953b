package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
)

var inventoryGroupListing = listing[*ent.InventoryGroup, *model.InventoryGroup]{profiles.InventoryGroupListing, model.InventoryGroups}

func (r queryResolver) InventoryGroups(
	ctx context.Context, first *int, after *string, last *int, before *string,
) (*model.InventoryGroupConnection, error) {
	return list(ctx, ask{first, after, last, before, nil}, inventoryGroupListing, source[*ent.InventoryGroup]{
		read: r.profiles.InventoryGroups, count: r.profiles.CountInventoryGroups,
	})
}

func (r mutationResolver) CreateInventoryGroup(
	ctx context.Context, in generated.CreateInventoryGroupInput,
) (*generated.CreateInventoryGroupPayload, error) {
	row, problems, err := carryOut(ctx, in.Name, nil, func(ctx context.Context, name string) (*ent.InventoryGroup, error) {
		return r.profiles.CreateInventoryGroup(ctx, name, orElse(in.Description, ""))
	})
	return &generated.CreateInventoryGroupPayload{InventoryGroup: wrapOne(row, model.InventoryGroups), UserErrors: problems}, err
}

func (r mutationResolver) UpdateInventoryGroup(
	ctx context.Context, in generated.UpdateInventoryGroupInput,
) (*generated.UpdateInventoryGroupPayload, error) {
	change, wrong := groupChange(in)
	row, problems, err := carryOut(ctx, change, wrong, r.profiles.UpdateInventoryGroup)
	return &generated.UpdateInventoryGroupPayload{InventoryGroup: wrapOne(row, model.InventoryGroups), UserErrors: problems}, err
}

func groupChange(in generated.UpdateInventoryGroupInput) (profiles.GroupChange, error) {
	id, err := idOf(model.InventoryGroupType, "input.inventoryGroupId", in.InventoryGroupID)
	return profiles.GroupChange{ID: id, Version: inputValue(in.Version), Name: inputValue(in.Name), Description: textChange(in.Description)},
		err
}

func (r mutationResolver) DeleteInventoryGroup(
	ctx context.Context, in generated.DeleteInventoryGroupInput,
) (*generated.DeleteInventoryGroupPayload, error) {
	id, wrong := idOf(model.InventoryGroupType, "input.inventoryGroupId", in.InventoryGroupID)
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.InventoryGroupID, r.profiles.DeleteInventoryGroup))
	return &generated.DeleteInventoryGroupPayload{DeletedID: deleted, UserErrors: problems}, err
}

func (r inventoryGroupResolver) Profiles(ctx context.Context, g *model.InventoryGroup) ([]*model.Profile, error) {
	return g.Page.Profiles.Of(ctx, g.InventoryGroup.ID, func(ctx context.Context) (map[int64][]*model.Profile, error) {
		rows, err := r.profiles.ProfilesOfGroups(ctx, g.Page.IDs)
		return wrapLists(rows, model.Profiles), err
	})
}
