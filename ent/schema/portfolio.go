package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Portfolio is one title in a collection: the unit that is available or not. If it is removed, its row stays but is
// hidden (removed_at), so that it can come back with its id, local values and license.
type Portfolio struct{ ent.Schema }

func (Portfolio) Annotations() []schema.Annotation { return table("portfolios") }

func (Portfolio) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Portfolio) Fields() []ent.Field {
	return append([]ent.Field{
		field.Int64("collection_id").Immutable(),
		field.Bool("available").Comment("set by staff only; true when the portfolio is created"),
		field.Bool("listed").Comment("listedByProvider: at least one profile's entitlement is active"),
		field.Int64("removed_at").Optional().Nillable().Comment("hidden since then; NULL: in the holdings"),
		field.String("review").Default("").Comment("what is unclear about it: AMBIGUOUS, CONTESTED, ROW_UNREADABLE; empty: nothing"),
		field.Int64("review_since").Default(0).Comment("Unix milliseconds: since when review is what it is; of no meaning where it is empty"),
		field.String("local_values").Default("").Comment("JSON: what staff put beside the provider's values, by field; empty: nothing"),
		wordsField("local_words", "what it is found by in local_values"),
		field.String("access_rights").Default("").Comment("CURRENT or PERPETUAL, as staff say; empty: as its license or collection says"),
		field.String("perpetual_from").Default("").Comment("YYYY-MM-DD: first day of perpetual access; empty: from its beginning"),
		field.String("perpetual_until").Default("").Comment("YYYY-MM-DD: last day; empty: to its end"),
		field.String("retained_coverage").Default("").Comment("JSON: statements of time that lists took away and that is retained; empty: none"),
		field.Int64("license_id").Optional().Nillable(),
		field.Int("version").Default(1).Comment("raised when staff change it, for optimistic locking"),
	}, titleFields()...)
}

func (Portfolio) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("collection", Collection.Type).Ref("portfolios").Field("collection_id").Unique().Required().Immutable(),
		edge.From("license", License.Type).Ref("portfolios").Field("license_id").Unique(),
		edge.To("entitlements", Entitlement.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("po_lines", POLine.Type).Annotations(entsql.OnDelete(entsql.Restrict)),
		edge.To("changes", JobChange.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
		edge.To("pairing_decisions", PairingDecision.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("refused_rows", RefusedRow.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.From("sets", PortfolioSet.Type).Ref("portfolios").Through("set_members", PortfolioSetMember.Type),
		edge.To("additional_licenses", License.Type).Through("additional", AdditionalLicense.Type),
		edge.To("edits", Edit.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
	}
}

// Indexes are partial for rare states, so that they cost ordinary rows nothing.
func (Portfolio) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("collection_id", "title_key", "id"),
		index.Fields("title_key", "id"),
		index.Fields("title_id", "id"),
		index.Fields("print_key", "id"),
		index.Fields("online_key", "id"),
		index.Fields("updated_at", "id"),
		index.Fields("collection_id", "updated_at", "id"),
		index.Fields("license_id").Annotations(entsql.IndexWhere("license_id IS NOT NULL")),
		index.Fields("collection_id", "title_key", "id").StorageKey("portfolio_unavailable").
			Annotations(entsql.IndexWhere("NOT available AND removed_at IS NULL")),
		index.Fields("collection_id", "title_key", "id").StorageKey("portfolio_unlisted").
			Annotations(entsql.IndexWhere("NOT listed AND removed_at IS NULL")),
		index.Fields("collection_id", "title_key", "id").StorageKey("portfolio_review").
			Annotations(entsql.IndexWhere("review <> ''")),
		index.Fields("review_since", "id").StorageKey("portfolio_review_since").
			Annotations(entsql.IndexWhere("review <> ''")),
		index.Fields("collection_id", "title_key", "id").StorageKey("portfolio_local").
			Annotations(entsql.IndexWhere("local_values <> ''")),
		index.Fields("id").StorageKey("portfolio_local_identifier").
			Annotations(entsql.IndexWhere(`(local_values LIKE '%_identifier":%' OR local_values LIKE '%"title_id":%')`)),
		index.Fields("collection_id", "title_key", "id").StorageKey("portfolio_rights").
			Annotations(entsql.IndexWhere("access_rights <> ''")),
		index.Fields("collection_id", "removed_at", "id").StorageKey("portfolio_removed").
			Annotations(entsql.IndexWhere("removed_at IS NOT NULL")),
	}
}

// Entitlement says that the latest file of one profile lists a portfolio. It has the coverage from that file. When it
// ends (active is false), it keeps its coverage: a portfolio that is kept for its PO line still shows it, and an undo
// needs it.
type Entitlement struct{ ent.Schema }

func (Entitlement) Annotations() []schema.Annotation { return table("entitlements") }

func (Entitlement) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Entitlement) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("portfolio_id").Immutable(),
		field.Int64("profile_id").Optional().Nillable().Comment("NULL: not from a provider; it has the coverage of a local portfolio"),
		field.Bool("active").Comment("neither ended nor suspended"),
		field.String("waiting").Default("").Comment("AMBIGUOUS or CONTESTED: it is suspended until it is known which title the portfolio is; " +
			"empty: not suspended"),
		field.String("waiting_since").Default("").Comment("YYYY-MM-DD: date of the list that suspended it"),
		field.Int64("ended_at").Optional().Nillable().Comment("Unix milliseconds: when it ended or was suspended; NULL: it is in force"),
		field.Bool("given_back").Default(false).Comment("an undo restored it, so the next removal is held once"),
		field.String("own_values").Default("").Comment("JSON: the title columns in which the profile's list differs from the portfolio; empty: " +
			"none"),
		field.Int64("own_hash").Optional().Nillable().
			Comment("hash of the title columns in the profile's list; NULL: the same as the portfolio's"),
		field.Int64("coverage_hash").Comment("hash of the statements as a set; if hashes are equal, nothing needs to be compared"),
	}
}

