package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/predicate"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/kbart"
	"autoholdings/provider"
)

// contentName is a content type's name in the tables and the API.
func contentName(c provider.Content) string { return strings.ToUpper(string(c)) }

// contentOf is a part's content type, as used to ask the provider.
func contentOf(part *ent.JobPart) provider.Content {
	return provider.Content(strings.ToLower(part.Content))
}

func (pr *partRun) source(ctx context.Context) plan.Source {
	return plan.Source{
		Name: pr.file.Name, Expect: typeOf[pr.part.Content],
		Open: func() (io.ReadCloser, error) { return pr.run.s.files.Open(ctx, pr.file.Path) },
	}
}

// typeOf is the expected type of the rows in a list of one content type; a list of both has no entry.
var typeOf = map[string]kbart.PublicationType{"BOOKS": kbart.Monograph, "JOURNALS": kbart.Serial}

// readFile reads the record of the file that was fetched for the part, in this run of the job or an earlier one.
func (pr *partRun) readFile(ctx context.Context) (err error) {
	if pr.file, err = pr.run.s.store.Read.ProviderFile.Get(ctx, *pr.part.ProviderFileID); err != nil {
		return fmt.Errorf("read the file of job %d: %w", pr.run.job.ID, err)
	}
	return nil
}

// fetchFile fetches the part's file and records it.
func (pr *partRun) fetchFile(ctx context.Context) error {
	applied, err := pr.lastApplied(ctx, pr.origin().where(), providerfile.Content(pr.part.Content))
	if err != nil {
		return err
	}
	request, err := pr.request()
	if err != nil {
		return err
	}
	if !pr.from.Asks() {
		return noAddress(pr.from, request)
	}
	if applied != nil {
		request.LastSHA256 = applied.Sha256
	}
	if applied != nil && !pr.changedSince(applied) {
		request.ETag, request.LastModified = applied.Etag, applied.LastModified
	}
	file, err := pr.from.Fetch(ctx, request)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var outcome *provider.Outcome
	switch {
	case errors.As(err, &outcome) && outcome.Code == provider.SameFile && outcome.File != nil:
		file = outcome.File
	case errors.As(err, &outcome) && outcome.Code == provider.NoFile:
		return pr.noFile(ctx, outcome, applied)
	case errors.As(err, &outcome) && outcome.Code == provider.Storage && failings[store.FaultOf(err)] != nil:
		return fmt.Errorf("keep the list: %w", err) // the job waits
	case errors.As(err, &outcome):
		return &failure{providerCode(outcome.Code), outcome.Message, outcome.Hint}
	case err != nil:
		return err
	}
	return pr.keepFile(ctx, file)
}

// changedSince reports whether the profile changed since the file came. With another customer number or key the answer
// may differ even if its date does not, and a conditional request would only get "not modified".
func (pr *partRun) changedSince(file *ent.ProviderFile) bool {
	return pr.profile != nil && pr.profile.UpdatedAt >= file.FetchedAt
}

// noFile is no failure if the provider never had a file: the job goes on with the other content type. If it had one,
// the holdings stay as they are.
func (pr *partRun) noFile(ctx context.Context, outcome *provider.Outcome, applied *ent.ProviderFile) error {
	if applied == nil {
		return newBlockade(PartNoFile, providerCode(provider.NoFile), outcome.Message, outcome.Hint)
	}
	why := &failure{providerCode(provider.NoFile), outcome.Message + ", though it had one before", outcome.Hint}
	if pr.profile == nil || !customerChanged(applied, pr.profile) {
		return why
	}
	n, err := pr.run.s.store.Read.Entitlement.Query().Where(entitlement.ProfileID(pr.profile.ID), entitlement.Active(true),
		entitlement.HasPortfolioWith(portfolio.CollectionID(*pr.part.CollectionID))).Count(ctx)
	if err != nil {
		return fmt.Errorf("count the entitlements of the former customer number: %w", err)
	}
	why.Message = fmt.Sprintf("%s; %s in force here, of the former customer number %s, and stay as they are",
		outcome.Message, words.Count(n, "entitlement is", "entitlements are"), applied.CustomerNumber)
	why.Hint = outcome.Hint + " If customer number " + pr.profile.CustomerNumber +
		" has none of these titles, withdraw the profile's entitlements to them."
	return why
}

