package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/predicate"
	"autoholdings/ent/profile"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/internal/store"
	"autoholdings/kbart"
	"autoholdings/oup"
)

// States of a part: one profile's one content type.
const (
	PartPending    = "PENDING"    // nothing done yet
	PartFetched    = "FETCHED"    // the file is kept; a run that starts again uses it
	PartApplying   = "APPLYING"   // the plan passed its guard and is being written
	PartApplied    = "APPLIED"    // written in full
	PartNoChange   = "NO_CHANGE"  // the plan was empty
	PartPreviewed  = "PREVIEWED"  // the plan is shown, nothing written
	PartNoFile     = "NO_FILE"    // the provider has none
	PartSkipped    = "SKIPPED"    // its collection is not active
	PartHeld       = "HELD"       // the guard holds it until a person decides
	PartApproved   = "APPROVED"   // a person decided for it
	PartRejected   = "REJECTED"   // a person decided against it
	PartSuperseded = "SUPERSEDED" // a later job applied a file here
	PartBlocked    = "BLOCKED"    // an older, rejected or undone file, or one of free titles only
	PartFailed     = "FAILED"
	PartStopped    = "STOPPED" // cancelled or failed after part of it was written
	PartUndone     = "UNDONE"  // applied, and reversed by a later job
)

// sync fetches, plans and applies each part in turn.
func (r *run) sync(ctx context.Context) error { return r.inParts(ctx, r.makeSyncParts, r.syncPart) }

// inParts does the job's parts in turn, which its first run makes. A part that is over in the row stays as it is, so a run
// that starts again does the rest.
func (r *run) inParts(ctx context.Context, prepare func(context.Context, *store.Tx) error, do func(ctx context.Context, part *ent.JobPart, last bool) error) error {
	parts, err := r.parts(ctx, prepare)
	if err != nil {
		return err
	}
	for i, part := range parts {
		if !open(part.State) {
			continue
		}
		if err := do(ctx, part, i == len(parts)-1); err != nil {
			return err
		}
	}
	return r.finishSync(ctx)
}

func open(state string) bool {
	return state == PartPending || state == PartFetched || state == PartApplying || state == PartApproved
}

// parts are the job's parts in order, made by its first run.
func (r *run) parts(ctx context.Context, prepare func(context.Context, *store.Tx) error) (parts []*ent.JobPart, err error) {
	err = r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, "prepare", 0, 0); err != nil {
			return err
		}
		if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil || len(parts) > 0 {
			return err
		}
		if err := prepare(ctx, tx); err != nil {
			return err
		}
		parts, err = partsOf(ctx, tx.Client, r.job.ID)
		return err
	})
	return parts, err
}

// makeSyncParts makes the parts of each profile.
func (r *run) makeSyncParts(ctx context.Context, tx *store.Tx) error {
	args, err := decodeArgs(r.job)
	if err != nil {
		return err
	}
	var given *ent.ProviderFile
	if args.FileID != 0 {
		if given, err = tx.ProviderFile.Get(ctx, args.FileID); err != nil {
			return fmt.Errorf("read the file to sync: %w", err)
		}
	}
	for _, id := range args.ProfileIDs {
		if err := r.makeParts(ctx, tx, id, given); err != nil {
			return err
		}
	}
	return nil
}

func partsOf(ctx context.Context, client *ent.Client, jobID int64) ([]*ent.JobPart, error) {
	parts, err := client.JobPart.Query().Where(jobpart.JobID(jobID)).Order(jobpart.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", jobID, err)
	}
	return parts, nil
}

