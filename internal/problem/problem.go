// Package problem is what a user can mend: wrong input, a rule that stands in the way, a thing that is not there.
// The API answers with it as a userError; everything else is a fault and is masked.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Code classes a problem. Clients may rely on it.
type Code string

// The codes.
const (
	BadInput           Code = "BAD_USER_INPUT"      // a value is not of the form it must have
	NotFound           Code = "NOT_FOUND"           // the thing named is not there
	Conflict           Code = "CONFLICT"            // something else is under way, or was changed meanwhile
	ProfileInactive    Code = "PROFILE_INACTIVE"    // an inactive profile may be tested and previewed, not applied
	CollectionInactive Code = "COLLECTION_INACTIVE" // a collection must be activated first
	AlreadyActive      Code = "ALREADY_ACTIVE"      // the collection is activated already
	GroupRequired      Code = "GROUP_REQUIRED"      // DOMAIN rule 6
	OneProfileOnly     Code = "ONE_PROFILE_ONLY"    // DOMAIN rule 6, one campus
	InUse              Code = "IN_USE"              // cannot be deleted while something refers to it
	WrongState         Code = "WRONG_STATE"         // the state of the job, or of the profile, does not allow it
	CustomerChanged    Code = "CUSTOMER_CHANGED"    // the list came for another customer number than the profile has now
	OlderFile          Code = "OLDER_FILE"          // a newer list was applied since
	Limited            Code = "LIMITED"             // more than is accepted at once
	NotYet             Code = "NOT_AVAILABLE"       // not in this version
)

// Problem says what is wrong, where and what to do.
type Problem struct {
	Code    Code
	Path    []string // to the input field, e.g. ["input", "schedule", "time"]; nil: the request as a whole
	Message string   // what, why, and what to do
}

func (p *Problem) Error() string {
	if len(p.Path) == 0 {
		return p.Message
	}
	return strings.Join(p.Path, ".") + ": " + p.Message
}

// New makes a problem. The path is dotted: "input.schedule.time"; "" for none.
func New(code Code, path, format string, args ...any) *Problem {
	p := &Problem{Code: code, Message: fmt.Sprintf(format, args...)}
	if path != "" {
		p.Path = strings.Split(path, ".")
	}
	return p
}

// List gathers problems, so that a form with three mistakes is answered with three.
type List []*Problem

// Add appends a problem.
func (l *List) Add(code Code, path, format string, args ...any) {
	*l = append(*l, New(code, path, format, args...))
}

// Err is the list as one error, or nil where it is empty.
func (l List) Err() error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// In returns the problems that err is made of. ok is false where it is, or holds, anything else.
func In(err error) (found List, ok bool) {
	if err == nil {
		return nil, false
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		for _, e := range joined.Unwrap() {
			more, ok := In(e)
			if !ok {
				return nil, false
			}
			found = append(found, more...)
		}
		return found, true
	}
	var p *Problem
	if errors.As(err, &p) {
		return List{p}, true
	}
	return nil, false
}