// request asks for the profile's list, or for the list of where else the part writes.
func (pr *partRun) request() (provider.Request, error) {
	content := contentOf(pr.part)
	if pr.elsewhere != nil {
		request := pr.elsewhere.request
		request.Content = content
		return request, nil
	}
	key, err := pr.run.s.profiles.APIKey(pr.profile)
	if err != nil {
		return provider.Request{}, keyFailure(err)
	}
	return provider.Request{
		Credentials: CredentialsOf(pr.from.Provider(), pr.profile.CustomerNumber, key), Content: content,
		Format: strings.ToLower(pr.profile.FileFormat),
	}, nil
}

// keyFailure is the end of a part whose profile's API key cannot be used.
func keyFailure(err error) error {
	trouble, ok := errors.AsType[*profiles.KeyTrouble](err)
	if !ok {
		return err
	}
	code := codeCredentialsNeeded
	if trouble.Code == profiles.CredentialsLocked {
		code = codeCredentialsLocked
	}
	return &failure{code, trouble.Message, trouble.Hint}
}

// origin returns the origin of a file that the part fetches.
func (pr *partRun) origin() fileOrigin {
	if pr.elsewhere != nil {
		return fileOrigin{source: pr.elsewhere.source}
	}
	return fileOrigin{profileID: pr.profile.ID, customer: pr.profile.CustomerNumber}
}

func (pr *partRun) lastApplied(ctx context.Context, where ...predicate.ProviderFile) (*ent.ProviderFile, error) {
	file, err := pr.run.s.store.Read.ProviderFile.Query().Where(append(where, providerfile.AppliedAtNotNil())...).
		Order(ent.Desc(providerfile.FieldAppliedAt), ent.Desc(providerfile.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up the file applied last: %w", err)
	}
	return file, nil
}

// keepFile records the file. The same bytes for one profile are one record, whenever they come.
func (pr *partRun) keepFile(ctx context.Context, file *provider.File) error {
	return pr.run.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := pr.run.fenceBeside(ctx, tx); err != nil {
			return err
		}
		if pr.file, err = recordFile(ctx, tx, pr.run.s.store.NextID(), pr.origin(), pr.part.Content, file); err != nil {
			return err
		}
		pr.part, err = tx.JobPart.UpdateOneID(pr.part.ID).SetUpdatedAt(tx.Now).SetState(PartFetched).SetProviderFileID(pr.file.ID).Save(ctx)
		return err
	})
}

// fileOrigin is where a file is from: a profile it was fetched or given for, or else the source.
type fileOrigin struct {
	profileID int64
	customer  string // the profile's customer number
	source    string // "" for a profile's file
}

func (o fileOrigin) where() predicate.ProviderFile {
	if o.profileID != 0 {
		return providerfile.ProfileID(o.profileID)
	}
	return providerfile.And(providerfile.ProfileIDIsNil(), providerfile.Source(o.source))
}

// updateFile changes the record of a part's file. If a person gives a list that was fetched for a profile, the
// profile's record must stay as it is.
func updateFile(ctx context.Context, tx *store.Tx, k *jobKind, part *ent.JobPart, set func(*ent.ProviderFileUpdate)) error {
	if part.ProviderFileID == nil {
		return nil
	}
	update := tx.ProviderFile.Update().Where(providerfile.ID(*part.ProviderFileID)).SetUpdatedAt(tx.Now)
	if k.givenList {
		update.Where(providerfile.Source(SourceUpload))
	}
	set(update)
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("record what became of the file: %w", err)
	}
	return nil
}

