package jobs

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/holdings/collections"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/provider/oup"
)

// TestStoredArguments: what versions before have queued is read by this one, and makes its job the writer of the same
// collections. The texts are those of rows; they must never change.
func TestStoredArguments(t *testing.T) {
	t.Parallel()
	l := openLicensing(t)
	c := l.someCollections()
	for name, stored := range map[string]struct {
		kind, args string
		writes     []int64
		involved   involved
		asks       bool // the provider for a list
	}{
		"a sync of two": {KindSync, `{"profileIds":[5,6]}`, c.oup, involved{profiles: []int64{5, 6}}, true},
		"a sync of a file": {
			KindSync, `{"profileIds":[5],"force":true,"fileId":7,"byDecision":true}`, c.oup, involved{profiles: []int64{5}}, false,
		},
		"a move": {
			KindMove, `{"setId":9,"targetCollectionId":12,"movePoLines":true,"moveLicenses":false,"licenseConflict":"KEEP_TARGET",` +
				`"sourceIds":[11],"collectionIds":[11,12]}`,
			[]int64{11, 12},
			involved{sets: []int64{9}, reads: []int64{12}, writes: []int64{11, 12}},
			false,
		},
		"an import": {
			KindImport, `{"collectionIds":[11],"fileId":7,"removeMissing":true}`,
			[]int64{11},
			involved{writes: []int64{11}},
			false,
		},
		"an activation":  {KindActivate, `{"collectionIds":[12],"addedByJobId":3}`, []int64{12}, involved{writes: []int64{12}}, false},
		"a fetched zone": {KindZone, `{"collectionIds":[]}`, nil, involved{}, true},
		"a given zone":   {KindZone, `{"collectionIds":[],"communityZoneId":"x","force":true,"fileId":7}`, nil, involved{}, false},
		"a withdrawal": {
			KindWithdraw, `{"profileIds":[5],"collectionIds":[12,11],"deleteProfile":true}`,
			[]int64{11, 12},
			involved{profiles: []int64{5}, writes: []int64{12, 11}},
			false,
		},
		"a change of groups": {
			KindGroups, `{"profileIds":[5],"from":[7],"to":[8,9]}`, nil, involved{profiles: []int64{5}}, false,
		},
		"an undo":          {KindUndo, `{"collectionIds":[11,12]}`, []int64{11, 12}, involved{writes: []int64{11, 12}}, false},
		"an undo of none":  {KindUndo, `{"collectionIds":null}`, nil, involved{}, false},
		"of later version": {"FUTURE", `{"collectionIds":null,"profileIds":["by name"]}`, nil, involved{}, false},
	} {
		row := l.insert(name, stored.kind, stored.args)
		r, err := l.service.claim(t.Context(), row)
		check(t, err)
		if r == nil {
			t.Errorf("%s: not claimed", name)
			continue
		}
		written, err := l.store.Read.Collection.Query().Where(collection.WriterJobID(row)).Order(collection.ByID()).IDs(t.Context())
		check(t, err)
		if !slices.Equal(written, stored.writes) {
			t.Errorf("%s: it is the writer of %v, want %v", name, written, stored.writes)
		}
		if diff := cmp.Diff(stored.involved, r.args.involved(), cmp.AllowUnexported(involved{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: what it needs:\n%s", name, diff)
		}
		check(t, l.service.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			asking, asks := r.args.(asker)
			if asks {
				asked, err := asking.asked(ctx, tx, l.service)
				check(t, err)
				asks = len(asked) > 0
			}
			if asks != stored.asks {
				t.Errorf("%s: it asks the provider: %t", name, asks)
			}
			return r.release(ctx, tx, func(u *ent.JobUpdateOne) *ent.JobUpdateOne { return u.SetState(Cancelled).SetFinishedAt(1) })
		}))
	}
}

