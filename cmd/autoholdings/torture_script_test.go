//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"autoholdings/mockoup"
)

// script is what the librarians of an installation do. The seed alone decides it, and what earlier steps came to.
type script struct {
	in    *installation
	lanes []*lane
}

// lane is one librarian, who does one thing after the other and touches nothing that another one does.
type lane struct {
	in     *installation
	name   string
	draw   *rand.Rand // decides what is done
	way    *rand.Rand // decides whom it is asked of
	turns  []func()   // what the librarian does, in an order that is drawn
	first  []func()   // before that
	quota  int
	asked  int          // requests with a key
	queued atomic.Int64 // jobs

	last string // the job that can be undone; "": none

	// The librarian of the provider's collections:
	profiles map[string]string // by customer number
	// A librarian of local collections:
	old, target, set, license string
	orders                    int
}

// newScript makes the librarians. A good third of the jobs is the provider's.
func newScript(in *installation, jobs int, seed uint64) *script {
	s := &script{in: in}
	locals := 2 + jobs/50
	provider := max(13, jobs*2/5)
	for n := range locals + 1 {
		l := &lane{
			in: in, name: fmt.Sprintf("l%d", n), draw: rand.New(rand.NewPCG(seed, uint64(10+n))),
			way: rand.New(rand.NewPCG(seed, uint64(1000+n))), quota: provider,
		}
		if n == 0 {
			l.first = []func(){l.activate, l.runGuarded}
			l.turns = []func(){l.runTogether, l.runGuarded, l.undo, l.hang, l.withdraw, l.importZone}
		} else {
			l.quota = (jobs - provider + locals - 1) / locals
			l.first = []func(){l.importBoth}
			l.turns = []func(){l.importOne, l.importBoth, l.move, l.undo, l.importGuarded, l.previewImport}
		}
		s.lanes = append(s.lanes, l)
	}
	return s
}

func (s *script) jobs() (n int) {
	for _, l := range s.lanes {
		n += int(l.queued.Load())
	}
	return n
}

// prepare makes what the librarians find at the beginning. No fault disturbs that: what is made by a request without an
// idempotency key would be made twice if its answer was lost.
func (s *script) prepare() error {
	l := s.lanes[0]
	return l.guarded(func() {
		l.mutate("updateSettings", map[string]any{"multiCampusInventoryManagement": true}, "settings { version }")
		l.profiles = map[string]string{}
		for _, c := range tortureCustomers {
			group := l.make("createInventoryGroup", map[string]any{"name": "Campus " + c.Number}, "inventoryGroup")
			input := map[string]any{"customerNumber": c.Number, "apiKey": c.Key, "active": true, "groupIds": []string{group}}
			if c.Number == "part" { // more than two new titles, or any two that leave, wait for a person
				strict := map[string]any{"percent": 0, "titles": 0}
				input["guards"] = map[string]any{"additions": strict, "removals": strict}
			}
			l.profiles[c.Number] = l.make("createProfile", input, "profile")
		}
		var scheduled struct{ ScheduledJobs []struct{ ID string } }
		l.ask(`{ scheduledJobs { id } }`, nil, &scheduled)
		for _, job := range scheduled.ScheduledJobs { // the calendar is no part of the script
			l.mutate("disableScheduledJob", map[string]any{"scheduledJobId": job.ID}, "")
		}
		for _, l := range s.lanes[1:] {
			l.old = l.make("createCollection", map[string]any{"name": l.name + " old"}, "collection")
			l.target = l.make("createCollection", map[string]any{"name": l.name + " new"}, "collection")
			l.set = l.make("createCollectionSet", map[string]any{"name": l.name, "collectionIds": []string{l.old}}, "collectionSet")
			l.license = l.make("createLicense", map[string]any{"code": l.name}, "license")
		}
	})
}

// run lets all librarians work, until each has queued what is due of it.
func (s *script) run() error {
	errs := make([]error, len(s.lanes))
	var group sync.WaitGroup
	for n, l := range s.lanes {
		group.Go(func() { errs[n] = l.guarded(l.work) })
	}
	group.Wait()
	return errors.Join(errs...)
}

