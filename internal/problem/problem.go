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

// The codes; Codes says what each means.
const (
	BadInput           Code = "BAD_USER_INPUT"
	NotFound           Code = "NOT_FOUND"
	Conflict           Code = "CONFLICT"
	ProfileInactive    Code = "PROFILE_INACTIVE"
	CollectionInactive Code = "COLLECTION_INACTIVE"
	AlreadyActive      Code = "ALREADY_ACTIVE"
	GroupRequired      Code = "GROUP_REQUIRED"   // DOMAIN rule 6
	OneProfileOnly     Code = "ONE_PROFILE_ONLY" // DOMAIN rule 6, one campus
	InUse              Code = "IN_USE"
	WrongState         Code = "WRONG_STATE"
	CustomerChanged    Code = "CUSTOMER_CHANGED"
	ProviderUnknown    Code = "PROVIDER_UNKNOWN"
	OlderFile          Code = "OLDER_FILE"
	Limited            Code = "LIMITED"
	Unauthenticated    Code = "UNAUTHENTICATED"
	Forbidden          Code = "FORBIDDEN"
	Internal           Code = "INTERNAL" // of no problem, but of a fault
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
