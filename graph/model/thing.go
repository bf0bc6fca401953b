// Package model holds the types that the API shows. Most wrap an ent type: a field that is stored as it is shown is
// bound to the row itself, a method stands for one that is not, and Page carries what is loaded for a page as a whole.
package model

import (
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
)

// Node is anything with an id.
type Node interface {
	IsNode()
	ID() string
}

// UserError is a mistake that the caller can mend.
type UserError struct{ problem.Problem }

// Code is its code, for programs.
func (e *UserError) Code() string { return string(e.Problem.Code) }

// Settings are the installation's.
type Settings struct{ *ent.Setting }

// ChangesKeptSince is null where all lines of reports are kept.
func (s *Settings) ChangesKeptSince() *int64 { return knownTime(s.ChangesFrom) }

// InventoryGroup is a set of campuses or libraries.
type InventoryGroup struct {
	*ent.InventoryGroup
	Page *InventoryGroupPage
}

// InventoryGroupPage is what was read together.
type InventoryGroupPage struct {
	IDs      []int64
	Profiles Related[[]*Profile]
}

// InventoryGroups makes a page of rows.
func InventoryGroups(rows []*ent.InventoryGroup) []*InventoryGroup {
	page := &InventoryGroupPage{IDs: ids(rows, func(row *ent.InventoryGroup) int64 { return row.ID })}
	return wrap(rows, func(row *ent.InventoryGroup) *InventoryGroup { return &InventoryGroup{row, page} })
}

func (*InventoryGroup) IsNode() {}

// ID is the opaque id.
func (g *InventoryGroup) ID() string { return ID(InventoryGroupType, g.InventoryGroup.ID) }

// Description is null where nothing was written.
func (g *InventoryGroup) Description() *string { return orNull(g.InventoryGroup.Description) }

// CommunityZoneCollection is a collection of the shared catalogue.
type CommunityZoneCollection struct {
	*ent.CommunityZoneCollection
	Page *CommunityZoneCollectionPage
}

// CommunityZoneCollectionPage is what was read together.
type CommunityZoneCollectionPage struct {
	IDs         []int64
	TitleCounts Related[int]
	Collections Related[*Collection] // by the Community Zone collection's id
}

// CommunityZoneCollections makes a page of rows.
func CommunityZoneCollections(rows []*ent.CommunityZoneCollection) []*CommunityZoneCollection {
	page := &CommunityZoneCollectionPage{IDs: ids(rows, func(row *ent.CommunityZoneCollection) int64 { return row.ID })}
	return wrap(rows, func(row *ent.CommunityZoneCollection) *CommunityZoneCollection {
		return &CommunityZoneCollection{row, page}
	})
}

func (*CommunityZoneCollection) IsNode() {}

// ID is the opaque id.
func (c *CommunityZoneCollection) ID() string {
	return ID(CommunityZoneCollectionType, c.CommunityZoneCollection.ID)
}

// Collection is an electronic collection of the library.
type Collection struct {
	*ent.Collection
	Page *CollectionPage
}

// CollectionPage is what was read together.
type CollectionPage struct {
	Rows          []*ent.Collection
	CommunityZone Related[*CommunityZoneCollection]
	Licenses      Related[*License]
	POLines       Related[[]*POLine]
	Sets          Related[[]*CollectionSet]
}

// Collections makes a page of rows.
func Collections(rows []*ent.Collection) []*Collection {
	page := &CollectionPage{Rows: rows}
	return wrap(rows, func(row *ent.Collection) *Collection { return &Collection{row, page} })
}

func (*Collection) IsNode() {}

// ID is the opaque id.
func (c *Collection) ID() string { return ID(CollectionType, c.Collection.ID) }

// Content is null for a local collection of both.
func (c *Collection) Content() *string { return orNull(c.Collection.Content) }

// KbartURL is the path of it as a KBART list.
func (c *Collection) KbartURL() string { return "/collections/" + c.ID() + "/kbart.txt" }

// Portfolio is one title in a collection.
type Portfolio struct {
	*ent.Portfolio                // as it is shown, with local values in their places
	Provider       *ent.Portfolio // as it is stored, with the provider's values
	LocalValues    plan.LocalValues
	Page           *PortfolioPage
}

// PortfolioPage is what was read together.
type PortfolioPage struct {
	Rows         []*ent.Portfolio
	Collections  Related[*Collection]
	Stored       Related[[]holdings.Entitlement] // entitlements, from which the next three are made
	ProxyGroups  Related[[]*InventoryGroup]
	Retentions   Related[plan.Retention] // those of portfolios that are retained
	Entitlements Related[[]*Entitlement]
	Coverage     Related[[]*Coverage]
	ByGroup      Related[[]*GroupCoverage]
	AvailableFor Related[[]*InventoryGroup]
	POLines      Related[[]*POLine]
	Licenses     Related[*License]
	Candidates   Related[[]*PairingCandidate]
	Additional   Related[[]*License]
	Histories    RelatedBy[HistoryPage, []*Change]
	Former       RelatedBy[int64, *FormerPortfolio] // by moment
}

