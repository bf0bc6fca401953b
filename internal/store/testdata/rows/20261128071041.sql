-- Rows of the table and columns that this version made.
INSERT INTO additional_licenses (portfolio_id, license_id) SELECT p.id, 22 FROM portfolios p WHERE p.id = 71;
INSERT INTO po_lines (id, created_at, updated_at, number, status, main, process_type, fund, price, currency, interval_from, interval_until, collection_id) VALUES
  (501, 1, 2, 'POL-PACKAGE', 'CLOSED', true, 'Subscription', 'E-RES', '1234.50', 'EUR', '2026-01-01', '2026-12-31', 51);