// makeParts adds a profile's parts, one for each content type or, where a file is given, for its content type. The names are those of the time: the report must still
// be true when the profile is called otherwise or gone.
func (r *run) makeParts(ctx context.Context, tx *store.Tx, profileID int64, given *ent.ProviderFile) error {
	p, err := tx.Profile.Query().Where(profile.ID(profileID)).
		WithGroups(func(q *ent.InventoryGroupQuery) { q.Order(inventorygroup.ByName()) }).Only(ctx)
	if ent.IsNotFound(err) {
		return &failure{"PROFILE_GONE", "the profile was deleted before the job began", "Run a profile that exists."}
	}
	if err != nil {
		return fmt.Errorf("read profile %d: %w", profileID, err)
	}
	groups := []string{}
	for _, g := range p.Edges.Groups {
		groups = append(groups, g.Name)
	}
	groupNames, err := json.Marshal(groups)
	if err != nil {
		return err
	}
	for _, c := range oup.Collections() {
		if given != nil && given.Content != contentName(c.Content) {
			continue
		}
		now := store.Now()
		create := tx.JobPart.Create().SetID(r.s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetJobID(r.job.ID).
			SetProfileID(profileID).SetProfileName(holdings.ProfileName(p)).SetGroups(groupNames).
			SetContent(contentName(c.Content)).SetCollectionName(c.Name).SetState(PartPending)
		target, err := tx.Collection.Query().
			Where(collection.HasCommunityZoneCollectionWith(communityzonecollection.CzID(c.CommunityZoneID))).Only(ctx)
		switch {
		case r.job.Mode == Apply && !p.Active: // the others go on
			why := inactive(p)
			create.SetState(PartFailed).SetCode(why.Code).SetMessage(why.Message).SetHint(why.Hint)
		case err == nil && target.Active:
			create.SetCollectionID(target.ID).SetCollectionName(target.Name)
			if given != nil {
				create.SetProviderFileID(given.ID).SetState(PartFetched)
			}
		case err == nil || ent.IsNotFound(err):
			create.SetState(PartSkipped).SetCode("COLLECTION_INACTIVE").
				SetMessage(fmt.Sprintf("%s is not activated, so its titles were not synced", c.Name)).
				SetHint(fmt.Sprintf("Activate it (Community Zone id %s), then run the profile again.", c.CommunityZoneID))
		default:
			return fmt.Errorf("look up collection %q: %w", c.Name, err)
		}
		if err := create.Exec(ctx); err != nil {
			return fmt.Errorf("make the parts of job %d: %w", r.job.ID, err)
		}
	}
	return nil
}

func inactive(p *ent.Profile) *failure {
	return &failure{
		"PROFILE_INACTIVE", fmt.Sprintf("profile %q was deactivated before its turn came", holdings.ProfileName(p)),
		"Activate the profile, then run it again.",
	}
}

// contentName is a content type as the tables and the API name it.
func contentName(c oup.Content) string { return strings.ToUpper(string(c)) }

// partRun is one part under way.
type partRun struct {
	*run
	part    *ent.JobPart
	last    bool                         // the job's last part: its last transaction may end the job
	profile *ent.Profile                 // nil: a part of no profile
	zone    *ent.CommunityZoneCollection // nil: a part that is of portfolios
	file    *ent.ProviderFile            // nil: the list is no file that is kept
	force   bool
	log     *holdings.FindingLog

	limits      holdings.GuardLimits
	newOnly     bool // leave titles as they are whose portfolio something holds
	keepMissing bool // leave portfolios as they are that the list does not have
	advice      advice

	mayWrite func(ctx context.Context, tx *store.Tx) error // asked in each transaction that writes the plan; nil: always
}

// advice is what to do about a list that cannot be used.
type advice struct{ allFree, noUsableRows, lost string }

var syncAdvice = advice{
	allFree:      "Ask OUP for the file of what the library licenses.",
	noUsableRows: "Read the findings, then tell OUP.",
	lost:         "Run the profile again: the file is then fetched anew.",
}

func (r *run) syncPart(ctx context.Context, part *ent.JobPart, last bool) error {
	if part.ProfileID == nil || part.CollectionID == nil {
		gone := &partRun{run: r, part: part}
		return gone.closePart(ctx, PartFailed, &failure{"PROFILE_GONE", "the profile or the collection was deleted meanwhile", ""})
	}
	args, err := decodeArgs(r.job)
	if err != nil {
		return err
	}
	p, err := r.s.store.Read.Profile.Get(ctx, *part.ProfileID)
	if err != nil {
		return fmt.Errorf("read profile %d: %w", *part.ProfileID, err)
	}
	if r.job.Mode == Apply && !p.Active && part.State != PartApplying { // what is half written is finished
		gone := &partRun{run: r, part: part}
		return gone.closePart(ctx, PartFailed, inactive(p))
	}
	pr := &partRun{
		run: r, part: part, last: last, profile: p, force: args.Force, log: holdings.NewFindingLog(),
		limits: holdings.GuardLimits{Percent: p.GuardPercent, Titles: p.GuardTitles}, advice: syncAdvice,
	}
	return pr.settlePart(ctx, pr.perform(ctx))
}

// settlePart records how a part ended that has nothing to write.
func (pr *partRun) settlePart(ctx context.Context, err error) error {
	var known *failure
	var blocked *blockade
	switch {
	case errors.As(err, &blocked):
		return pr.closePart(ctx, blocked.state, &blocked.failure)
	case errors.As(err, &known):
		return pr.closePart(ctx, PartFailed, known)
	}
	return err
}

// blockade ends a part without failing it.
type blockade struct {
	state string
	failure
}

func block(state, code, message, hint string) error {
	return &blockade{state, failure{code, message, hint}}
}

// perform takes the part from wherever it is to its end.
func (pr *partRun) perform(ctx context.Context) error {
	if err := pr.getFile(ctx); err != nil {
		return err
	}
	if err := pr.checkFile(ctx); err != nil {
		return err
	}
	return pr.bringInStep(ctx, pr.source())
}

// bringInStep plans what the list changes in the collection, and applies the plan, shows it, or holds it back.
func (pr *partRun) bringInStep(ctx context.Context, list holdings.Source) error {
	if err := pr.progress(ctx, "plan"); err != nil {
		return err
	}
	part := pr.holdingsPart()
	plan, err := pr.s.holdings.Plan(ctx, list, part, pr.limits, pr.log.Add)
	if err != nil {
		return pr.refusal(err)
	}
	if pr.keepMissing {
		plan.Counts.Missing = plan.KeepMissing()
	}
	switch {
	case plan.AllFree():
		plan.RemoveNothing()
		return pr.show(ctx, plan, part, PartBlocked, failure{
			"ALL_FREE", fmt.Sprintf("all %d rows of the file are free titles: nothing is removed because of it", plan.Counts.Free),
			pr.advice.allFree,
		})
	case plan.Counts.Titles == 0:
		plan.RemoveNothing()
		return pr.show(ctx, plan, part, PartFailed, failure{
			"NO_USABLE_ROWS", fmt.Sprintf("none of the file's %d rows could be used", plan.Counts.Rows), pr.advice.noUsableRows,
		})
	default:
		return pr.carryOut(ctx, plan, part)
	}
}

// carryOut shows, holds or applies a plan.
func (pr *partRun) carryOut(ctx context.Context, plan *holdings.Plan, part *holdings.Part) error {
	switch {
	case pr.job.Mode == Preview:
		return pr.show(ctx, plan, part, PartPreviewed, failure{})
	case pr.part.State == PartApplying:
		resumed, err := decodeCounts(pr.part.Counts)
		if err != nil {
			return err
		}
		return pr.apply(ctx, plan, part, &resumed)
	case pr.part.State == PartApproved:
		return pr.applyApproved(ctx, plan, part)
	case plan.Guard.Held:
		return pr.hold(ctx, plan, part)
	default:
		return pr.apply(ctx, plan, part, nil)
	}
}

func (pr *partRun) holdingsPart() *holdings.Part {
	part := partToDo(pr.part, pr.job.Kind)
	part.Findings, part.NewOnly = pr.log, pr.newOnly
	if pr.zone != nil {
		part.ZoneID = pr.zone.ID
	}
	if pr.file != nil {
		part.Release = pr.file.Date
	}
	if pr.profile != nil {
		part.CommunityZoneOnly = pr.profile.CommunityZoneOnly
	}
	return part
}

// partToDo is a row's part as the domain knows it. kind is of the job whose list it is: what a person imports is not of the
// provider whose archive and frontfile are told apart.
func partToDo(row *ent.JobPart, kind string) *holdings.Part {
	part := &holdings.Part{ID: row.ID, JobID: row.JobID, Content: row.Content}
	if row.CollectionID != nil && kind != KindZone {
		part.CollectionID = *row.CollectionID
	}
	if row.ProfileID != nil {
		part.ProfileID = *row.ProfileID
	}
	if kind != KindImport {
		part.Kind = coverageKind
	}
	return part
}

func coverageKind(first, last kbart.Date) string { return string(oup.CoverageKind(first, last)) }

func (pr *partRun) source() holdings.Source {
	return holdings.Source{
		Name: pr.file.Name, Expect: typeOf[pr.part.Content],
		Open: func() (io.ReadCloser, error) { return pr.s.fetcher.Open(pr.file.Path) },
	}
}

// typeOf is what the rows of a list of a content type should be; those of a list of both may be either.
var typeOf = map[string]kbart.PublicationType{contentName(oup.Books): kbart.Monograph, contentName(oup.Journals): kbart.Serial}

// refusal turns what the reader refuses into a failure of the part; all else stays a fault.
func (pr *partRun) refusal(err error) error {
	var fatal *kbart.FatalError
	if errors.As(err, &fatal) {
		return &failure{strings.ToUpper(strings.ReplaceAll(fatal.Finding.Code, "-", "_")), fatal.Finding.Message, fatal.Finding.Hint}
	}
	var kept *oup.KeptError
	if errors.As(err, &kept) {
		return &failure{"FILE_LOST", "the kept copy of the file cannot be read: " + kept.Error(), pr.advice.lost}
	}
	return err
}

// getFile fetches the part's file, or takes the one that an earlier run of the job fetched.
func (pr *partRun) getFile(ctx context.Context) (err error) {
	if pr.part.ProviderFileID != nil {
		pr.file, err = pr.s.store.Read.ProviderFile.Get(ctx, *pr.part.ProviderFileID)
		if err != nil {
			return fmt.Errorf("read the file of job %d: %w", pr.job.ID, err)
		}
		return nil
	}
	if err := pr.progress(ctx, "fetch"); err != nil {
		return err
	}
	applied, err := pr.lastApplied(ctx, pr.origin().where(), providerfile.Content(pr.part.Content))
	if err != nil {
		return err
	}
	request, err := pr.request()
	if err != nil {
		return err
	}
	if applied != nil {
		request.LastSHA256 = applied.Sha256
	}
	if applied != nil && !pr.changedSince(applied) {
		request.ETag, request.LastModified = applied.Etag, applied.LastModified
	}
	file, err := pr.s.fetcher.Fetch(ctx, request)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var outcome *oup.Outcome
	switch {
	case errors.As(err, &outcome) && outcome.Code == oup.SameFile && outcome.File != nil:
		file = outcome.File
	case errors.As(err, &outcome) && outcome.Code == oup.NoFile:
		return pr.noFile(outcome, applied != nil)
	case errors.As(err, &outcome):
		return &failure{string(outcome.Code), outcome.Message, outcome.Hint}
	case err != nil:
		return err
	}
	return pr.keepFile(ctx, file)
}

// changedSince says whether the profile was changed since the file came: under another customer number or key the provider's
// answer is another, though it may be of the same date, and a request with conditions would only hear "not modified".
func (pr *partRun) changedSince(file *ent.ProviderFile) bool {
	return pr.profile != nil && pr.profile.UpdatedAt >= file.FetchedAt
}

// noFile is no failure where the provider never had one: the job goes on with the other content type.
func (pr *partRun) noFile(outcome *oup.Outcome, hadOne bool) error {
	if hadOne {
		return &failure{string(oup.NoFile), outcome.Message + ", though it had one before", outcome.Hint}
	}
	return block(PartNoFile, string(oup.NoFile), outcome.Message, outcome.Hint)
}

// request asks for the profile's list or, for the Community Zone, for the global one.
func (pr *partRun) request() (oup.Request, error) {
	content := oup.Content(strings.ToLower(pr.part.Content))
	if pr.zone != nil {
		return oup.Request{Global: true, Content: content}, nil
	}
	key, err := pr.s.holdings.APIKey(pr.profile)
	if err != nil {
		return oup.Request{}, &failure{"KEY_UNREADABLE", "the profile's API key cannot be opened", "Enter the API key of the profile again."}
	}
	return oup.Request{
		CustomerNumber: pr.profile.CustomerNumber, APIKey: key, Content: content, Format: strings.ToLower(pr.profile.FileFormat),
	}, nil
}

// origin is where the part's file is from when it is fetched.
func (pr *partRun) origin() fileOrigin {
	if pr.zone != nil {
		return fileOrigin{source: SourceGlobal}
	}
	return fileOrigin{profileID: pr.profile.ID}
}

func (pr *partRun) lastApplied(ctx context.Context, where ...predicate.ProviderFile) (*ent.ProviderFile, error) {
	file, err := pr.s.store.Read.ProviderFile.Query().Where(append(where, providerfile.AppliedAtNotNil())...).
		Order(ent.Desc(providerfile.FieldAppliedAt), ent.Desc(providerfile.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up the file applied last: %w", err)
	}
	return file, nil
}

// keepFile records the file. The same bytes of a profile are one record, whenever they come.
func (pr *partRun) keepFile(ctx context.Context, file *oup.File) error {
	return pr.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := pr.fence(ctx, tx, "fetch", 0, 0); err != nil {
			return err
		}
		if pr.file, err = recordFile(ctx, tx, pr.s.store.NextID(), pr.origin(), pr.part.Content, file); err != nil {
			return err
		}
		pr.part, err = tx.JobPart.UpdateOneID(pr.part.ID).SetUpdatedAt(store.Now()).SetState(PartFetched).SetProviderFileID(pr.file.ID).Save(ctx)
		return err
	})
}

