package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// How often a schedule runs.
const (
	Never   = "NONE"
	Daily   = "DAILY"
	Weekly  = "WEEKLY"
	Monthly = "MONTHLY"
)

// Schedule is when a profile runs by itself.
type Schedule struct {
	Frequency           string // NONE, DAILY, WEEKLY or MONTHLY
	Weekday, DayOfMonth int    // weekly: 1 Monday to 7 Sunday (ISO 8601); monthly: 1 to 31, or the last day of a shorter month
	Time                string // HH:MM in the time zone
	Timezone            string // IANA name
}

// ScheduleOf returns a profile's schedule.
func ScheduleOf(p *ent.Profile) Schedule {
	return Schedule{p.ScheduleFrequency, p.ScheduleWeekday, p.ScheduleDayOfMonth, p.ScheduleTime, p.ScheduleTimezone}
}

// String describes the schedule: "every Monday at 03:00 (UTC)".
func (s Schedule) String() string {
	at := fmt.Sprintf("at %s (%s)", s.Time, s.Timezone)
	switch s.Frequency {
	case Daily:
		return "every day " + at
	case Weekly:
		return fmt.Sprintf("every %s %s", time.Weekday(s.Weekday%7), at)
	case Monthly:
		text := fmt.Sprintf("on day %d of each month %s", s.DayOfMonth, at)
		if s.DayOfMonth > 28 {
			text += ", or its last day"
		}
		return text
	default:
		return "never by itself"
	}
}

// ScheduleChange holds the changes to a schedule; nil leaves a field as it is.
type ScheduleChange struct {
	Frequency           *string
	Weekday, DayOfMonth *int
	Time, Timezone      *string
}

var clockTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// check adds the problems of the change.
func (c *ScheduleChange) check(problems *problem.List) {
	if c == nil {
		return
	}
	wrong := func(field, format string, args ...any) {
		problems.Add(problem.BadInput, "input.schedule."+field, format, args...)
	}
	if c.Frequency != nil {
		switch *c.Frequency {
		case Never, Daily, Weekly, Monthly:
		default:
			wrong("frequency", "the frequency %q is unknown: choose NONE, DAILY, WEEKLY or MONTHLY", *c.Frequency)
		}
	}
	if c.Weekday != nil && (*c.Weekday < 1 || *c.Weekday > 7) {
		wrong("weekday", "there is no weekday %d: choose 1 (Monday) to 7 (Sunday)", *c.Weekday)
	}
	if c.DayOfMonth != nil && (*c.DayOfMonth < 1 || *c.DayOfMonth > 31) {
		wrong("dayOfMonth", "no month has a day %d: choose 1 to 31; a shorter month runs on its last day", *c.DayOfMonth)
	}
	if c.Time != nil && !clockTime.MatchString(*c.Time) {
		wrong("time", "the time %q is not of the form HH:MM: choose 00:00 to 23:59", *c.Time)
	}
	if c.Timezone != nil && !isTimezone(*c.Timezone) {
		wrong("timezone", "the time zone %q is unknown: give an IANA name such as UTC or Europe/Berlin", *c.Timezone)
	}
}

// notOfIANA are names that a machine's files add to the IANA database. Their meaning differs between machines, or they
// have none.
var notOfIANA = []string{"", "Local", "localtime", "posixrules", "Factory"}

// isTimezone reports whether the name is in the IANA database. "right/…" is not accepted: its clocks count leap
// seconds.
func isTimezone(name string) bool {
	if slices.Contains(notOfIANA, name) || strings.HasPrefix(name, "right/") || strings.HasPrefix(name, "posix/") {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// on returns the schedule after the change.
func (c *ScheduleChange) on(s Schedule) Schedule {
	if c == nil {
		return s
	}
	set(&s.Frequency, c.Frequency)
	set(&s.Weekday, c.Weekday)
	set(&s.DayOfMonth, c.DayOfMonth)
	set(&s.Time, c.Time)
	set(&s.Timezone, c.Timezone)
	return s
}

// set changes a value to the given one, if there is one.
func set[T any](value, given *T) {
	if given != nil {
		*value = *given
	}
}
