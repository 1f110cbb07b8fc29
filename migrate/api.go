package migrate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// MigratedFrom is the annotation that names the Api that an APIRule was.
const MigratedFrom = "kgw.dev/migrated-from"

// apiMethods are those that Kyma's own migrator wrote: Api did not look at
// methods.
var apiMethods = []string{"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"}

// element is one issuer of an Api, and what is excluded from it.
type element struct {
	issuer   source.Object
	excluded []exclusion
}

// exclusion is an expression for paths: exact, prefix, suffix or regex.
type exclusion struct{ kind, text string }

// fromAPI returns the APIRule for an Api, or nil.
func (c *conversion) fromAPI() source.Object {
	spec, _ := c.old.Get("spec")
	c.spec, _ = spec.(source.Object)
	hostname, _ := c.spec.Get("hostname")
	service, _ := c.spec.Get("service")
	host, _ := hostname.(string)
	target, _ := service.(source.Object)
	if !c.hasAddress(hostname, service) {
		return nil
	}
	if off, _ := c.spec.Get("disableIstioAuthPolicyMTLS"); off == true {
		c.tell(diag.SettingDropped, "spec.disableIstioAuthPolicyMTLS", "write a PeerAuthentication if the workload has no sidecar",
			"disableIstioAuthPolicyMTLS has no counterpart in APIRule: plain-text callers are a matter of PeerAuthentication")
	}
	elements, ok := c.readElements()
	if !ok {
		return nil
	}
	rules := c.apiRules(elements)
	if len(c.left) > 0 {
		return nil
	}
	next := source.Object{}
	if c.To == "v2" {
		next = append(next, source.Member{Key: "hosts", Value: edit.From{Key: "hostname", Value: []any{strings.ToLower(host)}}})
	} else {
		next = append(next, source.Member{Key: "host", Value: edit.From{Key: "hostname", Value: host}})
	}
	next = append(next, source.Member{Key: "service", Value: target}, source.Member{Key: "gateway", Value: kube.KymaGateway.String()})
	if c.DropCORS {
		c.tell(diag.CORSChanged, "spec", "migrate with --cors keep to write it out", "the default CORS policy of Api is left behind: browsers' requests from other origins are refused")
	} else {
		next = append(next, source.Member{Key: "corsPolicy", Value: c.corsOf("v1alpha1")})
	}
	next = append(next, source.Member{Key: "rules", Value: rules})
	out := withValue(c.withVersion(next), "apiVersion", c.apiVersion())
	return c.noteOrigin(withValue(out, "kind", "APIRule"))
}

// hasAddress reports whether the Api has a hostname and a service; otherwise it leaves
// the Api and reports what is missing.
func (c *conversion) hasAddress(hostname, service any) bool {
	host, isText := hostname.(string)
	target, _ := service.(source.Object)
	if host != "" && len(target) > 0 {
		return true
	}
	for _, field := range []struct {
		name, example string
		value         any
		empty, wrong  bool
	}{
		{"hostname", "hostname: shop.example.com", hostname, host == "" && (isText || hostname == nil), host == ""},
		{"service", "service: {name: shop, port: 80}", service, service == nil, len(target) == 0},
	} {
		_, written := c.spec.Get(field.name)
		switch {
		case !field.wrong:
		case !written:
			c.leave(diag.APINotMoved, "spec", "write it, such as "+field.example, "the Api has no %s", field.name)
		case field.empty:
			c.leave(diag.APINotMoved, "spec."+field.name, "write it, such as "+field.example, "%s is empty", field.name)
		default:
			c.leave(diag.APINotMoved, "spec."+field.name, "write it, such as "+field.example, "%s is not what an Api of v1alpha2 has there", field.name)
		}
	}
	return false
}

// noteOrigin names the original Api in an annotation.
func (c *conversion) noteOrigin(o source.Object) source.Object {
	v, _ := o.Get("metadata")
	m, _ := v.(source.Object)
	note := source.Member{Key: MigratedFrom, Value: "Api/" + c.doc.Name}
	if a, ok := m.Get("annotations"); ok {
		annotations, _ := a.(source.Object)
		return withValue(o, "metadata", withValue(m, "annotations", append(without(annotations, MigratedFrom), note)))
	}
	return withValue(o, "metadata", append(slices.Clone(m), source.Member{Key: "annotations", Value: source.Object{note}}))
}

