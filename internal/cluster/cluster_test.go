package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDryRun(t *testing.T) {
	a := newAPI(t)
	a.objects[servicePath+"old"] = `{"metadata":{"name":"old","generation":3},"spec":{"weight":1.5}}`
	c := a.connect(t, Options{})
	got := c.DryRun(t.Context(), []map[string]any{service("old"), service("new")})
	merged := func(name string) map[string]any {
		object := service(name)
		object["merged"] = int64(1)
		return object
	}
	want := []Result{
		{Live: map[string]any{"metadata": map[string]any{"name": "old", "generation": int64(3)}, "spec": map[string]any{"weight": 1.5}}, Merged: merged("old")},
		{Merged: merged("new")},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("DryRun (-want +got):\n%s", d)
	}
	if n := a.count("PATCH " + servicePath + "new?dryRun=All&fieldManager=kgw&fieldValidation=Strict&force=true"); n != 1 {
		t.Errorf("asked %q", a.asked)
	}
	if n := a.count("GET /apis/networking.istio.io/v1?"); n != 1 {
		t.Errorf("the kind was asked for %d times", n)
	}
}

func TestGetNeverPatches(t *testing.T) {
	a := newAPI(t)
	a.objects[servicePath+"old"] = `{"kind":"VirtualService"}`
	got := a.connect(t, Options{}).Get(t.Context(), []map[string]any{service("old"), service("new")})
	want := []Result{{Live: map[string]any{"kind": "VirtualService"}}, {}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Get (-want +got):\n%s", d)
	}
	if a.count("PATCH") != 0 {
		t.Errorf("asked %q", a.asked)
	}
}

func TestNamespaces(t *testing.T) {
	a := newAPI(t)
	noNamespace := service("x")
	delete(noNamespace["metadata"].(map[string]any), "namespace")
	wide := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "web"}}
	a.connect(t, Options{}).Get(t.Context(), []map[string]any{noNamespace, wide})
	a.connect(t, Options{}, "-n", "other").Get(t.Context(), []map[string]any{noNamespace})
	for _, path := range []string{
		"/apis/networking.istio.io/v1/namespaces/shop/virtualservices/x",
		"/apis/networking.istio.io/v1/namespaces/other/virtualservices/x",
		"/api/v1/namespaces/web",
	} {
		if a.count("GET "+path+"?") != 1 {
			t.Errorf("%s was not asked for among %q", path, a.asked)
		}
	}
}

// TestProblems holds for each way in which a question can fail what is said
// of the object, and that the other object is still answered.
func TestProblems(t *testing.T) {
	absent := `{"name":"gone","kind":"namespaces"}`
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		reason Reason
		text   string
	}{
		"rbac":       {status(403, "Forbidden", `virtualservices "x" is forbidden: User "u" cannot patch resource`, `{}`), Forbidden, "cannot patch"},
		"webhook":    {status(403, "Forbidden", `admission webhook "w" denied the request: no`, `{}`), Refused, "denied"},
		"policy":     {status(422, "Invalid", `ValidatingAdmissionPolicy 'p' denied request: no`, `{}`), Refused, "denied"},
		"quota":      {status(403, "Forbidden", `forbidden: exceeded quota`, `{}`), Refused, "quota"},
		"schema":     {status(422, "Invalid", "spec.http: Invalid value", `{}`), Refused, "spec.http"},
		"unknown":    {status(500, "InternalError", "failed to create typed patch object: .spec.gatewayz: field not declared in schema", `{}`), Refused, "gatewayz"},
		"namespace":  {status(404, "NotFound", `namespaces "gone" not found`, absent), NoNamespace, `"gone"`},
		"no kind":    {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "404 page not found", 404) }, NotInstalled, "could not find"},
		"conflict":   {status(409, "Conflict", "the object has been modified", `{}`), Conflict, "modified"},
		"internal":   {status(500, "InternalError", "etcdserver: no leader", `{}`), Other, "no leader"},
		"their time": {status(504, "Timeout", "request did not complete", `{}`), Timeout, "complete"},
		"not json":   {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, Broken, "not an object"},
		"breaks off": {breakOff, Broken, "breaks off"},
		"control":    {status(422, "Invalid", "a\x1b[2Jb\nc", `{}`), Refused, "a [2Jb c"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			a.odd["PATCH "+servicePath+"bad"] = test.answer
			got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{service("bad"), service("good")})
			p := got[0].Problem
			if p == nil || p.Reason != test.reason || !strings.Contains(p.Text, test.text) {
				t.Errorf("problem %+v, want %s with %q", p, test.reason, test.text)
			}
			if got[1].Problem != nil || got[1].Merged == nil {
				t.Errorf("the other object: %+v", got[1])
			}
			if n := a.count("PATCH " + servicePath + "bad"); n > 2 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// breakOff begins an answer and ends the connection.
