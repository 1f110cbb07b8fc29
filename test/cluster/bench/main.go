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

// bed is what the bench works in.
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
		if err := b.write(n); err != nil {
			return err
		}
	}
	if err := b.deploy(objects); err != nil {
		return err
	}
	return b.table(objects, dump, runs)
}

// at is the path of something of n objects.
func (b *bed) at(kind string, n int) string {
	return filepath.Join(b.dir, fmt.Sprintf("%s-%d", kind, n))
}

// write writes the APIRules of n objects and what kgw renders of them, as a
// directory and as one stream.
func (b *bed) write(n int) error {
	var text strings.Builder
	for i := range n / 2 {
		fmt.Fprintf(&text, rule, i)
	}
	if err := os.MkdirAll(b.at("rules", n), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.at("rules", n), "rules.yaml"), []byte(text.String()), 0o644); err != nil {
		return err
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(b.Kgw, "build", b.at("rules", n))
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("kgw build: %w\n%s", err, problems.Bytes()[:min(problems.Len(), 2000)])
	}
	return os.WriteFile(b.at("rendered", n)+".yaml", out.Bytes(), 0o644)
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
	fmt.Print("| against | objects | wall s | CPU s | quicker |\n|---|---:|---:|---:|---:|\n")
	kubectl, err := b.line("kubectl diff --server-side", objects, 1, 0, b.Kubectl, "diff", "--server-side", "--force-conflicts", "--field-manager=kgw", "-f", b.at("rendered", objects)+".yaml")
	if err != nil {
		return err
	}
	for _, n := range []int{objects / 2, objects} {
		relative := kubectl
		if n != objects {
			relative = 0
		}
		if _, err := b.line("**kgw diff**", n, runs, relative, b.Kgw, "diff", b.at("rules", n)); err != nil {
			return err
		}
	}
	if _, err := b.line("**kgw diff --server-side=false**", objects, runs, kubectl, b.Kgw, "diff", "--server-side=false", b.at("rules", objects)); err != nil {
		return err
	}
	for _, n := range []int{dump / 2, dump} {
		if _, err := b.line("**kgw diff --live** a dump", n, runs, 0, b.Kgw, "diff", b.at("rules", n), "--live", b.at("rendered", n)+".yaml"); err != nil {
			return err
		}
	}
	return nil
}

// line runs a command that must find no difference, prints its line and gives
// the quickest run. relative is what another one took for the same, or 0.
func (b *bed) line(name string, n, runs int, relative time.Duration, program string, args ...string) (time.Duration, error) {
	var wall, cpu time.Duration
	for range runs {
		cmd := exec.Command(program, args...)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "KUBECONFIG="+b.kubeconfig)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		began := time.Now()
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("%s: %w\n%s", name, err, out.Bytes()[:min(out.Len(), 2000)])
		}
		if took := time.Since(began); wall == 0 || took < wall {
			wall, cpu = took, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
		}
	}
	quicker := ""
	if relative > 0 {
		quicker = fmt.Sprintf("%.1f times", relative.Seconds()/wall.Seconds())
	}
	fmt.Printf("| %s | %d | %.2f | %.2f | %s |\n", name, n, wall.Seconds(), cpu.Seconds(), quicker)
	return wall, nil
}
