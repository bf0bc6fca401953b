package graph_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"autoholdings/ent/entitlement"
	"autoholdings/ent/job"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// TestKeyOfAnotherJob: an idempotency key that has made a job of one kind is refused where one of another kind is asked
// for: that job is not what was asked for, and nothing of it was done.
func TestKeyOfAnotherJob(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60})
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": "a sync"})
	imported := b.done("importCommunityZoneTitles", input{"idempotencyKey": "an import"}).Job
	b.unchanged(func() {
		b.refused("importCommunityZoneTitles", input{"idempotencyKey": "a sync"}, usedKey)
		b.refused("undoJob", input{"jobId": imported.ID, "idempotencyKey": "a sync"}, usedKey)
		b.refused("withdrawProfile", input{"profileId": p.ID, "idempotencyKey": "a sync"}, usedKey)
		b.refused("deleteProfile", input{"profileId": p.ID, "withdrawEntitlements": true, "idempotencyKey": "a sync"}, usedKey)
		b.refused("runProfile", input{"profileId": p.ID, "idempotencyKey": "an import"}, usedKey)
		b.refused("runScheduledJob", input{"scheduledJobId": syncSchedule, "idempotencyKey": "an import"}, usedKey)
		b.refused("updateProfile", input{"profileId": p.ID, "runNow": true, "idempotencyKey": "an import"}, usedKey)
		b.refused("createProfile", input{"customerNumber": "n", "apiKey": "n", "active": true, "runNow": true, "idempotencyKey": "an import"},
			usedKey)
	})
}

// TestLongKey: a key has 200 characters at most, whatever they are. A longer one is refused before anything is done.
func TestLongKey(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	key := strings.Repeat("ü", 200)
	b.unchanged(func() {
		b.refused("runProfile", input{"profileId": p.ID, "idempotencyKey": key + "x"}, "BAD_USER_INPUT input.idempotencyKey")
	})
	first, again := b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": key}).Job,
		b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": key}).Job
	if first.ID != again.ID {
		t.Errorf("%v, then %v", first.ID, again.ID)
	}
}

// TestKeyWithoutRun: a save that queues no job keeps no key. One that another request has used is refused all the same.
func TestKeyWithoutRun(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.unchanged(func() { // a key that cannot be kept would let a request be done twice that says that it is done once
		const noJob = "BAD_USER_INPUT input.idempotencyKey"
		b.refused("updateProfile", input{"profileId": p.ID, "description": "Renamed", "idempotencyKey": "save"}, noJob)
		b.refused("createProfile", input{"customerNumber": "n", "apiKey": "n", "idempotencyKey": "save"}, noJob)
		b.refused("activateCollection", input{"communityZoneId": "61707906870000041", "idempotencyKey": "save"}, noJob)
		b.refused("deleteProfile", input{"profileId": p.ID, "idempotencyKey": "save"}, noJob)
	})
	b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": "run"})
	b.unchanged(func() {
		b.refused("updateProfile", input{"profileId": p.ID, "description": "Renamed twice", "idempotencyKey": "run"}, usedKey)
		b.refused("createProfile", input{"customerNumber": "n", "apiKey": "n", "idempotencyKey": "run"}, usedKey)
		b.refused("activateCollection", input{"communityZoneId": "none", "idempotencyKey": "run"}, usedKey)
		b.refused("deleteProfile", input{"profileId": p.ID, "idempotencyKey": "run"}, usedKey)
	})
}

const usedKey = "CONFLICT input.idempotencyKey"

// keyed sends a mutation that takes a key, and returns the id of its job and what it refuses.
func (b *testBundle) keyed(name string, in input) (job, refusal string) {
	b.t.Helper()
	var got map[string]*payload
	typeName := strings.ToUpper(name[:1]) + name[1:] + "Input"
	const query = `mutation($in: %s!) { %s(input: $in) { job { id } userErrors { code message path } } }`
	b.query(fmt.Sprintf(query, typeName, name), input{"in": in}, &got)
	if p := got[name]; p.Job != nil {
		job = p.Job.ID
	}
	for _, e := range got[name].UserErrors {
		refusal += fmt.Sprintln(e.Code, strings.Join(e.Path, "."), e.Message)
	}
	return job, refusal
}