// fileOrigin is where a file is from: fetched or given for a profile, or else the source.
type fileOrigin struct {
	profileID int64
	source    string // SourceUpload, ...; "" for a profile's
}

func (o fileOrigin) where() predicate.ProviderFile {
	if o.profileID != 0 {
		return providerfile.ProfileID(o.profileID)
	}
	return providerfile.And(providerfile.ProfileIDIsNil(), providerfile.Source(o.source))
}

// updateFile changes the record of the file that a part of a job of this kind is from. An import may take a list that was
// fetched: what it makes of that is not what became of the file for its own profile.
func updateFile(ctx context.Context, tx *store.Tx, kind string, part *ent.JobPart, set func(*ent.ProviderFileUpdate)) error {
	if part.ProviderFileID == nil {
		return nil
	}
	update := tx.ProviderFile.Update().Where(providerfile.ID(*part.ProviderFileID)).SetUpdatedAt(store.Now())
	if kind == KindImport {
		update.Where(providerfile.Source(SourceUpload))
	}
	set(update)
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("record what became of the file: %w", err)
	}
	return nil
}

func recordFile(ctx context.Context, tx *store.Tx, id int64, from fileOrigin, content string, file *oup.File) (*ent.ProviderFile, error) {
	now, date := store.Now(), ""
	if !file.Date.IsZero() {
		date = file.Date.Format("2006-01-02")
	}
	known, err := tx.ProviderFile.Query().Where(from.where(),
		providerfile.Content(content), providerfile.Sha256(file.SHA256)).Only(ctx)
	switch {
	case err == nil:
		known, err = fetchedAgain(known.Update(), file, date).SetUpdatedAt(now).SetFetchedAt(now).SetPath(file.Path).Save(ctx)
	case ent.IsNotFound(err):
		create := tx.ProviderFile.Create().SetID(id).SetCreatedAt(now).SetUpdatedAt(now).SetContent(content).SetName(file.Name).SetPath(file.Path).
			SetSha256(file.SHA256).SetSize(file.Size).SetStoredSize(file.StoredSize).SetEtag(file.ETag).
			SetLastModified(file.LastModified).SetDate(date).SetFetchedAt(now)
		if from.profileID != 0 {
			create.SetProfileID(from.profileID)
		} else {
			create.SetSource(from.source)
		}
		known, err = create.Save(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("record the file: %w", err)
	}
	return known, nil
}

// KeepFile keeps a list that a person has, to be synced as if it had been fetched: name it by SyncRequest.FileID.
func (s *Service) KeepFile(ctx context.Context, profileID int64, content oup.Content, name string, list io.Reader) (*ent.ProviderFile, error) {
	file, err := s.fetcher.Store().Keep(ctx, list, name, s.fetcher.MaxSize())
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", name, err)
	}
	return s.record(ctx, fileOrigin{profileID: profileID}, contentName(content), file)
}

