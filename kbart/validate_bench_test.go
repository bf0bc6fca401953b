package kbart_test

import (
	"bytes"
	"testing"
	"time"

	"autoholdings/kbart"
)

// BenchmarkValidate runs all checks, with and without comparing rows, and reports the speed compared to a bare split of
// the same bytes (1 = as fast).
func BenchmarkValidate(b *testing.B) {
	modes := map[string]int{"all": 0, "rows-by-themselves": -1}
	for name, text := range benchmarkInputs(b) {
		for mode, maxRows := range modes {
			b.Run(name+"/"+mode, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				rows := 0
				var bare, validated time.Duration
				for b.Loop() {
					start := time.Now()
					bareSplit(text)
					middle := time.Now()
					summary, err := kbart.Validate(bytes.NewReader(text), kbart.ValidateOptions{MaxRows: maxRows, Findings: func(kbart.Finding) {}})
					if err != nil {
						b.Fatal(err)
					}
					rows = summary.Rows.Read
					bare += middle.Sub(start)
					validated += time.Since(middle)
				}
				b.ReportMetric(float64(bare)/float64(validated), "of-bare-speed")
				b.ReportMetric(float64(rows)*float64(b.N)/validated.Seconds(), "rows/s")
			})
		}
	}
}
