package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// maxServers bounds the places that the variables of a description's servers
// make together.
const maxServers = 100

// serversAt returns the places that servers are, one for each value of their
// variables: the values of an enumeration, or the default.
func (r *reader) serversAt(p part) []ir.APIServer {
	var out []ir.APIServer
	for _, s := range r.list(p) {
		r.object(s)
		urls, ok := r.urls(s)
		if !ok {
			continue
		}
		for _, text := range urls {
			if one, ok := r.server(s.at.At("url"), text); ok && !slices.ContainsFunc(out, func(o ir.APIServer) bool { return o.Host == one.Host && o.Base == one.Base }) {
				out = append(out, one)
			}
		}
	}
	return out
}

// urls writes the values of the variables into a server's URL.
func (r *reader) urls(s part) ([]string, bool) {
	out := []string{r.text(s.field("url"))}
	variables := s.field("variables")
	for _, m := range sortedMembers(r.object(variables)) {
		name, v := m.Key, variables.field(m.Key)
		if r.object(v) == nil {
			continue
		}
		values := r.texts(v.field("enum"))
		if fallback := r.text(v.field("default")); len(values) == 0 {
			values = []string{fallback}
		}
		var next []string
		for _, text := range out {
			for _, value := range values {
				next = append(next, strings.ReplaceAll(text, "{"+name+"}", value))
			}
		}
		if out = slices.Compact(next); len(out) > maxServers {
			r.found.Add(diag.Finding{
				Code: diag.APIUnreadable, At: s.at, Message: fmt.Sprintf("the variables of this server stand for more than %d places", maxServers),
				Help: "list fewer values",
			})
			return nil, false
		}
	}
	return out, true
}

func (r *reader) server(at source.Ref, text string) (ir.APIServer, bool) {
	bad := func(why string) (ir.APIServer, bool) {
		r.found.Add(diag.Finding{
			Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("the URL of a server cannot be read: %s", why),
			Help: "write https://HOST/PATH, or a path",
		})
		return ir.APIServer{}, false
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.ContainsAny(text, "{}"):
		return bad("it is not a URL, or it has a variable that is not defined")
	case u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "wss" && u.Scheme != "ws", u.Opaque != "":
		return bad("its scheme is not http or https")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return bad("it has credentials, a query or a fragment")
	case u.Host == "" && u.Path != "" && !strings.HasPrefix(u.Path, "/"):
		return bad("it is a path that does not begin with a slash")
	}
	return ir.APIServer{Origin: at, Host: strings.ToLower(u.Hostname()), Base: strings.TrimRight(u.EscapedPath(), "/")}, true
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func sortedMembers(o source.Object) source.Object {
	return slices.SortedFunc(slices.Values(o), func(a, b source.Member) int { return cmp.Compare(a.Key, b.Key) })
}