// with is an input with other fields.
func with(in input, more input) input {
	all := maps.Clone(in)
	maps.Copy(all, more)
	return all
}

// keyedWorld is an installation in which every mutation that takes a key has something to do: two profiles, one of them
// inactive with entitlements in force, a local collection, a collection to activate, and a set to move.
func keyedWorld(t *testing.T) (b *moving, active, inactive, local string) {
	t.Helper()
	b = setupMoving(t, 2)
	b.withMaps()
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	active = b.newProfile(input{"customerNumber": "demo", "active": true}).ID
	inactive = b.newProfile(input{"customerNumber": "demo", "active": true}).ID
	b.waitFor(b.done("runProfile", input{"profileId": inactive}).Job.ID)
	b.done("updateProfile", input{"profileId": inactive, "active": false})
	return b, active, inactive, b.local("Given to us")
}

// keyedRequest is a request with a key, and other values of its arguments, each of which makes it another request.
type keyedRequest struct {
	mutation string
	in       input
	others   input
}

func keyedRequests(b *moving, active, inactive, local string) []keyedRequest {
	imported, refusal := b.keyed("importCollection", input{"collectionId": local, "kbart": shortList})
	if refusal != "" {
		b.t.Fatal(refusal)
	}
	b.waitFor(imported)
	other := model.ID(model.CollectionType, b.old)
	others := slices.Concat(keyedChanges(b, imported), keyedOverMany(local, other, imported), keyedOfProfiles(b, active, inactive, imported))
	return append(others, []keyedRequest{
		{"undoJob", input{"jobId": imported, "mode": "PREVIEW"}, input{"jobId": model.ID(model.JobType, 1), "mode": "APPLY"}},
		{"runProfile", input{"profileId": active}, input{"mode": "PREVIEW", "force": true, "profileId": inactive}},
		{"runScheduledJob", input{"scheduledJobId": syncSchedule}, input{"scheduledJobId": model.NameID(model.ScheduledJobType, "another")}},
		{
			"createProfile",
			input{"customerNumber": "demo", "apiKey": mockoup.DemoKey, "active": true, "runNow": true, "description": "Third"},
			input{
				"customerNumber": "demo2", "apiKey": "another key", "active": false, "runNow": false, "description": "Fourth",
				"communityZoneOnly": true, "schedule": input{"time": "04:00"},
			},
		},
		{
			"updateProfile",
			input{"profileId": active, "description": "Renamed", "apiKey": mockoup.DemoKey, "runNow": true},
			input{"profileId": inactive, "description": nil, "apiKey": "another key", "runNow": false, "active": false, "version": 1},
		},
		{
			"importCollection",
			input{"collectionId": local, "kbart": shortList + "Chest\t\tchest\t1990\tserial\tP\n"},
			input{"collectionId": other, "kbart": shortList + "Chest\t\tchest\t1991\tserial\tP\n", "mode": "PREVIEW", "removeMissing": true},
		},
		{
			"importCommunityZoneTitles",
			input{"mode": "PREVIEW"},
			input{"mode": "APPLY", "force": true, "communityZoneId": "99", "fileId": model.ID(model.ProviderFileType, 1)},
		},
		{
			"activateCollection",
			input{"communityZoneId": "99", "activationType": "ALL"},
			input{
				"communityZoneId": "98", "activationType": "MANUAL", "makeServiceAvailable": false, "activateService": false,
				"autoActivateNewPortfolios": true,
			},
		},
		{
			"movePortfolioInformation", b.request(nil),
			input{
				"setId": model.ID(model.CollectionSetType, 1), "targetCollectionId": local, "mode": "PREVIEW", "movePoLines": false,
				"moveLicenses": false, "licenseConflict": "OVERWRITE", "previewJobId": imported,
			},
		},
		{"withdrawProfile", input{"profileId": inactive, "mode": "PREVIEW"}, input{"profileId": active, "mode": "APPLY"}},
		{"deleteProfile", input{"profileId": inactive, "withdrawEntitlements": true}, input{"profileId": active, "withdrawEntitlements": false}},
	}...)
}

