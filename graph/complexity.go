package graph

import (
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

// complexity counts a listing as many times as it may have items: gqlgen would count it once.
func complexity() (c generated.ComplexityRoot) {
	c.Query.AccessTokens = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.People = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.AuditEntries = func(child int, first *int, _ *string, _ *generated.AuditEntryFilter) int { return pageOf(child, first) }
	c.Query.InventoryGroups = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.CommunityZoneCollections = func(child int, first *int, _ *string, _ *model.CommunityZoneCollectionFilter) int {
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
	c.Query.PoLinesNotListed = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int { return pageOf(child, first) }
	c.Query.PortfoliosWithoutPoLine = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int { return pageOf(child, first) }
	c.Query.PortfoliosKeptWithoutReason = func(child int, first *int, _ *string, _ *model.ReconciliationFilter) int {
		return pageOf(child, first)
	}
	c.License.Portfolios = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.CollectionSet.Collections = func(child int, first *int, _ *string) int { return pageOf(child, first) }
	c.Query.Profiles = func(child int, first *int, _ *string, _ *model.ProfileFilter) int { return pageOf(child, first) }
	c.Query.ProviderFiles = func(child int, first *int, _ *string, _ *model.ProviderFileFilter) int { return pageOf(child, first) }
	c.Query.Jobs = func(child int, first *int, _ *string, _ *model.JobFilter) int { return pageOf(child, first) }
	c.Query.Nodes = func(child int, ids []string) int { return 1 + len(ids)*child }
	c.Collection.Portfolios = func(child int, first *int, _ *string, _ *model.PortfolioFilter) int { return pageOf(child, first) }
	c.Job.Findings = func(child int, first *int, _ *string, _ *model.JobFindingFilter) int { return pageOf(child, first) }
	c.Job.Changes = func(child int, first *int, _ *string, _ *model.JobChangeFilter) int { return pageOf(child, first) }
	several(&c)
	return c
}

// several counts unpaged lists by their usual length. They are short, but a query that goes back and forth between
// profiles and groups a dozen times would otherwise count a dozen fields and return millions.
func several(c *generated.ComplexityRoot) {
	list := func(child int) int { return 1 + usualList*child }
	c.InventoryGroup.Profiles = list
	c.Profile.Groups = list
	c.Profile.Alerts = list
	c.Query.ScheduledJobs = list
	c.ScheduledJob.Profiles = list
	c.CommunityZoneTitle.Coverage = list
	c.Portfolio.AvailableFor = list
	c.Portfolio.Coverage = list
	c.Portfolio.Entitlements = list
	c.Portfolio.PoLines = list
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
	c.Query.JobTypes = func(child int, _ *model.JobTypeFilter) int { return list(child) }
	c.JobType.Parameters = list
	c.TestProfileConnectionPayload.Results = list
	c.DeactivationConsequences.Profiles = list
	c.DeactivationConsequences.Sets = list
}

// usualList is the length counted for an unpaged list.
const usualList = 4

func pageOf(child int, first *int) int {
	n := defaultFirst
	if first != nil {
		n = min(max(*first, 1), maxFirst)
	}
	return 1 + n*child
}
