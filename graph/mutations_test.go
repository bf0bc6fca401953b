package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// payload is what a mutation answers, as far as most of them have it in common.
type payload struct {
	Profile, Job, Collection, InventoryGroup, Portfolio, Settings *thing
	PoLine, License, CollectionSet, AccessToken, Person           *thing
	Secret                                                        *string
	Ended                                                         *int
	DeletedID                                                     *string
	Notices, Warnings                                             []string
	Results                                                       []connectionTest
	Consequences                                                  *consequences
	UserErrors                                                    []struct {
		Code, Message string
		Path          []string
	}
}

type thing struct {
	ID, Name, State, Kind, Mode, APIKeyFingerprint, CustomerNumber, InstitutionName string
	Version                                                                         int
	Active, Available, MultiCampusInventoryManagement                               bool
	Description                                                                     *string
	License                                                                         *thing
	Groups                                                                          []thing
	LockedFields                                                                    []string
	Number, Code, Title                                                             string // of a PO line, a license, a portfolio
	Vendor, Status, Type, OrderedOn, RenewsOn, StartsOn, EndsOn, Note               *string
	Main                                                                            bool
	Portfolio                                                                       *thing
	MemberCount                                                                     int
	Collections                                                                     struct{ Nodes []thing }
	Review                                                                          *string
	Schedule                                                                        *struct{ Text string }
	Scopes                                                                          []string // of a token or person
	Start, CreatedBy                                                                string
	ExpiresAt, RevokedAt, Issuer                                                    *string
	Disabled                                                                        bool
}

// selected is what is asked of each mutation's payload.
var selected = map[string]string{
	"updateSettings":       `settings { institutionName multiCampusInventoryManagement version }`,
	"createInventoryGroup": `inventoryGroup { id name description version }`,
	"updateInventoryGroup": `inventoryGroup { id name description version }`,
	"deleteInventoryGroup": `deletedId`,
	"activateCollection":   `collection { id name active available version } warnings`,
	"createCollection":     `collection { id name active available license { id } version }`,
	"updateCollection":     `collection { id name active available license { id } version } warnings`,
	"updatePortfolio":      `portfolio { id available lockedFields review license { id code } }`,
	"removePortfolio":      `portfolio { id available }`, "restorePortfolio": `portfolio { id available }`,
	"createPoLine": `poLine { id number vendor status type orderedOn renewsOn note main version portfolio { id title } }`,
	"updatePoLine": `poLine { id number vendor status type orderedOn renewsOn note main version portfolio { id title } }`,
	"deletePoLine": `deletedId`, "deleteLicense": `deletedId`, "deleteCollectionSet": `deletedId`, "deleteCollection": `deletedId`,
	"createLicense":       `license { id code name vendor status type startsOn endsOn note version }`,
	"updateLicense":       `license { id code name vendor status type startsOn endsOn note version }`,
	"createCollectionSet": `collectionSet { id name description memberCount version collections { nodes { id name } } }`,
	"updateCollectionSet": `collectionSet { id name description memberCount version collections { nodes { id name } } }`,
	"createProfile": `profile { id name active customerNumber apiKeyFingerprint description groups { id name } schedule { text } version }
		job { id state kind mode } notices`,
	"updateProfile": `profile { id name active customerNumber apiKeyFingerprint description groups { id name } schedule { text } version }
		job { id state kind mode } notices`,
	"deleteProfile": `deletedId`,
	"runProfile":    `job { id state kind mode }`, "cancelJob": `job { id state kind mode }`, "approveJob": `job { id state kind mode }`,
	"rejectJob": `job { id state kind mode }`, "undoJob": `job { id state kind mode }`,
	"createAccessToken": `secret accessToken { id name start scopes createdBy expiresAt revokedAt }`,
	"revokeAccessToken": `accessToken { id name revokedAt }`,
	"addPerson":         `person { id name issuer scopes disabled version }`, "updatePerson": `person { id name issuer scopes disabled
		version }`,
	"removePerson": `deletedId`, "endSessions": `ended`,
	"importCommunityZoneTitles": `job { id state kind mode }`,
}

type input = map[string]any