func (l *lane) work() {
	for _, turn := range l.first {
		turn()
	}
	for int(l.queued.Load()) < l.quota {
		turns := slices.Clone(l.turns)
		l.draw.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
		for _, turn := range turns {
			turn()
		}
	}
}

// lost is the panic of a librarian who cannot go on.
type lost struct{ error }

// guarded turns a librarian's panic into an error.
func (l *lane) guarded(do func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case lost:
			err = fmt.Errorf("%s: %w", l.name, p.error)
		default:
			panic(p)
		}
	}()
	do()
	return nil
}

func (l *lane) until(what string, so func() (bool, error)) {
	if err := l.in.until(what, so); err != nil {
		panic(lost{err})
	}
}

// ask sends an operation until it is answered, each time to any of the servers that are there.
func (l *lane) ask(query string, variables map[string]any, result any) {
	l.until("there is an answer to "+query, func() (bool, error) {
		server, err := l.server()
		if err != nil {
			return false, err
		}
		err = client{server}.do(l.in.ctx, query, variables, result)
		return err == nil, err
	})
}

func (l *lane) server() (url string, err error) {
	var there []string
	for _, p := range l.in.processes {
		if at := p.address(); at != "" {
			there = append(there, at)
		}
	}
	if len(there) == 0 {
		return "", errors.New("no server is up")
	}
	return there[l.way.IntN(len(there))], nil
}

// payload is what a mutation answers.
type payload struct {
	Job                                                         *struct{ ID string }
	InventoryGroup, Profile, Collection, CollectionSet, License *struct{ ID string }
	UserErrors                                                  []struct{ Code, Message string }
}

// attempt sends a mutation until it is answered. fields are those of its payload beside userErrors.
func (l *lane) attempt(mutation string, input map[string]any, fields string) payload {
	var answer map[string]payload
	l.ask(fmt.Sprintf(`mutation($input: %s%sInput!) { %s(input: $input) { %s userErrors { code message } } }`,
		strings.ToUpper(mutation[:1]), mutation[1:], mutation, fields), map[string]any{"input": input}, &answer)
	return answer[mutation]
}

// mutate sends a mutation that is not refused.
func (l *lane) mutate(mutation string, input map[string]any, fields string) payload {
	answer := l.attempt(mutation, input, fields)
	if len(answer.UserErrors) > 0 {
		panic(lost{fmt.Errorf("%s %v: %+v", mutation, input, answer.UserErrors)})
	}
	return answer
}

func (l *lane) make(mutation string, input map[string]any, thing string) (id string) {
	answer := l.mutate(mutation, input, thing+" { id }")
	things := []*struct{ ID string }{answer.InventoryGroup, answer.Profile, answer.Collection, answer.CollectionSet, answer.License}
	for _, made := range things {
		if made != nil {
			return made.ID
		}
	}
	panic(lost{fmt.Errorf("%s made nothing", mutation)})
}

// queue asks for a job, with a key: if an answer is lost, the same request again answers with the same job. The key is
// also the job's name in the story. A refusal is "", and ends the script where it must not be.
func (l *lane) queue(mutation string, input map[string]any, mayRefuse bool) (jobID string) {
	l.asked++
	input["idempotencyKey"] = fmt.Sprintf("%s.%d %s", l.name, l.asked, mutation)
	answer := l.attempt(mutation, input, "job { id }")
	if answer.Job != nil {
		l.queued.Add(1)
		return answer.Job.ID
	}
	if !mayRefuse {
		panic(lost{fmt.Errorf("%s %v: %+v", mutation, input, answer.UserErrors)})
	}
	return ""
}

// standing is how a job is getting on.
type standing struct {
	State    string
	Verdict  *string
	Progress struct{ Phase *string }
	Parts    []struct{ ID, State string }
}

