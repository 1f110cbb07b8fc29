package conformance

import (
	"bufio"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

// runTokens are the tokens of the recorded requests, and what the token
// information service says of them.
var runTokens = map[string]map[string]any{
	"tok-services":  {"uid": "u1", "realm": "/services", "scope": []any{"uid", "read"}},
	"tok-employees": {"uid": "u1", "realm": "/employees", "scope": []any{"uid", "read"}},
	"tok-customers": {"uid": "u1", "realm": "/customers", "scope": []any{"uid", "read"}},
	"norealm":       {"uid": "u1", "scope": []any{"uid", "read"}},
	"noscope":       {"uid": "u1", "realm": "/services"},
}

var (
	runService = regexp.MustCompile(`(?:serviceName: |service: *\{ *name: )([a-z0-9-]+)`)
	runAnswer  = regexp.MustCompile(`^(.*?) +-> (\d+) route=\S* reached="(.*?)"(?: Location=(\S+))?`)
)

// TestSkipperRuns holds the simulator to a real Skipper with its Kubernetes
// client, on objects that others write: the same status and upstream, or not
// known.
func TestSkipperRuns(t *testing.T) {
	dir := shared(t, "spec", "skipper-run")
	rows, unknown := 0, 0
	for _, file := range glob(t, dir, "*.out.txt") {
		name := strings.TrimSuffix(file, ".out.txt")
		parts := strings.Split(string(read(t, name+".yaml")), "\n#####")
		outs := strings.Split(string(read(t, file)), "\n=====")
		if strings.HasPrefix(outs[0], "=== RUN") && !strings.Contains(outs[0], "route=") && len(outs) > len(parts) {
			outs = outs[1:]
		}
		if len(parts) != len(outs) {
			t.Fatalf("%s: %d parts, %d outputs", name, len(parts), len(outs))
		}
		for i := range parts {
			n, u := skipperRun(t, filepath.Base(name), parts[i], outs[i])
			rows, unknown = rows+n, unknown+u
		}
	}
	t.Logf("%d requests, %d of them not known", rows, unknown)
	if rows < 150 || unknown > 12 {
		t.Errorf("%d requests, %d of them not known", rows, unknown)
	}
}

func skipperRun(t *testing.T, file, part, out string) (rows, unknown int) {
	t.Helper()
	title, body, _ := strings.Cut(part, "\n")
	if strings.Contains(body, "name: gone") {
		body += "\n---\napiVersion: v1\nkind: Service\nmetadata: {name: gone, namespace: shop}\nspec: {type: NodePort, ports: []}\n"
	}
	for _, m := range runService.FindAllStringSubmatch(body, -1) {
		if m[1] != "gone" {
			body += "\n---\napiVersion: v1\nkind: Service\nmetadata: {name: " + m[1] + ", namespace: shop}\nspec: {ports: [{name: main, port: 80}]}\n"
		}
	}
	o := skipper.Options{}
	if strings.Contains(body, "#mode path-prefix") {
		o.PathMode = "path-prefix"
	}
	session := skipper.Load(manifestsOf(t, body), o).Session()
	for scan := bufio.NewScanner(strings.NewReader(out)); scan.Scan(); {
		m := runAnswer.FindStringSubmatch(scan.Text())
		if m == nil {
			continue
		}
		rows++
		r := runRequest(m[1])
		d := simulate.Outcomes(r, nil, session.Decide)
		status, _ := strconv.Atoi(m[2])
		reached, _, _ := strings.Cut(d.Upstream, ".")
		switch {
		case !d.Known():
			if unknown++; !strings.Contains(m[1], "/gone") && !slices.ContainsFunc(d.Each(), func(o simulate.Outcome) bool { return o.Decision.Status == status }) {
				t.Errorf("%s %s: %s: no outcome is %d", file, title, m[1], status)
			}
		case strings.Contains(m[1], "/gone"): // a Service that is not among the inputs is supposed to be there
		case d.Status != status, reached != m[3], m[4] != "" && d.Response["location"] != m[4]:
			t.Errorf("%s %s: %s: %d from %q (%s), not %d from %q; Location %q, not %q", file, title, m[1], d.Status, reached, d.Reason, status, m[3], d.Response["location"], m[4])
		}
	}
	return rows, unknown
}

// runRequest reads a line "METHOD URL | Header: value".
func runRequest(line string) *simulate.Request {
	fields := strings.Split(line, " | ")
	method, address, _ := strings.Cut(fields[0], " ")
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "", address
	}
	host, target, _ := strings.Cut(strings.TrimSpace(rest), "/")
	r := &simulate.Request{Method: method, Scheme: scheme, Host: host, Target: "/" + target}
	for _, h := range fields[1:] {
		k, v, _ := strings.Cut(h, ": ")
		r.Headers = append(r.Headers, simulate.Header{Name: k, Value: v})
	}
	for text, facts := range runTokens {
		if strings.Contains(line, text) {
			r.Token = simulate.Token{Kind: "opaque", Introspection: facts}
			r.Token.Via.In = "placed"
			for i := range r.Headers {
				r.Headers[i].Value = strings.ReplaceAll(r.Headers[i].Value, text, r.Token.Text())
			}
			r.Target = strings.ReplaceAll(r.Target, text, r.Token.Text())
		}
	}
	return r
}

// manifestsOf reads objects in the namespace shop.
func manifestsOf(t *testing.T, text string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile("run.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	var out []simulate.Manifest
	for _, d := range docs {
		root, problems := d.Parse()
		if root == nil {
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			continue
		}
		out = append(out, simulate.ReadManifest(root, source.Ref{Doc: d}, false, "shop"))
	}
	return out
}
