-- Rows of the tables and columns that this version made.
INSERT INTO list_decisions (id, created_at, updated_at, kind, decision, reason, job_id, collection_id, provider_file_id) VALUES
  (181, 1, 1, 'REMOVE', 'DECLINED', 'they are ours', 111, 51, 101), (182, 1, 1, 'ADD', 'APPLIED', '', 111, 51, 101);
INSERT INTO refused_rows (id, created_at, updated_at, row_hash, row, collection_id, portfolio_id) VALUES (191, 1, 1, 77, 'Annals of Examples', 51, 71), (192, 1, 1, -78, 'Nobody knows', 51, NULL);
INSERT INTO coverage_statements (id, position, date_first_issue_online, title_url, notes, coverage_depth, entitlement_id) VALUES (165, 1, '1999', 'https://example.org/a', 'its own', 'abstracts', 152);
UPDATE entitlements SET waiting = 'TWINS', waiting_since = '2026-11-01', given_back = true, own_values = '{"notes":"own"}', own_hash = 12 WHERE id = 154;
UPDATE jobs SET idempotency_hash = 'abc' WHERE id = 111;
