package profiles_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/profiles"
)

func daily(clock, zone string) profiles.Schedule {
	return profiles.Schedule{Frequency: profiles.Daily, Time: clock, Timezone: zone}
}

func weekly(weekday int, clock, zone string) profiles.Schedule {
	return profiles.Schedule{Frequency: profiles.Weekly, Weekday: weekday, Time: clock, Timezone: zone}
}

func monthly(day int, clock, zone string) profiles.Schedule {
	return profiles.Schedule{Frequency: profiles.Monthly, DayOfMonth: day, Time: clock, Timezone: zone}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// TestSlots lists the moments of schedules, as the clocks of their zones show them, from a moment on that is none of
// them, and walks them back again.
func TestSlots(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schedule profiles.Schedule
		after    string // RFC 3339
		want     string // local, with the distance from UTC
	}{
		"never":           {profiles.Schedule{Frequency: profiles.Never, Time: "03:00", Timezone: "UTC"}, "2027-01-01T00:00:00Z", ""},
		"an unknown zone": {daily("03:00", "Mars/Olympus"), "2027-01-01T00:00:00Z", ""},

		"daily":        {daily("03:00", "UTC"), "2027-02-27T03:00:01Z", "2027-02-28 03:00 +00:00, 2027-03-01 03:00 +00:00"},
		"daily, today": {daily("03:00", "UTC"), "2027-02-27T02:59:59Z", "2027-02-27 03:00 +00:00, 2027-02-28 03:00 +00:00"},
		"weekly": {
			weekly(1, "03:00", "UTC"), "2026-11-23T04:00:00Z",
			"2026-11-30 03:00 +00:00, 2026-12-07 03:00 +00:00",
		},
		"weekly on Sunday, over the year": {
			weekly(7, "23:59", "UTC"), "2026-12-27T23:59:59Z",
			"2027-01-03 23:59 +00:00, 2027-01-10 23:59 +00:00",
		},
		"monthly": {monthly(1, "00:00", "UTC"), "2026-11-23T00:00:00Z", "2026-12-01 00:00 +00:00, 2027-01-01 00:00 +00:00"},

		"day 31": {
			monthly(31, "12:00", "UTC"), "2027-01-31T13:00:00Z",
			"2027-02-28 12:00 +00:00, 2027-03-31 12:00 +00:00, 2027-04-30 12:00 +00:00, 2027-05-31 12:00 +00:00",
		},
		"day 31 in a leap year": {monthly(31, "12:00", "UTC"), "2028-01-31T13:00:00Z", "2028-02-29 12:00 +00:00, 2028-03-31 12:00 +00:00"},
		"day 30":                {monthly(30, "12:00", "UTC"), "2027-01-31T13:00:00Z", "2027-02-28 12:00 +00:00, 2027-03-30 12:00 +00:00"},
		"day 29":                {monthly(29, "12:00", "UTC"), "2027-01-31T13:00:00Z", "2027-02-28 12:00 +00:00, 2027-03-29 12:00 +00:00"},
		"day 29 in a leap year": {monthly(29, "12:00", "UTC"), "2028-01-31T13:00:00Z", "2028-02-29 12:00 +00:00, 2028-03-29 12:00 +00:00"},
		"daily over a leap day": {daily("12:00", "UTC"), "2028-02-28T13:00:00Z", "2028-02-29 12:00 +00:00, 2028-03-01 12:00 +00:00"},
		"no leap day in 2100":   {daily("12:00", "UTC"), "2100-02-28T11:00:00Z", "2100-02-28 12:00 +00:00, 2100-03-01 12:00 +00:00"},
		"weekly on a leap day":  {weekly(2, "12:00", "UTC"), "2028-02-23T13:00:00Z", "2028-02-29 12:00 +00:00, 2028-03-07 12:00 +00:00"},

		"the day is that of the zone, east": {
			weekly(1, "03:00", "Asia/Tokyo"), "2026-11-22T17:00:00Z",
			"2026-11-23 03:00 +09:00, 2026-11-30 03:00 +09:00",
		},
		"the day is that of the zone, west": {
			weekly(1, "22:00", "America/Los_Angeles"), "2026-11-24T05:00:00Z",
			"2026-11-23 22:00 -08:00, 2026-11-30 22:00 -08:00",
		},
		"a quarter of an hour": {daily("03:00", "Asia/Kathmandu"), "2026-11-23T00:00:00Z", "2026-11-24 03:00 +05:45"},

		"Berlin, spring, a time that is skipped": {
			daily("02:30", "Europe/Berlin"), "2027-03-27T00:00:00Z",
			"2027-03-27 02:30 +01:00, 2027-03-28 03:00 +02:00, 2027-03-29 02:30 +02:00",
		},
		"Berlin, spring, as the gap begins": {
			daily("02:00", "Europe/Berlin"), "2027-03-27T12:00:00Z",
			"2027-03-28 03:00 +02:00, 2027-03-29 02:00 +02:00",
		},
		"Berlin, spring, as the gap ends": {
			daily("03:00", "Europe/Berlin"), "2027-03-27T12:00:00Z",
			"2027-03-28 03:00 +02:00, 2027-03-29 03:00 +02:00",
		},
		"Berlin, spring, weekly": {
			weekly(7, "02:15", "Europe/Berlin"), "2027-03-27T12:00:00Z",
			"2027-03-28 03:00 +02:00, 2027-04-04 02:15 +02:00",
		},
		"Berlin, spring, monthly": {
			monthly(28, "02:15", "Europe/Berlin"), "2027-03-27T12:00:00Z",
			"2027-03-28 03:00 +02:00, 2027-04-28 02:15 +02:00",
		},
		"Berlin, autumn, a time that comes twice": {
			daily("02:30", "Europe/Berlin"), "2027-10-30T12:00:00Z",
			"2027-10-31 02:30 +02:00, 2027-11-01 02:30 +01:00",
		},
		"Berlin, autumn, between the two": {daily("02:30", "Europe/Berlin"), "2027-10-31T00:45:00Z", "2027-11-01 02:30 +01:00"},
		"Berlin, autumn, 03:00 comes once": {
			daily("03:00", "Europe/Berlin"), "2027-10-30T12:00:00Z",
			"2027-10-31 03:00 +01:00, 2027-11-01 03:00 +01:00",
		},
		"Berlin, autumn, 02:00 comes twice": {
			daily("02:00", "Europe/Berlin"), "2027-10-30T12:00:00Z",
			"2027-10-31 02:00 +02:00, 2027-11-01 02:00 +01:00",
		},

		"New York, spring": {daily("02:59", "America/New_York"), "2027-03-13T12:00:00Z", "2027-03-14 03:00 -04:00, 2027-03-15 02:59 -04:00"},
		"New York, autumn": {daily("01:30", "America/New_York"), "2027-11-06T12:00:00Z", "2027-11-07 01:30 -04:00, 2027-11-08 01:30 -05:00"},
		"Lord Howe, half an hour in spring": {
			daily("02:15", "Australia/Lord_Howe"), "2026-10-02T20:00:00Z",
			"2026-10-04 02:30 +11:00, 2026-10-05 02:15 +11:00",
		},
		"Lord Howe, half an hour in autumn": {
			daily("01:45", "Australia/Lord_Howe"), "2027-04-03T00:00:00Z",
			"2027-04-04 01:45 +11:00, 2027-04-05 01:45 +10:30",
		},
		"Sao Paulo, midnight is skipped": {
			daily("00:00", "America/Sao_Paulo"), "2018-11-03T12:00:00Z",
			"2018-11-04 01:00 -02:00, 2018-11-05 00:00 -02:00",
		},
		"Sao Paulo, 23:30 comes twice": {
			daily("23:30", "America/Sao_Paulo"), "2018-02-17T12:00:00Z",
			"2018-02-17 23:30 -02:00, 2018-02-18 23:30 -03:00",
		},
		"Beirut, midnight is skipped": {
			weekly(7, "00:30", "Asia/Beirut"), "2026-03-27T12:00:00Z",
			"2026-03-29 01:00 +03:00, 2026-04-05 00:30 +03:00",
		},
		"Cairo, midnight is skipped": {
			monthly(30, "00:00", "Africa/Cairo"), "2027-04-29T12:00:00Z",
			"2027-04-30 01:00 +03:00, 2027-05-30 00:00 +03:00",
		},
		"Nuuk, the hour before midnight": {
			daily("23:30", "America/Nuuk"), "2026-03-28T12:00:00Z",
			"2026-03-29 00:00 -01:00, 2026-03-29 23:30 -01:00",
		},
		"St John's, put back over midnight": {
			daily("00:00", "America/St_Johns"), "2010-11-06T12:00:00Z",
			"2010-11-07 00:00 -02:30, 2010-11-08 00:00 -03:30",
		},

		"Apia leaves out a Friday, daily": {
			daily("03:00", "Pacific/Apia"), "2011-12-29T00:00:00Z",
			"2011-12-29 03:00 -10:00, 2011-12-31 03:00 +14:00",
		},
		"Apia leaves out a Friday, weekly": {
			weekly(5, "03:00", "Pacific/Apia"), "2011-12-28T00:00:00Z",
			"2011-12-31 00:00 +14:00, 2012-01-06 03:00 +14:00",
		},
		"Apia leaves out a Friday, monthly": {
			monthly(30, "03:00", "Pacific/Apia"), "2011-12-28T00:00:00Z",
			"2011-12-31 00:00 +14:00, 2012-01-30 03:00 +14:00",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if next, last := c.schedule.Next(after), c.schedule.Last(after); !next.IsZero() || !last.IsZero() {
					t.Errorf("next %v, last %v", next, last)
				}
				return
			}
			location := zone(t, c.schedule.Timezone)
			var slots []time.Time
			var shown []string
			for range strings.Split(c.want, ", ") {
				after = c.schedule.Next(after)
				slots, shown = append(slots, after), append(shown, after.In(location).Format("2006-01-02 15:04 -07:00"))
			}
			if diff := cmp.Diff(c.want, strings.Join(shown, ", ")); diff != "" {
				t.Error(diff)
			}
			for i, slot := range slots {
				if last := c.schedule.Last(slot.Add(30 * time.Minute)); !last.Equal(slot) {
					t.Errorf("half an hour after %v the last is %v", slot, last)
				}
				if last := c.schedule.Last(slot.Add(-time.Nanosecond)); i > 0 && !last.Equal(slots[i-1]) {
					t.Errorf("before %v comes %v, not %v", slot, last, slots[i-1])
				}
			}
		})
	}
}

