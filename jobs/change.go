package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// KindChange is the kind of a job over many portfolios.
const KindChange = "CHANGE_PORTFOLIOS"

var changeKind = jobKind{
	name: KindChange, task: "change-portfolios", arguments: argumentsAs[changeArgs],
	inWords: "a change of portfolios", sameInWords: "the same change of the same portfolios",
	title: "Change portfolios",
	description: "Changes what staff decide about many portfolios, takes them out of the holdings, brings them back or moves them to " +
		"another collection: those of a filter, a list, a set or a file.",
	mutation: "changePortfolios",
	wording:  &changeWording, undo: undoChange{},
}

// ChangeRequest asks for a change of many portfolios: of exactly one of Filter, PortfolioIDs, SetID, FileID and File.
type ChangeRequest struct {
	Action       string                    `json:"action"` // one of bulk.Actions
	Filter       *holdings.PortfolioFilter `json:"filter,omitempty"`
	PortfolioIDs []int64                   `json:"portfolioIds,omitempty"`
	SetID        int64                     `json:"setId,omitempty"`
	FileID       int64                     `json:"fileId,omitempty"`
	File         *string                   `json:"file,omitempty"` // the file itself, which is first kept

	Change         holdings.StaffChange `json:"change,omitempty"`
	TargetID       int64                `json:"targetCollectionId,omitempty"`
	Mode           string               `json:"mode"`
	PreviewJobID   int64                `json:"previewJobId,omitempty"`
	IdempotencyKey string               `json:"-"`
}

// changeArgs are the arguments as stored in the job's row.
type changeArgs struct {
	Action        bulk.Action               `json:"action"`
	Filter        *holdings.PortfolioFilter `json:"filter,omitempty"`
	PortfolioIDs  []int64                   `json:"portfolioIds,omitempty"` // sorted
	SetID         int64                     `json:"setId,omitempty"`        // of a list; Filter is taken from one that has a filter
	FileID        int64                     `json:"fileId,omitempty"`
	Change        holdings.StaffChange      `json:"change,omitempty"`
	TargetID      int64                     `json:"targetCollectionId,omitempty"`
	CollectionIDs []int64                   `json:"collectionIds"` // of the portfolios when the job was queued
}

func (a changeArgs) involved() involved {
	in := involved{writes: slices.Clone(a.CollectionIDs)}
	if a.TargetID != 0 && !slices.Contains(in.writes, a.TargetID) {
		in.writes = append(in.writes, a.TargetID)
	}
	if a.SetID != 0 {
		in.sets = []int64{a.SetID}
	}
	return in
}

// StartChange queues a change of many portfolios. Each mistake in the request is returned as a problem.
func (s *Service) StartChange(ctx context.Context, in ChangeRequest) (*ent.Job, error) {
	if err := in.checkOneSelection(); err != nil {
		return nil, err
	}
	request := Request{Key: in.IdempotencyKey, Mutation: "changePortfolios", Arguments: []any{in}}
	row, _, err := s.Once(ctx, KindChange, request, func(ctx context.Context) (_ *ent.Job, err error) { // repeated: keeps and reads no file
		if in.File != nil {
			if in.FileID, err = s.keepGiven(ctx, "portfolios.csv", *in.File, "input.selection.file"); err != nil {
				return nil, err
			}
		}
		lines, err := s.linesOf(ctx, in)
		if err != nil {
			return nil, err
		}
		return s.start(ctx, KindChange, request, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
			args, err := s.checkChange(ctx, tx, in, lines)
			if err != nil {
				return nil, err
			}
			return s.queue(ctx, tx, newJob{
				kind: KindChange, mode: in.Mode, trigger: Manual, request: request, args: args, subject: in.PreviewJobID,
				uniqueKey: "change:" + args.whole(), path: "input.selection",
			})
		})
	})
	return row, err
}

// checkOneSelection is asked before a file is kept.
func (in *ChangeRequest) checkOneSelection() error {
	given := 0
	for _, is := range []bool{in.Filter != nil, in.PortfolioIDs != nil, in.SetID != 0, in.FileID != 0, in.File != nil} {
		if is {
			given++
		}
	}
	if given == 1 {
		return nil
	}
	return problem.New(problem.BadInput, "input.selection",
		"say which portfolios by exactly one of filter, portfolioIds, setId, fileId and file")
}

// whole is the same for requests that would do the same in the same collections.
func (a changeArgs) whole() string { return digestOf(a) }

func (a changeArgs) digest() string {
	a.CollectionIDs = nil
	return digestOf(a)
}

