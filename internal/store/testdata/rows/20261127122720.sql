-- Rows of the tables and columns that this version made.
INSERT INTO workers (id, host, pid, version, concurrency, started_at, seen_at) VALUES (201, 'library.example', 4711, 'v1.2.3', 2, 1, 2);
