package dex_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/dex"
)

// FuzzUser reads Secrets with any values: nothing panics, and no password is in
// a finding or in what is returned.
func FuzzUser(f *testing.F) {
	f.Add("ann@example.com", "ann", "correct horse battery", "$2y$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234")
	f.Add("ann", "", "100%;\n sure it is", "$2y$99$")
	f.Fuzz(func(t *testing.T, email, name, password, hash string) {
		quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
		text := "apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {dex-user-config: 'true'}}\nstringData:\n  email: " + quote(email) +
			"\n  username: " + quote(name) + "\n  password: " + quote(password) + "\n  hash: " + quote(hash) + "\n"
		file, problem := source.NewFile("user.yaml", []byte(text))
		if problem != nil {
			return
		}
		docs, _ := source.Split(file)
		for _, doc := range docs {
			root, _ := doc.Parse()
			_, found := dex.ReadUser(doc, root)
			for i := range found {
				if words := found[i].Message + found[i].Help; len(password) > 15 && strings.Contains(words, password) {
					t.Errorf("a finding has the password: %s", words)
				}
			}
		}
	})
}

// FuzzConnectors reads any text as a list of connectors: nothing panics.
func FuzzConnectors(f *testing.F) {
	f.Add("- {type: github, id: a, name: b, config: {redirectURI: https://a/callback, orgs: [{name: x, teams: [y]}]}}\n")
	f.Add("- {type: oidc, id: a, name: b}\n- [a]\n- 1\n")
	f.Add("a: &x [*x]\n")
	f.Add("{}")
	f.Fuzz(func(_ *testing.T, text string) {
		indented := "    " + strings.ReplaceAll(text, "\n", "\n    ")
		file, problem := source.NewFile("dex.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dex-overrides}\ndata:\n  connectors: |2\n"+indented+"\n"))
		if problem != nil {
			return
		}
		docs, _ := source.Split(file)
		for _, doc := range docs {
			doc.Name = "dex-overrides"
			root, _ := doc.Parse()
			_, _ = dex.ReadConfig(doc, root)
		}
	})
}
