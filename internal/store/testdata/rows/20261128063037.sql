-- Rows of the table that this version made.
INSERT INTO worklist_marks (id, created_at, updated_at, type, subject_id, detail, fingerprint, state, until, note, actor_kind, actor_id, actor_name, version, assignee_id) VALUES
  (411, 1, 2, 'REVIEW', 5, '', 'AMBIGUOUS 7', 'NOT_NOW', '2027-01-01', 'Asked.', 'PERSON', 311, 'Ada', 3, 311),
  (412, 1, 2, 'ALERT', 5, 'NO_LIST BOOKS', '7', 'DONE', '', '', '', 0, '', 1, NULL);
