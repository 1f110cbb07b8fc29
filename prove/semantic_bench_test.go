package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
)

// BenchmarkCompare compares 1,000 APIRules v1beta1 with their moves to v2.
func BenchmarkCompare(b *testing.B) {
	before := older(`{path: /admin/.*, methods: [GET, POST], accessStrategies: [{handler: jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test]}}]},` +
		`{path: /, methods: [GET], accessStrategies: [{handler: noop}]},{path: /public/.*, methods: [GET], accessStrategies: [{handler: allow}]}`)
	after := newer(`{path: "/admin/{**}", methods: [GET, POST], jwt: {authentications: [` + issuer + `]}},` +
		`{path: /, methods: [GET], noAuth: true},{path: "/public/{**}", methods: [GET], noAuth: true}`)
	var sides [2][]*source.File
	for i := range 1000 {
		r := strings.NewReplacer("name: a,", fmt.Sprintf("name: a%d,", i), "api.example.com", fmt.Sprintf("api%d.example.com", i), "name: web", fmt.Sprintf("name: web%d", i), "app: web", fmt.Sprintf("app: web%d", i))
		for j, text := range []string{before, after} {
			f, _ := source.NewFile(fmt.Sprintf("%d.yaml", i), []byte(strings.Split(r.Replace(text), "---\n{apiVersion: networking")[0]))
			sides[j] = append(sides[j], f)
		}
	}
	gateway, _ := source.NewFile("gateway.yaml", []byte(after[strings.Index(after, "{apiVersion: networking"):]))
	sides[1] = append(sides[1], gateway)
	o := compile.Options{Config: config.Default()}
	b.ResetTimer()
	for range b.N {
		var list [2]classes.Side
		for j, files := range sides {
			manifests, result := prove.Manifests(compile.Input{Files: files}, o, nil)
			list[j] = prove.Simulate(manifests, o).Side(result)
		}
		r := classes.Compare(list[0], list[1])
		b.ReportMetric(float64(len(r.Changes)), "changes")
	}
}
