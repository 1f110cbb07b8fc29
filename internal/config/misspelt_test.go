package config

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
)

func TestMisspelt(t *testing.T) {
	for name, want := range map[string]string{
		"KGW_DOMAINS_DEFAULT":    "",
		"KGW_CONFIG":             "",
		"KGW_ENV":                "",
		"KGW_DOMAIN_DEFAULT":     "did you mean KGW_DOMAINS_DEFAULT?",
		"KGW_DOMAIN":             "did you mean KGW_DOMAINS_DEFAULT?",
		"KGW_ENVIRONMENT":        "did you mean KGW_ENV?",
		"KGW_CONFIG_FILE":        "did you mean KGW_CONFIG?",
		"KGW_COMPATIBILITY_MODE": "",
		"KGW_OATHKEPER_PORT":     "did you mean KGW_OATHKEEPER_PORT?",
		"KGW_NAMESPACES":         "did you mean KGW_NAMESPACE?",
		"KGW_RULES":              "rules is not one value: it is set in kgw.yaml only",
		"KGW_KNOWN_SERVICES":     "known is not one value: it is set in kgw.yaml only",
		"KGW_VERSION":            "",
		"KGW_IMAGE_TAG":          "",
		"KGW_CI_PATHS":           "",
		"KGW_TEST_BIN":           "",
		"OTHER_DOMAIN":           "",
	} {
		found := Misspelt([]string{"PATH=/bin", name + "=x"})
		got := ""
		if len(found) == 1 {
			got = found[0].Help
		}
		if got != want || len(found) == 1 && (found[0].Code != diag.VariableMisspelt || !strings.Contains(found[0].Message, name)) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if found := Misspelt([]string{name + "="}); len(found) > 0 {
			t.Errorf("%s without a value: %v", name, found)
		}
	}
}
