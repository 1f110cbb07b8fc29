package cluster

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/pflag"
)

const token = "s3cret-t0ken"

// api is an API server that knows VirtualServices and Secrets, keeps objects
// by path and remembers what it was asked. Answers in odd replace its own.
type api struct {
	*httptest.Server
	mu      sync.Mutex
	objects map[string]string
	odd     map[string]http.HandlerFunc // by method and path
	asked   []string
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{objects: map[string]string{}, odd: map[string]http.HandlerFunc{}}
	a.Server = httptest.NewUnstartedServer(a)
	a.EnableHTTP2 = true
	a.StartTLS()
	t.Cleanup(a.Close)
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.Method+" "+r.URL.RequestURI())
	odd, object := a.odd[r.Method+" "+r.URL.Path], a.objects[r.URL.Path]
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case odd != nil:
		odd(w, r)
	case r.URL.Path == "/apis/networking.istio.io/v1":
		fmt.Fprint(w, `{"kind":"APIResourceList","resources":[{"name":"virtualservices","kind":"VirtualService","namespaced":true},{"name":"virtualservices/status","kind":"VirtualService","namespaced":true}]}`)
	case r.URL.Path == "/api/v1":
		fmt.Fprint(w, `{"kind":"APIResourceList","resources":[{"name":"secrets","kind":"Secret","namespaced":true},{"name":"namespaces","kind":"Namespace"}]}`)
	case r.Method == http.MethodPatch:
		var object map[string]any
		if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		object["merged"] = int64(1)
		_ = json.NewEncoder(w).Encode(object)
	case object != "":
		fmt.Fprint(w, object)
	case strings.HasPrefix(r.URL.Path, "/apis/networking.istio.io/v1/"), strings.HasPrefix(r.URL.Path, "/api/v1/"):
		status(404, "NotFound", "not found", `{"name":"x","kind":"virtualservices"}`)(w, r)
	default:
		http.Error(w, "404 page not found", http.StatusNotFound)
	}
}

// count is how many questions begin like this.
func (a *api) count(prefix string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, asked := range a.asked {
		if strings.HasPrefix(asked, prefix) {
			n++
		}
	}
	return n
}

// status answers as an API server that refuses a request.
func status(code int, reason, message, details string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		words, _ := json.Marshal(message)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":%q,"message":%s,"details":%s}`, code, reason, words, details)
	}
}

// kubeconfig writes one with two contexts: here, in the namespace shop, and
// nowhere, whose server does not exist.
func (a *api) kubeconfig(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.crt")
	der := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
	write(t, ca, string(der))
	file := filepath.Join(dir, "config")
	write(t, file, fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: here
clusters:
  - {name: here, cluster: {server: %q, certificate-authority: %q, tls-server-name: example.com}}
  - {name: nowhere, cluster: {server: "https://127.0.0.1:1"}}
users:
  - {name: user, user: {token: %s}}
contexts:
  - {name: here, context: {cluster: here, user: user, namespace: shop}}
  - {name: nowhere, context: {cluster: nowhere, user: user}}
`, a.URL, ca, token))
	return file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// connect returns a client as a command line of these flags would.
func (a *api) connect(t *testing.T, o Options, args ...string) *Client {
	t.Helper()
	f := flags(t, append([]string{"--kubeconfig", a.kubeconfig(t)}, args...)...)
	c, err := Connect(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func flags(t *testing.T, args ...string) *Flags {
	t.Helper()
	f := NewFlags()
	fs := pflag.NewFlagSet("kgw", pflag.ContinueOnError)
	f.AddTo(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

func service(name string) map[string]any {
	return map[string]any{
		"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
		"metadata": map[string]any{"name": name, "namespace": "web"},
		"spec":     map[string]any{"hosts": []any{"a.example.com"}},
	}
}

func services(n int) []map[string]any {
	objects := make([]map[string]any, n)
	for i := range objects {
		objects[i] = service(fmt.Sprintf("vs-%04d", i))
	}
	return objects
}

const servicePath = "/apis/networking.istio.io/v1/namespaces/web/virtualservices/"