// record records a file that was kept outside a job.
func (s *Service) record(ctx context.Context, from fileOrigin, content string, file *oup.File) (kept *ent.ProviderFile, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = recordFile(ctx, tx, s.store.NextID(), from, content, file)
		return err
	})
	return kept, err
}

// fetchedAgain takes over what the provider says of a file that is known. An answer 304 says little: what it leaves out
// stays as it was.
func fetchedAgain(u *ent.ProviderFileUpdateOne, file *oup.File, date string) *ent.ProviderFileUpdateOne {
	if file.Status == http.StatusNotModified {
		return u
	}
	return u.SetName(file.Name).SetEtag(file.ETag).SetLastModified(file.LastModified).SetDate(date)
}

// checkFile holds back a file that is older than the one applied last, or that a person decided against.
func (pr *partRun) checkFile(ctx context.Context) error {
	if pr.force || pr.job.Mode == Preview || pr.part.State != PartFetched {
		return nil
	}
	switch pr.file.Outcome {
	case FileRejected, FileUndone:
		return block(PartBlocked, pr.file.Outcome+"_FILE", fmt.Sprintf("the provider still offers the file %s, which was %s",
			pr.file.Name, strings.ToLower(pr.file.Outcome)), "It is applied again when its bytes change, or by a run with force.")
	}
	applied, err := pr.lastApplied(ctx, pr.appliedHere()...)
	if err != nil || applied == nil || applied.Date == "" || pr.file.Date == "" || pr.file.Date >= applied.Date {
		return err
	}
	return block(PartBlocked, "OLDER_FILE", fmt.Sprintf("the file is of %s, older than the one applied last, of %s", pr.file.Date, applied.Date),
		"Wait for the provider's next file, or apply this one by a run with force.")
}

