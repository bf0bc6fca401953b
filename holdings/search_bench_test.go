package holdings_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// BenchmarkSearch measures pages of 20 portfolios of a search for words against the first page of all of them, in the
// same run, over all words of the titles from the commonest to the rarest:
//
//	NAME/list  how many times as long as a page of the list a search takes, at the median
//	NAME-p50, NAME-p99  the median and the 99th percentile of its pages, in milliseconds
func BenchmarkSearch(b *testing.B) {
	l := newLoader(b, *benchTitles)
	l.run(l.lists(0))
	w := keyset.Window{First: 20}
	page := func(f holdings.PortfolioFilter) time.Duration {
		start := time.Now()
		_, err := l.service.Portfolios(b.Context(), f, w)
		l.must(err)
		return time.Since(start)
	}
	asked := searchedWords(b, l)
	for b.Loop() {
		took := map[string][]time.Duration{}
		for i := range 400 {
			took["list"] = append(took["list"], page(holdings.PortfolioFilter{}))
			for name, texts := range asked {
				took[name] = append(took[name], page(holdings.PortfolioFilter{Search: texts[i%len(texts)]}))
			}
		}
		for name, all := range took {
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2])/float64(took["list"][len(took["list"])/2]), name+"/list")
			b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, name+"-p50-ms")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, name+"-p99-ms")
		}
	}
}

// searchedWords are words that many, some and few titles have, two of them at once, beginnings, and identifiers.
func searchedWords(b *testing.B, l *loader) map[string][]string {
	all, err := l.store.Read.Portfolio.Query().Order(portfolio.ByID()).All(b.Context())
	l.must(err)
	counts := map[string]int{}
	asked := map[string][]string{}
	for i, p := range all {
		words := strings.Fields(p.TitleKey)
		for _, word := range words {
			counts[word]++
		}
		if i%(len(all)/100+1) == 0 && len(words) > 1 {
			asked["two"] = append(asked["two"], words[len(words)-1]+" "+words[0])
			asked["identifier"] = append(asked["identifier"], p.OnlineIdentifier)
			asked["url"] = append(asked["url"], p.TitleURL)
		}
	}
	words := make([]string, 0, len(counts))
	for word := range counts {
		if len(word) > 2 {
			words = append(words, word)
		}
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	asked["common"], asked["rare"] = words[:10], words[len(words)-100:]
	for i := range 100 {
		asked["middle"] = append(asked["middle"], words[10+i*(len(words)-10)/400])
		asked["beginning"] = append(asked["beginning"], words[i*len(words)/100][:3])
	}
	asked["none"] = []string{fmt.Sprintf("%x", b.N) + "qx"}
	return asked
}

// BenchmarkSearchUpkeep measures what the index of words costs, against the same without it: the first load, and a file in
// which the titles of 1 % have changed. Words are made in both; BenchmarkWords of internal/search measures that.
//
// Each is the fastest of several runs that take turns: the first run of a process is slower than the next, and the fastest is the
// one that other work on the machine disturbed least.
func BenchmarkSearchUpkeep(b *testing.B) {
	storetest.NeedsSQLite(b, "it drops SQLite's triggers")
	const loads, changes = 3, 8
	for b.Loop() {
		var load, changed [2][]time.Duration // without the index, and with it
		var loaders [2]*loader
		for turn := range 2 * loads {
			with := (turn + turn/2) % 2
			l := newLoader(b, *benchTitles)
			if with == 0 {
				l.dropSearch()
			}
			load[with] = append(load[with], l.run(l.lists(0)))
			loaders[with] = l
		}
		for turn := range 2 * changes {
			with := (turn + turn/2) % 2
			l := loaders[with]
			files := l.lists(0)
			if turn%4 < 2 { // each has the titles changed and then changed back
				files = withChangedTitles(files)
			}
			changed[with] = append(changed[with], l.run(files))
			l.wantIndexed(with == 1, turn%4 < 2)
		}
		b.Logf("load %v, changed %v", load, changed)
		b.ReportMetric(float64(slices.Min(load[1]))/float64(slices.Min(load[0])), "load-with/without")
		b.ReportMetric(float64(slices.Min(changed[1]))/float64(slices.Min(changed[0])), "changed-with/without")
	}
}

// wantIndexed makes sure that what was measured did the work: that the changed titles are in the index, or that none is.
func (l *loader) wantIndexed(is, renamed bool) {
	rows, err := l.store.Query(l.b.Context(), `SELECT (SELECT count(*) FROM portfolios_search WHERE portfolios_search MATCH 'renamed'),
		(SELECT count(*) FROM portfolios WHERE publication_title LIKE '% renamed')`)
	l.must(err)
	defer rows.Close()
	var found, there int
	if !rows.Next() {
		l.b.Fatal(rows.Err())
	}
	l.must(rows.Scan(&found, &there))
	if want := map[bool]int{true: there}[is]; renamed != (there > 0) || found != want {
		l.b.Fatalf("%d of %d changed titles are in the index, want %d", found, there, want)
	}
}

// dropSearch takes the index of words away from portfolios.
func (l *loader) dropSearch() {
	l.must(l.store.Write(l.b.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, name := range []string{"inserted", "changed", "deleted"} {
			if _, err := tx.SQL.ExecContext(ctx, `DROP TRIGGER portfolios_search_`+name); err != nil {
				return err
			}
		}
		return nil
	}))
}

// withChangedTitles changes the title of every hundredth row.
func withChangedTitles(files map[string]string) map[string]string {
	return rewrite(files, func(text []byte) []byte {
		lines := bytes.Split(text, []byte("\r\n"))
		for i := 1; i < len(lines); i += 100 {
			if title, rest, ok := bytes.Cut(lines[i], []byte("\t")); ok {
				lines[i] = slices.Concat(title, []byte(" renamed\t"), rest)
			}
		}
		return bytes.Join(lines, []byte("\r\n"))
	})
}