func breakOff(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, `{"kind":`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestKindThatIsNotInstalled(t *testing.T) {
	a := newAPI(t)
	rule := service("r")
	rule["apiVersion"], rule["kind"] = "oathkeeper.ory.sh/v1alpha1", "Rule"
	gateway := service("g")
	gateway["kind"] = "Gateway"
	got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{rule, gateway, service("vs")})
	for i, want := range []string{"oathkeeper.ory.sh/v1alpha1", "Gateway of networking.istio.io/v1"} {
		if p := got[i].Problem; p == nil || p.Reason != NotInstalled || !strings.Contains(p.Text, want) {
			t.Errorf("%+v, want one that names %s", p, want)
		}
	}
	if got[2].Problem != nil {
		t.Error(got[2].Problem)
	}
}

func TestObjectsWithoutHead(t *testing.T) {
	a := newAPI(t)
	slash := service("a/b")
	for _, object := range []map[string]any{{}, {"kind": "VirtualService"}, service(""), slash} {
		got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{object})
		if p := got[0].Problem; p == nil || p.Reason != Refused && p.Reason != Other {
			t.Errorf("%v: %+v", object, p)
		}
	}
}

// TestOneFailureEndsAll: what fails for every object alike is tried once.
func TestOneFailureEndsAll(t *testing.T) {
	t.Run("no server", func(t *testing.T) {
		a := newAPI(t)
		same(t, a.connect(t, Options{}, "--context", "nowhere").DryRun(t.Context(), services(500)), Unreachable, "cannot reach https://127.0.0.1:1")
	})
	t.Run("unknown certificate", func(t *testing.T) {
		a := newAPI(t)
		same(t, a.connect(t, Options{}, "--server", strings.Replace(a.URL, "127.0.0.1", "localhost", 1), "--tls-server-name", "other.test").DryRun(t.Context(), services(50)), Unreachable, "certificate")
	})
	t.Run("expired token", func(t *testing.T) {
		a := newAPI(t)
		a.odd["GET /apis/networking.istio.io/v1"] = status(401, "Unauthorized", "Unauthorized "+token, `{}`)
		same(t, a.connect(t, Options{}).DryRun(t.Context(), services(500)), Unauthorized, "credentials")
		if len(a.asked) != 1 {
			t.Errorf("asked %d times", len(a.asked))
		}
	})
	t.Run("server goes away", func(t *testing.T) {
		a := newAPI(t)
		a.odd["GET "+servicePath+"vs-0100"] = func(w http.ResponseWriter, r *http.Request) {
			_ = a.Listener.Close()
			a.CloseClientConnections()
			breakOff(w, r)
		}
		got := a.connect(t, Options{Concurrency: 4}).Get(t.Context(), services(2000))
		if got[99].Problem != nil && got[50].Problem != nil {
			t.Error(got[50].Problem)
		}
		same(t, got[200:], Unreachable, "cannot reach")
	})
	t.Run("silence", func(t *testing.T) {
		a := newAPI(t)
		for _, object := range services(40) {
			a.odd["GET "+servicePath+object["metadata"].(map[string]any)["name"].(string)] = silence
		}
		same(t, a.connect(t, Options{Concurrency: 4}, "--request-timeout", "100ms").Get(t.Context(), services(40)), Timeout, "in time")
		if n := a.count("GET " + servicePath); n > 12 {
			t.Errorf("asked %d times", n)
		}
	})
}

