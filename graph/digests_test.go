package graph_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"autoholdings/ent/collection"
	"autoholdings/ent/job"
	"autoholdings/ent/profile"
	"autoholdings/graph/model"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// The profiles of the digests have ids that never change: an id is an argument of most requests.
const (
	digestActive   int64 = 7 // an active profile
	digestInactive int64 = 8 // an inactive profile with an entitlement in force
)

// digestTests are requests with the digests that were kept with their jobs before. A literal here never changes: a
// client may send its key again after the server was updated, and is then answered with the job of the first time.
var digestTests = []struct {
	mutation string
	in       input
	digest   string
}{
	{
		"createProfile",
		input{
			"description": "Third", "customerNumber": "demo", "apiKey": mockoup.DemoKey, "active": true, "fileFormat": "KBART",
			"groupIds": []string{},
			"schedule": input{"frequency": "WEEKLY", "weekday": "FRIDAY", "time": "04:00", "timezone": "Europe/Vienna"},
			"guard":    input{"percent": 15, "titles": 30}, "guards": input{"access": input{"percent": 20, "most": nil}},
			"communityZoneOnly": true, "runNow": true,
		},
		"createProfile active=b5bea41b6c623f7c communityZoneOnly=b5bea41b6c623f7c customerNumber=99e5095aacce94d0 " +
			"description=def51d9711d1347d fileFormat=481b019dd1e6000c guardPercent=e629fa6598d73276 " +
			"guardTitles=624b60c58c9d8bfb guards=83ca490737719e41 schedule=8c39fb9daf2df000 apiKey=de3010b1e058b7a3 " +
			"groupIds=4f53cda18c2baa0c runNow=b5bea41b6c623f7c",
	},
	{
		"createProfile",
		input{"customerNumber": "demo", "apiKey": mockoup.DemoKey, "active": true, "runNow": true},
		"createProfile active=b5bea41b6c623f7c customerNumber=99e5095aacce94d0 guards=7b760bde93bcd998 " +
			"apiKey=de3010b1e058b7a3 runNow=b5bea41b6c623f7c",
	},
	{ // null, the standard provider and none are the same
		"createProfile",
		input{"provider": nil, "customerNumber": "demo", "apiKey": mockoup.DemoKey, "active": true, "runNow": true},
		"createProfile active=b5bea41b6c623f7c customerNumber=99e5095aacce94d0 guards=7b760bde93bcd998 " +
			"apiKey=de3010b1e058b7a3 runNow=b5bea41b6c623f7c",
	},
	{
		"createProfile",
		input{
			"provider": "OXFORD_UNIVERSITY_PRESS", "customerNumber": "demo", "apiKey": mockoup.DemoKey, "active": true, "runNow": true,
		},
		"createProfile active=b5bea41b6c623f7c customerNumber=99e5095aacce94d0 guards=7b760bde93bcd998 " +
			"apiKey=de3010b1e058b7a3 runNow=b5bea41b6c623f7c",
	},
	{
		"updateProfile",
		input{
			"profileId": model.ID(model.ProfileType, digestActive), "version": 1, "description": "Renamed", "apiKey": mockoup.DemoKey,
			"schedule": input{"dayOfMonth": 3}, "runNow": true,
		},
		"updateProfile description=94e8312d964c1daf guards=7b760bde93bcd998 schedule=95fcc3c13206b9b7 " +
			"apiKey=de3010b1e058b7a3 profileId=7902699be42c8a8e runNow=b5bea41b6c623f7c version=6b86b273ff34fce1",
	},
	{
		"updateProfile",
		input{"profileId": model.ID(model.ProfileType, digestActive), "description": nil, "runNow": true},
		"updateProfile description=12ae32cb1ec02d01 guards=7b760bde93bcd998 profileId=7902699be42c8a8e " +
			"runNow=b5bea41b6c623f7c",
	},
	{
		"activateCollection",
		input{"communityZoneId": "99", "activationType": "ALL"},
		"activateCollection activateService=b5bea41b6c623f7c activationType=f7bf02205180c74a " +
			"autoActivateNewPortfolios=fcbcf165908dd18a makeServiceAvailable=b5bea41b6c623f7c " +
			"communityZoneId=72acffdb54719c27",
	},
	{
		"activateCollection",
		input{
			"communityZoneId": "99", "activationType": "ALL", "activateService": false, "makeServiceAvailable": false,
			"autoActivateNewPortfolios": true,
		},
		"activateCollection activateService=fcbcf165908dd18a activationType=f7bf02205180c74a " +
			"autoActivateNewPortfolios=b5bea41b6c623f7c makeServiceAvailable=fcbcf165908dd18a " +
			"communityZoneId=72acffdb54719c27",
	},
	{
		"deleteProfile",
		input{"profileId": model.ID(model.ProfileType, digestInactive), "withdrawEntitlements": true},
		"deleteProfile profileId=2c624232cdd22177 withdrawEntitlements=b5bea41b6c623f7c",
	},
	{
		"withdrawProfile",
		input{"profileId": model.ID(model.ProfileType, digestInactive), "content": "JOURNALS", "mode": "PREVIEW"},
		"withdrawProfile content=dbc9bc2d7dd56174 deleteProfile=fcbcf165908dd18a mode=da8879cef63c3544 " +
			"trigger=bf31436c2e6664e5 profileId=2c624232cdd22177",
	},
	{
		"runProfile",
		input{"profileId": model.ID(model.ProfileType, digestActive), "mode": "PREVIEW", "force": true},
		"runProfile dueAt=5feceb66ffc86f38 force=b5bea41b6c623f7c mode=da8879cef63c3544 trigger=bf31436c2e6664e5 " +
			"fileId=5feceb66ffc86f38 profileId=589ffd3acf522ae8",
	},
	{
		"runScheduledJob",
		input{"scheduledJobId": syncSchedule},
		"runScheduledJob scheduledJobId=5cfa1a73f8456699",
	},
	{
		"importCommunityZoneTitles",
		input{"mode": "PREVIEW"},
		"importCommunityZoneTitles force=fcbcf165908dd18a mode=da8879cef63c3544 trigger=bf31436c2e6664e5 " +
			"communityZoneId=12ae32cb1ec02d01 fileId=5feceb66ffc86f38",
	},
}

