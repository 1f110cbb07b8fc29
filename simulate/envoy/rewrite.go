package envoy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// rewrite changes path and host as the route says. A prefix match replaces the
// prefix, every other one the whole path.
func (r *route) rewrite(q *simulate.Request) {
	n := source.Field(r.entry, "rewrite")
	if host := source.Text(source.Field(n, "authority")); host != "" {
		q.Host = host
	}
	path, query, has := strings.Cut(q.Target, "?")
	if pattern := source.Field(n, "uriRegexRewrite"); pattern != nil {
		if re, err := regexp.Compile(source.Text(source.Field(pattern, "match"))); err == nil {
			path = re.ReplaceAllString(path, goTemplate(source.Text(source.Field(pattern, "rewrite"))))
		}
	} else if uri := source.Text(source.Field(n, "uri")); uri != "" {
		path = uri + path[min(r.matchedLength(path), len(path)):]
	}
	if q.Target = path; has {
		q.Target = path + "?" + query
	}
}

// matchedLength returns the length of the part of the path that the route matched.
func (r *route) matchedLength(path string) int {
	if c := r.uri(); c == nil {
		return len("/")
	} else if c.kind == "prefix" {
		return len(c.text)
	}
	return len(path)
}

// uri returns the condition on the path, nil where there is none.
func (r *route) uri() *condition {
	i := slices.IndexFunc(r.conditions, func(c condition) bool { return c.isAbout("uri") })
	if i < 0 {
		return nil
	}
	return &r.conditions[i]
}

// goTemplate turns a replacement of RE2 into one of Go: \1 is ${1}.
func goTemplate(text string) string {
	return groupRefs().ReplaceAllString(strings.ReplaceAll(text, "$", "$$"), "$${$1}")
}

// groupRefs are RE2's references to groups in a rewrite.
var groupRefs = lazyregexp.New(`\\([0-9])`)

// rewrites returns what the route does to the URLs of all its requests, nil if
// nothing. Scattered reports whether kgw cannot follow the paths that the rewrite
// makes.
func (r *route) rewrites() (out *simulate.Rewrite, scattered bool) {
	n := source.Field(r.entry, "rewrite")
	var hosts []string
	for _, entry := range append(source.Elements(source.Field(r.entry, "route")), r.entry) {
		if c := readChanges(entry); c.host != "" {
			hosts = append(hosts, c.host)
		}
	}
	if host := source.Text(source.Field(n, "authority")); host != "" {
		hosts = []string{host}
	}
	if n == nil && hosts == nil {
		return nil, false
	}
	out = &simulate.Rewrite{Text: simulate.Canonical(n) + " " + strings.Join(hosts, " "), Hosts: hosts}
	from, uri := "/", source.Text(source.Field(n, "uri"))
	c := r.uri()
	if c != nil {
		out.Text += " of " + c.kind + " " + c.text
	}
	switch {
	case source.Field(n, "uriRegexRewrite") != nil:
		return out, true
	case uri == "": // the host alone
		out.Moves = []match.Move{{From: "/", To: "/"}}
		return out, false
	case c != nil && c.kind != "prefix":
		return out, false
	case c != nil && c.fold:
		return out, true
	case c != nil:
		from = c.text
	}
	return out, !out.Move(from, uri)
}

// noteRewrite records in a symbolic request that the route changed its URL.
func (r *route) noteRewrite(q *simulate.Request) {
	if q.Free == simulate.Concrete {
		return
	}
	if does := r.effects(); does.rewrite != nil {
		q.Rewritten = &simulate.Rewriting{Text: does.rewrite.Text, At: r.at, Scattered: does.scattered}
	}
}
