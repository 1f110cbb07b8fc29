package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// safetyCase is a command in a folder of cases and what it must answer.
type safetyCase struct {
	dir, args string
	exit      int
	has       []string // in standard output and standard error together
	hasNot    []string
}

// safetyCases are inputs that must not open what their author closed.
var safetyCases = []safetyCase{
	{"safety/F13-semantic-gate-unknown", "diff a --against b --semantic --fail-on exposed,removed", 1, []string{"UNKNOWN"}, nil},
	{"safety/F21-public-methods", "build .", 1, []string{"KGW409"}, []string{"kind: VirtualService"}},
	{"safety/F22-author-switches-policy-off", "validate apis", 1, []string{"KGW301", "KGW304", "KGW409", "KGW114"}, nil},
	{"safety/F22-author-switches-policy-off", "build apis", 1, []string{"KGW301", "KGW304", "KGW409"}, []string{"kind: Rule"}},
	{"safety/F22-author-switches-policy-off", "validate apis2", 1, []string{"KGW301", "KGW304", "KGW409", "KGW450"}, nil},
	{"safety/F22-author-switches-policy-off", "build apis2", 1, []string{"KGW301", "KGW304", "KGW409", "KGW450"}, []string{"kind: Rule"}},
	{"safety/F01-other-apirule-opens", "build .", 1, []string{"KGW407", "witness: GET https://shop.example.com/"}, nil},
	{"safety/F01-other-apirule-opens", "validate . --fail-on warning", 1, []string{"KGW407"}, nil},
	{"safety/F01c-apirule-opens-fabricgateway", "build .", 1, []string{"KGW407", "witness: DELETE https://shop.example.com/a"}, nil},
	{"safety/F02-regex-star-in-policy", "build star", 1, []string{"KGW407"}, nil},
	{"safety/F02-regex-star-in-policy", "build template", 1, []string{"KGW407"}, nil},
	{"safety/F04-same-name-passthrough", "validate .", 1, []string{"KGW508", "KGW430"}, nil},
	{"safety/F04-same-name-passthrough", "build .", 1, []string{"KGW508", "KGW430"}, []string{"kind: Ingress"}},
	{"safety/F05-rule-delimiters", "build .", 1, []string{"KGW453"}, []string{"kind: Rule"}},
	{"safety/F19-fabric-final-slash", "trace DELETE https://shop.example.com/a/ . --jwt claims.json", 0, []string{"404 Not Found"}, nil},
	{"safety/F06-ra-other-keys", "build .", 1, []string{"KGW452"}, []string{"kind: RequestAuthentication"}},
	{"safety/F20-mid-template", "build .", 1, []string{"KGW407", "https://shop.example.com/a/b"}, nil},
	{"safety/F03-service-name", "build ssrf.yaml", 1, []string{"KGW205"}, []string{"url:"}},
	{"safety/F03-service-name", "build upper.yaml", 1, []string{"KGW205", "KGW304"}, []string{"url:"}},
	{"safety/F03-service-name", "build v1beta1.yaml", 1, []string{"KGW205"}, []string{"url:"}},
	{"safety/F04-same-name-passthrough", "build . --passthrough", 1, []string{"KGW508", "KGW430"}, nil},
	{"safety/F15-secrets", "validate unknown.yaml", 1, []string{"clientSecret: ***"}, []string{"CAN"}},
	{"safety/F15-secrets", "validate list.yaml --format json", 1, []string{"client_secret"}, []string{"CAN"}},
	{"safety/F15-secrets", "validate list.yaml --format junit", 1, []string{"client_secret: [***]"}, []string{"CAN"}},
	{"safety/F15-secrets", "diff list.yaml --against good.yaml", 2, []string{"[***]"}, []string{"CAN"}},
	{"safety/F15-secrets", "diff unterminated.yaml --against good.yaml", 3, []string{"***"}, []string{"CAN"}},
	{"safety/F18-workflow-command-in-text", "validate .", 1, nil, []string{"::error title"}},
	{"repositories/ux-secret", "validate .", 1, []string{"client_secret: ***"}, []string{"CANARY", "hunter2"}},
	{"repositories/ux-kgw308-off", "build v2.yaml --rule KGW308=off --rule KGW310=off", 2, []string{"KGW308"}, []string{"kind: AuthorizationPolicy"}},
	{"repositories/11-selectorless-policy", "build a.yaml", 2, []string{"KGW308"}, []string{"kind: AuthorizationPolicy"}},
	{"repositories/11-selectorless-policy", "build no-selector.yaml --rule KGW309=off --rule KGW310=off", 2, nil, []string{"kind: AuthorizationPolicy"}},
	{"repositories/11-selectorless-policy", "build short-host.yaml --rule KGW308=off --rule KGW310=off", 2, nil, []string{"kind: VirtualService"}},
}

// TestSafetyCases runs the cases that are kept beside the repository.
func TestSafetyCases(t *testing.T) { runCases(t, safetyCases) }

func runCases(t *testing.T, cases []safetyCase) {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "cases")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the cases are not here")
	}
	for _, c := range cases {
		t.Run(filepath.Base(c.dir)+" "+c.args, func(t *testing.T) {
			dir, err := filepath.Abs(filepath.Join(root, c.dir))
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" }, dir: dir}
			if exit := a.run(append([]string{"kgw"}, strings.Fields(c.args)...)); exit != c.exit {
				t.Errorf("exit %d, want %d", exit, c.exit)
			}
			for _, s := range c.has {
				if !strings.Contains(out.String(), s) {
					t.Errorf("there is no %q", s)
				}
			}
			for _, s := range c.hasNot {
				if strings.Contains(out.String(), s) {
					t.Errorf("there is %q", s)
				}
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}
