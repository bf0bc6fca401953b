package jobs_test

import (
	"strings"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/job"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/collections"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestAutoActivation: where a collection is to have new portfolios by itself, an import that brings titles queues the
// job that makes portfolios of these and no others. The other collection gets none.
func TestAutoActivation(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	journals := b.store.Read.Collection.Query().Where(collection.HasCommunityZoneCollectionWith(communityzonecollection.CzID(journalsZone))).
		OnlyX(t.Context())
	b.zone(jobs.ZoneRequest{}) // before: these titles are not new
	if n := b.store.Read.Job.Query().Where(job.Kind(jobs.KindActivate)).CountX(t.Context()); n != 0 {
		t.Fatalf("%d activations that nobody asked for", n)
	}
	on := true
	_, _, err := b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: journals.ID, AutoActivateNewPortfolios: &on})
	must(t, err)
	for range 6 {
		must(t, b.mock.Step(1))
	}
	preview := b.zone(jobs.ZoneRequest{Mode: jobs.Preview})
	if strings.Contains(preview.Summary, "makes portfolios") || b.store.Read.Job.Query().Where(job.Kind(jobs.KindActivate)).
		ExistX(t.Context()) {
		t.Errorf("a preview activates: %s", preview.Summary)
	}
	update := b.zone(jobs.ZoneRequest{})
	if !strings.Contains(update.Summary, "makes portfolios of what is new") {
		t.Errorf("it does not say so: %s", update.Summary)
	}
	activation, err := b.store.Read.Job.Query().Where(job.Kind(jobs.KindActivate)).Only(t.Context())
	must(t, err)
	if done := b.wait(activation.ID); done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	fresh := b.store.Read.CommunityZoneTitle.Query().Where(communityzonetitle.AddedByJobID(update.ID), communityzonetitle.RemovedAtIsNil(),
		communityzonetitle.HasCommunityZoneCollectionWith(communityzonecollection.CzID(journalsZone))).
		Order(communityzonetitle.ByTitleKey(), communityzonetitle.ByPrintKey()).AllX(t.Context())
	made := b.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil()).Order(portfolio.ByTitleKey(), portfolio.ByPrintKey()).
		AllX(t.Context())
	if len(fresh) == 0 || len(made) != len(fresh) {
		t.Fatalf("%d portfolios for %d new titles", len(made), len(fresh))
	}
	for i, p := range made {
		if p.CollectionID != journals.ID || p.PublicationTitle != fresh[i].PublicationTitle || p.PrintIdentifier != fresh[i].PrintIdentifier ||
			!p.Available {
			t.Errorf("%+v for %+v", p, fresh[i])
		}
	}
	if again := b.zone(jobs.ZoneRequest{}); again.Verdict != jobs.VerdictNoChange || b.lastActivation(t).ID != activation.ID {
		t.Errorf("nothing new, and yet: %s", again.Summary)
	}

	off := false
	_, _, err = b.collections.UpdateCollection(t.Context(), collections.CollectionChange{ID: journals.ID, Active: &off})
	must(t, err)
	must(t, b.mock.Step(1))
	b.zone(jobs.ZoneRequest{})
	if b.lastActivation(t).ID != activation.ID {
		t.Error("a collection that is not active got portfolios")
	}
}

func (b *testBundle) lastActivation(t *testing.T) *ent.Job {
	t.Helper()
	return b.store.Read.Job.Query().Where(job.Kind(jobs.KindActivate)).Order(ent.Desc(job.FieldID)).FirstX(t.Context())
}
