package profiles

import (
	"fmt"
	"iter"
	"time"
)

// Next returns the first time of the schedule after the given one; zero if there is none.
//
// Each day of the schedule has one run: the first moment at which local clocks show the scheduled time or a later one.
// So a time skipped when summer time begins runs as soon as the clocks go forward, and one that comes twice in autumn
// runs only the first time.
func (s Schedule) Next(after time.Time) time.Time {
	location, err := s.location()
	if err != nil || s.Frequency == Never {
		return time.Time{}
	}
	for day := range s.days(civil(after.In(location)), +1) {
		if slot, ok := s.on(day, location); ok && slot.After(after) {
			return slot
		}
	}
	return time.Time{}
}

// Last returns the latest time of the schedule that is not after the given one; zero if there is none.
func (s Schedule) Last(atOrBefore time.Time) time.Time {
	location, err := s.location()
	if err != nil || s.Frequency == Never {
		return time.Time{}
	}
	// If the clocks go back over midnight, the next day may have begun already; if a day is repeated, the day after
	// that too.
	for day := range s.days(civil(atOrBefore.In(location)).AddDate(0, 0, 2), -1) {
		if slot, ok := s.on(day, location); ok && !slot.After(atOrBefore) {
			return slot
		}
	}
	return time.Time{}
}

// Err says why the schedule cannot run: this machine does not know its time zone.
func (s Schedule) Err() error {
	_, err := s.location()
	return err
}

func (s Schedule) location() (*time.Location, error) {
	location, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return nil, fmt.Errorf("the schedule's time zone: %w", err)
	}
	return location, nil
}

// civil is a date without a time zone: midnight UTC, where every day has 24 hours.
func civil(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// farthest is how many days are searched. Every frequency has a day in each month.
const farthest = 100

// days yields the days of the schedule, starting from a day, forwards (+1) or backwards (-1).
func (s Schedule) days(from time.Time, direction int) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for n := range farthest {
			if day := from.AddDate(0, 0, n*direction); s.has(day) && !yield(day) {
				return
			}
		}
	}
}

func (s Schedule) has(day time.Time) bool {
	switch s.Frequency {
	case Daily:
		return true
	case Weekly:
		return day.Weekday() == time.Weekday(s.Weekday%7)
	case Monthly:
		last := day.AddDate(0, 1, -day.Day()).Day()
		return day.Day() == min(s.DayOfMonth, last)
	default:
		return false
	}
}

// on returns the scheduled time on a day. A zone that changes sides of the date line skips a whole day: a daily
// schedule does not run then; a weekly or monthly one runs as the next day begins.
func (s Schedule) on(day time.Time, location *time.Location) (slot time.Time, ok bool) {
	if s.Frequency == Daily && civil(firstAt(day, location)) != day {
		return time.Time{}, false
	}
	clock, err := time.Parse("15:04", s.Time)
	if err != nil {
		return time.Time{}, false
	}
	return firstAt(day.Add(time.Duration(clock.Hour())*time.Hour+time.Duration(clock.Minute())*time.Minute), location).UTC(), true
}

// widest is more than any zone's offset from UTC.
const widest = 16 * time.Hour

// firstAt returns the first moment at which the zone's clocks show the time wall or a later one. wall is given as if it
// were UTC.
func firstAt(wall time.Time, location *time.Location) time.Time {
	for t := wall.Add(-widest).In(location); ; {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		shown := wall.Add(-time.Duration(offset) * time.Second)
		if shown.Before(t) {
			shown = t // the clocks went forward past it
		}
		if end.IsZero() || shown.Before(end) {
			return shown.In(location)
		}
		t = end
	}
}
