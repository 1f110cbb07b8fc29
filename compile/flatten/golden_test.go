package flatten_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden holds the cases of testdata: what is lost and what is written for proxies of the first match.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
