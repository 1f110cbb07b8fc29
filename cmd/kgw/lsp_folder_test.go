package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/lsp"
)

// drawnFolder is a folder of many files that is edited at random.
type drawnFolder struct {
	*rand.Rand
	t       testing.TB
	dir     string
	names   []string          // of the files that there are
	unsaved map[string][]byte // by real path
	clock   time.Time         // when the last file was changed: long ago, so that files count as settled
}

func (d *drawnFolder) put(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	writeFile(d.t, path, text)
	d.clock = d.clock.Add(time.Minute)
	if err := os.Chtimes(path, d.clock, d.clock); err != nil {
		d.t.Fatal(err)
	}
	if !slices.Contains(d.names, name) {
		d.names = append(d.names, name)
	}
}

func (d *drawnFolder) remove(name string) {
	d.t.Helper()
	delete(d.unsaved, filepath.Join(d.dir, name))
	d.names = slices.DeleteFunc(d.names, func(n string) bool { return n == name })
	if err := os.Remove(filepath.Join(d.dir, name)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *drawnFolder) read(name string) string {
	d.t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(data)
}

// one returns a file whose name has a text in it, or "" where there is none.
func (d *drawnFolder) one(in string) string {
	some := slices.DeleteFunc(slices.Clone(d.names), func(n string) bool { return !strings.Contains(n, in) })
	if len(some) == 0 {
		return ""
	}
	return some[d.IntN(len(some))]
}

func (d *drawnFolder) of(list ...string) string { return list[d.IntN(len(list))] }

// rule draws an APIRule: hosts, Services and paths are few, so that they meet.
func (d *drawnFolder) rule(name string) string {
	path, service, host := d.of("/", "/orders", "/orders/one", "/carts"), fmt.Sprintf("s%d", d.IntN(30)), fmt.Sprintf("h%d.example.com", d.IntN(200))
	if d.IntN(2) == 0 {
		return fmt.Sprintf(`apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: %s}
spec:
  host: %s
  gateway: infra/public
  service: {name: %s, port: 80}
  rules:
  - {path: %s/.*, methods: [GET, POST], accessStrategies: [{handler: %s}]}
  - {path: /healthz, methods: [GET], accessStrategies: [{handler: no_auth}]}
`, name, host, service, path, d.of("noop", "no_auth", "jwt\n      config: {jwks_urls: [https://keys.example.com], trusted_issuers: [https://a.example.com]}"))
	}
	return fmt.Sprintf(`apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: %s}
spec:
  hosts: [%s]
  gateway: infra/public
  service: {name: %s, port: 80}
  rules:
  - path: %s
    methods: [GET]
    jwt: {authentications: [{issuer: %q, jwksUri: "https://keys.example.com"}]}
  - path: %s/{**}
    methods: [GET, PUT]
    %s
`, name, host, service, path, "https://"+d.of("a", "b")+".example.com", strings.TrimSuffix(path, "/"), d.of("noAuth: true", `jwt: {authentications: [{issuer: "https://a.example.com", jwksUri: "https://keys.example.com"}]}`))
}

func (d *drawnFolder) service(i int) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata: {name: s%d, namespace: %s}\nspec: {selector: {app: %s}, ports: [{port: %s}]}\n", i, d.of("default", "default", "web"), d.of("a", "b", fmt.Sprint(i)), d.of("80", "80", "81"))
}

func (d *drawnFolder) gateway() string {
	return fmt.Sprintf("apiVersion: networking.istio.io/v1beta1\nkind: Gateway\nmetadata: {name: public, namespace: infra}\nspec:\n  selector: {istio: ingressgateway}\n  servers: [{port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [%q]}]\n", d.of("*.example.com", "*", "h1.example.com"))
}

func (d *drawnFolder) policy() string {
	return fmt.Sprintf("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p%d, namespace: default}\nspec: {action: ALLOW, selector: {matchLabels: {app: %s}}, rules: [{to: [{operation: {paths: [%s]}}]}]}\n", d.IntN(3), d.of("a", "b", "c"), d.of("/orders", "/carts"))
}

func (d *drawnFolder) config() string {
	return "apiVersion: kgw.dev/v1alpha1\nkind: Config\n" + d.of("namespace: web\n", "labels: {team: shop}\n", "policy: {noPublicRoutes: true}\n", "rules: {KGW408: error}\n", "ownerLabel: true\n", "policy: {labels: [team]}\n", "nonsense: 1\n")
}

func (d *drawnFolder) fill(rules int) {
	for i := range rules {
		d.put(fmt.Sprintf("team-%d/rule-%d.yaml", i%7, i), d.rule(fmt.Sprintf("r%d", i)))
	}
	for i := range 30 {
		d.put(fmt.Sprintf("services/s-%d.yaml", i), d.service(i))
	}
	d.put("gateway.yaml", d.gateway())
	d.put("policy.yaml", d.policy())
	d.put("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: k}\nstringData: {password: r1-r2-r3-r4}\n")
}

