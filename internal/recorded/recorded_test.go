package recorded

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
)

// says lists the calls of a file, and what is found about it.
func says(f *File, found diag.List) string {
	var b strings.Builder
	for _, c := range f.Calls {
		r := c.Request
		fmt.Fprintf(&b, "%d %s %s://%s%s", c.Line, r.Method, r.Scheme, r.Host, r.Target)
		for _, h := range r.Headers {
			fmt.Fprintf(&b, " %s=%s", h.Name, h.Value)
		}
		if c.Token {
			fmt.Fprintf(&b, " token %q", r.Token.Kind)
		}
		b.WriteString("\n")
	}
	if f.Failed > 0 {
		fmt.Fprintf(&b, "%d failed\n", f.Failed)
	}
	for _, g := range found {
		fmt.Fprintf(&b, "%d %s %s\n", g.Span.Line, g.Code, g.Message)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

const har = `{"log": {"version": "1.2", "creator": {"name": "x"},
 "entries": [
  {"request": {"method": "POST", "url": "https://user:pass-word@API.example.com:443/v1/orders?access_token=s3cr3t-s3cr3t",
    "headers": [{"name": "Authorization", "value": "Bearer s3cr3t-s3cr3t"}, {"name": "Cookie", "value": "sid=s3cr3t-s3cr3t"},
      {"name": "X-Api-Key", "value": "s3cr3t-s3cr3t"}, {"name": "Origin", "value": "https://shop.example.com"}]}, "response": {"status": 201}},
  {"request": {"method": "GET", "url": "data:text/plain,x"}, "response": {"status": 200}},
  {"request": {"method": "GET", "url": "wss://api.example.com/live"}, "response": {"status": 101}},
  {"request": {"method": "GET", "url": "https://api.example.com/gone"}, "response": {"status": 404}}
 ]}, "other": [1]}`

func TestRead(t *testing.T) {
	for name, c := range map[string]struct{ text, host, want string }{
		"har": {har, "", "3 POST https://api.example.com/v1/orders?access_token=s3cr3t-s3cr3t Origin=https://shop.example.com\n" +
			"7 GET https://api.example.com/live\n1 failed"},
		"har without entries":        {`{"log": {"entries": 1}}`, "", "1 KGW630 the HAR file cannot be read: its log has no entries that are requests"},
		"har without a URL":          {`{"log": {"entries": [{}]}}`, "", "1 KGW630 the entry has no request with a method and a URL"},
		"har with nothing":           {`{"log": {"entries": []}}`, "", "1 KGW630 the file has no call that comes to a gateway"},
		"list":                       {"[\n {\"request\": {\"method\": \"GET\", \"scheme\": \"https\", \"host\": \"a.test\", \"path\": \"/x\"}},\n\n {\"request\": {\"method\": \"GET\", \"scheme\": \"https\", \"host\": \"a.test\", \"path\": \"/y\", \"token\": {\"kind\": \"none\"}}}]", "", "2 GET https://a.test/x\n4 GET https://a.test/y token \"\""},
		"list with a mistake":        {`[{"request": {"verb": "GET"}}]`, "", "1 KGW102"},
		"combined":                   {`10.0.0.1 - ann [30/Nov/2026:10:00:00 +0000] "GET /v1/orders?q=1 HTTP/1.1" 200 12 "-" "curl \"8\""`, "api.example.com", "1 GET https://api.example.com/v1/orders?q=1"},
		"combined with the host":     {"api.example.com:443 10.0.0.1 - - [30/Nov/2026:10:00:00 +0000] \"DELETE /x HTTP/2.0\" 204 0 \"-\" \"-\"\n", "", "1 DELETE https://api.example.com/x"},
		"combined, a whole URL":      {`10.0.0.1 - - [30/Nov/2026:10:00:00 +0000] "GET http://api.example.com/x HTTP/1.1" 200 0 "-" "-"`, "", "1 GET http://api.example.com/x"},
		"skipper":                    {`10.0.0.1 - - [30/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 200 5 "-" "agent" 12 api.example.com - -`, "", "1 GET https://api.example.com/x"},
		"combined without a host":    {`10.0.0.1 - - [30/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 200 0 "-" "-"`, "", "1 KGW630 no call can be read in lines 1"},
		"messages between":           {"starting\n10.0.0.1 - - [30/Nov/2026:10:00:00 +0000] \"GET /x HTTP/1.1\" 200 0 \"-\" \"-\"\n\nstopping", "h.test", "2 GET https://h.test/x\n1 KGW631 no call can be read in lines 1, 4"},
		"scans and bytes of TLS":     {"1.1.1.1 - - [30/Nov/2026:10:00:00 +0000] \"GET /wp-admin HTTP/1.1\" 404 0 \"-\" \"-\"\n1.1.1.1 - - [t] \"\\x16\\x03\" 400 0 \"-\" \"-\"\n1.1.1.1 - - [t] \"-\" 408 0 \"-\" \"-\"", "h.test", "1 failed"},
		"envoy":                      {`{"authority":"api.example.com:443","method":"GET","path":"/x?token=abc","response_code":200,"x_forwarded_for":"1.1.1.1"}` + "\n" + `{"authority":"-","method":null,"path":null,"response_code":0}` + "\n" + `{":authority":"b.test",":method":"PUT",":path":"/y","response_code":"503","x_forwarded_proto":"http"}`, "", "1 GET https://api.example.com/x?token=abc\n3 PUT http://b.test/y"},
		"envoy with other names":     {`{"verb":"GET","uri":"/x"}`, "h.test", "1 KGW630 no call can be read in lines 1"},
		"one call, many times":       {strings.Repeat(`{"authority":"h.test","method":"GET","path":"/x"}`+"\n", 3), "", "1 GET https://h.test/x"},
		"nothing":                    {" \n", "", "1 KGW630 the file is empty"},
		"a line without end":         {strings.Repeat("x", maxLine+1), "", "1 KGW630 no call can be read in lines 1"},
		"something else altogether":  {"apiVersion: v1\nkind: List\n", "", "1 KGW630 no call can be read in lines 1, 2"},
		"a text that is none, in []": {"[2026-11-30T10:00:00Z] \"GET /x HTTP/1.1\" 200", "h.test", "1 KGW630 no call can be read in lines 1"},
	} {
		f, found := Read("f", []byte(c.text), c.host)
		got := says(f, found)
		if c.want == "1 KGW102" { // whatever a list's own reader says
			if len(found) == 0 || len(f.Calls) > 0 {
				t.Errorf("%s: %s", name, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// TestBounds holds that a file with more calls than are judged says so.
func TestBounds(t *testing.T) {
	var b strings.Builder
	for i := range MaxCalls + 1 {
		fmt.Fprintf(&b, "{\"authority\":\"h.test\",\"method\":\"GET\",\"path\":\"/%d\"}\n", i)
	}
	f, found := Read("f", []byte(b.String()), "")
	if len(f.Calls) != MaxCalls || len(found) != 1 || found[0].Code != diag.CallsUnread {
		t.Errorf("%d calls, %v", len(f.Calls), found)
	}
}

// TestBoundsFindings holds that a HAR file of nothing but mistakes has few findings.
func TestBoundsFindings(t *testing.T) {
	_, found := Read("f", []byte(`{"log": {"entries": [`+strings.Repeat("{},", 10_000)+`{}]}}`), "")
	if len(found) != maxShown || found[0].Code != diag.CallsUnread {
		t.Errorf("%d findings: %v", len(found), found[:min(len(found), 1)])
	}
}

// FuzzRead holds that no file panics, and that of headers and URLs no credential is
// kept.
func FuzzRead(f *testing.F) {
	f.Add([]byte(har), "")
	f.Add([]byte(`[{"request": {"method": "GET", "scheme": "https", "host": "a.test", "path": "/x"}}]`), "")
	f.Add([]byte(`10.0.0.1 - ann [30/Nov/2026:10:00:00 +0000] "GET /v1 HTTP/1.1" 200 12 "-" "curl" 1 h.test - -`), "h.test")
	f.Add([]byte(`{"authority":"a.test","method":"GET","path":"/x","response_code":200}`), "")
	f.Fuzz(func(t *testing.T, data []byte, host string) {
		file, found := Read("f", data, host)
		lines := strings.Count(string(data), "\n") + 1
		for _, c := range file.Calls {
			if c.Line < 1 || c.Line > lines || c.Request.Method == "" || c.Request.Host == "" {
				t.Errorf("%+v of %d lines", c, lines)
			}
			for _, h := range c.Request.Headers {
				if !c.Token && strings.EqualFold(h.Name, "cookie") && !strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
					t.Errorf("a header %s is kept", h.Name)
				}
			}
		}
		if len(file.Calls)+file.Failed == 0 && len(found) == 0 && !strings.Contains(string(data), "[") {
			t.Errorf("nothing is read and nothing said of %q", data)
		}
	})
}
