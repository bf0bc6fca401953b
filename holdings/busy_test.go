package holdings_test

import (
	"testing"

	"autoholdings/holdings"
)

// TestNewDemandsBusy: a domain that knows of no jobs would let people write what jobs are writing.
func TestNewDemandsBusy(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a domain was made that knows of no jobs")
		}
	}()
	holdings.New(openBundle(t).Store, nil)
}
