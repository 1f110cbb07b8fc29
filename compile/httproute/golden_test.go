package httproute_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden holds the cases of testdata: what is written for the Gateway API.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
