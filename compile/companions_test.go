package compile_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestCompanions compiles gateways with the resources around them: what is
// found, and what is written.
func TestCompanions(t *testing.T) { compiletest.Golden(t, "testdata/companions") }
