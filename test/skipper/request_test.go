package skipper

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// request is one request and the token that it brings.
type request struct {
	Method          string         `json:"method"`
	Host            string         `json:"host"`
	Path            string         `json:"path"`
	XForwardedProto *string        `json:"xForwardedProto"`
	JWT             map[string]any `json:"jwt"`
	Token           string         `json:"token"`
	TokenInfo       *tokenInfo     `json:"tokeninfo"`
	Authorization   string         `json:"authorization"`
	Origin          string         `json:"origin"`
}

// answer is what came back.
type answer struct {
	Status      int    `json:"status"`
	Route       string `json:"route"`
	Backend     string `json:"backend"`
	Forwarded   any    `json:"forwarded"`
	AllowOrigin string `json:"allowOrigin"`
	Body        string `json:"body"`
	ContentType string `json:"contentType"`
}

// bearer gives the token of a request: an unsigned JWT, or an opaque text.
func (r *request) bearer(t testing.TB) string {
	if r.JWT == nil {
		return r.Token
	}
	payload, err := json.Marshal(r.JWT)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + "."
}

// send sends a request as it is written: no client cleans its path.
func (c *cluster) send(t testing.TB, r *request) answer {
	t.Helper()
	token := r.bearer(t)
	c.mu.Lock()
	if token != "" && r.TokenInfo != nil {
		c.tokens[token] = *r.TokenInfo
	}
	c.reached, c.header = "", nil
	c.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", r.Method, r.Path, r.Host)
	header := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	if r.XForwardedProto != nil {
		header("X-Forwarded-Proto", *r.XForwardedProto)
	}
	if r.Authorization == "" && token != "" {
		r.Authorization = "Bearer " + token
	}
	header("Authorization", r.Authorization)
	header("Origin", r.Origin)
	if r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		header("Content-Length", "0")
	}
	b.WriteString("\r\n")
	return c.read(t, r, b.String())
}

func (c *cluster) read(t testing.TB, r *request, raw string) answer {
	t.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(c.url, "http://"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: r.Method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: response.StatusCode, Route: c.ingress(response.Header.Get("X-Route-Id")), AllowOrigin: response.Header.Get("Access-Control-Allow-Origin")}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.Backend = c.reached; a.Backend != "" {
		forwarded := c.header.Get("X-TokenInfo-Forward")
		if err := json.Unmarshal([]byte(forwarded), &a.Forwarded); forwarded != "" && err != nil {
			t.Errorf("X-TokenInfo-Forward is %q: %v", forwarded, err)
		}
		return a
	}
	a.Body, a.ContentType = strings.TrimSuffix(string(body), "\n"), response.Header.Get("Content-Type")
	return a
}
