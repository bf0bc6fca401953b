package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Job is one job, such as a sync, a move, an undo or an update of the Community Zone. The table is the outbox and the
// truth: the queue only has the ids of its rows.
type Job struct{ ent.Schema }

func (Job) Annotations() []schema.Annotation { return table("jobs") }

func (Job) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Job) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Immutable().Comment("SYNC, UNDO, MOVE, ..."),
		field.String("state").Comment("QUEUED RUNNING CANCELLING NEEDS_REVIEW SUCCEEDED FAILED CANCELLED"),
		field.String("verdict").Default("").Comment("CHANGED NO_CHANGE PARTIAL BLOCKED PREVIEWED FAILED; empty while undecided"),
		field.String("mode").Immutable().Comment("APPLY or PREVIEW"),
		field.String("trigger").Immutable().Comment("MANUAL, SCHEDULED, COMMAND"),
		field.Bytes("args").SchemaType(map[string]string{dialect.SQLite: "json", dialect.Postgres: "jsonb"}).Immutable().
			Comment("JSON; as bytes, since a row whose arguments are broken must be read too"),
		field.String("unique_key").Optional().Nillable().Immutable().Comment("there can be one unfinished job per key; NULL: no limit"),
		field.String("idempotency_key").Optional().Nillable().Unique().Immutable(),
		field.String("idempotency_hash").Default("").Immutable().Comment("of the request with the key; empty: not recorded"),
		field.String("phase").Default(""),
		field.Int64("done").Default(0),
		field.Int64("total").Default(0),
		field.Int64("work_done").Default(0).Comment("of the whole job, in thousandths of its parts"),
		field.Int64("work_total").Default(0),
		field.Int64("work_from").Optional().Nillable().Comment("work_done when this run of it began; NULL: it has done nothing yet"),
		field.Int64("work_since").Optional().Nillable().Comment("Unix milliseconds: when this run of it began"),
		field.Bool("applied").Default(false).Comment("whether counts were written or only planned"),
		field.JSON("counts", json.RawMessage{}).Optional(),
		field.String("summary").Default("").Comment("one paragraph in plain words"),
		field.String("error_code").Default(""),
		field.String("error_message").Default(""),
		field.String("error_hint").Default(""),
		field.String("run_token").Default("").Comment("of the run that owns the row; every write is fenced by it"),
		field.Int("attempt").Default(0),
		field.Int64("due_at").Comment("the job must not start earlier"),
		field.Int64("dispatched_at").Optional().Nillable(),
		field.Int64("heartbeat_at").Optional().Nillable(),
		field.Int64("waits_for_job_id").Optional().Nillable().Comment("a job that is writing the same collection"),
		field.Int64("subject_job_id").Optional().Nillable().Immutable().
			Comment("the job that an undo reverses, or the preview that a move applies"),
		field.String("actor_kind").Default("").Immutable().Comment("who started it, as in the audit; empty: not recorded"),
		field.Int64("actor_id").Default(0).Immutable(),
		field.String("actor_name").Default("").Immutable(),
		field.String("decider_kind").Default("").Comment("who approved, rejected or cancelled it last, as in the audit; empty: nobody"),
		field.Int64("decider_id").Default(0),
		field.String("decider_name").Default(""),
		field.Int64("started_at").Optional().Nillable(),
		field.Int64("finished_at").Optional().Nillable(),
	}
}

func (Job) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("parts", JobPart.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("changes", JobChange.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("findings", JobFinding.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("dependents", Job.Type).Annotations(entsql.OnDelete(entsql.SetNull)).
			From("subject").Field("subject_job_id").Unique().Immutable(),
	}
}

func (Job) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("unique_key").Unique().StorageKey("job_one_unfinished").
			Annotations(entsql.IndexWhere("state IN ('QUEUED', 'RUNNING', 'CANCELLING')")),
		index.Fields("state", "due_at").StorageKey("job_unfinished").
			Annotations(entsql.IndexWhere("state IN ('QUEUED', 'RUNNING', 'CANCELLING')")),
		index.Fields("created_at", "id"),
		index.Fields("state", "created_at", "id"),
		index.Fields("kind", "created_at", "id"),
		index.Fields("trigger", "created_at", "id"),
		index.Fields("verdict", "created_at", "id"),
		index.Fields("finished_at", "id"),
		index.Fields("actor_kind", "actor_id", "created_at", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("subject_job_id"),
		index.Fields("mode", "finished_at", "id").StorageKey("job_not_whole").Annotations(entsql.IndexWhere("verdict IN ('FAILED', 'PARTIAL')")),
		index.Fields("waits_for_job_id").Annotations(entsql.IndexWhere("waits_for_job_id IS NOT NULL")),
	}
}

