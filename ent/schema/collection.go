package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Collection is an electronic collection in the library's own zone. It is activated from the Community Zone, or local.
type Collection struct{ ent.Schema }

func (Collection) Annotations() []schema.Annotation { return table("collections") }

func (Collection) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Collection) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("name_key").Comment("the folded name, for sorting and searching"),
		field.String("content").Default("").Comment("BOOKS, JOURNALS or empty for a local collection of both"),
		field.Int64("community_zone_collection_id").Optional().Nillable().Comment("NULL: a local collection"),
		field.Bool("active").Default(true).Comment("the electronic collection service is activated"),
		field.Bool("available").Default(true).Comment("the full text service is available"),
		field.Bool("auto_activate_new_portfolios").Default(false),
		field.String("activation_type").Default("MANUAL").Comment("MANUAL or ALL"),
		field.Int64("license_id").Optional().Nillable().Comment("default license of the collection's portfolios"),
		field.Bool("perpetual_access").Default(false).Comment("its portfolios are retained when a provider lists them no more"),
		field.String("perpetual_from").Default("").Comment("YYYY-MM-DD: first day of perpetual access; empty: from each title's beginning"),
		field.String("perpetual_until").Default("").Comment("YYYY-MM-DD: last day; empty: to each title's end"),
		field.Int64("writer_job_id").Optional().Nillable().Comment("the job that is writing the collection; others wait for it"),
		field.Int("version").Default(1).Comment("raised at each change, for optimistic locking"),
	}
}

func (Collection) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("community_zone_collection", CommunityZoneCollection.Type).Ref("collections").
			Field("community_zone_collection_id").Unique(),
		edge.From("license", License.Type).Ref("collections").Field("license_id").Unique(),
		edge.To("portfolios", Portfolio.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("po_lines", POLine.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.From("sets", CollectionSet.Type).Ref("collections").Through("set_members", CollectionSetMember.Type),
		edge.To("job_parts", JobPart.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("refused_rows", RefusedRow.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("pairing_decisions", PairingDecision.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("list_decisions", ListDecision.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (Collection) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name_key", "id"),
		index.Fields("community_zone_collection_id").Unique(),
		index.Fields("license_id"),
	}
}

// CollectionSet is a saved selection of electronic collections on which a manual job runs.
type CollectionSet struct{ ent.Schema }

func (CollectionSet) Annotations() []schema.Annotation { return table("collection_sets") }

func (CollectionSet) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (CollectionSet) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.String("description").Default(""),
		field.Int("version").Default(1),
	}
}

func (CollectionSet) Edges() []ent.Edge {
	return []ent.Edge{edge.To("collections", Collection.Type).Through("members", CollectionSetMember.Type)}
}

// CollectionSetMember says that a collection is in a set. The table has its own schema because it needs an index on the
// collection.
type CollectionSetMember struct{ ent.Schema }

func (CollectionSetMember) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("collection_set_members"), field.ID("collection_set_id", "collection_id")}
}

func (CollectionSetMember) Fields() []ent.Field {
	return []ent.Field{field.Int64("collection_set_id"), field.Int64("collection_id")}
}

func (CollectionSetMember) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("collection_set", CollectionSet.Type).Unique().Required().Field("collection_set_id").Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("collection", Collection.Type).Unique().Required().Field("collection_id").Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (CollectionSetMember) Indexes() []ent.Index { return []ent.Index{index.Fields("collection_id")} }
