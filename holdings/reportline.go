package holdings

// reportLine is one line of a job's report, as it is gathered.
type reportLine struct {
	portfolio int64 // 0: the line is of none
	action    Action
	field     string // a KBART name, CoverageField or one of ownField; "": the portfolio, title or row as a whole
	title     Citation
	values    Values
	line      int // in the file; 0: none
}

// changeColumns are those that partWriter.change fills.
var changeColumns = []string{
	"id", "job_id", "part_id", "portfolio_id", "action", "field", "title", "title_id", "print_identifier", "online_identifier",
	"value_kind", "old_value", "new_value", "line",
}

// change gathers one line of the report.
func (w *partWriter) change(l reportLine) {
	var portfolio any
	if l.portfolio > 0 { // one that an earlier part of a preview would add has a negative id, and is nowhere
		portfolio = l.portfolio
	}
	if l.values.Old == "" && l.values.New == "" {
		l.values.Kind = NoValues
	}
	w.changes.add(w.store.NextID(), w.part.JobID, w.part.ID, portfolio, string(l.action), l.field, l.title.Title, l.title.TitleID,
		l.title.PrintIdentifier, l.title.OnlineIdentifier, string(l.values.Kind), l.values.Old, l.values.New, l.line)
}
