package rule_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden holds the cases of testdata: one idea of a Rule each.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
