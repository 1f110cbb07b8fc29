package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPageShowsNoSecret writes secrets where they are in the inputs of both
// sides: the page of kgw report has none of them.
func TestPageShowsNoSecret(t *testing.T) {
	const secret, other = "kanarienvogel-1a", "kanarienvogel-2b"
	written := func(secret string) map[string]string {
		return map[string]string{
			"introspection": strategyWith("oauth2_introspection", "introspection_url: https://i.test/x\n        pre_authorization: {enabled: true, client_secret: ["+secret+"]}\n        clientSecret: "+secret),
			"noop":          strategyWith("noop", "password: "+secret+"\n        secret: {"+secret+": "+secret+"}"),
			"hydrator":      mutatorWith("hydrator", "api: {url: x, auth: {basic: {username: x, password: ["+secret+"]}}}"),
			"cookie":        mutatorWith("cookie", "cookies: {a: ["+secret+"], b: "+secret+"}"),
			"header":        mutatorWith("header", "headers: {Authorization: \"Basic "+secret+"\"}"),
		}
	}
	was := written(other)
	for name, input := range written(secret) {
		dir := t.TempDir()
		for file, text := range map[string]string{"in.yaml": input, "was.yaml": was[name]} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if r := execute(dir, "", "report", "in.yaml", "--html", "page.html", "--against", "was.yaml"); r.Code != 0 {
			t.Errorf("%s: exit %d: %s", name, r.Code, r.Stderr)
		}
		page, err := os.ReadFile(filepath.Join(dir, "page.html"))
		if err != nil {
			t.Fatal(err)
		}
		if text := string(page); strings.Contains(text, secret) || strings.Contains(text, other) {
			t.Errorf("%s: the page shows it:\n%s", name, lineWith(text, "kanarienvogel"))
		}
		if !strings.Contains(string(page), `"against":`) {
			t.Errorf("%s: the page has no comparison", name)
		}
	}
}
