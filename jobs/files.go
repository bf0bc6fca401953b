package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/predicate"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/internal/store"
	"autoholdings/kbart"
	"autoholdings/oup"
)

// contentName is a content type as the tables and the API name it.
func contentName(c oup.Content) string { return strings.ToUpper(string(c)) }

func (pr *partRun) source() holdings.Source {
	return holdings.Source{
		Name: pr.file.Name, Expect: typeOf[pr.part.Content],
		Open: func() (io.ReadCloser, error) { return pr.s.fetcher.Open(pr.file.Path) },
	}
}

// typeOf is what the rows of a list of a content type should be; those of a list of both may be either.
var typeOf = map[string]kbart.PublicationType{contentName(oup.Books): kbart.Monograph, contentName(oup.Journals): kbart.Serial}

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
