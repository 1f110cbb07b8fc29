package parentgateway_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden compares the Gateways that are written with golden files.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
