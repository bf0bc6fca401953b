package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/collectionset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindMove is the kind of a job that moves PO lines and licenses to the counterparts of their portfolios.
const KindMove = "MOVE"

var moveKind = jobKind{
	name: KindMove, task: "move-portfolio", arguments: argumentsAs[moveArgs],
	inWords: "a move", sameInWords: "a move of this set",
	title: "Move electronic portfolio information",
	description: "Moves PO lines and licenses from the portfolios of a set of electronic collections to their counterparts in another " +
		"collection, after a summary to review and confirm.",
	mutation: "movePortfolioInformation",
	wording:  &moveWording, undo: undoMove{},
}

// What happens to a license if the counterpart has a different one.
const (
	KeepTarget = "KEEP_TARGET"
	Overwrite  = "OVERWRITE"
)

// MoveRequest asks to move PO lines and licenses from the collections of a set to a target collection.
type MoveRequest struct {
	SetID               int64  `json:"setId"`
	TargetCollectionID  int64  `json:"targetCollectionId"`
	POLines             bool   `json:"movePoLines"`
	Licenses            bool   `json:"moveLicenses"`
	LicenseConflict     string // KeepTarget or Overwrite; "": KeepTarget
	IncludeInaccessible bool   // portfolios that patrons cannot reach count as counterparts too
	Mode                string // Apply or Preview
	PreviewJobID        int64  `json:"previewJobId"` // for Apply: the preview whose plan must be applied; 0: none
	Trigger             string // Manual or Command
	IdempotencyKey      string `json:"-"`
}

// moveArgs are a move's arguments as stored in its row: the set as it was when the job was queued.
type moveArgs struct {
	SetID           int64   `json:"setId"`
	TargetID        int64   `json:"targetCollectionId"`
	POLines         bool    `json:"movePoLines"`
	Licenses        bool    `json:"moveLicenses"`
	LicenseConflict string  `json:"licenseConflict"`
	SourceIDs       []int64 `json:"sourceIds"`     // in the order in which they are moved
	CollectionIDs   []int64 `json:"collectionIds"` // all that the job writes

	IncludeInaccessible bool `json:"includeInaccessible,omitempty"`
}

func (a moveArgs) involved() involved {
	return involved{writes: a.CollectionIDs, reads: []int64{a.TargetID}, sets: []int64{a.SetID}}
}

// StartMove queues a move. Each mistake in the request is returned as a problem.
func (s *Service) StartMove(ctx context.Context, in MoveRequest) (*ent.Job, error) {
	if in.LicenseConflict == "" {
		in.LicenseConflict = KeepTarget
	}
	request := Request{Key: in.IdempotencyKey, Mutation: "movePortfolioInformation", Arguments: []any{in}}
	return s.start(ctx, KindMove, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		args, err := checkMove(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindMove, mode: in.Mode, trigger: in.Trigger, request: request, args: args, subject: in.PreviewJobID,
			uniqueKey: fmt.Sprintf("move:%d", in.SetID), path: "input.setId",
		})
	})
}

// checkMove returns all problems of the request at once, or the arguments of the move.
func checkMove(ctx context.Context, tx *store.Tx, in MoveRequest) (moveArgs, error) {
	args := moveArgs{
		SetID: in.SetID, TargetID: in.TargetCollectionID, POLines: in.POLines, Licenses: in.Licenses, LicenseConflict: in.LicenseConflict,
		IncludeInaccessible: in.IncludeInaccessible,
	}
	var problems problem.List
	checkChoices(in, &problems)
	sources, err := checkSet(ctx, tx, in, &problems)
	if err != nil {
		return args, err
	}
	if err := checkTarget(ctx, tx, in, sources, &problems); err != nil {
		return args, err
	}
	for _, c := range sources {
		args.SourceIDs = append(args.SourceIDs, c.ID)
	}
	args.CollectionIDs = append(slices.Clone(args.SourceIDs), in.TargetCollectionID)
	if in.PreviewJobID != 0 && in.Mode == Apply {
		if err := checkPreview(ctx, tx, in.PreviewJobID, args, &problems); err != nil {
			return args, err
		}
	}
	return args, problems.Err()
}