// appliedHere are the files that were applied where the part's is to be.
func (pr *partRun) appliedHere() []predicate.ProviderFile {
	if pr.zone != nil { // people's lists too
		return []predicate.ProviderFile{providerfile.HasJobPartsWith(jobpart.CollectionName(pr.part.CollectionName), jobpart.Content(pr.part.Content),
			jobpart.StateIn(PartApplied, PartNoChange), jobpart.HasJobWith(job.Kind(KindZone)))}
	}
	return []predicate.ProviderFile{pr.origin().where(), providerfile.Content(pr.part.Content)}
}

// Outcomes of a provider's file.
const (
	FileApplied   = "APPLIED"
	FileNoChange  = "NO_CHANGE"
	FilePreviewed = "PREVIEWED"
	FileHeld      = "HELD"
	FileRejected  = "REJECTED"
	FileUndone    = "UNDONE"
)

// progress records that a phase begins.
func (pr *partRun) progress(ctx context.Context, phase string) error {
	err := pr.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return pr.fence(ctx, tx, pr.phase(phase), 0, 0)
	})
	pr.s.tell(pr.job.ID)
	return err
}

// phase names what is being done to what: "plan journals".
func (pr *partRun) phase(verb string) string {
	if pr.part.Content == "" {
		return verb + " titles"
	}
	return verb + " " + strings.ToLower(pr.part.Content)
}

