package graph_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/graph/model"
	"autoholdings/internal/storetest"
	"autoholdings/mockoup"
)

// wrong is a value that a field cannot have. It is set in an input that is right otherwise.
type wrong struct {
	value any
	want  string // "CODE path", or several after commas
	with  input  // what else differs from the right input
}

// wrongInput is a mutation with an input that is right, and for each of its fields what is wrong there.
type wrongInput struct {
	right  input
	fields map[string][]wrong
}

// Why no value of a field's type is wrong.
const (
	eitherIsRight  = "a Boolean, and both are right"
	schemaSays     = "an enumeration: the schema admits no other value, and every one of its own is right"
	anyTextIsRight = "any text is a key"
)

// cannotBeWrong names the fields of which no value is wrong by itself, each with the reason.
var cannotBeWrong = map[string]string{
	"activateCollection.activateService":           eitherIsRight,
	"activateCollection.makeServiceAvailable":      eitherIsRight,
	"activateCollection.autoActivateNewPortfolios": eitherIsRight + ", though one is warned of",
	"activateCollection.activationType":            schemaSays,
	"activateCollection.idempotencyKey":            anyTextIsRight,
	"createCollection.content":                     schemaSays,
	"createCollection.active":                      eitherIsRight,
	"createCollection.available":                   eitherIsRight,
	"updateCollection.active":                      eitherIsRight,
	"updateCollection.available":                   eitherIsRight,
	"updateCollection.autoActivateNewPortfolios":   eitherIsRight,
	"deactivateCollection.mode":                    schemaSays,
	"createProfile.provider":                       schemaSays,
	"createProfile.fileFormat":                     schemaSays,
	"createProfile.schedule.frequency":             schemaSays,
	"createProfile.schedule.weekday":               schemaSays,
	"createProfile.guards.again":                   eitherIsRight,
	"createProfile.guards.shape":                   eitherIsRight,
	"createProfile.communityZoneOnly":              eitherIsRight,
	"createProfile.idempotencyKey":                 anyTextIsRight,
	"updateProfile.fileFormat":                     schemaSays,
	"updateProfile.schedule.frequency":             schemaSays,
	"updateProfile.schedule.weekday":               schemaSays,
	"updateProfile.guards.again":                   eitherIsRight,
	"updateProfile.guards.shape":                   eitherIsRight,
	"updateProfile.communityZoneOnly":              eitherIsRight,
	"updateProfile.idempotencyKey":                 anyTextIsRight,
	"deleteProfile.withdrawEntitlements":           eitherIsRight,
	"deleteProfile.idempotencyKey":                 anyTextIsRight,
	"testProfileConnection.provider":               schemaSays,
	"withdrawProfile.content":                      schemaSays,
	"withdrawProfile.mode":                         schemaSays + " for an inactive profile",
	"withdrawProfile.idempotencyKey":               anyTextIsRight,
	"runProfile.force":                             eitherIsRight,
	"runProfile.idempotencyKey":                    anyTextIsRight,
	"runScheduledJob.idempotencyKey":               anyTextIsRight,
	"importCommunityZoneTitles.mode":               schemaSays,
	"importCommunityZoneTitles.force":              eitherIsRight,
	"importCommunityZoneTitles.idempotencyKey":     anyTextIsRight,
}

// wrongInputs are the mutations of administration, on an installation of two campuses.
func (b *testBundle) wrongInputs() map[string]wrongInput {
	b.t.Helper()
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	law := b.done("createInventoryGroup", input{"name": "Law"}).InventoryGroup
	active := b.newProfile(input{"customerNumber": "demo", "active": true, "groupIds": []string{law.ID}})
	b.newProfile(input{"customerNumber": "other", "active": true, "groupIds": []string{law.ID}})
	idle := b.newProfile(input{"customerNumber": "idle"})
	inputs := b.wrongCollections(law)
	maps.Copy(inputs, wrongProfileInputs(law, active, idle))
	return inputs
}

// badIDs are what is no id of a type, or of nothing that is there.
func badIDs(field, typeName string) (cases []wrong) {
	for id, code := range map[string]string{
		"garbage": "BAD_USER_INPUT", "": "BAD_USER_INPUT", model.ID(model.JobType, 1): "BAD_USER_INPUT", model.ID(typeName, 4711): "NOT_FOUND",
	} {
		cases = append(cases, wrong{value: id, want: code + " input." + field})
	}
	return cases
}

// bad are values that a field must not have.
func bad(path string, values ...any) (cases []wrong) {
	for _, value := range values {
		cases = append(cases, wrong{value: value, want: "BAD_USER_INPUT input." + path})
	}
	return cases
}

