package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

// Task is read for all jobs of a page at once.
func (r jobResolver) Task(ctx context.Context, j *model.Job) (model.JobTask, error) {
	return j.Page.Tasks.Of(ctx, j.Job.ID, func(ctx context.Context) (map[int64]model.JobTask, error) {
		return r.tasksOf(ctx, j.Page.Rows)
	})
}

// tasksOf returns what jobs were asked to do, by id of the job: a statement for each type of what they are about.
func (r *resolver) tasksOf(ctx context.Context, rows []*ent.Job) (map[int64]model.JobTask, error) {
	tasks := make(map[*ent.Job]jobs.Task, len(rows))
	var about taskThings
	for _, row := range rows {
		if task, ok := jobs.TaskOf(row); ok {
			tasks[row] = task
			about.want(row, task)
		}
	}
	if err := r.readThings(ctx, &about); err != nil {
		return nil, err
	}
	found := make(map[int64]model.JobTask, len(tasks))
	for row, task := range tasks {
		found[row.ID] = about.show(row, task)
	}
	return found, nil
}

// taskThings are the things that tasks are about: which are wanted, and those that there are.
type taskThings struct {
	profileIDs, collectionIDs, setIDs, portfolioSetIDs, groupIDs, jobIDs []int64

	profiles      map[int64]*model.Profile
	collections   map[int64]*model.Collection
	sets          map[int64]*model.CollectionSet
	portfolioSets map[int64]*model.PortfolioSet
	groups        map[int64]*model.InventoryGroup
	jobs          map[int64]*model.Job
}

func (a *taskThings) want(row *ent.Job, t jobs.Task) {
	a.profileIDs = append(a.profileIDs, t.Profiles...)
	a.collectionIDs = append(append(a.collectionIDs, t.Collections...), t.Target)
	if row.Kind == jobs.KindChange {
		a.portfolioSetIDs = append(a.portfolioSetIDs, t.Set)
	} else {
		a.setIDs = append(a.setIDs, t.Set)
	}
	a.groupIDs = append(append(a.groupIDs, t.From...), t.To...)
	a.jobIDs = append(a.jobIDs, t.Job, orZero(row.SubjectJobID))
}

func (r *resolver) readThings(ctx context.Context, a *taskThings) (err error) {
	if a.profiles, err = readPage(ctx, a.profileIDs, r.profiles.ProfilesByID, model.Profiles); err != nil {
		return err
	}
	if a.collections, err = readPage(ctx, a.collectionIDs, r.collections.CollectionsByID, model.Collections); err != nil {
		return err
	}
	if a.sets, err = readPage(ctx, a.setIDs, r.collections.CollectionSetsByID, model.CollectionSets); err != nil {
		return err
	}
	if a.portfolioSets, err = readPage(ctx, a.portfolioSetIDs, r.bulk.SetsByID, model.PortfolioSets); err != nil {
		return err
	}
	if a.groups, err = readPage(ctx, a.groupIDs, r.profiles.InventoryGroupsByID, model.InventoryGroups); err != nil {
		return err
	}
	a.jobs, err = readPage(ctx, a.jobIDs, r.reader.JobsByID, model.Jobs)
	return err
}

// show returns the task as the API has it.
func (a *taskThings) show(row *ent.Job, t jobs.Task) model.JobTask {
	collections := there(t.Collections, a.collections)
	switch row.Kind {
	case jobs.KindSync:
		return &model.SyncTask{Profiles: there(t.Profiles, a.profiles), Force: t.Force}
	case jobs.KindUndo:
		return &model.UndoTask{Subject: a.jobs[orZero(row.SubjectJobID)], Collections: collections}
	case jobs.KindMove:
		return &model.MoveTask{
			Set: a.sets[t.Set], Sources: collections, Target: a.collections[t.Target], MovePoLines: t.POLines, MoveLicenses: t.Licenses,
			LicenseConflict: t.LicenseConflict, IncludeInaccessible: t.IncludeInaccessible,
		}
	case jobs.KindImport:
		return &model.ImportTask{Collection: firstOf(collections), RemoveMissing: t.RemoveMissing}
	case jobs.KindZone:
		return &model.CommunityZoneTask{CommunityZoneID: orNull(t.CommunityZoneID), Force: t.Force}
	case jobs.KindActivate:
		return &model.ActivateTask{Collection: firstOf(collections), AddedBy: a.jobs[t.Job]}
	}
	return a.showStaffs(row, t, collections)
}

// showStaffs is show for what staff do with portfolios and profiles.
func (a *taskThings) showStaffs(row *ent.Job, t jobs.Task, collections []*model.Collection) model.JobTask {
	profile := firstOf(there(t.Profiles, a.profiles))
	switch row.Kind {
	case jobs.KindWithdraw:
		return &model.WithdrawTask{Profile: profile, Content: orNull(t.Content), DeleteProfile: t.DeleteProfile}
	case jobs.KindCarry:
		return &model.CarryOverTask{Pairs: t.Things, Collections: collections}
	case jobs.KindPair:
		return &model.PairTask{Decisions: t.Things, Collections: collections}
	case jobs.KindChange:
		return &model.ChangePortfoliosTask{
			Action: t.Action, Collections: collections, Set: a.portfolioSets[t.Set], Portfolios: orNull(t.Things), Target: a.collections[t.Target],
		}
	case jobs.KindAlma:
		return &model.ImportFromAlmaTask{Collections: collections}
	case jobs.KindGroups:
		return &model.ChangeGroupsTask{Profile: profile, From: there(t.From, a.groups), To: there(t.To, a.groups)}
	}
	return nil
}

// there returns those of the things that still exist, in order.
func there[T any](ids []int64, found map[int64]*T) []*T {
	things, _ := present(ids, func(id int64) (*T, error) { return found[id], nil })
	return things
}

// firstOf returns the first of several; nil where there is none.
func firstOf[T any](things []*T) *T {
	if len(things) == 0 {
		return nil
	}
	return things[0]
}