func (l *lane) look(jobID string) (now standing) {
	var answer struct{ Job *standing }
	l.ask(`query($id: ID!) { job(id: $id) { state verdict progress { phase } parts { id state } } }`, map[string]any{"id": jobID}, &answer)
	if answer.Job == nil {
		panic(lost{fmt.Errorf("there is no job %s", jobID)})
	}
	return *answer.Job
}

// await waits until a job is over or waits for a person.
func (l *lane) await(jobID string) (now standing) {
	l.until("job "+jobID+" is over", func() (bool, error) {
		now = l.look(jobID)
		over := slices.Contains([]string{"SUCCEEDED", "FAILED", "CANCELLED", "NEEDS_REVIEW"}, now.State)
		return over, fmt.Errorf("it is %s", now.State)
	})
	l.in.over.Add(1)
	return now
}

// decide decides on a job that waits for a person, and waits until it is over. The decision has no key: whether one
// whose answer was lost was taken, the job says.
func (l *lane) decide(jobID string) {
	kinds := l.draw.IntN(4)
	for now := l.look(jobID); now.State == "NEEDS_REVIEW"; now = l.look(jobID) {
		input := map[string]any{"jobId": jobID}
		var answer payload
		switch kinds {
		case 0, 1:
			answer = l.attempt("approveJob", input, "")
		case 2:
			answer = l.attempt("rejectJob", input, "")
		case 3:
			answer = l.attempt("cancelJob", input, "")
		}
		for _, e := range answer.UserErrors {
			if e.Code != "WRONG_STATE" && e.Code != "NOT_FOUND" {
				panic(lost{fmt.Errorf("decide on job %s: %+v", jobID, e)})
			}
		}
	}
	l.await(jobID)
}

// carry waits for a job and decides on it where it asks for that. If it wrote something, it can be undone.
func (l *lane) carry(jobID string) {
	if l.await(jobID).State == "NEEDS_REVIEW" {
		l.decide(jobID)
	}
	now := l.look(jobID)
	l.last = ""
	if now.Verdict != nil && (*now.Verdict == "CHANGED" || *now.Verdict == "PARTIAL") {
		l.last = jobID
	}
}

// undo shows what it would be to undo the last job, and does it.
func (l *lane) undo() {
	if l.last == "" {
		return
	}
	if jobID := l.queue("undoJob", map[string]any{"jobId": l.last, "mode": "PREVIEW"}, true); jobID != "" {
		l.await(jobID)
		l.await(l.queue("undoJob", map[string]any{"jobId": l.last}, false))
	}
	l.last = ""
}

// The provider's collections.

// activate imports the Community Zone's titles and activates both collections, one with all its titles.
func (l *lane) activate() {
	l.await(l.queue("importCommunityZoneTitles", map[string]any{}, false))
	l.await(l.queue("activateCollection", map[string]any{
		"communityZoneId": "61707906870000041", "activationType": "ALL", "autoActivateNewPortfolios": true,
	}, false))
	journals := map[string]any{"communityZoneId": "61563711870000041", "autoActivateNewPortfolios": true}
	l.attempt("activateCollection", journals, "collection { id }")
}

// release lets the provider replace its lists. After the last release it begins again with the first.
func (l *lane) release() {
	for range 1 + l.draw.IntN(3) {
		if err := l.in.mock.Step(1); errors.Is(err, mockoup.ErrNoFurtherRelease) {
			err = l.in.mock.SetRelease(l.in.mock.Releases()[0])
			if err != nil {
				panic(lost{err})
			}
		}
	}
}

func (l *lane) run(customer, mode string) (jobID string) {
	return l.queue("runProfile", map[string]any{"profileId": l.profiles[customer], "mode": mode, "force": l.draw.IntN(2) == 0}, false)
}

// runTogether runs two profiles at once. They write the same collections, so that one waits for the other, and no title
// is of both. Which is the later one, and could be undone, is open.
func (l *lane) runTogether() {
	l.release()
	books, journals := l.run("books", "APPLY"), l.run("journals", "APPLY")
	l.carry(books)
	l.carry(journals)
	l.last = ""
}

