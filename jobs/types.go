package jobs

import (
	"cmp"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// Type is a kind of job that a person can run. Its mutation's input fields say what the job needs to know.
type Type struct {
	Kind        string
	Name        string // the name that librarians search for
	Description string
	Mutation    string // the API's mutation
}

// Types returns the jobs that a person can run, by name, if their name or description has all words of search, in any
// case and order.
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
