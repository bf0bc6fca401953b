// Package schema declares the tables. Two rules hold everywhere:
//
//   - Ids are made by the program (store.NextID), never by the database: a bulk insert must know the ids of the rows
//     it refers to, and no database returns them for a bulk upsert.
//   - Times are Unix milliseconds, UTC, so that both databases store and compare them alike.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// idMixin gives a table its program-made primary key.
type idMixin struct{ mixin.Schema }

func (idMixin) Fields() []ent.Field {
	incremental := false
	return []ent.Field{
		field.Int64("id").Immutable().Annotations(entsql.Annotation{Incremental: &incremental}),
	}
}

// timeMixin records when a row was made and last written, in Unix milliseconds.
type timeMixin struct{ mixin.Schema }

func (timeMixin) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("created_at").Immutable(),
		field.Int64("updated_at"),
	}
}

// table names the table. ent would otherwise guess a plural.
func table(name string) []schema.Annotation {
	return []schema.Annotation{entsql.Table(name)}
}