// JobPart is a job's work on one content type of one profile: the unit of fetching, planning, guarding and failing.
type JobPart struct{ ent.Schema }

func (JobPart) Annotations() []schema.Annotation { return table("job_parts") }

func (JobPart) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (JobPart) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("job_id").Immutable(),
		field.Int64("profile_id").Optional().Nillable(),
		field.Int64("collection_id").Optional().Nillable(),
		field.Int64("provider_file_id").Optional().Nillable(),
		field.String("content").Comment("BOOKS or JOURNALS"),
		field.String("state").Comment("one of the states in jobs: PENDING, FETCHED, APPLYING, APPLIED, ..."),
		field.JSON("counts", json.RawMessage{}).Optional(),
		field.String("code").Default("").Comment("outcome code, if there is something to say"),
		field.String("message").Default(""),
		field.String("hint").Default(""),
		field.JSON("groups", json.RawMessage{}).Optional().Comment("names of the profile's inventory groups at the time"),
		field.String("profile_name").Default("").Comment("the name at the time"),
		field.String("collection_name").Default(""),
		field.String("plan_hash").Default("").Comment("of a held plan, to see whether the plan is still the same"),
		field.JSON("guards", json.RawMessage{}).Optional().Comment("the guards' findings about the plan, each with its figures"),
		field.String("would_be").Default("").Comment("for a preview: HELD or BLOCKED if a run would be; empty: it would be applied"),
		field.String("kinds").Default("").Comment("if a person declined some kinds of changes: the kinds that the part applied, " +
			"separated by spaces; empty: all"),
		field.Int64("written_at").Optional().Nillable().
			Comment("Unix milliseconds: the last transaction of a run that applied it, even if it changed nothing; NULL: it was at most shown"),
		field.Int64("settled_at").Optional().Nillable().
			Comment("when it was over, if it changed portfolios: Unix milliseconds, later than all settled parts and edits before it; NULL: " +
				"its changes are not among those since (holdings.Settle)"),
	}
}

func (JobPart) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("job", Job.Type).Ref("parts").Field("job_id").Unique().Required().Immutable(),
		edge.From("profile", Profile.Type).Ref("job_parts").Field("profile_id").Unique(),
		edge.From("collection", Collection.Type).Ref("job_parts").Field("collection_id").Unique(),
		edge.From("provider_file", ProviderFile.Type).Ref("job_parts").Field("provider_file_id").Unique(),
		edge.To("changes", JobChange.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("findings", JobFinding.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (JobPart) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job_id", "profile_id", "content").Unique(),
		index.Fields("profile_id", "collection_id"),
		index.Fields("collection_id", "settled_at", "id"),
		index.Fields("provider_file_id"),
		index.Fields("updated_at", "id").StorageKey("job_part_held").Annotations(entsql.IndexWhere("state = 'HELD'")),
		index.Fields("settled_at", "id").Annotations(entsql.IndexWhere("settled_at IS NOT NULL")),
	}
}

// JobChange is one line of a job's report: a field of a portfolio that changed, a portfolio that was added or removed,
// or a row that was set aside.
type JobChange struct{ ent.Schema }

func (JobChange) Annotations() []schema.Annotation { return table("job_changes") }

