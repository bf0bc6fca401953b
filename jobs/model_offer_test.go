package jobs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// drawReleases makes some releases, each of the one before with titles gone, come, changed or free. Rarely nearly all
// of them go, and rarely nothing changes.
func drawReleases(t *rapid.T) (dir string) {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "releases"), 0))
	folder := newListFolder(t)
	universe := map[string]int{mockoup.Books: 8, mockoup.Journals: 16}
	listed := map[string][]*entry{
		mockoup.Books:    make([]*entry, universe[mockoup.Books]),
		mockoup.Journals: make([]*entry, universe[mockoup.Journals]),
	}
	dates := []string{"2026-01-24", "2026-02-24", "2026-03-14", "2026-04-24", "2026-05-24"} // what waits since February waits in March
	merges := 1 + random.IntN(3)
	for month, date := range dates {
		for _, content := range []string{mockoup.Books, mockoup.Journals} {
			gone, same := 0.1, month > 0 && random.IntN(8) == 0
			if month > 0 && random.IntN(3) == 0 {
				gone = 0.6
			}
			for n := range universe[content] {
				if !same {
					listed[content][n] = next(random, content, n, listed[content][n], gone)
				}
				if e := listed[content][n]; e != nil {
					folder.add(date, content, n, *e)
				}
			}
			if content == mockoup.Journals {
				for _, m := range mergers {
					m.add(folder, random, date, month-merges)
				}
			}
			folder.add(date, content, universe[content], entry{title: "Always free", url: "https://academic.oup.com/free", from: "2000", free: true})
		}
	}
	return folder.dir
}

// merger is two journals that a third follows with the print ISSN of the one and the online ISSN of the other: nobody
// can tell which of them it is. The numbers are chosen so that a customer has all three of them, or none.
type merger struct {
	one, other, both int
	customers        [3]bool
}

var mergers = []merger{
	{25, 28, 30, [3]bool{true, true, true}},
	{24, 26, 27, [3]bool{true, true, false}},
	{39, 40, 56, [3]bool{false, true, true}},
}

// add adds them to a release. The third is in a list from some month on, which it begins without the two.
func (m merger) add(folder *listFolder, random *rand.Rand, date string, since int) {
	way := random.IntN(4)
	entryOf := func(title string) entry {
		return entry{
			title: title, publisher: []string{"Oxford University Press", "Another Press"}[random.IntN(2)],
			url: "https://academic.oup.com/" + title, from: "1996",
		}
	}
	if since < 0 || since > 0 && way < 2 {
		one, other := entryOf(fmt.Sprint("One", m.one)), entryOf(fmt.Sprint("Other", m.other))
		one.print, other.online = issn(m.one), issn(m.other)
		folder.add(date, mockoup.Journals, m.one, one)
		folder.add(date, mockoup.Journals, m.other, other)
	}
	if since == 0 || since > 0 && way > 0 {
		both := entryOf(fmt.Sprint("Both", m.both))
		both.print, both.online = issn(m.one), issn(m.other)
		folder.add(date, mockoup.Journals, m.both, both)
	}
}

// titles are the merger's, as the lists have them.
func (m merger) titles() (one, other, both string) {
	return fmt.Sprintf("j%02d", m.one), fmt.Sprintf("j%02d", m.other), fmt.Sprintf("j%02d", m.both)
}

// mightBe are, for each title of a merger, the others that nobody can tell from it.
var mightBe = func() map[string][]string {
	found := map[string][]string{}
	for _, m := range mergers {
		one, other, both := m.titles()
		found[one], found[other], found[both] = []string{both}, []string{both}, []string{one, other}
	}
	return found
}()

// whole says whether the list has both or neither of two journals that may merge: the fault *half* may have taken one.
func (o *offer) whole(p place) bool {
	if p.content != "JOURNALS" || len(o.titles) == 0 {
		return true
	}
	for _, m := range mergers {
		one, other, both := m.titles()
		_, a := o.titles[one]
		_, b := o.titles[other]
		_, c := o.titles[both]
		if a != b || (a || c) != m.customers[p.profile] {
			return false
		}
	}
	return true
}

// next is what the nth title is in the next release; nil: it is not in it.
func next(random *rand.Rand, content string, n int, before *entry, gone float64) *entry {
	chance := func(p float64) bool { return random.Float64() < p }
	if before == nil {
		if chance(0.3) {
			return nil
		}
		e := &entry{
			title: fmt.Sprintf("%s %02d", content, n), publisher: "Oxford University Press",
			url: fmt.Sprintf("https://academic.oup.com/%s%02d", content[:1], n),
		}
		if content == mockoup.Journals {
			e.from, e.archive = "1996", chance(0.3)
		}
		return e
	}
	if chance(gone) {
		return nil
	}
	e := *before
	if chance(0.15) {
		e.publisher = []string{"Oxford University Press", "Another Press", "Third Press"}[random.IntN(3)]
	}
	if chance(0.1) {
		e.url = strings.TrimSuffix(e.url, "/new")
		if chance(0.5) {
			e.url += "/new"
		}
	}
	if chance(0.05) && content == mockoup.Books {
		e.second = !e.second
		if chance(0.5) {
			e.title = strings.TrimSuffix(e.title, " Second Edition") + " Second Edition"
		}
	}
	if chance(0.05) {
		e.title = strings.TrimSuffix(e.title, " Renamed") + " Renamed"
	}
	if content == mockoup.Journals && chance(0.15) {
		e.from, e.archive = []string{"1996", "1997", "1998-05"}[random.IntN(3)], chance(0.3)
	}
	e.free = chance(0.04)
	return &e
}

