package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/ent/profile"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// goneName is a provider that the API names, but that the server does not know.
const goneName = "GONE_PRESS"

// A new provider is also a value of the schema's enum. All tests of the process share the schema, so it is changed
// before the first one runs.
func init() {
	known := providerEnum()
	for _, name := range []string{testPress().Name, goneName} {
		known.EnumValues = append(known.EnumValues, &ast.EnumValueDefinition{Name: name})
	}
}

func providerEnum() *ast.Definition {
	return generated.NewExecutableSchema(generated.Config{}).Schema().Types["Provider"]
}

// TestProvidersInSchema: a client can name each provider, and each content type of its lists.
func TestProvidersInSchema(t *testing.T) {
	t.Parallel()
	contents := generated.NewExecutableSchema(generated.Config{}).Schema().Types["ContentType"]
	for _, p := range knownProviders() {
		if providerEnum().EnumValues.ForName(p.Name) == nil {
			t.Errorf("the schema's enum Provider has no value %s", p.Name)
		}
		for _, content := range p.Contents() {
			if contents.EnumValues.ForName(strings.ToUpper(string(content))) == nil {
				t.Errorf("the schema's enum ContentType has no value for the %s of %s", content, p.Title)
			}
		}
	}
}

// refusal is a user error as tests compare it: "CODE path: message".
type refusal struct {
	Code, Message string
	Path          []string
}

func inWords(refusals []refusal) string {
	var lines []string
	for _, r := range refusals {
		lines = append(lines, fmt.Sprintf("%s %s: %s", r.Code, strings.Join(r.Path, "."), r.Message))
	}
	return strings.Join(lines, "\n")
}

// saved is what createProfile answers.
type saved struct {
	Profile    *struct{ ID, Provider, Name, CustomerNumber string }
	Job        *struct{ ID string }
	Notices    []string
	UserErrors []refusal
}

func (i *twoProviders) createProfile(input string) (s saved) {
	i.t.Helper()
	var answer struct{ CreateProfile saved }
	must(i.t, i.api.do(i.ctx, `mutation { createProfile(input: {`+input+`}) {
		profile { id provider name customerNumber } job { id } notices userErrors { code message path } } }`, nil, &answer))
	return answer.CreateProfile
}

// connection is what testProfileConnection answers: the content types that can be synced, or why it was refused.
func (i *twoProviders) connection(input string) string {
	i.t.Helper()
	var answer struct {
		TestProfileConnection struct {
			Results []struct {
				Content string
				OK      bool
			}
			UserErrors []refusal
		}
	}
	must(i.t, i.api.do(i.ctx, `mutation { testProfileConnection(input: {`+input+`}) {
		results { content ok } userErrors { code message path } } }`, nil, &answer))
	if wrong := answer.TestProfileConnection.UserErrors; len(wrong) > 0 {
		return inWords(wrong)
	}
	var good []string
	for _, result := range answer.TestProfileConnection.Results {
		if result.OK {
			good = append(good, result.Content)
		}
	}
	return strings.Join(good, " ")
}

// job waits for the end of a job, and returns what the API says of it.
func (i *twoProviders) job(id string) (j jobView) {
	i.t.Helper()
	_, row, err := model.ParseID(id)
	must(i.t, err)
	i.wait(row)
	var answer struct{ Job jobView }
	must(i.t, i.api.do(i.ctx, `query($id: ID!) { job(id: $id) { `+jobFields+` } } `+countFields, map[string]any{"id": id}, &answer))
	return answer.Job
}

const (
	ofPress = `provider: TEST_PRESS, apiKey: "open-sesame", active: true`
	ofDemo  = `customerNumber: "` + mockoup.DemoCustomer + `", apiKey: "` + mockoup.DemoKey + `"`
)

