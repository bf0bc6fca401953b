package holdings

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// ExportOf says what to export.
type ExportOf struct {
	CollectionID int64
	GroupID      int64 // only what reaches this inventory group, with the coverage it has there; 0: everything
	AsOf         int64 // as it was at this moment, in Unix milliseconds (see former.go); 0: as it is
}

// ExportName is the name of the file that Export writes, by the convention of NISO RP-9: the provider (if the
// collection came from one), the institution and the group, the collection, the date.
func (s *Service) ExportName(ctx context.Context, of ExportOf, date time.Time) (string, error) {
	c, err := s.store.Read.Collection.Query().Where(collection.ID(of.CollectionID)).WithCommunityZoneCollection().Only(ctx)
	if ent.IsNotFound(err) {
		return "", errNoCollection
	}
	if err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	settings, err := s.store.Read.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	institution := settings.InstitutionName
	group, err := s.findGroup(ctx, of.GroupID)
	if err != nil {
		return "", err
	}
	if group != nil {
		institution = strings.TrimSpace(institution + " " + group.Name)
	}
	provider := ""
	if zone := c.Edges.CommunityZoneCollection; zone != nil {
		provider = zone.Provider
	}
	return kbart.FileName(provider, institution, c.Name, date), nil
}

var errNoCollection = problem.New(problem.NotFound, "", "there is no such collection")

// Export writes the accessible portfolios of a collection as a KBART Phase II list, sorted by title, with a row for
// each coverage statement. It streams: a collection of any size takes little memory. It returns the number of rows. A
// collection or group that does not exist is a problem of code NotFound, a moment of which too little is known one of
// BadInput or WrongState.
func (s *Service) Export(ctx context.Context, of ExportOf, w io.Writer) (rows int, err error) {
	exists, err := s.store.Read.Collection.Query().Where(collection.ID(of.CollectionID)).Exist(ctx)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	if !exists {
		return 0, errNoCollection
	}
	if _, err := s.findGroup(ctx, of.GroupID); err != nil {
		return 0, err
	}
	out := kbart.NewWriter(w, kbart.WriterOptions{})
	e := exporter{out: out}
	each := s.eachExported
	if of.AsOf != 0 {
		each = s.eachFormerlyExported
	}
	if err := each(ctx, of, e.add); err != nil {
		return 0, err
	}
	if err := errors.Join(e.flush(), out.Flush()); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return e.rows, nil
}

// exported is one row of the joined tables: a portfolio with one of its statements, if it has any.
type exported struct {
	id        int64
	from      *int64 // the statement's entitlement
	values    [len(plan.TitleColumns)]string
	statement *plan.Statement

	local     plan.LocalValues
	taken     []plan.Statement // time that lists took away and that may be retained
	retention plan.Retention   // set only where it decides what is exported
	ended     bool             // no entitlement is in force
	endedAt   *int64
}

// eachExported streams the accessible portfolios of a collection, each with its statements; of a group only what reaches it.
func (s *Service) eachExported(ctx context.Context, of ExportOf, fn func(exported) error) error {
	rows, err := s.store.Query(ctx, exportedSQL(of.GroupID, "", "", `k.id = ? AND `+ServedSQL+` AND `+AccessibleSQL+` AND `+
		reachesSQL(of.GroupID))+` ORDER BY p.title_key, p.id, e.id, c.position`, of.CollectionID)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		x, err := scanExported(rows)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		if err := fn(x); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exportedSQL selects portfolios p of collections k, each with the statements of its entitlements e in force: those of
// profiles, else the library's own; of a retained portfolio without one, of the one that ended last. For a group only the
// entitlements that reach it count. more are further columns and joins are further tables, for scanExported's more.
//
// The plus before the entitlement's id keeps PostgreSQL from looking up all entitlements in force once more for each portfolio,
// by the index on them.
func exportedSQL(groupID int64, more, joins, where string) string {
	const ofProfile = `SELECT 1 FROM entitlements o WHERE o.portfolio_id = p.id AND o.active AND o.profile_id IS NOT NULL`
	return `SELECT p.id, ` + columnsOf("p", plan.TitleColumnNames, "%s") +
		`, COALESCE(e.own_values, ''), p.local_values, p.retained_coverage, COALESCE(NOT e.active, FALSE), e.ended_at,
		CASE WHEN p.retained_coverage <> '' OR NOT e.active THEN ` + markSQL + ` ELSE '' END, c.entitlement_id,
		` + columnsOf("c", plan.StatementColumnNames, "%s") + more + `
		FROM collections k JOIN portfolios p ON p.collection_id = k.id
		LEFT JOIN entitlements e ON e.portfolio_id = p.id AND (e.active AND (e.profile_id IS NOT NULL OR NOT EXISTS (` + ofProfile + `))
			OR NOT e.active AND +e.id = ` + lastEntitlementOf(groupID) + `) AND ` + ofGroupSQL("e", groupID) + `
		LEFT JOIN coverage_statements c ON c.entitlement_id = e.id` + joins + `
		WHERE ` + where
}

// scanExported reads a row of exportedSQL; more are targets for the further columns.
func scanExported(rows *sql.Rows, more ...any) (x exported, err error) {
	var own, local, taken, mark string
	var st plan.Statement
	targets := append(make([]any, 0, 37), &x.id)
	for i := range x.values {
		targets = append(targets, &x.values[i])
	}
	targets = append(targets, &own, &local, &taken, &x.ended, &x.endedAt, &mark, &x.from)
	for _, text := range []*string{&st.DateFirst, &st.VolFirst, &st.IssueFirst, &st.DateLast, &st.VolLast, &st.IssueLast, &st.Embargo} {
		targets = append(targets, orEmpty{text})
	}
	targets = append(targets, &st.URL, &st.Notes, &st.Depth, orEmpty{&st.Kind})
	if err := rows.Scan(append(targets, more...)...); err != nil {
		return x, err
	}
	if x.from != nil {
		said, err := plan.ParseDivergingValues(own)
		if err != nil {
			return x, err
		}
		x.statement = relativeToPortfolio(&st, &x.values, said)
	}
	if x.local, err = plan.ParseLocalValues(local); err != nil {
		return x, err
	}
	if x.taken, err = plan.StoredStatements(taken); err != nil {
		return x, err
	}
	x.retention = parseMark(mark)
	return x, nil
}

// relativeToPortfolio leaves the statement a text of its own only if it differs from what the portfolio shows. A text
// that the statement leaves out is the one that its list gives for the title, which may differ from the portfolio's.
func relativeToPortfolio(s *plan.Statement, values *[len(plan.TitleColumns)]string, said plan.DivergingValues) *plan.Statement {
	for _, c := range plan.OwnColumns {
		text := *s.Own(c)
		if value, differs := said[c.String()]; text == nil && differs {
			text = &value
		}
		if text != nil && plan.ComparableValue(c, *text) == plan.ComparableValue(c, values[plan.TitleColumnIndex[c]]) {
			text = nil
		}
		*s.Own(c) = text
	}
	return s
}

// orEmpty scans a text; NULL becomes "".
type orEmpty struct{ text *string }

func (o orEmpty) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*o.text = ""
	case string:
		*o.text = v
	case []byte:
		*o.text = string(v)
	default:
		return fmt.Errorf("a text is stored as %T", value)
	}
	return nil
}

