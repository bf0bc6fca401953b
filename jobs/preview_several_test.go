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

// servedList is a list as a provider serves it: the day of its date, and a line for each title: title_id, title, print
// and online identifier by number, publisher, first year.
type servedList struct {
	day  int
	rows string
}

func (l servedList) text() string {
	var b strings.Builder
	b.WriteString("publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\t" +
		"title_id\tpublisher_name\tpublication_type\taccess_type\n")
	for line := range strings.SplitSeq(strings.TrimSpace(l.rows), "\n") {
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

// servedLists are lists by the customer that they are for.
type servedLists map[string]servedList

// listService serves each customer a list of journals of its own, and no books.
type listService struct {
	mu    sync.Mutex
	lists servedLists
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
	_, _ = w.Write([]byte(list.text()))
}

// crowd are titles that all lists have, so that no guard holds a plan.
var crowd = func() string {
	var b strings.Builder
	for n := range 10 {
		fmt.Fprintf(&b, "c%d,Common %d,%d,,Press,1990\n", n, n, 500+n)
	}
	return b.String()
}()

const titleA = "a,Title A,1,,Press,1990\n"

// twoReleases are what a provider serves in the first month and in the second.
type twoReleases struct{ before, after servedLists }

// TestPreviewOfSeveralProfiles: what a preview of several profiles shows is, part by part, what the run then does.
func TestPreviewOfSeveralProfiles(t *testing.T) {
	t.Parallel()
	comparePreviews(t, map[string]twoReleases{
		"a new title in both": {servedLists{"1": {0, ""}, "2": {0, ""}}, servedLists{"1": {30, titleA}, "2": {30, titleA}}},
		"a new title in all, other values": {
			servedLists{"1": {0, ""}, "2": {0, ""}, "3": {0, ""}},
			servedLists{"1": {30, titleA}, "2": {31, "a,Title A,1,,Other,1995\n"}, "3": {30, "a,Title A,1,,Third,1995\n"}},
		},
		"an update in both": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {30, "a,Title A,1,,Other,1990\n"}},
		},
		"an update in the first": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {30, titleA}},
		},
		"an update in the older list": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {31, titleA}},
		},
		"other updates in all": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}, "3": {0, titleA}},
			servedLists{"1": {30, "a,Title A,1,,B,1990\n"}, "2": {32, "a,Title A,1,,C,1990\n"}, "3": {31, "a,Title A,1,,D,1991\n"}},
		},
		"one drops what the other keeps": {servedLists{"1": {0, titleA}, "2": {0, titleA}}, servedLists{"1": {30, ""}, "2": {30, titleA}}},
		"one drops, the other changes": {
			servedLists{"1": {1, titleA}, "2": {0, "a,Title A,1,,Other,1990\n"}},
			servedLists{"1": {30, ""}, "2": {30, "a,Title A,1,,Third,1990\n"}},
		},
		"the newer one drops, the other changes": {
			servedLists{"1": {1, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, ""}, "2": {1, "a,Title A,1,,Third,1990\n"}},
		},
		"the values of another take over": {
			servedLists{"1": {1, titleA}, "2": {0, "a,Title A,1,,Other,1990\n"}},
			servedLists{"1": {30, ""}, "2": {30, "a,Title A,1,,Other,1990\n"}},
		},
		"the second drops what shows": {
			servedLists{"1": {0, titleA}, "2": {1, "a,Title A,1,,Other,1990\n"}},
			servedLists{"1": {30, "a,Title A,1,,Third,1990\n"}, "2": {31, ""}},
		},
		"two drop, one stays": {servedLists{
			"1": {2, titleA}, "2": {1, "a,Title A,1,,Other,1990\n"},
			"3": {0, "a,Title A,1,,Third,1990\n"},
		}, servedLists{"1": {30, ""}, "2": {30, ""}, "3": {30, "a,Title A,1,,Third,1990\n"}}},
		"the older two stay": {servedLists{
			"1": {2, titleA}, "2": {1, "a,Title A,1,,Other,1990\n"},
			"3": {0, "a,Title A,1,,Third,1990\n"},
		}, servedLists{
			"1": {32, ""}, "2": {31, "a,Title A,1,,Other,1990\n"},
			"3": {30, "a,Title A,1,,Third,1990\n"},
		}},
		"both drop":                       {servedLists{"1": {0, titleA}, "2": {0, titleA}}, servedLists{"1": {30, ""}, "2": {30, ""}}},
		"one drops what the other begins": {servedLists{"1": {0, titleA}, "2": {0, ""}}, servedLists{"1": {30, ""}, "2": {30, titleA}}},
		"it comes back in both":           {servedLists{"1": {0, titleA}, "2": {0, ""}}, servedLists{"1": {30, ""}, "2": {30, ""}}},
		"a row that cannot be read in both": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,,1,,Press,1990\nb,New,2,,Press,1990\n"}, "2": {30, "a,,1,,Press,1990\n"}},
		},
		"a row that one can read again": {
			servedLists{"1": {0, titleA}, "2": {1, "a,,1,,Press,1990\n"}},
			servedLists{"1": {30, "a,,1,,Press,1990\n"}, "2": {30, titleA}},
		},
		"the first part is held": {
			servedLists{"1": {0, strings.ReplaceAll(crowd, "c", "d") + titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,Title A,1,,Other,1990\n"}, "2": {30, titleA}},
		},
	})
}

