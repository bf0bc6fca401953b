package graph

import (
	"context"
	"slices"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/keyset"
	"autoholdings/jobs"
)

var jobListing = listing[*ent.Job, *model.Job]{jobs.JobListing, model.Jobs}

func (r queryResolver) Job(ctx context.Context, id string) (*model.Job, error) {
	return readByOpaqueID(ctx, model.JobType, id, r.reader.JobsByID, model.Jobs)
}

func (r queryResolver) Jobs(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.JobFilter,
) (*model.JobConnection, error) {
	f, wrong := jobFilter(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, jobListing, filtered(f, wrong, r.reader.Jobs, r.reader.CountJobs))
}

func jobFilter(in *model.JobFilter) (f jobs.Filter, err error) {
	if in == nil {
		return f, nil
	}
	f = jobs.Filter{
		States: in.State, Kind: orEmpty(in.Kind), Verdicts: in.Verdict, Triggers: in.Trigger, Mode: orEmpty(in.Mode),
		CreatedFrom: in.CreatedFrom, CreatedUntil: in.CreatedUntil, FinishedFrom: in.FinishedFrom, FinishedUntil: in.FinishedUntil,
		ChangedSince: in.ChangedSince,
	}
	if f.ActorKind, f.ActorID, err = actorAsked(in.ActorID, in.ActorKind); err != nil {
		return f, err
	}
	f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", in.ProfileID)
	return f, err
}

func (r jobResolver) Parts(ctx context.Context, j *model.Job) ([]*model.JobPart, error) {
	parts, err := r.partsOf(ctx, j)
	return append([]*model.JobPart{}, parts...), err
}

func (r jobResolver) Profiles(ctx context.Context, j *model.Job) ([]*model.Profile, error) {
	ids, err := r.profileIDsOf(ctx, j)
	if err != nil {
		return nil, err
	}
	return present(ids, func(id int64) (*model.Profile, error) {
		return j.Page.Profiles.Of(ctx, id, func(ctx context.Context) (map[int64]*model.Profile, error) {
			return r.profilesOfJobs(ctx, j.Page)
		})
	})
}

// Groups returns the groups of the job's parts, each once, by name.
func (r jobResolver) Groups(ctx context.Context, j *model.Job) ([]*model.JobGroup, error) {
	parts, err := r.partsOf(ctx, j)
	if err != nil {
		return nil, err
	}
	return r.groupsOfParts(ctx, parts)
}

func (r jobResolver) Findings(
	ctx context.Context, j *model.Job, first *int, after *string, last *int, before *string, filter *model.JobFindingFilter,
) (*model.JobFindingConnection, error) {
	f, wrong := findingFilter(filter)
	return list(ctx, ask{first, after, last, before, nil}, findingListing, filtered(f, wrong,
		within(j.Job.ID, r.reader.Findings), countWithin(j.Job.ID, r.reader.CountFindings)))
}

func (r jobResolver) Changes(
	ctx context.Context, j *model.Job, first *int, after *string, last *int, before *string, orderBy *model.Order,
	filter *model.JobChangeFilter,
) (*model.JobChangeConnection, error) {
	f, wrong := changeFilter(filter)
	return list(ctx, ask{first, after, last, before, orderBy}, changeListing, filtered(f, wrong,
		within(j.Job.ID, r.reader.Changes), countWithin(j.Job.ID, r.reader.CountChanges)))
}

func (r jobResolver) Subject(ctx context.Context, j *model.Job) (*model.Job, error) {
	return r.relatedJob(ctx, j, j.SubjectJobID)
}

func (r jobResolver) WaitsFor(ctx context.Context, j *model.Job) (*model.Job, error) {
	return r.relatedJob(ctx, j, j.WaitsForJobID)
}

// WaitsBecause asks only for jobs that are queued: of a page of those that are over nothing is to be read.
func (r jobResolver) WaitsBecause(ctx context.Context, j *model.Job) (*model.JobError, error) {
	if j.State != jobs.Queued {
		return nil, nil
	}
	why, err := j.Page.Obstacles.Of(ctx, j.Job.ID, func(ctx context.Context) (map[int64]*jobs.Obstacle, error) {
		return r.jobs.Obstacles(ctx, j.Page.IDs())
	})
	return model.Obstacle(why), err
}

func (r *resolver) partsOf(ctx context.Context, j *model.Job) ([]*model.JobPart, error) {
	return j.Page.Parts.Of(ctx, j.Job.ID, func(ctx context.Context) (map[int64][]*model.JobPart, error) {
		rows, err := r.reader.PartsOf(ctx, j.Page.IDs())
		found := map[int64][]*model.JobPart{}
		for _, part := range model.JobParts(rows) {
			found[part.JobID] = append(found[part.JobID], part)
		}
		return found, err
	})
}

// profileIDsOf returns the profiles that a job was queued for or, for an undo, those of its parts.
func (r *resolver) profileIDsOf(ctx context.Context, j *model.Job) ([]int64, error) {
	if ids := jobs.ProfileIDs(j.Job); len(ids) > 0 {
		return ids, nil
	}
	parts, err := r.partsOf(ctx, j)
	return distinct(each(parts, func(p *model.JobPart) int64 { return orZero(p.ProfileID) })), err
}

func (r *resolver) profilesOfJobs(ctx context.Context, page *model.JobPage) (map[int64]*model.Profile, error) {
	var ids []int64
	for _, row := range page.Rows {
		ids = append(ids, jobs.ProfileIDs(row)...)
	}
	parts, err := r.reader.PartsOf(ctx, page.IDs())
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		ids = append(ids, orZero(p.ProfileID))
	}
	return readPage(ctx, ids, r.profiles.ProfilesByID, model.Profiles)
}

// groupsOfParts returns the groups of several parts, each once, by name.
func (r *resolver) groupsOfParts(ctx context.Context, parts []*model.JobPart) ([]*model.JobGroup, error) {
	groups := []*model.JobGroup{}
	for _, p := range parts {
		ofPart, err := r.groupsOfPart(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, g := range ofPart {
			if !slices.ContainsFunc(groups, func(known *model.JobGroup) bool { return known.Name == g.Name }) {
				groups = append(groups, g)
			}
		}
	}
	return groups, nil
}

func (r *resolver) relatedJob(ctx context.Context, j *model.Job, id *int64) (*model.Job, error) {
	return j.Page.Jobs.Of(ctx, orZero(id), func(ctx context.Context) (map[int64]*model.Job, error) {
		var ids []int64
		for _, row := range j.Page.Rows {
			ids = append(ids, orZero(row.SubjectJobID), orZero(row.WaitsForJobID))
		}
		return readPage(ctx, ids, r.reader.JobsByID, model.Jobs)
	})
}

// within reads a list of one job.
func within[F, R any](
	jobID int64, read func(context.Context, int64, F, keyset.Window) (keyset.Page[R], error),
) func(context.Context, F, keyset.Window) (keyset.Page[R], error) {
	return func(ctx context.Context, f F, w keyset.Window) (keyset.Page[R], error) { return read(ctx, jobID, f, w) }
}

// countWithin counts a list of one job.
func countWithin[F any](jobID int64, count func(context.Context, int64, F) (int, error)) func(context.Context, F) (int, error) {
	return func(ctx context.Context, f F) (int, error) { return count(ctx, jobID, f) }
}
