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
		field.String("process_type").Default("").Comment("how it is bought, such as a subscription or a purchase at list price"),
		field.String("fund").Default("").Comment("what pays for it"),
		field.String("price").Default("").Comment("decimal, such as 1234.50; empty: not said"),
		field.String("currency").Default("").Comment("ISO 4217, of the price"),
		field.String("interval_from").Default("").Comment("YYYY-MM-DD: first day of what is paid for"),
		field.String("interval_until").Default("").Comment("YYYY-MM-DD: last day of what is paid for"),
		field.Int64("portfolio_id").Optional().Nillable(),
		field.Int64("collection_id").Optional().Nillable().Comment("it orders the collection as a whole; never together with portfolio_id"),
		field.Bool("main").Default(true).Comment("the portfolio's or collection's main PO line; others are additional"),
		wordsField("words", "what it is found by"),
		field.Int("version").Default(1),
	}
}

func (POLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("portfolio", Portfolio.Type).Ref("po_lines").Field("portfolio_id").Unique(),
		edge.From("collection", Collection.Type).Ref("po_lines").Field("collection_id").Unique(),
	}
}

func (POLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("portfolio_id", "main"),
		index.Fields("portfolio_id").Unique().StorageKey("po_line_one_main").
			Annotations(entsql.IndexWhere("main AND portfolio_id IS NOT NULL")),
		index.Fields("collection_id").Annotations(entsql.IndexWhere("collection_id IS NOT NULL")),
		index.Fields("collection_id").Unique().StorageKey("po_line_one_main_of_collection").
			Annotations(entsql.IndexWhere("main AND collection_id IS NOT NULL")),
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
		wordsField("words", "what it is found by"),
		field.Int("version").Default(1),
	}
}

func (License) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("portfolios", Portfolio.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("collections", Collection.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.From("additional_portfolios", Portfolio.Type).Ref("additional_licenses").Through("additional", AdditionalLicense.Type),
	}
}

func (License) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("vendor", "id"),
		index.Fields("status", "id"),
		index.Fields("id").StorageKey("license_perpetual").Annotations(entsql.IndexWhere("perpetual_access")),
	}
}

// AdditionalLicense says that a portfolio has a license beside its main one, which is portfolios.license_id or its collection's.
type AdditionalLicense struct{ ent.Schema }

func (AdditionalLicense) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("additional_licenses"), field.ID("portfolio_id", "license_id")}
}

func (AdditionalLicense) Fields() []ent.Field {
	return []ent.Field{field.Int64("portfolio_id"), field.Int64("license_id")}
}

func (AdditionalLicense) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("portfolio", Portfolio.Type).Unique().Required().Field("portfolio_id").Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("license", License.Type).Unique().Required().Field("license_id").Annotations(entsql.OnDelete(entsql.Restrict)),
	}
}

func (AdditionalLicense) Indexes() []ent.Index { return []ent.Index{index.Fields("license_id")} }
