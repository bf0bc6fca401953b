package worklist

import (
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/store"
)

// source says, in SQL, which items of one type there are. Alerts have none: they are few, and read in Go.
type source struct {
	of          Type
	from, where string
	subject     string // the id of what an item is about
	since       string // Unix milliseconds; 0: not known
	byID        bool   // sorted by subject alone, which is about the order in which they came; otherwise by since

	// fingerprint is a text that is another one when the item comes up anew. '' means that this is no longer known.
	fingerprint string

	// The conditions that an item is about one of several profiles or collections; %s stands for the list of ids.
	ofProfiles, ofCollections string
}

const (
	entitledBy   = `EXISTS (SELECT 1 FROM entitlements h WHERE h.portfolio_id = portfolios.id AND h.profile_id IN %s)`
	inCollection = `portfolios.collection_id IN %s`
)

// failedPart is the condition that a part failed, and that no later job did the same work since, whatever came of it: a job
// that failed again is an item of its own. Syncs do the same work part by part, other jobs where their key is the same.
const failedPart = `t.job_id = jobs.id AND t.state IN ('FAILED', 'STOPPED') AND NOT EXISTS (
	SELECT 1 FROM job_parts n JOIN jobs b ON b.id = n.job_id
	WHERE n.profile_id IS NOT DISTINCT FROM t.profile_id AND n.collection_id IS NOT DISTINCT FROM t.collection_id AND n.content = t.content
		AND b.kind = jobs.kind AND b.mode = 'APPLY' AND (b.created_at, b.id) > (jobs.created_at, jobs.id)
		AND (b.kind = 'SYNC' OR b.unique_key = jobs.unique_key) AND n.state NOT IN ('PENDING', 'FETCHED', 'APPLYING', 'SKIPPED'))`

// failedWhole is the condition that a job failed before it had parts, and that no later job for the same was done.
const failedWhole = `jobs.state = 'FAILED' AND NOT EXISTS (SELECT 1 FROM job_parts t WHERE t.job_id = jobs.id) AND NOT EXISTS (
	SELECT 1 FROM jobs b WHERE b.kind = jobs.kind AND b.mode = 'APPLY' AND b.unique_key = jobs.unique_key
		AND (b.created_at, b.id) > (jobs.created_at, jobs.id) AND b.finished_at IS NOT NULL)`

// ended is when a portfolio left the last list.
const ended = `COALESCE((SELECT MAX(e.ended_at) FROM entitlements e WHERE e.portfolio_id = portfolios.id), 0)`

// beganToBeListed is the line of the report by which a portfolio was listed that was not. Another profile's list that has it, too,
// and a preview, begin nothing.
const beganToBeListed = `COALESCE((SELECT CAST(MAX(c.id) AS TEXT) FROM job_changes c
	WHERE c.portfolio_id = portfolios.id AND c.action = 'ADD' AND c.field = '' AND c.old_value NOT LIKE '%"listed":true%'
		AND (SELECT b.mode FROM jobs b WHERE b.id = c.job_id) = 'APPLY'), '')`

func sourcesOn(s *store.Store) []source {
	return []source{
		{
			of: HeldList, from: `job_parts`, where: `job_parts.state = 'HELD'`, subject: `job_parts.id`, since: `job_parts.updated_at`,
			fingerprint: `CAST(job_parts.updated_at AS TEXT)`,
			ofProfiles:  `job_parts.profile_id IN %s`, ofCollections: `job_parts.collection_id IN %s`,
		},
		{
			of: FailedRun, from: `jobs`, subject: `jobs.id`, since: `jobs.finished_at`, fingerprint: `CAST(jobs.finished_at AS TEXT)`,
			where: `jobs.verdict IN ('FAILED', 'PARTIAL') AND jobs.state <> 'CANCELLED' AND jobs.mode = 'APPLY' AND jobs.finished_at IS NOT NULL
				AND (EXISTS (SELECT 1 FROM job_parts t WHERE ` + failedPart + `) OR ` + failedWhole + `)`,
			ofProfiles:    `EXISTS (SELECT 1 FROM job_parts t WHERE ` + failedPart + ` AND t.profile_id IN %s)`,
			ofCollections: `EXISTS (SELECT 1 FROM job_parts t WHERE ` + failedPart + ` AND t.collection_id IN %s)`,
		},
		{
			of: Review, from: `portfolios`, where: `portfolios.review <> '' AND portfolios.removed_at IS NULL`,
			subject: `portfolios.id`, since: `portfolios.review_since`,
			fingerprint: `portfolios.review || ' ' || CAST(portfolios.review_since AS TEXT)`,
			ofProfiles:  entitledBy, ofCollections: inCollection,
		},
		ambiguousTitles(s),
		{
			of: POLineNotListed, from: `po_lines JOIN portfolios ON portfolios.id = po_lines.portfolio_id`, where: acquisitions.NotListedSQL,
			subject: `po_lines.id`, since: ended, fingerprint: `CAST(portfolios.id AS TEXT) || ' ' || CAST(` + ended + ` AS TEXT)`,
			ofProfiles: entitledBy, ofCollections: inCollection,
		},
		{
			of: ListedWithoutOrder, from: `portfolios`, where: acquisitions.WithoutPOLineSQL,
			subject: `portfolios.id`, since: `portfolios.created_at`, byID: true,
			fingerprint: beganToBeListed,
			ofProfiles:  entitledBy, ofCollections: inCollection,
		},
	}
}

// ambiguousTitles are the titles that a list added though they might be several portfolios, as long as the title is in
// the holdings and one of these portfolios is still there without being clear itself.
func ambiguousTitles(s *store.Store) source {
	return source{
		of: AmbiguousTitle, subject: `portfolios.id`, since: `COALESCE(job_parts.written_at, job_parts.updated_at)`,
		from: `(SELECT c.portfolio_id, MAX(c.id) AS id FROM job_changes c WHERE c.action = 'AMBIGUOUS' AND c.portfolio_id IS NOT NULL
				AND (SELECT b.kind FROM jobs b WHERE b.id = c.job_id) IN ('SYNC', 'IMPORT', 'ACTIVATE') GROUP BY c.portfolio_id) line
			JOIN job_changes ON job_changes.id = line.id JOIN job_parts ON job_parts.id = job_changes.part_id
			JOIN portfolios ON portfolios.id = line.portfolio_id`,
		where: `portfolios.removed_at IS NULL AND EXISTS (SELECT 1 FROM portfolios k
			WHERE k.id IN (` + s.NumbersIn("job_changes.new_value") + `) AND k.removed_at IS NULL AND (k.review <> '' OR NOT k.listed))`,
		fingerprint: `CAST(line.id AS TEXT)`, ofProfiles: `job_parts.profile_id IN %s`, ofCollections: inCollection,
	}
}