func (Entitlement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("portfolio", Portfolio.Type).Ref("entitlements").Field("portfolio_id").Unique().Required().Immutable(),
		edge.From("profile", Profile.Type).Ref("entitlements").Field("profile_id").Unique(),
		edge.To("coverage", CoverageStatement.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (Entitlement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("portfolio_id", "profile_id").Unique(),
		// NULLs are never equal, so the index above would allow several rows without a profile.
		index.Fields("portfolio_id").Unique().StorageKey("entitlement_of_no_profile").
			Annotations(entsql.IndexWhere("profile_id IS NULL")),
		index.Fields("profile_id", "active"),
		index.Fields("portfolio_id").StorageKey("entitlement_waiting").Annotations(entsql.IndexWhere("waiting <> ''")),
	}
}

// CoverageStatement is one accessible range: its first and last date, volume and issue, and its embargo. Statements of
// a title are never merged.
type CoverageStatement struct{ ent.Schema }

func (CoverageStatement) Annotations() []schema.Annotation { return table("coverage_statements") }

func (CoverageStatement) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (CoverageStatement) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("entitlement_id").Immutable(),
		field.Int("position").Comment("order within the title, by date, from 0"),
		field.String("date_first_issue_online").Default(""),
		field.String("num_first_vol_online").Default(""),
		field.String("num_first_issue_online").Default(""),
		field.String("date_last_issue_online").Default(""),
		field.String("num_last_vol_online").Default(""),
		field.String("num_last_issue_online").Default(""),
		field.String("embargo_info").Default(""),
		field.String("title_url").Optional().Nillable().Comment("from the statement's own row; NULL: the same as the title's"),
		field.String("notes").Optional().Nillable().Comment("from the statement's own row; NULL: the same as the title's"),
		field.String("coverage_depth").Optional().Nillable().Comment("from the statement's own row; NULL: the same as the title's"),
		field.String("kind").Default("").Comment("ARCHIVE, FRONTFILE or empty"),
	}
}

func (CoverageStatement) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("entitlement", Entitlement.Type).Ref("coverage").Field("entitlement_id").Unique().Required().Immutable(),
	}
}

func (CoverageStatement) Indexes() []ent.Index {
	return []ent.Index{index.Fields("entitlement_id", "position").Unique()}
}

// RefusedRow is a person's answer about a row that the reader refused: which portfolio it is about, or that it is about
// none. It is remembered for this exact row.
type RefusedRow struct{ ent.Schema }

func (RefusedRow) Annotations() []schema.Annotation { return table("refused_rows") }

func (RefusedRow) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (RefusedRow) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("collection_id").Immutable(),
		field.Int64("row_hash").Immutable().Comment("of the row's cells"),
		field.String("row").Immutable().Comment("the row's cells, for people to read"),
		field.Int64("portfolio_id").Optional().Nillable().Comment("NULL: the row is about no portfolio"),
	}
}

func (RefusedRow) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("collection", Collection.Type).Ref("refused_rows").Field("collection_id").Unique().Required().Immutable(),
		edge.From("portfolio", Portfolio.Type).Ref("refused_rows").Field("portfolio_id").Unique(),
	}
}

func (RefusedRow) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("collection_id", "row_hash").Unique(),
		index.Fields("portfolio_id").Annotations(entsql.IndexWhere("portfolio_id IS NOT NULL")),
	}
}

// PairingDecision is what a person decided about a portfolio and a title of lists: that the title is this portfolio, or that it
// is not. It goes before everything else in each later plan of the collection.
type PairingDecision struct{ ent.Schema }

func (PairingDecision) Annotations() []schema.Annotation { return table("pairing_decisions") }

