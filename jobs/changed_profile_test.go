package jobs_test

import (
	"strings"
	"testing"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestAnotherCustomerAskedWithoutConditions: the list of another customer number is of the same date as the former
// one's, so that a provider that goes by dates would say "not modified" and the sync that nothing changed. It is asked
// for as if there were none.
func TestAnotherCustomerAskedWithoutConditions(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60, Customers: []mockoup.Customer{{Number: "north", Key: "north-key", Share: 0.5}}})
	b.sync(jobs.Apply)
	key := secret.NewKey("north-key")
	_, _, err := b.profiles.UpdateProfile(t.Context(), b.profile, nil,
		profiles.ProfileInput{CustomerNumber: new("north"), APIKey: &key, GuardPercent: new(100), GuardTitles: new(1000)}, nil)
	must(t, err)
	if job := b.sync(jobs.Apply); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	if got := b.conditions("north"); got != "--" {
		t.Errorf("conditions of the requests after the change: %s", got)
	}
	if job := b.sync(jobs.Apply); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	if got := b.conditions("north"); got != "--++" {
		t.Errorf("conditions of the requests after that: %s", got)
	}
}

// conditions has a sign for each request for a customer's lists: + one with conditions, - one without.
func (b *testBundle) conditions(customer string) string {
	var signs strings.Builder
	for _, r := range b.mock.Requests() {
		switch {
		case !strings.Contains(r.Path, "/"+customer+"/"):
		case r.Headers["If-None-Match"] != "" || r.Headers["If-Modified-Since"] != "":
			signs.WriteByte('+')
		default:
			signs.WriteByte('-')
		}
	}
	return signs.String()
}
