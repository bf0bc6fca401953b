package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/internal/access"
)

func (r queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	p, _ := access.From(ctx) // @requires has seen it
	return &model.Viewer{Principal: p}, nil
}

var accessTokenListing = listing[*ent.AccessToken, *model.AccessToken]{access.TokenListing, model.AccessTokens}

func (r queryResolver) AccessTokens(
	ctx context.Context, first *int, after *string, last *int, before *string,
) (*model.AccessTokenConnection, error) {
	return list(ctx, ask{first, after, last, before, nil}, accessTokenListing, source[*ent.AccessToken]{
		read: r.access.Tokens, count: r.access.CountTokens,
	})
}

var personListing = listing[*ent.Person, *model.Person]{access.PersonListing, model.People}

func (r queryResolver) People(
	ctx context.Context, first *int, after *string, last *int, before *string,
) (*model.PersonConnection, error) {
	return list(ctx, ask{first, after, last, before, nil}, personListing, source[*ent.Person]{
		read: r.access.People, count: r.access.CountPeople,
	})
}

var auditListing = listing[*ent.AuditEntry, *model.AuditEntry]{access.AuditListing, model.AuditEntries}

func (r queryResolver) AuditEntries(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *generated.AuditEntryFilter,
) (*model.AuditEntryConnection, error) {
	f, wrong := auditFilter(filter)
	return list(ctx, ask{first, after, last, before, nil}, auditListing, filtered(f, wrong, r.access.AuditEntries, r.access.CountAuditEntries))
}

func auditFilter(in *generated.AuditEntryFilter) (f access.AuditFilter, err error) {
	if in == nil {
		return f, nil
	}
	if actor := inputValue(in.ActorID); actor != nil {
		if f.ActorKind, f.ActorID, err = actorOf(*actor); err != nil {
			return f, err
		}
	}
	if kind := inputValue(in.ActorKind); kind != nil {
		f.ActorKind = access.Kind(*kind)
	}
	f.Action, f.Since, f.Until = orElse(in.Action, ""), inputValue(in.Since), inputValue(in.Until)
	return f, nil
}

func (r mutationResolver) CreateAccessToken(
	ctx context.Context, in generated.CreateAccessTokenInput,
) (*generated.CreateAccessTokenPayload, error) {
	input := access.TokenInput{Name: in.Name, Scopes: in.Scopes, ExpiresAt: inputValue(in.ExpiresAt)}
	made, problems, err := carryOut(ctx, input, nil, r.access.CreateToken)
	return &generated.CreateAccessTokenPayload{
		AccessToken: wrapOne(made.Row, model.AccessTokens), Secret: orNull(made.Secret), UserErrors: problems,
	}, err
}

func (r mutationResolver) RevokeAccessToken(
	ctx context.Context, in generated.RevokeAccessTokenInput,
) (*generated.RevokeAccessTokenPayload, error) {
	id, wrong := idOf(model.AccessTokenType, "input.tokenId", in.TokenID)
	row, problems, err := carryOut(ctx, id, wrong, r.access.RevokeToken)
	return &generated.RevokeAccessTokenPayload{AccessToken: wrapOne(row, model.AccessTokens), UserErrors: problems}, err
}

func (r mutationResolver) AddPerson(ctx context.Context, in generated.AddPersonInput) (*generated.AddPersonPayload, error) {
	input := access.PersonInput{Name: in.Name, Password: in.Password, Scopes: in.Scopes}
	row, problems, err := carryOut(ctx, input, nil, r.access.AddPerson)
	return &generated.AddPersonPayload{Person: wrapOne(row, model.People), UserErrors: problems}, err
}

func (r mutationResolver) UpdatePerson(ctx context.Context, in generated.UpdatePersonInput) (*generated.UpdatePersonPayload, error) {
	id, wrong := idOf(model.PersonType, "input.personId", in.PersonID)
	change := access.PersonChange{
		Version: inputValue(in.Version), Password: inputValue(in.Password), Disabled: inputValue(in.Disabled),
	}
	change.Scopes, _ = in.Scopes.ValueOK()
	row, problems, err := carryOut(ctx, change, wrong, func(ctx context.Context, change access.PersonChange) (*ent.Person, error) {
		return r.access.UpdatePerson(ctx, id, change)
	})
	return &generated.UpdatePersonPayload{Person: wrapOne(row, model.People), UserErrors: problems}, err
}

func (r mutationResolver) RemovePerson(ctx context.Context, in generated.RemovePersonInput) (*generated.RemovePersonPayload, error) {
	id, wrong := idOf(model.PersonType, "input.personId", in.PersonID)
	deleted, problems, err := carryOut(ctx, id, wrong, deletion(in.PersonID, r.access.RemovePerson))
	return &generated.RemovePersonPayload{DeletedID: deleted, UserErrors: problems}, err
}

func (r mutationResolver) EndSessions(ctx context.Context, in generated.EndSessionsInput) (*generated.EndSessionsPayload, error) {
	id, wrong := idOf(model.PersonType, "input.personId", in.PersonID)
	ended, problems, err := carryOut(ctx, id, wrong, func(ctx context.Context, id int64) (*int, error) {
		n, err := r.access.EndSessions(ctx, id)
		return &n, err
	})
	if len(problems) > 0 {
		ended = nil
	}
	return &generated.EndSessionsPayload{Ended: ended, UserErrors: problems}, err
}
