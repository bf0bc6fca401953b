package model

import "context"

// Connection is one page of a listing.
type Connection[T any] struct {
	Edges    []*Edge[T]
	PageInfo *PageInfo

	// Count counts the whole listing, when totalCount is asked for.
	Count func(ctx context.Context) (int, error)
}

// Edge is an item and its position.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// PageInfo says where a page stands.
type PageInfo struct {
	Next, Previous         func(ctx context.Context) (bool, error) // whether something stands after the page, and before it
	StartCursor, EndCursor *string
}

// HasNextPage says whether the listing goes on after the page.
func (p *PageInfo) HasNextPage(ctx context.Context) (bool, error) { return p.Next(ctx) }

// HasPreviousPage says whether something stands before the page.
func (p *PageInfo) HasPreviousPage(ctx context.Context) (bool, error) { return p.Previous(ctx) }

// Order is in which order a client wants a listing.
type Order struct{ Field, Direction string }

// Descending is the direction with the highest first.
const Descending = "DESC"

// Nodes are the page's items.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i, e := range c.Edges {
		nodes[i] = e.Node
	}
	return nodes
}

// TotalCount counts the whole listing.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.Count(ctx) }

// The listings of the API.
type (
	AccessTokenConnection             = Connection[*AccessToken]
	AccessTokenEdge                   = Edge[*AccessToken]
	PersonConnection                  = Connection[*Person]
	PersonEdge                        = Edge[*Person]
	AuditEntryConnection              = Connection[*AuditEntry]
	AuditEntryEdge                    = Edge[*AuditEntry]
	InventoryGroupConnection          = Connection[*InventoryGroup]
	InventoryGroupEdge                = Edge[*InventoryGroup]
	CommunityZoneCollectionConnection = Connection[*CommunityZoneCollection]
	CommunityZoneCollectionEdge       = Edge[*CommunityZoneCollection]
	CommunityZoneTitleConnection      = Connection[*CommunityZoneTitle]
	CommunityZoneTitleEdge            = Edge[*CommunityZoneTitle]
	CollectionSetConnection           = Connection[*CollectionSet]
	PortfolioSetConnection            = Connection[*PortfolioSet]
	PortfolioSetEdge                  = Edge[*PortfolioSet]
	PairingDecisionConnection         = Connection[*PairingDecision]
	PairingDecisionEdge               = Edge[*PairingDecision]
	CollectionSetEdge                 = Edge[*CollectionSet]
	CollectionConnection              = Connection[*Collection]
	CollectionEdge                    = Edge[*Collection]
	PortfolioConnection               = Connection[*Portfolio]
	PortfolioEdge                     = Edge[*Portfolio]
	POLineConnection                  = Connection[*POLine]
	POLineEdge                        = Edge[*POLine]
	LicenseConnection                 = Connection[*License]
	LicenseEdge                       = Edge[*License]
	ProfileConnection                 = Connection[*Profile]
	ProfileEdge                       = Edge[*Profile]
	ProviderFileConnection            = Connection[*ProviderFile]
	ProviderFileEdge                  = Edge[*ProviderFile]
	JobConnection                     = Connection[*Job]
	JobEdge                           = Edge[*Job]
	JobFindingConnection              = Connection[*JobFinding]
	JobFindingEdge                    = Edge[*JobFinding]
	WorklistConnection                = Connection[*WorklistItem]
	WorklistEdge                      = Edge[*WorklistItem]
	ChangeConnection                  = Connection[*Change]
	ChangeEdge                        = Edge[*Change]
	JobChangeConnection               = Connection[JobChange]
	JobChangeEdge                     = Edge[JobChange]
)