// drawFault draws none, most of the time.
func drawFault(t *rapid.T) (f mockoup.Fault) {
	if rapid.IntRange(0, 3).Draw(t, "fault") < 3 {
		return f
	}
	f.Kind = rapid.SampledFrom(mockoup.FaultKinds()).Draw(t, "kind")
	f.Content = rapid.SampledFrom([]string{"", "", mockoup.Books, mockoup.Journals}).Draw(t, "content")
	f.Customer = rapid.SampledFrom([]string{"", "", "north", "south", "east"}).Draw(t, "customer")
	f.DelayMillis = 1 // a real timeout is TestEveryFault's business: here the answer is 504 at once
	return f
}

// offer is what the provider answers a place: a list, or why there is none.
type offer struct {
	code                   string // of the outcome; "": there is a list
	sha, date              string
	rows, free, statements int
	titles                 map[string]listed
}

// listed is a title in a list.
type listed struct {
	values
	coverage, sha string
}

func (l listed) String() string { return fmt.Sprint(l.values, l.coverage) }

// offerOf asks the provider as a job would.
func (m *model) offerOf(p place, fault mockoup.Fault) offer {
	m.t.Helper()
	customer, content := customers[p.profile], strings.ToLower(p.content)
	hit := fault.Kind != "" && (fault.Content == "" || fault.Content == content) && (fault.Customer == "" || fault.Customer == customer.Number)
	if hit && fault.Kind == "timeout" {
		return offer{code: "SERVER_ERROR"}
	}
	if want := faultOutcomes[fault.Kind]; hit && want.state == jobs.Failed && fault.Kind != "header-only" {
		return offer{code: want.code}
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, m.mock.ListURL(customer.Number, content), nil)
	m.must(err)
	request.Header.Set("X-Api-Key", customer.Key)
	answer, err := http.DefaultClient.Do(request)
	m.must(err)
	body, err := io.ReadAll(answer.Body)
	m.must(err)
	m.must(answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		m.t.Fatalf("the provider answers %s", answer.Status)
	}
	_, attachment, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
	m.must(err)
	date, ok := kbart.ParseFileDate(attachment["filename"])
	if !ok {
		m.t.Fatalf("%q has no date", attachment["filename"])
	}
	sum := sha256.Sum256(body)
	o := offer{sha: hex.EncodeToString(sum[:]), date: date.Format("2006-01-02"), titles: map[string]listed{}}
	o.read(m.t, body)
	return o
}

// read takes a list apart. Those of the model are simple: a title is its title_id.
func (o *offer) read(t failer, list []byte) {
	t.Helper()
	statements := map[string][]string{}
	for row, err := range kbart.NewReader(bytes.NewReader(list), kbart.Options{}).Records() {
		if err != nil {
			if o.rows == 0 { // of a header alone
				return
			}
			t.Fatalf("%v", err)
		}
		o.rows++
		if row.Get(kbart.AccessType) == "F" {
			o.free++
			continue
		}
		id := row.Get(kbart.TitleID)
		l, ok := o.titles[id]
		if !ok {
			l.sha = o.sha
			for i, name := range valueNames {
				l.values[i] = row.Get(columnNamed(name))
			}
		}
		if row.Type() == kbart.Serial {
			o.statements++
			url := row.Get(kbart.TitleURL)
			if url == l.values[3] {
				url = ""
			}
			statements[id] = append(statements[id], statementText(row.Get(kbart.DateFirstIssueOnline), row.Get(kbart.DateLastIssueOnline), url))
			l.coverage = coverageText(statements[id])
		}
		o.titles[id] = l
	}
}

func columnNamed(name string) kbart.Column {
	for c := range kbart.Column(kbart.NumColumns) {
		if c.String() == name {
			return c
		}
	}
	panic(name)
}

func statementText(first, last, url string) string {
	return strings.TrimSpace(first + "–" + last + " " + url)
}

func coverageText(statements []string) string {
	slices.Sort(statements)
	return strings.Join(statements, "; ")
}

// ranges is a coverage without the statements' own addresses.
func ranges(coverage string) string {
	var text []string
	for statement := range strings.SplitSeq(coverage, "; ") {
		years, _, _ := strings.Cut(statement, " ")
		text = append(text, years)
	}
	return coverageText(text)
}
