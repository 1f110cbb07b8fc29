package flatten_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden flattens the gateways of testdata for first-match proxies and compares the
// routes and the findings with the golden files.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