// digestOf is of anything that can be encoded.
func digestOf(args any) string {
	text, _ := json.Marshal(args) // maps are encoded in the order of their keys
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// linesOf reads the file of a request; nil if it has none.
func (s *Service) linesOf(ctx context.Context, in ChangeRequest) (*bulk.Lines, error) {
	if in.FileID == 0 {
		return nil, nil
	}
	path := "input.selection.fileId"
	if in.File != nil {
		path = "input.selection.file"
	}
	return s.givenLines(ctx, in.FileID, path, s.bulk.ReadLines)
}

// lineReader reads a file of lines.
type lineReader func(context.Context, io.Reader) (*bulk.Lines, error)

// givenLines reads a kept file that a person names at a path of a request.
func (s *Service) givenLines(ctx context.Context, fileID int64, path string, read lineReader) (*bulk.Lines, error) {
	file, err := s.store.Read.ProviderFile.Get(ctx, fileID)
	switch {
	case ent.IsNotFound(err):
		return nil, problem.New(problem.NotFound, path, "there is no such file: upload it by POST /files")
	case err != nil:
		return nil, fmt.Errorf("read file %d: %w", fileID, err)
	case file.Source != SourceUpload && access.Check(ctx, access.Admin) != nil: // its report would tell what is in it
		return nil, problem.New(problem.BadInput, path, "%q is a file of the provider: upload yours by POST /files", file.Name)
	case file.Path == "":
		return nil, problem.New(problem.BadInput, path, "the copy of %q is not kept any more: upload it again by POST /files", file.Name)
	}
	lines, err := s.readLines(ctx, file, read)
	if problems, ok := problem.In(err); ok {
		return nil, problem.New(problem.BadInput, path, "%s", problems[0].Message)
	}
	return lines, err
}

func (s *Service) readLines(ctx context.Context, file *ent.ProviderFile, read lineReader) (*bulk.Lines, error) {
	kept, err := s.files.Open(ctx, file.Path)
	if err != nil {
		return nil, fmt.Errorf("open the kept copy of %q: %w", file.Name, err)
	}
	defer func(kept io.Closer) { _ = kept.Close() }(kept)
	return read(ctx, kept)
}

// checkChange returns all problems of the request at once, or the arguments of the job.
func (s *Service) checkChange(ctx context.Context, tx *store.Tx, in ChangeRequest, lines *bulk.Lines) (args changeArgs, err error) {
	args = changeArgs{Action: bulk.Action(in.Action), SetID: in.SetID, FileID: in.FileID, TargetID: in.TargetID}
	var problems problem.List
	checkChangeChoices(in, &problems)
	args.Change = holdings.CheckStaffChange(in.Change, &problems, func(field string) string { return "input.change." + field })
	if err := holdings.CheckLicenses(ctx, tx, &problems, args.Change, changePath); err != nil {
		return args, err
	}
	if err := checkChangeTarget(ctx, tx, in, &problems); err != nil {
		return args, err
	}
	sel, err := s.checkSelection(ctx, tx, in, &problems)
	if err != nil {
		return args, err
	}
	args.Filter, args.PortfolioIDs = sel.Filter, sel.IDs
	if len(problems) > 0 {
		return args, problems.Err()
	}
	if lines != nil {
		args.CollectionIDs = lines.Collections()
	} else if args.CollectionIDs, err = s.bulk.CollectionsOf(ctx, tx.Client, args.Action, sel); err != nil {
		return args, err
	}
	switch {
	case len(args.CollectionIDs) > 0 || lines != nil && len(lines.Unused) > 0:
	case lines != nil:
		problems.Add(problem.BadInput, "input.selection", "the file has no line below its header: give a line for each portfolio to change")
	default:
		problems.Add(problem.BadInput, "input.selection", "it selects no portfolio: look with the query portfolios what a filter finds")
	}
	if in.PreviewJobID != 0 && in.Mode == Apply {
		if err := checkChangePreview(ctx, tx, KindChange, in.PreviewJobID, args, &problems); err != nil {
			return args, err
		}
	}
	return args, problems.Err()
}

// overMany are the arguments of a job over many portfolios.
type overMany interface {
	arguments
	// digest is the same for requests that would do the same, wherever the portfolios are by then.
	digest() string
}

func checkChangeChoices(in ChangeRequest, problems *problem.List) {
	action, byFile := bulk.Action(in.Action), in.FileID != 0
	if !slices.Contains(bulk.Actions, action) {
		problems.Add(problem.BadInput, "input.action", "%q is unknown: choose CHANGE, REMOVE, END_CLOSED_ORDERS, RESTORE or MOVE", in.Action)
	}
	switch {
	case action != bulk.Change && len(in.Change) > 0:
		problems.Add(problem.BadInput, "input.change", "only the action CHANGE changes values: leave it out")
	case byFile && action != bulk.Change:
		problems.Add(problem.BadInput, "input.selection.fileId", "a file says what to change: choose the action CHANGE, or select otherwise")
	case byFile && len(in.Change) > 0:
		problems.Add(problem.BadInput, "input.change", "the file says what to change: leave it out")
	case action == bulk.Change && !byFile && len(in.Change) == 0:
		problems.Add(problem.BadInput, "input.change", "nothing is to be changed: give one field or more")
	}
	if (action == bulk.Move) != (in.TargetID != 0) {
		problems.Add(problem.BadInput, "input.targetCollectionId", "the action MOVE needs a collection to move to, and no other action has one")
	}
	checkMode(in.Mode, in.PreviewJobID, problems)
}

// changePath is where the API's input has a license.
func changePath(field string) string {
	if field == holdings.FieldAdditional {
		return "input.change.additionalLicenseIds"
	}
	return "input.change.licenseId"
}

func checkChangeTarget(ctx context.Context, tx *store.Tx, in ChangeRequest, problems *problem.List) error {
	if in.TargetID == 0 {
		return nil
	}
	const path = "input.targetCollectionId"
	target, err := tx.Collection.Get(ctx, in.TargetID)
	switch {
	case ent.IsNotFound(err):
		problems.Add(problem.NotFound, path, "there is no such collection: choose a local one")
	case err != nil:
		return fmt.Errorf("read the target collection: %w", err)
	case target.CommunityZoneCollectionID != nil:
		problems.Add(problem.BadInput, path, "%q is a collection of a provider, whose titles come from the provider's lists alone: choose a "+
			"local one",
			target.Name)
	}
	return nil
}

// checkSelection returns which portfolios a request selects, unless by a file.
func (s *Service) checkSelection(ctx context.Context, tx *store.Tx, in ChangeRequest, problems *problem.List) (sel bulk.Selection,
	err error,
) {
	switch {
	case in.SetID != 0:
		set, err := bulk.FindSet(ctx, tx, in.SetID, "input.selection.setId")
		if found, ok := problem.In(err); ok {
			*problems = append(*problems, found...)
			return sel, nil
		}
		if err != nil {
			return sel, err
		}
		return bulk.SelectionOf(set)
	case in.PortfolioIDs != nil:
		if len(in.PortfolioIDs) > bulk.LongestList {
			problems.Add(problem.Limited, "input.selection.portfolioIds", "at most %s portfolios may be named: use a filter, or a file",
				words.Figure(bulk.LongestList))
			return sel, nil
		}
		if len(in.PortfolioIDs) == 0 { // without this, an empty list would become no list
			problems.Add(problem.BadInput, "input.selection.portfolioIds", "it names no portfolio: give one or more")
			return sel, nil
		}
		sel.IDs = slices.Compact(slices.Sorted(slices.Values(in.PortfolioIDs)))
		return sel, bulk.CheckThere(ctx, tx, problems, "input.selection.portfolioIds", sel.IDs)
	default:
		return bulk.Selection{Filter: in.Filter}, nil
	}
}

// checkChangePreview adds a problem if the preview does not exist, has not ended, is of another kind, or of another change.
func checkChangePreview[T overMany](ctx context.Context, tx *store.Tx, kind string, jobID int64, args T, problems *problem.List) error {
	shown, err := checkPreviewOf[T](ctx, tx, jobID, kind, problems)
	if err != nil || shown == nil {
		return err
	}
	if (*shown).digest() != args.digest() { // whether other portfolios are found is seen in the report
		problems.Add(problem.BadInput, previewPath, "the preview was made of another change or of other portfolios: %s", previewAgain)
	}
	return nil
}

// order is what the job does, as the domain knows it.
func (a changeArgs) order(ctx context.Context, r *run) (*bulk.Order, error) {
	o := &bulk.Order{Action: a.Action, Change: a.Change, Select: bulk.Selection{Filter: a.Filter, IDs: a.PortfolioIDs}}
	if a.Filter == nil && a.PortfolioIDs == nil {
		o.Select.SetID = a.SetID
	}
	if a.TargetID != 0 {
		target, err := r.s.store.Read.Collection.Get(ctx, a.TargetID)
		if ent.IsNotFound(err) {
			return nil, &failure{codeCollectionGone, "the target collection was deleted", "Choose another target."}
		}
		if err != nil {
			return nil, fmt.Errorf("read the target collection: %w", err)
		}
		o.Target = target
	}
	if a.FileID == 0 {
		return o, nil
	}
	var err error
	o.Lines, err = r.linesAgain(ctx, a.FileID, r.s.bulk.ReadLines)
	return o, err
}

// linesAgain reads the file that a request named, when the job runs.
func (r *run) linesAgain(ctx context.Context, fileID int64, read lineReader) (*bulk.Lines, error) {
	file, err := r.s.store.Read.ProviderFile.Get(ctx, fileID)
	if err != nil {
		return nil, fmt.Errorf("read file %d: %w", fileID, err)
	}
	lines, err := r.s.readLines(ctx, file, read)
	if problems, ok := problem.In(err); ok {
		return nil, &failure{codeFileUnreadable, problems[0].Message, "Correct the file and import it again."}
	}
	return lines, err
}

func (a changeArgs) perform(ctx context.Context, r *run) error {
	order, err := a.order(ctx, r)
	if err != nil {
		return err
	}
	return r.changeMany(ctx, order, a.FileID, a.CollectionIDs)
}

// changeMany does the collections one after the other. A resumed run goes on after the last portfolio that is done.
func (r *run) changeMany(ctx context.Context, order *bulk.Order, fileID int64, collectionIDs []int64) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error {
		return r.makeChangeParts(ctx, tx, order, fileID, collectionIDs)
	})
	r.s.tell(r.job.ID)
	if err != nil {
		return err
	}
	begun := slices.ContainsFunc(parts, func(p *ent.JobPart) bool {
		return p.State == PartApplying || p.State == PartApplied || p.State == PartNoChange
	})
	if r.job.SubjectJobID != nil && r.job.Mode == Apply && !begun {
		if err := r.compareChange(ctx, order, collectionIDs, *r.job.SubjectJobID); err != nil {
			return err
		}
	}
	return r.eachOpen(ctx, parts, func(ctx context.Context, part *ent.JobPart, last bool) error {
		return r.changePart(ctx, order, part, last)
	})
}

