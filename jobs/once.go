package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/internal/problem"
	"autoholdings/internal/words"
)

// Request is what an idempotency key stands for. Repeating the request returns what it made; using the key for a
// different request is refused.
type Request struct {
	Key       string // as given by the client; "": none, and every request is new
	Mutation  string // its name
	Arguments []any  // structs and maps with the arguments as fields; of two with the same name the later counts
	Needs     string // if the request starts no job: what would make it start one; "": it starts one
}

// maxKey is the length of the longest idempotency key, in characters.
const maxKey = 200

// checkKey returns a problem if the key cannot be kept: it is stored with the job that the request starts.
func (q Request) checkKey() error {
	if length := utf8.RuneCountInString(q.Key); length > maxKey {
		return problem.New(problem.BadInput, keyPath, "the key has %s characters: give at most %d", words.Figure(length), maxKey)
	}
	if q.Key == "" || q.Needs == "" {
		return nil
	}
	return problem.New(problem.BadInput, keyPath,
		"a key is kept with the job that a request starts, and this one starts none, so the key would not keep it from being done twice: "+
			"leave the key out, or set %s", q.Needs)
}

// errKeyUsed rolls back a request if another one has used its key in the meantime.
var errKeyUsed = errors.New("the idempotency key was used meanwhile")

// Once calls do to carry out a request, unless its key has already made a job: then it does nothing, and before is
// true. The same holds if the same request comes twice at once. Every job of a keyed request must be queued inside
// Once: if the key turns out to be used, everything that do wrote in that transaction is rolled back.
func (s *Service) Once(
	ctx context.Context, kind string, q Request, do func(context.Context) (*ent.Job, error),
) (row *ent.Job, before bool, err error) {
	known, err := s.madeBy(ctx, kind, q)
	if known != nil || err != nil {
		return known, known != nil, err
	}
	if err := q.checkKey(); err != nil {
		return nil, false, err
	}
	row, err = do(ctx)
	if err == nil {
		return row, false, nil
	}
	known, used := s.madeBy(ctx, kind, q)
	switch {
	case known != nil:
		return known, true, nil
	case errors.Is(err, errKeyUsed) && used != nil:
		return nil, false, used
	default:
		return nil, false, err
	}
}

const keyPath = "input.idempotencyKey"

// madeBy returns the job that an earlier request with the key has made; nil if the key is new.
func (s *Service) madeBy(ctx context.Context, kind string, q Request) (*ent.Job, error) {
	if q.Key == "" {
		return nil, nil
	}
	known, err := s.store.Read.Job.Query().Where(job.IdempotencyKey(q.Key)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up the idempotency key: %w", err)
	}
	const advice = "give each request a key of its own"
	if known.IdempotencyHash == "" { // made before requests were recorded
		if known.Kind != kind {
			return nil, problem.New(problem.Conflict, keyPath, "the idempotency key %.80q has made %s, which is of another kind, %s: %s",
				q.Key, jobName(known.ID), known.Kind, advice)
		}
		return known, nil
	}
	asked, err := q.digest()
	if err != nil || asked == known.IdempotencyHash {
		return known, err
	}
	mutation, _, _ := strings.Cut(known.IdempotencyHash, " ")
	if mutation != q.Mutation {
		return nil, problem.New(problem.Conflict, keyPath, "the idempotency key %.80q has made %s by another mutation, %s: %s",
			q.Key, jobName(known.ID), mutation, advice)
	}
	return nil, problem.New(problem.Conflict, keyPath, "the idempotency key %.80q has made %s with other arguments (%s): %s",
		q.Key, jobName(known.ID), strings.Join(differences(known.IdempotencyHash, asked), ", "), advice)
}

// digest is the request as stored in a job's row: the mutation, and the start of each argument's hash, so a refusal can
// name the arguments that differ. A null argument counts as left out.
func (q Request) digest() (string, error) {
	arguments := map[string]json.RawMessage{}
	for _, part := range q.Arguments {
		var some map[string]json.RawMessage
		text, err := json.Marshal(part)
		if err == nil {
			err = json.Unmarshal(text, &some)
		}
		if err != nil {
			return "", fmt.Errorf("the arguments of an idempotency key: %w", err)
		}
		maps.Copy(arguments, some)
	}
	said := []string{q.Mutation}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if value := arguments[name]; string(value) != "null" {
			sum := sha256.Sum256(value)
			said = append(said, strings.ToLower(name[:1])+name[1:]+"="+hex.EncodeToString(sum[:8]))
		}
	}
	return strings.Join(said, " "), nil
}

// differences names the arguments in which two digests differ.
func differences(a, b string) []string {
	inA, inB := strings.Fields(a), strings.Fields(b)
	names := map[string]bool{}
	for _, word := range slices.Concat(inA, inB) {
		if !slices.Contains(inA, word) || !slices.Contains(inB, word) {
			name, _, _ := strings.Cut(word, "=")
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
