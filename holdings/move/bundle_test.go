package move_test

import (
	"testing"

	"autoholdings/internal/holdingstest"
)

// testBundle is holdingstest's, with what the tests of this package do again and again.
type testBundle struct{ *holdingstest.Bundle }

func openBundle(t *testing.T) *testBundle {
	t.Helper()
	return &testBundle{holdingstest.Open(t)}
}
