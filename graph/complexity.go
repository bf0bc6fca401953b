package graph

import (
	"cmp"
	"context"

	gqlgen "github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

// complexityLimit refuses operations that cost too much, before anything of them is done.
type complexityLimit struct {
	limits *Limits
	schema graphql.ExecutableSchema
}

// ExtensionName names it to gqlgen.
func (*complexityLimit) ExtensionName() string { return "Complexity" }

// Validate keeps the schema.
func (c *complexityLimit) Validate(schema graphql.ExecutableSchema) error {
	c.schema = schema
	return nil
}

// MutateOperationContext checks the operation that was chosen of the document.
func (c *complexityLimit) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if gqlgen.Calculate(ctx, c.schema, op.Operation, op.Variables) > c.limits.Complexity {
		return c.limits.exceeded(limitComplexity).graphQL()
	}
	return nil
}

// complexity counts a listing as many times as it may have items: gqlgen would count it once.
func complexity() (c generated.ComplexityRoot) {
	c.Query.AccessTokens, c.Query.People, c.Query.InventoryGroups, c.Portfolio.History = paged, paged, paged, paged
	c.Portfolio.PoLines, c.Collection.PoLines, c.Collection.Sets, c.License.Collections = short, short, short, short
	c.Query.AuditEntries = filteredPage
	c.Query.CommunityZoneCollections = func(
		child int, first *int, _ *string, last *int, _ *string, filter *model.CommunityZoneCollectionFilter,
	) int {
		if filter != nil && orEmpty(filter.Search) != "" {
			return plus(searchCost, pageOf(child, first, last))
		}
		return pageOf(child, first, last)
	}
	c.Query.CommunityZoneTitles = searchedPage
	c.Query.Collections = sortedPage
	c.Collection.Portfolios = searchedPage
	c.Query.Portfolios = func(
		child int, first *int, after *string, last *int, before *string, by *model.Order, filter *model.PortfolioFilter, asOf *string,
	) int {
		if asOf != nil {
			return plus(formerCost, pageOf(child, first, last))
		}
		return searchedPage(child, first, after, last, before, by, filter)
	}
	c.Query.PortfolioFacets = func(child int, _ *model.PortfolioFilter) int { return plus(facetsCost, times(usualList, child)) }
	c.Query.PoLines = searchedPage
	c.Query.Licenses = searchedPage
	c.Query.CollectionSets = filteredPage
	c.Query.PortfolioSets = filteredPage
	c.Query.PairingDecisions = filteredPage
	c.PortfolioSet.Portfolios, c.License.Portfolios, c.CollectionSet.Collections = unfilteredPage, unfilteredPage, unfilteredPage
	c.Query.PoLinesNotListed = sortedPage
	c.Query.PortfoliosWithoutPoLine = sortedPage
	c.Query.PortfoliosOfClosedOrders = sortedPage
	c.Query.PortfoliosKeptWithoutReason = sortedPage
	c.Query.Worklist = filteredPage
	c.Query.WorklistCounts = func(child int, _ *model.WorklistFilter) int { return plus(countCost, times(usualList, child)) }
	c.Query.Profiles = filteredPage
	c.Query.ProviderFiles = filteredPage
	c.Query.Jobs = sortedPage
	c.Query.Nodes = func(child int, ids []string) int { return 1 + times(len(ids), child) }
	c.Job.Findings = filteredPage
	c.Job.Changes = sortedPage
	c.Query.Changes = func(child int, first *int, _ *string, last *int, _ *string, _ *int64, _ string, _ *model.ChangeFilter) int {
		return pageOf(child, first, last)
	}
	c.Mutation.CreatePortfolios = func(child int, in generated.CreatePortfoliosInput) int { return 1 + times(len(in.Portfolios), child) }
	c.Mutation.ChangePoLines = func(child int, in generated.ChangePoLinesInput) int {
		return 1 + times(len(inputList(in.Delete))+len(inputList(in.Update))+len(inputList(in.Create)), child)
	}
	c.Mutation.ChangeLicenses = func(child int, in generated.ChangeLicensesInput) int {
		return 1 + times(len(inputList(in.Update))+len(inputList(in.Create)), child)
	}
	several(&c)
	counts(&c)
	return c
}

// paged is the cost of a listing that can be neither sorted otherwise nor filtered.
func paged(child int, first *int, _ *string, last *int, _ *string) int {
	return pageOf(child, first, last)
}

// short is the cost of a listing that belongs to one thing and is usually short: as long as usual unless a length is asked for.
func short(child int, first *int, _ *string, last *int, _ *string) int {
	if first == nil && last == nil {
		usual := usualList
		first = &usual
	}
	return pageOf(child, first, last)
}

func filteredPage[F any](child int, first *int, _ *string, last *int, _ *string, _ F) int {
	return pageOf(child, first, last)
}

func unfilteredPage(child int, first *int, _ *string, last *int, _ *string, _ *model.Order) int {
	return pageOf(child, first, last)
}

func sortedPage[F any](child int, first *int, _ *string, last *int, _ *string, _ *model.Order, _ F) int {
	return pageOf(child, first, last)
}

