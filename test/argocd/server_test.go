package argocd_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	"google.golang.org/protobuf/types/known/emptypb"
)

// argocdTimeout is how long a repo-server waits for a plugin.
const argocdTimeout = 60 * time.Second

func program(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("SKIPPED: %s is not set: make test-integrations sets it", variable)
	}
	return path
}

// serve starts the server of plugins with what "kgw argocd plugin" prints for
// the flags, and returns a client of it.
func serve(t *testing.T, flags ...string) apiclient.ConfigManagementPluginServiceClient {
	t.Helper()
	kgw, server := program(t, "KGW_TEST_BIN"), program(t, "KGW_TEST_ARGOCD")
	// A socket's path may have 108 bytes; that of t.TempDir is longer.
	dir, err := os.MkdirTemp("", "cmp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	plugin, err := exec.Command(kgw, append([]string{"argocd", "plugin"}, flags...)...).Output()
	if err != nil {
		t.Fatalf("kgw argocd plugin: %v", err)
	}
	for _, name := range []string{"conf", "work", "sock"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "conf", "plugin.yaml"), plugin, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(server, "--config-dir-path", filepath.Join(dir, "conf"))
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(kgw)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"ARGOCD_PLUGINSOCKFILEPATH="+filepath.Join(dir, "sock"), "ARGOCD_CMP_WORKDIR="+filepath.Join(dir, "work"))
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The server does not end by a milder signal.
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log.Close()
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("the server said:\n%.8000s", text)
		}
	})
	return client(t, filepath.Join(dir, "sock"))
}

// client waits for the one socket in a folder and connects to it.
func client(t *testing.T, dir string) apiclient.ConfigManagementPluginServiceClient {
	t.Helper()
	for range 600 {
		found, _ := filepath.Glob(filepath.Join(dir, "*.sock"))
		if len(found) == 1 {
			if c, err := net.Dial("unix", found[0]); err == nil {
				c.Close()
				conn, client, err := apiclient.NewConfigManagementPluginClientSet(found[0]).NewConfigManagementPluginClient()
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				return client
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the server did not open its socket")
	return nil
}

// application is a path of a repository, and what Argo CD knows of it.
type application struct {
	root, path string
	env        []string
}

func (a *application) send(ctx context.Context, stream cmp.StreamSender) error {
	return cmp.SendRepoStream(ctx, filepath.Join(a.root, a.path), a.root, stream, a.env, nil)
}

func (a *application) matches(t *testing.T, c apiclient.ConfigManagementPluginServiceClient) *apiclient.RepositoryResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), argocdTimeout)
	defer cancel()
	stream, err := c.MatchRepository(ctx)
	if err == nil {
		err = a.send(ctx, stream)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (a *application) parameters(t *testing.T, c apiclient.ConfigManagementPluginServiceClient) *apiclient.ParametersAnnouncementResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), argocdTimeout)
	defer cancel()
	stream, err := c.GetParametersAnnouncement(ctx)
	if err == nil {
		err = a.send(ctx, stream)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// generate returns the manifests as JSON, or the error that the user
// interface of Argo CD would show.
func (a *application) generate(t *testing.T, c apiclient.ConfigManagementPluginServiceClient) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), argocdTimeout)
	defer cancel()
	stream, err := c.GenerateManifest(ctx)
	if err == nil {
		err = a.send(ctx, stream)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := stream.CloseAndRecv()
	if err != nil {
		return nil, err
	}
	return r.Manifests, nil
}

// discovery asks whether the plugin discovers its applications.
func discovery(t *testing.T, c apiclient.ConfigManagementPluginServiceClient) bool {
	t.Helper()
	r, err := c.CheckPluginConfiguration(t.Context(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return r.IsDiscoveryConfigured
}

// repository makes a repository of files.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func apiRule(name string) string {
	return fmt.Sprintf(`apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: %[1]s
spec:
  host: %[1]s
  gateway: kyma-system/kyma-gateway
  service:
    name: %[1]s
    port: 8080
  rules:
    - path: /orders/.*
      methods: [GET, POST]
      accessStrategies:
        - handler: oauth2_introspection
          config:
            required_scope: [orders]
    - path: /healthz
      methods: [GET]
      accessStrategies:
        - handler: no_auth
`, name)
}
