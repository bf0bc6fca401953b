package model

import (
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
)

// CommunityZoneTitle is one title of the Community Zone.
type CommunityZoneTitle struct {
	*ent.CommunityZoneTitle
	Page *CommunityZoneTitlePage
}

// CommunityZoneTitlePage is what was read together.
type CommunityZoneTitlePage struct {
	Rows        []*ent.CommunityZoneTitle
	Collections Related[*CommunityZoneCollection]
}

// CommunityZoneTitles makes a page of rows.
func CommunityZoneTitles(rows []*ent.CommunityZoneTitle) []*CommunityZoneTitle {
	page := &CommunityZoneTitlePage{Rows: rows}
	return wrap(rows, func(row *ent.CommunityZoneTitle) *CommunityZoneTitle { return &CommunityZoneTitle{row, page} })
}

func (*CommunityZoneTitle) IsNode() {}

// ID is the opaque id.
func (t *CommunityZoneTitle) ID() string {
	return ID(CommunityZoneTitleType, t.CommunityZoneTitle.ID)
}

// TitleID is KBART title_id.
func (t *CommunityZoneTitle) TitleID() *string { return orNull(t.CommunityZoneTitle.TitleID) }

// PrintIdentifier is KBART print_identifier.
func (t *CommunityZoneTitle) PrintIdentifier() *string {
	return orNull(t.CommunityZoneTitle.PrintIdentifier)
}

// OnlineIdentifier is KBART online_identifier.
func (t *CommunityZoneTitle) OnlineIdentifier() *string {
	return orNull(t.CommunityZoneTitle.OnlineIdentifier)
}

// TitleURL is KBART title_url.
func (t *CommunityZoneTitle) TitleURL() *string { return orNull(t.CommunityZoneTitle.TitleURL) }

// PublicationType is SERIAL, MONOGRAPH or null.
func (t *CommunityZoneTitle) PublicationType() *string {
	return orNull(strings.ToUpper(t.CommunityZoneTitle.PublicationType))
}

// Coverage is what the global list gives.
func (t *CommunityZoneTitle) Coverage() ([]*Coverage, error) {
	statements, err := plan.StoredStatements(t.CommunityZoneTitle.Coverage)
	return coverageOf(statements, true), err
}