// runGuarded previews and runs a profile whose guards let little through.
func (l *lane) runGuarded() {
	l.release()
	l.await(l.run("part", "PREVIEW"))
	l.carry(l.run("part", "APPLY"))
}

// hang cancels a sync and a preview whose lists never come: what is cancelled at a moment of its own would end
// differently each time.
func (l *lane) hang() {
	never := mockoup.Fault{Kind: "slow", Customer: "slow", ChunkBytes: 1, DelayMillis: 1000} // no limit of time ends it
	if err := l.in.mock.SetFault(never); err != nil {
		panic(lost{err})
	}
	jobs := []string{l.run("slow", "PREVIEW"), l.run("slow", "APPLY")}
	for _, jobID := range jobs {
		l.until("job "+jobID+" waits for its list", func() (bool, error) {
			now := l.look(jobID)
			return now.State == "RUNNING" && len(now.Parts) == 2 && now.Progress.Phase != nil && strings.HasPrefix(*now.Progress.Phase, "fetch"),
				fmt.Errorf("it is %+v", now)
		})
	}
	for _, jobID := range jobs {
		l.attempt("cancelJob", map[string]any{"jobId": jobID}, "")
	}
	for _, jobID := range jobs {
		l.await(jobID)
	}
	l.in.mock.ClearFaults()
	l.last = ""
}

// importZone brings the Community Zone in step, which queues jobs that activate what is new.
func (l *lane) importZone() {
	l.release()
	l.await(l.queue("importCommunityZoneTitles", map[string]any{"mode": "PREVIEW"}, false))
	before := l.activations("")
	jobID := l.queue("importCommunityZoneTitles", map[string]any{"force": true}, false)
	for l.await(jobID).State == "NEEDS_REVIEW" {
		l.attempt("approveJob", map[string]any{"jobId": jobID}, "")
	}
	l.until("what is new is activated", func() (bool, error) { return l.activations("state: [QUEUED, RUNNING, CANCELLING]") == 0, nil })
	l.queued.Add(int64(l.activations("") - before))
	l.last = ""
}

// activations counts the jobs that activate titles.
func (l *lane) activations(filter string) int {
	var answer struct{ Jobs struct{ TotalCount int } }
	l.ask(`{ jobs(filter: {kind: ACTIVATE `+filter+`}) { totalCount } }`, nil, &answer)
	return answer.Jobs.TotalCount
}

// withdraw takes a profile's entitlements away, which always waits for a person.
func (l *lane) withdraw() {
	id := l.profiles["part"]
	l.mutate("updateProfile", map[string]any{"profileId": id, "active": false}, "")
	if jobID := l.queue("withdrawProfile", map[string]any{"profileId": id, "mode": "PREVIEW"}, true); jobID != "" {
		l.await(jobID)
		l.carry(l.queue("withdrawProfile", map[string]any{"profileId": id}, false))
	}
	l.mutate("updateProfile", map[string]any{"profileId": id, "active": true}, "")
	l.last = ""
}

// Local collections.

func (l *lane) importInto(collectionID string, more map[string]any) (jobID string) {
	input := map[string]any{"collectionId": collectionID}
	for name, value := range more {
		input[name] = value
	}
	list := l.list(input["removeMissing"] != nil)
	if len(list) < 20_000 {
		input["kbart"] = list
	} else {
		input["fileId"] = l.upload(list)
	}
	return l.queue("importCollection", input, false)
}

func (l *lane) importOne() { l.carry(l.importInto(l.old, nil)) }

// importBoth imports into both collections at once.
func (l *lane) importBoth() {
	old, target := l.importInto(l.old, nil), l.importInto(l.target, nil)
	l.carry(target)
	l.carry(old)
}

func (l *lane) previewImport() { l.await(l.importInto(l.target, map[string]any{"mode": "PREVIEW"})) }

