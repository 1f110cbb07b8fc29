package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCases asks the cases of repositories and messages for their right
// answers: what the report must have, and what it must not.
func TestCases(t *testing.T) {
	dir, err := filepath.Abs("../../../shared/cases")
	if _, statErr := os.Stat(dir); err != nil || statErr != nil {
		t.Skip("SKIPPED: the cases are not here")
	}
	for _, c := range []struct {
		args, code   string
		want, refuse []string
	}{
		{"validate repositories/F13-function --domain k.test", "0", nil, []string{"KGW308"}},
		{"build repositories/12-default-domain-from-gateway/a.yaml", "0", []string{"- shop.kyma.example.com"}, []string{"KGW303", "KGW316"}},
		{"validate repositories/06-duplicates-flood", "0", []string{"KGW306", "defined 4 times"}, []string{"KGW402", "KGW305"}},
		{"validate repositories/ux-same-host", "1", []string{"claimed by 3 resources", "2 errors"}, nil},
		{"validate repositories/ux-overlays", "1", []string{"KGW306", "environments", "1 error"}, []string{"KGW402"}},
		{"validate repositories/ux-nested-config", "1", []string{"a.yaml:13:13: error[KGW409]", "1 error"}, []string{"KGW303"}},
		{"validate repositories/ux-config-names", "2", []string{"kgw.yml:1:1: error[KGW133]", ".kgw.yaml:1:1: error[KGW133]"}, nil},
		{"validate repositories/rule-near-miss", "1", []string{"KGW111"}, nil},
		{"validate repositories/v1alpha1-no-methods", "1", []string{"November 2020", "1 error in"}, []string{"KGW408"}},
		{"validate repositories/04-assess-does-not-count-broken", "3", []string{":6:3: error[KGW103]", "template"}, nil},
		{"validate messages/07-messages/spec-in-metadata.yaml", "1", []string{"indent", "1 error in"}, nil},
		{"validate messages/07-messages/gateway-placeholder.yaml", "1", []string{"KGW130", "1 error in"}, []string{"KGW310", "KGW205"}},
		{"validate messages/07-messages/jwt-braces.yaml", "1", []string{"KGW130"}, []string{"<nil>", "KGW506"}},
		{"validate messages/07-messages/service-other-namespace.yaml", "1", []string{`in namespace "default"`, "-n"}, nil},
		{"migrate messages/07-messages/api-null-hostname.yaml", "1", []string{":5:12: error[KGW718]: hostname is empty"}, []string{"and service"}},
		{"migrate repositories/04-assess-does-not-count-broken --assess", "3", []string{"1 resource: 0 move to v2 by themselves, 0 need a decision, 0 are at it or newer, 1 are in broken files"}, nil},
		{"migrate messages/07-messages/api-port.yaml", "1", []string{"write a number, such as 80"}, []string{"without quotes"}},
		{"validate messages/07-messages/function.yaml", "0", nil, []string{"KGW308"}},
		{"validate messages/yaml/badns.yaml", "1", []string{"1 error"}, nil},
		{"validate messages/F14-messages/legacy-gateway", "1", []string{"write kyma-system/kyma-gateway"}, []string{"must match"}},
		{"validate messages/F14-messages/paths", "1", []string{"/environments/{*}/stores/{*}", "/environments/{*}/stores"}, []string{"must match"}},
		{"validate messages/F14-messages/v1beta2", "1", []string{"those of v2"}, nil},
		{"validate messages/mistakes/10-unquoted-star.yaml", "3", []string{":13:13: ", `write it in quotes: "*"`}, nil},
		{"validate messages/mistakes/16-indent.yaml", "3", []string{":9:2: "}, nil},
		{"validate messages/yaml/unclosedlist.yaml", "3", []string{":14:16: "}, nil},
		{"validate messages/yaml/nospace.yaml", "3", []string{":7:7: "}, nil},
	} {
		got := execute(dir, "", strings.Fields(c.args)...)
		text := got.Stdout + got.Stderr
		if string(rune('0'+got.Code)) != c.code {
			t.Errorf("kgw %s: exit %d, want %s\n%s", c.args, got.Code, c.code, text)
		}
		for _, w := range c.want {
			if !strings.Contains(text, w) {
				t.Errorf("kgw %s: no %q in\n%s", c.args, w, text)
			}
		}
		for _, w := range c.refuse {
			if strings.Contains(text, w) {
				t.Errorf("kgw %s: %q in\n%s", c.args, w, text)
			}
		}
	}
}
