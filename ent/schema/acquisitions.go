package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// POLine is an order line of the library's acquisitions. No sync ever writes this table.
type POLine struct{ ent.Schema }

func (POLine) Annotations() []schema.Annotation { return table("po_lines") }

func (POLine) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (POLine) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").Unique(),
		field.String("vendor").Default(""),
		field.String("status").Default(""),
		field.String("type").Default(""),
		field.String("ordered_on").Default("").Comment("YYYY-MM-DD"),
		field.String("renews_on").Default("").Comment("YYYY-MM-DD"),
		field.String("note").Default(""),
		field.Int64("portfolio_id").Optional().Nillable(),
		field.Bool("main").Default(true).Comment("the portfolio's main PO line; others are additional"),
		field.Int("version").Default(1),
	}
}

func (POLine) Edges() []ent.Edge {
	return []ent.Edge{edge.From("portfolio", Portfolio.Type).Ref("po_lines").Field("portfolio_id").Unique()}
}

func (POLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("portfolio_id", "main"),
		index.Fields("portfolio_id").Unique().StorageKey("po_line_one_main").
			Annotations(entsql.IndexWhere("main AND portfolio_id IS NOT NULL")),
		index.Fields("vendor", "id"),
		index.Fields("status", "id"),
	}
}

// License is a license agreement, on portfolios or, as their default, on a collection. No sync ever writes it.
type License struct{ ent.Schema }

func (License) Annotations() []schema.Annotation { return table("licenses") }

func (License) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (License) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").Unique(),
		field.String("name").Default(""),
		field.String("vendor").Default(""),
		field.String("status").Default(""),
		field.String("type").Default(""),
		field.String("starts_on").Default("").Comment("YYYY-MM-DD"),
		field.String("ends_on").Default("").Comment("YYYY-MM-DD"),
		field.String("note").Default(""),
		field.Bool("perpetual_access").Default(false).Comment("what it licenses is retained when a provider lists it no more"),
		field.String("perpetual_from").Default("").Comment("YYYY-MM-DD: first day of perpetual access; empty: from each title's beginning"),
		field.String("perpetual_until").Default("").Comment("YYYY-MM-DD: last day; empty: to each title's end"),
		field.Int("version").Default(1),
	}
}

func (License) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("portfolios", Portfolio.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("collections", Collection.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
	}
}

func (License) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("vendor", "id"),
		index.Fields("status", "id"),
		index.Fields("id").StorageKey("license_perpetual").Annotations(entsql.IndexWhere("perpetual_access")),
	}
}
