package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// kinds are the jobs that this version can run. A new kind is a file of its own and a row here.
var kinds = []*jobKind{&syncKind, &withdrawKind, &importKind, &activateKind, &moveKind, &zoneKind, &undoKind}

// jobKind is what the engine knows of one kind of jobs. What depends on a single job, its arguments answer.
type jobKind struct {
	name      string                                // as rows store it and the API shows it
	task      string                                // as asynq shows it: the type of its tasks
	arguments func(row *ent.Job) (arguments, error) // reads those of a job

	inWords     string // "a sync"
	sameInWords string // one that would do the same as another: "a sync of this profile"

	// How the list of job types shows it. Without a title it is not listed: no person starts it.
	title, description string
	mutation           string // of the API

	givenList bool      // its list is one that a person gives, so that a provider's dates and coverage say nothing of it
	byKind    byKind    // what a person may decide on single kinds of a held part's changes
	decisions decisions // where later runs know what was decided on its lists; nil: they do not
	rejected  failure   // what a part that was rejected says; empty: the usual words
	undo      undoing   // how its jobs are undone; nil: they cannot be
	notUndone string    // why they cannot; "": the usual words
}

// arguments are what a job was told to do, as its row keeps them in JSON.
type arguments interface {
	// involved are the things that the job needs until it is over.
	involved() involved
	// perform does the job. It goes on from where an interrupted run has left it.
	perform(ctx context.Context, r *run) error
}

// involved are the ids of what a job reads, writes or is for. None of it can be deleted before the job is over.
type involved struct {
	profiles, sets []int64
	writes         []int64 // collections that no other job may write while this one runs
	reads          []int64 // other collections
}

// collectionFinder are arguments that find some of the collections to write only when the job begins.
type collectionFinder interface {
	findCollections(ctx context.Context, tx *store.Tx, s *Service, jobID int64) ([]int64, error)
}

// asker are arguments of a job that fetches lists.
type asker interface {
	// asked are the providers that the job asks.
	asked(ctx context.Context, tx *store.Tx, s *Service) ([]*provider.Fetcher, error)
}

// concluder are arguments that add to the end of their job, in the transaction that ends it.
type concluder interface {
	conclude(ctx context.Context, tx *store.Tx, r *run, e *ending) error
}

// byKind says what a person may decide on single kinds of a held part's changes, rather than on the part as a whole.
type byKind int

const (
	nothingByKind  byKind = iota
	approvedByKind        // some kinds can be approved, which declines the others
	decidedByKind         // kinds can be approved and rejected
)

// decisions are the rules of a kind whose lists remember what a person decided on them.
type decisions interface {
	// checkApproval refuses to apply held parts that must not be applied any more.
	checkApproval(ctx context.Context, tx *store.Tx, chosen []chosenPart, force bool) error
	// takeDeclined queues a job that applies what was declined of the lists of one that is over, and returns its id.
	takeDeclined(ctx context.Context, s *Service, tx *store.Tx, over *ent.Job, in Decision) (int64, error)
	// declineAgain takes back what a person approved for a job that is cancelled before it wrote anything.
	declineAgain(ctx context.Context, tx *store.Tx, cancelled *ent.Job) error
}

// undoing is how the jobs of a kind are undone, by another job.
type undoing interface {
	// check refuses a job that cannot be undone now.
	check(ctx context.Context, tx *store.Tx, undone *ent.Job) error
	// writes are the ids of the collections that undoing the job writes.
	writes(ctx context.Context, tx *store.Tx, undone *ent.Job) ([]int64, error)
	// perform undoes the job, as the work of r.
	perform(ctx context.Context, r *run, undone *ent.Job) error
}

// kindOf is the kind of a name; where this version has none, one whose jobs fail.
func kindOf(name string) *jobKind {
	if i := slices.IndexFunc(kinds, func(k *jobKind) bool { return k.name == name }); i >= 0 {
		return kinds[i]
	}
	return unknownKind(name)
}

// namesOf are the names of some kinds.
func namesOf(which func(*jobKind) bool) (names []string) {
	for _, k := range kinds {
		if which(k) {
			names = append(names, k.name)
		}
	}
	return names
}

// argumentsAs reads a job's arguments as those of one type.
func argumentsAs[T arguments](row *ent.Job) (arguments, error) { return argsOf[T](row) }

// argsOf reads a job's arguments.
func argsOf[T any](row *ent.Job) (args T, err error) {
	if err := json.Unmarshal(row.Args, &args); err != nil {
		return args, fmt.Errorf("read the arguments of job %d: %w", row.ID, err)
	}
	return args, nil
}

// involvedIn is what a job needs until it is over.
func involvedIn(row *ent.Job) (involved, error) {
	args, err := kindOf(row.Kind).arguments(row)
	if err != nil {
		return involved{}, err
	}
	return args.involved(), nil
}

// undoableInWords is "a sync, an import or a move": the jobs that can be undone.
func undoableInWords() string {
	var words []string
	for _, k := range kinds {
		if k.undo != nil {
			words = append(words, k.inWords)
		}
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// unknownKind is a kind that another version has queued. Its jobs write nothing and need nothing, so that they hold up
// no other.
func unknownKind(name string) *jobKind {
	return &jobKind{
		name: name, task: "unknown", inWords: "a job of an unknown kind", sameInWords: "a job of an unknown kind",
		arguments: func(*ent.Job) (arguments, error) { return unknownArgs{name}, nil },
	}
}

type unknownArgs struct{ kind string }

func (unknownArgs) involved() involved { return involved{} }

func (a unknownArgs) perform(context.Context, *run) error {
	return &failure{
		"UNKNOWN_KIND", fmt.Sprintf("this version cannot run jobs of kind %s", a.kind), "Start the version that queued it.",
	}
}
