package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/coveragestatement"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/scheduleslot"
	"autoholdings/holdings"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// testPress is a provider that differs from OUP in whatever a provider can: it knows a customer by a token alone, has
// one content type and no global title list, and is asked in another form.
func testPress() *provider.Provider {
	return &provider.Provider{
		Name: "TEST_PRESS", Title: "Test Press", Short: "TP",
		Collections: []provider.Collection{{CommunityZoneID: "77", Name: "Test Press Journals Collection", Content: "journals"}},
		Credentials: []provider.Credential{provider.Hidden("token", "access token", "token of the month")},
		Template: provider.Template{
			Path: "/lists/{content}.tsv", Headers: map[string]string{"Authorization": "Bearer {token}"},
		},
	}
}

// Without dates that OUP would call frontfile, the test could not tell whose names of coverage are used.
const pressList = "publication_title\tprint_identifier\tdate_first_issue_online\ttitle_url\ttitle_id\tpublisher_name\tpublication_type\n" +
	"Press Review\t0006-8950\t2000-01-01\thttps://press.example.org/review\treview\tTest Press\tserial\n"

// twoProviders is an installation that knows OUP and another provider.
type twoProviders struct {
	*app
	t      *testing.T
	ctx    context.Context
	clock  atomic.Pointer[time.Time]
	closed atomic.Bool // the press refuses its customers
	asked  atomic.Pointer[http.Request]

	oup, press *ent.Profile
	api        client
}

func newTwoProviders(t *testing.T) *twoProviders {
	t.Helper()
	i := &twoProviders{t: t, ctx: t.Context()}
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 30})
	log, err := newLogger(t.Output(), "warn", "text")
	must(t, err)
	i.app, err = openApp(i.ctx, config{
		DataDir: t.TempDir(), Log: log, Providers: []providerConfig{
			{oup.Provider(), provider.Options{Template: provider.Template{BaseURL: mock.URL}, AllowHTTP: true, AllowPrivate: true}},
			{testPress(), provider.Options{Template: provider.Template{BaseURL: server.URL}, AllowHTTP: true, AllowPrivate: true}},
		},
	}, true)
	must(t, err)
	api := httptest.NewServer(i.handler())
	t.Cleanup(api.Close)
	i.api = client{url: api.URL}
	i.work()
	i.setClock(time.Now())
	i.library.Profiles.Now = func() time.Time { return *i.clock.Load() }
	for _, c := range communityZone(i.config.Providers) {
		_, _, err := i.library.Collections.ActivateCollection(i.ctx, collections.Activation{
			CommunityZoneID: c.CZID, ActivateService: true, MakeServiceAvailable: true, ActivationType: collections.ActivateManually,
		}, nil)
		must(t, err)
	}
	return i
}

// work runs jobs until the test ends.
func (i *twoProviders) work() {
	running, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := i.jobs.Run(running, true); err != nil {
			i.t.Error(err)
		}
	})
	i.t.Cleanup(func() {
		stop()
		group.Wait()
		if err := i.Close(); err != nil {
			i.t.Error(err)
		}
	})
}

func (i *twoProviders) setClock(now time.Time) { i.clock.Store(&now) }

// ServeHTTP is the press.
func (i *twoProviders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.asked.Store(r)
	if i.closed.Load() || r.URL.Path != "/lists/journals.tsv" || r.Header.Get("Authorization") != "Bearer open-sesame" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprint(w, pressList)
}

// makeProfiles makes an active profile of each provider: OUP's weekly, four days from now, the press's daily.
func (i *twoProviders) makeProfiles() {
	i.t.Helper()
	active, number, key, token := true, mockoup.DemoCustomer, secret.NewKey(mockoup.DemoKey), secret.NewKey("open-sesame")
	weekday, daily := isoWeekday(i.clock.Load().AddDate(0, 0, 4)), profiles.Daily
	var notices []string
	var err error
	i.oup, _, err = i.library.Profiles.CreateProfile(i.ctx, profiles.ProfileInput{
		CustomerNumber: &number, APIKey: &key, Active: &active, Schedule: &profiles.ScheduleChange{Weekday: &weekday},
	}, nil)
	must(i.t, err)
	i.press, notices, err = i.library.Profiles.CreateProfile(i.ctx, profiles.ProfileInput{
		Provider: testPress().Name, APIKey: &token, Active: &active, Schedule: &profiles.ScheduleChange{Frequency: &daily},
	}, nil)
	must(i.t, err)
	if len(notices) != 0 || i.oup.Provider != oup.Provider().Name || i.press.Provider != "TEST_PRESS" {
		i.t.Errorf("profiles of %s and %s, notices %q", i.oup.Provider, i.press.Provider, notices)
	}
	if got := []string{holdings.ProfileName(i.oup), holdings.ProfileName(i.press)}; got[0] != "Oxford University Press, customer demo" ||
		got[1] != "Test Press" {
		i.t.Errorf("profiles are called %q", got)
	}
}

