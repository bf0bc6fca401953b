package search

import (
	"strings"
	"unicode/utf8"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Found is the condition that a row of a table has what is searched for, in a form that begins with the index of words.
func (q Query) Found(t Table) func(*sql.Selector) {
	indexed, whole := q.selective()
	return q.condition(func(b *sql.Builder, s *sql.Selector) {
		ids, arg := indexed.IDs(t, s.Dialect())
		before, after, _ := strings.Cut(ids, "?")
		if s.Dialect() == dialect.Postgres {
			// An array is made first, whatever the planner thinks of the listing.
			b.WriteString(s.C("id") + " = ANY (ARRAY(" + before).Arg(arg).WriteString(after + "))")
		} else {
			b.WriteString(s.C("id") + " IN (" + before).Arg(arg).WriteString(after + ")")
		}
		if !whole {
			b.WriteString(" AND ")
			q.write(b, t, s)
		}
	})
}

// IDs is a statement that selects the ids of a table's rows by the index of words, with one ? for its argument.
func (q Query) IDs(t Table, of string) (statement, arg string) {
	if of == dialect.Postgres {
		return "SELECT id FROM " + t.Name + " WHERE " + t.Vector("") + " @@ CAST(? AS tsquery)", q.tsQuery()
	}
	return "SELECT docid FROM " + t.Index() + " WHERE " + t.Index() + " MATCH ?", q.match()
}

// Tested is the same condition in a form that looks at each row that the rest of a query comes to. It is the faster one
// where many rows have the words.
func (q Query) Tested(t Table) func(*sql.Selector) {
	return q.condition(func(b *sql.Builder, s *sql.Selector) { q.write(b, t, s) })
}

// condition is one condition in parentheses: ent takes several of one predicate for alternatives where it is one itself.
func (q Query) condition(write func(b *sql.Builder, s *sql.Selector)) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if q.IsEmpty() {
			s.Where(sql.False())
			return
		}
		s.Where(sql.P(func(b *sql.Builder) { b.Wrap(func(b *sql.Builder) { write(b, s) }) }))
	}
}

// write writes the condition that a row has all parts.
func (q Query) write(b *sql.Builder, t Table, s *sql.Selector) {
	for i, p := range q.parts {
		separate(b, i, " AND ")
		b.WriteString("(")
		for j, way := range p.ways {
			separate(b, j, " OR ")
			for k, word := range way {
				separate(b, k, " AND ")
				word.write(b, t, s)
			}
		}
		b.WriteString(")")
	}
}

func separate(b *sql.Builder, i int, by string) {
	if i > 0 {
		b.WriteString(by)
	}
}

// write writes the condition that a row has the word. It is no LIKE, of which PostgreSQL would think that few rows meet
// it: it would read the whole table instead of walking the listing until a page is full.
func (a asked) write(b *sql.Builder, t Table, s *sql.Selector) {
	position := "instr("
	if s.Dialect() == dialect.Postgres {
		position = "strpos("
	}
	b.WriteString("(")
	for i, words := range t.Words {
		separate(b, i, " OR ")
		b.WriteString(position + s.C(words.Column))
		if a.whole {
			b.WriteString(" || ' ', ").Arg(" " + a.word + " ").WriteString(") > 0")
		} else {
			b.WriteString(", ").Arg(" " + a.word).WriteString(") > 0")
		}
	}
	b.WriteString(")")
}

// selective is the query without beginnings that so many words have that the index would take long to gather them. It is
// the whole query if nothing else would be left.
func (q Query) selective() (indexed Query, whole bool) {
	whole = true
	for _, p := range q.parts {
		var ways [][]asked
		for _, way := range p.ways {
			var long []asked
			for _, word := range way {
				if word.isShort() {
					whole = false
					continue
				}
				long = append(long, word)
			}
			if len(long) == 0 {
				ways = nil // it says nothing that the index could answer
				break
			}
			ways = append(ways, long)
		}
		if len(ways) > 0 {
			indexed.parts = append(indexed.parts, part{ways})
		}
	}
	if indexed.IsEmpty() {
		return q, true
	}
	return indexed, whole
}

// isShort says that very many words have this beginning. A character of Chinese is a word of its own.
func (a asked) isShort() bool { return !a.whole && len(a.word) < 3 && a.word[0] < utf8.RuneSelf }

// match is the query in the syntax of FTS4. Words are lower case, so that none is an operator.
func (q Query) match() string { return q.written(" AND ", " OR ", "", "", "*") }

// tsQuery is the query as PostgreSQL's tsquery. Words have no quotation marks.
func (q Query) tsQuery() string { return q.written(" & ", " | ", "'", "'", ":*") }

func (q Query) written(and, or, before, after, beginning string) string {
	parts := make([]string, len(q.parts))
	for i, p := range q.parts {
		ways := make([]string, len(p.ways))
		for j, way := range p.ways {
			words := make([]string, len(way))
			for k, word := range way {
				words[k] = before + word.word + after
				if !word.whole {
					words[k] += beginning
				}
			}
			ways[j] = "(" + strings.Join(words, and) + ")"
		}
		parts[i] = "(" + strings.Join(ways, or) + ")"
	}
	return strings.Join(parts, and)
}
