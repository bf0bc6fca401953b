package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// KeptFile is a provider's file that is kept in the database, for installations whose processes share no folder. It
// counts once it has its name. Until then a process is writing it, or was when it died.
type KeptFile struct{ ent.Schema }

func (KeptFile) Annotations() []schema.Annotation { return table("kept_files") }

func (KeptFile) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (KeptFile) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Optional().Nillable().Unique().
			Comment("as in provider_files.path; NULL: still being written, and abandoned where updated_at is long ago"),
		field.Int64("size").Comment("bytes, decompressed"),
		field.Int64("stored_size").Comment("bytes of all chunks together"),
	}
}

func (KeptFile) Edges() []ent.Edge {
	return []ent.Edge{edge.To("chunks", KeptFileChunk.Type).Annotations(entsql.OnDelete(entsql.Cascade))}
}

// KeptFileChunk is a piece of a kept file, small enough to be held in memory.
type KeptFileChunk struct{ ent.Schema }

func (KeptFileChunk) Annotations() []schema.Annotation { return table("kept_file_chunks") }

func (KeptFileChunk) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (KeptFileChunk) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("kept_file_id").Immutable(),
		field.Int("seq").Immutable().Comment("its place in the file, from 0"),
		field.Bytes("data").Immutable().Comment("compressed, as in a file on disk"),
	}
}

func (KeptFileChunk) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("file", KeptFile.Type).Ref("chunks").Field("kept_file_id").Unique().Required().Immutable(),
	}
}

func (KeptFileChunk) Indexes() []ent.Index {
	return []ent.Index{index.Fields("kept_file_id", "seq").Unique()}
}
