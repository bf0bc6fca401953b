package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// WorklistMark is what people put on an item of the worklist. The items themselves are stored nowhere: they follow from
// the other tables. A mark counts as long as the item has the mark's fingerprint, so that what comes up anew is open.
type WorklistMark struct{ ent.Schema }

func (WorklistMark) Annotations() []schema.Annotation { return table("worklist_marks") }

func (WorklistMark) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (WorklistMark) Fields() []ent.Field {
	return []ent.Field{
		field.String("type").Immutable().Comment("HELD_LIST, REVIEW, ... as in holdings/worklist"),
		field.Int64("subject_id").Immutable().Comment("of the thing that the item is about: its table follows from the type"),
		field.String("detail").Default("").Immutable().Comment("which of several items about the thing; empty: it can be in one item only"),
		field.String("fingerprint").Immutable().Comment("of the item when it was marked: another one is another item"),
		field.Int64("assignee_id").Optional().Nillable().Comment("NULL: nobody's"),
		field.String("state").Default("").Comment("DONE, NOT_NOW or empty"),
		field.String("until").Default("").Comment("YYYY-MM-DD: of NOT_NOW, the day on which the item comes back"),
		field.String("note").Default(""),
		field.String("actor_kind").Default("").Comment("who marked it last, as in the audit; empty: not recorded"),
		field.Int64("actor_id").Default(0),
		field.String("actor_name").Default(""),
		field.Int("version").Default(1).Comment("raised at each change, for optimistic locking"),
	}
}

func (WorklistMark) Edges() []ent.Edge {
	return []ent.Edge{edge.From("assignee", Person.Type).Ref("worklist_marks").Field("assignee_id").Unique()}
}

func (WorklistMark) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("type", "subject_id", "detail").Unique(),
		index.Fields("assignee_id"),
	}
}