// TestDigestsStay: a key that a client used before an update still answers for its request after it.
func TestDigestsStay(t *testing.T) {
	t.Parallel()
	for _, test := range digestTests {
		t.Run(test.mutation, func(t *testing.T) {
			t.Parallel()
			b := digestWorld(t)
			if made, refusal := b.keyed(test.mutation, with(test.in, input{"idempotencyKey": "from before"})); made == "" {
				t.Fatal(refusal)
			}
			row := b.store.Read.Job.Query().Where(job.IdempotencyKey("from before")).OnlyX(t.Context())
			if row.IdempotencyHash != test.digest {
				t.Errorf("the digest is\n%s, not\n%s", row.IdempotencyHash, test.digest)
			}
		})
	}
}

// digestWorld is an installation whose sealing key, on which the fingerprint of an API key depends, and profiles are
// always the same.
func digestWorld(t *testing.T) *testBundle {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, secret.KeyFileName), []byte(strings.Repeat("0123456789abcdef", 4)), 0o600))
	b := setupIn(t, dir, mockoup.Options{Titles: 20}).withMaps()
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	b.newProfile(input{"customerNumber": "demo", "active": true})
	b.newProfile(input{"customerNumber": "demo2", "active": false})
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for id, customer := range map[int64]string{digestActive: "demo", digestInactive: "demo2"} {
			made := tx.Profile.Query().Where(profile.CustomerNumber(customer)).OnlyIDX(ctx)
			if _, err := tx.SQL.ExecContext(ctx, `UPDATE profiles SET id = ? WHERE id = ?`, id, made); err != nil {
				return err
			}
		}
		journals := tx.Collection.Query().Where(collection.Content("JOURNALS")).FirstIDX(ctx)
		tx.Portfolio.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(journals).SetPublicationTitle("Brain").
			SetTitleKey(kbart.FoldTitle("Brain")).SetAvailable(true).SetListed(true).SetValuesHash(0).SaveX(ctx)
		tx.Entitlement.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(1).SetProfileID(digestInactive).SetActive(true).
			SetCoverageHash(0).SaveX(ctx)
		return nil
	})
	return b
}
