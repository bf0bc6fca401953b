package holdings

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
	"autoholdings/kbart"
)

// StaffValues is all that staff decide about a portfolio: it is read, compared, changed, recorded, exported and undone
// field by field, each as a text that may be missing.
type StaffValues struct {
	Available                     bool
	LicenseID                     int64   // the main license; 0: none of its own
	AdditionalLicenses            []int64 // beside the main one, sorted
	AccessRights                  string  // see Current and Perpetual; "": nothing is said
	PerpetualFrom, PerpetualUntil string  // YYYY-MM-DD; "": no limit
	Local                         plan.LocalValues
}

// The fields of StaffValues that are no local values.
const (
	FieldAvailable      = "available"           // "true" or "false"; it always has a value
	FieldLicense        = "license"             // the main license's id
	FieldAdditional     = "additional_licenses" // the ids of the others, with commas
	FieldAccessRights   = "access_rights"       // Current or Perpetual
	FieldPerpetualFrom  = "perpetual_from"      // YYYY-MM-DD, and with a year or month alone its first day
	FieldPerpetualUntil = "perpetual_until"     // YYYY-MM-DD, and with a year or month alone its last day
)

// What staff say of the access rights to a portfolio.
const (
	Current   = "CURRENT"
	Perpetual = "PERPETUAL"
)

// StaffFields are the names of all fields that staff decide about.
var StaffFields = append([]string{
	FieldAvailable, FieldLicense, FieldAdditional, FieldAccessRights, FieldPerpetualFrom,
	FieldPerpetualUntil,
},
	plan.LocalFields...)

// Get returns a field as a text; nil if nothing is said.
func (v *StaffValues) Get(field string) *string {
	text := ""
	switch field {
	case FieldAvailable:
		text = strconv.FormatBool(v.Available)
		return &text
	case FieldLicense:
		if v.LicenseID != 0 {
			text = strconv.FormatInt(v.LicenseID, 10)
		}
	case FieldAdditional:
		return LicensesText(v.AdditionalLicenses)
	case FieldAccessRights:
		text = v.AccessRights
	case FieldPerpetualFrom:
		text = v.PerpetualFrom
	case FieldPerpetualUntil:
		text = v.PerpetualUntil
	default:
		return v.Local.Get(field)
	}
	if text == "" {
		return nil
	}
	return &text
}

// set changes a field; nil takes back what was said. The value is in the form that CheckStaffValue returns.
func (v *StaffValues) set(field string, value *string) {
	text := ""
	if value != nil {
		text = *value
	}
	switch field {
	case FieldAvailable:
		v.Available = text == "true"
	case FieldLicense:
		v.LicenseID, _ = strconv.ParseInt(text, 10, 64)
	case FieldAdditional:
		v.AdditionalLicenses, _ = licensesIn(text)
	case FieldAccessRights:
		v.AccessRights = text
	case FieldPerpetualFrom:
		v.PerpetualFrom = text
	case FieldPerpetualUntil:
		v.PerpetualUntil = text
	default:
		v.Local = v.Local.With(field, value)
	}
}

// StaffChange is a change of some of the fields; nil takes back what was said of a field.
type StaffChange map[string]*string

// Apply makes a change and returns which fields it changes, in the order of StaffFields.
func (v *StaffValues) Apply(change StaffChange) (changed []plan.FieldChange) {
	for _, field := range StaffFields {
		value, asked := change[field]
		if !asked {
			continue
		}
		before := v.Get(field)
		if plan.Same(before, value) {
			continue
		}
		v.set(field, value)
		changed = append(changed, plan.FieldChange{Name: field, Values: plan.ValuesOfStaff(before, v.Get(field))})
	}
	return changed
}

// Check says what is wrong with the values as they would be after a change.
func (v *StaffValues) Check() error {
	if slices.Contains(v.AdditionalLicenses, v.LicenseID) {
		return errors.New("its main license is among the additional ones too: name it once")
	}
	if v.PerpetualFrom != "" && v.PerpetualUntil != "" && v.PerpetualFrom > v.PerpetualUntil {
		return fmt.Errorf("perpetual access from %s until %s are no days: exchange them", v.PerpetualFrom, v.PerpetualUntil)
	}
	if v.AccessRights != Perpetual && (v.PerpetualFrom != "" || v.PerpetualUntil != "") {
		return fmt.Errorf("days of perpetual access are given, but not perpetual access itself: set access_rights to %s too, or take the "+
			"days back", Perpetual)
	}
	return nil
}