func isoWeekday(at time.Time) int { return (int(at.UTC().Weekday())+6)%7 + 1 }

// fire fires what the schedules have come to, and returns the profiles that each of the jobs is of.
func (i *twoProviders) fire(at time.Time) (profiles [][]int64) {
	i.t.Helper()
	for {
		job, err := i.jobs.FireSchedules(i.ctx, at)
		must(i.t, err)
		if job == nil {
			return profiles
		}
		i.wait(job.ID)
		ids := i.store.Read.Job.GetX(i.ctx, job.ID).QueryParts().Select("profile_id").IntsX(i.ctx)
		slices.Sort(ids)
		var of []int64
		for _, id := range slices.Compact(ids) {
			of = append(of, int64(id))
		}
		profiles = append(profiles, of)
	}
}

func (i *twoProviders) wait(jobID int64) *ent.Job {
	i.t.Helper()
	hints := i.jobs.Watch(i.ctx, jobID)
	for {
		job := i.store.Read.Job.GetX(i.ctx, jobID)
		switch job.State {
		case jobs.Succeeded, jobs.Failed, jobs.Cancelled, jobs.NeedsReview:
			return job
		}
		<-hints
	}
}

// refused is what is wrong with a new profile.
func (i *twoProviders) refused(in profiles.ProfileInput) string {
	i.t.Helper()
	_, _, err := i.library.Profiles.CreateProfile(i.ctx, in, nil)
	if err == nil {
		i.t.Fatal("the profile was made")
	}
	return err.Error()
}

// TestSecondProvider: one line registers a provider with credentials, content types and a form of its own.
func TestSecondProvider(t *testing.T) {
	t.Parallel()
	i := newTwoProviders(t)
	i.makeProfiles()
	t.Run("credentials", i.checkCredentials)
	t.Run("campus", i.checkCampus)
	t.Run("schedules", i.checkSchedules)
	t.Run("holdings", i.checkHoldings)
	t.Run("advice", i.checkAdvice)
	t.Run("alerts", i.checkAlerts)
}

func (i *twoProviders) checkCredentials(t *testing.T) {
	number, token := "4711", secret.NewKey("t")
	for want, in := range map[string]profiles.ProfileInput{
		"the access token is empty: enter the provider's token of the month":  {Provider: "TEST_PRESS"},
		"the provider does not ask for this":                                  {Provider: "TEST_PRESS", APIKey: &token, CustomerNumber: &number},
		"enter the provider's Sigma Customer ID":                              {APIKey: &token},
		`the provider "NOBODY": choose OXFORD_UNIVERSITY_PRESS or TEST_PRESS`: {Provider: "NOBODY"},
	} {
		if got := i.refused(in); !strings.Contains(got, want) {
			t.Errorf("%s, want %q in it", got, want)
		}
	}
	answers, err := i.jobs.TestConnection(i.ctx, jobs.ConnectionRequest{ProfileID: i.press.ID})
	must(t, err)
	if len(answers) != 1 || !answers[0].OK || answers[0].Content != "JOURNALS" || answers[0].Code != jobs.NewFile {
		t.Errorf("the connection: %+v", answers)
	}
	if r := i.asked.Load(); r.URL.RawQuery != "" || r.Header.Get("X-Api-Key") != "" {
		t.Errorf("asked %s with %v", r.URL, r.Header)
	}
}

// checkCampus: one campus has one profile of each provider. The rules on groups ask of one provider's profiles.
func (i *twoProviders) checkCampus(t *testing.T) {
	number, key, active, yes, no := "4711", secret.NewKey("k"), true, true, false
	for want, in := range map[string]profiles.ProfileInput{
		`a profile already, "Oxford University Press, customer demo"`: {CustomerNumber: &number, APIKey: &key},
		`a profile already, "Test Press"`:                             {Provider: "TEST_PRESS", APIKey: &key},
	} {
		if got := i.refused(in); !strings.Contains(got, want) {
			t.Errorf("%s, want %q in it", got, want)
		}
	}
	_, err := i.library.Profiles.UpdateSettings(i.ctx, profiles.SettingsChange{MultiCampus: &yes})
	must(t, err)
	group, err := i.library.Profiles.CreateInventoryGroup(i.ctx, "North Campus", "")
	must(t, err)
	_, _, err = i.library.Profiles.UpdateProfile(i.ctx, i.oup.ID, nil, profiles.ProfileInput{Active: &active, GroupIDs: &[]int64{group.ID}},
		nil)
	must(t, err) // though the other provider's active profile has no group
	_, _, err = i.library.Profiles.UpdateProfile(i.ctx, i.oup.ID, nil, profiles.ProfileInput{GroupIDs: &[]int64{}}, nil)
	must(t, err)
	_, err = i.library.Profiles.UpdateSettings(i.ctx, profiles.SettingsChange{MultiCampus: &no})
	must(t, err) // though there are two profiles, each of another provider
}

