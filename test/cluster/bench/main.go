// Command bench measures kgw diff against a real API server beside kubectl
// diff --server-side of the same objects, and against dumps.
//
// It takes the programs from the environment, as make bench names them, and
// prints one Markdown table. Every line is a process of its own: wall and
// processor time are what the kernel counted. It must not know how kgw works.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

func main() {
	objects := flag.Int("objects", 2000, "number of objects on the API server; half as many show how time grows")
	dump := flag.Int("dump", 10_000, "number of objects of the dump; half as many show how time grows")
	runs := flag.Int("runs", 3, "runs of each line of kgw; the quickest is printed")
	flag.Parse()
	if err := bench(*objects, *dump, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// rule is an APIRule for which kgw writes two objects.
const rule = `---
apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: api-%05[1]d, namespace: bench}
spec:
  host: api-%05[1]d.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: backend, port: 80}
  rules:
    - path: /items/.*
      methods: [GET, POST]
      accessStrategies: [{handler: oauth2_introspection, config: {required_scope: [items]}}]
`

// bed is the environment of the bench.
type bed struct {
	*rig.Server
	dir, kubeconfig string
}

func bench(objects, dump, runs int) error {
	programs, ok := rig.Environment()
	if !ok {
		return errors.New("run make bench, which names the programs")
	}
	dir, err := os.MkdirTemp("", "kgw-bench-cluster-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, err := rig.Start(programs, dir)
	if err != nil {
		return err
	}
	defer server.Stop()
	b := &bed{Server: server, dir: dir}
	if b.kubeconfig, err = server.Kubeconfig(rig.Admin, "default"); err != nil {
		return err
	}
	if _, err := server.Create(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "bench"}}); err != nil {
		return err
	}
	for _, n := range []int{objects / 2, objects, dump / 2, dump} {
		if err := b.write("rules", "rendered", n, rule); err != nil {
			return err
		}
	}
	if err := b.write("changed", "changed", objects, strings.Replace(rule, "GET, POST", "GET, PUT", 1)); err != nil {
		return err
	}
	if err := b.deploy(objects); err != nil {
		return err
	}
	return b.table(objects, dump, runs)
}

// at returns the path of something of n objects.
func (b *bed) at(kind string, n int) string {
	return filepath.Join(b.dir, fmt.Sprintf("%s-%d", kind, n))
}

// write writes the APIRules of n objects as a directory and what kgw renders
// of them as one stream.
func (b *bed) write(directory, stream string, n int, rule string) error {
	var text strings.Builder
	for i := range n / 2 {
		fmt.Fprintf(&text, rule, i)
	}
	if err := os.MkdirAll(b.at(directory, n), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.at(directory, n), "rules.yaml"), []byte(text.String()), 0o644); err != nil {
		return err
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(b.Kgw, "build", b.at(directory, n))
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("kgw build: %w\n%s", err, problems.Bytes()[:min(problems.Len(), 2000)])
	}
	return os.WriteFile(b.at(stream, n)+".yaml", out.Bytes(), 0o644)
}

// deploy applies what was rendered.
func (b *bed) deploy(n int) error {
	text, err := os.ReadFile(b.at("rendered", n) + ".yaml")
	if err != nil {
		return err
	}
	documents, err := rig.Documents(text)
	if err != nil {
		return err
	}
	for _, object := range documents {
		if _, err := b.Apply("kgw", object); err != nil {
			return err
		}
	}
	return nil
}

func (b *bed) table(objects, dump, runs int) error {
	fmt.Print("| | objects | that differ | wall s | CPU s | quicker |\n|---|---:|---:|---:|---:|---:|\n")
	for _, changed := range []bool{false, true} {
		rules, rendered, differ := b.at("rules", objects), b.at("rendered", objects)+".yaml", 0
		if changed {
			rules, rendered, differ = b.at("changed", objects), b.at("changed", objects)+".yaml", objects/2
		}
		kubectl := line{"kubectl diff --server-side", objects, differ, 1, 0}
		took, err := b.run(kubectl, b.Kubectl, "diff", "--server-side", "--force-conflicts", "--field-manager=kgw", "-f", rendered)
		if err != nil {
			return err
		}
		if _, err := b.run(line{"**kgw diff**", objects, differ, runs, took}, b.Kgw, "diff", rules); err != nil {
			return err
		}
		if _, err := b.run(line{"**kgw diff --server-side=false**", objects, differ, runs, took}, b.Kgw, "diff", "--server-side=false", rules); err != nil {
			return err
		}
	}
	if _, err := b.run(line{"**kgw diff**", objects / 2, 0, runs, 0}, b.Kgw, "diff", b.at("rules", objects/2)); err != nil {
		return err
	}
	for _, n := range []int{dump / 2, dump} {
		if _, err := b.run(line{"**kgw diff --live** a dump", n, 0, runs, 0}, b.Kgw, "diff", b.at("rules", n), "--live", b.at("rendered", n)+".yaml"); err != nil {
			return err
		}
	}
	return nil
}

// line is one line of the table. kubectl is what kubectl took for the same, or 0.
type line struct {
	name                  string
	objects, differ, runs int
	kubectl               time.Duration
}

// run runs a command as often as the line says, prints the quickest run and
// gives its time. The command must find a difference if and only if there is
// one.
func (b *bed) run(l line, program string, args ...string) (time.Duration, error) {
	var wall, cpu time.Duration
	for range l.runs {
		cmd := exec.Command(program, args...)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "KUBECONFIG="+b.kubeconfig)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		began := time.Now()
		err := cmd.Run()
		took := time.Since(began)
		if want := min(l.differ, 1); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
			return 0, fmt.Errorf("%s: %w, want exit %d\n%s", l.name, err, want, out.Bytes()[:min(out.Len(), 2000)])
		}
		if wall == 0 || took < wall {
			wall, cpu = took, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
		}
	}
	quicker := ""
	if l.kubectl > 0 {
		quicker = fmt.Sprintf("%.1f times", l.kubectl.Seconds()/wall.Seconds())
	}
	fmt.Printf("| %s | %d | %d | %.2f | %.2f | %s |\n", l.name, l.objects, l.differ, wall.Seconds(), cpu.Seconds(), quicker)
	return wall, nil
}
