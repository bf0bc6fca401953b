package jobs

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindImport is the kind of a job that updates a local collection from a person's KBART list.
const KindImport = "IMPORT"

var importKind = jobKind{
	name: KindImport, task: "import", arguments: argumentsAs[importArgs],
	inWords: "an import", sameInWords: "an import into this collection",
	title: "Import a KBART list into a local collection",
	description: "Brings a local electronic collection in step with a KBART list that a person has: adds, updates and, where it is asked " +
		"for, takes out portfolios.",
	mutation:  "importCollection",
	givenList: true, byKind: approvedByKind, undo: undoByParts{},
}

// importLimits are the guards for an import, with the marks of a new profile. Only removals are guarded, because a
// person chose the list.
var importLimits = plan.Guards{Removals: plan.StandardGuards().Removals}

var importAdvice = advice{ // free titles are imported too, so no list is all free
	noUsableRows: "Read the findings, correct the list, then import it again.",
	lost:         "Upload the list again, then import it.",
}

// ImportRequest asks to import a kept file (see KeepUpload) into a local collection.
type ImportRequest struct {
	CollectionID   int64   `json:"collectionId"`
	FileID         int64   `json:"fileId"`
	List           *string `json:"kbart"` // the list itself, which is first kept as a file; nil: use FileID
	RemoveMissing  bool
	Mode           string // Apply or Preview
	Trigger        string // Manual or Command
	IdempotencyKey string `json:"-"`
}

// importArgs are an import's arguments as stored in its row.
type importArgs struct {
	CollectionIDs []int64 `json:"collectionIds"` // one
	FileID        int64   `json:"fileId"`
	RemoveMissing bool    `json:"removeMissing,omitempty"`
}

func (a importArgs) involved() involved { return involved{writes: a.CollectionIDs} }

// StartImport queues an import. Portfolios that are not on the list stay, unless RemoveMissing is set.
func (s *Service) StartImport(ctx context.Context, in ImportRequest) (*ent.Job, error) {
	request := Request{Key: in.IdempotencyKey, Mutation: "importCollection", Arguments: []any{in}}
	queue := func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		if err := checkImport(ctx, tx, in); err != nil {
			return nil, err
		}
		return s.queue(ctx, tx, newJob{
			kind: KindImport, mode: in.Mode, trigger: in.Trigger, request: request,
			args:      importArgs{CollectionIDs: []int64{in.CollectionID}, FileID: in.FileID, RemoveMissing: in.RemoveMissing},
			uniqueKey: fmt.Sprintf("import:%d", in.CollectionID), path: "input.collectionId",
		})
	}
	if in.List == nil {
		return s.start(ctx, KindImport, request, queue)
	}
	row, _, err := s.Once(ctx, KindImport, request, func(ctx context.Context) (_ *ent.Job, err error) { // repeated: keeps no file
		if in.FileID, err = s.keepGiven(ctx, "list.txt", *in.List, "input.kbart"); err != nil {
			return nil, err
		}
		return s.start(ctx, KindImport, request, queue)
	})
	return row, err
}

func checkImport(ctx context.Context, tx *store.Tx, in ImportRequest) error {
	var problems problem.List
	c, err := tx.Collection.Get(ctx, in.CollectionID)
	switch {
	case ent.IsNotFound(err):
		problems.Add(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
	case err != nil:
		return fmt.Errorf("read collection %d: %w", in.CollectionID, err)
	case c.CommunityZoneCollectionID != nil:
		problems.Add(problem.BadInput, "input.collectionId",
			"%q is a collection of the Community Zone, which the sync keeps in step with what the provider lists: choose a local collection, or "+
				"make one with createCollection", c.Name)
	}
	file, err := tx.ProviderFile.Get(ctx, in.FileID)
	switch {
	case ent.IsNotFound(err):
		problems.Add(problem.NotFound, "input.fileId", "there is no such file: upload the list by POST /files")
	case err != nil:
		return fmt.Errorf("read file %d: %w", in.FileID, err)
	case file.Source != SourceUpload && access.Check(ctx, access.Admin) != nil: // its report would tell what is in it
		problems.Add(problem.BadInput, "input.fileId",
			"%q is a file of the provider, which only administrators may read: upload the list by POST /files", file.Name)
	case file.Path == "":
		problems.Add(problem.BadInput, "input.fileId", "the copy of %q is not kept any more: upload the list again by POST /files", file.Name)
	}
	return problems.Err()
}

// perform updates a local collection from a person's list.
func (a importArgs) perform(ctx context.Context, r *run) error {
	prepare := func(ctx context.Context, tx *store.Tx) error {
		return r.makePartOf(ctx, tx, a.CollectionIDs[0], func(part *ent.JobPartCreate) {
			part.SetProviderFileID(a.FileID).SetState(PartFetched)
		})
	}
	return r.inParts(ctx, prepare, func(ctx context.Context, part *ent.JobPart, last bool) error {
		return r.importPart(ctx, part, last, a.RemoveMissing)
	})
}

func (r *run) importPart(ctx context.Context, part *ent.JobPart, last, removeMissing bool) error {
	pr := &partRun{
		run: r, part: part, last: last, log: holdings.NewFindingLog(),
		limits: importLimits, keepMissing: !removeMissing, advice: importAdvice,
	}
	if part.CollectionID == nil {
		return pr.settlePart(ctx, errCollectionGone)
	}
	if part.ProviderFileID == nil {
		return pr.settlePart(ctx, &failure{codeFileLost, "the record of the file is gone", importAdvice.lost})
	}
	if err := pr.readFile(ctx); err != nil {
		return err
	}
	list := pr.source(ctx)
	list.KeepFree = true
	return pr.settlePart(ctx, pr.bringInStep(ctx, list))
}

var errCollectionGone = &failure{codeCollectionGone, "the collection was deleted meanwhile", "Choose a collection that exists."}
