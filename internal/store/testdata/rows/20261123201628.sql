-- Rows as the first version of the schema held them: two or more of each table, every reference made by some row.
INSERT INTO inventory_groups (id, created_at, updated_at, name, description) VALUES (11, 1, 1, 'North campus', 'by the river'), (12, 1, 1, 'South campus', '');
INSERT INTO licenses (id, created_at, updated_at, code, name, vendor, status) VALUES (21, 1, 2, 'LIC-1', 'Journals deal', 'Vendor A', 'ACTIVE'), (22, 1, 2, 'LIC-2', '', '', '');
INSERT INTO community_zone_collections (id, created_at, updated_at, cz_id, name, name_key, provider, content, titles_updated_at) VALUES
  (31, 1, 1, '611', 'All journals', 'all journals', 'Provider', 'JOURNALS', 5), (32, 1, 1, '612', 'All books', 'all books', 'Provider', 'BOOKS', NULL);
INSERT INTO community_zone_titles (id, created_at, updated_at, publication_title, online_identifier, title_key, online_key, values_hash, community_zone_collection_id) VALUES
  (41, 1, 1, 'Annals of Examples', '1234-5679', 'annals of examples', '12345679', 7, 31), (42, 1, 1, 'Élan vital', '', 'elan vital', '', -8, 32);
INSERT INTO collections (id, created_at, updated_at, name, name_key, content, community_zone_collection_id, license_id, writer_job_id) VALUES
  (51, 1, 3, 'Our journals', 'our journals', 'JOURNALS', 31, 21, 111), (52, 1, 3, 'Local books', 'local books', 'BOOKS', NULL, NULL, NULL);
INSERT INTO collection_sets (id, created_at, updated_at, name, description) VALUES (61, 1, 1, 'For medicine', ''), (62, 1, 1, 'For law', 'asked for in May');
INSERT INTO collection_set_members (collection_set_id, collection_id) VALUES (61, 51), (61, 52), (62, 51);
INSERT INTO portfolios (id, created_at, updated_at, available, listed, removed_at, locked_fields, publication_title, online_identifier, notes, title_key, online_key, values_hash, collection_id, license_id) VALUES
  (71, 1, 2, true, true, NULL, 'notes', 'Annals of Examples', '1234-5679', 'bound with a map', 'annals of examples', '12345679', 7, 51, 22),
  (72, 1, 2, false, false, 9, '', 'Élan vital', '', '', 'elan vital', '', -8, 51, NULL), (73, 1, 2, true, false, NULL, '', 'A local book', '', '', 'a local book', '', 9, 52, NULL);
INSERT INTO po_lines (id, created_at, updated_at, number, vendor, note, main, portfolio_id) VALUES
  (81, 1, 1, 'POL-1', 'Vendor A', 'renew early', true, 71), (82, 1, 1, 'POL-2', '', '', false, 71), (83, 1, 1, 'POL-3', '', '', true, NULL);
INSERT INTO profiles (id, created_at, updated_at, description, active, customer_number, api_key_sealed, api_key_fingerprint, api_key_set_at) VALUES
  (91, 1, 1, 'North', true, '100200', x'00ff10', 'f1', 4), (92, 1, 1, 'South', false, '100201', x'', 'f2', 4);
INSERT INTO profile_groups (profile_id, inventory_group_id) VALUES (91, 11), (92, 12);
INSERT INTO provider_files (id, created_at, updated_at, content, name, path, sha256, size, stored_size, date, fetched_at, applied_at, outcome, profile_id) VALUES
  (101, 1, 1, 'JOURNALS', 'Provider_Global_AllJournals_2026-11-01.txt', '10/1.gz', 'aa', 900, 90, '2026-11-01', 3, 4, 'APPLIED', 91), (102, 1, 1, 'BOOKS', 'given.txt', '10/2.gz', 'bb', 9, 9, '', 3, NULL, '', NULL);
INSERT INTO jobs (id, created_at, updated_at, kind, state, verdict, mode, "trigger", args, idempotency_key, counts, summary, due_at, subject_job_id, waits_for_job_id) VALUES
  (111, 1, 2, 'SYNC', 'SUCCEEDED', 'CHANGED', 'APPLY', 'MANUAL', '{"profileIDs":[91]}', 'november', '{"added":1}', '1 title added', 1, NULL, NULL),
  (112, 3, 4, 'UNDO', 'SUCCEEDED', 'CHANGED', 'APPLY', 'MANUAL', '{}', NULL, NULL, '', 3, 111, 111), (113, 5, 6, 'SYNC', 'QUEUED', '', 'PREVIEW', 'MANUAL', '{}', NULL, NULL, '', 5, NULL, NULL);
INSERT INTO job_parts (id, created_at, updated_at, content, state, counts, profile_name, collection_name, collection_id, job_id, profile_id, provider_file_id) VALUES
  (121, 1, 2, 'JOURNALS', 'SUCCEEDED', '{"added":1}', 'North', 'Our journals', 51, 111, 91, 101), (122, 1, 2, 'BOOKS', 'SUCCEEDED', NULL, 'gone', 'gone', NULL, 112, NULL, NULL);
INSERT INTO job_changes (id, "action", field, title, old_value, new_value, line, job_id, part_id, portfolio_id) VALUES
  (131, 'ADD', '', 'Annals of Examples', '', '', 2, 111, 121, 71), (132, 'UPDATE', 'notes', 'Élan vital', 'old', 'new', 3, 111, 121, 72), (133, 'REMOVE', '', 'gone', '', '', 0, 112, 122, NULL);
INSERT INTO job_findings (id, severity, code, line, "column", value, message, hint, job_id, part_id) VALUES
  (141, 2, 'ISSN_CHECK_DIGIT', 4, 'online_identifier', '1234-5678', 'the check digit is wrong', 'ask the provider', 111, 121), (142, 1, 'BLANK_LINE', 9, '', '', 'blank', '', 112, 122);
INSERT INTO entitlements (id, created_at, updated_at, active, coverage_hash, portfolio_id, profile_id) VALUES
  (151, 1, 2, true, 3, 71, 91), (152, 1, 2, true, -4, 71, 92), (153, 1, 2, false, 5, 72, NULL), (154, 1, 2, true, 6, 73, NULL);
INSERT INTO coverage_statements (id, position, date_first_issue_online, num_first_vol_online, embargo_info, entitlement_id) VALUES
  (161, 0, '1996-01-01', '1', '', 151), (162, 1, '2001', '', 'P1Y', 151), (163, 0, '', '', '', 152), (164, 0, '1990', '', '', 154);
INSERT INTO schedule_slots (id, created_at, updated_at, slot, job_id) VALUES (171, 1, 1, '91@2026-11-02T03:00', 111), (172, 1, 1, '91@2026-11-09T03:00', NULL);
INSERT INTO settings (id, created_at, updated_at, institution_name, multi_campus_inventory_management, id_epoch, seal_check) VALUES (1, 1, 1, 'Library of Examples', true, 7, x'0102');