// mutate sends one mutation with its input as a variable.
func (b *testBundle) mutate(name string, in input) *payload {
	b.t.Helper()
	var got map[string]*payload
	typeName := strings.ToUpper(name[:1]) + name[1:] + "Input"
	b.query(fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { %s userErrors { code message path } } }`, typeName, name, selected[name]),
		input{"in": in}, &got)
	return got[name]
}

// done is mutate of what must succeed.
func (b *testBundle) done(name string, in input) *payload {
	b.t.Helper()
	p := b.mutate(name, in)
	if len(p.UserErrors) > 0 {
		b.t.Fatalf("%s %v: %+v", name, in, p.UserErrors)
	}
	return p
}

// refused checks that a mutation is refused with exactly these mistakes, each "CODE path", and that each says
// something.
func (b *testBundle) refused(name string, in input, want ...string) *payload {
	b.t.Helper()
	p := b.mutate(name, in)
	var got []string
	for _, e := range p.UserErrors {
		got = append(got, strings.TrimSpace(e.Code+" "+strings.Join(e.Path, ".")))
		if len(e.Message) < 10 {
			b.t.Errorf("%s %v: the message is %q", name, in, e.Message)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("%s %v:\n%s", name, in, diff)
	}
	return p
}

// saved is everything that mutations write, in one comparable text.
func (b *testBundle) saved() string {
	b.t.Helper()
	ctx, read := b.t.Context(), b.store.Read
	text, err := json.Marshal([]any{
		read.Setting.Query().AllX(ctx), read.InventoryGroup.Query().AllX(ctx), read.Collection.Query().AllX(ctx), read.Portfolio.Query().
			AllX(ctx),
		read.Profile.Query().WithGroups().AllX(ctx), read.Job.Query().AllX(ctx),
		read.POLine.Query().AllX(ctx), read.License.Query().AllX(ctx), read.CollectionSet.Query().WithCollections().AllX(ctx),
	})
	must(b.t, err)
	return string(text)
}

// unchanged checks that what f does is not saved.
func (b *testBundle) unchanged(f func()) {
	b.t.Helper()
	before := b.saved()
	f()
	if diff := cmp.Diff(before, b.saved()); diff != "" {
		b.t.Errorf("something was saved:\n%s", diff)
	}
}

// wrongIDs are refused wherever a mutation takes an id: garbage and the id of another type are no ids, and what is not
// there is not found.
func (b *testBundle) wrongIDs(name, typeName, field string, rest input) {
	b.t.Helper()
	other := model.LicenseType
	if typeName == other {
		other = model.JobType
	}
	for id, code := range map[string]string{
		"garbage": "BAD_USER_INPUT", "": "BAD_USER_INPUT", model.ID(other, 1): "BAD_USER_INPUT", model.ID(typeName, 4711): "NOT_FOUND",
	} {
		in := input{field: id}
		for k, v := range rest {
			in[k] = v
		}
		b.refused(name, in, code+" input."+field)
	}
}

func TestSettingsMutation(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	b.unchanged(func() {
		b.refused("updateSettings", input{"institutionName": strings.Repeat("x", 201)}, "BAD_USER_INPUT input.institutionName")
		b.refused("updateSettings", input{"institutionName": "two\nlines"}, "BAD_USER_INPUT input.institutionName")
		p := b.refused("updateSettings", input{"version": 7, "institutionName": "A"}, "CONFLICT input.version")
		if p.Settings == nil || p.Settings.Version != 1 {
			t.Errorf("beside the conflict: %+v", p.Settings)
		}
	})
	p := b.done("updateSettings", input{"version": 1, "institutionName": "A University", "multiCampusInventoryManagement": true})
	if s := p.Settings; s.InstitutionName != "A University" || !s.MultiCampusInventoryManagement || s.Version != 2 {
		t.Errorf("%+v", s)
	}
	if s := b.done("updateSettings", input{}).Settings; s.InstitutionName != "A University" || s.Version != 2 {
		t.Errorf("nothing asked: %+v", s)
	}
	if s := b.done("updateSettings", input{"institutionName": nil}).Settings; s.InstitutionName != "" {
		t.Errorf("null empties it: %+v", s)
	}
	b.newProfile(input{"customerNumber": "a"})
	b.newProfile(input{"customerNumber": "b"})
	b.unchanged(func() {
		b.refused("updateSettings", input{"multiCampusInventoryManagement": false}, "ONE_PROFILE_ONLY input.multiCampusInventoryManagement")
	})
}

func TestInventoryGroupMutations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	law := b.done("createInventoryGroup", input{"name": "Law", "description": "The law library"}).InventoryGroup
	if law.Name != "Law" || *law.Description != "The law library" || law.Version != 1 {
		t.Errorf("%+v", law)
	}
	b.unchanged(func() {
		for _, name := range []string{"", "Law", "law", "Law & Order", strings.Repeat("x", 201)} {
			b.refused("createInventoryGroup", input{"name": name}, "BAD_USER_INPUT input.name")
		}
		b.refused("createInventoryGroup", input{"name": "", "description": strings.Repeat("x", 501)}, "BAD_USER_INPUT input.name",
			"BAD_USER_INPUT input.description")
		b.refused("updateInventoryGroup", input{"inventoryGroupId": law.ID, "name": "!"}, "BAD_USER_INPUT input.name")
		b.refused("updateInventoryGroup", input{"inventoryGroupId": law.ID, "version": 9, "name": "Medicine"}, "CONFLICT input.version")
		b.wrongIDs("updateInventoryGroup", "InventoryGroup", "inventoryGroupId", nil)
		b.wrongIDs("deleteInventoryGroup", "InventoryGroup", "inventoryGroupId", nil)
	})
	changed := b.done("updateInventoryGroup", input{"inventoryGroupId": law.ID, "version": 1, "name": "Medicine", "description": nil}).
		InventoryGroup
	if changed.ID != law.ID || changed.Name != "Medicine" || changed.Description != nil || changed.Version != 2 {
		t.Errorf("%+v", changed)
	}
	profile := b.newProfile(input{"customerNumber": "a", "groupIds": []string{law.ID}})
	b.unchanged(func() {
		b.refused("deleteInventoryGroup", input{"inventoryGroupId": law.ID}, "IN_USE input.inventoryGroupId")
	})
	b.done("updateProfile", input{"profileId": profile.ID, "groupIds": nil})
	if deleted := b.done("deleteInventoryGroup", input{"inventoryGroupId": law.ID}).DeletedID; deleted == nil || *deleted != law.ID {
		t.Errorf("deleted %v", deleted)
	}
}

func TestCollectionMutations(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	license := ""
	b.write(func(ctx context.Context, tx *store.Tx) error {
		row, err := tx.License.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L").Save(ctx)
		license = model.ID(model.LicenseType, row.ID)
		return err
	})
	books := b.collectionID(booksCZ)
	b.unchanged(func() {
		p := b.refused("activateCollection", input{"communityZoneId": booksCZ}, "ALREADY_ACTIVE input.communityZoneId")
		if p.Collection == nil || p.Collection.ID != books {
			t.Errorf("beside ALREADY_ACTIVE: %+v", p.Collection)
		}
		b.refused("activateCollection", input{"communityZoneId": "1"}, "NOT_FOUND input.communityZoneId")
		b.refused("activateCollection", input{"communityZoneId": ""}, "NOT_FOUND input.communityZoneId")
		b.refused("createCollection", input{"name": ""}, "BAD_USER_INPUT input.name")
		b.refused("createCollection", input{"name": "Maps", "licenseId": "garbage"}, "BAD_USER_INPUT input.licenseId")
		b.refused("createCollection", input{"name": " ", "licenseId": model.ID("License", 4711)}, "BAD_USER_INPUT input.name",
			"NOT_FOUND input.licenseId")
		b.refused("updateCollection", input{"collectionId": books, "name": strings.Repeat("x", 201)}, "BAD_USER_INPUT input.name")
		b.refused("updateCollection", input{"collectionId": books, "version": 99, "active": false}, "CONFLICT input.version")
		b.wrongIDs("updateCollection", "Collection", "collectionId", input{"active": false})
		b.wrongIDs("updateCollection", "License", "licenseId", input{"collectionId": books})
	})
	off := b.done("updateCollection", input{"collectionId": books, "active": false, "licenseId": license})
	if c := off.Collection; c.Active || c.License == nil || c.License.ID != license || len(off.Warnings) != 1 {
		t.Errorf("deactivated: %+v %q", c, off.Warnings)
	}
	again := b.done("activateCollection", input{
		"communityZoneId": booksCZ, "autoActivateNewPortfolios": true, "activationType": "ALL",
		"makeServiceAvailable": false,
	})
	if c := again.Collection; c.ID != books || !c.Active || c.Available || len(again.Warnings) != 3 {
		t.Errorf("activated again: %+v %q", c, again.Warnings)
	}
	if c := b.done("updateCollection", input{"collectionId": books, "licenseId": nil, "name": "Oxford books"}).Collection; c.License != nil ||
		c.Name != "Oxford books" {
		t.Errorf("%+v", c)
	}
	local := b.done("createCollection", input{"name": "Maps", "content": "BOOKS", "available": false, "licenseId": license}).Collection
	if local.Name != "Maps" || !local.Active || local.Available || local.License.ID != license {
		t.Errorf("%+v", local)
	}
}

// newProfile makes a profile by mutation.
func (b *testBundle) newProfile(in input) *thing {
	b.t.Helper()
	if _, ok := in["apiKey"]; !ok {
		in["apiKey"] = mockoup.DemoKey
	}
	return b.done("createProfile", in).Profile
}

func TestCreateProfile(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	b.wrongProfiles()
	once := goodProfile(input{
		"description": "Books and journals", "schedule": input{
			"frequency": "WEEKLY", "weekday": "SUNDAY", "time": "04:30",
			"timezone": "Europe/Berlin",
		},
		"runNow": true, "idempotencyKey": "once",
	})
	p := b.done("createProfile", once)
	if p.Profile.Name != "Books and journals" || !p.Profile.Active || p.Profile.Schedule.Text != "every Sunday at 04:30 (Europe/Berlin)" ||
		len(p.Profile.APIKeyFingerprint) != 8 {
		t.Errorf("%+v", p.Profile)
	}
	if p.Job == nil || p.Job.State != "QUEUED" || p.Job.Kind != "SYNC" || p.Job.Mode != "APPLY" {
		t.Errorf("runNow: %+v", p.Job)
	}
	b.unchanged(func() {
		again := b.done("createProfile", once)
		if again.Profile == nil || again.Profile.ID != p.Profile.ID || again.Job == nil || again.Job.ID != p.Job.ID {
			t.Errorf("the same key again: %+v %+v", again.Profile, again.Job)
		}
		b.refused("createProfile", goodProfile(nil), "ONE_PROFILE_ONLY")
	})
	if done := b.work().waitFor(p.Job.ID); done.State != jobs.Succeeded {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
}

// goodProfile is the input of a profile that can be made, with more fields.
func goodProfile(more input) input {
	return with(input{"customerNumber": "demo", "apiKey": "demo-key", "active": true}, more)
}

// wrongProfiles refuses what is wrong of a new profile, one mistake at a time and several at once.
func (b *testBundle) wrongProfiles() {
	b.t.Helper()
	b.unchanged(func() {
		for _, test := range []struct {
			in   input
			want string
		}{
			{input{"customerNumber": ""}, "BAD_USER_INPUT input.customerNumber"},
			{input{"customerNumber": "a b"}, "BAD_USER_INPUT input.customerNumber"},
			{input{"customerNumber": strings.Repeat("1", 201)}, "BAD_USER_INPUT input.customerNumber"},
			{input{"apiKey": ""}, "BAD_USER_INPUT input.apiKey"},
			{input{"apiKey": "a key"}, "BAD_USER_INPUT input.apiKey"},
			{input{"apiKey": strings.Repeat("k", 501)}, "BAD_USER_INPUT input.apiKey"},
			{input{"description": strings.Repeat("x", 501)}, "BAD_USER_INPUT input.description"},
			{input{"schedule": input{"dayOfMonth": 32}}, "BAD_USER_INPUT input.schedule.dayOfMonth"},
			{input{"schedule": input{"time": "24:00"}}, "BAD_USER_INPUT input.schedule.time"},
			{input{"schedule": input{"timezone": "Mars/Olympus"}}, "BAD_USER_INPUT input.schedule.timezone"},
			{input{"guard": input{"percent": 101}}, "BAD_USER_INPUT input.guard.percent"},
			{input{"guard": input{"titles": -1}}, "BAD_USER_INPUT input.guard.titles"},
			{input{"groupIds": []string{"garbage"}}, "BAD_USER_INPUT input.groupIds"},
			{input{"groupIds": []string{model.ID("Profile", 1)}}, "BAD_USER_INPUT input.groupIds"},
			{input{"groupIds": []string{model.ID("InventoryGroup", 4711)}}, "NOT_FOUND input.groupIds"},
			{input{"active": false, "runNow": true}, "PROFILE_INACTIVE input.runNow"},
		} {
			if p := b.refused("createProfile", goodProfile(test.in), test.want); p.Profile != nil || p.Job != nil {
				b.t.Errorf("%v: %+v %+v", test.in, p.Profile, p.Job)
			}
		}
		b.refused("createProfile", goodProfile(input{
			"apiKey": "", "schedule": input{"time": "3 am", "dayOfMonth": 0},
			"guard": input{"percent": -1},
		}),
			"BAD_USER_INPUT input.apiKey", "BAD_USER_INPUT input.schedule.time", "BAD_USER_INPUT input.schedule.dayOfMonth",
			"BAD_USER_INPUT input.guard.percent")
	})
}

// TestSameKeyAtOnce: an impatient client that sends createProfile or updateProfile many times at once has one profile,
// changed once, and one job. The test holds the database's writer until all requests have looked for the key in vain.
func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	for _, several := range []bool{false, true} {
		b := setup(t, mockoup.Options{Titles: 20})
		b.done("updateSettings", input{"multiCampusInventoryManagement": several})
		b.sameKeyAtOnce(t)
	}
}

func (b *testBundle) sameKeyAtOnce(t *testing.T) {
	t.Helper()
	atOnce := func(name string, in input) *payload {
		t.Helper()
		payloads := make([]*payload, 8)
		var group sync.WaitGroup
		b.counter.take()
		allLooked := b.counter.reaches(len(payloads))
		b.write(func(context.Context, *store.Tx) error {
			for i := range payloads {
				group.Go(func() { payloads[i] = b.mutate(name, in) })
			}
			<-allLooked
			return nil
		})
		group.Wait()
		for _, p := range payloads {
			if p.Profile == nil || p.Job == nil || p.Profile.ID != payloads[0].Profile.ID || p.Job.ID != payloads[0].Job.ID ||
				len(p.UserErrors) > 0 {
				t.Errorf("%s: %+v", name, p)
			}
		}
		return payloads[0]
	}
	made := atOnce("createProfile", input{
		"customerNumber": "demo", "apiKey": "demo-key", "active": true, "runNow": true,
		"idempotencyKey": "once",
	})
	if profiles, queued := b.store.Read.Profile.Query().CountX(t.Context()), b.store.Read.Job.Query().CountX(t.Context()); profiles != 1 ||
		queued != 1 {
		t.Errorf("%d profiles, %d jobs", profiles, queued)
	}
	b.done("cancelJob", input{"jobId": made.Job.ID})
	changed := atOnce("updateProfile", input{"profileId": made.Profile.ID, "apiKey": "new-key", "runNow": true, "idempotencyKey": "twice"})
	if changed.Profile.Version != 2 || changed.Job.ID == made.Job.ID {
		t.Errorf("%+v %+v", changed.Profile, changed.Job)
	}
}

func TestSeveralCampuses(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	b.unchanged(func() {
		group := model.ID("InventoryGroup", 4711)
		b.refused("createProfile", input{"customerNumber": "a", "apiKey": "k", "groupIds": []string{group}}, "NOT_FOUND input.groupIds")
	})
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	law := b.done("createInventoryGroup", input{"name": "Law"}).InventoryGroup
	first := b.newProfile(input{"customerNumber": "a", "active": true, "schedule": input{"frequency": "DAILY"}})
	b.unchanged(func() {
		b.refused("createProfile", input{"customerNumber": "b", "apiKey": "k", "active": true, "groupIds": []string{law.ID}},
			"GROUP_REQUIRED input.groupIds")
	})
	b.done("updateProfile", input{"profileId": first.ID, "groupIds": []string{law.ID}})
	second := b.done("createProfile", input{
		"customerNumber": "b", "apiKey": "k", "active": true, "groupIds": []string{law.ID},
		"schedule": input{"frequency": "MONTHLY"},
	})
	if second.Profile.Schedule.Text != first.Schedule.Text || len(second.Notices) == 0 {
		t.Errorf("the common schedule: %+v %q", second.Profile.Schedule, second.Notices)
	}
	if len(second.Profile.Groups) != 1 || second.Profile.Groups[0].ID != law.ID {
		t.Errorf("groups: %+v", second.Profile.Groups)
	}
	changed := b.done("updateProfile", input{"profileId": second.Profile.ID, "schedule": input{"frequency": "NONE"}})
	if changed.Profile.Schedule.Text != "never by itself" || len(changed.Notices) == 0 {
		t.Errorf("changed for all: %+v %q", changed.Profile.Schedule, changed.Notices)
	}
}

func TestUpdateAndDeleteProfile(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	p := b.newProfile(input{"customerNumber": "demo", "description": "Old", "active": true})
	b.wrongChanges(p.ID)
	before := b.store.Read.Profile.Query().OnlyX(t.Context())
	changed := b.done("updateProfile", input{
		"profileId": p.ID, "version": p.Version, "description": nil, "apiKey": "other-key",
		"guard": input{"percent": 50},
	}).Profile
	after := b.store.Read.Profile.Query().OnlyX(t.Context())
	if changed.Description != nil || changed.CustomerNumber != "demo" || changed.APIKeyFingerprint == p.APIKeyFingerprint ||
		changed.Version != 2 {
		t.Errorf("%+v", changed)
	}
	if after.GuardPercent != 50 || after.GuardTitles != before.GuardTitles || bytes.Equal(after.APIKeySealed, before.APIKeySealed) ||
		!after.Active {
		t.Errorf("a partial update: %+v", after)
	}
	ran := b.done("updateProfile", input{"profileId": p.ID, "apiKey": mockoup.DemoKey, "runNow": true, "idempotencyKey": "run"})
	if ran.Job == nil {
		t.Fatal("runNow queued nothing")
	}
	if job := b.waitFor(ran.Job.ID); job.Verdict != jobs.VerdictChanged {
		t.Errorf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.unchanged(func() {
		if again := b.done("updateProfile", input{
			"profileId": p.ID, "apiKey": mockoup.DemoKey, "runNow": true,
			"idempotencyKey": "run",
		}); again.Job.ID != ran.Job.ID {
			t.Errorf("the same key again: %+v", again.Job)
		}
		b.refused("updateProfile", input{"profileId": p.ID, "description": "Again", "runNow": true, "idempotencyKey": "run"}, usedKey)
		b.refused("deleteProfile", input{"profileId": p.ID}, "IN_USE input.profileId")
	})
	off := b.done("updateProfile", input{"profileId": p.ID, "active": false})
	if off.Profile.Active || len(off.Notices) != 1 {
		t.Errorf("deactivated: %+v %q", off.Profile, off.Notices)
	}
	undone := b.done("undoJob", input{"jobId": ran.Job.ID})
	if job := b.waitFor(undone.Job.ID); job.State != jobs.Succeeded {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	if deleted := b.done("deleteProfile", input{"profileId": p.ID}).DeletedID; deleted == nil || *deleted != p.ID {
		t.Errorf("deleted %v", deleted)
	}
	b.outlivesItsProfile(ran.Job.ID)
}

// wrongChanges refuses what is wrong of a change of a profile.
func (b *testBundle) wrongChanges(profileID string) {
	b.t.Helper()
	b.unchanged(func() {
		for _, test := range []struct {
			in   input
			want string
		}{
			{input{"version": 7}, "CONFLICT input.version"},
			{input{"customerNumber": "a b"}, "BAD_USER_INPUT input.customerNumber"},
			{input{"apiKey": ""}, "BAD_USER_INPUT input.apiKey"},
			{input{"description": strings.Repeat("x", 501)}, "BAD_USER_INPUT input.description"},
			{input{"schedule": input{"time": "9:00"}}, "BAD_USER_INPUT input.schedule.time"},
			{input{"guard": input{"titles": 1_000_001}}, "BAD_USER_INPUT input.guard.titles"},
			{input{"groupIds": []string{"garbage"}}, "BAD_USER_INPUT input.groupIds"},
			{input{"active": false, "runNow": true}, "PROFILE_INACTIVE input.runNow"},
		} {
			b.refused("updateProfile", with(test.in, input{"profileId": profileID}), test.want)
		}
		b.wrongIDs("updateProfile", "Profile", "profileId", input{"description": "New"})
		b.wrongIDs("deleteProfile", "Profile", "profileId", nil)
	})
}

// outlivesItsProfile: the report of a job stays when its profile is deleted, and calls it as it was called.
func (b *testBundle) outlivesItsProfile(jobID string) {
	b.t.Helper()
	var got struct {
		Job struct {
			Profiles []thing
			Parts    []struct {
				Profile     *thing
				ProfileName string
			}
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { profiles { id } parts { profile { id } profileName } } }`, input{"id": jobID}, &got)
	if len(got.Job.Profiles) != 0 || len(got.Job.Parts) != 2 || got.Job.Parts[0].Profile != nil || got.Job.Parts[0].ProfileName == "" {
		b.t.Errorf("a job of a deleted profile: %+v", got.Job)
	}
}