// longestText is the most characters of a local value.
const longestText = 4000

// CheckStaffValue checks a value that staff give for a field and returns it as it is stored. The error says what is
// wrong and what to do.
func CheckStaffValue(field, value string) (string, error) {
	if err := storable.Check(value); err != nil {
		return "", err
	}
	value = strings.TrimSpace(kbart.Normalize(value))
	if n := utf8.RuneCountInString(value); n > longestText && field != plan.CoverageField {
		return "", fmt.Errorf("it has %d characters: shorten it to %d", n, longestText)
	}
	if !slices.Contains(StaffFields, field) {
		return "", fmt.Errorf("there is no field %q: choose among %s", field, strings.Join(StaffFields, ", "))
	}
	switch field {
	case FieldAvailable:
		return oneOf(strings.ToLower(value), "true", "false")
	case FieldAccessRights:
		return oneOf(strings.ToUpper(value), Current, Perpetual)
	case FieldPerpetualFrom:
		return wholeDate(value, firstDay)
	case FieldPerpetualUntil:
		return wholeDate(value, lastDay)
	case FieldLicense:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return "", fmt.Errorf("%q is no license", value)
		}
	case FieldAdditional:
		ids, err := licensesIn(value)
		if err != nil || len(ids) == 0 {
			return "", fmt.Errorf("%q are no licenses", value)
		}
		return *LicensesText(ids), nil
	case plan.CoverageField:
		return checkLocalCoverage(value)
	case plan.Proxy:
		return checkProxy(value)
	case plan.PublicNote, plan.InternalNote, plan.AuthenticationNote, plan.Unavailable:
		if value == "" {
			return "", errors.New("it is empty: write something, or take it back")
		}
	default:
		return checkTitleValue(field, value)
	}
	return value, nil
}

func oneOf(value string, allowed ...string) (string, error) {
	if !slices.Contains(allowed, value) {
		return "", fmt.Errorf("%q is none of %s", value, strings.Join(allowed, ", "))
	}
	return value, nil
}

// wholeDate returns a date as a day.
func wholeDate(value string, day func(kbart.Date) string) (string, error) {
	date, ok := kbart.ParseDate(value)
	if !ok {
		return "", fmt.Errorf("%q is no date: write it as YYYY-MM-DD, YYYY-MM or YYYY", value)
	}
	return day(date), nil
}

func firstDay(d kbart.Date) string { return d.First().Format(time.DateOnly) }

func lastDay(d kbart.Date) string { return d.Last().Format(time.DateOnly) }

// checkTitleValue checks a local value of a title column. An empty one is shown as empty.
func checkTitleValue(field, value string) (string, error) {
	if value == "" {
		if field == kbart.PublicationTitle.String() {
			return "", errors.New("a title cannot be empty: give one, or take the local value back")
		}
		return value, nil
	}
	switch field {
	case kbart.PrintIdentifier.String(), kbart.OnlineIdentifier.String():
		if id, ok := kbart.ParseIdentifier(value); !ok || !id.Valid {
			return "", fmt.Errorf("%q is neither an ISSN nor an ISBN with the right check digit", value)
		}
	case kbart.TitleURL.String():
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", fmt.Errorf("%q is no web address: write it with https://", value)
		}
	case kbart.PublicationTypeColumn.String():
		return oneOf(strings.ToLower(value), "serial", "monograph")
	case kbart.AccessType.String():
		return oneOf(strings.ToUpper(value), "F", "P")
	case kbart.DateMonographPublishedPrint.String(), kbart.DateMonographPublishedOnline.String():
		if _, ok := kbart.ParseDate(value); !ok {
			return "", fmt.Errorf("%q is no date: write it as YYYY-MM-DD, YYYY-MM or YYYY", value)
		}
	}
	return value, nil
}

// checkLocalCoverage checks coverage as JSON and returns it in the stored form, in date order.
func checkLocalCoverage(value string) (string, error) {
	var c plan.LocalCoverage
	if err := json.Unmarshal([]byte(value), &c); err != nil {
		return "", errors.New(`it cannot be read: write {"mode": "INSTEAD", "statements": [{"dateFirst": "1996"}]}`)
	}
	if c.Mode != plan.Instead && c.Mode != plan.Addition {
		return "", fmt.Errorf("its mode %q is neither %s nor %s", c.Mode, plan.Instead, plan.Addition)
	}
	if c.Mode == plan.Addition && len(c.Statements) == 0 {
		return "", errors.New("it adds no statement: give one, or take it back")
	}
	for i := range c.Statements {
		s := &c.Statements[i]
		if err := checkStatement(s); err != nil {
			return "", fmt.Errorf("statement %d: %w", i+1, err)
		}
		s.Kind = plan.LocalKind
	}
	plan.SortStatements(c.Statements)
	if c.Statements == nil {
		c.Statements = []plan.Statement{}
	}
	return plan.ToJSON(c), nil
}

