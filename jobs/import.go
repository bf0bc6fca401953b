package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

// Kinds of jobs that write portfolios of no profile.
const (
	KindImport   = "IMPORT"   // a KBART list that a person has, into a local collection
	KindActivate = "ACTIVATE" // titles of the Community Zone, into a collection activated from it
)

// errNotBuilt stands until the kinds of jobs are there.
var errNotBuilt = errors.New("not built yet")

// ImportRequest asks for an import of a kept file (see KeepUpload) into a local collection.
type ImportRequest struct {
	CollectionID, FileID int64
	RemoveMissing        bool
	Mode                 string // Apply or Preview
	Trigger              string // Manual or Command
	IdempotencyKey       string
}

// KeepUpload keeps a list that a person gives, compressed, as a provider file of no profile. content is BOOKS, JOURNALS
// or "" for both. What is no list is still kept: the job that reads it says so.
func (s *Service) KeepUpload(ctx context.Context, name, content string, list io.Reader) (*ent.ProviderFile, error) {
	file, err := s.fetcher.Store().Keep(ctx, list, name, maxGivenFile)
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", name, err)
	}
	return s.record(ctx, fileOrigin{source: SourceUpload}, content, file)
}

// StartImport queues an import.
func (s *Service) StartImport(ctx context.Context, in ImportRequest) (*ent.Job, error) {
	return nil, errNotBuilt
}

// QueueActivation queues, inside the caller's transaction, the job that makes portfolios of all titles that the Community
// Zone has of a collection. It returns nil where there are none. Call Nudge after the commit.
func (s *Service) QueueActivation(ctx context.Context, tx *store.Tx, collectionID int64) (*ent.Job, error) {
	return nil, errNotBuilt
}

func (r *run) importList(ctx context.Context) error { return errNotBuilt }

func (r *run) activate(ctx context.Context) error { return errNotBuilt }
