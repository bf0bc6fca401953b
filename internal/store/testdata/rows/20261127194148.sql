-- Rows of the tables and columns that this version made.
INSERT INTO access_tokens (id, created_at, updated_at, name, start, hash, scopes, created_by, expires_at, revoked_at, used_at) VALUES
  (301, 1, 2, 'nightly', 'autoh_abcdef', 'a1', 'operate', 'Ada', 9, NULL, 3), (302, 1, 2, 'nightly', 'autoh_ghijkl', 'a2', 'admin', 'Ada', NULL, 5, NULL);
INSERT INTO people (id, created_at, updated_at, name, name_key, issuer, subject, password_hash, scopes, disabled, failures, locked_until, seen_at) VALUES
  (311, 1, 2, 'Ada', 'ada', '', '', '$argon2id$', 'admin', false, 2, 7, 6),
  (312, 1, 2, 'Ada', 'ada', 'https://issuer.example', 'ada', '', 'operate curate', true, 0, 0, NULL);
INSERT INTO sessions (id, created_at, updated_at, hash, expires_at, used_at, browser, address, person_id) VALUES
  (321, 1, 2, 'b1', 9, 3, 'Firefox', '192.0.2.7', 311), (322, 1, 2, 'b2', 9, 3, '', '', 312);
INSERT INTO audit_entries (id, created_at, actor_kind, actor_id, actor_name, action, input, changed, address, request_id) VALUES
  (331, 1, 'PERSON', 311, 'Ada', 'runProfile', '{"profileId":"x"}', '[{"type":"Job","how":"CREATED"}]', '192.0.2.7', 'r1'),
  (332, 2, 'COMMAND', 0, 'user add', 'user add', NULL, NULL, '', '');
UPDATE jobs SET actor_kind = 'TOKEN', actor_id = 301, actor_name = 'nightly', decider_kind = 'PERSON', decider_id = 311, decider_name = 'Ada';
UPDATE settings SET invitation_hash = 'c1', invitation_expires_at = 9;
