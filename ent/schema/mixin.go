// Package schema declares the tables. Two rules apply to all of them:
//
//   - The program assigns ids (store.NextID), never the database. A bulk insert must know the ids of the rows it refers
//     to, and no database returns them for a bulk upsert.
//   - Times are Unix milliseconds in UTC, so that every database stores and compares them in the same way.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// idMixin gives a table a primary key that the program assigns.
type idMixin struct{ mixin.Schema }

func (idMixin) Fields() []ent.Field {
	incremental := false
	return []ent.Field{
		field.Int64("id").Immutable().Annotations(entsql.Annotation{Incremental: &incremental}),
	}
}

// timeMixin records when a row was created and last written, in Unix milliseconds.
type timeMixin struct{ mixin.Schema }

func (timeMixin) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("created_at").Immutable(),
		field.Int64("updated_at"),
	}
}

// table sets the table's name. Otherwise ent would guess a plural.
func table(name string) []schema.Annotation {
	return []schema.Annotation{entsql.Table(name)}
}
