package collections

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/search"
	"autoholdings/kbart"
)

// CommunityZoneTitleFilter narrows a listing of the Community Zone's titles; empty fields are ignored. Each field is
// answered from an index.
type CommunityZoneTitleFilter struct {
	CommunityZoneID string // of the collection: the Community Zone's own number
	TitlePrefix     string
	TitleID         string
	Identifier      string // ISSN or ISBN in any notation
	Search          string // words that they all have; blank = not searched
}

func (f CommunityZoneTitleFilter) where() []predicate.CommunityZoneTitle {
	where := []predicate.CommunityZoneTitle{communityzonetitle.RemovedAtIsNil()}
	if f.CommunityZoneID != "" {
		where = append(where, f.inCollection)
	}
	if f.TitlePrefix != "" {
		where = append(where, keyset.Begins(communityzonetitle.FieldTitleKey, kbart.FoldTitle(f.TitlePrefix)))
	}
	if f.TitleID != "" {
		where = append(where, communityzonetitle.TitleID(f.TitleID))
	}
	if f.Identifier != "" {
		where = append(where, holdings.Identified(communityzonetitle.Table, f.Identifier))
	}
	if f.searches() {
		where = append(where, search.Parse(f.Search).Found(search.CommunityZoneTitles))
	}
	return where
}

func (f CommunityZoneTitleFilter) searches() bool { return strings.TrimSpace(f.Search) != "" }

// inCollection is the condition on the collection. If another field finds the few matches at once, the plus before the
// column keeps the database from walking the whole collection instead. It would prefer that because the collection
// comes sorted.
func (f CommunityZoneTitleFilter) inCollection(s *sql.Selector) {
	plus := ""
	if f.TitleID != "" || f.Identifier != "" || f.searches() {
		plus = "+"
	}
	s.Where(sql.P(func(b *sql.Builder) {
		b.WriteString(fmt.Sprintf("%s%s = (SELECT id FROM %s WHERE %s = ", plus, s.C(communityzonetitle.FieldCommunityZoneCollectionID),
			communityzonecollection.Table, communityzonecollection.FieldCzID)).Arg(f.CommunityZoneID).WriteString(")")
	}))
}

// CommunityZoneTitleListing sorts titles by folded title unless asked otherwise.
var CommunityZoneTitleListing = keyset.Sorted(func(row *ent.CommunityZoneTitle) int64 { return row.ID },
	keyset.By("TITLE", keyset.Text(communityzonetitle.FieldTitleKey, func(row *ent.CommunityZoneTitle) string { return row.TitleKey })),
	keyset.By("TITLE_ID", keyset.Text(communityzonetitle.FieldTitleID, func(row *ent.CommunityZoneTitle) string { return row.TitleID })),
	keyset.By("PRINT_IDENTIFIER",
		keyset.Text(communityzonetitle.FieldPrintKey, func(row *ent.CommunityZoneTitle) string { return row.PrintKey })),
	keyset.By("ONLINE_IDENTIFIER",
		keyset.Text(communityzonetitle.FieldOnlineKey, func(row *ent.CommunityZoneTitle) string { return row.OnlineKey })),
	keyset.Changed(func(row *ent.CommunityZoneTitle) int64 { return row.UpdatedAt }),
)

// CommunityZoneTitles lists the titles that the Community Zone has, by folded title, or as the window says.
func (s *Service) CommunityZoneTitles(
	ctx context.Context, f CommunityZoneTitleFilter, w keyset.Window,
) (keyset.Page[*ent.CommunityZoneTitle], error) {
	if f.searches() {
		return search.List(ctx, s.store.Read.CommunityZoneTitle.Query, f.searched(), w)
	}
	return keyset.List(ctx, s.store.Read.CommunityZoneTitle.Query(), CommunityZoneTitleListing, w, f.where())
}

// searched is the listing that is searched.
func (f CommunityZoneTitleFilter) searched() search.Listing[*ent.CommunityZoneTitle, predicate.CommunityZoneTitle] {
	asked, table := search.Parse(f.Search), search.CommunityZoneTitles
	l := search.Listing[*ent.CommunityZoneTitle, predicate.CommunityZoneTitle]{
		Table: table, Listing: CommunityZoneTitleListing, Indexed: CommunityZoneTitleListing.Names(),
		Found: asked.Found(table), Tested: asked.Tested(table),
	}
	f.Search = ""
	l.Where = f.where()
	if f.CommunityZoneID != "" {
		l.Of, l.Indexed = f.inCollection, nil
	}
	return l
}

// CountCommunityZoneTitles counts what CommunityZoneTitles lists.
func (s *Service) CountCommunityZoneTitles(ctx context.Context, f CommunityZoneTitleFilter) (int, error) {
	return s.store.Read.CommunityZoneTitle.Query().Where(f.where()...).Count(ctx)
}

// CommunityZoneTitlesByID reads titles of the Community Zone, including those that it no longer has.
func (s *Service) CommunityZoneTitlesByID(ctx context.Context, ids []int64) (map[int64]*ent.CommunityZoneTitle, error) {
	return keyset.ByID(ctx, s.store.Read.CommunityZoneTitle.Query(), ids, func(row *ent.CommunityZoneTitle) int64 { return row.ID })
}
