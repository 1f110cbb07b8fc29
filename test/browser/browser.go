// Package browser opens pages that kgw writes in a real headless Chromium, and
// records what they must not do: errors on the console and requests to a
// network. KGW_TEST_CHROMIUM names the program; without it, the one on the path
// is started. Screenshots go to the folder that KGW_TEST_SCREENSHOTS names, or
// nowhere.
package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is one Chromium. Everything that it asks of a host other than this
// machine goes to a proxy that refuses and records it.
type Browser struct {
	context context.Context
	close   []func()

	mu    sync.Mutex
	asked []string // by the whole program, what the proxy saw
}

// Start starts Chromium. The caller closes it.
func Start() (*Browser, error) {
	file, err := find()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &Browser{}
	proxy := &http.Server{Handler: http.HandlerFunc(b.refuse), ReadHeaderTimeout: time.Minute}
	go proxy.Serve(listener) //nolint:errcheck // it ends with the browser
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(file), chromedp.ProxyServer("http://"+listener.Addr().String()), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1360, 900))
	if os.Geteuid() == 0 { // Chromium has no sandbox for root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tab, closeTab := chromedp.NewContext(allocator)
	b.context, b.close = tab, []func(){closeTab, stop, func() { proxy.Close() }}
	if err := chromedp.Do(tab); err != nil {
		b.Close()
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return b, nil
}

// find returns the file of Chromium.
func find() (string, error) {
	if file := os.Getenv("KGW_TEST_CHROMIUM"); file != "" {
		return file, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if file, err := exec.LookPath(name); err == nil {
			return file, nil
		}
	}
	return "", errors.New("there is no chromium: install it (apt-get install chromium)")
}

// Close ends Chromium.
func (b *Browser) Close() {
	for _, f := range b.close {
		f()
	}
}

func (b *Browser) refuse(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, r.Method+" "+r.RequestURI)
	http.Error(w, "there is no network", http.StatusForbidden)
}

// Asked lists what Chromium asked of hosts other than this machine, whichever
// page or part of it did. Chromium asks its vendor on its own account.
func (b *Browser) Asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// Page is a tab with one page, and what it did.
type Page struct {
	t       testing.TB
	context context.Context
	url     string

	mu       sync.Mutex
	errors   []string
	requests []string
}

// patience bounds a page's whole test: it is for a page that hangs, and measures
// nothing.
const patience = 3 * time.Minute

// Open opens a page in a new tab, which the test's end closes. The actions run
// before the page is loaded.
func (b *Browser) Open(t testing.TB, url string, before ...chromedp.Action[chromedp.Void]) *Page {
	t.Helper()
	tab, closeTab := chromedp.NewContext(b.context)
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(tab, patience)
	t.Cleanup(cancel)
	p := &Page{t: t, context: limited, url: url}
	if err := chromedp.Listen(tab, p.record); err != nil {
		t.Fatal(err)
	}
	p.Do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	p.Do(before...)
	p.Do(chromedp.Navigate(url))
	return p
}

// command returns a command of the DevTools protocol that returns nothing.
func command[P any](name cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		return cdp.Call(ctx, t, name, params)
	}
}

// record keeps what a page must not do. A violation of the content security
// policy is an error of the log.
func (p *Page) record(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, exception(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.errors = append(p.errors, fmt.Sprintf("console.%s: %s", e.Type, arguments(e.Args)))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.errors = append(p.errors, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !within(url, p.url) {
			p.requests = append(p.requests, e.Request.Method+" "+url)
		}
	}
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception == nil {
		return d.Text
	}
	return d.Text + " " + d.Exception.Description
}

func arguments(list []*runtime.RemoteObject) string {
	var out []string
	for _, a := range list {
		out = append(out, strings.TrimSpace(string(a.Value)+" "+a.Description))
	}
	return strings.Join(out, " ")
}

// within reports whether a URL is the page's own, or one that needs no request.
func within(url, page string) bool {
	bare := func(s string) string { s, _, _ = strings.Cut(s, "#"); s, _, _ = strings.Cut(s, "?"); return s }
	return bare(url) == bare(page) || strings.HasPrefix(url, "data:") || strings.HasPrefix(url, "blob:")
}

// Errors lists errors and warnings of the console, exceptions that nothing
// caught, and violations of the content security policy.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.errors)
}

// Requests lists the requests that the page made beyond itself, files of this
// machine included.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Clean fails the test if the page has made an error or a request.
func (p *Page) Clean() {
	p.t.Helper()
	for _, e := range p.Errors() {
		p.t.Errorf("%s: %s", p.url, e)
	}
	for _, r := range p.Requests() {
		p.t.Errorf("%s: it requests %s", p.url, r)
	}
}

// Do runs actions that return nothing on the page.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.context, actions...); err != nil {
		p.t.Fatalf("%s: %v", p.url, err)
	}
}

// Run runs an action on the page and returns its value.
func Run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	out, err := chromedp.Run(p.context, action)
	if err != nil {
		p.t.Fatalf("%s: %v", p.url, err)
	}
	return out
}

// Eval returns the value of a JavaScript expression. A promise is awaited.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return Run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until a JavaScript expression is true. It asks from outside: the
// policy of the page may forbid what a waiting script needs.
func (p *Page) Until(expression string) {
	p.t.Helper()
	for !Eval[bool](p, "Boolean("+expression+")") {
		select {
		case <-p.context.Done():
			p.t.Fatalf("%s: it never came to %s", p.url, expression)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Dark asks a page for its dark colours, or for the light ones.
func Dark(on bool) chromedp.Action[chromedp.Void] {
	value := "light"
	if on {
		value = "dark"
	}
	return media("", &emulation.MediaFeature{Name: "prefers-color-scheme", Value: value})
}

// Print shows a page as it is printed.
func Print() chromedp.Action[chromedp.Void] { return media("print") }

func media(medium string, features ...*emulation.MediaFeature) chromedp.Action[chromedp.Void] {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium, Features: features})
}

// Screenshot writes a picture of what the window shows to NAME.png, where
// pictures are asked for.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	dir := os.Getenv("KGW_TEST_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture := Run(p, chromedp.CaptureScreenshot())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
