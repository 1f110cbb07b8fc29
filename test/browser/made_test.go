package browser_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/test/browser"
)

// report writes the page of kgw report and returns its URL.
func report(t *testing.T, args ...string) string {
	t.Helper()
	file := t.TempDir() + "/page.html"
	cmd := exec.Command(program(t), append([]string{"report", "--html", file}, args...)...)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("kgw report %q: %v\n%s", args, err, out)
	}
	return "file://" + file
}

// program returns the kgw that is tested.
func program(t *testing.T) string {
	t.Helper()
	file := os.Getenv("KGW_TEST_KGW")
	if file == "" {
		t.Fatal("KGW_TEST_KGW names no kgw: run make test-browser")
	}
	return file
}

// pageOf writes a page and returns its URL.
func pageOf(t testing.TB, p *page.Page) string {
	t.Helper()
	file, err := os.Create(t.TempDir() + "/page.html")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := page.Write(file, p); err != nil {
		t.Fatal(err)
	}
	return "file://" + file.Name()
}

// open opens a page of a report and waits until it answers.
func open(t testing.TB, url string, before ...chromedp.Action[chromedp.Void]) *browser.Page {
	t.Helper()
	p := chromium.Open(t, url, before...)
	p.Until(ready)
	return p
}

const ready = `document.documentElement.dataset.ready === "yes"`

// manyRoutes returns a report of so many routes, fifty for each host, as long as those
// of real gateways.
func manyRoutes(n int) *exposure.Report {
	r := &exposure.Report{Counts: exposure.Counts{Routes: n, Access: map[exposure.Access]int{}}}
	accesses := []exposure.Access{exposure.Restricted, exposure.Closed, exposure.Restricted, exposure.Public, exposure.Restricted, exposure.Restricted}
	for i := range n {
		if i%50 == 0 {
			r.Hosts = append(r.Hosts, exposure.Host{Host: fmt.Sprintf("service-%d.apps.example.com", i/50)})
		}
		h := &r.Hosts[len(r.Hosts)-1]
		row := exposure.Row{
			Path: fmt.Sprintf("/api/v1/customers/{id}/orders/%d", i), Methods: []string{"GET", "POST"}, Access: accesses[i%len(accesses)],
			Backend: fmt.Sprintf("orders-%d.shop.svc.cluster.local:8080", i/50), Via: "ory-oathkeeper-proxy.kyma-system.svc.cluster.local:4455", Timeout: "180s",
			CORS: "origins exact https://www.example.com; headers Content-Type; methods GET, POST", Rule: fmt.Sprintf("orders-%d-x7k2m9q4.shop", i),
			Source:  &exposure.Place{File: fmt.Sprintf("apis/team-%d/apirule.yaml", i/50), Line: 12 + i%50, Column: 5},
			Witness: &exposure.Witness{Method: "GET", URL: fmt.Sprintf("https://%s/api/v1/customers/1/orders/%d", h.Host, i), Status: 401},
		}
		switch row.Access {
		case exposure.Restricted:
			row.Callers = []exposure.Caller{{Kind: exposure.JWT, Text: "jwt(issuer https://login.example.com, scope orders:read)", Issuers: []string{"https://login.example.com"}, Scopes: []string{"orders:read"}}}
		case exposure.Public:
			row.Callers = []exposure.Caller{{Kind: exposure.Anyone, Text: "no token"}}
		}
		r.Counts.Access[row.Access]++
		h.Rows = append(h.Rows, row)
	}
	r.Counts.Hosts = len(r.Hosts)
	return r
}

// plainTable returns a page with a table of the same rows and columns, and no script.
func plainTable(r *exposure.Report) string {
	var b strings.Builder
	b.WriteString("<!doctype html><meta charset=utf-8><title>t</title><table>")
	for i := range r.Hosts {
		h := &r.Hosts[i]
		for j := range h.Rows {
			row := &h.Rows[j]
			b.WriteString("<tr>")
			callers := ""
			for k := range row.Callers {
				callers += row.Callers[k].String()
			}
			for _, text := range []string{string(row.Access), row.Verbs(), h.Host + row.Path, row.Source.String(), callers, row.Backend, row.Timeout, row.CORS, row.Witness.String()} {
				b.WriteString("<td>" + text + "</td>")
			}
			b.WriteString("</tr>\n")
		}
	}
	return b.String() + "</table>"
}
