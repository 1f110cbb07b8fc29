package envoy_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden holds the cases of testdata: what entries for Istio's gateway match, set and lose.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
