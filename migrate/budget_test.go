package migrate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

// TestTooManyRules leaves a resource whose rules cost too much to compare, and
// moves the other one.
func TestTooManyRules(t *testing.T) {
	const head = "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: %s, namespace: web}\nspec:\n  host: %s.example.com\n" +
		"  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n  rules:\n"
	var text strings.Builder
	fmt.Fprintf(&text, head+"  - {path: /a, methods: [GET], accessStrategies: [{handler: no_auth}]}\n---\n", "small", "small")
	fmt.Fprintf(&text, head, "large", "large")
	for i := range 3000 {
		fmt.Fprintf(&text, "  - {path: /p%d, methods: [GET], accessStrategies: [{handler: no_auth}]}\n", i)
	}
	r := migrate.Run([]*source.File{{Name: "a.yaml", Data: []byte(text.String())}}, migrate.Options{To: "v2"})
	if len(r.Documents) != 2 || r.Documents[0].Outcome != migrate.Moved || r.Documents[1].Outcome != migrate.Decide {
		t.Fatalf("outcomes of %d documents: %v", len(r.Documents), r.Documents)
	}
	if found := r.Documents[1].Findings; len(found) == 0 || found[len(found)-1].Code != diag.NotRewritten {
		t.Errorf("%v", found)
	}
}