var (
	stale          = []wrong{{value: 7, want: "CONFLICT input.version"}}
	badDescription = bad("description", strings.Repeat("x", 501), "a\x01b", "bell\a")
)

// wrongCollections are the mutations of settings, groups and collections; law is a group in use.
func (b *testBundle) wrongCollections(law *thing) map[string]wrongInput {
	b.t.Helper()
	spare := b.done("createInventoryGroup", input{"name": "Spare"}).InventoryGroup
	local := b.done("createCollection", input{"name": "Local"}).Collection
	name := bad("name", "", " ", strings.Repeat("x", 201), "two\nlines", "a\x01b")
	groupName := append(bad("name", strings.Repeat("x", 101), "Law", "LAW", "Law & Order", "two  blanks", "x-ray"), name...)
	return map[string]wrongInput{
		"updateSettings": {input{"institutionName": "A library"}, map[string][]wrong{
			"version":         {{value: 77, want: "CONFLICT input.version"}},
			"institutionName": bad("institutionName", strings.Repeat("x", 201), "two\nlines"),
			"multiCampusInventoryManagement": {{
				value: false, // there are several profiles, and some have groups
				want:  "ONE_PROFILE_ONLY input.multiCampusInventoryManagement, ONE_PROFILE_ONLY input.multiCampusInventoryManagement",
			}},
		}},
		"createInventoryGroup": {input{"name": "Medicine"}, map[string][]wrong{"name": groupName, "description": badDescription}},
		"updateInventoryGroup": {input{"inventoryGroupId": spare.ID, "description": "New"}, map[string][]wrong{
			"inventoryGroupId": badIDs("inventoryGroupId", "InventoryGroup"), "version": stale, "name": groupName, "description": badDescription,
		}},
		"deleteInventoryGroup": {input{"inventoryGroupId": spare.ID}, map[string][]wrong{
			"inventoryGroupId": append(badIDs("inventoryGroupId", "InventoryGroup"), wrong{value: law.ID, want: "IN_USE input.inventoryGroupId"}),
		}},
		"activateCollection": {input{"communityZoneId": booksCZ}, map[string][]wrong{"communityZoneId": {
			{value: "", want: "NOT_FOUND input.communityZoneId"},
			{value: "4711", want: "NOT_FOUND input.communityZoneId"},
			{value: booksCZ, want: "ALREADY_ACTIVE input.communityZoneId"},
		}}},
		"createCollection": {input{"name": "Another"}, map[string][]wrong{"name": name, "licenseId": badIDs("licenseId", "License")}},
		"updateCollection": {input{"collectionId": local.ID, "available": false}, map[string][]wrong{
			"collectionId": badIDs("collectionId", "Collection"), "version": stale, "name": name, "licenseId": badIDs("licenseId", "License"),
			"perpetualAccess": {{with: input{"perpetualFrom": "2010"}, value: false, want: "BAD_USER_INPUT input.perpetualAccess"}},
			"perpetualFrom": {
				{with: input{"perpetualAccess": true}, value: "lately", want: "BAD_USER_INPUT input.perpetualFrom"},
				{value: "2010", want: "BAD_USER_INPUT input.perpetualAccess"},
			},
			"perpetualUntil": {
				{with: input{"perpetualAccess": true}, value: "31/12/2015", want: "BAD_USER_INPUT input.perpetualUntil"},
				{with: input{"perpetualAccess": true, "perpetualFrom": "2016"}, value: "2015", want: "BAD_USER_INPUT input.perpetualUntil"},
			},
		}},
		"deactivateCollection": {
			input{"collectionId": local.ID},
			map[string][]wrong{"collectionId": badIDs("collectionId", "Collection"), "version": stale},
		},
	}
}

