package holdings_test

import (
	"testing"

	"autoholdings/internal/holdingstest"
)

// testBundle is holdingstest's, with what the tests of this package do again and again.
type testBundle struct{ *holdingstest.Bundle }

func setup(t *testing.T) *testBundle {
	t.Helper()
	return &testBundle{holdingstest.New(t)}
}

func openBundle(t *testing.T) *testBundle {
	t.Helper()
	return &testBundle{holdingstest.Open(t)}
}

func setupCampuses(t *testing.T) (b *testBundle, law, medicine int64) {
	t.Helper()
	shared, law, medicine := holdingstest.NewWithCampuses(t)
	return &testBundle{shared}, law, medicine
}