// readElements reads who may send requests, as Api's controller did: switched
// off, switched on with a default, or the issuers that are listed.
func (c *conversion) readElements() ([]element, bool) {
	enabled, _ := c.spec.Get("authenticationEnabled")
	v, _ := c.spec.Get("authentication")
	var out []element
	for i, e := range elements(v) {
		o, _ := e.(source.Object)
		if kind, _ := o.Get("type"); kind != "JWT" {
			continue
		}
		out = append(out, c.readElement(o, fmt.Sprintf("spec.authentication[%d]", i)))
	}
	switch {
	case enabled == false:
		return nil, true
	case len(elements(v)) == 0 && enabled != true, len(out) > 0:
		return out, true
	case c.Issuer != nil:
		return []element{{issuer: issuerOf(c.Issuer.Issuer, c.Issuer.JWKS)}}, true
	}
	c.leave(diag.APINotMoved, "spec.authenticationEnabled", "name the issuer with --default-idp-preset",
		"authentication is switched on and names no issuer: the cluster's default one applied, which is not known here")
	return nil, false
}

func issuerOf(issuer, jwks any) source.Object {
	return source.Object{{Key: "issuer", Value: issuer}, {Key: "jwksUri", Value: jwks}}
}

func (c *conversion) readElement(o source.Object, at string) element {
	v, _ := o.Get("jwt")
	jwt, _ := v.(source.Object)
	issuer, _ := jwt.Get("issuer")
	jwks, _ := jwt.Get("jwksUri")
	out := element{issuer: issuerOf(issuer, jwks)}
	trigger, _ := jwt.Get("triggerRule")
	t, _ := trigger.(source.Object)
	paths, _ := t.Get("excludedPaths")
	for _, p := range elements(paths) {
		path, _ := p.(source.Object)
		if len(path) != 1 || !slices.Contains([]string{"exact", "prefix", "suffix", "regex"}, path[0].Key) {
			c.leave(diag.APINotMoved, at+".jwt.triggerRule", "write exact, prefix, suffix or regex", "an excluded path is none of exact, prefix, suffix and regex")
			continue
		}
		text, _ := path[0].Value.(string)
		out.excluded = append(out.excluded, exclusion{path[0].Key, text})
	}
	return out
}

// apiRules returns the rules of an Api: one for each excluded path, with the
// issuers that it is not excluded from, and one for everything else.
func (c *conversion) apiRules(all []element) []any {
	var rules []*rule
	var seen []exclusion
	for _, e := range all {
		for _, x := range e.excluded {
			if slices.Contains(seen, x) {
				continue
			}
			seen = append(seen, x)
			access := apiAccess(all, x)
			for _, p := range c.excludedPaths(x, access.Key == "noAuth") {
				rules = append(rules, &rule{path: p, methods: apiMethods, access: access})
			}
		}
	}
	everything := "/*"
	if c.To != "v2" {
		everything = "/.*"
	}
	rules = append(rules, &rule{path: everything, methods: apiMethods, access: apiAccess(all, exclusion{})})
	if len(c.left) > 0 {
		return nil
	}
	if all == nil {
		c.tell(diag.MadePublic, "spec", "if that is not meant, write jwt instead of noAuth", "the Api has no authentication: anybody may send requests to every path")
	}
	if len(seen) > 0 {
		c.tell(diag.MadePublic, "spec.authentication", "if that is not meant, remove the rules with noAuth", "excluded paths become rules of their own: %s", describe(rules))
	}
	if c.To == "v2" {
		rules = c.arrangeRules(c.removeRepeated(rules))
	} else if slices.ContainsFunc(rules[:len(rules)-1], func(r *rule) bool { return !r.isPublic() }) {
		c.leave(diag.APINotMoved, "spec.authentication", "move it to v2, or exclude the same paths for every issuer",
			"a path is excluded for one issuer and not for another: Oathkeeper would find two rules for it, and answer 500")
		return nil
	}
	out := make([]any, 0, len(rules))
	for _, r := range rules {
		c.origins = append(c.origins, 0)
		out = append(out, c.renderRule(r))
	}
	return out
}

