package graph

import (
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
	c.Query.AccessTokens = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.People = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.AuditEntries = func(child int, first *int, _ *string, _ *generated.AuditEntryFilter) int { return pageOf(child, first) }
	c.Query.InventoryGroups = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.CommunityZoneCollections = func(child int, first *int, _ *string, filter *model.CommunityZoneCollectionFilter) int {
		if filter != nil && orEmpty(filter.Search) != "" {
			return plus(searchCost, pageOf(child, first))
		}
		return pageOf(child, first)
	}
	c.Query.CommunityZoneTitles = func(child int, first *int, _ *string, _ *model.CommunityZoneTitleFilter) int {
		return pageOf(child, first)
	}
	c.Query.Collections = func(child int, first *int, _ *string, _ *model.CollectionFilter) int { return pageOf(child, first) }
	c.Query.Portfolios = func(child int, first *int, _ *string, _ *model.PortfolioFilter) int { return pageOf(child, first) }
	c.Query.PoLines = func(child int, first *int, _ *string, _ *model.POLineFilter) int { return pageOf(child, first) }
	c.Query.Licenses = func(child int, first *int, _ *string, _ *model.LicenseFilter) int { return pageOf(child, first) }
	c.Query.CollectionSets = func(child int, first *int, _ *string, _ *model.CollectionSetFilter) int { return pageOf(child, first) }
	c.Query.PortfolioSets = func(child int, first *int, _ *string, _ *model.PortfolioSetFilter) int { return pageOf(child, first) }
	c.Query.PairingDecisions = func(child int, first *int, _ *string, _ *model.PairingDecisionFilter) int {
		return pageOf(child, first)
	}
	c.PortfolioSet.Portfolios = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.PoLinesNotListed = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int { return pageOf(child, first) }
	c.Query.PortfoliosWithoutPoLine = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int { return pageOf(child, first) }
	c.Query.PortfoliosOfClosedOrders = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int {
		return pageOf(child, first)
	}
	c.Query.PortfoliosKeptWithoutReason = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int {
		return pageOf(child, first)
	}
	c.Query.Worklist = func(child int, first *int, _ *string, _ *model.WorklistFilter) int { return pageOf(child, first) }
	c.Query.WorklistCounts = func(child int, _ *model.WorklistFilter) int { return plus(countCost, times(usualList, child)) }
	c.License.Portfolios = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.CollectionSet.Collections = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.Profiles = func(child int, first *int, _ *string, _ *model.ProfileFilter) int { return pageOf(child, first) }
	c.Query.ProviderFiles = func(child int, first *int, _ *string, _ *model.ProviderFileFilter) int { return pageOf(child, first) }
	c.Query.Jobs = func(child int, first *int, _ *string, _ *model.JobFilter) int { return pageOf(child, first) }
	c.Query.Nodes = func(child int, ids []string) int { return 1 + times(len(ids), child) }
	c.Collection.Portfolios = func(child int, first *int, _ *string, _ *model.PortfolioFilter) int { return pageOf(child, first) }
	c.Job.Findings = func(child int, first *int, _ *string, _ *model.JobFindingFilter) int { return pageOf(child, first) }
	c.Job.Changes = func(child int, first *int, _ *string, _ *model.JobChangeFilter) int { return pageOf(child, first) }
	c.Query.Changes = func(child int, first *int, _ *string, _ *int64, _ string, _ *model.ChangeFilter) int {
		return pageOf(child, first)
	}
	c.Portfolio.History = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	several(&c)
	counts(&c)
	return c
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
	c.Portfolio.PoLines = list
	c.Portfolio.PairingCandidates = list
	c.Portfolio.AdditionalLicenses = list
	c.Collection.PoLines = list
	c.AcquisitionsReport.Lines = list
	c.License.Collections = list
	c.Collection.Sets = list
	c.Entitlement.Coverage = list
	c.CoverageStatement.Profiles = list
	c.Job.Parts = list
	c.Job.Profiles = list
	c.Job.Groups = list
	c.JobPart.Groups = list
	c.JobPart.Guards = list
	c.JobPart.Decisions = list
	c.JobChange.Candidates = list
	c.JobChange.Groups = list
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
	searchCost = 1000 // of a search for words, likewise
)

// countMark stands for a totalCount until pageOf, which knows the page that it belongs to: a page is counted once,
// however many items it may have. No sum of costs comes near it, since each ends at maxCost.
const (
	countMark = 1 << 52
	maxCost   = 1 << 30
)

// pageOf is the cost of a page.
func pageOf(child int, first *int) int {
	n := defaultFirst
	if first != nil {
		n = min(max(*first, 1), maxFirst)
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
