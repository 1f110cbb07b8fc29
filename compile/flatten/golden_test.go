package flatten_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden compares what is lost and what is written for proxies of the first match with
// the cases of testdata.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
