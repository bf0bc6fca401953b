package opaque_test

import (
	"math"
	"testing"

	"autoholdings/internal/opaque"
)

func TestID(t *testing.T) {
	t.Parallel()
	for _, number := range []int64{1, 68719476741, math.MaxInt64} {
		id := opaque.ID("Portfolio", number)
		typeName, got, err := opaque.Parse(id)
		if err != nil || typeName != "Portfolio" || got != number {
			t.Errorf("%s is %s %d, %v", id, typeName, got, err)
		}
	}
	for _, wrong := range []string{"", "17", "not an id", opaque.ID("Portfolio", 0), opaque.ID("Portfolio", -1), "UG9ydGZvbGlv"} {
		if typeName, number, err := opaque.Parse(wrong); err == nil {
			t.Errorf("%q is %s %d", wrong, typeName, number)
		}
	}
}
