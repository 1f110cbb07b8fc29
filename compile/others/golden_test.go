package others_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden holds the cases of testdata: what is found about objects that others wrote.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
