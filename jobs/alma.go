package jobs

import (
	"context"
	"fmt"
	"io"
	"slices"

	"autoholdings/ent"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// KindAlma is the kind of a job that takes over what a portfolio export of Alma has.
const KindAlma = "IMPORT_FROM_ALMA"

var almaKind = jobKind{
	name: KindAlma, task: "import-from-alma", arguments: argumentsAs[almaArgs],
	inWords: "an import from Alma", sameInWords: "an import of the same file from Alma",
	title: "Import a portfolio export from Alma",
	description: "Takes PO lines, licenses, local coverage, notes, proxy and availability over from a portfolio export of Alma, for " +
		"portfolios that do not have them; what they have otherwise stays and is listed.",
	mutation: "importFromAlma",
	wording:  &changeWording, undo: undoChange{},
}

// AlmaRequest asks to import a portfolio export of Alma: exactly one of FileID and File.
type AlmaRequest struct {
	CollectionID   int64   `json:"collectionId,omitempty"` // 0: the file names it in each line
	FileID         int64   `json:"fileId,omitempty"`
	File           *string `json:"file,omitempty"` // the file itself, which is first kept
	Mode           string  `json:"mode"`
	PreviewJobID   int64   `json:"previewJobId,omitempty"`
	Trigger        string  `json:"-"` // Manual or Command
	IdempotencyKey string  `json:"-"`
}

// almaArgs are the arguments as stored in the job's row.
type almaArgs struct {
	CollectionID  int64   `json:"collectionId,omitempty"`
	FileID        int64   `json:"fileId"`
	CollectionIDs []int64 `json:"collectionIds"` // of the portfolios when the job was queued
}

func (a almaArgs) involved() involved { return involved{writes: slices.Clone(a.CollectionIDs)} }

func (a almaArgs) digest() string {
	a.CollectionIDs = nil
	return digestOf(a)
}

func (a almaArgs) read(s *Service) lineReader {
	return func(ctx context.Context, in io.Reader) (*bulk.Lines, error) {
		return s.bulk.ReadAlma(ctx, in, a.CollectionID)
	}
}

// StartAlma queues an import from Alma. Each mistake in the request is returned as a problem.
func (s *Service) StartAlma(ctx context.Context, in AlmaRequest) (*ent.Job, error) {
	request := Request{Key: in.IdempotencyKey, Mutation: "importFromAlma", Arguments: []any{in}}
	row, _, err := s.Once(ctx, KindAlma, request, func(ctx context.Context) (_ *ent.Job, err error) { // repeated: keeps and reads no file
		if err := s.checkAlma(ctx, in); err != nil {
			return nil, err
		}
		path := "input.fileId"
		if in.File != nil {
			path = "input.file"
			if in.FileID, err = s.keepGiven(ctx, "portfolios.csv", *in.File, path); err != nil {
				return nil, err
			}
		}
		args := almaArgs{CollectionID: in.CollectionID, FileID: in.FileID}
		lines, err := s.givenLines(ctx, in.FileID, path, args.read(s))
		if err != nil {
			return nil, err
		}
		args.CollectionIDs = lines.Collections()
		if len(args.CollectionIDs) == 0 && len(lines.Unused) == 0 {
			return nil, problem.New(problem.BadInput, path, "the file has no line below its header: export the portfolios again")
		}
		return s.start(ctx, KindAlma, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
			var problems problem.List
			if in.PreviewJobID != 0 {
				if err := checkChangePreview(ctx, tx, KindAlma, in.PreviewJobID, args, &problems); err != nil {
					return nil, err
				}
			}
			if err := problems.Err(); err != nil {
				return nil, err
			}
			return s.queue(ctx, tx, newJob{
				kind: KindAlma, mode: in.Mode, trigger: in.Trigger, request: request, args: args, subject: in.PreviewJobID,
				uniqueKey: "alma:" + digestOf(args), path: path,
			})
		})
	})
	return row, err
}

// checkAlma is asked before a file is kept.
func (s *Service) checkAlma(ctx context.Context, in AlmaRequest) error {
	var problems problem.List
	if (in.FileID == 0) == (in.File == nil) {
		problems.Add(problem.BadInput, "input", "give the export by exactly one of file and fileId")
	}
	checkMode(in.Mode, in.PreviewJobID, &problems)
	if in.CollectionID != 0 {
		_, err := s.store.Read.Collection.Get(ctx, in.CollectionID)
		if ent.IsNotFound(err) {
			problems.Add(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
		} else if err != nil {
			return fmt.Errorf("read collection %d: %w", in.CollectionID, err)
		}
	}
	return problems.Err()
}

func (a almaArgs) perform(ctx context.Context, r *run) error {
	lines, err := r.linesAgain(ctx, a.FileID, a.read(r.s))
	if err != nil {
		return err
	}
	return r.changeMany(ctx, &bulk.Order{Action: bulk.Change, Lines: lines}, a.FileID, a.CollectionIDs)
}
