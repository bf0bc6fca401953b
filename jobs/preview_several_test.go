package jobs_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// given is a list as a provider serves it: the day of its date, and a line for each title: title_id, title, print and
// online identifier by number, publisher, first year.
type given struct {
	day  int
	rows string
}

func (g given) list() string {
	var b strings.Builder
	b.WriteString("publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\ttitle_id\tpublisher_name\tpublication_type\taccess_type\n")
	for line := range strings.SplitSeq(strings.TrimSpace(g.rows), "\n") {
		cells := strings.Split(strings.TrimSpace(line), ",")
		for _, i := range []int{2, 3} {
			var n int
			if _, err := fmt.Sscan(cells[i], &n); err == nil {
				cells[i] = issn(n)
			}
		}
		b.WriteString(strings.Join([]string{cells[1], cells[2], cells[3], cells[5], cells[0], cells[4], "serial", "P"}, "\t") + "\n")
	}
	return b.String()
}

// listService serves each customer a list of journals of its own, and no books.
type listService struct {
	mu    sync.Mutex
	lists map[string]given
}

func (p *listService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	parts := strings.Split(r.URL.Path, "/")
	list, ok := p.lists[parts[len(parts)-2]]
	if !ok || parts[len(parts)-1] != mockoup.Journals {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="journals_2026-%02d-%02d.txt"`, 1+list.day/28, 1+list.day%28))
	_, _ = w.Write([]byte(list.list()))
}

// crowd are titles that all lists have, so that no guard holds a plan.
var crowd = func() string {
	var b strings.Builder
	for n := range 10 {
		fmt.Fprintf(&b, "c%d,Common %d,%d,,Press,1990\n", n, n, 500+n)
	}
	return b.String()
}()

// TestPreviewOfSeveralProfiles: what a preview of several profiles shows is, part by part, what the run then does.
func TestPreviewOfSeveralProfiles(t *testing.T) {
	t.Parallel()
	const title = "a,Title A,1,,Press,1990\n"
	const waits, merged = "x,One,11,,Press,1990\ny,Two,,12,Press,1991\n", "z,Merged,11,12,Press,1996\n"
	type lists map[string]given
	for name, c := range map[string]struct{ before, after lists }{
		"a new title in both": {lists{"1": {0, ""}, "2": {0, ""}}, lists{"1": {30, title}, "2": {30, title}}},
		"a new title in all, other values": {
			lists{"1": {0, ""}, "2": {0, ""}, "3": {0, ""}},
			lists{"1": {30, title}, "2": {31, "a,Title A,1,,Other,1995\n"}, "3": {30, "a,Title A,1,,Third,1995\n"}},
		},
		"an update in both": {
			lists{"1": {0, title}, "2": {0, title}},
			lists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {30, "a,Title A,1,,Other,1990\n"}},
		},
		"an update in the first": {
			lists{"1": {0, title}, "2": {0, title}},
			lists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {30, title}},
		},
		"an update in the older list": {
			lists{"1": {0, title}, "2": {0, title}},
			lists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {31, title}},
		},
		"other updates in all": {
			lists{"1": {0, title}, "2": {0, title}, "3": {0, title}},
			lists{"1": {30, "a,Title A,1,,B,1990\n"}, "2": {32, "a,Title A,1,,C,1990\n"}, "3": {31, "a,Title A,1,,D,1991\n"}},
		},
		"one drops what the other keeps": {lists{"1": {0, title}, "2": {0, title}}, lists{"1": {30, ""}, "2": {30, title}}},
		"one drops, the other changes": {
			lists{"1": {1, title}, "2": {0, "a,Title A,1,,Other,1990\n"}},
			lists{"1": {30, ""}, "2": {30, "a,Title A,1,,Third,1990\n"}},
		},
		"the values of another take over": {
			lists{"1": {1, title}, "2": {0, "a,Title A,1,,Other,1990\n"}},
			lists{"1": {30, ""}, "2": {30, "a,Title A,1,,Other,1990\n"}},
		},
		"the second drops what shows": {
			lists{"1": {0, title}, "2": {1, "a,Title A,1,,Other,1990\n"}},
			lists{"1": {30, "a,Title A,1,,Third,1990\n"}, "2": {31, ""}},
		},
		"two drop, one stays": {lists{
			"1": {2, title}, "2": {1, "a,Title A,1,,Other,1990\n"},
			"3": {0, "a,Title A,1,,Third,1990\n"},
		}, lists{"1": {30, ""}, "2": {30, ""}, "3": {30, "a,Title A,1,,Third,1990\n"}}},
		"the older two stay": {lists{
			"1": {2, title}, "2": {1, "a,Title A,1,,Other,1990\n"},
			"3": {0, "a,Title A,1,,Third,1990\n"},
		}, lists{
			"1": {32, ""}, "2": {31, "a,Title A,1,,Other,1990\n"},
			"3": {30, "a,Title A,1,,Third,1990\n"},
		}},
		"both drop":                       {lists{"1": {0, title}, "2": {0, title}}, lists{"1": {30, ""}, "2": {30, ""}}},
		"one drops what the other begins": {lists{"1": {0, title}, "2": {0, ""}}, lists{"1": {30, ""}, "2": {30, title}}},
		"it comes back in both":           {lists{"1": {0, title}, "2": {0, ""}}, lists{"1": {30, ""}, "2": {30, ""}}},
		"one waits, the other keeps":      {lists{"1": {0, waits}, "2": {0, waits}}, lists{"1": {30, merged}, "2": {30, waits}}},
		"one waits, the other drops":      {lists{"1": {0, waits}, "2": {0, waits}}, lists{"1": {30, merged}, "2": {30, ""}}},
		"both have what they wait for":    {lists{"1": {0, waits}, "2": {0, waits}}, lists{"1": {30, merged}, "2": {30, merged}}},
		"one waits, the other is new":     {lists{"1": {0, waits}, "2": {0, ""}}, lists{"1": {30, merged}, "2": {30, waits + merged}}},
		"the second waits":                {lists{"1": {0, ""}, "2": {0, waits}}, lists{"1": {30, waits}, "2": {30, merged}}},
		"other title_ids, new": {
			lists{"1": {0, ""}, "2": {0, ""}},
			lists{"1": {30, title}, "2": {30, "b,Title A,1,,Press,1990\n"}},
		},
		"other title_ids, the newer second": {
			lists{"1": {0, ""}, "2": {0, ""}},
			lists{"1": {30, title}, "2": {31, "b,Title A,1,,Press,1990\n"}},
		},
		"other title_ids, known": {
			lists{"1": {0, title}, "2": {1, "b,Title A,1,,Press,1990\n"}},
			lists{"1": {32, "a,Title A and B,1,,Press,1990\n"}, "2": {31, "b,Title A,1,,Other,1990\n"}},
		},
		"another title_id in the third list": {
			lists{"1": {0, title}, "2": {0, ""}, "3": {0, ""}},
			lists{"1": {30, "b,Title A,1,,Press,1990\n"}, "2": {30, "b,Title A,1,,Press,1990\n"}, "3": {30, title}},
		},
		"the first part is held": {
			lists{"1": {0, strings.ReplaceAll(crowd, "c", "d") + title}, "2": {0, title}},
			lists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {30, title}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			comparePreview(t, c.before, c.after)
		})
	}
}

func comparePreview(t *testing.T, before, after map[string]given) {
	t.Helper()
	p := &listService{}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: &mockoup.TestServer{URL: server.URL}}
	b.open()
	b.makeHoldings()
	b.work()
	several, yes := true, true
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: &several})
	must(t, err)
	_, _, err = b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{CustomerNumber: new("1")}, nil)
	must(t, err)
	for n := 2; n <= len(before); n++ {
		key := secret.NewKey("key")
		_, _, err := b.profiles.CreateProfile(t.Context(), profiles.ProfileInput{CustomerNumber: new(fmt.Sprint(n)), APIKey: &key, Active: &yes},
			nil)
		must(t, err)
	}
	profiles, err := b.store.Read.Profile.Query().Order(profile.ByID()).IDs(t.Context())
	must(t, err)
	run := func(mode string, lists map[string]given) *ent.Job {
		p.mu.Lock()
		p.lists = map[string]given{}
		for customer, list := range lists {
			// A title of its own tells its bytes apart: the same bytes are the same list, whatever their date.
			p.lists[customer] = given{list.day, crowd + list.rows +
				fmt.Sprintf("o%s,Own %s,%d,,Press %d,1990\n", customer, customer, 600+int(customer[0]), list.day)}
		}
		p.mu.Unlock()
		job, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: profiles, Mode: mode, Trigger: jobs.Manual})
		must(t, err)
		return b.wait(job.ID)
	}
	for n := 1; n <= len(before); n++ { // in the order of their dates
		for customer, list := range before {
			if list.day == n-1 {
				run(jobs.Apply, map[string]given{customer: list})
			}
		}
	}
	kept := b.holdingsBytes()
	shown := b.partTexts(run(jobs.Preview, after))
	if b.holdingsBytes() != kept {
		t.Error("the preview changed the holdings")
	}
	if diff := cmp.Diff(b.partTexts(run(jobs.Apply, after)), shown); diff != "" {
		t.Errorf("the preview is not what the run does (-run +preview):\n%s", diff)
	}
}

// partTexts are a job's parts of journals with their figures and lines, so that those of a preview and a run can be
// compared.
func (b *testBundle) partTexts(job *ent.Job) (texts []string) {
	b.t.Helper()
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID), jobpart.Content("JOURNALS")).Order(jobpart.ByID()).
		AllX(b.t.Context()) {
		state := p.WouldBe
		if p.State == jobs.PartHeld {
			state = p.State
		}
		texts = append(texts, fmt.Sprintf("part of %s: %s %s", p.ProfileName, state, p.Code), string(p.Counts))
		var lines []string
		for _, c := range b.store.Read.JobChange.Query().Where(jobchange.PartID(p.ID)).AllX(b.t.Context()) {
			v := holdings.ValuesOf(c)
			lines = append(lines, fmt.Sprintf("%s %s %s: %s > %s (line %d)", c.Action, c.Title, c.Field,
				v.OldWords(plan.Action(c.Action), c.Field), v.NewWords(plan.Action(c.Action), c.Field), c.Line))
		}
		slices.Sort(lines)
		texts = append(texts, lines...)
	}
	if len(texts) == 0 {
		b.t.Errorf("there is no part: %s", job.Summary)
	}
	return texts
}