// apply writes the plan; resumed are the counts recorded so far where an earlier run began it.
func (pr *partRun) apply(ctx context.Context, plan *holdings.Plan, part *holdings.Part, resumed *holdings.Counts) error {
	part.Fence = pr.fenceBatches("apply")
	part.Begun = func(ctx context.Context, tx *store.Tx, _ holdings.Counts) error {
		return setPart(ctx, tx, pr.part.ID, PartApplying)
	}
	part.Finish = func(ctx context.Context, tx *store.Tx, counts holdings.Counts) error {
		state, outcome := PartNoChange, FileNoChange
		if counts.Changed() {
			state, outcome = PartApplied, FileApplied
		}
		if err := setPart(ctx, tx, pr.part.ID, state); err != nil {
			return err
		}
		err := updateFile(ctx, tx, pr.job.Kind, pr.part, func(u *ent.ProviderFileUpdate) { u.SetAppliedAt(store.Now()).SetOutcome(outcome) })
		if err != nil {
			return err
		}
		if err := pr.supersede(ctx, tx); err != nil {
			return err
		}
		if err := pr.activateNew(ctx, tx, counts); err != nil {
			return err
		}
		return pr.endWithLastPart(ctx, tx)
	}
	_, err := pr.s.holdings.Apply(ctx, plan, part, resumed)
	return err
}

