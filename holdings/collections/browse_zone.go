package collections

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/kbart"
)

// CommunityZoneTitleFilter narrows a listing of the Community Zone's titles; empty fields are ignored. Each field is
// answered from an index.
type CommunityZoneTitleFilter struct {
	CommunityZoneID string // of the collection: the Community Zone's own number
	TitlePrefix     string
	TitleID         string
	Identifier      string // ISSN or ISBN in any notation
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
	return where
}

// inCollection is the condition on the collection. If another field finds the few matches at once, the plus before the
// column keeps the database from walking the whole collection instead. It would prefer that because the collection
// comes sorted.
func (f CommunityZoneTitleFilter) inCollection(s *sql.Selector) {
	plus := ""
	if f.TitleID != "" || f.Identifier != "" {
		plus = "+"
	}
	s.Where(sql.P(func(b *sql.Builder) {
		b.WriteString(fmt.Sprintf("%s%s = (SELECT id FROM %s WHERE %s = ", plus, s.C(communityzonetitle.FieldCommunityZoneCollectionID),
			communityzonecollection.Table, communityzonecollection.FieldCzID)).Arg(f.CommunityZoneID).WriteString(")")
	}))
}

// CommunityZoneTitles lists the titles that the Community Zone has, by folded title.
func (s *Service) CommunityZoneTitles(
	ctx context.Context, f CommunityZoneTitleFilter, w keyset.Window,
) (keyset.Page[*ent.CommunityZoneTitle], error) {
	return keyset.List(ctx, s.store.Read.CommunityZoneTitle.Query(), keyset.By("title_key"), w, f.where())
}

// CountCommunityZoneTitles counts what CommunityZoneTitles lists.
func (s *Service) CountCommunityZoneTitles(ctx context.Context, f CommunityZoneTitleFilter) (int, error) {
	return s.store.Read.CommunityZoneTitle.Query().Where(f.where()...).Count(ctx)
}

// CommunityZoneTitlesByID reads titles of the Community Zone, including those that it no longer has.
func (s *Service) CommunityZoneTitlesByID(ctx context.Context, ids []int64) (map[int64]*ent.CommunityZoneTitle, error) {
	return keyset.ByID(ctx, s.store.Read.CommunityZoneTitle.Query(), ids, func(row *ent.CommunityZoneTitle) int64 { return row.ID })
}
