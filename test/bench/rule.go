package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const seed = 20260811

var (
	systems = []string{"orders", "billing", "catalog", "inventory", "shipping", "profiles", "search", "payments", "reports", "sessions"}
	teams   = []string{"checkout", "platform", "growth", "finance", "logistics", "identity"}
	nouns   = []string{"items", "invoices", "customers", "carts", "events", "exports", "tokens", "webhooks", "status", "images"}
)

// apiRule returns the text of rule i: an APIRule v1beta1 as people write them,
// 44 lines on average, the same on every machine. No two claim one host.
func apiRule(i int) string {
	w := ruleWriter{Rand: rand.New(rand.NewPCG(seed, uint64(i))), index: i}
	w.system, w.team = pick(w.Rand, systems), pick(w.Rand, teams)
	w.head()
	w.spec()
	return w.String()
}

type ruleWriter struct {
	strings.Builder
	*rand.Rand
	index        int
	system, team string
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func (w *ruleWriter) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// chance is true in so many of a hundred cases.
func (w *ruleWriter) chance(percent int) bool { return w.IntN(100) < percent }

func (w *ruleWriter) head() {
	if w.chance(70) {
		w.printf("# Public entry of the %s service.\n# Owner: team %s, see the runbook before changing a path.\n", w.system, w.team)
	}
	w.printf("apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata:\n  name: %s-%06d\n  namespace: %s-%d\n", w.system, w.index, w.team, w.index/perDirectory)
	w.printf("  labels:\n    app.kubernetes.io/name: %s\n    app.kubernetes.io/part-of: %s\n", w.system, w.team)
	if w.chance(30) {
		w.printf("  annotations:\n    example.com/contact: \"%s@example.com\"\n", w.team)
	}
}

func (w *ruleWriter) spec() {
	w.printf("spec:\n  gateway: kyma-system/kyma-gateway\n  host: %s-%06d.%s.example.com\n", w.system, w.index, w.team)
	w.printf("  service:\n    name: %s\n    port: %d\n", w.system, 8000+w.IntN(100))
	if w.chance(40) {
		w.printf("  timeout: %d # seconds\n", 10+w.IntN(200))
	}
	if w.chance(30) {
		w.cors()
	}
	w.printf("  rules:\n")
	for n := range 1 + w.IntN(3) {
		w.rule(n)
	}
}

func (w *ruleWriter) cors() {
	w.printf("  corsPolicy:\n    allowOrigins:\n      - exact: https://%s.example.com\n      - regex: https://.*\\.preview\\.example\\.com\n", w.team)
	w.printf("    allowMethods: [\"GET\", \"POST\"]\n    allowHeaders:\n      - Authorization\n      - Content-Type\n    allowCredentials: true\n    maxAge: %dm\n", 5+w.IntN(50))
}

// rule writes one access rule. Its path starts with its number, so that no two
// rules of an APIRule answer one request.
func (w *ruleWriter) rule(n int) {
	noun := pick(w.Rand, nouns)
	if w.chance(30) {
		w.printf("    # %s are read by the %s application\n", noun, w.team)
	}
	w.printf("    - path: /v%d/%s%s\n", n+1, noun, pick(w.Rand, []string{"", "/.*", "/[a-z0-9-]+", "(/.*)?"}))
	w.methods()
	if w.chance(25) {
		w.printf("      service:\n        name: %s-%s\n        namespace: %s\n        port: 8080\n", w.system, noun, w.team)
	}
	w.printf("      accessStrategies:\n")
	w.strategy(noun)
	if w.chance(35) {
		w.mutator()
	}
}

func (w *ruleWriter) methods() {
	switch w.IntN(3) {
	case 0:
		w.printf("      methods: [\"GET\"]\n")
	case 1:
		w.printf("      methods: [GET, HEAD, OPTIONS]\n")
	default:
		w.printf("      methods:\n        - GET\n        - POST\n        - PUT\n        - DELETE\n")
	}
}

func (w *ruleWriter) strategy(noun string) {
	switch w.IntN(10) {
	case 0:
		w.printf("        - handler: noop\n")
	case 1, 2:
		w.printf("        - handler: oauth2_introspection\n          config:\n            required_scope: [\"%s:read\"]\n", noun)
	case 3, 4:
		w.printf("        - handler: oauth2_introspection\n          config:\n            required_scope:\n              - %s:read\n              - %s:write\n            token_from:\n              header: X-Access-Token\n", noun, noun)
	default:
		w.printf("        - handler: jwt\n          config:\n            trusted_issuers:\n              - https://login.%s.example.com/\n            jwks_urls:\n              - https://login.%s.example.com/.well-known/jwks.json\n", w.team, w.team)
		if w.chance(50) {
			w.printf("            required_scope: [\"%s\", '%s:admin']\n", noun, w.system)
		}
	}
}

func (w *ruleWriter) mutator() {
	if w.chance(50) {
		w.printf("      mutators:\n        - handler: header\n          config:\n            headers:\n              X-User: \"{{ print .Subject }}\"\n              X-Team: %s\n", w.team)
		return
	}
	w.printf("      mutators:\n        - handler: id_token\n          config:\n            claims: '{\"aud\": [\"%s\"]}'\n", w.system)
}
