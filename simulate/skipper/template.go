package skipper

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

var placeholder = lazyregexp.New(`\$\{([^{}]+)\}`)

// expansion is the result of a template.
type expansion struct {
	value string
	// missing reports that something is absent, which counts as empty.
	missing bool
	// hidden names a part that kgw does not know, or "".
	hidden string
}

// expand fills in what a template reads from the request (eskip/template.go).
func expand(x *exchange, text string) expansion {
	var e expansion
	e.value = placeholder().ReplaceAllStringFunc(text, func(p string) string {
		key := p[2 : len(p)-1]
		v, known := x.lookUp(key)
		if !known {
			e.hidden = key
		}
		e.missing = e.missing || v == ""
		return v
	})
	return e
}

// lookUp finds the value of a placeholder: a part of the request, or a
// parameter of the route's path.
func (x *exchange) lookUp(key string) (value string, known bool) {
	q := x.in
	path, query, _ := strings.Cut(q.Target, "?")
	if h, ok := strings.CutPrefix(key, "request.header."); ok {
		reason, given := x.given[strings.ToLower(h)]
		return q.Header(h), !given || reason == ""
	}
	if p, ok := strings.CutPrefix(key, "request.query."); ok {
		values, _ := url.ParseQuery(query)
		return values.Get(p), true
	}
	if c, ok := strings.CutPrefix(key, "request.cookie."); ok {
		value, _ := cookie(q, c)
		return value, true
	}
	switch key {
	case "request.method":
		return q.Method, true
	case "request.host":
		return q.Host, true
	case "request.path":
		seen, _ := url.PathUnescape(path)
		return seen, true
	case "request.rawQuery":
		return query, true
	case "request.source", "request.sourceFromLast":
		list := strings.Split(q.Header("X-Forwarded-For"), ",")
		text := list[0]
		if key == "request.sourceFromLast" {
			text = strings.TrimSpace(list[len(list)-1])
		}
		_, err := netip.ParseAddr(text)
		return text, err == nil
	case "request.clientIP":
		return "", false
	}
	if strings.HasPrefix(key, "response.header.") {
		return "", false
	}
	return x.route.parameter(key, x.path), true
}
