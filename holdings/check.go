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
	maxGroupName  = 100
	maxCredential = 500
	maxCustomer   = 200
)

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
