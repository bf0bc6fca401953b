package provider

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Code names an outcome of a fetch other than a new file. Codes are stable: they appear in the API and in reports. A
// Code is an error too, so errors.Is(err, provider.NoFile) works.
type Code string

// The outcomes; rules.go says what each means and what to do.
const (
	SameFile           Code = "SAME_FILE"
	NoFile             Code = "NO_FILE"
	CredentialsRefused Code = "CREDENTIALS_REFUSED"
	Throttled          Code = "THROTTLED"
	ServerError        Code = "SERVER_ERROR"
	Network            Code = "NETWORK"
	TLS                Code = "TLS"
	Timeout            Code = "TIMEOUT"
	NotKBART           Code = "NOT_KBART"
	Truncated          Code = "TRUNCATED"
	TooLarge           Code = "TOO_LARGE"
	RefusedRedirect    Code = "REFUSED_REDIRECT"
	RefusedAddress     Code = "REFUSED_ADDRESS"
	UnexpectedStatus   Code = "UNEXPECTED_STATUS"
	InvalidRequest     Code = "INVALID_REQUEST"
	Storage            Code = "STORAGE"
	Cancelled          Code = "CANCELLED"
)

// Codes returns all of them, by name.
func Codes() []Code { return slices.Sorted(maps.Keys(rules)) }

// Meaning says what happened, a clause.
func (c Code) Meaning() string { return rules[c].message }

// Error implements error.
func (c Code) Error() string { return string(c) }

// Outcome is the error that Fetch returns for everything but a new file. Neither its text nor that of any error it
// wraps shows the API key.
type Outcome struct {
	Code    Code
	Message string // what happened in this case, a clause
	Hint    string // what to do, a sentence

	Content Content // what was asked for
	Host    string  // the provider's host, with a port if it has one

	Status     int           // HTTP status of the last answer; 0 = none
	Retriable  bool          // trying again later, with nothing changed, may succeed
	RetryAfter time.Duration // how long the provider asks to wait; 0 = it does not say
	Attempts   int           // requests made, redirects not counted

	// File is the kept copy of the unchanged file (SameFile), for planning again. Its name, date and validators are
	// from the current answer. It is nil for every other code, and if the provider answered 304 to a request without
	// LastSHA256.
	File *File

	Err error // the cause; nil if the answer itself is the cause

	final bool // another try at once would end the same way, whatever the code's rule
}

// Error says what was asked of whom, what happened, and what to do.
func (o *Outcome) Error() string {
	var b strings.Builder
	b.WriteString("fetching")
	if o.Content != "" {
		fmt.Fprintf(&b, " %s", o.Content)
	}
	if o.Host != "" {
		fmt.Fprintf(&b, " from %s", o.Host)
	}
	fmt.Fprintf(&b, ": %s [%s", o.Message, o.Code)
	if o.Status != 0 {
		fmt.Fprintf(&b, ", HTTP %d", o.Status)
	}
	if o.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", o.Attempts)
	}
	if o.RetryAfter > 0 {
		fmt.Fprintf(&b, ", again in %s", o.RetryAfter.Round(time.Second))
	}
	fmt.Fprintf(&b, "]. %s", o.Hint)
	return b.String()
}

// Unwrap returns the cause.
func (o *Outcome) Unwrap() error { return o.Err }

// Is matches the outcome's Code.
func (o *Outcome) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == o.Code
}

// newOutcome returns an outcome with a code; detail, if any, describes this case.
func newOutcome(code Code, detail string, err error) *Outcome {
	rule := rules[code]
	message := rule.message
	if detail != "" {
		message += ": " + detail
	}
	return &Outcome{Code: code, Message: message, Hint: rule.hint, Retriable: rule.again != never, Err: err}
}

// hint replaces the general advice with one for this case.
func (o *Outcome) hint(text string) *Outcome {
	o.Hint = text
	return o
}

// advise replaces the general advice with the provider's own.
func (o *Outcome) advise(f *Fetcher, global bool) {
	if o.Hint == rules[o.Code].hint {
		o.Hint = cmp.Or(f.provider.Advice[o.Code], o.Hint)
	}
	if global {
		o.Hint = cmp.Or(globalHints[o.Code], o.Hint)
	}
	o.Hint = f.Advise(o.Hint)
}
