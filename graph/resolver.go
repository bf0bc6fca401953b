package graph

import (
	"context"
	"io"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/move"
	"autoholdings/holdings/profiles"
	"autoholdings/holdings/worklist"
	"autoholdings/internal/access"
	"autoholdings/jobs"
)

// Jobs is what the API needs from the jobs. *jobs.Service implements it.
type Jobs interface {
	CreateProfile(ctx context.Context, in jobs.SaveRequest) (jobs.Saved, error)
	UpdateProfile(ctx context.Context, id int64, version *int, in jobs.SaveRequest) (jobs.Saved, error)
	DeleteProfile(ctx context.Context, in jobs.DeleteProfileRequest) (*ent.Job, error)
	ActivateCollection(ctx context.Context, in jobs.ActivateRequest) (jobs.Activated, error)
	StartSync(ctx context.Context, in jobs.SyncRequest) (*ent.Job, error)
	StartMove(ctx context.Context, in jobs.MoveRequest) (*ent.Job, error)
	StartCarry(ctx context.Context, in jobs.CarryRequest) (*ent.Job, error)
	StartPair(ctx context.Context, in jobs.PairRequest) (*ent.Job, error)
	StartChange(ctx context.Context, in jobs.ChangeRequest) (*ent.Job, error)
	StartAlma(ctx context.Context, in jobs.AlmaRequest) (*ent.Job, error)
	StartGroups(ctx context.Context, in jobs.GroupsRequest) (*ent.Job, error)
	StartImport(ctx context.Context, in jobs.ImportRequest) (*ent.Job, error)
	StartZoneUpdate(ctx context.Context, in jobs.ZoneRequest) (*ent.Job, error)
	StartWithdrawal(ctx context.Context, in jobs.WithdrawRequest) (*ent.Job, error)
	Cancel(ctx context.Context, jobID int64) (*ent.Job, error)
	Approve(ctx context.Context, jobID int64, in jobs.Decision) (*ent.Job, error)
	Reject(ctx context.Context, jobID int64, in jobs.Decision) (*ent.Job, error)
	Undo(ctx context.Context, jobID int64, mode, idempotencyKey string) (*ent.Job, error)
	JudgeRefusedRow(ctx context.Context, changeID int64, portfolioID *int64) (text string, err error)
	KeepUpload(ctx context.Context, name, content string, list io.Reader) (*ent.ProviderFile, error)
	TestConnection(ctx context.Context, in jobs.ConnectionRequest) ([]jobs.ConnectionResult, error)
	ScheduledJobs(ctx context.Context) ([]jobs.ScheduledJob, error)
	EnableScheduled(ctx context.Context, id string, enabled bool) (*jobs.ScheduledJob, error)
	RunScheduled(ctx context.Context, id, idempotencyKey string) (*ent.Job, error)
	Obstacles(ctx context.Context, jobIDs []int64) (map[int64]*jobs.Obstacle, error)
	Watch(ctx context.Context, jobID int64) <-chan struct{}
}

// resolver resolves every field that is not a plain column. Its parts are named after the types they resolve.
type resolver struct {
	holdings     *holdings.Service
	collections  *collections.Service
	acquisitions *acquisitions.Service
	profiles     *profiles.Service
	moves        *move.Service
	bulk         *bulk.Service
	worklist     *worklist.Service
	watched      *worklistWatch
	stirring     *jobsWatch
	limits       *Limits
	jobs         Jobs
	reader       *jobs.Reader
	access       *access.Service
}

// The resolvers of each type.
type (
	queryResolver                   struct{ *resolver }
	mutationResolver                struct{ *resolver }
	subscriptionResolver            struct{ *resolver }
	changeResolver                  struct{ *resolver }
	collectionResolver              struct{ *resolver }
	collectionSetResolver           struct{ *resolver }
	communityZoneTitleResolver      struct{ *resolver }
	licenseResolver                 struct{ *resolver }
	communityZoneCollectionResolver struct{ *resolver }
	coverageResolver                struct{ *resolver }
	entitlementResolver             struct{ *resolver }
	inventoryGroupResolver          struct{ *resolver }
	jobResolver                     struct{ *resolver }
	jobFindingResolver              struct{ *resolver }
	jobPartResolver                 struct{ *resolver }
	poLineResolver                  struct{ *resolver }
	pairingDecisionResolver         struct{ *resolver }
	pairingCandidateResolver        struct{ *resolver }
	portfolioResolver               struct{ *resolver }
	portfolioAccessResolver         struct{ *resolver }
	portfolioSetResolver            struct{ *resolver }
	profileResolver                 struct{ *resolver }
	providerFileResolver            struct{ *resolver }
)

var _ generated.ResolverRoot = (*resolver)(nil)

func (r *resolver) Query() generated.QueryResolver               { return queryResolver{r} }
func (r *resolver) Mutation() generated.MutationResolver         { return mutationResolver{r} }
func (r *resolver) Subscription() generated.SubscriptionResolver { return subscriptionResolver{r} }
func (r *resolver) Change() generated.ChangeResolver             { return changeResolver{r} }
func (r *resolver) Collection() generated.CollectionResolver     { return collectionResolver{r} }
func (r *resolver) CommunityZoneCollection() generated.CommunityZoneCollectionResolver {
	return communityZoneCollectionResolver{r}
}

func (r *resolver) CoverageStatement() generated.CoverageStatementResolver {
	return coverageResolver{r}
}

func (r *resolver) Entitlement() generated.EntitlementResolver { return entitlementResolver{r} }

func (r *resolver) InventoryGroup() generated.InventoryGroupResolver {
	return inventoryGroupResolver{r}
}
func (r *resolver) Job() generated.JobResolver               { return jobResolver{r} }
func (r *resolver) JobFinding() generated.JobFindingResolver { return jobFindingResolver{r} }
func (r *resolver) JobPart() generated.JobPartResolver       { return jobPartResolver{r} }
func (r *resolver) PoLine() generated.PoLineResolver         { return poLineResolver{r} }
func (r *resolver) Portfolio() generated.PortfolioResolver   { return portfolioResolver{r} }
func (r *resolver) PortfolioAccess() generated.PortfolioAccessResolver {
	return portfolioAccessResolver{r}
}

func (r *resolver) PairingDecision() generated.PairingDecisionResolver {
	return pairingDecisionResolver{r}
}

func (r *resolver) PairingCandidate() generated.PairingCandidateResolver {
	return pairingCandidateResolver{r}
}

func (r *resolver) PortfolioSet() generated.PortfolioSetResolver { return portfolioSetResolver{r} }
func (r *resolver) Profile() generated.ProfileResolver           { return profileResolver{r} }
func (r *resolver) ProviderFile() generated.ProviderFileResolver { return providerFileResolver{r} }

func (r *resolver) CollectionSet() generated.CollectionSetResolver { return collectionSetResolver{r} }
func (r *resolver) License() generated.LicenseResolver             { return licenseResolver{r} }
func (r *resolver) CommunityZoneTitle() generated.CommunityZoneTitleResolver {
	return communityZoneTitleResolver{r}
}
