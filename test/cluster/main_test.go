package cluster

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/test/cluster/rig"
)

// server is the one API server of all tests; each works in namespaces of its
// own.
var server *rig.Server

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	programs, ok := rig.Environment()
	if !ok {
		return m.Run(), nil // each test skips itself
	}
	dir, err := os.MkdirTemp("", "kgw-cluster-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if server, err = rig.Start(programs, dir); err != nil {
		return 1, err
	}
	defer server.Stop()
	code := m.Run()
	return code, readsOnly()
}

// readsOnly holds everything that tests did with kgw to what kgw promises:
// the audit log has questions and dry runs, and nothing else.
func readsOnly() error {
	events, err := server.Audit()
	if err != nil {
		return err
	}
	patches := 0
	for _, e := range events {
		switch {
		case e.Verb == "get", e.Verb == "list":
		case e.Verb == "patch" && e.DryRun():
			patches++
		default:
			return fmt.Errorf("kgw wrote to the cluster: %s %s by %s", e.Verb, e.RequestURI, e.User.Username)
		}
	}
	fmt.Printf("audit log: %d requests, %d of them dry runs, none that writes\n", len(events), patches)
	return nil
}

var spaces atomic.Int64

// namespace makes a namespace for a test and gives its name.
func namespace(t *testing.T) string {
	t.Helper()
	if server == nil {
		t.Skip("run make test-cluster, which builds a Kubernetes API server")
	}
	name := fmt.Sprintf("%s-%d", strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(t.Name()), "-"), "-"), spaces.Add(1))
	must(t, server.Create, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}})
	return name
}

func must(t *testing.T, write func(map[string]any) (map[string]any, error), object map[string]any) map[string]any {
	t.Helper()
	got, err := write(object)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// apply writes objects as a GitOps tool does.
func apply(t *testing.T, objects ...map[string]any) {
	t.Helper()
	for _, object := range objects {
		if _, err := server.Apply("gitops", object); err != nil {
			t.Fatal(err)
		}
	}
}

// documents reads objects from YAML.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	objects, err := rig.Documents([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func kubeconfig(t *testing.T, user, namespace string) string {
	t.Helper()
	file, err := server.Kubeconfig(user, namespace)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// client connects as a user.
func client(t *testing.T, user, namespace string, args ...string) *cluster.Client {
	t.Helper()
	flags, fs := cluster.NewFlags(), pflag.NewFlagSet("test", pflag.ContinueOnError)
	flags.AddTo(fs)
	if err := fs.Parse(append(args, "--kubeconfig", kubeconfig(t, user, namespace))); err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Connect(flags, cluster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