// TestSecondProviderByAPI: whatever a client does with a profile, it can do with one of another provider.
func TestSecondProviderByAPI(t *testing.T) {
	t.Parallel()
	i := newTwoProviders(t)
	for input, want := range map[string]string{
		`provider: TEST_PRESS, apiKey: "open-sesame"`:  "JOURNALS",
		`provider: TEST_PRESS, apiKey: "wrong"`:        "",
		`provider: OXFORD_UNIVERSITY_PRESS, ` + ofDemo: "BOOKS JOURNALS",
		`provider: null, ` + ofDemo:                    "BOOKS JOURNALS",
		ofDemo:                                         "BOOKS JOURNALS",
	} {
		if got := i.connection(input); got != want {
			t.Errorf("testProfileConnection(%s): %q, want %q", input, got, want)
		}
	}
	made := i.createProfile(ofPress)
	if p := made.Profile; len(made.UserErrors)+len(made.Notices) > 0 || p.Provider != "TEST_PRESS" || p.Name != "Test Press" ||
		p.CustomerNumber != "" {
		t.Fatalf("made %+v: %+v", p, made)
	}
	standard := i.createProfile(ofDemo)
	if p := standard.Profile; p.Provider != "OXFORD_UNIVERSITY_PRESS" {
		t.Errorf("without a provider: %+v", p)
	}
	press := fmt.Sprintf("profileId: %q", made.Profile.ID)
	if got := i.connection(press + ", provider: TEST_PRESS"); got != "JOURNALS" {
		t.Errorf("the saved profile's connection: %q", got)
	}
	var run struct {
		RunProfile struct {
			Job        struct{ ID string }
			UserErrors []refusal
		}
	}
	must(t, i.api.do(i.ctx, `mutation { runProfile(input: {`+press+`}) { job { id } userErrors { code message path } } }`, nil, &run))
	if job := i.job(run.RunProfile.Job.ID); job.State != jobs.Succeeded || len(job.Parts) != 1 || job.Counts.Added != 1 ||
		job.Parts[0].CollectionName != "Test Press Journals Collection" {
		t.Errorf("the sync: %+v %v", job, run.RunProfile.UserErrors)
	}
	i.checkListed(t)
	i.checkKeptFile(t, made.Profile.ID)
}

// checkListed checks that the profiles and what they brought can be read.
func (i *twoProviders) checkListed(t *testing.T) {
	t.Helper()
	var listed struct {
		Profiles struct{ Nodes []struct{ Provider string } }
		Files    struct {
			Nodes []struct{ Content string }
		}
		Portfolios struct{ Nodes []struct{ Title string } }
		Schedules  []struct{ Name string }
	}
	must(t, i.api.do(i.ctx, `{ profiles { nodes { provider } } files: providerFiles { nodes { content } }
		portfolios { nodes { title } } schedules: scheduledJobs { name } }`, nil, &listed))
	got := fmt.Sprint(listed.Profiles.Nodes, listed.Files.Nodes, listed.Portfolios.Nodes)
	if want := "[{TEST_PRESS} {OXFORD_UNIVERSITY_PRESS}] [{JOURNALS}] [{Press Review}]"; got != want {
		t.Errorf("listed %s, want %s", got, want)
	}
	if !slices.Contains(listed.Schedules, struct{ Name string }{"Upload Electronic Holdings from Test Press"}) {
		t.Errorf("schedules %v", listed.Schedules)
	}
}

// checkKeptFile checks that a list given by hand is one that the profile's provider has, not one of OUP's.
func (i *twoProviders) checkKeptFile(t *testing.T, profileID string) {
	t.Helper()
	_, id, err := model.ParseID(profileID)
	must(t, err)
	path := filepath.Join(t.TempDir(), "press.txt")
	must(t, os.WriteFile(path, []byte(pressList), 0o600))
	const want = "sync: --file with --content books: Test Press has no lists of books: choose journals"
	if _, err := i.keepFile(i.ctx, id, "Books", path); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	file, err := i.keepFile(i.ctx, id, "journals", path)
	must(t, err)
	if kept := i.store.Read.ProviderFile.GetX(i.ctx, file); kept.Content != "JOURNALS" {
		t.Errorf("kept a list of %s", kept.Content)
	}
}