// hold shows a plan that a person must decide on.
func (pr *partRun) hold(ctx context.Context, plan *holdings.Plan, part *holdings.Part) error {
	return pr.show(ctx, plan, part, PartHeld, failure{
		"GUARD", plan.Guard.Reason, "Look at the changes, then approve or reject the job; nothing of this part was written.",
	})
}

// fileOutcomes are what a plan that is only shown makes of its file, where nothing was decided before.
var fileOutcomes = map[string]string{PartPreviewed: FilePreviewed, PartHeld: FileHeld}

// show records the plan without writing it.
func (pr *partRun) show(ctx context.Context, plan *holdings.Plan, part *holdings.Part, state string, why failure) error {
	part.Fence = pr.fenceBatches("compare")
	part.Begun = func(context.Context, *store.Tx, holdings.Counts) error { return nil }
	part.Finish = func(ctx context.Context, tx *store.Tx, counts holdings.Counts) error {
		err := tx.JobPart.UpdateOneID(pr.part.ID).SetUpdatedAt(store.Now()).SetState(state).SetPlanHash(plan.Hash()).
			SetCode(why.Code).SetMessage(why.Message).SetHint(why.Hint).Exec(ctx)
		if err != nil {
			return fmt.Errorf("record the plan: %w", err)
		}
		if outcome := fileOutcomes[state]; outcome != "" && pr.file != nil && pr.file.Outcome == "" {
			err := updateFile(ctx, tx, pr.job.Kind, pr.part, func(u *ent.ProviderFileUpdate) { u.SetOutcome(outcome) })
			if err != nil {
				return err
			}
		}
		return pr.endWithLastPart(ctx, tx)
	}
	_, err := pr.s.holdings.Show(ctx, plan, part)
	return err
}

// applyApproved applies a held plan that a person approved, unless the holdings have moved so that it is another one
// now: then that one is shown and asked again.
func (pr *partRun) applyApproved(ctx context.Context, plan *holdings.Plan, part *holdings.Part) error {
	if plan.Guard.Held && plan.Hash() != pr.part.PlanHash {
		return pr.hold(ctx, plan, part)
	}
	return pr.apply(ctx, plan, part, nil)
}

func (pr *partRun) fenceBatches(verb string) func(context.Context, *store.Tx, holdings.Progress) error {
	return func(ctx context.Context, tx *store.Tx, p holdings.Progress) error {
		defer pr.s.tell(pr.job.ID)
		if pr.mayWrite != nil && verb == "apply" {
			if err := pr.mayWrite(ctx, tx); err != nil {
				return err
			}
		}
		return pr.fence(ctx, tx, pr.phase(verb), p.Done, p.Total)
	}
}

func setPart(ctx context.Context, tx *store.Tx, partID int64, state string) error {
	if err := tx.JobPart.UpdateOneID(partID).SetUpdatedAt(store.Now()).SetState(state).SetCode("").SetMessage("").SetHint("").Exec(ctx); err != nil {
		return fmt.Errorf("record the part's state: %w", err)
	}
	return nil
}

// closePart ends a part that has nothing to write. What was found in a list that is refused says why it is.
func (pr *partRun) closePart(ctx context.Context, state string, why *failure) error {
	return pr.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := pr.fence(ctx, tx, "close", 0, 0); err != nil {
			return err
		}
		var counts holdings.Counts
		if err := pr.log.Save(ctx, pr.s.holdings, tx, pr.job.ID, pr.part.ID, &counts); err != nil {
			return err
		}
		update := tx.JobPart.UpdateOneID(pr.part.ID).SetUpdatedAt(store.Now()).SetState(state).
			SetCode(why.Code).SetMessage(why.Message).SetHint(why.Hint)
		if counts.Findings != [4]int{} {
			text, err := json.Marshal(counts)
			if err != nil {
				return err
			}
			update.SetCounts(text)
		}
		if err := update.Exec(ctx); err != nil {
			return fmt.Errorf("record the part's state: %w", err)
		}
		return nil
	})
}

func decodeCounts(text json.RawMessage) (counts holdings.Counts, err error) {
	if len(text) == 0 {
		return counts, nil
	}
	if err := json.Unmarshal(text, &counts); err != nil {
		return counts, fmt.Errorf("read recorded counts: %w", err)
	}
	return counts, nil
}