// TestSlotsGoOn: whatever the schedule and the zone, the next moment is after the time it is asked of and none lies
// between, and each day, week or month has one.
func TestSlotsGoOn(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "Europe/Berlin", "Europe/Lisbon", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Nuuk", "Africa/Cairo",
		"Africa/Casablanca",
		"Asia/Beirut", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Chatham",
		"Antarctica/Troll",
	}
	const day = 24 * time.Hour
	longest := map[string]time.Duration{profiles.Daily: day, profiles.Weekly: 7 * day, profiles.Monthly: 31 * day}
	random := rand.New(rand.NewPCG(5, 40))
	for range 3000 {
		s := profiles.Schedule{
			Frequency: []string{profiles.Daily, profiles.Weekly, profiles.Monthly}[random.IntN(3)], Weekday: 1 + random.IntN(7), DayOfMonth: 1 +
				random.IntN(31),
			Time: time.Date(0, 1, 1, 0, random.IntN(24*60), 0, 0, time.UTC).Format("15:04"), Timezone: zones[random.IntN(len(zones))],
		}
		location := zone(t, s.Timezone)
		at := time.Date(1990, 1, 1, 0, 0, random.IntN(50*365*86400), 0, time.UTC)
		slot, seen := s.Next(at), map[string]bool{}
		for range 12 {
			next := s.Next(slot)
			local := slot.In(location)
			between := slot.Add(time.Duration(1 + random.Int64N(int64(next.Sub(slot)))))
			switch {
			case !next.After(slot) || next.Sub(slot) > longest[s.Frequency]+2*time.Hour: // in Troll summer time is two hours
				t.Fatalf("%v: %v follows %v", s, next, slot)
			case !s.Last(slot).Equal(slot) || !s.Last(next.Add(-1)).Equal(slot):
				t.Fatalf("%v: %v is not the last one at %v and until %v", s, slot, s.Last(slot), next)
			case between.Before(next) && (!s.Next(between).Equal(next) || !s.Last(between).Equal(slot)):
				t.Fatalf("%v: at %v the next is %v and the last %v", s, between, s.Next(between), s.Last(between))
			case local.Format("15:04") < s.Time && local.Format("15:04") != "00:00":
				t.Fatalf("%v runs early: %v", s, local)
			}
			if seen[period(s, local)] {
				t.Fatalf("%v: %v is the second of its %s", s, local, s.Frequency)
			}
			seen[period(s, local)] = true
			slot = next
		}
		if len(seen) != 12 {
			t.Fatalf("%v: %d of 12", s, len(seen))
		}
	}
}

// period is the day, week or month that a moment stands for. One as the day begins, of a schedule of a later time,
// stands for the day before, whose last hours were skipped.
func period(s profiles.Schedule, local time.Time) string {
	if local.Format("15:04") < s.Time {
		local = local.AddDate(0, 0, -1)
	}
	switch s.Frequency {
	case profiles.Daily:
		return local.Format(time.DateOnly)
	case profiles.Weekly:
		return local.AddDate(0, 0, -(int(local.Weekday())+6)%7).Format(time.DateOnly)
	default:
		return local.Format("2006-01")
	}
}
