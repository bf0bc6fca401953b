// Package problem has the errors that a user can fix: wrong input, a rule that forbids something, a thing that does not
// exist. The API returns them as userErrors. All other errors are faults, and are masked.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the kind of a problem. Clients may rely on it.
type Code string

// The codes.
const (
	BadInput           Code = "BAD_USER_INPUT"      // a value does not have the required form
	NotFound           Code = "NOT_FOUND"           // the thing does not exist
	Conflict           Code = "CONFLICT"            // something else is running, or the thing was changed in the meantime
	ProfileInactive    Code = "PROFILE_INACTIVE"    // an inactive profile can be tested and previewed, but not applied
	CollectionInactive Code = "COLLECTION_INACTIVE" // the collection must be activated first
	AlreadyActive      Code = "ALREADY_ACTIVE"      // the collection is active already
	GroupRequired      Code = "GROUP_REQUIRED"      // DOMAIN rule 6
	OneProfileOnly     Code = "ONE_PROFILE_ONLY"    // DOMAIN rule 6, one campus
	InUse              Code = "IN_USE"              // it cannot be deleted while something refers to it
	WrongState         Code = "WRONG_STATE"         // the state of the job or profile does not allow it
	CustomerChanged    Code = "CUSTOMER_CHANGED"    // the list was fetched for another customer number than the profile has now
	ProviderUnknown    Code = "PROVIDER_UNKNOWN"    // this server does not know the provider
	OlderFile          Code = "OLDER_FILE"          // a newer list was applied in the meantime
	Limited            Code = "LIMITED"             // there is a limit on how much is accepted at once
	NotYet             Code = "NOT_AVAILABLE"       // not in this version
	Unauthenticated    Code = "UNAUTHENTICATED"     // nobody knows who asks
	Forbidden          Code = "FORBIDDEN"           // who asks may not do this
)

// Problem says what is wrong, where it is and what to do.
type Problem struct {
	Code    Code
	Path    []string // path of the input field, such as ["input", "schedule", "time"]; nil: the whole request
	Message string   // what, why, and what to do
}

func (p *Problem) Error() string {
	if len(p.Path) == 0 {
		return p.Message
	}
	return strings.Join(p.Path, ".") + ": " + p.Message
}

// New returns a problem. The path is separated by dots, as in "input.schedule.time"; "" means no path.
func New(code Code, path, format string, args ...any) *Problem {
	p := &Problem{Code: code, Message: fmt.Sprintf(format, args...)}
	if path != "" {
		p.Path = strings.Split(path, ".")
	}
	return p
}

// List collects problems, so that the answer to a form with three mistakes names all three.
type List []*Problem

// Add appends a problem.
func (l *List) Add(code Code, path, format string, args ...any) {
	*l = append(*l, New(code, path, format, args...))
}

// Err returns the list as one error, or nil if it is empty.
func (l List) Err() error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// In returns the problems of which err consists. ok is false if err is, or contains, any other error.
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
