package worklist_test

import (
	"testing"

	"autoholdings/internal/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
