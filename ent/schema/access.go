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

// AccessToken lets a program in. The secret itself is shown once, when the token is made, and kept nowhere.
type AccessToken struct{ ent.Schema }

func (AccessToken) Annotations() []schema.Annotation { return table("access_tokens") }

func (AccessToken) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (AccessToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Immutable().Comment("what it is for"),
		field.String("start").Immutable().Comment("the first characters of the secret, to tell tokens apart"),
		field.String("hash").Unique().Immutable().Sensitive().Comment("SHA-256 of the secret, in hex"),
		field.String("scopes").Immutable().Comment("what its bearer may do, separated by spaces"),
		field.String("created_by").Immutable().Comment("who made it, by name"),
		field.Int64("expires_at").Optional().Nillable().Immutable().Comment("NULL: never"),
		field.Int64("revoked_at").Optional().Nillable(),
		field.Int64("used_at").Optional().Nillable().Comment("about when it was used last, to the minute"),
	}
}

// Person is somebody who signs in: with a password of this server, or through the library's own sign-in.
type Person struct{ ent.Schema }

func (Person) Annotations() []schema.Annotation { return table("people") }

func (Person) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Comment("as shown, and as typed to sign in"),
		field.String("name_key").Comment("the name, folded"),
		field.String("issuer").Default("").Immutable().Comment("of OpenID Connect; empty: signs in with a password of this server"),
		field.String("subject").Default("").Immutable().Comment("the issuer's name of the person"),
		field.String("password_hash").Default("").Sensitive().Comment("argon2id in the PHC format; empty: no password"),
		field.String("scopes").Default("").Comment("what the person may do, separated by spaces; of an issuer's, as it said last"),
		field.Bool("disabled").Default(false),
		field.Int("failures").Default(0).Comment("wrong passwords in a row"),
		field.Int64("locked_until").Default(0).Comment("no password is looked at before"),
		field.Int64("seen_at").Optional().Nillable().Comment("when the person signed in last"),
		field.Int("version").Default(1).Comment("raised at each change by an administrator, for optimistic locking"),
	}
}

func (Person) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sessions", Session.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("worklist_marks", WorklistMark.Type).Annotations(entsql.OnDelete(entsql.SetNull)),
	}
}

func (Person) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("name_key").Unique().StorageKey("person_with_password").Annotations(entsql.IndexWhere("issuer = ''")),
		index.Fields("issuer", "subject").Unique().StorageKey("person_of_issuer").Annotations(entsql.IndexWhere("issuer <> ''")),
	}
}

// Session is a browser in which a person has signed in.
type Session struct{ ent.Schema }

func (Session) Annotations() []schema.Annotation { return table("sessions") }

func (Session) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}, timeMixin{}} }

func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("person_id").Immutable(),
		field.String("hash").Unique().Immutable().Sensitive().Comment("SHA-256 of the cookie's value, in hex"),
		field.Int64("expires_at"),
		field.Int64("used_at"),
		field.String("browser").Default("").Immutable().Comment("what the browser called itself"),
		field.String("address").Default("").Immutable().Comment("where it signed in from"),
	}
}

func (Session) Edges() []ent.Edge {
	return []ent.Edge{edge.From("person", Person.Type).Ref("sessions").Field("person_id").Unique().Required().Immutable()}
}

func (Session) Indexes() []ent.Index {
	return []ent.Index{index.Fields("person_id"), index.Fields("expires_at")}
}

// AuditEntry says who did something, in the transaction that did it.
type AuditEntry struct{ ent.Schema }

func (AuditEntry) Annotations() []schema.Annotation { return table("audit_entries") }

func (AuditEntry) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{}} }

func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("created_at").Immutable(),
		field.String("actor_kind").Immutable().Comment("PERSON, TOKEN, COMMAND, SCHEDULE or ANYBODY"),
		field.Int64("actor_id").Default(0).Immutable().Comment("of the person or token; 0: none"),
		field.String("actor_name").Default("").Immutable().Comment("the name at the time"),
		field.String("action").Immutable().Comment("the mutation or the command"),
		field.JSON("input", json.RawMessage{}).Optional().Immutable().Comment("what was asked for, without secrets"),
		field.JSON("changed", json.RawMessage{}).Optional().Immutable().Comment("the rows that were written, and their fields"),
		field.String("address").Default("").Immutable().Comment("where the request came from"),
		field.String("request_id").Default("").Immutable(),
	}
}

func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at", "id"),
		index.Fields("actor_kind", "actor_id", "created_at", "id"),
		index.Fields("action", "created_at", "id"),
	}
}
