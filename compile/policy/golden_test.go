package policy_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden holds the cases of testdata: policies and request authentications.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
