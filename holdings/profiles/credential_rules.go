package profiles

import (
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
)

// The maximum lengths of texts, in characters.
const (
	maxGroupName = 100
)

// checkCredential adds the problems of a credential.
func checkCredential(problems *problem.List, path string, credential secret.Credential, value secret.Key) {
	if credential.Name == "" {
		if !value.IsZero() {
			problems.Add(problem.BadInput, path, "the provider does not ask for this: leave it out")
		}
		return
	}
	if err := credential.Check(value); err != nil {
		problems.Add(problem.BadInput, path, "%s", err)
	}
}

// CheckCredentials checks unsaved credentials for a provider ("": the standard one). It returns their problems under
// the inputs customerNumber and apiKey. nil is not checked.
func (s *Service) CheckCredentials(provider string, number *string, key *secret.Key) error {
	var problems problem.List
	checkCredentials(&problems, s.providers.of(provider), number, key)
	return problems.Err()
}

func checkCredentials(problems *problem.List, p Provider, number *string, key *secret.Key) {
	if number != nil {
		checkCredential(problems, "input.customerNumber", p.CustomerNumber, secret.NewKey(*number))
	}
	if key != nil {
		checkCredential(problems, "input.apiKey", p.APIKey, *key)
	}
}
