package jobs_test

import (
	"fmt"
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/profiles"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

func wantProblem(t *testing.T, job *ent.Job, state, code, message string) {
	t.Helper()
	if job.State != state || job.ErrorCode != code || job.ErrorMessage != message {
		t.Errorf("%s %s:\n%s\nand not %s %s:\n%s", job.State, job.ErrorCode, job.ErrorMessage, state, code, message)
	}
}

// TestAJobNamesEachPartThatStandsOut: its message, its advice and its summary name all of them, each reason once.
func TestAJobNamesEachPartThatStandsOut(t *testing.T) {
	t.Parallel()
	const inactive = "the collection is not activated, so its titles were not synced"
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)

	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	books, journals, both := strings.Cut(held.ErrorMessage, "; Journals: ")
	if held.State != jobs.NeedsReview || held.ErrorCode != "GUARD" || !both || !strings.HasPrefix(books, "Books: the plan takes away ") ||
		!strings.Contains(journals, " titles") {
		t.Errorf("%s %s: %s", held.State, held.ErrorCode, held.ErrorMessage)
	}
	if strings.Contains(held.ErrorHint, "Books") {
		t.Errorf("the same advice is given twice: %s", held.ErrorHint)
	}
	_, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
	must(t, err)

	must(t, b.mock.SetFault(mockoup.Fault{Kind: "unauthorized", Content: mockoup.Journals}))
	b.activate(oup.Books, false)
	job := b.sync(jobs.Apply)
	refused := b.partOf(job, "JOURNALS")
	wantProblem(t, job, jobs.Failed, refused.Code, "Journals: "+refused.Message+"; Books: "+inactive)
	if !strings.Contains(job.ErrorHint, "Journals: "+refused.Hint) ||
		!strings.Contains(job.ErrorHint, "Books: Activate Oxford University Press Books") {
		t.Error(job.ErrorHint)
	}

	b.activate(oup.Journals, false)
	job = b.sync(jobs.Apply)
	wantProblem(t, job, jobs.Failed, "COLLECTION_INACTIVE", "Books, Journals: "+inactive)
	for _, c := range oup.Provider().Collections {
		if !strings.Contains(job.ErrorHint, c.CommunityZoneID) {
			t.Errorf("it does not say which to activate: %s", job.ErrorHint)
		}
	}
	if want := "Nothing was changed: Books, Journals: " + inactive + "."; job.Summary != want {
		t.Errorf("the summary is\n%s\nand not\n%s", job.Summary, want)
	}
}

// TestAJobOfManyProfiles names some of its parts and counts the others.
func TestAJobOfManyProfiles(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	on := true
	_, err := b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: &on})
	must(t, err)
	in := jobs.SyncRequest{Mode: jobs.Apply, Trigger: jobs.Manual}
	for i := range 7 {
		in.ProfileIDs = append(in.ProfileIDs, b.addProfile(profiles.ProfileInput{Description: new(fmt.Sprint("Campus ", i))}, true).ID)
	}
	b.deactivateAll()
	queued, err := b.jobs.StartSync(t.Context(), in)
	must(t, err)
	job := b.wait(queued.ID)
	var names []string
	for i := range 5 {
		names = append(names, fmt.Sprintf("Books (profile Campus %d), Journals (profile Campus %d)", i, i))
	}
	wantProblem(t, job, jobs.Failed, "COLLECTION_INACTIVE", strings.Join(names, ", ")+
		" and 4 more: the collection is not activated, so its titles were not synced")
}

// activate activates a collection or deactivates it.
func (b *testBundle) activate(content provider.Content, active bool) {
	b.t.Helper()
	for _, c := range b.store.Read.Collection.Query().AllX(b.t.Context()) {
		if c.Content == strings.ToUpper(string(content)) {
			_, _, err := b.collections.UpdateCollection(b.t.Context(), collections.CollectionChange{ID: c.ID, Active: &active})
			must(b.t, err)
		}
	}
}

func (b *testBundle) partOf(job *ent.Job, content string) *ent.JobPart {
	b.t.Helper()
	for _, p := range job.QueryParts().AllX(b.t.Context()) {
		if p.Content == content {
			return p
		}
	}
	b.t.Fatalf("job %d has no part of %s", job.ID, content)
	return nil
}
