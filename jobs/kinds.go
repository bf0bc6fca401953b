package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/provider"
)

// kinds are the kinds of jobs that this version can run. A new kind is a file of its own and a row here.
var kinds = []*jobKind{
	&syncKind, &withdrawKind, &importKind, &activateKind, &moveKind, &carryKind, &pairKind, &changeKind, &almaKind, &groupsKind, &zoneKind,
	&undoKind,
}

// jobKind is what the engine knows about one kind of job. What depends on a single job comes from its arguments.
type jobKind struct {
	name      string                                // its name in rows and in the API
	task      string                                // the type of its tasks in asynq
	arguments func(row *ent.Job) (arguments, error) // reads a job's arguments

	inWords     string // "a sync"
	sameInWords string // for one that would do the same: "a sync of this profile"

	// Its entry in the list of job types. Without a title it is not listed, because no person starts it.
	title, description string
	mutation           string // the API's mutation

	again     bool         // its lists were applied before by jobs of another kind, so what became of their files stays
	givenList bool         // its list is given by a person, so a provider's dates and coverage do not apply
	byKind    byKind       // how a person may decide on single kinds of changes
	decisions decisions    // how later runs know the decisions on its lists; nil: they do not
	wording   *wording     // the words for what its jobs and their undos count; nil: the usual ones
	rejected  failure      // what a rejected part says; empty: the usual words
	undo      undoing      // how its jobs are undone; nil: they cannot be
	notUndone string       // why they cannot be undone; "": the usual words
	undoNeeds access.Scope // what a person who undoes one must be allowed besides running jobs; "": nothing
}

// arguments are what a job was told to do, stored as JSON in its row.
type arguments interface {
	// involved returns what the job needs until it ends.
	involved() involved
	// task returns what the job was asked to do, to be shown.
	task() Task
	// perform does the job. It resumes where an interrupted run stopped.
	perform(ctx context.Context, r *run) error
}

// involved holds the ids of what a job reads, writes or is for. None of it can be deleted before the job ends.
type involved struct {
	profiles, sets []int64
	writes         []int64 // collections that no other job may write while this one runs
	reads          []int64 // other collections
}

// collectionFinder is implemented by arguments that find some of the collections to write only when the job begins.
type collectionFinder interface {
	findCollections(ctx context.Context, tx *store.Tx, s *Service, jobID int64) ([]int64, error)
}

// asker is implemented by the arguments of a job that fetches lists.
type asker interface {
	// asked returns the fetchers of the providers that the job asks.
	asked(ctx context.Context, tx *store.Tx, s *Service) ([]*provider.Fetcher, error)
}

// concluder is implemented by arguments that add to the end of their job, in the transaction that ends it.
type concluder interface {
	conclude(ctx context.Context, tx *store.Tx, r *run, e *ending) error
}

// byKind says whether a person may decide on single kinds of a held part's changes, rather than on the whole part.
type byKind int

const (
	nothingByKind  byKind = iota
	approvedByKind        // some kinds can be approved, which declines the others
	decidedByKind         // kinds can be approved and rejected
)

// decisions are the rules of a kind whose lists remember what a person decided on them.
type decisions interface {
	// checkApproval returns a problem for held parts that must not be applied any more.
	checkApproval(ctx context.Context, tx *store.Tx, chosen []chosenPart, force bool) error
	// takeDeclined queues a job that applies what was declined from the lists of an ended job, and returns its id.
	takeDeclined(ctx context.Context, s *Service, tx *store.Tx, over *ent.Job, in Decision) (int64, error)
	// declineAgain cancels the approvals for a job that is cancelled before it wrote anything.
	declineAgain(ctx context.Context, tx *store.Tx, cancelled *ent.Job) error
}

// undoing is how another job undoes the jobs of a kind.
type undoing interface {
	// check returns a problem if the job cannot be undone now.
	check(ctx context.Context, tx *store.Tx, undone *ent.Job) error
	// writes returns the ids of the collections that undoing the job writes.
	writes(ctx context.Context, tx *store.Tx, undone *ent.Job) ([]int64, error)
	// perform undoes the job, as the work of r.
	perform(ctx context.Context, r *run, undone *ent.Job) error
}

// wording is how the jobs of a kind, and those that undo them, are summed up if they count something other than titles.
type wording struct {
	counted func(c *plan.Counts) bool                        // whether these are counts of such a job
	done    func(c *plan.Counts, target string) string       // what it did; target: see ending
	aside   func(c *plan.Counts) (first []aside, left aside) // what it set aside, and what it left alone
	left    failure                                          // what it says about things left alone, after their number
}

// aside is a number of things that were set aside, and their name.
type aside struct {
	n         int
	one, many string
}

// wordingOf returns the wording for counts; nil: the usual words.
func wordingOf(c *plan.Counts) *wording {
	for _, k := range kinds {
		if k.wording != nil && k.wording.counted(c) {
			return k.wording
		}
	}
	return nil
}

// kindOf returns the kind with a name. If this version has none, its jobs fail.
func kindOf(name string) *jobKind {
	if i := slices.IndexFunc(kinds, func(k *jobKind) bool { return k.name == name }); i >= 0 {
		return kinds[i]
	}
	return unknownKind(name)
}

// namesOf returns the names of the kinds that which selects.
func namesOf(which func(*jobKind) bool) (names []string) {
	for _, k := range kinds {
		if which(k) {
			names = append(names, k.name)
		}
	}
	return names
}

// argumentsAs reads a job's arguments as one type.
func argumentsAs[T arguments](row *ent.Job) (arguments, error) { return argsOf[T](row) }

// argsOf reads a job's arguments.
func argsOf[T any](row *ent.Job) (args T, err error) {
	if err := json.Unmarshal(row.Args, &args); err != nil {
		return args, fmt.Errorf("read the arguments of job %d: %w", row.ID, err)
	}
	return args, nil
}

// argumentsOf reads a job's arguments. If they cannot be read, the job cannot do anything: it needs nothing, so it blocks
// no other job and no deletion, and fails when it is run.
func argumentsOf(row *ent.Job) arguments {
	k := kindOf(row.Kind)
	args, err := k.arguments(row)
	if err != nil {
		return unreadableArgs{k, err}
	}
	return args
}

// argumentsUnreadable is why a request about a job is refused if its arguments cannot be read.
const argumentsUnreadable = "what it was asked to do cannot be read from the database"

type unreadableArgs struct {
	kind *jobKind
	err  error
}

func (unreadableArgs) involved() involved { return involved{} }

func (a unreadableArgs) perform(_ context.Context, r *run) error {
	r.s.log.Error("job cannot be run", "job", opaque.ID(jobType, r.job.ID), "error", a.err)
	return &failure{
		codeArgumentsLost,
		fmt.Sprintf("what %s, %s, was asked to do cannot be read from the database, so it cannot be run", jobName(r.job.ID), a.kind.inWords),
		"Start it anew if it is still wanted, and check the database: the server's log says what is wrong with the job's arguments.",
	}
}

// undoableInWords lists the jobs that can be undone: "a sync, an import or a move".
func undoableInWords() string {
	var undoable []string
	for _, k := range kinds {
		if k.undo != nil {
			undoable = append(undoable, k.inWords)
		}
	}
	return words.List(undoable, "or")
}

// unknownKind is a kind that another version has queued. Its jobs write nothing and need nothing, so they block no
// other job.
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
		codeUnknownKind, fmt.Sprintf("this version cannot run jobs of kind %s", a.kind), "Start the version that queued it.",
	}
}