func TestRunAndCancel(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	p := b.newProfile(input{"customerNumber": "demo"})
	b.unchanged(func() {
		b.refused("runProfile", input{"profileId": p.ID}, "PROFILE_INACTIVE input.profileId")
		b.wrongIDs("runProfile", "Profile", "profileId", nil)
	})
	preview := b.done("runProfile", input{"profileId": p.ID, "mode": "PREVIEW", "idempotencyKey": "look"}).Job
	if preview.Mode != "PREVIEW" || preview.State != "QUEUED" {
		t.Errorf("%+v", preview)
	}
	b.done("updateProfile", input{"profileId": p.ID, "active": true})
	job := b.done("runProfile", input{"profileId": p.ID}).Job
	b.unchanged(func() {
		b.refused("runProfile", input{"profileId": p.ID}, "CONFLICT input.profileId")
		if again := b.done("runProfile", input{"profileId": p.ID, "mode": "PREVIEW", "idempotencyKey": "look"}).Job; again.ID != preview.ID {
			t.Errorf("the same key again: %+v", again)
		}
		b.refused("updateProfile", input{"profileId": p.ID, "description": "New", "runNow": true}, "CONFLICT input.profileId")
		b.refused("deleteProfile", input{"profileId": p.ID}, "CONFLICT input.profileId")
		b.refused("approveJob", input{"jobId": job.ID}, "WRONG_STATE input.jobId")
		b.refused("rejectJob", input{"jobId": job.ID}, "WRONG_STATE input.jobId")
		b.refused("undoJob", input{"jobId": job.ID}, "WRONG_STATE input.jobId")
		for _, name := range []string{"cancelJob", "approveJob", "rejectJob", "undoJob"} {
			b.wrongIDs(name, "Job", "jobId", nil)
		}
	})
	if cancelled := b.done("cancelJob", input{"jobId": job.ID}).Job; cancelled.ID != job.ID || cancelled.State != "CANCELLED" {
		t.Errorf("%+v", cancelled)
	}
	b.unchanged(func() {
		b.refused("cancelJob", input{"jobId": job.ID}, "WRONG_STATE input.jobId")
		b.refused("undoJob", input{"jobId": job.ID}, "WRONG_STATE input.jobId")
	})
	if next := b.done("runProfile", input{"profileId": p.ID}).Job; next.ID == job.ID || next.State != "QUEUED" {
		t.Errorf("%+v", next)
	}
}

