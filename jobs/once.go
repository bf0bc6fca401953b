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

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/internal/problem"
)

// Request is what an idempotency key stands for. The same request again is answered with what it made; the same key
// with another request is refused.
type Request struct {
	Key       string // as the client gave it; "": none, and every request is a new one
	Mutation  string // its name
	Arguments []any  // structs and maps whose fields are the arguments; of two with the same name the later counts
	Needs     string // of a request that starts no job: what would make it start one; "": it starts one
}

// checkKey refuses a key where it could not be kept: it is kept with the job that the request starts.
func (q Request) checkKey() error {
	if q.Key == "" || q.Needs == "" {
		return nil
	}
	return problem.New(problem.BadInput, "input.idempotencyKey",
		"a key is kept with the job that a request starts, and this one starts none, so that it would be done again: "+
			"leave the key out, or set %s", q.Needs)
}

// errKeyUsed rolls back a request whose key another one has used since it was looked up.
var errKeyUsed = errors.New("the idempotency key was used meanwhile")

// Once lets do carry out a request, unless its key has made a job before: then nothing is done, and before says that
// the job is of that time. So it is too where the same request comes twice at once. Every job of a keyed request is
// queued inside of it: whatever do has written in the transaction that queues the job is undone where the key was used.
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

// madeBy is the job that a request has made before; nil where its key is new.
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
	if known.IdempotencyHash == "" { // it was made before requests were recorded
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

// digest is the request as a job's row keeps it: the mutation, and each argument as the beginning of its hash, so that
// a refusal can name those that differ. An argument that is null is as good as left out.
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
	words := []string{q.Mutation}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if value := arguments[name]; string(value) != "null" {
			sum := sha256.Sum256(value)
			words = append(words, strings.ToLower(name[:1])+name[1:]+"="+hex.EncodeToString(sum[:8]))
		}
	}
	return strings.Join(words, " "), nil
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