func (PairingDecision) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (PairingDecision) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("collection_id").Immutable(),
		field.Int64("portfolio_id").Immutable(),
		field.Bool("parted").Immutable().Comment("the title is not this portfolio; otherwise it is"),
		field.String("title_id").Default("").Immutable().Comment("the title's, by which it is found"),
		field.String("keys").Default("").Immutable().Comment("the title's identifiers as keys, separated by blanks: by them it is found " +
			"without a title_id, and told from others with the same one"),
		field.String("title").Immutable().Comment("the title at the time"),
		field.String("print_identifier").Default("").Immutable(),
		field.String("online_identifier").Default("").Immutable(),
		field.Int64("job_id").Optional().Nillable().Comment("the job that carried it out; NULL: that was deleted, or it was imported"),
		field.String("actor_kind").Default("").Immutable().Comment("who decided, as in the audit; empty: not recorded"),
		field.Int64("actor_id").Default(0).Immutable(),
		field.String("actor_name").Default("").Immutable(),
		field.Int64("ended_at").Optional().Nillable().Comment("when it was taken back or replaced, in Unix milliseconds; NULL: it holds"),
		field.Int64("ended_job_id").Optional().Nillable().Comment("the job whose decision replaced it; NULL: none did"),
	}
}

func (PairingDecision) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("collection", Collection.Type).Ref("pairing_decisions").Field("collection_id").Unique().Required().Immutable(),
		edge.From("portfolio", Portfolio.Type).Ref("pairing_decisions").Field("portfolio_id").Unique().Required().Immutable(),
	}
}

func (PairingDecision) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("collection_id", "created_at", "id"),
		index.Fields("portfolio_id"),
		index.Fields("job_id").Annotations(entsql.IndexWhere("job_id IS NOT NULL")),
		index.Fields("ended_job_id").Annotations(entsql.IndexWhere("ended_job_id IS NOT NULL")),
	}
}

// Edit is a line of what staff changed by hand on a portfolio: a field, or the portfolio as a whole. What jobs changed is in
// their reports (JobChange), in the same form.
type Edit struct{ ent.Schema }

func (Edit) Annotations() []schema.Annotation { return table("edits") }

func (Edit) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (Edit) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("created_at").Immutable().Comment("Unix milliseconds, later than all edits and settled parts before it"),
		field.String("actor_kind").Default("").Immutable().Comment("who did it, as in the audit; empty: not recorded"),
		field.Int64("actor_id").Default(0).Immutable(),
		field.String("actor_name").Default("").Immutable(),
		field.Int64("portfolio_id").Optional().Nillable().Comment("NULL: deleted since, with its collection"),
		field.Int64("collection_id").Immutable().Comment("the collection's id at the time; it may be deleted since"),
		field.String("action").Immutable().Comment("ADD UPDATE REMOVE RESTORE ..."),
		field.String("field").Default("").Immutable().Comment("as in job_changes; empty: the whole portfolio"),
		field.String("title").Immutable().Comment("the title at the time"),
		field.String("title_key").Default("").Immutable().Comment("folded title, as in portfolios"),
		field.String("title_id").Default("").Immutable(),
		field.String("print_identifier").Default("").Immutable(),
		field.String("online_identifier").Default("").Immutable(),
		field.String("value_kind").Default("").Immutable(),
		field.String("old_value").Default("").Immutable(),
		field.String("new_value").Default("").Immutable(),
	}
}

func (Edit) Edges() []ent.Edge {
	return []ent.Edge{edge.From("portfolio", Portfolio.Type).Ref("edits").Field("portfolio_id").Unique()}
}

func (Edit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at", "id"),
		index.Fields("portfolio_id", "id"),
		index.Fields("collection_id", "created_at", "id"),
		index.Fields("actor_kind", "actor_id", "created_at", "id"),
	}
}

// PortfolioSet is a saved selection of portfolios on which a job over many runs: a filter, or a list.
type PortfolioSet struct{ ent.Schema }

func (PortfolioSet) Annotations() []schema.Annotation { return table("portfolio_sets") }

func (PortfolioSet) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (PortfolioSet) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.String("description").Default(""),
		field.String("filter").Default("").Comment("JSON: which portfolios are in it at any time; empty: it lists them (portfolio_set_members)"),
		field.Int("version").Default(1).Comment("raised at each change, for optimistic locking"),
	}
}

func (PortfolioSet) Edges() []ent.Edge {
	return []ent.Edge{edge.To("portfolios", Portfolio.Type).Through("members", PortfolioSetMember.Type)}
}

// PortfolioSetMember says that a portfolio is listed in a set.
type PortfolioSetMember struct{ ent.Schema }

func (PortfolioSetMember) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("portfolio_set_members"), field.ID("portfolio_set_id", "portfolio_id")}
}

func (PortfolioSetMember) Fields() []ent.Field {
	return []ent.Field{field.Int64("portfolio_set_id"), field.Int64("portfolio_id")}
}

func (PortfolioSetMember) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("portfolio_set", PortfolioSet.Type).Unique().Required().Field("portfolio_set_id").Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("portfolio", Portfolio.Type).Unique().Required().Field("portfolio_id").Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (PortfolioSetMember) Indexes() []ent.Index { return []ent.Index{index.Fields("portfolio_id")} }