// checkSchedules: each provider's profiles have a schedule of their own, which fires apart.
func (i *twoProviders) checkSchedules(t *testing.T) {
	now := *i.clock.Load()
	listed, err := i.jobs.ScheduledJobs(i.ctx)
	must(t, err)
	names := map[string]string{}
	for _, entry := range listed {
		names[entry.ID] = entry.Name
	}
	want := map[string]string{
		"sync":            "Upload Electronic Holdings from Oxford University Press",
		"sync:TEST_PRESS": "Upload Electronic Holdings from Test Press",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if got := i.fire(now.Add(24 * time.Hour)); !slices.EqualFunc(got, [][]int64{{i.press.ID}}, slices.Equal) {
		t.Errorf("on the first day ran %v, want the press's profile %d", got, i.press.ID)
	}
	if got := i.fire(now.Add(8 * 24 * time.Hour)); !slices.EqualFunc(got, [][]int64{{i.oup.ID}, {i.press.ID}}, slices.Equal) {
		t.Errorf("a week later ran %v, want %d and %d", got, i.oup.ID, i.press.ID)
	}
	for prefix, want := range map[string]int{"sync/": 1, "sync:TEST_PRESS/": 2} {
		if n := i.store.Read.ScheduleSlot.Query().Where(scheduleslot.SlotHasPrefix(prefix)).CountX(i.ctx); n != want {
			t.Errorf("%d slots %s, want %d", n, prefix, want)
		}
	}
	job, err := i.jobs.RunScheduled(i.ctx, "sync:TEST_PRESS", "")
	must(t, err)
	if done := i.wait(job.ID); done.State != jobs.Succeeded || done.QueryParts().CountX(i.ctx) != 1 {
		t.Errorf("run by hand: %s", done.State)
	}
}

// checkHoldings: the list has become a portfolio, whose coverage OUP's rules do not name.
func (i *twoProviders) checkHoldings(t *testing.T) {
	p := i.store.Read.Portfolio.Query().Where(portfolio.PublicationTitle("Press Review")).WithCollection().OnlyX(i.ctx)
	if p.Edges.Collection.Name != "Test Press Journals Collection" || !p.Listed {
		t.Errorf("portfolio %+v in %s", p, p.Edges.Collection.Name)
	}
	if kinds := p.QueryEntitlements().QueryCoverage().Select(coveragestatement.FieldKind).StringsX(i.ctx); len(kinds) != 1 || kinds[0] != "" {
		t.Errorf("kinds of coverage %q", kinds)
	}
	if n := i.store.Read.CoverageStatement.Query().Where(coveragestatement.Kind(oup.Frontfile)).CountX(i.ctx); n == 0 {
		t.Error("OUP's coverage has lost its names")
	}
}

func (i *twoProviders) checkAlerts(t *testing.T) {
	i.setClock(time.Now().AddDate(0, 0, 41))
	alerts, err := i.library.Profiles.AlertsOf(i.ctx, []int64{i.oup.ID, i.press.ID})
	must(t, err)
	for id, want := range map[int64]string{i.press.ID: "Test Press has had no new file", i.oup.ID: "The provider has had no new file"} {
		if len(alerts[id]) == 0 || !strings.HasPrefix(alerts[id][0].Message, want) {
			t.Errorf("alerts %+v, want %q", alerts[id], want)
		}
	}
	if n := len(alerts[i.press.ID]); n != 1 {
		t.Errorf("%d alerts of one content type", n)
	}
	// The press's journals are not synced any more, though OUP's are.
	own := i.store.Read.Collection.Query().Where(collection.Name("Test Press Journals Collection")).OnlyX(i.ctx)
	_, _, err = i.library.Collections.DeactivateCollection(i.ctx, collections.Deactivation{CollectionID: own.ID})
	must(t, err)
	alerts, err = i.library.Profiles.AlertsOf(i.ctx, []int64{i.oup.ID, i.press.ID})
	must(t, err)
	if len(alerts[i.press.ID]) != 0 || len(alerts[i.oup.ID]) == 0 {
		t.Errorf("alerts of a collection that is not active: %+v", alerts)
	}
}

// checkAdvice: what is to be done where the press refuses names the press.
func (i *twoProviders) checkAdvice(t *testing.T) {
	i.closed.Store(true)
	job, err := i.jobs.StartSync(i.ctx, jobs.SyncRequest{ProfileIDs: []int64{i.press.ID}, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	part := i.wait(job.ID).QueryParts().OnlyX(i.ctx)
	const want = "Check the credentials of the profile; ask TP for new ones if they are right."
	if part.Code != string(provider.CredentialsRefused) || part.Hint != want {
		t.Errorf("%s: %s", part.Code, part.Hint)
	}
}
