package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
)

// Act is one thing that somebody does: a mutation, or a command.
type Act struct {
	Name      string
	Input     map[string]any // as it was given
	Address   string         // where the request came from; "": of this machine
	RequestID string
}

type actKey struct{}

// Doing returns a context in which what is written is recorded as an act of the context's principal.
func Doing(ctx context.Context, act Act) context.Context {
	return context.WithValue(ctx, actKey{}, act)
}

// RequestID is the id of the request in which something is done; "": it is done in none.
func RequestID(ctx context.Context) string {
	act, _ := ctx.Value(actKey{}).(Act)
	return act.RequestID
}

// Unasked returns a context for what a process does by itself, though somebody's request or command started it.
func Unasked(ctx context.Context) context.Context {
	return context.WithValue(context.WithValue(ctx, actKey{}, nil), contextKey{}, nil)
}

// Record writes down, at the end of a write transaction and in it, who did what. It is [store.Options].Record. Without
// an act in the context nothing is recorded: what jobs write is in their reports.
func Record(ctx context.Context, tx *store.Tx, nextID func() int64) (atEnd func(context.Context) error) {
	act, ok := ctx.Value(actKey{}).(Act)
	if !ok {
		return nil
	}
	seen := &written{}
	tx.Use(seen.watch)
	return func(ctx context.Context) error {
		by, _ := From(ctx)
		input, err := json.Marshal(withoutSecrets(act.Input))
		if err != nil {
			return fmt.Errorf("record what was asked for: %w", err)
		}
		changed, err := json.Marshal(seen.rows)
		if err != nil {
			return fmt.Errorf("record what was changed: %w", err)
		}
		_, err = tx.SQL.ExecContext(ctx, `INSERT INTO audit_entries
			(id, created_at, actor_kind, actor_id, actor_name, action, input, changed, address, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			nextID(), tx.Now, string(by.Kind), by.ID, by.Name, act.Name, string(input), string(changed), act.Address, act.RequestID)
		if err != nil {
			return fmt.Errorf("record who did this: %w", err)
		}
		return nil
	}
}

// Changed is a row that an act has written.
type Changed struct {
	Type   string   `json:"type"`
	ID     string   `json:"id,omitempty"` // as the API shows it
	How    string   `json:"how"`          // CREATED, UPDATED or DELETED
	Fields []string `json:"fields,omitempty"`
}

// mostChanged is how many rows an entry names. An act that writes more is told by its input.
const mostChanged = 100

// written gathers the rows that a transaction writes.
type written struct{ rows []Changed }

func (w *written) watch(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		value, err := next.Mutate(ctx, m)
		if n, several := value.(int); several && n == 0 {
			return value, err // there was nothing to write
		}
		if err == nil && len(w.rows) < mostChanged {
			w.add(m)
		}
		return value, err
	})
}

func (w *written) add(m ent.Mutation) {
	row := Changed{Type: m.Type(), How: "UPDATED"}
	switch {
	case m.Op().Is(ent.OpCreate):
		row.How = "CREATED"
	case m.Op().Is(ent.OpDelete | ent.OpDeleteOne):
		row.How = "DELETED"
	}
	if one, ok := m.(interface{ ID() (int64, bool) }); ok {
		if id, known := one.ID(); known {
			row.ID = opaque.ID(m.Type(), id)
		}
	}
	for _, field := range slices.Sorted(slices.Values(append(m.Fields(), m.ClearedFields()...))) {
		if field != "created_at" && field != "updated_at" && field != "version" && row.How != "DELETED" {
			row.Fields = append(row.Fields, field)
		}
	}
	w.rows = append(w.rows, row)
}

// hidden are parts of the names of input fields whose values are never recorded.
var hidden = []string{"key", "password", "secret", "token", "link"}

// shownThough are input fields with such a part in their names that tell nothing.
var shownThough = []string{"idempotencyKey", "tokenId"}

// withoutSecrets returns a copy of an input in which secrets are replaced.
func withoutSecrets(value any) any {
	switch v := value.(type) {
	case map[string]any:
		clean := make(map[string]any, len(v))
		for name, field := range v {
			switch {
			case field != nil && isHidden(name):
				clean[name] = "(not recorded)"
			default:
				clean[name] = withoutSecrets(field)
			}
		}
		return clean
	case []any:
		clean := make([]any, len(v))
		for i, element := range v {
			clean[i] = withoutSecrets(element)
		}
		return clean
	default:
		return value
	}
}

func isHidden(name string) bool {
	lower := strings.ToLower(name)
	return !slices.Contains(shownThough, name) && slices.ContainsFunc(hidden, func(part string) bool { return strings.Contains(lower, part) })
}