func describe(rules []*rule) string {
	var out []string
	for _, r := range rules[:len(rules)-1] {
		who := "with a token"
		if r.isPublic() {
			who = "for anybody"
		}
		out = append(out, r.path+" "+who)
	}
	return strings.Join(out, ", ")
}

// apiAccess returns jwt with the issuers that a path is not excluded from, or noAuth.
func apiAccess(all []element, x exclusion) source.Member {
	var issuers []any
	for _, e := range all {
		if !slices.Contains(e.excluded, x) {
			issuers = append(issuers, e.issuer)
		}
	}
	if len(issuers) == 0 {
		return source.Member{Key: "noAuth", Value: true}
	}
	return source.Member{Key: "jwt", Value: source.Object{{Key: "authentications", Value: issuers}}}
}

// expression returns a path of v1beta1 that matches what an exclusion matches.
func (x exclusion) expression() string {
	switch x.kind {
	case "exact":
		return regexp.QuoteMeta(x.text)
	case "prefix":
		return regexp.QuoteMeta(x.text) + ".*"
	case "suffix":
		return ".*" + regexp.QuoteMeta(x.text)
	}
	return x.text
}

// excludedPaths returns the paths that match what an exclusion matches. If they match
// less, the rule for everything answers the rest: it must not ask for less than the
// exclusion left, as it does if one issuer excludes a path and another does not.
func (c *conversion) excludedPaths(x exclusion, public bool) []string {
	at := "spec.authentication"
	switch {
	case c.To != "v2":
		return []string{x.expression()}
	case x.kind == "exact" && v2Path.MatchString(x.text):
		return []string{x.text}
	case x.kind == "prefix" && strings.HasSuffix(x.text, "/") && v2Path.MatchString(x.text+"{**}"):
		return []string{x.text + "{**}"}
	case x.kind == "prefix" && !public:
		c.leave(diag.APINotMoved, at, "end the prefix with a slash, or exclude it for every issuer",
			"prefix %q is excluded for one issuer and not for another: v2 would let the tokens of both in to %sx", x.text, x.text)
	case x.kind == "prefix" && v2Path.MatchString(x.text+"/{**}"):
		f := c.tell(diag.PathNarrowed, at, "add a rule for such requests if they are in use", "prefix %q becomes %s and %s/{**}: %sx is not excluded any more", x.text, x.text, x.text, x.text)
		f.Witness = &diag.Witness{Method: "GET", URL: "https://" + c.apiHost() + x.text + "x"}
		return []string{x.text, x.text + "/{**}"}
	case x.kind == "exact" || x.kind == "prefix":
		c.leave(diag.APINotMoved, at, "write the paths that are in use as exact ones", "%s %q cannot be written as a path of v2", x.kind, x.text)
	default:
		c.leave(diag.APINotMoved, at, "write the paths that are in use as exact ones or prefixes", "excluded paths given by %s, such as %q, have no counterpart in v2", x.kind, x.text)
	}
	return nil
}

func (c *conversion) apiHost() string {
	host, _ := c.spec.Get("hostname")
	return strings.ToLower(fmt.Sprint(host))
}

// renderRule renders a rule in the version to move to.
func (c *conversion) renderRule(r *rule) source.Object {
	if c.To == "v2" {
		return source.Object{{Key: "path", Value: r.path}, {Key: "methods", Value: source.ListOf(r.methods)}, r.access}
	}
	handler := source.Object{{Key: "handler", Value: "allow"}}
	if !r.isPublic() {
		jwt, _ := r.access.Value.(source.Object)
		list, _ := jwt.Get("authentications")
		var issuers, keys []any
		for _, e := range elements(list) {
			o := e.(source.Object)
			issuers, keys = append(issuers, o[0].Value), append(keys, o[1].Value)
		}
		handler = source.Object{{Key: "handler", Value: "jwt"}, {Key: "config", Value: source.Object{{Key: "trusted_issuers", Value: issuers}, {Key: "jwks_urls", Value: keys}}}}
	}
	return source.Object{{Key: "path", Value: r.path}, {Key: "methods", Value: source.ListOf(r.methods)}, {Key: "accessStrategies", Value: []any{handler}}}
}
