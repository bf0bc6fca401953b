package kbart

import (
	"slices"
	"strings"
)

// Rule is one thing that the package looks for. A finding carries the rule's code.
type Rule struct {
	Code     string   // stable, kebab case
	Severity Severity // of the findings it makes
	Title    string   // what is wrong, in a few words
	Cause    string   // how it usually comes about
	Cure     string   // what the publisher of the list does about it
	Library  string   // what it means for a library that loads the list, and what it can do meanwhile
	Example  string   // a value or row that breaks it
}

// Rules returns every rule of the package in order of code. The slice is the caller's own.
func Rules() []Rule {
	all := make([]Rule, 0, len(registry))
	for _, r := range registry {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// finding completes a finding with what the rule says: code, severity, and message and hint where it has none of its
// own. The hint is for both who may read it, the publisher and the library.
func (r *Rule) finding(f Finding) Finding {
	f.Code, f.Severity = r.Code, r.Severity
	if f.Message == "" {
		f.Message = r.Title
	}
	if f.Hint == "" {
		f.Hint = r.Cure
	}
	f.Hint += " " + r.Library
	// A finding may be kept for long: it must not hold the whole line of which its value is a part.
	f.Value, f.Title = strings.Clone(cut(f.Value)), strings.Clone(cut(f.Title))
	return f
}

// registry holds each rule once; define is the only way in.
var registry []*Rule

// define declares a rule. It panics where a code is taken or something is left out: that is a mistake in this package.
func define(r Rule) *Rule {
	r.Library = libraryAdvice[r.Code]
	if r.Code == "" || r.Title == "" || r.Cause == "" || r.Cure == "" || r.Library == "" || r.Example == "" {
		panic("kbart: rule " + r.Code + " is incomplete")
	}
	for _, other := range registry {
		if other.Code == r.Code {
			panic("kbart: rule " + r.Code + " is declared twice")
		}
	}
	registry = append(registry, &r)
	return &r
}