// wrongProfileInputs are the mutations of profiles and what they run, of an active profile and an inactive one.
func wrongProfileInputs(law, active, idle *thing) map[string]wrongInput {
	profile := profileMistakes(law, idle)
	changed := maps.Clone(profile)
	changed["version"], changed["profileId"] = stale, badIDs("profileId", "Profile")
	scheduled := []wrong{
		{value: "garbage", want: "BAD_USER_INPUT input.scheduledJobId"},
		{value: "", want: "BAD_USER_INPUT input.scheduledJobId"},
		{value: model.ID(model.JobType, 1), want: "BAD_USER_INPUT input.scheduledJobId"},
		{value: model.NameID(model.ScheduledJobType, "profile:4711"), want: "NOT_FOUND input.scheduledJobId"},
	}
	return map[string]wrongInput{
		"createProfile": {input{"customerNumber": "new", "apiKey": "new-key"}, profile},
		"updateProfile": {input{"profileId": idle.ID, "description": "New"}, changed},
		"deleteProfile": {input{"profileId": idle.ID}, map[string][]wrong{"profileId": badIDs("profileId", "Profile")}},
		"testProfileConnection": {input{"profileId": idle.ID}, map[string][]wrong{
			"profileId": badIDs("profileId", "Profile"), "customerNumber": profile["customerNumber"], "apiKey": profile["apiKey"],
		}},
		"withdrawProfile": {input{"profileId": idle.ID}, map[string][]wrong{
			"profileId": append(badIDs("profileId", "Profile"), wrong{value: active.ID, want: "WRONG_STATE input.profileId"},
				wrong{value: idle.ID, want: "WRONG_STATE input.profileId"}),
		}},
		"runProfile": {input{"profileId": idle.ID, "mode": "PREVIEW"}, map[string][]wrong{
			"profileId": append(badIDs("profileId", "Profile"),
				wrong{value: idle.ID, want: "PROFILE_INACTIVE input.profileId", with: input{"mode": "APPLY"}}),
			"mode": {{value: "APPLY", want: "PROFILE_INACTIVE input.profileId"}},
		}},
		"enableScheduledJob":  {input{"scheduledJobId": syncSchedule}, map[string][]wrong{"scheduledJobId": scheduled}},
		"disableScheduledJob": {input{"scheduledJobId": syncSchedule}, map[string][]wrong{"scheduledJobId": scheduled}},
		"runScheduledJob":     {input{"scheduledJobId": syncSchedule}, map[string][]wrong{"scheduledJobId": scheduled}},
		"importCommunityZoneTitles": {input{"communityZoneId": booksCZ}, map[string][]wrong{
			"communityZoneId": {{value: "", want: "BAD_USER_INPUT input.communityZoneId"}, {value: "4711", want: "NOT_FOUND input.communityZoneId"}},
			"fileId":          badIDs("fileId", "ProviderFile"),
		}},
	}
}

// profileMistakes are wrong values of each field of a profile.
func profileMistakes(law, idle *thing) map[string][]wrong {
	groups := append([]wrong{{value: []string{model.ID(model.InventoryGroupType, 4711)}, want: "NOT_FOUND input.groupIds"}},
		bad("groupIds", []string{"garbage"}, []string{law.ID, ""}, []string{idle.ID})...)
	profile := map[string][]wrong{
		"description":         badDescription,
		"customerNumber":      bad("customerNumber", "", "a b", " ", "a\tb", strings.Repeat("1", 201), ".", ".."),
		"apiKey":              bad("apiKey", "", "a b", "ключ", "a\nb", strings.Repeat("k", 501), "."),
		"groupIds":            groups,
		"schedule.dayOfMonth": bad("schedule.dayOfMonth", 0, 32, -1),
		"schedule.time":       bad("schedule.time", "", "24:00", "3:00", "03:60", "noon"),
		"schedule.timezone": bad("schedule.timezone", "", "Nowhere/Else", "CEST+1", "../etc/passwd", "Local", "localtime", "posixrules",
			"Factory", "right/Europe/Berlin", "posix/Europe/Berlin"),
		"guard.percent": bad("guard.percent", -1, 101),
		"guard.titles":  bad("guard.titles", -1, 1_000_001),
		"active":        {{value: true, want: "GROUP_REQUIRED input.groupIds"}},
		"runNow":        {{value: true, want: "PROFILE_INACTIVE input.runNow"}},
	}
	for _, guard := range []string{"removals", "access", "identity", "additions"} {
		for mark, values := range map[string][]any{"percent": {-1, 101}, "titles": {-1, 1_000_001}, "most": {-1, 1_000_001}} {
			path := "guards." + guard + "." + mark
			profile[path] = bad(path, values...)
		}
	}
	return profile
}

// set is an input with one field, which may be in an input of its own, set to a value.
func set(in input, field string, value any) input {
	changed := maps.Clone(in)
	outer, inner, nested := strings.Cut(field, ".")
	if nested {
		changed[outer] = set(input{}, inner, value)
	} else {
		changed[field] = value
	}
	return changed
}

// tables is every row of every table, in one comparable text.
func (b *testBundle) tables() string {
	b.t.Helper()
	var text strings.Builder
	for _, table := range storetest.Tables(b.t, b.store) {
		rows := b.rows(`SELECT * FROM "` + table + `"`)
		slices.Sort(rows) // a query without an order may give them in any
		for _, row := range rows {
			fmt.Fprintln(&text, table, row)
		}
	}
	return text.String()
}

