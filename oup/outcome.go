package oup

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code names an outcome of a fetch other than a new file. Codes are stable: they appear in the API and in reports. A
// Code is an error too, so that errors.Is(err, oup.NoFile) asks for one.
type Code string

// The outcomes; [Rules] says what each means and what is to be done.
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

// Error implements error.
func (c Code) Error() string { return string(c) }

// Retry says whether the same request may succeed when it is made again.
type Retry uint8

const (
	// Never means not before something has changed on either side. The next scheduled run asks again anyway.
	Never Retry = iota
	// Later means not at once, but a later try of the same job may succeed.
	Later
	// Again means that Fetch tries again by itself, with backoff; when its tries are used up, a later try of the job may
	// succeed.
	Again
)

// String returns "never", "later" or "again".
func (r Retry) String() string { return [...]string{"never", "later", "again"}[r] }

// Rule is what holds for every outcome of one code.
type Rule struct {
	Code    Code
	Message string // what happened, a clause without a full stop
	Hint    string // what to do, a sentence
	Retry   Retry
}

// Rules returns the rule of every code, in the order in which they are documented.
func Rules() []Rule { return append([]Rule(nil), rules...) }

var rules = []Rule{
	{
		SameFile, "the provider still offers the file that was applied last",
		"Nothing is to be done: the files change once a month, in its last week.", Never,
	},
	{
		NoFile, "the provider has no file for this content type",
		"Ask OUP whether the customer is entitled to it; if there should be a file, check the address template.", Never,
	},
	{
		CredentialsRefused, "the provider refused the credentials",
		"Check the customer number and the API key of the profile; ask OUP for a new key if they are right.", Never,
	},
	{
		Throttled, "the provider asks for fewer requests",
		"The request is made again after the time the provider asks for; run the profiles less often if this comes back.", Again,
	},
	{
		ServerError, "the provider's server failed",
		"The request is made again by itself; tell OUP if it lasts for more than a day.", Again,
	},
	{
		Network, "the connection to the provider failed",
		"Check the provider's address, name resolution, firewall and proxy of this server; the request is made again by itself.", Again,
	},
	{
		TLS, "no secure connection to the provider could be made",
		"Check the clock and the root certificates of this server, and whether a proxy breaks into TLS; then ask OUP about its certificate.",
		Never,
	},
	{
		Timeout, "the provider took too long",
		"The request is made again by itself; raise the time limits if the provider's files are large and its service slow.", Again,
	},
	{
		NotKBART, "the provider sent something else than a KBART list",
		"Nothing was changed. Read what was sent, then check the address template and the file format, or tell OUP.", Never,
	},
	{
		Truncated, "the file arrived incomplete or damaged",
		"Nothing was changed. The request is made again by itself; tell OUP if it lasts for more than a day.", Again,
	},
	{
		TooLarge, "the file exceeds the size limit",
		"Raise the limit if the library's list is really that large; otherwise tell OUP.", Never,
	},
	{
		RefusedRedirect, "the provider redirects to an address that is not allowed",
		"If the new address is OUP's, set it in the address template or allow its host; if it is a login page, check the credentials.", Never,
	},
	{
		RefusedAddress, "the provider's name stands for an address that is not public",
		"Check the address template and name resolution; allow private addresses if the provider is meant to be on this network.", Never,
	},
	{
		UnexpectedStatus, "the provider gave an answer that is not foreseen",
		"Check the address template; tell OUP if it is right.", Never,
	},
	{
		InvalidRequest, "the request cannot be made",
		"Correct the profile or the configuration; nothing was asked of the provider.", Never,
	},
	{
		Storage, "the file could not be written to the data directory",
		"Check free space and permissions of the data directory, then run the profile again.", Never,
	},
	{
		Cancelled, "the fetch was cancelled",
		"Run the profile again when it is wanted.", Later,
	},
}

var ruleOf = func() map[Code]Rule {
	m := make(map[Code]Rule, len(rules))
	for _, r := range rules {
		m[r.Code] = r
	}

	return m
}()

// Outcome is the error that Fetch returns for everything but a new file. Neither its text nor that of any error it
// wraps shows the API key.
type Outcome struct {
	Code    Code
	Message string // what happened in this case, a clause
	Hint    string // what to do, a sentence

	Content Content // what was asked for
	Host    string  // of whom: the provider's host, with a port where it has one

	Status     int           // of the last answer; 0 = there was none
	Retriable  bool          // trying again later, with nothing changed, may succeed
	RetryAfter time.Duration // how long the provider asks to wait before that; 0 = it does not say
	Attempts   int           // requests made, redirects not counted

	// File is the kept copy of the file that is still the same (SameFile), by which a plan is made again. Its name, date
	// and validators are those of the present answer. nil where the request named no LastSHA256 and the provider answered
	// 304, and for every other code.
	File *File

	Err error // the cause; nil where the answer itself is the cause

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

// CodeOf returns the code of the outcome in err's chain, "" if there is none.
func CodeOf(err error) Code {
	if o, ok := errors.AsType[*Outcome](err); ok {
		return o.Code
	}

	return ""
}

// fail makes the outcome of a code; detail, if any, says what is particular to the case.
func fail(code Code, detail string, err error) *Outcome {
	rule := ruleOf[code]

	message := rule.Message
	if detail != "" {
		message += ": " + detail
	}

	return &Outcome{Code: code, Message: message, Hint: rule.Hint, Retriable: rule.Retry != Never, Err: err}
}

// hint replaces the general advice by one for the case.
func (o *Outcome) hint(text string) *Outcome {
	o.Hint = text

	return o
}
