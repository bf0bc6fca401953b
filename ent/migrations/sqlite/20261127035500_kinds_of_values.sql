-- +goose Up
-- Until now, what the two values of a change are was told from how they begin. From here on it is stored. A title's own text may
-- begin like anything, so the field decides first, and then whether a value is what its kind is written as.

-- A statement's own URL or notes: both values are lists of statements, and of nothing else. They get a name of their own.
UPDATE job_changes SET value_kind = 'COVERAGE', field = 'coverage.' || field
WHERE field IN ('title_url', 'notes') AND substr(old_value, 1, 2) = '[{' AND substr(new_value, 1, 2) = '[{'
	AND CASE WHEN json_valid(old_value) AND json_valid(new_value) THEN
		NOT EXISTS (SELECT 1 FROM json_tree(old_value) t WHERE NOT (t.fullkey = '$' OR t.path = '$' AND t.type = 'object' OR t.path <> '$' AND t.type = 'text'
			AND t.key IN ('dateFirst', 'volFirst', 'issueFirst', 'dateLast', 'volLast', 'issueLast', 'embargo', 'kind', 'url', 'notes', 'depth')))
		AND NOT EXISTS (SELECT 1 FROM json_tree(new_value) t WHERE NOT (t.fullkey = '$' OR t.path = '$' AND t.type = 'object' OR t.path <> '$' AND t.type = 'text'
			AND t.key IN ('dateFirst', 'volFirst', 'issueFirst', 'dateLast', 'volLast', 'issueLast', 'embargo', 'kind', 'url', 'notes', 'depth')))
	ELSE FALSE END;

-- What a move, or the undo of one, left where it is: the field is the number of a PO line or the code of a license, and may be
-- called like a column.
UPDATE job_changes SET value_kind = 'WORDS', field = CASE WHEN value_kind = 'COVERAGE' THEN substr(field, 10) ELSE field END
WHERE action = 'LEFT' AND (old_value <> '' OR new_value <> '') AND job_id IN (SELECT j.id FROM jobs j LEFT JOIN jobs s ON s.id = j.subject_job_id
	WHERE j.kind = 'MOVE' OR s.kind = 'MOVE');

-- All others. Why something left was prose of one form; it becomes the reason that it was.
UPDATE job_changes SET
	value_kind = CASE
		WHEN action IN ('MOVE_PO_LINE', 'MOVE_LICENSE', 'LICENSE_CONFLICT', 'NO_COUNTERPART') THEN 'MOVE'
		WHEN field = 'coverage' THEN 'COVERAGE'
		WHEN field <> '' THEN 'TEXT'
		WHEN action = 'LEFT' AND (old_value = '' OR json_valid(old_value)) AND (new_value = '' OR json_valid(new_value)) THEN 'STATES'
		WHEN action IN ('ADD', 'REMOVE', 'KEEP', 'WITHDRAW') THEN 'STATE'
		WHEN action = 'AMBIGUOUS' AND substr(new_value, 1, 1) = '[' AND json_valid(new_value) THEN 'PORTFOLIOS'
		WHEN action = 'REVIEW' AND new_value IN ('AMBIGUOUS', 'ROW_UNREADABLE') THEN 'REASON'
		ELSE 'WORDS'
	END,
	new_value = CASE WHEN field = '' AND action IN ('REMOVE', 'KEEP', 'WITHDRAW') AND new_value = 'now listed as free' THEN '{"freeNow":true}' ELSE new_value END
WHERE value_kind = '' AND (old_value <> '' OR new_value <> '');