// keyedChanges are requests that decide on single titles.
func keyedChanges(b *moving, imported string) []keyedRequest {
	portfolioOf := func(collection int64) string {
		return model.ID(model.PortfolioType, b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(collection)).FirstIDX(b.t.Context()))
	}
	pair := []input{{"fromId": portfolioOf(b.old), "toId": portfolioOf(b.target)}}
	var listed []int64
	inForce := b.store.Read.Entitlement.Query().Where(entitlement.ProfileIDNotNil(), entitlement.Active(true)).Limit(2)
	for _, e := range inForce.AllX(b.t.Context()) {
		listed = append(listed, e.PortfolioID)
	}
	return []keyedRequest{
		{
			"decidePairings",
			input{"part": []input{{"portfolioId": model.ID(model.PortfolioType, listed[0])}}},
			input{
				"pair": []input{{"portfolioId": model.ID(model.PortfolioType, 1), "titleOfId": model.ID(model.PortfolioType, 2)}},
				"part": []input{{"portfolioId": model.ID(model.PortfolioType, listed[1])}}, "mode": "PREVIEW",
			},
		},
		{
			"carryOver",
			input{"pairs": pair},
			input{
				"pairs": []input{}, "changeIds": []string{model.ID(model.JobChangeType, 1)}, "jobId": imported, "mode": "PREVIEW",
				"previewJobId": imported,
			},
		},
	}
}

// keyedOverMany are requests for jobs over many portfolios.
func keyedOverMany(local, other, imported string) []keyedRequest {
	return []keyedRequest{
		{
			"changePortfolios",
			input{"selection": input{"filter": input{}}, "change": input{"publicNote": "x"}},
			input{
				"action": "MOVE", "selection": input{"portfolioIds": []string{}}, "change": input{"publicNote": "y"}, "targetCollectionId": local,
				"mode": "PREVIEW", "previewJobId": imported,
			},
		},
		{
			"importFromAlma",
			input{"collectionId": local, "file": "ISSN,Public note\n0006-8950,x\n"},
			input{
				"collectionId": other, "file": "ISSN,Public note\n0006-8950,y\n", "fileId": model.ID(model.ProviderFileType, 1), "mode": "PREVIEW",
				"previewJobId": imported,
			},
		},
	}
}

func keyedOfProfiles(b *moving, active, inactive, job string) []keyedRequest {
	group := b.done("createInventoryGroup", input{"name": "North"}).InventoryGroup.ID
	return []keyedRequest{
		{
			"changeProfileGroups",
			input{"profileId": inactive, "groupIds": []string{group}, "mode": "PREVIEW"},
			input{"profileId": active, "groupIds": []string{}, "mode": "APPLY", "previewJobId": job, "version": 1},
		},
		{"withdrawProfile", input{"profileId": inactive, "mode": "PREVIEW"}, input{"profileId": active, "mode": "APPLY"}},
		{"deleteProfile", input{"profileId": inactive, "withdrawEntitlements": true}, input{"profileId": active, "withdrawEntitlements": false}},
	}
}

// TestEveryMutationWithAKey is tried: one that is added has its request above.
func TestEveryMutationWithAKey(t *testing.T) {
	t.Parallel()
	b, active, inactive, local := keyedWorld(t)
	tried := map[string]bool{}
	for _, r := range keyedRequests(b, active, inactive, local) {
		tried[r.mutation] = true
	}
	var answer struct {
		Schema struct {
			MutationType struct {
				Fields []struct {
					Name string
					Args []struct {
						Type struct {
							OfType struct{ InputFields []struct{ Name string } }
						}
					}
				}
			}
		} `json:"__schema"`
	}
	b.query(`{ __schema { mutationType { fields { name args { type { ofType { inputFields { name } } } } } } } }`, nil, &answer)
	for _, f := range answer.Schema.MutationType.Fields {
		for _, in := range f.Args[0].Type.OfType.InputFields {
			if in.Name == "idempotencyKey" && !tried[f.Name] {
				t.Errorf("%s takes an idempotency key, and no request of it is tried", f.Name)
			}
		}
	}
}