// searchedPage is the cost of a listing whose filter may search for words by their index.
func searchedPage[F interface{ Searches() bool }](child int, first *int, _ *string, last *int, _ *string, _ *model.Order, filter F) int {
	if filter.Searches() {
		return plus(wordsCost, pageOf(child, first, last))
	}
	return pageOf(child, first, last)
}

// counts counts what it takes to count a whole listing.
func counts(c *generated.ComplexityRoot) {
	count := func(int) int { return countMark }
	c.InventoryGroupConnection.TotalCount = count
	c.CommunityZoneCollectionConnection.TotalCount = count
	c.CommunityZoneTitleConnection.TotalCount = count
	c.CollectionConnection.TotalCount = count
	c.PortfolioConnection.TotalCount = count
	c.PoLineConnection.TotalCount = count
	c.LicenseConnection.TotalCount = count
	c.CollectionSetConnection.TotalCount = count
	c.PortfolioSetConnection.TotalCount = count
	c.PairingDecisionConnection.TotalCount = count
	c.ProfileConnection.TotalCount = count
	c.ProviderFileConnection.TotalCount = count
	c.JobFindingConnection.TotalCount = count
	c.JobChangeConnection.TotalCount = count
	c.JobConnection.TotalCount = count
	c.AccessTokenConnection.TotalCount = count
	c.PersonConnection.TotalCount = count
	c.AuditEntryConnection.TotalCount = count
	c.WorklistConnection.TotalCount = count
}

// several counts unpaged lists by their usual length. They are short, but a query that goes back and forth between
// profiles and groups a dozen times would otherwise count a dozen fields and return millions.
func several(c *generated.ComplexityRoot) {
	list := func(child int) int { return 1 + times(usualList, child) }
	c.InventoryGroup.Profiles = list
	c.Profile.Groups = list
	c.Profile.Alerts = list
	c.Query.ScheduledJobs = list
	c.ScheduledJob.Profiles = list
	c.CommunityZoneTitle.Coverage = list
	c.Portfolio.AvailableFor = list
	c.AccessAnswer.Portfolios = list
	c.PortfolioAccess.Entitlements = list
	c.Portfolio.Coverage = list
	c.Portfolio.CoverageByGroup = list
	c.GroupCoverage.Coverage = list
	c.Portfolio.Entitlements = list
	c.Portfolio.PairingCandidates = list
	c.Portfolio.AdditionalLicenses = list
	c.AcquisitionsReport.Lines = list
	c.Entitlement.Coverage = list
	c.CoverageStatement.Profiles = list
	c.Job.Parts = list
	c.Job.Profiles = list
	c.Job.Groups = list
	c.JobPart.Groups = list
	c.JobPart.Guards = list
	c.JobPart.Decisions = list
	c.UnclearChange.Candidates = list
	c.CoverageChange.OldCoverage = list
	c.CoverageChange.NewCoverage = list
	c.AddedChange.Groups, c.LeavingChange.Groups, c.UnclearChange.Groups, c.CoverageChange.Groups = list, list, list, list
	c.ValueChange.Groups, c.MovedChange.Groups, c.GroupChange.Groups = list, list, list
	c.RowChange.Groups, c.PortfolioChange.Groups = list, list
	c.Change.Groups = list
	c.GroupCounts.Groups = list
	c.Query.JobTypes = func(child int, _ *model.JobTypeFilter) int { return list(child) }
	c.JobType.Parameters = list
	c.TestProfileConnectionPayload.Results = list
	c.DeactivationConsequences.Profiles = list
	c.DeactivationConsequences.Sets = list
	c.Query.WorklistPeople = list
	c.WorklistChange.Counts = list
	c.WorklistChange.New = list
}

// usualList is the length counted for an unpaged list.
const usualList = 4

const (
	countCost  = 1000 // of a totalCount, which visits all that is listed
	facetsCost = 3000 // of counting facets, which visits all that is listed, and again for each facet
	searchCost = 1000 // of a search for words without an index of them, likewise
	formerCost = 5000 // of a listing as of a former day, for which all that has changed since may be taken back
	wordsCost  = 100  // of a search by an index of words, which sorts the hits of a word that not very many titles have
)

// countMark stands for a totalCount until pageOf, which knows the page that it belongs to: a page is counted once,
// however many items it may have. No sum of costs comes near it, since each ends at maxCost.
const (
	countMark = 1 << 52
	maxCost   = 1 << 30
)

// pageOf is the cost of a page, of the first items or of the last.
func pageOf(child int, first, last *int) int {
	n := defaultFirst
	if size := cmp.Or(first, last); size != nil {
		n = min(max(*size, 1), maxFirst)
	}
	return plus(1+times(n, child%countMark), times(child/countMark, countCost))
}

// times and plus end at maxCost, so that no cost is so large that it counts as small.
func times(n, cost int) int {
	if cost > 0 && n > maxCost/cost {
		return maxCost
	}
	return n * cost
}

func plus(a, b int) int { return min(a+b, maxCost) }
