package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// proofs are inputs of what is proved: migrations whose rules all move, and two
// states of which a tenth of the rules differ.
type proofs struct {
	apart, together string         // 1,000 rules without a common path, and on one workload
	before, after   map[int]string // directories, by the number of rules
}

// movable returns the text of an APIRule v1beta1 that can be moved to v2, with
// one to three rules below the base path.
func movable(i int, base, service string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: r-%04d\n  namespace: shop\nspec:\n"+
		"  gateway: kyma-system/kyma-gateway\n  host: r-%04d.example.com\n  service:\n    name: %s\n    port: 8080\n  rules:\n", i, i, service)
	for n := range 1 + i%3 {
		jwt := "jwt\n          config:\n            trusted_issuers: [https://login.example.com/]\n            jwks_urls: [https://login.example.com/jwks.json]\n"
		access := []string{"noop\n", "allow\n", "no_auth\n", jwt, jwt + fmt.Sprintf("            required_scope: [read-%d]\n", i%7), jwt + fmt.Sprintf("            target_audience: [aud-%d]\n", i%5)}
		fmt.Fprintf(&b, "    - path: %s/v%d/%s%s\n      methods: %s\n      accessStrategies:\n        - handler: %s", base, n+1, nouns[(i+n)%5],
			[]string{"", "/.*", "(/.*)?", "/.*"}[(i/3+n)%4], []string{"[GET]", "[GET, HEAD, OPTIONS]", "[GET, POST, PUT, DELETE]"}[(i/2+n)%3], access[(i/5+2*n)%6])
	}
	return b.String()
}

// changed returns apiRule with other methods in one of ten rules.
func changed(i int) string {
	text := apiRule(i)
	if i%10 == 0 {
		text = strings.NewReplacer(`methods: ["GET"]`, "methods: [GET, POST]", "methods: [GET, HEAD, OPTIONS]", "methods: [GET]", "        - PUT\n", "").Replace(text)
	}
	return text
}

// proofSizes are how many resources two states are compared with.
var proofSizes = []int{1000, 2000}

func proofsIn(dir string) proofs {
	at := func(name string) string { return filepath.Join(dir, name) }
	p := proofs{apart: at("apart.yaml"), together: at("together.yaml"), before: map[int]string{}, after: map[int]string{}}
	for _, n := range proofSizes {
		p.before[n], p.after[n] = at(fmt.Sprintf("before-%d", n)), at(fmt.Sprintf("after-%d", n))
	}
	return p
}

func (p *proofs) write() error {
	if err := writeStream(p.apart, 0, 1000, func(i int) string { return movable(i, fmt.Sprintf("/s%d", i), fmt.Sprintf("s-%d", i)) }); err != nil {
		return err
	}
	if err := writeStream(p.together, 0, 1000, func(i int) string { return movable(i, "", "web") }); err != nil {
		return err
	}
	for _, n := range proofSizes {
		if err := writeOne(p.before[n], n, apiRule); err != nil {
			return err
		}
		if err := writeOne(p.after[n], n, changed); err != nil {
			return err
		}
	}
	return nil
}

// writeOne writes documents to the one file of a directory.
func writeOne(dir string, n int, text func(int) string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return writeStream(filepath.Join(dir, "apirules.yaml"), 0, n, text)
}

// proofCases returns the lines about proofs.
func proofCases(o *options, in *inputs) []testCase {
	migrate := func(id, name string, exits int, args ...string) testCase {
		return testCase{id: id, name: "**kgw migrate**, " + name, command: append([]string{o.kgw, "migrate", "-o", "yaml"}, args...), runs: o.runs, exits: exits}
	}
	out := []testCase{
		migrate("migrate", "1,000 rules with proofs", 1, filepath.Join(in.small, "apirules-000.yaml"), "--ext-authorizer", "proxy"),
		migrate("migrate-apart", "1,000 rules that all move and share no path", 0, in.proofs.apart),
		migrate("migrate-together", "1,000 rules on one workload", 0, in.proofs.together),
	}
	for _, n := range proofSizes {
		out = append(out, testCase{
			id:      fmt.Sprintf("semantic-%d", n),
			name:    fmt.Sprintf("**kgw diff --semantic**, %d resources, %d changed", n, n/10),
			command: []string{o.kgw, "diff", in.proofs.after[n], "--against", in.proofs.before[n], "--semantic"}, runs: o.runs, exits: 1,
		})
	}
	return out
}