// makeChangeParts makes a part for each collection and, if some lines of the file cannot be used, one of no collection for those.
func (r *run) makeChangeParts(ctx context.Context, tx *store.Tx, order *bulk.Order, fileID int64, collectionIDs []int64) error {
	if order.Lines != nil && len(order.Lines.Unused) > 0 {
		if err := r.makePart(ctx, r.newPart(tx).SetContent("").SetProviderFileID(fileID)); err != nil {
			return err
		}
	}
	for _, id := range collectionIDs {
		part := r.newPart(tx).SetContent("")
		if fileID != 0 {
			part.SetProviderFileID(fileID)
		}
		c, err := tx.Collection.Get(ctx, id)
		switch {
		case ent.IsNotFound(err):
			part.SetState(PartSkipped).SetCode(codeCollectionGone.String()).SetMessage("a collection was deleted before the job began")
		case err != nil:
			return fmt.Errorf("read collection %d: %w", id, err)
		default:
			part.SetCollectionID(c.ID).SetCollectionName(c.Name)
		}
		if err := r.makePart(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// compareChange allows only what the preview showed. A difference ends the job before anything is written.
func (r *run) compareChange(ctx context.Context, order *bulk.Order, collectionIDs []int64, previewID int64) error {
	shown := map[int64]uint64{}
	parts, err := r.s.store.Read.JobPart.Query().Where(jobpart.JobID(previewID), jobpart.CollectionIDNotNil()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the preview: %w", err)
	}
	for _, p := range parts {
		if shown[*p.CollectionID], err = r.s.bulk.ReportDigest(ctx, p.ID); err != nil {
			return err
		}
	}
	differ := 0
	for _, id := range collectionIDs {
		digest, err := r.s.bulk.Digest(ctx, order, id)
		if err != nil {
			return err
		}
		if digest != shown[id] {
			differ++
		}
		delete(shown, id)
	}
	for _, digest := range shown {
		if digest != 0 {
			differ++
		}
	}
	order.Forget()
	if differ == 0 {
		return nil
	}
	return &failure{
		codePlanChanged, "the change is no longer what the preview showed: " +
			words.Count(differ, "collection differs", "collections differ"),
		"Make a new preview, look at it, and apply that one. Nothing was written.",
	}
}

func (r *run) changePart(ctx context.Context, order *bulk.Order, row *ent.JobPart, last bool) error {
	pr := &partRun{run: r, part: row, last: last}
	show := r.job.Mode == Preview
	part := pr.plainPart("change", show, nil)
	resumed, err := pr.resumed()
	if err != nil {
		return err
	}
	_, err = r.s.bulk.Run(ctx, order, part, resumed, show)
	return err
}
