package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/kbart"
)

// TestSearch: the four listings are searched by the API, together with other filters, and in a collection.
func TestSearch(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	row := c.store.Read.Portfolio.Query().Where(portfolio.OnlineKeyNEQ(""), portfolio.RemovedAtIsNil()).Order(portfolio.ByID()).
		FirstX(t.Context())
	id := model.ID(model.PortfolioType, row.ID)
	words := strings.Fields(kbart.FoldTitle(row.PublicationTitle))
	backwards := words[len(words)-1] + " " + strings.ToUpper(words[0])
	for _, search := range []string{backwards, row.OnlineIdentifier, row.TitleID, row.TitleURL, strings.TrimPrefix(row.TitleURL, "https://")} {
		for _, others := range []string{"", fmt.Sprintf(`, titleId: %q`, row.TitleID), fmt.Sprintf(`, titlePrefix: %q`, row.PublicationTitle)} {
			filter := fmt.Sprintf(`{search: %q%s}`, search, others)
			found := c.walk(t, listingOf("", "portfolios", filter), 7)
			if !strings.Contains(fmt.Sprint(found), id) {
				t.Errorf("%s does not find %q", filter, row.PublicationTitle)
			}
		}
	}
	in := model.ID(model.CollectionType, row.CollectionID)
	inside := listingOf(fmt.Sprintf("collection(id: %q)", in), "portfolios", fmt.Sprintf(`{search: %q}`, row.TitleID))
	if found := c.walk(t, inside, 7); !strings.Contains(fmt.Sprint(found), id) {
		t.Errorf("%s: not in its collection", row.TitleID)
	}
	for _, search := range []string{"", "  "} {
		if a, b := c.totalCount("portfolios", fmt.Sprintf(`{search: %q}`, search)), c.totalCount("portfolios", `{}`); a != b {
			t.Errorf("%q is no search and finds %d of %d", search, a, b)
		}
	}
	for _, field := range []string{"portfolios", "communityZoneTitles", "poLines", "licenses"} {
		for _, odd := range []string{`"`, `*`, "qqqzzz", "\U0001F600", "' OR 1=1 --", "NOT qqqzzz", strings.Repeat("ß(", 5000)} {
			if n := c.totalCount(field, fmt.Sprintf(`{search: %q}`, odd)); n != 0 {
				t.Errorf("%s: %.20q finds %d", field, odd, n)
			}
		}
		a := c.ask(fmt.Sprintf(`query($s: String) { %s(filter: {search: $s}) { totalCount } }`, field), map[string]any{"s": "a\x00b"})
		if len(a.Errors) != 1 ||
			strings.Contains(a.Body, "SQL") {
			t.Errorf("%s: NUL: %d %s", field, a.Status, a.Body)
		}
	}
}

func (b *testBundle) totalCount(field, filter string) int {
	b.t.Helper()
	return b.list(listingOf("", field, filter), 1, nil).TotalCount
}
