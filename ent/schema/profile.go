package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Profile is an integration profile: the configured link to a provider.
type Profile struct{ ent.Schema }

func (Profile) Annotations() []schema.Annotation { return table("profiles") }

func (Profile) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Profile) Fields() []ent.Field {
	return []ent.Field{
		field.String("type").Default("UPLOAD_ELECTRONIC_HOLDINGS").Immutable(),
		field.String("provider").Default("OXFORD_UNIVERSITY_PRESS").Immutable(),
		field.String("description").Default(""),
		field.Bool("active").Default(false),
		field.String("customer_number"),
		field.Bytes("api_key_sealed").Sensitive(),
		field.String("api_key_fingerprint"),
		field.Int64("api_key_set_at"),
		field.String("file_format").Default("KBART"),
		field.String("schedule_frequency").Default("WEEKLY").Comment("NONE, DAILY, WEEKLY or MONTHLY"),
		field.Int("schedule_weekday").Default(1).Comment("1 Monday to 7 Sunday"),
		field.Int("schedule_day_of_month").Default(1).Comment("1 to 31; in a shorter month, the last day"),
		field.String("schedule_time").Default("03:00").Comment("HH:MM in the time zone"),
		field.String("schedule_timezone").Default("UTC").Comment("IANA name"),
		field.Int64("schedule_since").Optional().Comment("when the schedule was changed or the profile activated; earlier scheduled " +
			"moments are not made up for"),
		field.Int("guard_percent").Default(10).Comment("a run that removes more than this percentage and more than guard_titles is held"),
		field.Int("guard_titles").Default(20),
		field.JSON("guards", json.RawMessage{}).Optional().Comment("the limits of the other guards, if they differ from the defaults; those of " +
			"removals are in guard_percent and guard_titles"),
		field.Bool("community_zone_only").Default(false).Comment("skip titles that the Community Zone does not have, as Alma does"),
		field.Int("version").Default(1).Comment("raised at each change, for optimistic locking"),
	}
}

func (Profile) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("groups", InventoryGroup.Type).Through("profile_groups", ProfileGroup.Type),
		edge.To("entitlements", Entitlement.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("files", ProviderFile.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("job_parts", JobPart.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
	}
}

func (Profile) Indexes() []ent.Index {
	return []ent.Index{index.Fields("active", "id")}
}

// InventoryGroup is a set of campuses or libraries that a portfolio can be available for.
type InventoryGroup struct{ ent.Schema }

func (InventoryGroup) Annotations() []schema.Annotation { return table("inventory_groups") }

func (InventoryGroup) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (InventoryGroup) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.String("description").Default(""),
		field.Int("version").Default(1),
	}
}

func (InventoryGroup) Edges() []ent.Edge {
	return []ent.Edge{edge.From("profiles", Profile.Type).Ref("groups").Through("profile_groups", ProfileGroup.Type)}
}

// ProfileGroup says that a profile's portfolios are available for a group. The table has its own schema because it
// needs an index on the group.
type ProfileGroup struct{ ent.Schema }

func (ProfileGroup) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("profile_groups"), field.ID("profile_id", "inventory_group_id")}
}

func (ProfileGroup) Fields() []ent.Field {
	return []ent.Field{field.Int64("profile_id"), field.Int64("inventory_group_id")}
}

func (ProfileGroup) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("profile", Profile.Type).Unique().Required().Field("profile_id").Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("group", InventoryGroup.Type).Unique().Required().Field("inventory_group_id").Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (ProfileGroup) Indexes() []ent.Index { return []ent.Index{index.Fields("inventory_group_id")} }

// ProviderFile is one file as fetched from the provider. It is kept, compressed, as long as retention allows.
type ProviderFile struct{ ent.Schema }

func (ProviderFile) Annotations() []schema.Annotation { return table("provider_files") }