// TestProviderRefused: what cannot be asked of a provider is said with its reason, and nothing is saved.
func TestProviderRefused(t *testing.T) {
	t.Parallel()
	i := newTwoProviders(t)
	i.makeProfiles()
	yes := true
	_, err := i.library.Profiles.UpdateSettings(i.ctx, profiles.SettingsChange{MultiCampus: &yes}) // else there is one profile only
	must(t, err)
	ofOUP, press := model.ID(model.ProfileType, i.oup.ID), model.ID(model.ProfileType, i.press.ID)
	const (
		unknown = `PROVIDER_UNKNOWN input.provider: this server does not know the provider "GONE_PRESS": ` +
			`choose OXFORD_UNIVERSITY_PRESS or TEST_PRESS`
		noToken  = `BAD_USER_INPUT input.apiKey: the access token is empty: enter the provider's token of the month`
		noNumber = `BAD_USER_INPUT input.customerNumber: the customer number is empty: enter the provider's Sigma Customer ID`
		noKey    = `BAD_USER_INPUT input.apiKey: the API key is empty: enter the provider's KBART API key`
		notAsked = `BAD_USER_INPUT input.customerNumber: the provider does not ask for this: leave it out`
	)
	for input, want := range map[string]string{
		`provider: GONE_PRESS`:                   unknown, // alone: what it asks for is not known
		`provider: GONE_PRESS, ` + ofDemo:        unknown,
		`provider: TEST_PRESS, ` + ofDemo:        notAsked,
		`provider: TEST_PRESS`:                   noToken,
		`customerNumber: "demo", provider: null`: noKey,
		`apiKey: "k"`:                            noNumber,
	} {
		if got := i.connection(input); got != want {
			t.Errorf("testProfileConnection(%s): %s, want %s", input, got, want)
		}
		made := i.createProfile(input)
		if got := inWords(made.UserErrors); made.Profile != nil || got != want {
			t.Errorf("createProfile(%s): %+v %s, want %s", input, made.Profile, got, want)
		}
	}
	other := fmt.Sprintf(`profileId: %q, provider: TEST_PRESS`, ofOUP)
	if got, want := i.connection(other), "BAD_USER_INPUT input.provider: the profile is of the provider OXFORD_UNIVERSITY_PRESS: "+
		"leave provider out to test the profile, or profileId to test another provider"; got != want {
		t.Errorf("testProfileConnection(%s): %s", other, got)
	}
	for mutation, want := range map[string]string{
		`createProfile(input: {provider: NOBODY, ` + ofDemo + `})`:                 `"NOBODY" does not exist in "Provider" enum`,
		`updateProfile(input: {profileId: "` + press + `", provider: TEST_PRESS})`: `"provider" is not defined by type "UpdateProfileInput"`,
	} {
		err := i.api.do(i.ctx, `mutation { `+mutation+` { userErrors { message } } }`, nil, new(any))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", mutation, err, want)
		}
	}
	_, _, err = i.library.Profiles.UpdateProfile(i.ctx, i.press.ID, nil, profiles.ProfileInput{Provider: i.oup.Provider}, nil)
	if err == nil || err.Error() != "input.provider: the provider of a profile cannot be changed: create another profile" {
		t.Errorf("a change of provider: %v", err)
	}
	if n := i.store.Read.Profile.Query().CountX(i.ctx); n != 2 {
		t.Errorf("%d profiles", n)
	}
}

// TestProviderOfAKey: a request of another provider is another request; one that names the standard provider is the same
// as one that names none.
func TestProviderOfAKey(t *testing.T) {
	t.Parallel()
	i := newTwoProviders(t)
	const keyed = `active: true, runNow: true, idempotencyKey: "once"`
	first := i.createProfile(ofDemo + ", " + keyed)
	if first.Profile == nil || first.Job == nil {
		t.Fatal(inWords(first.UserErrors))
	}
	for _, named := range []string{"", "provider: null, ", "provider: OXFORD_UNIVERSITY_PRESS, "} {
		again := i.createProfile(named + ofDemo + ", " + keyed)
		if diff := cmp.Diff(first, again, cmpopts.IgnoreFields(saved{}, "Notices")); diff != "" {
			t.Errorf("again with %q: %s", named, diff)
		}
	}
	other := i.createProfile("provider: TEST_PRESS, " + ofDemo + ", " + keyed)
	if got := inWords(other.UserErrors); !strings.HasPrefix(got, "CONFLICT input.idempotencyKey: ") || !strings.Contains(got, "(provider)") {
		t.Errorf("of another provider: %s", got)
	}
	if n := i.store.Read.Profile.Query().CountX(i.ctx); n != 1 {
		t.Errorf("%d profiles", n)
	}
}

// TestProviderGone: a profile whose provider this server does not know, or that has none, is asked of nobody.
func TestProviderGone(t *testing.T) {
	t.Parallel()
	i := newTwoProviders(t)
	i.makeProfiles()
	press := model.ID(model.ProfileType, i.press.ID)
	for _, name := range []string{goneName, ""} {
		must(t, i.store.Write(i.ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, `UPDATE profiles SET provider = ? WHERE id = ?`, name, i.press.ID)
			return err
		}))
		i.asked.Store(nil)
		message := fmt.Sprintf("the profile is of the provider %q, which this server does not know", name)
		const advice = "Start the version of autoholdings with which the profile was made, or a newer one."
		if got, want := i.connection(fmt.Sprintf("profileId: %q", press)), "PROVIDER_UNKNOWN input.profileId: "+message+". "+advice; got != want {
			t.Errorf("the connection: %s, want %s", got, want)
		}
		job, err := i.jobs.StartSync(i.ctx, jobs.SyncRequest{ProfileIDs: []int64{i.press.ID}, Mode: jobs.Apply, Trigger: jobs.Manual})
		must(t, err)
		done := i.wait(job.ID)
		if diff := cmp.Diff([]string{jobs.Failed, "PROVIDER_UNKNOWN", message, advice},
			[]string{done.State, done.ErrorCode, done.ErrorMessage, done.ErrorHint}); diff != "" {
			t.Errorf("the sync: %s", diff)
		}
		if i.asked.Load() != nil {
			t.Error("a provider was asked")
		}
	}
	if n := i.store.Read.Profile.Query().Where(profile.Provider("")).CountX(i.ctx); n != 1 {
		t.Errorf("%d profiles without a provider", n)
	}
}