// TestPreviewOfSeveralProfilesWithOtherTitles does the same for lists that merge titles or know them by other title_ids.
func TestPreviewOfSeveralProfilesWithOtherTitles(t *testing.T) {
	t.Parallel()
	const waits, merged = "x,One,11,,Press,1990\ny,Two,,12,Press,1991\n", "z,Merged,11,12,Press,1996\n"
	comparePreviews(t, map[string]twoReleases{
		"one waits, the other keeps":   {servedLists{"1": {0, waits}, "2": {0, waits}}, servedLists{"1": {30, merged}, "2": {30, waits}}},
		"one waits, the other drops":   {servedLists{"1": {0, waits}, "2": {0, waits}}, servedLists{"1": {30, merged}, "2": {30, ""}}},
		"both have what they wait for": {servedLists{"1": {0, waits}, "2": {0, waits}}, servedLists{"1": {30, merged}, "2": {30, merged}}},
		"one waits, the other is new":  {servedLists{"1": {0, waits}, "2": {0, ""}}, servedLists{"1": {30, merged}, "2": {30, waits + merged}}},
		"the second waits":             {servedLists{"1": {0, ""}, "2": {0, waits}}, servedLists{"1": {30, waits}, "2": {30, merged}}},
		"other title_ids, new": {
			servedLists{"1": {0, ""}, "2": {0, ""}},
			servedLists{"1": {30, titleA}, "2": {30, "b,Title A,1,,Press,1990\n"}},
		},
		"other title_ids, the newer second": {
			servedLists{"1": {0, ""}, "2": {0, ""}},
			servedLists{"1": {30, titleA}, "2": {31, "b,Title A,1,,Press,1990\n"}},
		},
		"other title_ids, known": {
			servedLists{"1": {0, titleA}, "2": {1, "b,Title A,1,,Press,1990\n"}},
			servedLists{"1": {32, "a,Title A and B,1,,Press,1990\n"}, "2": {31, "b,Title A,1,,Other,1990\n"}},
		},
		"another name, and then another identifier": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,Title B,1,,Press,1990\n"}, "2": {31, "a,Title B,2,,Press,1990\n"}},
		},
		"another identifier, and then another name": {
			servedLists{"1": {0, titleA}, "2": {0, titleA}},
			servedLists{"1": {30, "a,Title A,2,,Press,1990\n"}, "2": {31, "a,Title B,2,,Press,1990\n"}},
		},
		"another title_id in the third list": {
			servedLists{"1": {0, titleA}, "2": {0, ""}, "3": {0, ""}},
			servedLists{"1": {30, "b,Title A,1,,Press,1990\n"}, "2": {30, "b,Title A,1,,Press,1990\n"}, "3": {30, titleA}},
		},
	})
}

func comparePreviews(t *testing.T, cases map[string]twoReleases) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			comparePreview(t, c.before, c.after)
		})
	}
}

func comparePreview(t *testing.T, before, after servedLists) {
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
	run := func(mode string, lists servedLists) *ent.Job {
		p.mu.Lock()
		p.lists = servedLists{}
		for customer, list := range lists {
			// A title of its own tells its bytes apart: the same bytes are the same list, whatever their date.
			p.lists[customer] = servedList{list.day, crowd + list.rows +
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
				run(jobs.Apply, servedLists{customer: list})
			}
		}
	}
	kept := b.holdingsBytes()
	shown := b.partTexts(run(jobs.Preview, after))
	if b.holdingsBytes() != kept {
		t.Error("the preview changed the holdings")
	}
	done := run(jobs.Apply, after)
	if diff := cmp.Diff(b.partTexts(done), shown); diff != "" {
		t.Errorf("the preview is not what the run does (-run +preview):\n%s", diff)
	}
	if done.Verdict == jobs.VerdictChanged {
		b.compareUndo(done.ID)
	}
}

// compareUndo undoes a job and compares that with the preview of it.
func (b *testBundle) compareUndo(jobID int64) {
	b.t.Helper()
	run := func(mode string) *ent.Job {
		undo, err := b.jobs.Undo(b.t.Context(), jobID, mode, "")
		must(b.t, err)
		return b.wait(undo.ID)
	}
	kept := b.holdingsBytes()
	shown := b.partTexts(run(jobs.Preview))
	if b.holdingsBytes() != kept {
		b.t.Error("the preview of the undo changed the holdings")
	}
	if diff := cmp.Diff(b.partTexts(run(jobs.Apply)), shown); diff != "" {
		b.t.Errorf("the preview of the undo is not what the undo does (-undo +preview):\n%s", diff)
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
