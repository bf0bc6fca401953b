package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CommunityZoneCollection is an electronic collection of the shared catalog, which a library can activate.
type CommunityZoneCollection struct{ ent.Schema }

func (CommunityZoneCollection) Annotations() []schema.Annotation {
	return table("community_zone_collections")
}

func (CommunityZoneCollection) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (CommunityZoneCollection) Fields() []ent.Field {
	return []ent.Field{
		field.String("cz_id").Unique().Immutable().Comment("the Community Zone's own id, e.g. 61707906870000041"),
		field.String("name"),
		field.String("name_key").Comment("the folded name, for sorting and searching"),
		field.String("provider"),
		field.String("content").Comment("BOOKS or JOURNALS, as requested from the provider"),
		field.Int64("titles_updated_at").Optional().Nillable().Comment("when the global title list was last imported"),
	}
}

func (CommunityZoneCollection) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("titles", CommunityZoneTitle.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("collections", Collection.Type),
	}
}

func (CommunityZoneCollection) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name_key", "id"),
		index.Fields("content"),
	}
}

// CommunityZoneTitle is one title of a Community Zone collection, as the provider's global title list has it.
type CommunityZoneTitle struct{ ent.Schema }

func (CommunityZoneTitle) Annotations() []schema.Annotation { return table("community_zone_titles") }

func (CommunityZoneTitle) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (CommunityZoneTitle) Fields() []ent.Field {
	return append([]ent.Field{
		field.Int64("community_zone_collection_id").Immutable(),
		field.String("coverage").Default("").Comment("coverage statements, JSON"),
		field.Int64("coverage_hash").Default(0),
		field.Int64("removed_at").Optional().Nillable(),
		field.Int64("added_by_job_id").Optional().Nillable().Comment("the update that last added it or brought it back"),
	}, titleFields()...)
}

func (CommunityZoneTitle) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("community_zone_collection", CommunityZoneCollection.Type).Ref("titles").
			Field("community_zone_collection_id").Unique().Required().Immutable(),
	}
}

func (CommunityZoneTitle) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("community_zone_collection_id", "title_key", "id"),
		index.Fields("title_key", "id"),
		index.Fields("print_key", "id"),
		index.Fields("online_key", "id"),
		index.Fields("title_id", "id"),
		index.Fields("updated_at", "id"),
	}
}
