package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// shownPart is a part as those see it who decide on it.
type shownPart struct {
	ID, State string
	Code      *string
	WouldBe   *string
	Kinds     []string
	Guards    []struct {
		Guard            string
		Before, Affected int
		Percent          float64
		Column           *string
		Message          string
	}
	Guard     *struct{ Held bool }
	Decisions []struct {
		Kind, Decision string
		Reason         *string
	}
}

// partOf is a job's part of a content type.
func (b *testBundle) partOf(jobID, content string) shownPart {
	b.t.Helper()
	var got struct {
		Job struct {
			Parts []struct {
				Content string
				shownPart
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { parts { id content state code wouldBe kinds guard { held }
		guards { guard before affected percent column message } decisions { kind decision reason } } } }`, map[string]any{"id": jobID}, &got)
	for _, p := range got.Job.Parts {
		if p.Content == content {
			return p.shownPart
		}
	}
	b.t.Fatalf("no part of %s in %+v", content, got)
	return shownPart{}
}

func (p shownPart) decided() (text []string) {
	for _, d := range p.Decisions {
		text = append(text, d.Kind+" "+d.Decision)
	}
	return text
}

// TestDecideByPartAndKind: what a preview foresees, what waits, what is approved of it and what is taken later.
func TestDecideByPartAndKind(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 300}).work()
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))

	held, books, journals := b.heldAsForeseen(p.ID)
	b.unchanged(func() {
		b.refused("approveJob", input{"jobId": held.ID, "parts": []input{{"partId": held.ID}}}, "BAD_USER_INPUT input.parts.0.partId")
		b.refused("approveJob", input{"jobId": held.ID, "parts": []input{{"partId": books.ID, "kinds": []string{}}}},
			"BAD_USER_INPUT input.parts.0.kinds")
		b.refused("rejectJob", input{"jobId": held.ID, "parts": []input{}}, "BAD_USER_INPUT input.parts")
		b.refused("approveJob", input{"jobId": held.ID, "lostColumns": []input{{"column": "notes", "take": "EMPTY"}}},
			"BAD_USER_INPUT input.lostColumns")
	})

	// Updates and additions of one part are one action; the other part goes on waiting.
	b.done("approveJob", input{
		"jobId": held.ID, "reason": "new books are fine",
		"parts": []input{{"partId": books.ID, "kinds": []string{"ADDITIONS", "UPDATES"}}},
	})
	if job := b.waitFor(held.ID); job.State != jobs.NeedsReview {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	books = b.partOf(held.ID, "BOOKS")
	want := []string{"ADDITIONS APPROVED", "UPDATES APPROVED", "ACCESS_LOST DECLINED", "REMOVALS DECLINED"}
	if diff := cmp.Diff(want, books.decided()); diff != "" || *books.Decisions[0].Reason != "new books are fine" ||
		strings.Join(books.Kinds, " ") != "ADDITIONS UPDATES" {
		t.Errorf("%+v: %s", books, diff)
	}
	b.done("rejectJob", input{"jobId": held.ID, "parts": []input{{"partId": journals.ID}}})
	if journals = b.partOf(held.ID, "JOURNALS"); journals.State != "REJECTED" || journals.Decisions[0].Decision != "DECLINED" {
		t.Errorf("%+v", journals)
	}

	// What was declined is taken later, by a job of its own.
	taken := b.done("approveJob", input{"jobId": held.ID, "parts": []input{{"partId": books.ID, "kinds": []string{"REMOVALS"}}}}).Job
	job := b.waitFor(taken.ID)
	if part := b.partOf(taken.ID, "BOOKS"); taken.ID == held.ID || job.Verdict != jobs.VerdictChanged ||
		strings.Join(part.Kinds, " ") != "REMOVALS" {
		t.Errorf("%s %s %+v", taken.ID, job.Summary, part)
	}
	b.unchanged(func() {
		b.refused("approveJob", input{"jobId": held.ID, "parts": []input{{"partId": books.ID, "kinds": []string{"REMOVALS"}}}},
			"WRONG_STATE input.parts.0.kinds")
	})
}

// heldAsForeseen runs a profile whose list loses half its titles. The job is held as its preview foresaw.
func (b *testBundle) heldAsForeseen(profileID string) (held *thing, books, journals shownPart) {
	b.t.Helper()
	look := b.done("runProfile", input{"profileId": profileID, "mode": "PREVIEW"}).Job
	b.waitFor(look.ID)
	foreseen := b.partOf(look.ID, "BOOKS")
	if foreseen.State != "PREVIEWED" || foreseen.WouldBe == nil || *foreseen.WouldBe != "HELD" || *foreseen.Code != "GUARD" ||
		foreseen.Guard.Held {
		b.t.Errorf("%+v", foreseen)
	}

	held = b.done("runProfile", input{"profileId": profileID}).Job
	b.waitFor(held.ID)
	books, journals = b.partOf(held.ID, "BOOKS"), b.partOf(held.ID, "JOURNALS")
	if diff := cmp.Diff(foreseen.Guards, books.Guards); diff != "" || len(books.Guards) != 1 || books.WouldBe != nil || !books.Guard.Held {
		b.t.Errorf("%+v: %s", books, diff)
	}
	if g := books.Guards[0]; g.Guard != "REMOVALS" || g.Affected == 0 || g.Percent < 40 || g.Column != nil || g.Message == "" {
		b.t.Errorf("%+v", g)
	}
	open := []string{"ADDITIONS OPEN", "UPDATES OPEN", "ACCESS_LOST OPEN", "REMOVALS OPEN"}
	if diff := cmp.Diff(open, books.decided()); diff != "" || len(books.Kinds) != 4 {
		b.t.Errorf("%v %s", books.Kinds, diff)
	}
	return held, books, journals
}

// TestApproveForAnotherCustomer: a held list is not applied under another customer number.
func TestApproveForAnotherCustomer(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 300, Customers: []mockoup.Customer{{Number: "north", Key: "north-key"}}}).work()
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.waitFor(b.done("runProfile", input{"profileId": p.ID}).Job.ID)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.done("runProfile", input{"profileId": p.ID}).Job
	b.waitFor(held.ID)
	saved := b.mutate("updateProfile", input{"profileId": p.ID, "customerNumber": "north", "apiKey": "north-key"})
	if len(saved.Notices) != 1 || !strings.Contains(saved.Notices[0], "The customer number is north now") ||
		!strings.Contains(saved.Notices[0], "in force") {
		t.Errorf("%q", saved.Notices)
	}
	b.unchanged(func() {
		b.refused("approveJob", input{"jobId": held.ID}, "CUSTOMER_CHANGED input.jobId", "CUSTOMER_CHANGED input.jobId")
	})
}

// TestSameCustomerTwice is allowed, and warned of where both profiles are active.
func TestSameCustomerTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{})
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	b.profile()
	warned := func(notices []string) bool {
		return strings.Contains(strings.Join(notices, " "), `"Oxford University Press, customer demo" has the customer number demo too`)
	}
	second := b.done("createProfile", input{"description": "second", "customerNumber": "demo", "apiKey": "k", "active": true})
	if !warned(second.Notices) {
		t.Errorf("%q", second.Notices)
	}
	third := b.done("createProfile", input{"description": "third", "customerNumber": "other", "apiKey": "k"})
	if warned(third.Notices) {
		t.Errorf("%q", third.Notices)
	}
	if p := b.done("updateProfile", input{"profileId": third.Profile.ID, "customerNumber": "demo"}); warned(p.Notices) {
		t.Errorf("it is inactive: %q", p.Notices)
	}
	if p := b.done("updateProfile", input{"profileId": third.Profile.ID, "active": true}); !warned(p.Notices) {
		t.Errorf("%q", p.Notices)
	}
	if p := b.done("updateProfile", input{"profileId": third.Profile.ID, "description": "the third"}); warned(p.Notices) {
		t.Errorf("it was said: %q", p.Notices)
	}
}