func recordFile(
	ctx context.Context, tx *store.Tx, id int64, from fileOrigin, content string, file *provider.File,
) (*ent.ProviderFile, error) {
	now := tx.Now
	date := dayOf(tx, file)
	known, err := tx.ProviderFile.Query().Where(from.where(),
		providerfile.Content(content), providerfile.Sha256(file.SHA256)).Only(ctx)
	switch {
	case err == nil:
		known, err = fetchedAgain(known.Update(), file, date).SetUpdatedAt(now).SetFetchedAt(now).SetPath(file.Path).
			SetCustomerNumber(from.customer).Save(ctx)
	case ent.IsNotFound(err):
		create := tx.ProviderFile.Create().SetID(id).SetCreatedAt(now).SetUpdatedAt(now).SetContent(content).SetName(file.Name).
			SetPath(file.Path).
			SetSha256(file.SHA256).SetSize(file.Size).SetStoredSize(file.StoredSize).SetEtag(file.ETag).
			SetLastModified(file.LastModified).SetDate(date).SetFetchedAt(now).SetCustomerNumber(from.customer)
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

// KeepFile keeps a person's list, to be synced as if it had been fetched: pass it as SyncRequest.FileID.
func (s *Service) KeepFile(
	ctx context.Context, profileID int64, content provider.Content, name string, list io.Reader,
) (*ent.ProviderFile, error) {
	p, err := s.store.Read.Profile.Get(ctx, profileID)
	if err != nil {
		return nil, fmt.Errorf("read profile %d: %w", profileID, err)
	}
	from, err := s.providers.of(p)
	if err != nil {
		return nil, err
	}
	if _, has := from.Provider().Collection(content); !has {
		return nil, fmt.Errorf("%s has no lists of %s: choose %s", from.Provider().Title, content, provider.OneOf(from.Provider().Contents()))
	}
	file, err := s.files.Keep(ctx, list, name, from.MaxSize())
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", name, err)
	}
	return s.record(ctx, fileOrigin{profileID: profileID, customer: p.CustomerNumber}, contentName(content), file)
}

// record records a file that was kept outside a job.
func (s *Service) record(ctx context.Context, from fileOrigin, content string, file *provider.File) (kept *ent.ProviderFile, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		kept, err = recordFile(ctx, tx, s.store.NextID(), from, content, file)
		return err
	})
	return kept, err
}

// fetchedAgain updates a known file from the provider's answer. An answer 304 says little: what it leaves out stays as
// it was.
func fetchedAgain(u *ent.ProviderFileUpdateOne, file *provider.File, date string) *ent.ProviderFileUpdateOne {
	if file.Status == http.StatusNotModified {
		return u
	}
	return u.SetName(file.Name).SetEtag(file.ETag).SetLastModified(file.LastModified).SetDate(date)
}

// daysAhead is how many days a file's date may be ahead of the database's clock, to allow for time zones.
const daysAhead = 2

// dayOf is a file's date as a day; "" if it has none. A future date is ignored: every later list would seem older.
func dayOf(tx *store.Tx, file *provider.File) string {
	if file.Date.IsZero() || file.Date.After(store.Time(tx.Now).AddDate(0, 0, daysAhead)) {
		return ""
	}
	return file.Date.Format(time.DateOnly)
}

// noteFutureDate reports that the file's apparent date was not believed.
func (pr *partRun) noteFutureDate() {
	if pr.file.Date != "" {
		return
	}
	date, ok := kbart.ParseFileDate(pr.file.Name)
	if !ok {
		var err error
		if date, err = http.ParseTime(pr.file.LastModified); err != nil {
			return
		}
	}
	if date.Before(store.Time(pr.file.FetchedAt)) { // it is no longer in the future
		return
	}
	pr.log.Add(kbart.Finding{
		Severity: kbart.Warning, Code: "file-date-ahead", Value: date.Format(time.DateOnly),
		Message: fmt.Sprintf("The file's date, %s, lies in the future, so the file counts as undated.", date.Format("2 January 2006")),
		Hint:    "Give the file the date of its release. Until then nobody can tell whether it is older than another one.",
	})
}

// checkFile stops a list that must not be applied. A preview goes on, to show the plan along with the reason.
func (pr *partRun) checkFile(ctx context.Context) error {
	pr.noteFutureDate()
	if pr.part.State != PartFetched { // approved by a person, or half written
		return nil
	}
	if err := pr.readDecisions(ctx); err != nil {
		return err
	}
	why, err := pr.obstacle(ctx)
	if err != nil || why == nil {
		return err
	}
	if pr.run.job.Mode == Preview {
		pr.foresee(blockedInARun, *why)
		return nil
	}
	return &blockade{PartBlocked, *why}
}