func silence(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func same(t *testing.T, results []Result, reason Reason, text string) {
	t.Helper()
	for i, r := range results {
		if r.Problem == nil || r.Problem.Reason != reason || !strings.Contains(r.Problem.Text, text) {
			t.Fatalf("object %d: %+v, want %s with %q", i, r.Problem, reason, text)
		}
	}
}

func TestOneSlowAnswer(t *testing.T) {
	a := newAPI(t)
	a.odd["GET "+servicePath+"vs-0007"] = silence
	got := a.connect(t, Options{}, "--request-timeout", "300ms").DryRun(t.Context(), services(20))
	for i, r := range got {
		if (r.Problem != nil) != (i == 7) {
			t.Errorf("object %d: %+v", i, r.Problem)
		}
	}
	if p := got[7].Problem; p != nil && p.Reason != Timeout {
		t.Errorf("%+v", p)
	}
}

func TestBusyServer(t *testing.T) {
	a := newAPI(t)
	var busy int
	a.odd["GET "+servicePath+"x"] = func(w http.ResponseWriter, r *http.Request) {
		if busy++; busy < 3 {
			w.Header().Set("Retry-After", "1")
			status(429, "TooManyRequests", "too many requests", `{"retryAfterSeconds":1}`)(w, r)
			return
		}
		fmt.Fprint(w, `{"kind":"VirtualService"}`)
	}
	c := a.connect(t, Options{})
	var waited time.Duration
	c.waiting = func(_ context.Context, d time.Duration) { waited += d }
	got := c.Get(t.Context(), []map[string]any{service("x")})
	if got[0].Problem != nil || got[0].Live == nil || waited != 2*time.Second {
		t.Errorf("%+v after %v", got[0], waited)
	}
	busy = -1000
	if got := c.Get(t.Context(), []map[string]any{service("x")}); got[0].Problem == nil || busy != -1000+busyRetries+1 {
		t.Errorf("%+v after %d attempts", got[0], busy+1000)
	}
}

// TestSecretsAreNotShown: neither the token nor what a Secret holds gets into
// a text, even if the server repeats it.
func TestSecretsAreNotShown(t *testing.T) {
	a := newAPI(t)
	a.odd["PATCH /api/v1/namespaces/web/secrets/s"] = status(422, "Invalid", `data: Invalid value: "aHVudGVyMg==" (hunter2 for `+token+`)`, `{}`)
	secret := map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s", "namespace": "web"},
		"data": map[string]any{"password": "aHVudGVyMg=="}, "stringData": map[string]any{"password": "hunter2"},
	}
	got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{secret})
	want := &Problem{Refused, `data: Invalid value: "***" (*** for ***)`}
	if d := cmp.Diff(want, got[0].Problem); d != "" {
		t.Error(d)
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	a := newAPI(t)
	slots, over := make(chan struct{}, 5), make(chan struct{}, 1)
	for i := range 60 {
		a.odd[fmt.Sprintf("GET %svs-%04d", servicePath, i)] = func(w http.ResponseWriter, _ *http.Request) {
			select {
			case slots <- struct{}{}:
				time.Sleep(2 * time.Millisecond)
				<-slots
			default:
				select {
				case over <- struct{}{}:
				default:
				}
			}
			fmt.Fprint(w, `{}`)
		}
	}
	a.connect(t, Options{Concurrency: 5}).Get(t.Context(), services(60))
	if len(over) > 0 {
		t.Error("more than five requests were under way")
	}
}

