package holdings_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/migrations"
	"autoholdings/holdings"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// zoneList is what WriteZoneTitles writes of the bundle's collection.
func (b *testBundle) zoneList(addedBy int64) (list string, n int, err error) {
	b.T.Helper()
	var out bytes.Buffer
	n, err = b.Holdings.WriteZoneTitles(b.T.Context(), holdings.ZoneTitles{CollectionID: holdingstest.CollectionID, AddedBy: addedBy}, &out)
	return out.String(), n, err
}

// TestWriteZoneTitles: a row for each coverage statement, none of a title that was removed.
func TestWriteZoneTitles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if list, n, err := b.zoneList(0); err != nil || n != 0 || strings.Count(list, "\n") != 1 {
		t.Errorf("of a local collection: %d %v %q", n, err, list)
	}
	b.fillZone(4)
	set := func(titleID, coverage string, addedBy int64) {
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.CommunityZoneTitle.Update().Where(communityzonetitle.TitleID(titleID)).SetCoverage(coverage).SetAddedByJobID(addedBy).Exec(ctx)
		})
	}
	set("j000", `[{"dateFirst":"1950","volFirst":"1","dateLast":"1995","embargo":"R1Y","url":"https://example.org/a"},{"dateFirst":"1996"}]`,
		5)
	set("j001", `[{"dateFirst":"2001"},{"dateFirst":"2010"}]`, 6)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.CommunityZoneTitle.Update().Where(communityzonetitle.TitleID("j003")).SetRemovedAt(9).Exec(ctx)
	})
	list, n, err := b.zoneList(0)
	b.Must(err)
	if lines := strings.Count(list, "\n"); n != 3 || lines != 1+5 || strings.Contains(list, "Journal 003") {
		t.Errorf("%d titles, %d lines:\n%s", n, lines, list)
	}
	if strings.Count(list, "R1Y") != 1 || strings.Count(list, "\t1995\t") != 1 || strings.Count(list, "example.org") != 1 {
		t.Errorf("a statement has what is of another:\n%s", list)
	}
	if list, n, err := b.zoneList(5); err != nil || n != 1 || !strings.Contains(list, "Journal 000") {
		t.Errorf("what a job added: %d %v\n%s", n, err, list)
	}
	set("j002", `[{"dateFirst":`, 0)
	if _, _, err := b.zoneList(0); err == nil || !strings.Contains(err.Error(), "Journal 002") {
		t.Errorf("coverage that cannot be read: %v", err)
	}
	_, err = b.Holdings.WriteZoneTitles(t.Context(), holdings.ZoneTitles{CollectionID: 4711}, new(bytes.Buffer))
	if err == nil {
		t.Error("of a collection that is not there")
	}
}

// migrateTo makes a database as the migration of a version left it, and fills it.
func migrateTo(ctx context.Context, dir string, version int64, fill ...string) error {
	db, err := sql.Open("sqlite3", filepath.Join(dir, store.FileName))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return err
	}
	for _, statement := range fill {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// TestMigrationLeavesOneEntitlement: of several that deleted profiles left behind, the one that ended last stays.
func TestMigrationLeavesOneEntitlement(t *testing.T) {
	t.Parallel()
	storetest.NeedsSQLite(t, "it migrates a database of a version that knew no other")
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fill := []string{`INSERT INTO collections (id, created_at, updated_at, name, name_key) VALUES (1, 1, 1, 'x', 'x')`}
	for _, id := range []int{1, 2} {
		fill = append(fill,
			fmt.Sprintf(`INSERT INTO portfolios (id, created_at, updated_at, collection_id, available, listed, publication_title, title_key, values_hash)
			VALUES (%d, 1, 1, 1, true, false, 'x', 'x', 1)`, id))
		for i, ended := range []int{20, 30, 10} {
			fill = append(fill, fmt.Sprintf(`INSERT INTO entitlements (id, created_at, updated_at, portfolio_id, active, coverage_hash)
				VALUES (%d, 1, %d, %d, false, 1)`, 10*id+i, ended, id),
				fmt.Sprintf(`INSERT INTO coverage_statements (id, entitlement_id, position) VALUES (%[1]d, %[1]d, 0)`, 10*id+i))
		}
	}
	must(migrateTo(t.Context(), dir, 20261123205206, fill...)) // the one before
	s, err := store.Open(t.Context(), storetest.Options(t, dir))
	must(err)
	defer func() { must(s.Close()) }()
	left := s.Read.Entitlement.Query().IDsX(t.Context())
	if len(left) != 2 || left[0] != 11 || left[1] != 21 {
		t.Errorf("left are %v", left)
	}
	if n := s.Read.CoverageStatement.Query().CountX(t.Context()); n != 2 {
		t.Errorf("%d statements of two entitlements", n)
	}
	wantOneOfNoProfile(t, s, 1)
}

// wantOneOfNoProfile checks that a portfolio with an entitlement of no profile cannot have another one.
func wantOneOfNoProfile(t *testing.T, s *store.Store, portfolioID int64) {
	t.Helper()
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Entitlement.Create().SetID(99).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(portfolioID).SetActive(true).SetCoverageHash(1).
			Exec(ctx)
	})
	if !s.IsUniqueViolation(err, store.UniqueIndex{Name: "entitlement_of_no_profile", Columns: "entitlements.portfolio_id"}) {
		t.Errorf("a second one: %v", err)
	}
}

// TestOneEntitlementOfNoProfile: the database itself refuses a second one of a portfolio.
func TestOneEntitlementOfNoProfile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.Portfolio.Create().SetID(5).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(holdingstest.CollectionID).SetAvailable(true).SetListed(false).
			SetPublicationTitle("x").SetTitleKey("x").SetValuesHash(1).SaveX(ctx)
		return tx.Entitlement.Create().SetID(6).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(5).SetActive(false).SetCoverageHash(1).Exec(ctx)
	})
	wantOneOfNoProfile(t, b.Store, 5)
}