func (b *testBundle) rows(query string) (lines []string) {
	b.t.Helper()
	rows, err := b.store.Query(b.t.Context(), query)
	must(b.t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(b.t, err)
	for rows.Next() {
		cells, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		must(b.t, rows.Scan(into...))
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = string(cell)
		}
		lines = append(lines, strings.Join(texts, "|"))
	}
	must(b.t, rows.Err())
	return lines
}

// TestWrongInput: what is wrong with a field is a userError with its code and the path of the field, and nothing is
// saved.
func TestWrongInput(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	mutations := b.wrongInputs()
	before := b.tables()
	for name, mutation := range mutations {
		for field, cases := range mutation.fields {
			for _, c := range cases {
				in := set(mutation.right, field, c.value)
				maps.Copy(in, c.with)
				b.refused(name, in, strings.Split(c.want, ", ")...)
			}
		}
	}
	if diff := cmp.Diff(before, b.tables()); diff != "" {
		t.Errorf("something was saved:\n%s", diff)
	}
	if len(b.mock.Requests()) > 0 {
		t.Error("the provider was asked")
	}
}

// TestRightInput: what the wrong inputs are made of is right, so that each is refused for what is wrong with it.
func TestRightInput(t *testing.T) {
	t.Parallel()
	for name, mutation := range setup(t, mockoup.Options{Titles: 30}).wrongInputs() {
		if name == "activateCollection" || name == "withdrawProfile" {
			continue // right in another state: one is active, the other has no entitlements
		}
		b := setup(t, mockoup.Options{Titles: 30})
		b.done(name, b.wrongInputs()[name].right)
		if len(mutation.fields) == 0 {
			t.Errorf("%s has no cases", name)
		}
	}
}

// TestWrongType: a value of another type than the field's is an error of the request, whatever the field, and nothing
// is saved.
func TestWrongType(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	mutations, inputs := b.wrongInputs(), b.inputsOf()
	before := b.tables()
	for name, mutation := range mutations {
		for _, field := range b.leaves(inputs[name], "") {
			in := set(mutation.right, field, input{"no": "such"})
			query := fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { userErrors { code } } }`, strings.ToUpper(name[:1])+name[1:]+"Input", name)
			if a := b.ask(query, input{"in": in}); a.code() != "BAD_USER_INPUT" || len(a.Data) > 0 && string(a.Data) != "null" {
				t.Errorf("%s %v: %s", name, in, a.Body)
			}
		}
	}
	if diff := cmp.Diff(before, b.tables()); diff != "" {
		t.Errorf("something was saved:\n%s", diff)
	}
}

// leaves are the fields of an input, those of inputs in it after a dot.
func (b *testBundle) leaves(fields []inputField, prefix string) (names []string) {
	b.t.Helper()
	for _, f := range fields {
		typeName := strings.Trim(f.Type.text(), "[]!")
		if nested := b.inputFields(typeName); len(nested) > 0 {
			names = append(names, b.leaves(nested, prefix+f.Name+".")...)
			continue
		}
		names = append(names, prefix+f.Name)
	}
	return names
}

// inputFields are the fields of an input type; none for another type.
func (b *testBundle) inputFields(typeName string) []inputField {
	b.t.Helper()
	var got struct {
		Type *struct{ InputFields []inputField } `json:"__type"`
	}
	b.query(`query($name: String!) { __type(name: $name) { inputFields { name type { kind name ofType { kind name ofType { kind name ofType {
		kind name } } } } } } }`,
		map[string]any{"name": typeName}, &got)
	if got.Type == nil {
		return nil
	}
	return got.Type.InputFields
}

// TestEveryInputFieldHasACase: each field of the mutations of administration is tried with a wrong value, or is named
// with the reason why none is.
func TestEveryInputFieldHasACase(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	mutations, inputs := b.wrongInputs(), b.inputsOf()
	known := map[string]bool{}
	for name, mutation := range mutations {
		fields := b.leaves(inputs[name], "")
		if len(fields) == 0 {
			t.Errorf("there is no mutation %s", name)
		}
		for _, field := range fields {
			known[name+"."+field] = true
			_, excused := cannotBeWrong[name+"."+field]
			if tried := len(mutation.fields[field]) > 0; tried == excused {
				t.Errorf("%s.%s: tried %v, excused %v", name, field, tried, excused)
			}
		}
		for field := range mutation.fields {
			if !slices.Contains(fields, field) {
				t.Errorf("%s has no field %s", name, field)
			}
		}
	}
	for field := range cannotBeWrong {
		if !known[field] {
			t.Errorf("cannotBeWrong names %s, which is no field", field)
		}
	}
}
