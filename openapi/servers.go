package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// maxServers bounds the places that the variables of a description's servers
// make together.
const maxServers = 100

// serversAt returns the places of servers, one for each value of their variables: the
// values of an enumeration, or the default.
func (r *reader) serversAt(at source.Ref, servers openapi3.Servers) []ir.APIServer {
	var out []ir.APIServer
	for i, s := range servers {
		if s == nil {
			continue
		}
		urls, ok := r.expandURLs(at.Elem(i), s)
		if !ok {
			continue
		}
		for _, text := range urls {
			if one, ok := r.readServer(at.Elem(i).At("url"), text); ok && !slices.ContainsFunc(out, func(o ir.APIServer) bool { return o.Host == one.Host && o.Base == one.Base }) {
				out = append(out, one)
			}
		}
	}
	return out
}

// expandURLs writes the values of the variables into a server's URL.
func (r *reader) expandURLs(at source.Ref, s *openapi3.Server) ([]string, bool) {
	out := []string{s.URL}
	for _, name := range sortedKeys(s.Variables) {
		v := s.Variables[name]
		if v == nil {
			continue
		}
		values := v.Enum
		if len(values) == 0 {
			values = []string{v.Default}
		}
		var next []string
		for _, text := range out {
			for _, value := range values {
				next = append(next, strings.ReplaceAll(text, "{"+name+"}", value))
			}
		}
		if out = slices.Compact(next); len(out) > maxServers {
			r.found.Add(diag.Finding{
				Code: diag.APIUnreadable, At: at, Message: fmt.Sprintf("the variables of this server expand to more than %d places", maxServers),
				Help: "list fewer values",
			})
			return nil, false
		}
	}
	return out, true
}

func (r *reader) readServer(at source.Ref, text string) (ir.APIServer, bool) {
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
