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
func BenchmarkSearchUpkeep(b *testing.B) {
	storetest.NeedsSQLite(b, "it drops SQLite's triggers")
	for b.Loop() {
		var load, changed [2]time.Duration
		for i := range load {
			l := newLoader(b, *benchTitles)
			if i == 0 {
				l.dropSearch()
			}
			load[i] = l.run(l.lists(0))
			changed[i] = l.run(withChangedTitles(l.lists(0)))
		}
		b.ReportMetric(float64(load[1])/float64(load[0]), "load-with/without")
		b.ReportMetric(float64(changed[1])/float64(changed[0]), "changed-with/without")
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
