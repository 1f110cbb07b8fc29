package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const gateway = `apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: {name: kyma-gateway, namespace: kyma-system}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {name: https, number: 443, protocol: HTTPS}
      tls: {mode: SIMPLE, credentialName: kyma-gateway-certs}
      hosts: ["*.example.com"]
`

// writeMesh writes n APIRules v2, each in a file with its Service, and the
// Gateway they are bound to.
func writeMesh(dir string, n int) error {
	if err := writeFiles(dir, n, meshRule); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "gateway.yaml"), []byte(gateway), 0o644)
}

// writeChanged writes what writeMesh writes, commits it, and changes a file in
// the middle.
func writeChanged(dir string, n int) error {
	if err := writeMesh(dir, n); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"add", "."},
		{"-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message", "rules"},
	} {
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
	}
	changed := strings.Replace(meshRule(n/2), "path: /healthz", "path: /livez", 1)
	return os.WriteFile(fileOf(dir, n/2), []byte(changed), 0o644)
}

// meshRule returns the text of rule i: an APIRule v2 with its Service, the same
// on every machine.
func meshRule(i int) string {
	w := ruleWriter{Rand: rand.New(rand.NewPCG(seed+1, uint64(i))), index: i}
	w.system, w.team = pick(w.Rand, systems), pick(w.Rand, teams)
	w.printf("# Public entry of the %s service.\napiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata:\n  name: %s-%06d\n  namespace: %s-%d\n", w.system, w.system, i, w.team, i/perDirectory)
	w.printf("spec:\n  hosts: [%s-%06d]\n  gateway: kyma-system/kyma-gateway\n  service:\n    name: %s-%06d\n    port: 8080\n", w.system, i, w.system, i)
	if w.chance(40) {
		w.printf("  timeout: %d # seconds\n", 10+w.IntN(200))
	}
	if w.chance(30) {
		w.printf("  corsPolicy:\n    allowOrigins:\n      - exact: https://%s.example.com\n    allowMethods: [GET, POST]\n", w.team)
	}
	w.printf("  rules:\n    - path: /healthz\n      methods: [GET]\n      noAuth: true\n")
	for _, noun := range nouns[:2+w.IntN(3)] {
		w.meshAccess("/" + noun + pick(w.Rand, []string{"", "/{*}", "/{**}"}))
	}
	w.printf("---\napiVersion: v1\nkind: Service\nmetadata:\n  name: %s-%06d\n  namespace: %s-%d\nspec:\n  selector:\n    app: %s-%06d\n  ports:\n    - name: http\n      port: 8080\n",
		w.system, i, w.team, i/perDirectory, w.system, i)
	return w.String()
}

func (w *ruleWriter) meshAccess(path string) {
	w.printf("    - path: %s\n      methods: [GET, POST, PUT]\n      jwt:\n        authentications:\n          - issuer: https://login.example.com\n            jwksUri: https://login.example.com/keys\n", path)
	if w.chance(60) {
		w.printf("        authorizations:\n          - requiredScopes: [%s:read, %s:write]\n", w.system, w.system)
	}
}
