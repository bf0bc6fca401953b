-- +goose Up
-- A removal used to set available to false, and so did keeping a portfolio for its PO line. Whether a portfolio is available is
-- the staff's choice: those that are out of the holdings, or that nothing entitles to, get back what the job found that took
-- them out or kept them, or true where that is no longer known.
UPDATE portfolios SET available = COALESCE((
	SELECT CASE WHEN json_valid(c.old_value) THEN json_extract(c.old_value, '$.available') END
	FROM job_changes c JOIN job_parts p ON p.id = c.part_id
	WHERE c.portfolio_id = portfolios.id AND c.action IN ('REMOVE', 'KEEP') AND c.field = '' AND p.state IN ('APPLIED', 'APPLYING')
	ORDER BY p.updated_at DESC, c.id DESC LIMIT 1), true)
WHERE NOT available AND (removed_at IS NOT NULL OR NOT EXISTS (
	SELECT 1 FROM entitlements e WHERE e.portfolio_id = portfolios.id AND e.active));
