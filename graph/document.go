package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// checkDocument refuses a document that would cost too much to validate or to analyse. Validating takes time with the
// square of how often a field is repeated, and counting the complexity expands fragments, so a document of a few hundred
// bytes can take hours. The check itself takes time in proportion to the document.
//
// A document that cannot be parsed is left to gqlgen, whose message says where.
func (l *Limits) checkDocument(query string) *gqlerror.Error {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, l.Tokens)
	if err != nil {
		switch {
		case strings.Contains(err.Error(), "exceeded token limit"):
			return l.exceeded(limitTokens).graphQL()
		case strings.Contains(err.Error(), "exceeded maximum nesting depth"):
			return l.exceeded(limitDepth).graphQL()
		}
		return nil
	}
	m := measurer{fragments: map[string]*ast.FragmentDefinition{}, measured: map[string]size{}, within: map[string]bool{}}
	for _, f := range doc.Fragments {
		m.fragments[f.Name] = f
	}
	whole, wrong := m.document(doc)
	if wrong != nil {
		return wrong
	}
	for _, c := range []struct {
		limit *Limit
		has   int
	}{
		{limitDepth, whole.depth},
		{limitSelections, whole.selections},
		{limitAliases, whole.aliases},
		{limitDirectives, whole.directives},
	} {
		if int64(c.has) > c.limit.Of(l) {
			return l.exceeded(c.limit).graphQL()
		}
	}
	for _, set := range selectionSets(doc) {
		if m.repeats(l.SameField, set) {
			return l.exceeded(limitSameField).graphQL()
		}
	}
	return nil
}

// selectionSets are the beginnings of all that is validated.
func selectionSets(doc *ast.QueryDocument) (sets []ast.SelectionSet) {
	for _, o := range doc.Operations {
		sets = append(sets, o.SelectionSet)
	}
	for _, f := range doc.Fragments {
		sets = append(sets, f.SelectionSet)
	}
	return sets
}

// size is how large selections are with their fragments put in.
type size struct{ selections, aliases, directives, depth int }

// enough is where counting ends: far above any limit, and far below what an int holds.
const enough = 1 << 40

func (s size) plus(o size) size {
	return size{
		min(s.selections+o.selections, enough), min(s.aliases+o.aliases, enough), min(s.directives+o.directives, enough),
		max(s.depth, o.depth),
	}
}

// measurer measures each fragment once.
type measurer struct {
	fragments map[string]*ast.FragmentDefinition
	measured  map[string]size
	within    map[string]bool // the fragments around the present place
}

// document adds up the operations and the fragments, since each is validated as a whole.
func (m *measurer) document(doc *ast.QueryDocument) (size, *gqlerror.Error) {
	var whole size
	for _, o := range doc.Operations {
		part, wrong := m.set(o.SelectionSet)
		if wrong != nil {
			return size{}, wrong
		}
		whole = whole.plus(part).plus(size{directives: len(o.Directives)})
		for _, v := range o.VariableDefinitions {
			whole.directives += len(v.Directives)
		}
	}
	for _, f := range doc.Fragments {
		part, wrong := m.fragment(f.Name)
		if wrong != nil {
			return size{}, wrong
		}
		whole = whole.plus(part).plus(size{directives: len(f.Directives)})
	}
	return whole, nil
}

func (m *measurer) set(set ast.SelectionSet) (whole size, wrong *gqlerror.Error) {
	for _, selection := range set {
		var part size
		switch s := selection.(type) {
		case *ast.Field:
			if part, wrong = m.set(s.SelectionSet); wrong != nil {
				return whole, wrong
			}
			part.depth++
			part = part.plus(size{selections: 1, directives: len(s.Directives)})
			if s.Alias != s.Name {
				part.aliases++
			}
		case *ast.InlineFragment:
			if part, wrong = m.set(s.SelectionSet); wrong != nil {
				return whole, wrong
			}
			part = part.plus(size{selections: 1, directives: len(s.Directives)})
		case *ast.FragmentSpread:
			if part, wrong = m.fragment(s.Name); wrong != nil {
				return whole, wrong
			}
			part = part.plus(size{selections: 1, directives: len(s.Directives)})
		}
		whole = whole.plus(part)
	}
	return whole, nil
}

func (m *measurer) fragment(name string) (size, *gqlerror.Error) {
	if known, ok := m.measured[name]; ok {
		return known, nil
	}
	f := m.fragments[name]
	if f == nil { // the validator says so
		return size{}, nil
	}
	if m.within[name] {
		wrong := gqlerror.ErrorPosf(f.Position, "the fragment %q spreads itself: its fields would never end", name)
		errcode.Set(wrong, errcode.ValidationFailed)
		return size{}, wrong
	}
	m.within[name] = true
	defer delete(m.within, name)
	found, wrong := m.set(f.SelectionSet)
	m.measured[name] = found
	return found, wrong
}

// repeats reports whether a field is asked for more often than that at one place of the answer. The selection sets
// belong to one place. It visits each selection once with its fragments put in, which are bounded before.
func (m *measurer) repeats(most int, sets ...ast.SelectionSet) bool {
	place := place{m: m, times: map[string]int{}, inner: map[string][]ast.SelectionSet{}, spread: map[string]bool{}}
	for _, set := range sets {
		place.add(set)
	}
	for _, times := range place.times {
		if times > most {
			return true
		}
	}
	for _, inner := range place.inner {
		if m.repeats(most, inner...) {
			return true
		}
	}
	return false
}

// place is an object of the answer, with all that is asked for of it.
type place struct {
	m      *measurer
	times  map[string]int // by name in the answer
	inner  map[string][]ast.SelectionSet
	spread map[string]bool // fragments that were put in
}

func (p *place) add(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			p.times[s.Alias]++
			if len(s.SelectionSet) > 0 {
				p.inner[s.Alias] = append(p.inner[s.Alias], s.SelectionSet)
			}
		case *ast.InlineFragment:
			p.add(s.SelectionSet)
		case *ast.FragmentSpread:
			if f := p.m.fragments[s.Name]; f != nil && !p.spread[s.Name] {
				p.spread[s.Name] = true
				p.add(f.SelectionSet)
			}
		}
	}
}

// valuesIn counts the values in variables, with those in lists and objects.
func valuesIn(variables any) (n int) {
	switch v := variables.(type) {
	case map[string]any:
		for _, value := range v {
			n += valuesIn(value)
		}
	case []any:
		for _, value := range v {
			n += valuesIn(value)
		}
	}
	return n + 1
}

// documents remembers documents that have passed all checks. Long ones are not worth their memory: what a document
// takes when parsed is many times its length.
type documents struct {
	graphql.Cache[*ast.QueryDocument]
}

const (
	cachedDocuments  = 500
	longestCachedDoc = 8 << 10
)

func newDocuments() documents { return documents{lru.New[*ast.QueryDocument](cachedDocuments)} }

// Add remembers a document unless it is long.
func (d documents) Add(ctx context.Context, query string, doc *ast.QueryDocument) {
	if len(query) <= longestCachedDoc {
		d.Cache.Add(ctx, query, doc)
	}
}

// knows reports whether the document has passed all checks before.
func (d documents) knows(ctx context.Context, query string) bool {
	_, known := d.Get(ctx, query)
	return known
}