func checkStatement(s *plan.Statement) error {
	if *s == (plan.Statement{}) {
		return errors.New("it is empty: give at least a first date")
	}
	first, firstOK := kbart.ParseDate(s.DateFirst)
	last, lastOK := kbart.ParseDate(s.DateLast)
	switch {
	case s.DateFirst != "" && !firstOK:
		return fmt.Errorf("%q is no date: write it as YYYY-MM-DD, YYYY-MM or YYYY", s.DateFirst)
	case s.DateLast != "" && !lastOK:
		return fmt.Errorf("%q is no date: write it as YYYY-MM-DD, YYYY-MM or YYYY", s.DateLast)
	case firstOK && lastOK && first.First().After(last.Last()):
		return fmt.Errorf("it ends (%s) before it begins (%s)", s.DateLast, s.DateFirst)
	}
	if s.Embargo != "" {
		s.Embargo = strings.ToUpper(s.Embargo)
		if _, err := kbart.ParseEmbargo(s.Embargo); err != nil {
			return fmt.Errorf("%q is no embargo: write for example R10Y or P6M", s.Embargo)
		}
	}
	return nil
}

func checkProxy(value string) (string, error) {
	var p plan.LocalProxy
	if err := json.Unmarshal([]byte(value), &p); err != nil {
		switch strings.ToLower(value) {
		case "on":
			return plan.ToJSON(plan.LocalProxy{On: true}), nil
		case "off":
			return plan.ToJSON(plan.LocalProxy{}), nil
		}
		return "", errors.New("it is neither on nor off")
	}
	return plan.ToJSON(p), nil
}

// CheckStaffChange checks all values of a change and adds a problem for each wrong one, at path(field). It returns the
// change in the stored form.
func CheckStaffChange(change StaffChange, problems *problem.List, path func(field string) string) StaffChange {
	checked := make(StaffChange, len(change))
	for _, field := range StaffFields {
		value, asked := change[field]
		switch {
		case !asked:
		case value == nil && field == FieldAvailable:
			problems.Add(problem.BadInput, path(field), "it is either true or false")
		case value == nil:
			checked[field] = nil
		default:
			text, err := CheckStaffValue(field, *value)
			if err != nil {
				problems.Add(problem.BadInput, path(field), "%s: %s", field, err)
				continue
			}
			checked[field] = &text
		}
	}
	for field := range change {
		if !slices.Contains(StaffFields, field) {
			problems.Add(problem.BadInput, path(field), "there is no field %q: choose among %s", field, strings.Join(StaffFields, ", "))
		}
	}
	return checked
}

// LicenseText is a license as a staff value; nil: none.
func LicenseText(id int64) *string {
	if id == 0 {
		return nil
	}
	text := strconv.FormatInt(id, 10)
	return &text
}

// LicenseOfChange is the license that a line of a report gives a portfolio, else the one that it takes away; 0: neither.
func LicenseOfChange(c *ent.JobChange) int64 {
	before, after, ok := ValuesOf(c).Staff()
	if !ok || c.Field != FieldLicense {
		return 0
	}
	if after == nil {
		after = before
	}
	var v StaffValues
	v.set(FieldLicense, after)
	return v.LicenseID
}

// LicensesText are several licenses as a staff value; nil: none.
func LicensesText(ids []int64) *string {
	if len(ids) == 0 {
		return nil
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	text := strings.Join(texts, ",")
	return &text
}

// licensesIn reads what LicensesText writes, sorted and each once.
func licensesIn(text string) (ids []int64, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Licenses are those that a change gives, main and additional.
func (c StaffChange) Licenses() (ids []int64) {
	var v StaffValues
	for _, field := range []string{FieldLicense, FieldAdditional} {
		if value := c[field]; value != nil {
			v.set(field, value)
		}
	}
	if v.LicenseID != 0 {
		ids = append(ids, v.LicenseID)
	}
	return append(ids, v.AdditionalLicenses...)
}
