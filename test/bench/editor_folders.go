package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// editorFolder is a folder that an editor has open.
type editorFolder struct {
	name  string
	write func(dir string, n int) error
}

// editorFolders returns a folder for each style of resources, one of all of them, and
// two in which every file has to do with every other.
func editorFolders() []editorFolder {
	files := func(text func(int) string) func(string, int) error {
		return func(dir string, n int) error {
			if err := writeFiles(dir, n, text); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "gateway.yaml"), []byte(gateway), 0o644)
		}
	}
	return []editorFolder{
		{"APIRules v1beta1", func(dir string, n int) error { return writeFiles(dir, n, apiRule) }},
		{"APIRules v2 with Services", writeMesh},
		{"FabricGateways", files(fabricGateway)},
		{"all of these and Rules", files(func(i int) string { return []func(int) string{apiRule, meshRule, fabricGateway, rule}[i%4](i) })},
		{"APIRules v2 on one host", files(oneHostRule)},
		{"APIRules v2 on the pods of one Service", files(onePodRule)},
	}
}

// onePodRule returns an APIRule v2 that shares its pods, and no host, with all
// others.
func onePodRule(i int) string {
	text := fmt.Sprintf("apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata:\n  name: part-%[1]d\n  namespace: shop\nspec:\n"+
		"  hosts: [part-%[1]d]\n  gateway: kyma-system/kyma-gateway\n  service:\n    name: web\n    port: 8080\n  rules:\n"+
		"    - path: /orders/{**}\n      methods: [GET]\n      noAuth: true\n"+
		"    - path: /carts-%[2]d\n      methods: [GET, POST]\n      jwt:\n        authentications:\n          - issuer: https://login.example.com\n            jwksUri: https://login.example.com/keys\n", i, i%10)
	if i > 0 {
		return text
	}
	return text + "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  selector:\n    app: web\n  ports:\n    - name: http\n      port: 8080\n"
}