func checkChoices(in MoveRequest, problems *problem.List) {
	if !in.POLines && !in.Licenses {
		problems.Add(problem.BadInput, "input.movePoLines", "nothing is chosen to be moved: set movePoLines, moveLicenses, or both")
	}
	if in.LicenseConflict != KeepTarget && in.LicenseConflict != Overwrite {
		problems.Add(problem.BadInput, "input.licenseConflict", "%q is unknown: choose KEEP_TARGET or OVERWRITE", in.LicenseConflict)
	}
	checkMode(in.Mode, in.PreviewJobID, problems)
}

// checkSet returns the set's collections in the order of creation.
func checkSet(ctx context.Context, tx *store.Tx, in MoveRequest, problems *problem.List) ([]*ent.Collection, error) {
	set, err := tx.CollectionSet.Query().Where(collectionset.ID(in.SetID)).
		WithCollections(func(q *ent.CollectionQuery) { q.Order(collection.ByID()) }).Only(ctx)
	if ent.IsNotFound(err) {
		problems.Add(problem.NotFound, "input.setId", "there is no such set: it may have been deleted; choose one of collectionSets")
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the set to move: %w", err)
	}
	sources := set.Edges.Collections
	if len(sources) == 0 {
		problems.Add(problem.BadInput, "input.setId", "the set %q is empty: add the old collections to it first", set.Name)
	}
	return sources, nil
}

func checkTarget(ctx context.Context, tx *store.Tx, in MoveRequest, sources []*ent.Collection, problems *problem.List) error {
	target, err := tx.Collection.Get(ctx, in.TargetCollectionID)
	switch {
	case ent.IsNotFound(err):
		problems.Add(problem.NotFound, "input.targetCollectionId", "there is no such collection: choose an active one")
		return nil
	case err != nil:
		return fmt.Errorf("read the target collection: %w", err)
	case !target.Active:
		problems.Add(problem.CollectionInactive, "input.targetCollectionId",
			"the target %q is not active: activate it first, or choose another one", target.Name)
	}
	if slices.ContainsFunc(sources, func(c *ent.Collection) bool { return c.ID == target.ID }) {
		problems.Add(problem.BadInput, "input.targetCollectionId",
			"the target %q is in the set, and nothing can be moved to where it is: take it out of the set, or choose another target", target.Name)
	}
	return nil
}

// checkPreview adds a problem if the preview does not exist, has not ended, or is for different choices.
func checkPreview(ctx context.Context, tx *store.Tx, jobID int64, args moveArgs, problems *problem.List) error {
	shown, err := checkPreviewOf[moveArgs](ctx, tx, jobID, KindMove, problems)
	if err != nil || shown == nil {
		return err
	}
	if others := otherChoices(*shown, args); len(others) > 0 {
		problems.Add(problem.BadInput, previewPath, "the preview was made with another %s: %s", strings.Join(others, ", "), previewAgain)
		return nil
	}
	if !slices.Equal(shown.SourceIDs, args.SourceIDs) {
		problems.Add(problem.Conflict, previewPath, "the set has other collections than when the preview was made (it had %d, now %d): %s",
			len(shown.SourceIDs), len(args.SourceIDs), previewAgain)
	}
	return nil
}

// otherChoices names the input fields in which two moves differ.
func otherChoices(a, b moveArgs) (names []string) {
	for _, choice := range []struct {
		name string
		same bool
	}{
		{"setId", a.SetID == b.SetID},
		{"targetCollectionId", a.TargetID == b.TargetID},
		{"movePoLines", a.POLines == b.POLines},
		{"moveLicenses", a.Licenses == b.Licenses},
		{"licenseConflict", a.LicenseConflict == b.LicenseConflict},
		{"includeInaccessible", a.IncludeInaccessible == b.IncludeInaccessible},
	} {
		if !choice.same {
			names = append(names, choice.name)
		}
	}
	return names
}
