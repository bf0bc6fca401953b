package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// KindGroups is the kind of a job that changes the inventory groups of a profile.
const KindGroups = "CHANGE_GROUPS"

var groupsKind = jobKind{
	name: KindGroups, task: "change-groups", arguments: argumentsAs[groupsArgs],
	inWords: "a change of groups", sameInWords: "a change of the groups of this profile",
	title: "Change the groups of a profile",
	description: "Gives an integration profile other inventory groups, and reports which portfolios that opens to which groups and closes " +
		"to which.",
	mutation: "changeProfileGroups",
	wording:  &groupsWording, undo: undoGroups{}, undoNeeds: access.Configure,
}

// GroupsRequest asks for other inventory groups of a profile.
type GroupsRequest struct {
	ProfileID      int64   `json:"profileId"`
	GroupIDs       []int64 `json:"groupIds"` // all that it is to have; none: it is for everyone
	Version        *int    `json:"version"`  // of the profile, that the caller read; nil: any
	Mode           string  `json:"mode"`
	PreviewJobID   int64   `json:"previewJobId"` // for Apply: the preview whose report must be the same; 0: none
	IdempotencyKey string  `json:"-"`
}

// groupsArgs are the arguments as stored in the job's row.
type groupsArgs struct {
	ProfileIDs []int64 `json:"profileIds"` // one
	From       []int64 `json:"from"`       // the groups when the job was queued, sorted
	To         []int64 `json:"to"`         // sorted
}

// The collections that the profile's titles are in are found when the job begins: no other job may write there before its
// end, or the report would not tell what it did.
var _ collectionFinder = groupsArgs{}

func (a groupsArgs) involved() involved { return involved{profiles: a.ProfileIDs} }

func (a groupsArgs) findCollections(ctx context.Context, tx *store.Tx, _ *Service, _ int64) ([]int64, error) {
	return a.collections(ctx, tx)
}

func (a groupsArgs) collections(ctx context.Context, tx *store.Tx) ([]int64, error) {
	return holdings.CollectionsOfProfile(ctx, tx, a.profile())
}

// profile is the profile's id; 0 if the arguments name none.
func (a groupsArgs) profile() int64 {
	if len(a.ProfileIDs) == 0 {
		return 0
	}
	return a.ProfileIDs[0]
}

// StartGroups queues a change of a profile's inventory groups. Each mistake in the request is returned as a problem.
func (s *Service) StartGroups(ctx context.Context, in GroupsRequest) (*ent.Job, error) {
	in.GroupIDs = slices.Compact(slices.Sorted(slices.Values(in.GroupIDs)))
	request := Request{Key: in.IdempotencyKey, Mutation: "changeProfileGroups", Arguments: []any{in}}
	return s.start(ctx, KindGroups, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		args, err := s.checkGroups(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindGroups, mode: in.Mode, trigger: Manual, request: request, args: args, subject: in.PreviewJobID,
			uniqueKey: fmt.Sprintf("groups:%d", in.ProfileID), path: "input.profileId",
		})
	})
}

// checkGroups returns all problems of the request, or the arguments of the job.
func (s *Service) checkGroups(ctx context.Context, tx *store.Tx, in GroupsRequest) (args groupsArgs, err error) {
	var problems problem.List
	checkMode(in.Mode, in.PreviewJobID, &problems)
	p, groups, err := s.profiles.CheckGroups(ctx, tx, in.ProfileID, in.Version, in.GroupIDs)
	if found, ok := problem.In(err); ok {
		return args, append(problems, found...).Err()
	}
	if err != nil {
		return args, err
	}
	args = groupsArgs{ProfileIDs: []int64{p.ID}, From: sortedIDs(p.Edges.Groups), To: sortedIDs(groups)}
	if slices.Equal(args.From, args.To) {
		problems.Add(problem.BadInput, "input.groupIds", "the profile %q has these inventory groups already: there is nothing to change",
			holdings.ProfileName(p))
	}
	if in.PreviewJobID != 0 && in.Mode == Apply {
		if err := checkGroupsPreview(ctx, tx, in.PreviewJobID, args, &problems); err != nil {
			return args, err
		}
	}
	return args, problems.Err()
}

func sortedIDs(groups []*ent.InventoryGroup) []int64 {
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	slices.Sort(ids)
	return ids
}

// checkGroupsPreview adds a problem if the preview does not exist, has not ended, or is of another change.
func checkGroupsPreview(ctx context.Context, tx *store.Tx, jobID int64, args groupsArgs, problems *problem.List) error {
	shown, err := checkPreviewOf[groupsArgs](ctx, tx, jobID, KindGroups, problems)
	if err != nil || shown == nil {
		return err
	}
	if shown.profile() != args.profile() || !slices.Equal(shown.To, args.To) || !slices.Equal(shown.From, args.From) {
		problems.Add(problem.BadInput, previewPath, "the preview was made of another profile, or of other groups before or after: %s",
			previewAgain)
	}
	return nil
}

// perform reports whom the profile's titles open and close to, and gives the profile its groups in the last transaction.
// Before that nothing is written, so an interrupted run begins anew.
func (a groupsArgs) perform(ctx context.Context, r *run) error {
	return r.inParts(ctx, a.prepare(r, a.To), func(ctx context.Context, part *ent.JobPart, last bool) error {
		change := bulk.GroupChange{ProfileID: a.profile(), From: a.From, To: a.To}
		if r.job.SubjectJobID != nil && r.job.Mode == Apply {
			change.Reported = func(ctx context.Context) error { return r.compareGroups(ctx, part.ID, *r.job.SubjectJobID) }
		}
		return r.changeGroups(ctx, part, last, change, nil)
	})
}