// GroupCoverage is what an inventory group has of a portfolio.
type GroupCoverage struct {
	Group    *InventoryGroup
	Coverage []*Coverage
}

// Portfolios makes a page of rows.
func Portfolios(rows []*ent.Portfolio) []*Portfolio {
	page := &PortfolioPage{Rows: rows}
	return wrap(rows, func(row *ent.Portfolio) *Portfolio {
		local := holdings.LocalValuesOf(row)
		return &Portfolio{holdings.ShownWith(row, local), row, local, page}
	})
}

// IDs are those of the page's portfolios.
func (p *PortfolioPage) IDs() []int64 {
	return ids(p.Rows, func(row *ent.Portfolio) int64 { return row.ID })
}

func (*Portfolio) IsNode() {}

// ID is the opaque id.
func (p *Portfolio) ID() string { return ID(PortfolioType, p.Portfolio.ID) }

// PublicationType is SERIAL, MONOGRAPH or null.
func (p *Portfolio) PublicationType() *string {
	return orNull(strings.ToUpper(p.Portfolio.PublicationType))
}

// Review is why it waits for a person.
func (p *Portfolio) Review() *string { return orNull(p.Portfolio.Review) }

// The cells of the provider's list; an empty one is null.

// TitleID is KBART title_id.
func (p *Portfolio) TitleID() *string { return orNull(p.Portfolio.TitleID) }

// PrintIdentifier is KBART print_identifier.
func (p *Portfolio) PrintIdentifier() *string { return orNull(p.Portfolio.PrintIdentifier) }

// OnlineIdentifier is KBART online_identifier.
func (p *Portfolio) OnlineIdentifier() *string { return orNull(p.Portfolio.OnlineIdentifier) }

// TitleURL is KBART title_url.
func (p *Portfolio) TitleURL() *string { return orNull(p.Portfolio.TitleURL) }

// FirstAuthor is KBART first_author.
func (p *Portfolio) FirstAuthor() *string { return orNull(p.Portfolio.FirstAuthor) }

// FirstEditor is KBART first_editor.
func (p *Portfolio) FirstEditor() *string { return orNull(p.Portfolio.FirstEditor) }

// PublisherName is KBART publisher_name.
func (p *Portfolio) PublisherName() *string { return orNull(p.Portfolio.PublisherName) }

// CoverageDepth is KBART coverage_depth.
func (p *Portfolio) CoverageDepth() *string { return orNull(p.Portfolio.CoverageDepth) }

// Notes is KBART notes.
func (p *Portfolio) Notes() *string { return orNull(p.Portfolio.Notes) }

// DateMonographPublishedPrint is KBART date_monograph_published_print.
func (p *Portfolio) DateMonographPublishedPrint() *string {
	return orNull(p.Portfolio.DateMonographPublishedPrint)
}

// DateMonographPublishedOnline is KBART date_monograph_published_online.
func (p *Portfolio) DateMonographPublishedOnline() *string {
	return orNull(p.Portfolio.DateMonographPublishedOnline)
}

// MonographVolume is KBART monograph_volume.
func (p *Portfolio) MonographVolume() *string { return orNull(p.Portfolio.MonographVolume) }

// MonographEdition is KBART monograph_edition.
func (p *Portfolio) MonographEdition() *string { return orNull(p.Portfolio.MonographEdition) }

// ParentPublicationTitleID is KBART parent_publication_title_id.
func (p *Portfolio) ParentPublicationTitleID() *string {
	return orNull(p.Portfolio.ParentPublicationTitleID)
}

// PrecedingPublicationTitleID is KBART preceding_publication_title_id.
func (p *Portfolio) PrecedingPublicationTitleID() *string {
	return orNull(p.Portfolio.PrecedingPublicationTitleID)
}

// AccessType is KBART access_type.
func (p *Portfolio) AccessType() *string { return orNull(p.Portfolio.AccessType) }

// Coverage is one coverage statement.
type Coverage struct {
	plan.Statement
	ProfileIDs []int64
	Page       *CoveragePage
}

// CoveragePage is what was read together.
type CoveragePage struct {
	ProfileIDs []int64
	Profiles   Related[*Profile]
}

// From is KBART date_first_issue_online.
func (c *Coverage) From() *string { return orNull(c.DateFirst) }

// To is KBART date_last_issue_online.
func (c *Coverage) To() *string { return orNull(c.DateLast) }

// FromVolume is KBART num_first_vol_online.
func (c *Coverage) FromVolume() *string { return orNull(c.VolFirst) }

// FromIssue is KBART num_first_issue_online.
func (c *Coverage) FromIssue() *string { return orNull(c.IssueFirst) }

// ToVolume is KBART num_last_vol_online.
func (c *Coverage) ToVolume() *string { return orNull(c.VolLast) }

// ToIssue is KBART num_last_issue_online.
func (c *Coverage) ToIssue() *string { return orNull(c.IssueLast) }