// TestKeyOfOtherArguments: the same key with any other argument, or with another mutation, is a conflict that names the
// key, its job and what differs, and changes nothing; the same request again, in its other spelling too, answers with
// its job, even long after that has ended.
func TestKeyOfOtherArguments(t *testing.T) {
	t.Parallel()
	b, active, inactive, local := keyedWorld(t)
	for _, r := range keyedRequests(b, active, inactive, local) {
		key := "key of " + r.mutation
		in := with(r.in, input{"idempotencyKey": key})
		job, refusal := b.keyed(r.mutation, in)
		if job == "" || refusal != "" {
			t.Fatalf("%s: %s", r.mutation, refusal)
		}
		b.waitFor(job)
		files := b.store.Read.ProviderFile.Query().CountX(t.Context())
		refuse := func(mutation string, in input, names ...string) {
			t.Helper()
			again, refusal := b.keyed(mutation, in)
			for _, want := range append(names, usedKey, fmt.Sprintf("%q", key), job) {
				if again != "" || !strings.Contains(refusal, usedKey) {
					t.Errorf("%s %v: %q is not in: %s %s", mutation, in, want, again, refusal)
				}
			}
		}
		b.unchanged(func() {
			for name, value := range r.others {
				refuse(r.mutation, with(in, input{name: value}), "with other arguments", name)
			}
			if again, refusal := b.keyed(r.mutation, in); again != job || refusal != "" {
				t.Errorf("%s again: %s is not %s: %s", r.mutation, again, job, refusal)
			}
			if _, given := in["mode"]; !given && r.others["mode"] != nil {
				if again, refusal := b.keyed(r.mutation, with(in, input{"mode": "APPLY"})); again != job || refusal != "" {
					t.Errorf("%s with what is meant anyway: %s is not %s: %s", r.mutation, again, job, refusal)
				}
			}
			if r.mutation != "runProfile" {
				refuse("runProfile", input{"profileId": active, "idempotencyKey": key}, "by another mutation, "+r.mutation)
			}
		})
		if now := b.store.Read.ProviderFile.Query().CountX(t.Context()); now != files {
			t.Errorf("%s: %d files were kept", r.mutation, now-files)
		}
	}
}

// TestKeyFromBefore: of a job from before requests were recorded the kind alone is known, which must be that asked for.
func TestKeyFromBefore(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	job := b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": "old"}).Job.ID
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET idempotency_hash = ''`)
		return err
	})
	b.unchanged(func() {
		if again, refusal := b.keyed("runProfile", input{"profileId": p.ID, "idempotencyKey": "old"}); again != job {
			t.Error(again, refusal)
		}
		again, refusal := b.keyed("importCommunityZoneTitles", input{"idempotencyKey": "old"})
		if again != "" || !strings.Contains(refusal, usedKey) || !strings.Contains(refusal, job) {
			t.Error(again, refusal)
		}
	})
}

// TestRequestsOfOneKeyAtOnce: of equal requests at the same moment one is done, and all are answered with its job; of
// different ones with the same key one is done, and the others are refused.
func TestRequestsOfOneKeyAtOnce(t *testing.T) {
	t.Parallel()
	b, active, inactive, local := keyedWorld(t)
	for _, r := range keyedRequests(b, active, inactive, local) {
		in := with(r.in, input{"idempotencyKey": "at once: " + r.mutation})
		answers := make([]string, 8)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() {
				job, refusal := b.keyed(r.mutation, in)
				answers[i] = job + refusal
			})
		}
		group.Wait()
		if slices.Sort(answers); answers[0] != answers[7] || strings.Contains(answers[0], " ") {
			t.Fatalf("%s: %q", r.mutation, answers)
		}
		b.waitFor(answers[0])
		if n := b.store.Read.Job.Query().Where(job.IdempotencyKey(in["idempotencyKey"].(string))).CountX(t.Context()); n != 1 {
			t.Errorf("%s: %d jobs", r.mutation, n)
		}
	}
	answers := make([]string, 8)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			answers[i], _ = b.keyed("importCommunityZoneTitles", input{"idempotencyKey": "different", "mode": "PREVIEW", "force": i%2 == 0})
		})
	}
	group.Wait()
	b.waitFor(slices.Max(answers))
	if slices.Sort(answers); answers[3] != "" || answers[4] == "" || answers[4] != answers[7] {
		t.Errorf("%q", answers)
	}
}
