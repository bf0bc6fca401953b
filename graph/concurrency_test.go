package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/profile"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
	"autoholdings/mockoup"
)

// request is a mutation that an administrator sends.
type request struct {
	name string
	in   input
}

// atOnce sends requests at the same moment, and returns for each whether it was done. What is refused must be refused
// by a rule: a fault is a failure of the test.
func (b *testBundle) atOnce(requests ...request) (done []bool) {
	b.t.Helper()
	done = make([]bool, len(requests))
	start := make(chan struct{})
	var group sync.WaitGroup
	for i, r := range requests {
		group.Go(func() {
			<-start
			typeName := strings.ToUpper(r.name[:1]) + r.name[1:] + "Input"
			a := b.ask(fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { userErrors { code message } } }`, typeName, r.name), input{"in": r.in})
			var got map[string]struct{ UserErrors []struct{ Code string } }
			if err := json.Unmarshal(a.Data, &got); err != nil || len(a.Errors) > 0 {
				b.t.Errorf("%s %v: %s", r.name, r.in, a.Body)
				return
			}
			done[i] = len(got[r.name].UserErrors) == 0
		})
	}
	close(start)
	group.Wait()
	return done
}

// rulesHold checks the state that saves have left by the rules of one and of several campuses.
func (b *testBundle) rulesHold(after string) {
	b.t.Helper()
	ctx := b.t.Context()
	several := b.store.Read.Setting.Query().OnlyX(ctx).MultiCampusInventoryManagement
	rows := b.store.Read.Profile.Query().WithGroups().Order(profile.ByID()).AllX(ctx)
	grouped := func(p *ent.Profile) bool { return len(p.Edges.Groups) > 0 }
	active := slices.DeleteFunc(slices.Clone(rows), func(p *ent.Profile) bool { return !p.Active })
	if !several && (len(rows) > 1 || slices.ContainsFunc(rows, grouped)) {
		b.t.Errorf("%s: one campus has %d profiles, with groups: %v", after, len(rows), slices.ContainsFunc(rows, grouped))
	}
	if len(active) > 1 && slices.ContainsFunc(active, grouped) &&
		slices.ContainsFunc(active, func(p *ent.Profile) bool { return !grouped(p) }) {
		b.t.Errorf("%s: of %d active profiles some have groups and some have none", after, len(active))
	}
	for _, p := range active {
		if profiles.ScheduleOf(p) != profiles.ScheduleOf(active[0]) {
			b.t.Errorf("%s: active profiles run %s and %s", after, profiles.ScheduleOf(active[0]), profiles.ScheduleOf(p))
		}
	}
	if gone := b.rows(`SELECT profile_id, inventory_group_id FROM profile_groups
		WHERE inventory_group_id NOT IN (SELECT id FROM inventory_groups) OR profile_id NOT IN (SELECT id FROM profiles)`); len(gone) > 0 {
		b.t.Errorf("%s: groups of profiles that are not there: %v", after, gone)
	}
}

// empty takes away all profiles and groups, and sets whether there are several campuses.
func (b *testBundle) empty(several bool) {
	b.t.Helper()
	for _, id := range b.store.Read.Profile.Query().IDsX(b.t.Context()) {
		b.done("deleteProfile", input{"profileId": model.ID(model.ProfileType, id)})
	}
	for _, id := range b.store.Read.InventoryGroup.Query().IDsX(b.t.Context()) {
		b.done("deleteInventoryGroup", input{"inventoryGroupId": model.ID(model.InventoryGroupType, id)})
	}
	b.done("updateSettings", input{"multiCampusInventoryManagement": several})
}

func (b *testBundle) newGroup(name string) (id string) {
	b.t.Helper()
	return b.done("createInventoryGroup", input{"name": name}).InventoryGroup.ID
}

// at is a schedule that runs at an hour of each day.
func at(hour int) input { return input{"frequency": "DAILY", "time": fmt.Sprintf("%02d:00", hour)} }

// TestTwoAdministrators: requests that are right one by one, and together would break a rule, never do.
func TestTwoAdministrators(t *testing.T) {
	t.Parallel()
	for name, race := range races {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, mockoup.Options{Titles: 30})
			for range 12 {
				b.empty(race.several)
				done := 0
				for _, ok := range b.atOnce(race.begin(b)...) {
					if ok {
						done++
					}
				}
				if done == 0 || done > race.most {
					t.Errorf("%d were done, not 1 to %d", done, race.most)
				}
				b.rulesHold(name)
			}
		})
	}
}

// race are requests that are each right alone.
type race struct {
	several bool
	begin   func(b *testBundle) []request
	most    int // how many of the requests can be done together
}

var (
	oneCampus     = input{"multiCampusInventoryManagement": false}
	secondProfile = input{"customerNumber": "second", "apiKey": "second-key"}
)

var races = map[string]race{
	"one campus, and a second profile or a group": {true, func(b *testBundle) []request {
		p, g := b.newProfile(input{"customerNumber": "demo", "active": true}).ID, b.newGroup("Law")
		return []request{
			{"updateSettings", oneCampus}, {"createProfile", secondProfile}, {"updateProfile", input{"profileId": p, "groupIds": []string{g}}},
		}
	}, 2},
	"a group on one of two": {true, func(b *testBundle) []request {
		g := b.newGroup("Law")
		first := b.newProfile(input{"customerNumber": "demo", "active": true, "groupIds": []string{g}}).ID
		second := b.newProfile(input{"customerNumber": "second"}).ID
		return []request{
			{"updateProfile", input{"profileId": first, "groupIds": []string{}}},
			{"updateProfile", input{"profileId": second, "active": true}},
			{"createProfile", with(secondProfile, input{"active": true, "groupIds": []string{g}})},
		}
	}, 2},
	"schedules of those that are activated": {true, func(b *testBundle) []request {
		first := b.newProfile(input{"customerNumber": "demo", "active": true, "schedule": at(1)}).ID
		second := b.newProfile(input{"customerNumber": "second", "schedule": at(2)}).ID
		third := b.newProfile(input{"customerNumber": "third", "schedule": at(3)}).ID
		return []request{
			{"updateProfile", input{"profileId": first, "schedule": at(4)}},
			{"updateProfile", input{"profileId": second, "active": true}},
			{"updateProfile", input{"profileId": third, "active": true}},
			{"createProfile", with(secondProfile, input{"active": true, "schedule": at(5)})},
		}
	}, 4},
	"a group that is deleted": {true, func(b *testBundle) []request {
		p, g := b.newProfile(input{"customerNumber": "demo"}).ID, b.newGroup("Law")
		return []request{
			{"deleteInventoryGroup", input{"inventoryGroupId": g}},
			{"updateProfile", input{"profileId": p, "groupIds": []string{g}}},
			{"createProfile", with(secondProfile, input{"groupIds": []string{g}})},
		}
	}, 2},
	"the only profile": {false, func(*testBundle) []request {
		return []request{{"createProfile", secondProfile}, {"createProfile", secondProfile}, {"createProfile", secondProfile}}
	}, 1},
	"the same version": {false, func(b *testBundle) []request {
		p := b.newProfile(input{"customerNumber": "demo"})
		change := input{"profileId": p.ID, "version": p.Version, "active": true, "description": "Mine"}
		return []request{{"updateProfile", change}, {"updateProfile", with(change, input{"description": "Yours"})}}
	}, 1},
	"the name of a group": {false, func(*testBundle) []request {
		return []request{
			{"createInventoryGroup", input{"name": "Law"}},
			{"createInventoryGroup", input{"name": "LAW"}},
			{"createInventoryGroup", input{"name": "law"}},
		}
	}, 1},
	"a profile that is deleted": {false, func(b *testBundle) []request {
		p := b.newProfile(input{"customerNumber": "demo"}).ID
		return []request{
			{"deleteProfile", input{"profileId": p}},
			{"updateProfile", input{"profileId": p, "active": true}},
			{"createProfile", secondProfile},
		}
	}, 3},
}

// TestManyAdministrators: whatever several do at once, in whatever order, the rules hold after each round.
func TestManyAdministrators(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	refused, made := 0, 0
	for round := range 40 {
		requests := make([]request, 6)
		for i := range requests {
			requests[i] = b.anyRequest(random)
		}
		for _, ok := range b.atOnce(requests...) {
			if made++; !ok {
				refused++
			}
		}
		if b.rulesHold(fmt.Sprintf("seed %d, round %d, %v", seed, round, requests)); t.Failed() {
			return
		}
	}
	if refused == 0 || refused == made {
		t.Errorf("seed %d: %d of %d were refused", seed, refused, made)
	}
}

// anyRequest is something that an administrator may want, given what there is.
func (b *testBundle) anyRequest(random *rand.Rand) request {
	b.t.Helper()
	ctx := b.t.Context()
	groups, profiles := []string{}, []string{}
	for _, id := range b.store.Read.InventoryGroup.Query().Order(inventorygroup.ByID()).IDsX(ctx) {
		groups = append(groups, model.ID(model.InventoryGroupType, id))
	}
	for _, id := range b.store.Read.Profile.Query().Order(profile.ByID()).IDsX(ctx) {
		profiles = append(profiles, model.ID(model.ProfileType, id))
	}
	some := groups
	if len(groups) > 0 {
		some = groups[:random.IntN(min(len(groups), 2)+1)]
	}
	fields := input{"active": random.IntN(3) > 0, "groupIds": some, "schedule": at(random.IntN(24))}
	for _, field := range []string{"active", "groupIds", "schedule"} {
		if random.IntN(3) == 0 {
			delete(fields, field)
		}
	}
	kind := random.IntN(10)
	switch {
	case kind < 2 || len(profiles) == 0 && kind < 6:
		fields["customerNumber"], fields["apiKey"] = fmt.Sprintf("customer%d", random.IntN(1e6)), "some-key"
		return request{"createProfile", fields}
	case kind < 6:
		fields["profileId"] = profiles[random.IntN(len(profiles))]
		return request{"updateProfile", fields}
	case kind == 6 && len(profiles) > 0:
		return request{"deleteProfile", input{"profileId": profiles[random.IntN(len(profiles))]}}
	case kind == 7 && len(groups) > 0:
		return request{"deleteInventoryGroup", input{"inventoryGroupId": groups[random.IntN(len(groups))]}}
	case kind == 8:
		return request{"createInventoryGroup", input{"name": fmt.Sprintf("Group %d", random.IntN(1e6))}}
	default:
		return request{"updateSettings", input{"multiCampusInventoryManagement": random.IntN(4) > 0}}
	}
}