// importGuarded imports a short list that takes most away.
func (l *lane) importGuarded() {
	l.carry(l.importInto(l.target, map[string]any{"removeMissing": true}))
}

// move gives portfolios PO lines and a license, and moves them to their counterparts as a preview showed it.
func (l *lane) move() {
	var found struct {
		Portfolios struct{ Nodes []struct{ ID string } }
	}
	l.ask(`query($id: ID!) { portfolios(first: 40, filter: {collectionId: $id}) { nodes { id } } }`, map[string]any{"id": l.old}, &found)
	nodes := found.Portfolios.Nodes
	for n := range min(5, len(nodes)) {
		l.orders++
		// Its number makes it the only one of its kind: if the first answer was lost, the second is a refusal.
		l.attempt("createPoLine", map[string]any{"number": fmt.Sprintf("%s-%d", l.name, l.orders), "portfolioId": nodes[n*7%len(nodes)].ID}, "")
	}
	if len(nodes) > 0 {
		l.mutate("updatePortfolio", map[string]any{"portfolioId": nodes[len(nodes)-1].ID, "licenseId": l.license}, "")
	}
	input := map[string]any{
		"setId": l.set, "targetCollectionId": l.target, "movePoLines": true, "moveLicenses": true, "includeInaccessible": true,
	}
	preview := l.queue("movePortfolioInformation", with(input, "mode", "PREVIEW"), false)
	l.await(preview)
	l.carry(l.queue("movePortfolioInformation", with(input, "previewJobId", preview), false))
}

func with(input map[string]any, name string, value any) map[string]any {
	more := map[string]any{name: value}
	for name, value := range input {
		more[name] = value
	}
	return more
}

// list draws a KBART list from the titles that the librarian's collections have in common. Now and then it is so long that
// it takes several transactions.
func (l *lane) list(short bool) string {
	of := 1200
	if l.draw.IntN(4) == 0 {
		of = 5000
	}
	share := 0.4 + 0.5*l.draw.Float64()
	if short {
		share = 0.05
	}
	var text strings.Builder
	text.WriteString("publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\tdate_last_issue_online\t" +
		"title_url\ttitle_id\tpublisher_name\tpublication_type\n")
	for n := range of {
		if l.draw.Float64() > share {
			continue
		}
		fmt.Fprintf(&text, "%s Journal %04d\t\t%s\t%d\t\thttps://example.org/%s/%04d\t%s-%04d\tPress %d\tserial\n", l.name, n,
			issn(1_000_000+10_000*l.number()+n), 1950+l.draw.IntN(2)*10, l.name, n, l.name, n, l.draw.IntN(3))
	}
	return text.String()
}

func (l *lane) number() (n int) {
	_, _ = fmt.Sscanf(l.name, "l%d", &n)
	return n
}

// issn is a number of seven digits as an ISSN, with its check digit.
func issn(n int) string {
	digits := fmt.Sprintf("%07d", n)
	sum := 0
	for i, d := range digits {
		sum += (8 - i) * int(d-'0')
	}
	check := "0123456789X"[(11-sum%11)%11]
	return digits[:4] + "-" + digits[4:] + string(check)
}

// upload sends a list to the servers until one has kept it. The same bytes are kept once.
func (l *lane) upload(list string) (fileID string) {
	l.until("the list is uploaded", func() (bool, error) {
		server, err := l.server()
		if err != nil {
			return false, err
		}
		request, err := http.NewRequestWithContext(l.in.ctx, http.MethodPost, server+"/files?name="+l.name+".txt", bytes.NewReader([]byte(list)))
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false, err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusCreated {
			return false, errors.Join(fmt.Errorf("%s: %s", response.Status, text), err)
		}
		var kept struct{ ID string }
		err = json.Unmarshal(text, &kept)
		fileID = kept.ID
		return err == nil && fileID != "", err
	})
	return fileID
}

// since is for a log.
func since(t time.Time) time.Duration { return time.Since(t).Round(100 * time.Millisecond) }
