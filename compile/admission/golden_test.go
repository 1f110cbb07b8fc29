package admission_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden compares the policies that are written with golden files.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