func (ProviderFile) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (ProviderFile) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("profile_id").Optional().Nillable(),
		field.String("source").Optional().Immutable().Comment("NULL: fetched or uploaded for a profile; GLOBAL: the provider's global " +
			"title list; UPLOAD: uploaded by a person"),
		field.String("content").Comment("BOOKS or JOURNALS; empty: an uploaded list of both"),
		field.String("name"),
		field.String("path").Comment("name under which the copy is kept; empty: no longer kept"),
		field.String("sha256").Comment("hex, of the decompressed bytes"),
		field.Int64("size").Comment("bytes, decompressed"),
		field.Int64("stored_size").Comment("bytes as it is kept, compressed"),
		field.String("etag").Default(""),
		field.String("last_modified").Default("").Comment("as the provider sent it"),
		field.String("date").Default("").Comment("YYYY-MM-DD, from its name or, without one, from Last-Modified"),
		field.Int64("fetched_at"),
		field.String("customer_number").Default("").Comment("the profile's customer number when the file was fetched; empty: not recorded"),
		field.JSON("columns", json.RawMessage{}).Optional().Comment("how many rows filled each column; later lists are compared with this"),
		field.Int64("applied_at").Optional().Nillable().Comment("when its plan was last applied completely"),
		field.String("outcome").Default("").Comment("one of the file outcomes in jobs, such as APPLIED or HELD; empty: undecided"),
	}
}

func (ProviderFile) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("profile", Profile.Type).Ref("files").Field("profile_id").Unique(),
		edge.To("job_parts", JobPart.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("decisions", ListDecision.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (ProviderFile) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("profile_id", "content", "sha256").Unique(),
		index.Fields("profile_id", "content", "applied_at"),
		index.Fields("content", "applied_at"),
		index.Fields("created_at", "id"),
	}
}

// Setting is the one row of installation-wide settings, and the counter from which each process takes its id range.
type Setting struct{ ent.Schema }

func (Setting) Annotations() []schema.Annotation { return table("settings") }

func (Setting) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Setting) Fields() []ent.Field {
	return []ent.Field{
		field.String("institution_name").Default(""),
		field.Bool("multi_campus_inventory_management").Default(false),
		field.JSON("stopped_schedules", map[string]int64{}).Optional().
			Comment("by name of a provider: when a person stopped the common schedule of its profiles, in Unix milliseconds"),
		field.Int64("changes_from").Default(0).
			Comment("Unix milliseconds: lines of reports of jobs that were over before may have been removed; 0: none was"),
		field.Int64("id_epoch").Default(0).Comment("raised by every process that opens the database for writing"),
		field.String("invitation_hash").Default("").Sensitive().Comment("SHA-256 of the link for the first administrator; empty: there is none"),
		field.Int64("invitation_expires_at").Default(0),
		field.Bytes("seal_check").Optional().Comment("a known text, sealed with this installation's key"),
		field.Int("version").Default(1),
	}
}

// ListDecision is a person's decision about one kind of change by a list in one collection. It belongs to the exact
// list, so that a later run with the same list knows it.
type ListDecision struct{ ent.Schema }

func (ListDecision) Annotations() []schema.Annotation { return table("list_decisions") }

func (ListDecision) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (ListDecision) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("provider_file_id").Immutable(),
		field.Int64("collection_id").Immutable(),
		field.String("kind").Immutable().Comment("ADDITIONS, UPDATES, ACCESS_LOST, REMOVALS, or COLUMN: and the name of a lost column"),
		field.String("decision").Comment("APPROVED or DECLINED; for a lost column: LEAVE, EMPTY or ALL_PAID"),
		field.String("reason").Default(""),
		field.Int64("job_id").Comment("the job in which it was decided"),
	}
}

func (ListDecision) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("file", ProviderFile.Type).Ref("decisions").Field("provider_file_id").Unique().Required().Immutable(),
		edge.From("collection", Collection.Type).Ref("list_decisions").Field("collection_id").Unique().Required().Immutable(),
	}
}

func (ListDecision) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("provider_file_id", "collection_id", "kind").Unique(),
		index.Fields("collection_id"),
	}
}
