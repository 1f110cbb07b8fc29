package why_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/why"
)

// TestSecretsOfFields: a value that only the name of its field makes a secret shows
// in no form, and what mask hides is hidden in each text; JSON stays JSON.
func TestSecretsOfFields(t *testing.T) {
	const secret = `kana"rien`
	object := why.Object{Object: &manifest.Object{Kind: "Rule"}, Leaves: []why.Leaf{
		{Path: "spec.authenticators[0].config.pre_authorization.client_secret", Value: secret},
		{Path: `spec.authenticators[0].config.introspection_request_headers["X-Any"]`, Value: secret},
		{Path: "spec.authenticators[0].config.api_keys[1]", Value: source.Number("4711")},
		{Path: "spec.upstream.url", Value: "http://hidden", From: []why.Source{{Kind: why.Setting, Field: "x.hidden", Text: "--set hidden"}}},
		{Path: "spec.authenticators[0].config.scope", Value: "shown"},
	}}
	leaves := why.Show([]why.Object{object}, func(s string) string { return strings.ReplaceAll(s, "hidden", "***") })
	var b bytes.Buffer
	if err := report.JSON(&b, leaves); err != nil || !json.Valid(b.Bytes()) {
		t.Fatalf("%v\n%s", err, b.String())
	}
	for form, out := range map[string]string{"text": why.Text(leaves), "JSON": b.String()} {
		for _, part := range []string{"kana", "rien", "4711", "hidden"} {
			if strings.Contains(out, part) {
				t.Errorf("%s has %q:\n%s", form, part, out)
			}
		}
		if !strings.Contains(out, "shown") || strings.Count(out, "***") < 6 {
			t.Errorf("%s:\n%s", form, out)
		}
	}
}