func TestFlags(t *testing.T) {
	a := newAPI(t)
	file := a.kubeconfig(t)
	t.Run("namespace", func(t *testing.T) {
		for want, args := range map[string][]string{"shop": nil, "other": {"-n", "other"}, "default": {"--context", "nowhere"}} {
			if got, err := flags(t, append(args, "--kubeconfig", file)...).Namespace(); got != want || err != nil {
				t.Errorf("%q: %q, %v", args, got, err)
			}
		}
	})
	t.Run("KUBECONFIG is a list", func(t *testing.T) {
		t.Setenv("KUBECONFIG", "/does/not/exist:"+file)
		if got, err := flags(t).Namespace(); got != "shop" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("mistakes", func(t *testing.T) {
		for _, args := range [][]string{{"--context", "none"}, {"--kubeconfig", "/does/not/exist"}, {"--request-timeout", "soon"}, {"--user", "none"}} {
			if args[0] != "--kubeconfig" {
				args = append(args, "--kubeconfig", file)
			}
			_, err := Connect(flags(t, args...), Options{})
			var p *Problem
			if !errors.As(err, &p) || p.Reason != Misconfigured {
				t.Errorf("%q: %v", args, err)
			}
		}
	})
	t.Run("as and manager", func(t *testing.T) {
		var as string
		a.odd["PATCH "+servicePath+"x"] = func(w http.ResponseWriter, r *http.Request) {
			as = r.Header.Get("Impersonate-User") + " " + r.URL.Query().Get("fieldManager") + " " + r.UserAgent()
			fmt.Fprint(w, `{}`)
		}
		a.connect(t, Options{FieldManager: "ci", UserAgent: "kgw/1"}, "--as", "somebody").DryRun(t.Context(), []map[string]any{service("x")})
		if as != "somebody ci kgw/1" {
			t.Error(as)
		}
	})
}

func TestNoConfiguration(t *testing.T) {
	t.Setenv("KUBECONFIG", "")
	t.Setenv("HOME", t.TempDir())
	_, err := Connect(flags(t, "--kubeconfig="), Options{})
	var p *Problem
	if err == nil || !errors.As(err, &p) {
		t.Skipf("this machine's configuration is found: %v", err)
	}
	if p.Reason != Misconfigured {
		t.Errorf("%+v", p)
	}
}

func TestInterrupted(t *testing.T) {
	a := newAPI(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	same(t, a.connect(t, Options{}).Get(ctx, services(10)), Other, "interrupted")
}

func TestList(t *testing.T) {
	a := newAPI(t)
	path := "/apis/networking.istio.io/v1/virtualservices"
	a.odd["GET "+path] = func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": "two", "two": ""}[r.URL.Query().Get("continue")]
		fmt.Fprintf(w, `{"metadata":{"continue":%q},"items":[{"metadata":{"name":"after-%s"}}]}`, next, r.URL.Query().Get("continue"))
	}
	c := a.connect(t, Options{})
	kinds := []Kind{{"networking.istio.io/v1", "VirtualService"}, {"oathkeeper.ory.sh/v1alpha1", "Rule"}}
	objects, problems := c.List(t.Context(), kinds, nil, "a=b")
	var names bytes.Buffer
	for _, o := range objects {
		_ = json.NewEncoder(&names).Encode(o)
	}
	want := `{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"after-"}}
{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"after-two"}}
`
	if d := cmp.Diff(want, names.String()); d != "" {
		t.Error(d)
	}
	if len(problems) != 1 || problems[0].Reason != NotInstalled {
		t.Errorf("%+v", problems)
	}
	if a.count("GET "+path+"?continue=&labelSelector=a%3Db&limit=500") == 0 {
		t.Errorf("asked %q", a.asked)
	}
}

// TestListThatExpires: a list whose pages the server has forgotten is read as
// a whole, and no object twice.
func TestListThatExpires(t *testing.T) {
	a := newAPI(t)
	a.odd["GET /apis/networking.istio.io/v1/namespaces/web/virtualservices"] = func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case q.Get("continue") != "":
			status(410, "Expired", "The provided continue parameter is too old", `{}`)(w, r)
		case q.Get("limit") == "500":
			fmt.Fprint(w, `{"metadata":{"continue":"two"},"items":[{},{}]}`)
		default:
			fmt.Fprint(w, `{"items":[{},{},{}]}`)
		}
	}
	objects, problems := a.connect(t, Options{}).List(t.Context(), []Kind{{"networking.istio.io/v1", "VirtualService"}}, []string{"web"}, "")
	if len(objects) != 3 || problems != nil {
		t.Errorf("%d objects, %+v", len(objects), problems)
	}
}

func TestListForbidden(t *testing.T) {
	a := newAPI(t)
	a.odd["GET /api/v1/namespaces/web/secrets"] = status(403, "Forbidden", `secrets is forbidden: User "u" cannot list resource "secrets"`, `{}`)
	_, problems := a.connect(t, Options{}).List(t.Context(), []Kind{{"v1", "Secret"}}, []string{"web"}, "")
	if len(problems) != 1 || problems[0].Reason != Forbidden || !strings.Contains(problems[0].Text, "Secret of v1 cannot be listed") {
		t.Errorf("%+v", problems)
	}
}