// prepare asks the rules again, for a preview too, and makes the only part, which is of the profile and of no collection.
func (a groupsArgs) prepare(r *run, to []int64) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		p, _, err := r.s.profiles.CheckGroups(ctx, tx, a.profile(), nil, to)
		if found, ok := problem.In(err); ok {
			return groupsRefused(found)
		}
		if err != nil {
			return err
		}
		part := r.newPart(tx).SetContent("")
		if err := setProfile(part, p); err != nil {
			return err
		}
		return r.makePart(ctx, part)
	}
}

// changeGroups does a part. done, if not nil, is called in the last transaction too.
func (r *run) changeGroups(
	ctx context.Context, row *ent.JobPart, last bool, change bulk.GroupChange, done func(context.Context, *store.Tx) error,
) error {
	pr := &partRun{run: r, part: row, last: last}
	show := r.job.Mode == Preview
	part := pr.plainPart("compare", show, func(ctx context.Context, tx *store.Tx) error {
		if err := r.s.profiles.SetGroups(ctx, tx, change.ProfileID, change.To); err != nil || done == nil {
			return err
		}
		return done(ctx, tx)
	})
	part.Begun = func(context.Context, *store.Tx, plan.Counts) error { return nil } // nothing is written yet
	_, err := r.s.bulk.ChangeGroups(ctx, change, part, show)
	switch found, refused := problem.In(err); {
	case errors.Is(err, bulk.ErrGroupsChanged):
		return &failure{
			codeGroupsChanged, "the inventory groups of a profile were changed, or one was deleted, since this was asked for",
			"Nothing was written. Look at the groups of the profiles, and make a new preview.",
		}
	case refused:
		return groupsRefused(found)
	}
	return err
}

func groupsRefused(found problem.List) error {
	return &failure{codeRefused, found[0].Message, "Nothing was written. Mend that, and make a new preview."}
}

// compareGroups allows only what the preview showed.
func (r *run) compareGroups(ctx context.Context, partID, previewID int64) error {
	shown, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(previewID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("read the preview: %w", err)
	}
	before, err := r.s.bulk.ReportDigest(ctx, shown.ID)
	if err != nil {
		return err
	}
	now, err := r.s.bulk.ReportDigest(ctx, partID)
	if err != nil || now == before {
		return err
	}
	return &failure{
		codePlanChanged, "the change is no longer what the preview showed: other portfolios open or close",
		"Make a new preview, look at it, and apply that one. Nothing was written.",
	}
}

// undoGroups gives the profile the groups that it had.
type undoGroups struct{}

// check returns a problem if the job changed nothing or was undone already, or the groups were changed since.
func (undoGroups) check(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	written, err := writtenMoveParts(ctx, tx.Client, undone.ID)
	if err != nil {
		return err
	}
	args, err := argsOf[groupsArgs](undone)
	switch {
	case err != nil:
		return wrongState(undone, "undone", argumentsUnreadable)
	case len(written) == 0:
		return wrongState(undone, "undone", "it changed no groups, or was undone already")
	}
	p, err := profileOf(ctx, tx, args.profile())
	switch {
	case err != nil:
		return err
	case p == nil:
		return wrongState(undone, "undone", "its profile was deleted since")
	case !slices.Equal(sortedIDs(p.Edges.Groups), args.To):
		return wrongState(undone, "undone", "the groups of the profile were changed since: change them with changeProfileGroups")
	}
	return nil
}

// writes returns the collections that the profile's titles are in.
func (undoGroups) writes(ctx context.Context, tx *store.Tx, undone *ent.Job) ([]int64, error) {
	args, err := argsOf[groupsArgs](undone)
	if err != nil {
		return nil, err
	}
	return args.collections(ctx, tx)
}

func (undoGroups) perform(ctx context.Context, r *run, undone *ent.Job) error {
	args, err := argsOf[groupsArgs](undone)
	if err != nil {
		return err
	}
	prepare := func(ctx context.Context, tx *store.Tx) error {
		if err := stillUndoable(ctx, tx, undone.ID); err != nil {
			return err
		}
		return args.prepare(r, args.From)(ctx, tx)
	}
	return r.inParts(ctx, prepare, func(ctx context.Context, part *ent.JobPart, last bool) error {
		back := bulk.GroupChange{ProfileID: args.profile(), From: args.To, To: args.From}
		return r.changeGroups(ctx, part, last, back, func(ctx context.Context, tx *store.Tx) error {
			subject, err := tx.JobPart.Query().Where(jobpart.JobID(undone.ID)).Only(ctx)
			if err != nil {
				return fmt.Errorf("read the part to undo: %w", err)
			}
			return setPart(ctx, tx, subject.ID, PartUndone)
		})
	})
}

// groupsWording sums up changes of groups and their undos.
var groupsWording = wording{
	counted: func(c *plan.Counts) bool { return c.Groups != nil },
	done: func(c *plan.Counts, _ string) string {
		var said []string
		for _, g := range c.Groups.Groups {
			if g.Opened > 0 {
				said = append(said, words.Count(g.Opened, "portfolio opens", "portfolios open")+" to "+g.Name)
			}
			if g.Closed > 0 {
				said = append(said, words.Count(g.Closed, "portfolio closes", "portfolios close")+" to "+g.Name)
			}
		}
		if said == nil {
			said = []string{"no portfolio opens or closes to anyone"}
		}
		return strings.Join(said, ", ") + "; " + words.Figure(c.Unchanged) + " unchanged"
	},
	aside: func(*plan.Counts) ([]aside, aside) { return nil, aside{} },
}
