package graph_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent/jobchange"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

// cost is what a query costs in SQL statements, and how often a word stands in its answer.
func (b *testBundle) cost(query string, variables map[string]any, word string) (statements []string, n int) {
	b.t.Helper()
	b.counter.take()
	var data json.RawMessage
	b.query(query, variables, &data)
	return b.counter.take(), strings.Count(string(data), word)
}

// tables are the statements without what a page's size changes in them: their numbers of placeholders.
func tables(statements []string) string {
	from := regexp.MustCompile("(SELECT|INSERT|UPDATE|DELETE).*?FROM `([a-z_]+)`")
	var names []string
	for _, s := range statements {
		if found := from.FindStringSubmatch(s); found != nil {
			names = append(names, found[2])
		} else {
			names = append(names, s)
		}
	}
	return strings.Join(names, ", ")
}

// TestStatements: a page costs the same number of statements whatever its size, and few.
func TestStatements(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	for range 12 { // for the largest page
		c.sync(jobs.Preview, c.profiles[2].ID)
	}
	for _, test := range statementTests(c.largestJob()) {
		var before []string
		for i, first := range test.pages {
			statements, n := c.cost(test.query, map[string]any{"first": first}, test.word)
			if i < 2 && n != first || i == 2 && n <= test.pages[1] {
				t.Errorf("%s: %d items on a page of %d", test.name, n, first)
			}
			if len(statements) > test.most {
				t.Errorf("%s: %d statements for %d, want at most %d: %s", test.name, len(statements), n, test.most, tables(statements))
			}
			// what is retained is asked for only where a portfolio of the page has no entitlement in force
			statements = slices.DeleteFunc(statements, func(s string) bool { return strings.Contains(s, "AS mark") })
			if i > 0 && len(statements) != len(before) {
				t.Errorf("%s: %d statements for %d items, %d for %d:\n%s\n%s", test.name, len(before), test.pages[i-1], len(statements), n,
					tables(before), tables(statements))
			}
			before = statements
		}
	}
}

// statementTest is a query of pages of three sizes, and how many statements each may cost.
type statementTest struct {
	name, query, word string
	most              int
	pages             []int
}

// statementTests go as far from each list as a client would; largest is the job with the longest report.
func statementTests(largest string) []statementTest {
	return []statementTest{
		{
			"portfolios", `query($first: Int) { portfolios(first: $first) { pageInfo { endCursor } nodes { title titleId url accessible
			collection { name communityZoneCollection { name } license { code } }
			coverage { text profiles { name groups { name } } } availableFor { name profiles { name } }
			coverageByGroup { group { name } coverage { text profiles { name } } }
			poLines { nodes { number vendor portfolio { title } } } license { code } entitlements { active coverage { text } profile { name } } }
			} }`,
			`"titleId"`, 21,
			[]int{10, 50, 200},
		},
		{"jobs", `query($first: Int) { jobs(first: $first) { nodes { state summary counts { added ... on ListCounts { fields { name titles } }
			} progress { phase }
			profiles { name groups { name } } groups { id name } subject { id } waitsFor { id } waitsBecause { code }
			parts { state profile { name } collection { name } file { name profile { name } } groups { id name } guard { held percent } wouldBe kinds
				guards { guard } decisions { kind decision } } } } }`, `"summary"`, 12, []int{5, 10, 20}},
		{"changes", fmt.Sprintf(`query($first: Int) { job(id: %q) { changes(first: $first) { nodes { action field title oldValue newValue line
			portfolio { title collection { name } } ... on UnclearChange { candidates { title } }
			... on CoverageChange { oldCoverage { text profiles { name } } newCoverage { text } }
			part { content file { name } } profile { name } groups { name } } } } }`, largest), `"oldValue"`, 8, []int{10, 50, 200}},
		{
			"findings",
			fmt.Sprintf(`query($first: Int) { job(id: %q) { findings(first: $first) { nodes { code line part { profile { name } collection { name }
				file { name } } } } } }`, largest),
			`"line"`, 6,
			[]int{1, 3, 6},
		},
		{
			"poLines",
			`query($first: Int) { poLines(first: $first) { nodes { number
				portfolio { title coverage { text } collection { name } poLines { nodes { number } } } } } }`, `"portfolio"`, 6,
			[]int{10, 30, 60},
		},
		{
			"communityZoneTitles",
			`query($first: Int) { communityZoneTitles(first: $first) { nodes { title titleId coverage { text profiles { name } }
			communityZoneCollection { name titleCount collection { name } } } } }`, `"titleId"`, 4,
			[]int{5, 10, 20},
		},
		{
			"providerFiles", `query($first: Int) { providerFiles(first: $first) { nodes { name profile { name groups { name } } } } }`, `"profile"`,
			4,
			[]int{4, 8, 16},
		},
	}
}

// largestJob is the one with the most changes.
func (c *catalogue) largestJob() string {
	c.t.Helper()
	var most, id int64
	for _, job := range c.synced {
		if n := int64(c.store.Read.JobChange.Query().Where(jobchange.JobID(job.ID)).CountX(c.t.Context())); n > most {
			most, id = n, job.ID
		}
	}
	return model.ID(model.JobType, id)
}

// TestTotalCountOnDemand: what is not asked for is not counted.
func TestTotalCountOnDemand(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	for name, query := range c.listings() {
		with, _ := c.cost(query, map[string]any{"first": 2}, "")
		without, _ := c.cost(strings.Replace(query, "totalCount", "", 1), map[string]any{"first": 2}, "")
		if len(with) != len(without)+1 {
			t.Errorf("%s: %d statements with totalCount, %d without", name, len(with), len(without))
		}
	}
}

// TestRelatedListsPerJob: a listing that hangs on each job of a page costs its statements for each, and no more.
func TestRelatedListsPerJob(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	query := `query($first: Int) { jobs(first: $first) { nodes {
		parts { state profile { name } collection { name } file { name } groups { name } }
		changes(first: 20) { nodes { title portfolio { title } part { state } profile { name } } } } } }`
	three, _ := c.cost(query, map[string]any{"first": 3}, "")
	nine, _ := c.cost(query, map[string]any{"first": 9}, "")
	if perJob := 4; len(nine)-len(three) > 6*perJob {
		t.Errorf("%d statements for 3 jobs, %d for 9, so more than %d for each:\n%s", len(three), len(nine), perJob, tables(nine))
	}
}
