package jobs

import (
	"autoholdings/kbart"
	"cmp"
	"slices"
	"strings"
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
func Types(search string) []Type {
	words := strings.Fields(kbart.FoldTitle(search))
	found := slices.DeleteFunc(slices.Clone(types), func(t Type) bool {
		text := kbart.FoldTitle(t.Name + " " + t.Description)
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
	slices.SortFunc(found, func(a, b Type) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

var types = []Type{
	{
		KindSync, "Upload electronic holdings",
		"Fetches the provider's lists of what the library is entitled to, for one integration profile, and brings the portfolios in step with " +
			"them. The schedule of the active profiles does the same.",
		"runProfile",
	},
	{
		KindMove, "Move electronic portfolio information",
		"Moves PO lines and licenses from the portfolios of a set of electronic collections to their counterparts in another collection, after " +
			"a summary to review and confirm.",
		"movePortfolioInformation",
	},
	{
		KindImport, "Import a KBART list into a local collection",
		"Brings a local electronic collection in step with a KBART list that a person has: adds, updates and, where it is asked for, takes out " +
			"portfolios.",
		"importCollection",
	},
	{
		KindZone, "Update the Community Zone",
		"Brings the titles of the Community Zone's collections in step with the provider's global title list, fetched or uploaded.",
		"importCommunityZoneTitles",
	},
	{
		KindWithdraw, "Withdraw a profile's entitlements",
		"Takes out of the holdings what an inactive integration profile entitles to and no other does, or what an active one entitled to of a " +
			"content type of which the provider has no list any more; a portfolio with a PO line is kept. It waits for a person's approval.",
		"withdrawProfile",
	},
	{
		KindUndo, "Undo a job",
		"Reverses what another job changed in the holdings; what was changed since is left and listed.",
		"undoJob",
	},
}
