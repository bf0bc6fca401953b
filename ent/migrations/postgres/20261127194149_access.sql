-- +goose Up
-- modify "jobs" table
ALTER TABLE "jobs" ADD COLUMN "actor_kind" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "actor_id" bigint NOT NULL DEFAULT 0, ADD COLUMN "actor_name" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "decider_kind" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "decider_id" bigint NOT NULL DEFAULT 0, ADD COLUMN "decider_name" text NOT NULL DEFAULT '' COLLATE "C";
-- modify "settings" table
ALTER TABLE "settings" ADD COLUMN "invitation_hash" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "invitation_expires_at" bigint NOT NULL DEFAULT 0;
-- create "access_tokens" table
CREATE TABLE "access_tokens" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "name" text NOT NULL COLLATE "C", "start" text NOT NULL COLLATE "C", "hash" text NOT NULL COLLATE "C", "scopes" text NOT NULL COLLATE "C", "created_by" text NOT NULL COLLATE "C", "expires_at" bigint NULL, "revoked_at" bigint NULL, "used_at" bigint NULL, PRIMARY KEY ("id"));
-- create index "access_tokens_hash_key" to table: "access_tokens"
CREATE UNIQUE INDEX "access_tokens_hash_key" ON "access_tokens" ("hash");
-- create "audit_entries" table
CREATE TABLE "audit_entries" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "actor_kind" text NOT NULL COLLATE "C", "actor_id" bigint NOT NULL DEFAULT 0, "actor_name" text NOT NULL DEFAULT '' COLLATE "C", "action" text NOT NULL COLLATE "C", "input" jsonb NULL, "changed" jsonb NULL, "address" text NOT NULL DEFAULT '' COLLATE "C", "request_id" text NOT NULL DEFAULT '' COLLATE "C", PRIMARY KEY ("id"));
-- create index "auditentry_action_created_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_action_created_at_id" ON "audit_entries" ("action", "created_at", "id");
-- create index "auditentry_actor_kind_actor_id_created_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_actor_kind_actor_id_created_at_id" ON "audit_entries" ("actor_kind", "actor_id", "created_at", "id");
-- create index "auditentry_created_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_created_at_id" ON "audit_entries" ("created_at", "id");
-- create "people" table
CREATE TABLE "people" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "name" text NOT NULL COLLATE "C", "name_key" text NOT NULL COLLATE "C", "issuer" text NOT NULL DEFAULT '' COLLATE "C", "subject" text NOT NULL DEFAULT '' COLLATE "C", "password_hash" text NOT NULL DEFAULT '' COLLATE "C", "scopes" text NOT NULL DEFAULT '' COLLATE "C", "disabled" boolean NOT NULL DEFAULT false, "failures" bigint NOT NULL DEFAULT 0, "locked_until" bigint NOT NULL DEFAULT 0, "seen_at" bigint NULL, PRIMARY KEY ("id"));
-- create index "person_of_issuer" to table: "people"
CREATE UNIQUE INDEX "person_of_issuer" ON "people" ("issuer", "subject") WHERE (issuer <> ''::text);
-- create index "person_with_password" to table: "people"
CREATE UNIQUE INDEX "person_with_password" ON "people" ("name_key") WHERE (issuer = ''::text);
-- create "sessions" table
CREATE TABLE "sessions" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "hash" text NOT NULL COLLATE "C", "expires_at" bigint NOT NULL, "used_at" bigint NOT NULL, "browser" text NOT NULL DEFAULT '' COLLATE "C", "address" text NOT NULL DEFAULT '' COLLATE "C", "person_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "sessions_people_sessions" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "session_expires_at" to table: "sessions"
CREATE INDEX "session_expires_at" ON "sessions" ("expires_at");
-- create index "session_person_id" to table: "sessions"
CREATE INDEX "session_person_id" ON "sessions" ("person_id");
-- create index "sessions_hash_key" to table: "sessions"
CREATE UNIQUE INDEX "sessions_hash_key" ON "sessions" ("hash");

-- +goose Down
-- reverse: create index "sessions_hash_key" to table: "sessions"
DROP INDEX "sessions_hash_key";
-- reverse: create index "session_person_id" to table: "sessions"
DROP INDEX "session_person_id";
-- reverse: create index "session_expires_at" to table: "sessions"
DROP INDEX "session_expires_at";
-- reverse: create "sessions" table
DROP TABLE "sessions";
-- reverse: create index "person_with_password" to table: "people"
DROP INDEX "person_with_password";
-- reverse: create index "person_of_issuer" to table: "people"
DROP INDEX "person_of_issuer";
-- reverse: create "people" table
DROP TABLE "people";
-- reverse: create index "auditentry_created_at_id" to table: "audit_entries"
DROP INDEX "auditentry_created_at_id";
-- reverse: create index "auditentry_actor_kind_actor_id_created_at_id" to table: "audit_entries"
DROP INDEX "auditentry_actor_kind_actor_id_created_at_id";
-- reverse: create index "auditentry_action_created_at_id" to table: "audit_entries"
DROP INDEX "auditentry_action_created_at_id";
-- reverse: create "audit_entries" table
DROP TABLE "audit_entries";
-- reverse: create index "access_tokens_hash_key" to table: "access_tokens"
DROP INDEX "access_tokens_hash_key";
-- reverse: create "access_tokens" table
DROP TABLE "access_tokens";
-- reverse: modify "settings" table
ALTER TABLE "settings" DROP COLUMN "invitation_expires_at", DROP COLUMN "invitation_hash";
-- reverse: modify "jobs" table
ALTER TABLE "jobs" DROP COLUMN "decider_name", DROP COLUMN "decider_id", DROP COLUMN "decider_kind", DROP COLUMN "actor_name", DROP COLUMN "actor_id", DROP COLUMN "actor_kind";
