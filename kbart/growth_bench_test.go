//go:build unix

package kbart_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"autoholdings/kbart"
)

// hostile are lists that would take disproportionate time if reading or validating looked at anything more than once.
// Each consists of n parts.
var hostile = map[string]func(n int) string{
	"one row of many cells":   func(n int) string { return sampleHeader + "Annals" + strings.Repeat("\tx", n*4) + "\n" + sampleRow(1) },
	"one row of quoted cells": func(n int) string { return sampleHeader + strings.Repeat("\"a\tb\"\t", n) + "\n" + sampleRow(1) },
	"one row of lone quotes":  func(n int) string { return sampleHeader + strings.Repeat("\"\t", n*4) + "\n" + sampleRow(1) },
	"rows of many cells": func(n int) string {
		return sampleHeader + strings.Repeat(strings.Repeat("y\t", 2000)+"\n", n/200) + sampleRow(1)
	},
	"rows of quoted cells": func(n int) string {
		return sampleHeader + strings.Repeat(strings.Repeat("\"a\tb\"\t", 100)+"\n", n/20) + sampleRow(1)
	},
	"findings of one code":       func(n int) string { return sampleHeader + strings.Repeat("Annals\t1357-2460\t\tannals\tP\n", n) },
	"refused rows":               func(n int) string { return sampleHeader + strings.Repeat("\tb\n", n) + sampleRow(1) },
	"one identifier on all rows": func(n int) string { return numberedRows(n, "Annals %d\t1357-2466\t\ta%d\tP\n") },
	"one title_id on all rows":   func(n int) string { return numberedRows(n, "Annals %d\t%08d\t\tannals\tP\n") },
	"one title on all rows":      func(n int) string { return numberedRows(n, "Annals\t%[1]d\t\tannals\tP\n") },
	"quotes that stay open":      func(n int) string { return sampleHeader + strings.Repeat("\"Annals\t1357-2466\t\tannals\tP\n", n) },
	"a quote never closed":       func(n int) string { return sampleHeader + "\"Annals\n" + strings.Repeat("x\n", n) + sampleRow(1) },
	"quotes closed and opened":   func(n int) string { return sampleHeader + strings.Repeat("a\"\t\"b\n", n) + sampleRow(1) },
	"doubled quotes":             func(n int) string { return sampleHeader + strings.Repeat("\"\"\"\n", n) + sampleRow(1) },
	"a huge cell":                func(n int) string { return sampleHeader + strings.Repeat("x", n*8) + "\t1357-2466\t\tannals\tP\n" },
	"a huge cell of tags":        func(n int) string { return sampleHeader + strings.Repeat("<a", n*4) + ">\t1357-2466\t\tannals\tP\n" },
	"a huge cell of entities":    func(n int) string { return sampleHeader + strings.Repeat("&a", n*4) + ";\t1357-2466\t\tannals\tP\n" },
	"a huge cell of marks": func(n int) string {
		return sampleHeader + strings.Repeat("\u200b", n) + "Annals\t1357-2466\t\tannals\tP\n"
	},
	"a huge cell of accents": func(n int) string {
		return sampleHeader + "e" + strings.Repeat("\u0301", n) + "\t1357-2466\t\tannals\tP\n"
	},
	"a huge cell of mojibake": func(n int) string { return sampleHeader + strings.Repeat("Ã¤", n) + "\t1357-2466\t\tannals\tP\n" },
	"headers over and over": func(n int) string {
		return sampleHeader + strings.Repeat(sampleHeader+"x\t"+sampleHeader, n/10) + sampleRow(1)
	},
	"references to no title": func(n int) string {
		return "publication_title\ttitle_id\tparent_publication_title_id\n" +
			strings.TrimPrefix(numberedRows(n, "Annals\ta%d\tnone-%d\n"), sampleHeader)
	},
}

func sampleRow(i int) string { return fmt.Sprintf("Annals %d\t1357-2466\t\tannals-%d\tP\n", i, i) }

func numberedRows(n int, format string) string {
	var b strings.Builder
	b.WriteString(sampleHeader)
	for i := range n {
		if strings.Count(format, "%") == 1 {
			fmt.Fprintf(&b, format, i)
		} else {
			fmt.Fprintf(&b, format, i, i)
		}
	}
	return b.String()
}

// BenchmarkGrowth validates hostile lists, and reports how many times longer a list of four times the size takes (4 =
// the time grows in proportion). It fails if the time grows much faster. It measures processor time, so that other load
// on the machine does not matter.
func BenchmarkGrowth(b *testing.B) {
	const n, most = 10_000, 7
	for name, list := range hostile {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			small, large := list(n), list(4*n)
			growth := 0.0
			for b.Loop() {
				growth = float64(costOf(b, large)) / float64(costOf(b, small))
			}
			b.ReportMetric(growth, "growth")
			if growth > most {
				b.Errorf("a list of four times the size takes %.1f times as long", growth)
			}
		})
	}
}

// costOf returns the least processor time for validating a list in several runs.
func costOf(tb testing.TB, list string) time.Duration {
	tb.Helper()
	const enough = 40 * time.Millisecond
	least, total := time.Hour, time.Duration(0)
	for runs := 0; runs < 5 || total < enough; runs++ {
		runtime.GC()
		start := processorTime(tb)
		if _, err := kbart.Validate(strings.NewReader(list), kbart.ValidateOptions{Findings: func(kbart.Finding) {}}); err != nil {
			tb.Fatal(err)
		}
		took := processorTime(tb) - start
		least, total = min(least, took), total+took
	}
	return least
}

func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	must(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