// obstacle is what prevents applying the list; nil: nothing.
func (pr *partRun) obstacle(ctx context.Context) (*failure, error) {
	if pr.profile != nil && customerChanged(pr.file, pr.profile) {
		return formerCustomer(pr.file, pr.profile), nil
	}
	waiting, err := pr.waiting(ctx)
	if err != nil {
		return nil, err
	}
	if waiting != nil {
		return &failure{
			codeListWaits, fmt.Sprintf("%s waits for a person's decision on this very list, %s", jobName(waiting.JobID), pr.file.Name),
			"Approve or reject that job; until then the same list is not planned again.",
		}, nil
	}
	if why := pr.declined(); why != nil {
		return why, nil
	}
	if why, err := pr.older(ctx); why != nil || err != nil {
		return why, err
	}
	if pr.profile != nil && !pr.profile.Active { // only a preview: a run ends before this
		return &failure{
			codeProfileInactive, fmt.Sprintf("profile %q is inactive, so a run of it is refused", holdings.ProfileName(pr.profile)),
			"Activate the profile, then run it.",
		}, nil
	}
	return nil, nil
}

// declined reports that a person decided against everything that the list would change. For a list from before
// decisions were kept, and for one that is of no profile, this is in the file's record.
func (pr *partRun) declined() *failure {
	against := pr.file.Outcome == FileRejected || pr.file.Outcome == FileUndone
	switch {
	case pr.force && !pr.byDecision:
		return nil
	case len(pr.decided) == 0 && !against, len(pr.decided) > 0 && len(pr.decided.declined()) < len(plan.AllKinds):
		return nil
	}
	outcome, why := FileRejected, codeRejectedFile
	if pr.file.Outcome == FileUndone {
		outcome, why = FileUndone, codeUndoneFile
	}
	return &failure{
		why, fmt.Sprintf("the provider still offers the file %s, which was %s", pr.file.Name, strings.ToLower(outcome)),
		"It is applied again when its bytes change, when a person approves the job in which it was " + strings.ToLower(outcome) +
			", or by a run with force.",
	}
}

// older reports that the list is older than the newest one that was applied and not undone. The list applied last is
// planned again, whatever its date: a person may have gone back to it.
func (pr *partRun) older(ctx context.Context) (*failure, error) {
	if pr.force || pr.file.Date == "" {
		return nil, nil
	}
	newest, err := pr.firstApplied(ctx, ent.Desc(providerfile.FieldDate), providerfile.DateNEQ(""))
	if err != nil || newest == nil || pr.file.Date >= newest.Date {
		return nil, err
	}
	last, err := pr.firstApplied(ctx, ent.Desc(providerfile.FieldAppliedAt, providerfile.FieldID))
	if err != nil || last.ID == pr.file.ID {
		return nil, err
	}
	return &failure{
		codeOlderFile, fmt.Sprintf("the file is of %s, older than the newest one that was applied, of %s", pr.file.Date, newest.Date),
		"Wait for the provider's next file, or apply this one by a run with force.",
	}, nil
}

// firstApplied returns the first, in the given order, of the files applied to the part's target; nil: none. Files
// applied for another customer number do not count.
func (pr *partRun) firstApplied(
	ctx context.Context, order providerfile.OrderOption, where ...predicate.ProviderFile,
) (*ent.ProviderFile, error) {
	if pr.profile != nil {
		where = append(where, providerfile.CustomerNumberIn(pr.profile.CustomerNumber, ""))
	}
	file, err := pr.run.s.store.Read.ProviderFile.Query().Where(providerfile.And(pr.appliedHere()...), providerfile.AppliedAtNotNil()).
		Where(where...).Order(order).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up the dates of the files that were applied: %w", err)
	}
	return file, nil
}

// appliedHere selects the files that were applied to the part's target.
func (pr *partRun) appliedHere() []predicate.ProviderFile {
	if pr.elsewhere != nil { // including lists given by people
		return []predicate.ProviderFile{providerfile.HasJobPartsWith(pr.sameTarget(), jobpart.StateIn(PartApplied, PartNoChange))}
	}
	return []predicate.ProviderFile{pr.origin().where(), providerfile.Content(pr.part.Content)}
}

// The outcomes of a provider's file.
const (
	FileApplied   = "APPLIED"
	FileNoChange  = "NO_CHANGE"
	FilePreviewed = "PREVIEWED"
	FileHeld      = "HELD"
	FileRejected  = "REJECTED"
	FileUndone    = "UNDONE"
)
