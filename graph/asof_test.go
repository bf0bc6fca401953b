package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/jobs"
)

// TestExportOfAFormerDay: the list of a collection as it was before the last release, for everybody and for a group, and again
// after that was undone; what cannot be told is refused with the reason.
func TestExportOfAFormerDay(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	path := "/collections/" + model.ID(model.CollectionType, b.collection) + "/kbart.txt"
	group := "group=" + model.ID(model.InventoryGroupType, b.store.Read.InventoryGroup.Query().FirstIDX(t.Context()))
	now := func() string {
		ids, err := b.store.IDs(t.Context(), `SELECT m FROM (`+strings.Replace(holdings.LatestMomentSQL, "MAX(moment)", "MAX(moment) AS m", 1)+
			`) AS latest`)
		b.check(err)
		return "asOf=" + time.UnixMilli(ids[0]).UTC().Format(time.RFC3339Nano)
	}
	b.sync()
	first, firstOfGroup, then := b.get(path).body, b.get(path+"?"+group).body, now()
	b.check(b.mock.Step(1))
	job := b.sync()
	second, later := b.get(path).body, now()
	if first == second {
		t.Fatal("both releases are the same")
	}
	undo, err := b.jobs.Undo(t.Context(), job.ID, jobs.Apply, "")
	b.check(err)
	for state := ""; state != jobs.Succeeded; state = b.store.Read.Job.GetX(t.Context(), undo.ID).State {
		<-b.jobs.Watch(t.Context(), undo.ID)
	}
	for query, want := range map[string]string{
		then: first, then + "&" + group: firstOfGroup, later: second, "asOf=" + time.Now().UTC().Format(time.DateOnly): b.get(path).body,
	} {
		if got := b.get(path + "?" + query).body; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", query, got, want)
		}
	}
	if name := b.get(path + "?" + then).header.Get("Content-Disposition"); !strings.Contains(name, then[len("asOf="):len("asOf=")+10]) {
		t.Errorf("it is saved as %s", name)
	}
	for query, message := range map[string]string{
		"asOf=2016-07-08": "changes are recorded since ", "asOf=yesterday": "neither a day", "asOf=2999-01-01": "has not come yet",
		"asOf=2999-01-01T00:00:00Z": "has not come yet", "asOf=2016-02-30": "neither a day",
	} {
		told := b.request(http.MethodGet, path+"?"+query).hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
		if !strings.Contains(told, message) {
			t.Errorf("%s: %s", query, told)
		}
	}
	b.write(`UPDATE job_parts SET profile_id = NULL WHERE job_id = ?`, job.ID)
	told := b.request(http.MethodGet, path+"?"+then).hasCode(t, http.StatusConflict, "WRONG_STATE")
	if !strings.Contains(told, "deleted since") {
		t.Error(told)
	}
}
