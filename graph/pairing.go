package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

func (r mutationResolver) DecidePairings(
	ctx context.Context, in generated.DecidePairingsInput,
) (*generated.DecidePairingsPayload, error) {
	request, wrong := pairRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartPair)
	return &generated.DecidePairingsPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func pairRequest(in generated.DecidePairingsInput) (request jobs.PairRequest, err error) {
	request = jobs.PairRequest{Mode: in.Mode, IdempotencyKey: orElse(in.IdempotencyKey, "")}
	var errs []error
	id := func(to *int64, typeName, path string, given *string) {
		var wrong error
		*to, wrong = optionalID(typeName, path, given)
		errs = append(errs, wrong)
	}
	for i, pair := range inputList(in.Pair) {
		var p jobs.PairInput
		path := fmt.Sprintf("input.pair.%d", i)
		id(&p.PortfolioID, model.PortfolioType, path+".portfolioId", &pair.PortfolioID)
		id(&p.TitleOfID, model.PortfolioType, path+".titleOfId", inputValue(pair.TitleOfID))
		id(&p.ChangeID, model.JobChangeType, path+".changeId", inputValue(pair.ChangeID))
		request.Pair = append(request.Pair, p)
	}
	for i, part := range inputList(in.Part) {
		var p jobs.PartInput
		path := fmt.Sprintf("input.part.%d", i)
		id(&p.PortfolioID, model.PortfolioType, path+".portfolioId", inputValue(part.PortfolioID))
		id(&p.ChangeID, model.JobChangeType, path+".changeId", inputValue(part.ChangeID))
		request.Part = append(request.Part, p)
	}
	return request, errors.Join(errs...)
}

func (r mutationResolver) TakeBackPairing(
	ctx context.Context, in generated.TakeBackPairingInput,
) (*generated.TakeBackPairingPayload, error) {
	id, wrong := idOf(model.PairingDecisionType, "input.decisionId", in.DecisionID)
	row, problems, err := carryOut(ctx, id, wrong, r.holdings.TakeBackPairing)
	return &generated.TakeBackPairingPayload{Decision: wrapOne(row, model.PairingDecisions), UserErrors: problems}, err
}

var pairingListing = listing[*ent.PairingDecision, *model.PairingDecision]{holdings.PairingListing, model.PairingDecisions}

func (r queryResolver) PairingDecisions(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.PairingDecisionFilter,
) (*model.PairingDecisionConnection, error) {
	f, wrong := pairingFilter(filter)
	return list(ctx, ask{first, after, last, before, nil}, pairingListing, filtered(f, wrong, r.holdings.Pairings, r.holdings.CountPairings))
}

func pairingFilter(in *model.PairingDecisionFilter) (f holdings.PairingFilter, err error) {
	if in == nil {
		return f, nil
	}
	f.Ended = in.Ended != nil && *in.Ended
	if f.CollectionID, err = optionalID(model.CollectionType, "filter.collectionId", in.CollectionID); err != nil {
		return f, err
	}
	f.PortfolioID, err = optionalID(model.PortfolioType, "filter.portfolioId", in.PortfolioID)
	return f, err
}

func (r pairingDecisionResolver) Portfolio(ctx context.Context, d *model.PairingDecision) (*model.Portfolio, error) {
	return d.Page.Portfolios.Of(ctx, d.PortfolioID, func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		ids := each(d.Page.Rows, func(row *ent.PairingDecision) int64 { return row.PortfolioID })
		return readPage(ctx, ids, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

func (r pairingDecisionResolver) Job(ctx context.Context, d *model.PairingDecision) (*model.Job, error) {
	return d.Page.Jobs.Of(ctx, orZero(d.JobID), func(ctx context.Context) (map[int64]*model.Job, error) {
		ids := each(d.Page.Rows, func(row *ent.PairingDecision) int64 { return orZero(row.JobID) })
		return readPage(ctx, ids, r.reader.JobsByID, model.Jobs)
	})
}

func (r portfolioResolver) PairingCandidates(ctx context.Context, p *model.Portfolio) ([]*model.PairingCandidate, error) {
	return p.Page.Candidates.Of(ctx, p.Portfolio.ID, func(ctx context.Context) (map[int64][]*model.PairingCandidate, error) {
		found, err := r.holdings.CandidatesOf(ctx, p.Page.Rows)
		return model.PairingCandidates(found), err
	})
}

func (r pairingCandidateResolver) Portfolio(ctx context.Context, c *model.PairingCandidate) (*model.Portfolio, error) {
	return c.Page.Portfolios.Of(ctx, c.PortfolioID, func(ctx context.Context) (map[int64]*model.Portfolio, error) {
		return readPage(ctx, c.Page.IDs, r.holdings.PortfoliosByID, model.Portfolios)
	})
}

// pairingsAtOnce is how many decisions are read at once for a download.
const pairingsAtOnce = 500

// pairings sends what people decided about pairs, in one collection if the address names one (collectionId), those that hold or,
// with ended=true, all.
func (d *downloads) pairings(w http.ResponseWriter, r *http.Request) {
	f, err := pairingsAsked(r)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	d.send(w, r, &file{
		name: fmt.Sprintf("pairing-decisions-%s.tsv", time.Now().UTC().Format(time.DateOnly)), contentType: tabSeparated,
		write: func(ctx context.Context, w io.Writer) error {
			read := func(window keyset.Window) (keyset.Page[*ent.PairingDecision], error) {
				return d.holdings.Pairings(ctx, f, window)
			}
			return writeTSV(w, pairingColumns, keyset.All(pairingsAtOnce, read, pairingListing.At), pairingCells)
		},
	})
}

func pairingsAsked(r *http.Request) (f holdings.PairingFilter, err error) {
	given, err := parameters(r, "collectionId", "ended")
	if err != nil {
		return f, err
	}
	if named, ok := given["collectionId"]; ok {
		if f.CollectionID, err = idOf(model.CollectionType, "collectionId", named); err != nil {
			return f, err
		}
	}
	switch given["ended"] {
	case "", "false":
	case "true":
		f.Ended = true
	default:
		return f, problem.New(problem.BadInput, "ended", "%q is neither true nor false", given["ended"])
	}
	return f, nil
}

var pairingColumns = []string{
	"decided_at", "decision", "title", "title_id", "print_identifier", "online_identifier", "portfolio_id", "actor_kind", "actor", "ended_at",
	"job_id", "id",
}

func pairingCells(row *ent.PairingDecision) []string {
	decision, ended, job := "paired", "", ""
	if row.Parted {
		decision = "parted"
	}
	if row.EndedAt != nil {
		ended = store.Time(*row.EndedAt).Format(time.RFC3339)
	}
	if row.JobID != nil {
		job = model.ID(model.JobType, *row.JobID)
	}
	return []string{
		store.Time(row.CreatedAt).Format(time.RFC3339), decision, row.Title, row.TitleID, row.PrintIdentifier, row.OnlineIdentifier,
		model.ID(model.PortfolioType, row.PortfolioID), row.ActorKind, row.ActorName, ended, job, model.ID(model.PairingDecisionType, row.ID),
	}
}
