package kbart

import (
	"slices"
	"strings"
)

// Rule is one thing that the package checks. A finding has the code of its rule.
type Rule struct {
	Code     string   // stable, kebab case
	Severity Severity // of its findings
	Title    string   // what is wrong, in a few words
	Cause    string   // how it usually happens
	Cure     string   // what the publisher of the list can do
	Library  string   // what it means for a library that loads the list, and what the library can do in the meantime
	Example  string   // a value or row that breaks it
}

// Rules returns every rule of the package in the order of their codes. The caller owns the slice.
func Rules() []Rule {
	all := make([]Rule, 0, len(registry))
	for _, r := range registry {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// finding completes a finding with the rule's code and severity, and with its message and hint unless the finding has
// its own. The hint addresses both possible readers, the publisher and the library.
func (r *Rule) finding(f Finding) Finding {
	f.Code, f.Severity = r.Code, r.Severity
	if f.Message == "" {
		f.Message = r.Title
	}
	if f.Hint == "" {
		f.Hint = r.Cure
	}
	f.Hint += " " + r.Library
	// A finding may be kept for a long time. It must not keep in memory the whole line that its value is a part of.
	f.Value, f.Title = strings.Clone(excerpt(f.Value)), strings.Clone(excerpt(f.Title))
	return f
}

// registry has every rule. define adds them.
var registry []*Rule

// define declares a rule. It panics if the code is taken or a field is missing, which is a mistake in this package.
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
