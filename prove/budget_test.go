package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
)

// TestStatementsShareOneBudget has many statements about expressions that cost
// much: each ends, and what it did not decide is unknown.
func TestStatementsShareOneBudget(t *testing.T) {
	var text strings.Builder
	text.WriteString("apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: shop, namespace: web}\nspec:\n  host: shop.example.com\n" +
		"  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n  rules:\n")
	for i := range 12 {
		fmt.Fprintf(&text, "  - {path: '/(x|y)*%c(x|y){%d}z', methods: [GET], accessStrategies: [{handler: noop}]}\n", "xy"[i%2], 22+i)
	}
	in := compile.Input{Files: []*source.File{{Name: "a.yaml", Data: []byte(text.String())}}}
	cluster, _, _ := prove.Complete(in, compile.Options{}, nil)
	cluster.Statements = 30
	set := match.Set{Hosts: []string{"shop.example.com"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/(x|y)*x(x|y){40}z"}}
	for range cluster.Statements {
		if p := cluster.NeverWithout(set, []string{"jwt"}); p.Verdict == prove.Holds {
			t.Fatal("what cannot be decided holds")
		}
	}
}
