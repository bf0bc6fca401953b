-- Rows of the table that this version made.
INSERT INTO pairing_decisions (id, created_at, updated_at, collection_id, portfolio_id, parted, title_id, keys, title, print_identifier,
    online_identifier, job_id, actor_kind, actor_id, actor_name, ended_at, ended_job_id)
  SELECT 501, 1, 2, collection_id, id, FALSE, 'brain', '00068950', 'Brain', '0006-8950', '', 7, 'PERSON', 3, 'Anna', NULL, NULL
  FROM portfolios ORDER BY id LIMIT 1;
INSERT INTO pairing_decisions (id, created_at, updated_at, collection_id, portfolio_id, parted, title, ended_at, ended_job_id)
  SELECT 502, 3, 4, collection_id, id, TRUE, 'Annals', 5, 8 FROM portfolios ORDER BY id LIMIT 1;
