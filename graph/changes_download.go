package graph

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"autoholdings/graph/model"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

// The parameters of the addresses that narrow changes: the fields of the query and its filter. Actions are separated by commas.
var changeParameters = []string{
	"since", "until", "portfolioId", "collectionId", "groupId", "action", "field", "actorId", "actorKind",
}

// changesAsked returns the changes that an address asks for.
func changesAsked(given map[string]string) (jobs.ChangeQuery, error) {
	var since *int64
	var in model.ChangeFilter
	for name, to := range map[string]**int64{"since": &since, "until": &in.Until} {
		text, ok := given[name]
		if !ok {
			continue
		}
		ms, err := model.UnmarshalDateTime(text)
		if err != nil {
			return jobs.ChangeQuery{}, problem.New(problem.BadInput, name, "%v", err)
		}
		*to = &ms
	}
	for name, to := range map[string]**string{
		"portfolioId": &in.PortfolioID, "collectionId": &in.CollectionID, "groupId": &in.GroupID, "field": &in.Field,
		"actorId": &in.ActorID, "actorKind": &in.ActorKind,
	} {
		if text, ok := given[name]; ok {
			*to = &text
		}
	}
	if text, ok := given["action"]; ok {
		in.Action = strings.Split(text, ",")
	}
	if kind := in.ActorKind; kind != nil && !model.IsActorKind(*kind) {
		return jobs.ChangeQuery{}, problem.New(problem.BadInput, "actorKind", "%.40q is no kind of actors: choose among %s", *kind,
			strings.Join(model.ActorKinds, ", "))
	}
	return changeQuery(since, &in)
}

// changesTSV sends all changes that the address asks for, for a spreadsheet, the oldest first.
func (d *downloads) changesTSV(w http.ResponseWriter, r *http.Request) {
	given, err := parameters(r, changeParameters...)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	q, err := changesAsked(given)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	d.send(w, r, &file{
		name: fmt.Sprintf("changes-%s.tsv", time.Now().UTC().Format(time.DateOnly)), contentType: tabSeparated,
		write: func(ctx context.Context, w io.Writer) error {
			read := func(window keyset.Window) (keyset.Page[*jobs.AppliedChange], error) {
				return d.reader.ChangesSince(ctx, q, window)
			}
			return writeTSV(w, appliedColumns, keyset.All(changesAtOnce, read, jobs.AppliedListing.At), appliedCells)
		},
	})
}

// changesAtOnce is how many changes are read at once.
const changesAtOnce = 1000

var appliedColumns = []string{
	"time", "actor_kind", "actor", "action", "field", "title", "title_id", "print_identifier", "online_identifier", "old", "new", "profile",
	"collection", "groups", "job_id", "portfolio_id", "id",
}

func appliedCells(row *jobs.AppliedChange) []string {
	c := model.Change{AppliedChange: row}
	groups, _ := c.GroupNames() // what cannot be read is left out of a list for people; the API says so
	var job string
	if !c.IsEdit() {
		job = model.ID(model.JobType, row.JobID)
	}
	return []string{
		model.Moment(row.Moment), string(row.ActorKind), row.ActorName, row.Action, row.JobChange.Field, row.Title, row.JobChange.TitleID,
		row.JobChange.PrintIdentifier, row.JobChange.OnlineIdentifier, orEmpty(c.OldValue()), orEmpty(c.NewValue()), row.ProfileName,
		row.CollectionName, strings.Join(groups, "; "), job, orEmpty(portfolioID(row.JobChange)), c.ID(),
	}
}

// changesAtom sends a page of the changes that the address asks for as an Atom feed (RFC 4287), the newest first. Its link
// "next" leads to the page with the older ones (RFC 5005, section 3).
func (d *downloads) changesAtom(w http.ResponseWriter, r *http.Request) {
	given, err := parameters(r, append([]string{"first", "after"}, changeParameters...)...)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	q, err := changesAsked(given)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	q.NewestFirst = true
	window, err := feedWindow(given)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	contentType := "application/atom+xml; charset=utf-8"
	d.send(w, r, &file{name: "changes.atom", contentType: contentType, write: func(ctx context.Context, w io.Writer) error {
		page, err := d.reader.ChangesSince(ctx, q, window)
		if err != nil {
			return err
		}
		installation, err := d.reader.Installation(ctx)
		if err != nil {
			return err
		}
		return writeFeed(w, page, window, r.URL.Query(), installation)
	}})
}

// feedWindow decodes which page of a feed is wanted.
func feedWindow(given map[string]string) (keyset.Window, error) {
	var first *int
	if text, ok := given["first"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil {
			return keyset.Window{}, problem.New(problem.BadInput, "first", "%.40q is no number: first may be 1 to %d", text, maxFirst)
		}
		first = &n
	}
	var after *string
	if text, ok := given["after"]; ok {
		after = &text
	}
	return appliedListing.window(ask{first: first, after: after})
}

// The elements of a feed, in the form of RFC 4287.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  atomPerson  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		ID       string       `xml:"id"`
		Title    string       `xml:"title"`
		Updated  string       `xml:"updated"`
		Author   atomPerson   `xml:"author"`
		Category atomCategory `xml:"category"`
		Content  atomText     `xml:"content"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

// writeFeed writes a page. Its ids begin with when the installation began, which no two have in common: ids of rows are not
// unique beyond it.
func writeFeed(w io.Writer, page keyset.Page[*jobs.AppliedChange], window keyset.Window, query url.Values, installation int64) error {
	urn := fmt.Sprintf("urn:x-autoholdings:%d", installation)
	feed := atomFeed{
		ID: urn + ":changes", Title: "Changes of the holdings", Updated: model.Moment(installation), Author: atomPerson{"Autoholdings"},
		Links: []atomLink{{"self", feedAddress(query)}},
	}
	if page.More {
		query.Set("after", appliedListing.cursor(window, page.Items[len(page.Items)-1]))
		feed.Links = append(feed.Links, atomLink{"next", feedAddress(query)})
	}
	for _, row := range page.Items {
		feed.Entries = append(feed.Entries, feedEntry(urn, row))
	}
	if len(feed.Entries) > 0 {
		feed.Updated = feed.Entries[0].Updated
	}
	query.Del("first")
	query.Del("after")
	if narrowed := query.Encode(); narrowed != "" { // another feed
		feed.ID += ":" + url.PathEscape(narrowed)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(feed)
}

// feedAddress is relative, so it is right behind any proxy.
func feedAddress(query url.Values) string { return "changes.atom?" + query.Encode() }

func feedEntry(urn string, row *jobs.AppliedChange) atomEntry {
	c := model.Change{AppliedChange: row}
	what := strings.TrimSpace(row.Action + " " + row.JobChange.Field)
	author := row.ActorName
	if author == "" {
		author = strings.ToLower(string(row.ActorKind))
	}
	if author == "" {
		author = "unknown"
	}
	var lines []string
	for _, line := range [][2]string{
		{"Old", orEmpty(c.OldValue())}, {"New", orEmpty(c.NewValue())}, {"Collection", row.CollectionName}, {"Profile", row.ProfileName},
	} {
		if line[1] != "" {
			lines = append(lines, line[0]+": "+line[1])
		}
	}
	return atomEntry{
		ID: urn + ":change:" + c.ID(), Title: what + ": " + row.Title, Updated: model.Moment(row.Moment), Author: atomPerson{author},
		Category: atomCategory{row.Action}, Content: atomText{"text", strings.Join(lines, "\n")},
	}
}
