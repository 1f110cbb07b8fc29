package main

import (
	"runtime/debug"
	"testing"
)

func TestModuleVersion(t *testing.T) {
	for name, c := range map[string]struct {
		module debug.Module
		want   string
	}{
		"installed from a proxy":   {debug.Module{Version: "v1.2.3", Sum: "h1:x"}, "1.2.3"},
		"a commit from a proxy":    {debug.Module{Version: "v0.0.0-20260101000000-0123456789ab", Sum: "h1:x"}, "0.0.0-20260101000000-0123456789ab"},
		"a checkout":               {debug.Module{Version: "(devel)"}, unreleased},
		"a checkout with its tags": {debug.Module{Version: "v1.2.4-0.20260101000000-0123456789ab+dirty"}, unreleased},
		"not built as a module":    {debug.Module{}, unreleased},
	} {
		t.Run(name, func(t *testing.T) {
			if got := moduleVersion(c.module); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
