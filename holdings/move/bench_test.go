package move_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/library"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// BenchmarkMove moves the PO lines of 50,000 portfolios, and the licenses of a third of them, plan and report included:
// the mark is 5,000 portfolios a second. The ratio is against one statement that does nothing but attach the same PO
// lines to the same portfolios.
func BenchmarkMove(b *testing.B) {
	const portfolios = 50_000
	for b.Loop() {
		b.StopTimer()
		s := openToMove(b, portfolios)
		raw := attachAll(b, s)
		b.StartTimer()
		start := time.Now()
		counts := moveEverything(b, s)
		took := time.Since(start)
		b.StopTimer()
		if counts.Move.PoLinesMoved != portfolios || counts.Move.LicensesMoved != (portfolios+2)/3 {
			b.Fatalf("%+v", counts.Move)
		}
		if n := s.Read.POLine.Query().Where(poline.HasPortfolioWith(portfolio.CollectionID(target))).CountX(b.Context()); n != portfolios {
			b.Fatalf("%d PO lines at the target", n)
		}
		b.ReportMetric(portfolios/took.Seconds(), "portfolios/s")
		b.ReportMetric(took.Seconds()/raw.Seconds(), "times-a-raw-update")
		b.StartTimer()
	}
}

// BenchmarkMoveResponsiveness measures how long a small write and a page of portfolios take while 50,000 portfolios
// move: the mark is 250 ms for 99 of 100.
func BenchmarkMoveResponsiveness(b *testing.B) {
	for b.Loop() {
		s := openToMove(b, 50_000)
		ctx, moved := context.WithCancel(b.Context())
		go func() {
			defer moved()
			moveEverything(b, s)
		}()
		var writes, reads []time.Duration
		for ctx.Err() == nil {
			start := time.Now()
			err := s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
				return tx.Setting.Update().SetInstitutionName(fmt.Sprint("Library ", len(writes))).Exec(ctx)
			})
			writes = append(writes, time.Since(start))
			start = time.Now()
			_, readErr := s.Read.Portfolio.Query().Where(portfolio.CollectionID(target)).WithPoLines().Limit(50).All(b.Context())
			reads = append(reads, time.Since(start))
			if err := errors.Join(err, readErr); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(p99(writes), "write-p99-ms")
		b.ReportMetric(p99(reads), "read-p99-ms")
		b.ReportMetric(float64(len(writes)), "requests")
	}
}

func p99(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[(len(times)-1)*99/100].Microseconds()) / 1000
}

// openToMove makes an old collection of n portfolios with a PO line each, and a new one of the same titles.
func openToMove(b *testing.B, n int) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), store.Options{DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	err = s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, id := range []int64{oldA, target} {
			tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(collectionNames[id]).SetNameKey("x").SaveX(ctx)
		}
		tx.License.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCode("L").SaveX(ctx)
		tx.Job.Create().SetID(1000).SetCreatedAt(1).SetUpdatedAt(1).SetKind("MOVE").SetState("RUNNING").SetMode("APPLY").
			SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
		tx.JobPart.Create().SetID(1001).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(1000).SetCollectionID(oldA).SetContent("").SetState("FETCHED").
			SaveX(ctx)
		for i := range n {
			key := strings.ReplaceAll(holdingstest.ISSN(i+1), "-", "") // that of 0 is a placeholder
			for k, collection := range []int64{oldA, target} {
				var license any
				if k == 0 && i%3 == 0 {
					license = 1
				}
				if _, err := tx.SQL.ExecContext(ctx,
					`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, publication_title, title_key,
					title_id, print_identifier, print_key, publication_type, values_hash, license_id) VALUES (?, 1, 1, ?, true, true, ?, ?, ?, ?, ?, 'serial', 0, ?)`,
					k*n+i+1, collection, fmt.Sprintf("Journal of %d Things", i), fmt.Sprintf("journal of %d things", i), fmt.Sprintf("j%d-%d", k, i),
					holdingstest.ISSN(i+1), key, license); err != nil {
					return err
				}
				if _, err := tx.SQL.ExecContext(ctx,
					`INSERT INTO entitlements (id, created_at, updated_at, portfolio_id, active, coverage_hash) VALUES (?, 1, 1, ?, true, 0)`,
					k*n+i+1, k*n+i+1); err != nil {
					return err
				}
			}
			if _, err := tx.SQL.ExecContext(ctx,
				`INSERT INTO po_lines (id, created_at, updated_at, number, portfolio_id, main) VALUES (?, 1, 1, ?, ?, true)`,
				i+1, fmt.Sprint("POL-", i), i+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// attachAll is the least that a move could do; it is taken back.
func attachAll(b *testing.B, s *store.Store) (took time.Duration) {
	b.Helper()
	for _, update := range []string{
		`UPDATE po_lines SET portfolio_id = t.id, updated_at = 2, version = version + 1 FROM portfolios o JOIN portfolios t ON t.print_key = o.print_key
			WHERE po_lines.portfolio_id = o.id AND o.collection_id = 11 AND t.collection_id = 20`,
		`UPDATE po_lines SET portfolio_id = id`,
	} {
		start := time.Now()
		err := s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, update)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if took == 0 {
			took = time.Since(start)
		}
	}
	return took
}

func moveEverything(b *testing.B, s *store.Store) plan.Counts {
	b.Helper()
	box, err := secret.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	moves := library.Open(s, box, holdings.NoJobs).Moves
	planned, err := moves.PlanMove(b.Context(), move.Rules{SourceIDs: []int64{oldA}, TargetID: target, POLines: true, Licenses: true})
	if err != nil {
		b.Fatal(err)
	}
	nothing := func(context.Context, *store.Tx, plan.Counts) error { return nil }
	part := &holdings.Part{
		ID: 1001, JobID: 1000, CollectionID: oldA, Begun: nothing, Finish: nothing,
		Fence: func(context.Context, *store.Tx, holdings.Progress) error { return nil },
	}
	counts, err := moves.ApplyMove(b.Context(), planned, part, nil)
	if err != nil {
		b.Fatal(err)
	}
	return counts
}
