package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// takeoverCases are what live clusters and repositories on their way to v2 hold,
// a line for each command of a folder. Those of one folder run in order.
var takeoverCases = []safetyCase{
	{"08-migrate-rewrites-rules", "migrate . --diff", 1, []string{"hosts: [shop.example.com] # our host", `["GET","POST", "OPTIONS"] # read and write`, "path: /* # everything", "noAuth: true # public"}, []string{"+# "}},
	{"14-api-beside-apirule", "migrate . --ext-authorizer oauth2-proxy --diff", 1, []string{"KGW725"}, []string{"kgw.dev/migrated-from"}},
	{"15-star-means-others", "migrate apirule.yaml --diff", 1, []string{"REMOVED TRACE,CONNECT,others /.* on shop.example.com"}, []string{"REMOVED *"}},
	{"15-star-means-others", "diff orders-v2.yaml --against orders.yaml --semantic", 1, []string{"REMOVED GET /orders of /orders|/orders/.*", "assumed to exist"}, []string{"no change"}},
	{"F01-migrate-options-403", "migrate . --diff", 1, []string{"methods: [POST]", "methods: [GET, OPTIONS]", "shop/bin (apirule.yaml): no change of who gets through"}, []string{"TIGHTENED", "EXPOSED", "REMOVED", "200 -> 403", "%67"}},
	{"F02-takeover-labels", "adopt apis --live live-3.9-labels.yaml", 0, []string{"adopted Rule", "adopted VirtualService"}, nil},
	{"F02-takeover-labels", "diff apis --live live-3.9-labels.yaml --prune", 0, nil, []string{"update", "delete", "create"}},
	{"F03-takeover-mixed", "validate apis", 0, []string{"KGW727", "kubectl get apirules.v2.gateway.kyma-project.io new"}, []string{"must be a string"}},
	{"F05-unmigrated-dumps", "validate annotated", 1, []string{"KGW726", "kgw migrate"}, []string{"add hosts"}},
	{"F05-unmigrated-dumps", "migrate annotated --assess", 0, []string{"1 move to v2"}, nil},
	{"F05-unmigrated-dumps", "migrate half --assess", 0, []string{"KGW726", "1 need a decision"}, []string{"1 are at it"}},
	{"F05-unmigrated-dumps", "migrate bare --diff", 1, []string{"KGW113", "v1beta1"}, nil},
	{"F06-cors", "validate no-options", 0, []string{"KGW480", "404"}, nil},
	{"F06-cors", "validate no-origins", 0, []string{"KGW481"}, nil},
	{"F06-cors", "validate star", 1, []string{"{regex: .*}"}, nil},
	{"F09-v1beta1-baseline", "validate long", 0, nil, []string{"KGW511"}},
	{"F09-v1beta1-baseline", "build ra/a --compat controller", 0, []string{"kind: RequestAuthentication"}, nil},
	{"F10-ratelimit", "validate .", 1, []string{"not a multiple of that of the default bucket", "select the same pods"}, nil},
	{"F12-extauth-report", "migrate . --diff --ext-authorizer oauth2-proxy", 1, []string{"UNKNOWN POST /anything", "decided by oauth2-proxy now"}, []string{"EXPOSED", "TIGHTENED", "%67"}},
	{"F15-status", "validate crd-refused.yaml --status", 1, []string{"the API server refuses"}, []string{"Validation error"}},
	{"F15-status", "validate pruned-field.yaml --compat controller --status", 0, []string{"APIRuleStatus         OK", "the API server drops"}, []string{"ERROR"}},
	{"F17-order", "diff after --against before --summary --plan plan", 1, []string{"order: apply RequestAuthentications", "step 5, old policies", "no request is exposed or refused"}, []string{"gap:"}},
	{"F18-externalgateway", "validate .", 1, []string{`"region" is required`, `"caSecretRef" is required`, `unknown field "bogus"`, "Not_A_Name", "does not serve host"}, nil},
	{"F19-star-regex", "validate .", 0, []string{"KGW483", "/.*"}, nil},
}

// TestTakeoverCases runs the cases that are kept beside the repository.
func TestTakeoverCases(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "cases", "takeover")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the cases are not here")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	for _, c := range takeoverCases {
		t.Run(c.dir+" "+c.args, func(t *testing.T) {
			var out bytes.Buffer
			a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" }, dir: filepath.Join(dir, c.dir)}
			exit := a.run(append([]string{"kgw"}, strings.Fields(c.args)...))
			if exit != c.exit {
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
