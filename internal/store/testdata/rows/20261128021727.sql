-- Rows of the tables and columns that this version made.
INSERT INTO edits (id, created_at, actor_kind, actor_id, actor_name, portfolio_id, collection_id, action, field, title, title_id, print_identifier, online_identifier, value_kind, old_value, new_value) VALUES
  (341, 1, 'PERSON', 311, 'Ada', 71, 51, 'UPDATE', 'public_note', 'Annals of Examples', 'annals', '', '', 'STAFF', '', '"Ask at the desk"'),
  (342, 2, 'TOKEN', 301, 'nightly', NULL, 51, 'REMOVE', '', 'Gone since', '', '', '', '', '', '');
UPDATE portfolios SET access_rights = 'PERPETUAL', perpetual_from = '2010-01-01', perpetual_until = '2015-12-31', retained_coverage = '[{"dateFirst":"2011"}]', version = 3 WHERE id = 71;
UPDATE licenses SET perpetual_access = true, perpetual_from = '2010-01-01', perpetual_until = '2015-12-31';
UPDATE collections SET perpetual_access = true, perpetual_from = '2010-01-01' WHERE id = 51;
