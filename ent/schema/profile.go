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
		field.Int("schedule_day_of_month").Default(1).Comment("1 to 31; in a shorter month its last day"),
		field.String("schedule_time").Default("03:00").Comment("HH:MM, local to the time zone"),
		field.String("schedule_timezone").Default("UTC").Comment("IANA name"),
		field.Int64("schedule_since").Optional().Comment("since when the schedule holds for the profile: it was changed or the profile " +
			"activated; earlier moments are never made up"),
		field.Int("guard_percent").Default(10).Comment("a run that takes away more than this share and more than guard_titles is held"),
		field.Int("guard_titles").Default(20),
		field.JSON("guards",
			json.RawMessage{}).Optional().Comment("the marks of the guards, where the profile has others than the usual ones; guard_percent and " +
			"guard_titles are those of removals"),
		field.Bool("community_zone_only").Default(false).Comment("skip titles the Community Zone does not have, as Alma does"),
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

// ProfileGroup says that a profile's portfolios are available for a group. It is a table with a schema of its own for
// the sake of the index from the group's side.
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

// ProviderFile is one file as fetched from the provider, kept compressed for ever unless retention says otherwise.
type ProviderFile struct{ ent.Schema }

func (ProviderFile) Annotations() []schema.Annotation { return table("provider_files") }

func (ProviderFile) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (ProviderFile) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("profile_id").Optional().Nillable(),
		field.String("source").Optional().Immutable().Comment("NULL: fetched for a profile, or given for one; GLOBAL: the provider's global " +
			"title list; UPLOAD: given by a person"),
		field.String("content").Comment("BOOKS or JOURNALS; empty: an uploaded list of both"),
		field.String("name"),
		field.String("path").Comment("of the kept copy, relative to the data directory's folder of files; empty: no longer kept"),
		field.String("sha256").Comment("hex, of the decompressed bytes"),
		field.Int64("size").Comment("bytes, decompressed"),
		field.Int64("stored_size").Comment("bytes on disk"),
		field.String("etag").Default(""),
		field.String("last_modified").Default("").Comment("as the provider sent it"),
		field.String("date").Default("").Comment("YYYY-MM-DD: in its name, else of Last-Modified"),
		field.Int64("fetched_at"),
		field.String("customer_number").Default("").Comment("of the profile when the file came; empty: not recorded"),
		field.JSON("columns", json.RawMessage{}).Optional().Comment("how many rows filled each column: what later lists are held against"),
		field.Int64("applied_at").Optional().Nillable().Comment("when its plan was last applied in full"),
		field.String("outcome").Default("").Comment("APPLIED, NO_CHANGE, PREVIEWED, HELD, REJECTED, UNDONE, REFUSED, OLDER or empty while " +
			"undecided"),
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
		field.Int64("sync_schedule_disabled_at").Optional().Nillable().
			Comment("since when the common schedule of the active profiles is disabled; NULL: it runs"),
		field.Int64("id_epoch").Default(0).Comment("raised once by every process that opens the database to write"),
		field.Bytes("seal_check").Optional().Comment("a known text sealed with the key of this installation"),
		field.Int("version").Default(1),
	}
}

// ListDecision is what a person decided on one kind of a list's changes in one collection. A decision belongs to the
// list's bytes, so that a later run that meets them knows it.
type ListDecision struct{ ent.Schema }

func (ListDecision) Annotations() []schema.Annotation { return table("list_decisions") }

func (ListDecision) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (ListDecision) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("provider_file_id").Immutable(),
		field.Int64("collection_id").Immutable(),
		field.String("kind").Immutable().Comment("ADDITIONS, UPDATES, ACCESS_LOST, REMOVALS, or COLUMN: and the name of a lost column"),
		field.String("decision").Comment("APPROVED or DECLINED; of a lost column: LEAVE, EMPTY or ALL_PAID"),
		field.String("reason").Default(""),
		field.Int64("job_id").Comment("in which it was decided"),
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
