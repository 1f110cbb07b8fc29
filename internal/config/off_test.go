package config_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

func TestOffNeedsNoQuotes(t *testing.T) {
	for _, off := range []string{"off", `"off"`, "false"} {
		c, found := config.Parse("kgw.yaml", []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\nrules: {KGW305: "+off+"}\n"))
		if len(found) > 0 {
			t.Errorf("%s: %v", off, found)
		}
		if got := c.Levels()[diag.HostConflict]; got != diag.Off {
			t.Errorf("%s: level %v", off, got)
		}
	}
}
