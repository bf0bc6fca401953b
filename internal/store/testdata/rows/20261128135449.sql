-- Rows of the columns that this version made.
INSERT INTO jobs (id, created_at, updated_at, kind, state, verdict, mode, "trigger", args, summary, due_at, work_done, work_total, work_from, work_since) VALUES
  (521, 1, 2, 'SYNC', 'SUCCEEDED', 'CHANGED', 'APPLY', 'MANUAL', '{}', '', 1, 1500, 2000, 1000, 1);