// TestTableOfKinds: each kind has its names and words, and shares none with another.
func TestTableOfKinds(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, k := range kinds {
		for _, text := range []string{k.name, "task " + k.task, "in words " + k.inWords} {
			if other, ok := seen[text]; ok {
				t.Errorf("%s and %s have %q in common", k.name, other, text)
			}
			seen[text] = k.name
		}
		if k.name == "" || k.task == "" || k.inWords == "" || k.sameInWords == "" || k.arguments == nil {
			t.Errorf("the row of %q is not filled in: %+v", k.name, k)
		}
		if (k.title == "") != (k.description == "") || (k.title == "") != (k.mutation == "") {
			t.Errorf("%s is listed in part: %q, %q, %q", k.name, k.title, k.description, k.mutation)
		}
		if k.undo != nil && k.notUndone != "" {
			t.Errorf("%s can be undone, and says why it cannot", k.name)
		}
	}
}

// TestUnknownKind: the job of a kind that only a later version knows fails and says so. It holds up no other.
func TestUnknownKind(t *testing.T) {
	t.Parallel()
	l := setUpLicensing(t)
	later := l.insert("later", "FUTURE", `{"collectionIds":"all"}`)
	l.want(l.until(l.queue(Apply, "").ID, over), Succeeded, VerdictChanged, l.license)
	failed := l.until(later, over)
	if l.want(failed, Failed, VerdictFailed, l.license); failed.ErrorCode != "UNKNOWN_KIND" {
		t.Errorf("%s: %s", failed.ErrorCode, failed.ErrorMessage)
	}
	if _, err := l.service.Undo(t.Context(), later, Apply, ""); !refusedAs(err, problem.WrongState) {
		t.Errorf("undone: %v", err)
	}
}

type someCollections struct {
	oup []int64 // activated, of the provider's content types
}

// someCollections are those of the provider, activated, and two local ones with the ids 11 and 12. There are two
// profiles of the provider, 5 and 6.
func (l *licensing) someCollections() (c someCollections) {
	l.t.Helper()
	check(l.t, l.store.Write(l.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, id := range []int64{11, 12} {
			tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName("Local").SetNameKey("local").SaveX(ctx)
		}
		for _, id := range []int64{5, 6} {
			tx.Profile.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetCustomerNumber("demo").
				SetAPIKeySealed([]byte("x")).SetAPIKeyFingerprint("x").SetAPIKeySetAt(1).SaveX(ctx)
		}
		return nil
	}))
	var seeds []collections.CommunityZoneSeed
	for _, of := range oup.Provider().Collections {
		seeds = append(seeds, collections.CommunityZoneSeed{
			CZID: of.CommunityZoneID, Name: of.Name, Provider: "Oxford University Press", Content: contentName(of.Content),
		})
	}
	check(l.t, l.service.collections.EnsureCommunityZone(l.t.Context(), seeds))
	for _, of := range oup.Provider().Collections {
		activated, _, err := l.service.collections.ActivateCollection(l.t.Context(), collections.Activation{
			CommunityZoneID: of.CommunityZoneID, ActivateService: true, ActivationType: collections.ActivateManually,
		}, nil)
		check(l.t, err)
		c.oup = append(c.oup, activated.ID)
	}
	slices.Sort(c.oup)
	return c
}

// insert inserts the row of a queued job.
func (l *licensing) insert(name, kind, args string) int64 {
	l.t.Helper()
	id := l.store.NextID()
	check(l.t, l.store.Write(l.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind(kind).SetState(Queued).SetMode(Apply).SetTrigger(Manual).
			SetArgs([]byte(args)).SetDueAt(1).SetUniqueKey(name).Exec(ctx)
	}))
	return id
}

// TestKindsInSchema: the API has a type for each kind, and for no other.
func TestKindsInSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	document, err := parser.ParseSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	var inSchema []string
	for _, value := range document.Definitions.ForName("JobKind").EnumValues {
		inSchema = append(inSchema, value.Name)
	}
	names := namesOf(func(k *jobKind) bool { return !strings.HasPrefix(k.name, "TOY_") }) // those of test files
	slices.Sort(inSchema)
	slices.Sort(names)
	if diff := cmp.Diff(names, inSchema); diff != "" {
		t.Errorf("-kinds +schema:\n%s", diff)
	}
}
