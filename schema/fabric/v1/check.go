package v1

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// Verbs are those that the operator reads, in any case.
var Verbs = []string{"get", "head", "options", "put", "post", "patch", "delete", "connect"}

// maxName is what name and namespace may have together.
const maxName = 60

var originHost = lazyregexp.New(`^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$`)

// Check makes the checks of the operator's webhook, in its order, then those
// that it leaves out though their absence opens or breaks routes.
func (f *FabricGateway) Check(*ir.Settings) diag.List {
	var found diag.List
	f.checkName(&found)
	f.checkPaths(&found)
	f.checkBackends(&found)
	f.checkCORS(&found)
	for _, at := range f.newer {
		name := at.Path[strings.LastIndexByte(at.Path, '.')+1:]
		found.Add(diag.Finding{
			Code: diag.NewerField, At: at, Message: fmt.Sprintf("%q is not supported: kgw does not write what it asks for", name),
			Help: "remove it, or keep this gateway with the controller that knows it",
		})
	}
	f.checkEmployees(&found)
	f.checkValues(&found)
	f.checkExposure(&found)
	return found
}

func (f *FabricGateway) checkName(found *diag.List) {
	n := len(f.doc.Name) + len(f.doc.Namespace)
	if n <= maxName {
		return
	}
	found.Add(diag.Finding{
		Code: diag.LongName, At: source.Ref{Doc: f.doc}.At("metadata", "name"),
		Message: fmt.Sprintf("name %q and namespace %q have %d characters together; at most %d are allowed", f.doc.Name, f.doc.Namespace, n, maxName),
		Help:    "use a shorter name",
		Upstream: &diag.Upstream{Message: fmt.Sprintf("Concatenated resource name and namespace length is capped at 60 characters: %s and %s are %d chars long",
			f.doc.Name, f.doc.Namespace, n)},
	})
}

func (f *FabricGateway) checkBackends(found *diag.List) {
	spec := source.Ref{Doc: f.doc, Path: "spec"}
	services := spec.At(keyServices)
	services.Key = true
	switch {
	case f.provider == nil && len(f.services) == 0:
		at := spec
		if f.hasServices {
			at = services
		}
		found.Add(diag.Finding{
			Code: diag.NoBackend, At: at, Message: "the gateway names neither Services nor a StackSet",
			Help:     "add " + keyServices + " or " + keyProvider,
			Upstream: &diag.Upstream{Message: "You must have 1 of the `x-fabric-service` or `x-external-service-provider` keys defined"},
		})
	case f.provider != nil && f.hasServices:
		found.Add(diag.Finding{
			Code: diag.TwoBackends, At: services, Message: "the gateway names both Services and a StackSet",
			Help:     "remove " + keyServices + " or " + keyProvider,
			Related:  []diag.Related{{Message: "the StackSet", At: f.provider.at.At("stackSetName")}},
			Upstream: &diag.Upstream{Message: "You cannot define services with the `x-fabric-service` key and also set external management using `x-external-service-provider`"},
		})
	}
	first := map[string]source.Ref{}
	seen := func(host string, at source.Ref) {
		other, again := first[host]
		if !again {
			first[host] = at
			return
		}
		found.Add(diag.Finding{
			Code: diag.RepeatedHost, At: at, Message: fmt.Sprintf("host %q is listed twice", host),
			Help: "keep one of the two", Related: []diag.Related{{Message: "the first one", At: other}},
		})
	}
	for i := range f.services {
		seen(f.services[i].host, f.services[i].at.At("host"))
	}
	if f.provider != nil {
		for i, h := range f.provider.hosts {
			seen(h, f.provider.at.At("hosts").Elem(i))
		}
	}
}

func (f *FabricGateway) checkCORS(found *diag.List) {
	if f.cors == nil {
		return
	}
	for i, o := range f.cors.origins {
		at := f.cors.at.At("allowedOrigins").Elem(i)
		if strings.Contains(o, "*") {
			found.Add(diag.Finding{
				Code: diag.BadCORSOrigin, At: at, Message: fmt.Sprintf("allowed origin %q is a pattern; only full host names are allowed", o),
				Help: "list each host", Upstream: &diag.Upstream{Message: "You may not use * in your cors allowed origins"},
			})
		} else if _, _, ok := cutOrigin(o); !ok {
			found.Add(diag.Finding{
				Code: diag.BadCORSOrigin, At: at, Message: fmt.Sprintf("allowed origin %q is not a host with an optional port", o),
				Help: "write it like www.example.com or www.example.com:8443", Upstream: &diag.Upstream{Message: fmt.Sprintf("The provided cors hostname '%s' is invalid", o)},
			})
		}
	}
	f.checkCORSHeaders(found)
	for i := range f.operations {
		if o := &f.operations[i]; o.method == "OPTIONS" {
			found.Add(diag.Finding{
				Code: diag.OptionsWithCORS, At: keyPlace(o.at), Message: fmt.Sprintf("path %q has an options operation, which %s answers itself", o.path, keyCORS),
				Help:     "remove the operation or " + keyCORS,
				Related:  []diag.Related{{Message: "CORS is asked for here", At: keyPlace(f.cors.at)}},
				Upstream: &diag.Upstream{Message: fmt.Sprintf("You may not define an options endpoint when cors support is configured. Options endpoint found under '%s'", o.path)},
			})
		}
	}
}

