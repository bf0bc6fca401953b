package profiles_test

import (
	"testing"

	"autoholdings/holdings/profiles"
)

func TestScheduleInWords(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]profiles.Schedule{
		"never by itself":                                                   {"NONE", 1, 1, "03:00", "UTC"},
		"every day at 23:59 (UTC)":                                          {"DAILY", 1, 1, "23:59", "UTC"},
		"every Monday at 03:00 (UTC)":                                       {"WEEKLY", 1, 1, "03:00", "UTC"},
		"every Sunday at 03:00 (UTC)":                                       {"WEEKLY", 7, 1, "03:00", "UTC"},
		"on day 28 of each month at 03:00 (UTC)":                            {"MONTHLY", 1, 28, "03:00", "UTC"},
		"on day 31 of each month at 03:00 (Europe/Berlin), or its last day": {"MONTHLY", 1, 31, "03:00", "Europe/Berlin"},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
