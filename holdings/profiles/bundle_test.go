package profiles_test

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

func setupEmpty(t *testing.T) *testBundle {
	t.Helper()
	return &testBundle{holdingstest.NewWithoutProfiles(t)}
}

func setupCampuses(t *testing.T) (b *testBundle, law, medicine int64) {
	t.Helper()
	shared, law, medicine := holdingstest.NewWithCampuses(t)
	return &testBundle{shared}, law, medicine
}
