-- Rows of the tables that this version made.
INSERT INTO portfolio_sets (id, created_at, updated_at, name, description, filter, version) VALUES
  (401, 1, 2, 'Cancelled', 'To keep', '', 3), (402, 1, 2, 'Hidden', '', '{"Removed":true}', 1);
INSERT INTO portfolio_set_members (portfolio_set_id, portfolio_id) SELECT 401, id FROM portfolios ORDER BY id LIMIT 1;
