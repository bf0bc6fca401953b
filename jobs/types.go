package jobs

import (
	"cmp"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// Type is a job that a person can run. What it is to be told are the input fields of its mutation.
type Type struct {
	Kind        string
	Name        string // as librarians search for it
	Description string
	Mutation    string // of the API
}

// Types are the jobs that a person can run, by name, of which name or description have all words of search, in any case
// and order.
func Types(search string) (found []Type) {
	words := strings.Fields(kbart.FoldTitle(search))
	for _, k := range kinds {
		text := kbart.FoldTitle(k.title + " " + k.description)
		missing := slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
		if k.title != "" && !missing {
			found = append(found, Type{k.name, k.title, k.description, k.mutation})
		}
	}
	slices.SortFunc(found, func(a, b Type) int { return cmp.Compare(a.Name, b.Name) })
	return found
}
