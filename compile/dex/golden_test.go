package dex_test

import (
	"testing"

	"github.com/kgw-dev/kgw/compile/compiletest"
)

// TestGolden compares the configuration that is written with golden files.
func TestGolden(t *testing.T) { compiletest.Golden(t, "testdata") }