// Embargo is KBART embargo_info.
func (c *Coverage) Embargo() *string { return orNull(c.Statement.Embargo) }

// Kind is ARCHIVE, FRONTFILE or null.
func (c *Coverage) Kind() *string { return orNull(c.Statement.Kind) }

// URL is of the statement's own row.
func (c *Coverage) URL() *string { return c.Statement.URL }

// Notes are of the statement's own row.
func (c *Coverage) Notes() *string { return c.Statement.Notes }

// Text is the statement in one line.
func (c *Coverage) Text() string { return c.String() }

// Entitlement is one profile's word on a portfolio.
type Entitlement struct {
	*ent.Entitlement
	Coverage []*Coverage
	Page     *CoveragePage
}

// Waiting is why it is suspended; null where it is not.
func (e *Entitlement) Waiting() *string { return orNull(e.Entitlement.Waiting) }

// WaitingSince is the date of the list that made it wait.
func (e *Entitlement) WaitingSince() *string { return orNull(e.Entitlement.WaitingSince) }

// POLine is an order line.
type POLine struct {
	*ent.POLine
	Page *POLinePage
}

// POLinePage is what was read together.
type POLinePage struct {
	Rows        []*ent.POLine
	Portfolios  Related[*Portfolio]
	Collections Related[*Collection]
}

// POLines makes a page of rows.
func POLines(rows []*ent.POLine) []*POLine {
	page := &POLinePage{Rows: rows}
	return wrap(rows, func(row *ent.POLine) *POLine { return &POLine{row, page} })
}

func (*POLine) IsNode() {}

// ID is the opaque id.
func (l *POLine) ID() string { return ID(POLineType, l.POLine.ID) }

// Vendor is who sells it.
func (l *POLine) Vendor() *string { return orNull(l.POLine.Vendor) }

// Status is its state in acquisitions.
func (l *POLine) Status() *string { return orNull(l.POLine.Status) }

// Type is its kind in acquisitions.
func (l *POLine) Type() *string { return orNull(l.POLine.Type) }

// OrderedOn is YYYY-MM-DD.
func (l *POLine) OrderedOn() *string { return orNull(l.POLine.OrderedOn) }

// RenewsOn is YYYY-MM-DD.
func (l *POLine) RenewsOn() *string { return orNull(l.POLine.RenewsOn) }

// Note is anything worth saying.
func (l *POLine) Note() *string { return orNull(l.POLine.Note) }

// Closed says whether nobody pays for it any more.
func (l *POLine) Closed() bool { return holdings.ClosedOrder(l.POLine.Status) }

// ProcessType is how it is bought.
func (l *POLine) ProcessType() *string { return orNull(l.POLine.ProcessType) }

// Fund is what pays for it.
func (l *POLine) Fund() *string { return orNull(l.POLine.Fund) }

// Price is a decimal number.
func (l *POLine) Price() *string { return orNull(l.POLine.Price) }

// Currency is a code of ISO 4217.
func (l *POLine) Currency() *string { return orNull(l.POLine.Currency) }

// IntervalFrom is YYYY-MM-DD.
func (l *POLine) IntervalFrom() *string { return orNull(l.POLine.IntervalFrom) }

// IntervalUntil is YYYY-MM-DD.
func (l *POLine) IntervalUntil() *string { return orNull(l.POLine.IntervalUntil) }

// License is a license agreement.
type License struct {
	*ent.License
	Page *LicensePage
}

// LicensePage is what was read together.
type LicensePage struct {
	IDs         []int64
	Collections Related[[]*Collection]
}

// Licenses makes a page of rows.
func Licenses(rows []*ent.License) []*License {
	page := &LicensePage{IDs: ids(rows, func(row *ent.License) int64 { return row.ID })}
	return wrap(rows, func(row *ent.License) *License { return &License{row, page} })
}

func (*License) IsNode() {}

// ID is the opaque id.
func (l *License) ID() string { return ID(LicenseType, l.License.ID) }

// Name is the license's name.
func (l *License) Name() *string { return orNull(l.License.Name) }

// Vendor is with whom it was agreed.
func (l *License) Vendor() *string { return orNull(l.License.Vendor) }

// Status is its state in acquisitions.
func (l *License) Status() *string { return orNull(l.License.Status) }

// Type is its kind in acquisitions.
func (l *License) Type() *string { return orNull(l.License.Type) }

// StartsOn is YYYY-MM-DD.
func (l *License) StartsOn() *string { return orNull(l.License.StartsOn) }

// EndsOn is YYYY-MM-DD.
func (l *License) EndsOn() *string { return orNull(l.License.EndsOn) }

// Note is anything worth saying.
func (l *License) Note() *string { return orNull(l.License.Note) }

// wrap makes one page's things of its rows.
func wrap[R, T any](rows []R, one func(R) T) []T {
	things := make([]T, len(rows))
	for i, row := range rows {
		things[i] = one(row)
	}
	return things
}

func ids[R any](rows []R, id func(R) int64) []int64 { return wrap(rows, id) }