// edit changes something, and says what.
func (d *drawnFolder) edit(step int) string {
	name := d.one("rule-")
	path := filepath.Join(d.dir, name)
	switch kind := d.IntN(14); kind {
	case 0, 1, 2: // as one types
		d.unsaved[path] = []byte(d.spoilt(d.read(name)))
		return "type into " + name
	case 3:
		for p := range d.unsaved {
			delete(d.unsaved, p)
		}
		return "close all"
	case 4:
		d.put(name, d.spoilt(d.read(name)))
		return "save " + name
	case 5:
		text := d.read(name)
		d.remove(name)
		d.put(fmt.Sprintf("team-%d/rule-moved-%d.yaml", d.IntN(7), step), text)
		return "rename " + name
	case 6:
		d.remove(name)
		return "delete " + name
	case 7:
		d.put(name, d.rule(fmt.Sprintf("r%d", d.IntN(100))))
		return "replace " + name
	case 8:
		i := d.IntN(30)
		d.put(fmt.Sprintf("services/s-%d.yaml", i), d.service(i))
		return fmt.Sprint("the Service s", i)
	case 9:
		d.put("gateway.yaml", d.gateway())
		return "the Gateway"
	case 10:
		d.put("policy.yaml", d.policy())
		return "the policy"
	case 11, 12:
		name := filepath.Join(d.of(".", "team-1", "team-2"), config.FileName)
		if slices.Contains(d.names, name) && d.IntN(2) == 0 {
			d.remove(name)
			return "no " + name
		}
		d.put(name, d.config())
		return name + ": " + d.read(name)
	default:
		d.put(".kgwignore", d.of("", "team-3/\n", "services/s-1*\n", "gateway.yaml\n"))
		return ".kgwignore: " + d.read(".kgwignore")
	}
}

// spoilt changes a line of a text.
func (d *drawnFolder) spoilt(text string) string {
	lines := strings.SplitAfter(text, "\n")
	at := d.IntN(len(lines))
	lines[at] = d.of("", lines[at]+lines[at], strings.Replace(lines[at], "e", "ee", 1), "# "+lines[at], strings.Replace(lines[at], "/", "/x", 1))
	return strings.Join(lines, "")
}

// spell writes findings with all that is told of them.
func spell(found diag.List) []string {
	var out []string
	for i := range found {
		f := &found[i]
		text := fmt.Sprint(f.Span, f.Severity, f.Code, f.Message, f.Help, f.Fixable, f.At.Path)
		if f.Witness != nil {
			text += fmt.Sprint(*f.Witness)
		}
		for _, r := range f.Related {
			text += fmt.Sprint(r.Span, r.Message)
		}
		out = append(out, text)
	}
	return out
}

// textOfChecked returns all that an editor may be told of what was checked.
func textOfChecked(t testing.TB, c *lsp.Checked) string {
	t.Helper()
	var out bytes.Buffer
	if c.Err != nil {
		fmt.Fprintln(&out, c.Err)
	}
	for _, list := range [][]string{spell(c.Settings.Masked(c.Secrets)), spell(c.Tests.Masked(c.Secrets))} {
		fmt.Fprintln(&out, strings.Join(list, "\n"))
	}
	if c.Result == nil {
		return out.String()
	}
	fmt.Fprintln(&out, strings.Join(spell(c.Result.Findings.Masked(c.Secrets)), "\n"))
	fmt.Fprintf(&out, "%+v %v %d %v\n", c.Result.Summary, c.Result.Disagreements, c.Result.Read, c.Result.Fatal)
	if err := c.Result.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Result.Explain(nil) {
		fmt.Fprintln(&out, e.Object.Key(), len(e.Leaves))
		for _, l := range e.Leaves {
			fmt.Fprintln(&out, l.Path, l.Value, len(l.From))
		}
	}
	return out.String()
}

// TestManyEditsOfALargeFolder edits a folder of hundreds of files at random. After each
// edit, what is found and written with all that is kept is what a checker finds and
// writes that knows nothing; and nearly all files are kept.
func TestManyEditsOfALargeFolder(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &drawnFolder{Rand: rand.New(rand.NewPCG(22, 1)), t: t, dir: dir, unsaved: map[string][]byte{}, clock: time.Now().Add(-24 * time.Hour)}
	d.fill(270)
	a := &app{getenv: func(string) string { return "" }, dir: dir}
	f := &inputFlags{failOn: "error", color: "never"}
	kept := a.checker(f, dir, "")
	var before map[*source.File]bool
	findings, steps := 0, 40
	if testing.Short() {
		steps = 6
	}
	for step := range steps {
		what := "nothing"
		if step > 0 {
			what = d.edit(step)
		}
		got, want := kept.Check(d.unsaved), a.checker(f, dir, "").Check(d.unsaved)
		if diff := cmp.Diff(strings.Split(textOfChecked(t, want), "\n"), strings.Split(textOfChecked(t, got), "\n")); diff != "" {
			t.Fatalf("step %d, %s: (- without what is kept, + with it)\n%s", step, what, diff)
		}
		if got.Result == nil {
			continue
		}
		findings += len(got.Result.Findings)
		now, same := map[*source.File]bool{}, 0
		for _, file := range got.Input.Files {
			if now[file] = true; before[file] {
				same++
			}
		}
		if before != nil && same < len(now)-60 {
			t.Errorf("step %d, %s: %d of %d files are kept", step, what, same, len(now))
		}
		before = now
	}
	if findings < 100*steps {
		t.Errorf("%d findings in %d steps: too few to compare", findings, steps)
	}
}
