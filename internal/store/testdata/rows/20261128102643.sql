-- Rows of the columns that this version made.
INSERT INTO edits (id, created_at, actor_kind, actor_id, actor_name, portfolio_id, collection_id, action, field, title, title_key, value_kind, old_value, new_value) VALUES
  (511, 1, 'PERSON', 311, 'Ada', NULL, 51, 'UPDATE', 'public_note', 'Élan vital', 'elan vital', 'STAFF', '', '"Ask at the desk"');
INSERT INTO job_changes (id, "action", field, title, title_key, old_value, new_value, line, job_id, part_id, portfolio_id) VALUES
  (512, 'UPDATE', 'notes', 'Élan vital', 'elan vital', 'old', 'new', 3, 112, 122, NULL);
