package holdings

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
)

// The longest texts that a person may enter, in characters.
const (
	maxName        = 200
	maxGroupName   = 100
	maxDescription = 500
	maxCredential  = 500
	maxCustomer    = 200
)

// checkName adds what is wrong with a name: 1 to 200 characters in one line.
func checkName(problems *problem.List, path, name string) {
	checkNameUpTo(problems, path, name, maxName)
}

func checkNameUpTo(problems *problem.List, path, name string, most int) {
	length := utf8.RuneCountInString(name)
	switch {
	case length == 0:
		problems.Add(problem.BadInput, path, "the name is empty: give 1 to %d characters", most)
	case length > most:
		problems.Add(problem.BadInput, path, "the name has %d characters: give at most %d", length, most)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		problems.Add(problem.BadInput, path, "the name holds a line break or another control character: give one line of text")
	}
}

func checkDescription(problems *problem.List, text string) {
	const path = "input.description"
	switch length := utf8.RuneCountInString(text); {
	case length > maxDescription:
		problems.Add(problem.BadInput, path, "the description has %d characters: give at most %d", length, maxDescription)
	case !utf8.ValidString(text):
		problems.Add(problem.BadInput, path, "the description is not valid UTF-8: type it again")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }):
		problems.Add(problem.BadInput, path, "the description holds a control character: type it again")
	}
}

// checkCustomerNumber adds what is wrong with a customer number: it has 1 to 200 characters, none of them a blank or a
// control character, and is not "." or "..", which a path would not survive.
func checkCustomerNumber(problems *problem.List, path, number string) {
	length := utf8.RuneCountInString(number)
	switch {
	case length == 0:
		problems.Add(problem.BadInput, path, "the customer number is empty: enter the provider's Sigma Customer ID")
	case length > maxCustomer:
		problems.Add(problem.BadInput, path, "the customer number has %d characters: it may have at most %d", length, maxCustomer)
	case !utf8.ValidString(number) || strings.ContainsFunc(number, blankOrControl):
		problems.Add(problem.BadInput, path, "the customer number holds a blank or a control character: enter it without them")
	case number == "." || number == "..":
		problems.Add(problem.BadInput, path, "the customer number consists of dots: enter the provider's Sigma Customer ID")
	}
}

// CheckCredentials returns, as problems of the inputs customerNumber and apiKey, what is wrong with credentials that
// are not saved. What is nil is not looked at.
func CheckCredentials(customerNumber *string, apiKey *secret.Key) error {
	var problems problem.List
	if customerNumber != nil {
		checkCustomerNumber(&problems, "input.customerNumber", *customerNumber)
	}
	if apiKey != nil {
		checkAPIKey(&problems, "input.apiKey", apiKey.Reveal())
	}
	return problems.Err()
}

func blankOrControl(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// checkAPIKey adds what is wrong with a key, and never shows it: it has 1 to 500 characters, all of them visible ASCII,
// since it travels in a header or an address.
func checkAPIKey(problems *problem.List, path, key string) {
	length := utf8.RuneCountInString(key)
	switch {
	case length == 0:
		problems.Add(problem.BadInput, path, "the API key is empty: enter the provider's KBART API key")
	case length > maxCredential:
		problems.Add(problem.BadInput, path, "the API key has %d characters: it may have at most %d", length, maxCredential)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		problems.Add(problem.BadInput, path,
			"the API key holds a blank, a control character or a letter outside ASCII: copy it again from the provider's message")
	case key == "." || key == "..":
		problems.Add(problem.BadInput, path, "the API key consists of dots: enter the provider's KBART API key")
	}
}

func checkRange(problems *problem.List, path, what string, value *int, most int) {
	if value != nil && (*value < 0 || *value > most) {
		problems.Add(problem.BadInput, path, "%s cannot be %d: choose 0 to %d", what, *value, most)
	}
}

// checkVersion refuses a change of something that was changed since it was read.
func checkVersion(what string, read *int, now int) error {
	if read == nil || *read == now {
		return nil
	}
	return problem.New(problem.Conflict, "input.version",
		"%s was changed meanwhile: its version is now %d, and you read %d. Read it again, then make your change anew", what, now, *read)
}
