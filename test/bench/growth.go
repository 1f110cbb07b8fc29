package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// growth is a shape of input in two sizes, half and whole, which shows whether
// time grows with the input alone.
type growth struct {
	name string
	n    int
	// text is number i of n resources; folder keeps a file of each.
	text   func(i, n int) string
	single bool // the resources are one, of n parts
	exits  int  // exit code that is none of an error
	// paths are those of the half and the whole.
	paths [2]string
}

func growthsIn(dir string, rules int) []growth {
	out := []growth{
		{name: "%d FabricGateways", n: rules / 5, text: func(i, _ int) string { return fabricGateway(i) }},
		{name: "%d APIRules v2 on one host", n: rules / 20, text: func(i, _ int) string { return oneHostRule(i) }, exits: 1},
		{name: "%d rules in one APIRule", n: rules / 10, text: wideRule, single: true},
		{name: "%d APIRules v2 with Services", n: rules, text: func(i, _ int) string { return meshRule(i) }},
		{name: "%d wildcard hosts", n: rules / 2, text: func(i, _ int) string { return wildcardRule(i) }},
	}
	for i := range out {
		for k, part := range []string{"half", "whole"} {
			out[i].paths[k] = filepath.Join(dir, fmt.Sprintf("growth-%d-%s", i, part))
		}
	}
	return out
}

// size returns how many resources the half or the whole has.
func (g *growth) size(k int) int { return g.n * (k + 1) / 2 }

func (g *growth) write() error {
	for k, dir := range g.paths {
		n := g.size(k)
		var err error
		if g.single {
			err = writeOne(dir, 1, func(i int) string { return g.text(i, n) })
		} else {
			err = writeFiles(dir, n, func(i int) string { return g.text(i, n) })
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "gateway.yaml"), []byte(gateway), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// oneHostRule returns an APIRule v2 with its Service that shares its host with
// all others and no path.
func oneHostRule(i int) string {
	return serviceRule(i, "shop.example.com", fmt.Sprintf("/part-%d/{**}", i))
}

// wildcardRule returns one on all hosts below a name of its own and on all paths.
func wildcardRule(i int) string { return serviceRule(i, fmt.Sprintf("'*.h-%d.example.com'", i), "/*") }

func serviceRule(i int, host, path string) string {
	return fmt.Sprintf("apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata:\n  name: part-%[1]d\n  namespace: shop\nspec:\n"+
		"  hosts: [%[2]s]\n  gateway: kyma-system/kyma-gateway\n  service:\n    name: part-%[1]d\n    port: 8080\n  rules:\n"+
		"    - path: %[3]s\n      methods: [GET]\n      noAuth: true\n---\n"+
		"apiVersion: v1\nkind: Service\nmetadata:\n  name: part-%[1]d\n  namespace: shop\nspec:\n  selector:\n    app: part-%[1]d\n  ports:\n    - name: http\n      port: 8080\n", i, host, path)
}

// wideRule returns an APIRule v1beta1 of n rules without a common path.
func wideRule(_, n int) string {
	var b strings.Builder
	b.WriteString("apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: wide\n  namespace: shop\nspec:\n" +
		"  gateway: kyma-system/kyma-gateway\n  host: wide.example.com\n  service:\n    name: wide\n    port: 8080\n  rules:\n")
	for i := range n {
		fmt.Fprintf(&b, "    - path: /part-%d/.*\n      methods: [GET]\n      accessStrategies:\n        - handler: jwt\n          config:\n"+
			"            trusted_issuers: [https://login.example.com/]\n            jwks_urls: [https://login.example.com/jwks.json]\n", i)
	}
	return b.String()
}

// growthCases returns two lines for each shape.
func growthCases(o *options, in *inputs) []testCase {
	var out []testCase
	for i := range in.growths {
		g := &in.growths[i]
		for k, path := range g.paths {
			out = append(out, testCase{
				id: path, name: fmt.Sprintf("**kgw validate**, "+g.name, g.size(k)), command: []string{o.kgw, "validate", path}, input: path, runs: o.runs, exits: g.exits,
			})
		}
	}
	return out
}