// checkCORSHeaders reports headers that every call of the gateway has and that
// browsers may not send: without Authorization there is no token. "*" does not include
// it (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
func (f *FabricGateway) checkCORSHeaders(found *diag.List) {
	var missing []string
	for _, name := range []string{"Authorization", "Content-Type"} {
		if !slices.ContainsFunc(f.cors.headers, func(h string) bool { return h == "*" && name != "Authorization" || strings.EqualFold(h, name) }) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return
	}
	found.Add(diag.Finding{
		Code: diag.CORSHeadersMissing, At: keyPlace(f.cors.at.At("allowedHeaders")),
		Message: fmt.Sprintf("browsers of other origins may not send %s", strings.Join(missing, " and ")),
		Help:    "add to allowedHeaders what the API needs: the token is in Authorization, and JSON has a Content-Type",
	})
}

// keyPlace makes the place that of a field's name.
func keyPlace(at source.Ref) source.Ref {
	at.Key = true
	return at
}

// checkEmployees reports lists of employees that are not looked at.
func (f *FabricGateway) checkEmployees(found *diag.List) {
	check := func(e *employees) {
		if e == nil || len(e.users) == 0 || e.kind == "" || strings.EqualFold(e.kind, "allow_list") {
			return
		}
		found.Add(diag.Finding{
			Code: diag.UserListUnused, At: keyPlace(e.at.At("user-list")),
			Message: fmt.Sprintf("user-list has no effect with type %q", e.kind),
			Help:    "remove the list, or write type: allow_list",
		})
	}
	check(f.employees)
	for i := range f.operations {
		check(f.operations[i].employees)
	}
}

// checkValues reports texts that would end the quotes they are written into:
// they could add conditions or filters to a route.
func (f *FabricGateway) checkValues(found *diag.List) {
	list := func(what string, values []string, at source.Ref) {
		for i, v := range values {
			checkUnsafe(what, v, at.Elem(i), found)
		}
	}
	spec := source.Ref{Doc: f.doc, Path: "spec"}
	list("uid", f.admins, spec.At(keyAdmins))
	list("service", f.whitelist, spec.At(keyWhitelist))
	if f.employees != nil {
		list("uid", f.employees.users, f.employees.at.At("user-list"))
	}
	if f.cors != nil {
		list("header", f.cors.headers, f.cors.at.At("allowedHeaders"))
	}
	if f.compression != nil {
		checkUnsafe("encoding", f.compression.encoding, spec.At(keyCompression, "encoding"), found)
	}
	for i := range f.operations {
		o := &f.operations[i]
		list("scope", o.privileges, o.at.At(keyPrivileges))
		if o.whitelist != nil {
			list("service", o.whitelist.services, o.whitelist.at.At("service-list"))
		}
		if o.employees != nil {
			list("uid", o.employees.users, o.employees.at.At("user-list"))
		}
		for _, t := range o.limits.all() {
			checkUnsafe("service", t.name, keyPlace(t.at), found)
			if t.rate < 0 {
				found.Add(diag.Finding{Code: diag.NegativeLimit, At: t.at, Message: fmt.Sprintf("the limit of %q is negative", t.name), Help: "write a limit of at least 1"})
			}
		}
		o.static.checkHeaders(found)
	}
}

func (s *static) checkHeaders(found *diag.List) {
	if s == nil {
		return
	}
	names := make([]string, 0, len(s.headers))
	for name := range s.headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		at := s.at.At("headers", name)
		checkUnsafe("header", name, keyPlace(at), found)
		checkUnsafe("header value", s.headers[name], at, found)
	}
}

func checkUnsafe(what, value string, at source.Ref, found *diag.List) {
	bad := strings.IndexFunc(value, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' || r == 0x7f })
	switch {
	case value == "":
		found.Add(diag.Finding{Code: diag.UnsafeValue, At: at, Message: "the " + what + " is empty", Help: "remove it or write a name"})
	case bad >= 0:
		found.Add(diag.Finding{
			Code: diag.UnsafeValue, At: at, Message: fmt.Sprintf("%s %q has a quote, a backslash or a control character", what, value),
			Help: "names cannot have them: what is written into routes would not be what is meant",
		})
	}
}