func (JobChange) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (JobChange) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("job_id").Immutable(),
		field.Int64("part_id").Immutable(),
		field.Int64("portfolio_id").Optional().Nillable().Comment("NULL: a row without a portfolio (free, invalid)"),
		field.String("action").Immutable().Comment("ADD UPDATE REMOVE KEEP WITHDRAW FREE INVALID AMBIGUOUS ..."),
		field.String("field").Default("").Immutable().Comment("KBART name or coverage; empty: the whole portfolio"),
		field.String("title").Immutable().Comment("the title at the time"),
		field.String("title_key").Default("").Immutable().Comment("folded title, as in portfolios"),
		field.String("title_id").Default("").Immutable(),
		field.String("print_identifier").Default("").Immutable(),
		field.String("online_identifier").Default("").Immutable(),
		field.String("value_kind").Default("").Immutable().Comment("the kind of the two values, which decides how they are written"),
		field.String("old_value").Default("").Immutable(),
		field.String("new_value").Default("").Immutable(),
		field.Int("line").Default(0).Immutable().Comment("line in the file; 0: none"),
	}
}

func (JobChange) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("job", Job.Type).Ref("changes").Field("job_id").Unique().Required().Immutable(),
		edge.From("part", JobPart.Type).Ref("changes").Field("part_id").Unique().Required().Immutable(),
		edge.From("portfolio", Portfolio.Type).Ref("changes").Field("portfolio_id").Unique(),
	}
}

func (JobChange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job_id", "action", "field", "id"),
		index.Fields("job_id", "title_key", "id"),
		index.Fields("part_id", "portfolio_id"),
		index.Fields("part_id", "action", "field", "id"),
		index.Fields("portfolio_id", "id"),
		index.Fields("portfolio_id", "id").StorageKey("job_change_ambiguous").
			Annotations(entsql.IndexWhere("action = 'AMBIGUOUS' AND portfolio_id IS NOT NULL")),
	}
}

// JobFinding is a finding of the reader or the planner about one place in a file.
type JobFinding struct{ ent.Schema }

func (JobFinding) Annotations() []schema.Annotation { return table("job_findings") }

func (JobFinding) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (JobFinding) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("job_id").Immutable(),
		field.Int64("part_id").Immutable(),
		field.Int("severity").Immutable().Comment("0 info, 1 warning, 2 error, 3 fatal"),
		field.String("code").Immutable(),
		field.Int("line").Immutable(),
		field.String("title").Default("").Immutable().Comment("of the row"),
		field.String("column").Immutable(),
		field.String("value").Immutable(),
		field.String("message").Immutable(),
		field.String("hint").Immutable(),
	}
}

func (JobFinding) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("job", Job.Type).Ref("findings").Field("job_id").Unique().Required().Immutable(),
		edge.From("part", JobPart.Type).Ref("findings").Field("part_id").Unique().Required().Immutable(),
	}
}

func (JobFinding) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job_id", "id"),
		index.Fields("job_id", "severity", "code", "id"),
		index.Fields("job_id", "code", "id"),
		index.Fields("job_id", "column", "id"),
		index.Fields("part_id", "id"),
	}
}

// ScheduleSlot makes sure that a scheduled moment fires only once, even if several processes notice it.
type ScheduleSlot struct{ ent.Schema }

func (ScheduleSlot) Annotations() []schema.Annotation { return table("schedule_slots") }

func (ScheduleSlot) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (ScheduleSlot) Fields() []ent.Field {
	return []ent.Field{
		field.String("slot").Unique().Immutable(),
		field.Int64("job_id").Optional().Nillable(),
	}
}

// Worker is a process that runs jobs. It says so every few seconds, and takes its row away when it stops. Nothing is
// decided by these rows: they tell people whether somebody is there to run what is queued.
type Worker struct{ ent.Schema }

func (Worker) Annotations() []schema.Annotation { return table("workers") }

func (Worker) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (Worker) Fields() []ent.Field {
	return []ent.Field{
		field.String("host").Immutable().Comment("the machine's name"),
		field.Int("pid").Immutable().Comment("the process's id there"),
		field.String("version").Default("").Immutable().Comment("of the program; empty: built without one"),
		field.Int("concurrency").Immutable().Comment("jobs it runs at once"),
		field.Int64("started_at").Immutable().Comment("Unix milliseconds, by the database's clock"),
		field.Int64("seen_at").Comment("when it last said that it lives: Unix milliseconds, by the database's clock"),
	}
}