// columnsOf qualifies each column of a list with a table and puts it into a format.
func columnsOf(table, names, form string) string {
	columns := strings.Split(names, ", ")
	for i, name := range columns {
		columns[i] = fmt.Sprintf(form, table+"."+name)
	}
	return strings.Join(columns, ", ")
}

// exporter turns the joined rows into rows of a list, one portfolio after the other. A range that several profiles
// cover is written once.
type exporter struct {
	out        *kbart.Writer
	current    exported
	statements []plan.Statement
	from       int64                      // the entitlement of the last statement
	others     map[uint64]*plan.Statement // by range, the statements of the entitlements before it
	rows       int
}

func (e *exporter) add(x exported) error {
	if x.id != e.current.id {
		if err := e.flush(); err != nil {
			return err
		}
		e.current = x
	}
	if x.statement == nil {
		return nil
	}
	if e.from != *x.from {
		if e.from = *x.from; len(e.statements) > 0 {
			e.others = plan.ByRange(e.statements)
		}
	}
	if e.others != nil && e.others[x.statement.RangeHash()] != nil { // another profile's list has it
		return nil
	}
	e.statements = append(e.statements, *x.statement)
	return nil
}

// flush writes the rows of the current portfolio, which is complete.
func (e *exporter) flush() error {
	if e.current.id == 0 {
		return nil
	}
	if !e.finish() {
		return nil
	}
	e.order()
	for i := range e.statements {
		if err := e.out.WriteRow(rowOf(&e.current.values, &e.statements[i])); err != nil {
			return fmt.Errorf("export %q: %w", e.current.values[0], err)
		}
		e.rows++
	}
	e.reset()
	return nil
}

func (e *exporter) reset() {
	e.current, e.statements, e.from, e.others = exported{}, e.statements[:0], 0, nil
}

// finish puts in what is retained and what staff say. ok is false if nothing is left to export.
func (e *exporter) finish() (ok bool) {
	x := &e.current
	own, has := x.local.Coverage()
	had := len(e.statements) > 0
	switch {
	case has && own.Mode == plan.Instead:
		e.statements = e.statements[:0]
	case x.ended:
		e.statements = x.retention.Clip(e.statements, EndedOn(x.endedAt))
	}
	if (!has || own.Mode == plan.Addition) && x.retention.Holds() {
		e.statements = append(e.statements, x.retention.Clip(x.taken, time.Time{})...)
	}
	e.statements = append(e.statements, own.Statements...)
	x.values = x.local.AppliedTo(&x.values)
	if had && len(e.statements) == 0 { // nothing of it is accessible: a row without dates would say that all is
		e.reset()
		return false
	}
	return true
}

// order sorts the statements by date, but puts one without a URL, notes or depth of its own first: readers take the
// title's values from its first row.
func (e *exporter) order() {
	if len(e.statements) == 0 {
		e.statements = append(e.statements, plan.Statement{})
	}
	plan.SortStatements(e.statements)
	i := slices.IndexFunc(e.statements, func(st plan.Statement) bool { return st.URL == nil && st.Notes == nil && st.Depth == nil })
	if i > 0 {
		st := e.statements[i]
		copy(e.statements[1:], e.statements[:i])
		e.statements[0] = st
	}
}

func rowOf(values *[len(plan.TitleColumns)]string, st *plan.Statement) *[kbart.NumColumns]string {
	var row [kbart.NumColumns]string
	for i, c := range plan.TitleColumns {
		row[c] = values[i]
	}
	row[kbart.DateFirstIssueOnline], row[kbart.NumFirstVolOnline], row[kbart.NumFirstIssueOnline] = st.DateFirst, st.VolFirst, st.IssueFirst
	row[kbart.DateLastIssueOnline], row[kbart.NumLastVolOnline], row[kbart.NumLastIssueOnline] = st.DateLast, st.VolLast, st.IssueLast
	row[kbart.EmbargoInfo] = st.Embargo
	for _, c := range plan.OwnColumns {
		if text := *st.Own(c); text != nil {
			row[c] = *text
		}
	}
	return &row
}