func TestApproveRejectUndo(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 300}).work()
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	first := b.done("runProfile", input{"profileId": p.ID}).Job
	b.waitFor(first.ID)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.done("runProfile", input{"profileId": p.ID}).Job
	if job := b.waitFor(held.ID); job.State != jobs.NeedsReview {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.unchanged(func() { b.refused("undoJob", input{"jobId": held.ID}, "WRONG_STATE input.jobId") })
	if job := b.done("rejectJob", input{"jobId": held.ID}).Job; job.ID != held.ID || job.State != "CANCELLED" {
		t.Errorf("rejected: %+v", job)
	}
	b.unchanged(func() {
		b.refused("rejectJob", input{"jobId": held.ID}, "WRONG_STATE input.jobId")
		b.refused("approveJob", input{"jobId": held.ID}, "BAD_USER_INPUT input.parts") // both of its lists were declined: one at a time
		b.refused("approveJob", input{"jobId": first.ID}, "WRONG_STATE input.jobId")   // nothing was declined of its lists
	})
	forced := b.done("runProfile", input{"profileId": p.ID, "force": true}).Job
	b.waitFor(forced.ID)
	job := b.done("approveJob", input{"jobId": forced.ID}).Job
	if job.ID != forced.ID || job.State != "QUEUED" && job.State != "RUNNING" { // a worker may have it already
		t.Errorf("approved: %+v", job)
	}
	if job := b.waitFor(forced.ID); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.unchanged(func() { b.refused("undoJob", input{"jobId": first.ID}, "CONFLICT input.jobId") })
	look := b.done("undoJob", input{"jobId": forced.ID, "mode": "PREVIEW"}).Job
	if job := b.waitFor(look.ID); look.Kind != "UNDO" || job.Verdict != jobs.VerdictPreviewed {
		t.Errorf("%s %s %s: %s", look.Kind, job.State, job.Verdict, job.Summary)
	}
	undo := b.done("undoJob", input{"jobId": forced.ID, "idempotencyKey": "back"}).Job
	if job := b.waitFor(undo.ID); job.State != jobs.Succeeded || job.Verdict != jobs.VerdictChanged {
		t.Errorf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.unchanged(func() {
		if again := b.done("undoJob", input{"jobId": forced.ID, "idempotencyKey": "back"}).Job; again.ID != undo.ID {
			t.Errorf("the same key again: %+v", again)
		}
		b.refused("undoJob", input{"jobId": forced.ID}, "WRONG_STATE input.jobId")
		b.refused("undoJob", input{"jobId": undo.ID}, "WRONG_STATE input.jobId")
	})
}

func TestUpdatePortfolio(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	row := b.store.Read.Portfolio.Query().Order(portfolio.ByID()).FirstX(t.Context())
	id := model.ID(model.PortfolioType, row.ID)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOne(row).SetReview("AMBIGUOUS").Exec(ctx)
	})
	b.unchanged(func() {
		b.refused("updatePortfolio", input{"portfolioId": id, "lockedFields": []string{"colour"}}, "BAD_USER_INPUT input.lockedFields")
		b.refused("updatePortfolio", input{"portfolioId": id, "lockedFields": []string{"title_url", "colour", "shape"}},
			"BAD_USER_INPUT input.lockedFields", "BAD_USER_INPUT input.lockedFields")
		b.wrongIDs("updatePortfolio", "Portfolio", "portfolioId", input{"available": false})
		if p := b.done("updatePortfolio", input{"portfolioId": id}).Portfolio; !p.Available || *p.Review != "AMBIGUOUS" {
			t.Errorf("nothing asked: %+v", p)
		}
	})
	p := b.done("updatePortfolio", input{
		"portfolioId": id, "available": false, "lockedFields": []string{"coverage", "title_url"},
		"reviewed": true,
	}).Portfolio
	if p.ID != id || p.Available || p.Review != nil || !slices.Equal(p.LockedFields, []string{"title_url", "coverage"}) {
		t.Errorf("%+v", p)
	}
	if p := b.done("updatePortfolio", input{"portfolioId": id, "lockedFields": []string{}}).Portfolio; len(p.LockedFields) != 0 ||
		p.Available {
		t.Errorf("%+v", p)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.UpdateOneID(row.ID).SetRemovedAt(time.Now().UnixMilli()).Exec(ctx)
	})
	if p := b.done("updatePortfolio", input{"portfolioId": id, "available": true}).Portfolio; !p.Available {
		t.Errorf("it is the staff's switch, in the holdings or out of them: %+v", p)
	}
}
