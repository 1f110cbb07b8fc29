package compile_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestMesh compiles the cases of testdata/mesh, resources that Istio enforces,
// in both modes: what is found, what is written, and what the controller would
// say of the resources.
func TestMesh(t *testing.T) { compiletest.Golden(t, "testdata/mesh") }
