package oathkeeper

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/simulate"
)

// binary gives the real Oathkeeper, built once and kept outside the
// repository.
func binary(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a real Oathkeeper is not for short tests")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(cache, "kgw", "oathkeeper-v0.40.9")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	build := exec.Command("go", "build", "-o", file, "github.com/ory/oathkeeper")
	build.Dir = "server"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build Oathkeeper: %v\n%s", err, out)
	}
	return file
}

// world has the services that Oathkeeper asks and sends to: key sets, an
// introspection endpoint, upstreams that name themselves.
type world struct {
	dir    string
	server *httptest.Server
	keys   map[string]*rsa.PrivateKey // main, partner, other
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), keys: map[string]*rsa.PrivateKey{}}
	for _, name := range []string{"main", "partner", "other"} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		w.keys[name] = key
		w.write(t, name+".json", map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name + "-1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}}})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/introspect", introspect)
	mux.HandleFunc("/answers/", serveAnswer)
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/rule/") {
			rw.Header().Set("X-Rule", strings.Split(r.URL.Path, "/")[2])
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) write(t *testing.T, name string, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, name), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(w.dir, name)
}

// introspect answers what an opaque token says of itself.
func introspect(w http.ResponseWriter, r *http.Request) {
	_, text, _ := strings.Cut(r.PostFormValue("token"), "~")
	if strings.Contains(r.PostFormValue("token"), " ") {
		text = "" // more than the token: a header that was taken as it is
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	token := simulate.Token{}
	if err != nil || json.Unmarshal(data, &token) != nil || token.Valid == "inactive" {
		fmt.Fprint(w, `{"active":false}`)
		return
	}
	answer := map[string]any{"active": true, "exp": time.Now().Unix() + 3600}
	for k, v := range token.Introspection {
		answer[k] = v
	}
	switch token.Valid {
	case "endpoint_error":
		w.WriteHeader(http.StatusBadRequest)
		return
	case "expired":
		answer["exp"] = time.Now().Unix() - 3600
	case "no_exp":
		delete(answer, "exp")
	case "refresh_token", "access_token":
		answer["token_use"] = token.Valid
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// instance is a running Oathkeeper.
type instance struct{ proxy, api string }

// start runs Oathkeeper with access rules, given as the Maester writes them.
func (w *world) start(t *testing.T, file string, rules []byte) *instance {
	t.Helper()
	ports := freePorts(t, 3)
	text := strings.NewReplacer(
		"https://idp.example.test/jwks.json", "file://"+w.dir+"/main.json",
		"https://partner.example.test/jwks.json", "file://"+w.dir+"/partner.json",
		"https://idp.example.test/oauth2/introspect", w.server.URL+"/introspect",
		"https://broken.example.test/introspect", w.server.URL+"/broken",
		"http://upstream.test/", w.server.URL+"/rule/").Replace(string(rules))
	if err := os.WriteFile(filepath.Join(w.dir, "rules.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return w.serve(t, file, ports, w.config(ports))
}

// serve starts the program with a configuration that has the ports, and waits
// until its rules are there.
func (w *world) serve(t *testing.T, file string, ports []int, config object) *instance {
	t.Helper()
	cmd := exec.Command(file, "-c", w.write(t, "config.json", config), "serve")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	in := &instance{proxy: fmt.Sprintf("127.0.0.1:%d", ports[0]), api: fmt.Sprintf("127.0.0.1:%d", ports[1])}
	in.await(t)
	return in
}

// await waits until the rules are there: a rule that is always valid is among
// them.
func (in *instance) await(t *testing.T) {
	t.Helper()
	for range 300 {
		if res, err := http.Get("http://" + in.api + "/rules/canary.default"); err == nil {
			_ = res.Body.Close()
			if _, err := net.Dial("tcp", in.proxy); err == nil && res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("Oathkeeper does not start")
}

func freePorts(t *testing.T, n int) []int {
	t.Helper()
	out := make([]int, n)
	for i := range out {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		out[i] = l.Addr().(*net.TCPAddr).Port
	}
	return out
}

func (w *world) config(ports []int) map[string]any {
	serve := map[string]any{}
	for i, name := range []string{"proxy", "api", "prometheus"} {
		serve[name] = map[string]any{"host": "127.0.0.1", "port": ports[i]}
	}
	data := strings.NewReplacer("https://idp.example.test/jwks.json", "file://"+w.dir+"/main.json",
		"https://idp.example.test/oauth2/introspect", w.server.URL+"/introspect").Replace(handlersJSON)
	out := map[string]any{}
	if err := json.Unmarshal([]byte(data), &out); err != nil {
		panic(err)
	}
	out["version"], out["serve"] = "v0.40.9", serve
	out["log"] = map[string]any{"level": "panic"}
	out["access_rules"] = map[string]any{"matching_strategy": "regexp", "repositories": []string{"file://" + w.dir + "/rules.json"}}
	return out
}

// handlersJSON is the global configuration, as kgw and Oathkeeper read it.
const handlersJSON = `{
"errors": {"fallback": ["json"], "handlers": {"json": {"enabled": true, "config": {"verbose": true}},
  "redirect": {"enabled": true, "config": {"to": "https://login.example.test/default"}}}},
"authenticators": {"noop": {"enabled": true}, "anonymous": {"enabled": true, "config": {"subject": "anonymous"}}, "unauthorized": {"enabled": true},
  "jwt": {"enabled": true, "config": {"jwks_urls": ["https://idp.example.test/jwks.json"], "scope_strategy": "wildcard"}},
  "oauth2_introspection": {"enabled": true, "config": {"introspection_url": "https://idp.example.test/oauth2/introspect", "scope_strategy": "exact"}}},
"authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
"mutators": {"noop": {"enabled": true}, "header": {"enabled": true, "config": {"headers": {"X-Server": "oathkeeper"}}}, "cookie": {"enabled": true, "config": {"cookies": {}}}}
}`

// answer is the answer of a port. Status 0 is a closed connection.
type answer struct {
	status int
	rule   string
}

// ask sends the request as it is, byte by byte.
func ask(t *testing.T, address, target string, r *simulate.Request) answer {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", r.Method, target, r.Host)
	for _, h := range r.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	switch strings.ToUpper(r.Method) {
	case "POST", "PUT", "PATCH":
		b.WriteString("Content-Length: 0\r\n")
	}
	if _, err := conn.Write([]byte(b.String() + "\r\n")); err != nil {
		return answer{}
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: r.Method})
	if err != nil {
		return answer{}
	}
	return answer{res.StatusCode, res.Header.Get("X-Rule")}
}
