package migrate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// toV1beta1 moves the spec of v1alpha1: the host is in it, and no longer in
// the service.
func (c *conversion) toV1beta1() source.Object {
	var out source.Object
	for _, m := range c.spec {
		switch m.Key {
		case "service":
			host, service := c.splitService(m.Value)
			if host != nil {
				out = append(out, source.Member{Key: "host", Value: fromService(host)})
			}
			out = append(out, source.Member{Key: m.Key, Value: service})
		case "rules":
			out = append(out, source.Member{Key: m.Key, Value: c.spellMethods(m.Value)})
		default:
			out = append(out, m)
		}
	}
	return out
}

// splitService separates the host from the service of v1alpha1.
func (c *conversion) splitService(v any) (host, service any) {
	o, ok := v.(source.Object)
	if !ok {
		return nil, v
	}
	host, _ = o.Get("host")
	return host, without(o, "host")
}

// fromService marks a value that is made from the host in the service.
func fromService(v any) any { return edit.From{Below: "service", Key: "host", Value: v} }

// spellMethods spells methods as later versions demand it: Oathkeeper does not
// look at the case.
func (c *conversion) spellMethods(v any) any {
	rules, _ := v.([]any)
	out := slices.Clone(rules)
	for i, r := range rules {
		if o, ok := r.(source.Object); ok {
			methods, _ := o.Get("methods")
			out[i] = withValue(o, "methods", spellUpper(methods))
		}
		c.origins = append(c.origins, i)
	}
	if len(out) == 0 {
		return v
	}
	return out
}

func spellUpper(v any) any {
	list, _ := v.([]any)
	out := slices.Clone(list)
	for i, e := range out {
		if s, ok := e.(string); ok {
			out[i] = strings.ToUpper(s)
		}
	}
	if out == nil {
		return v
	}
	return out
}

// toV2 moves the spec of v1alpha1 or v1beta1.
func (c *conversion) toV2() source.Object {
	rules := c.moveRules()
	var out source.Object
	for _, m := range c.spec {
		switch m.Key {
		case "host":
			out = append(out, source.Member{Key: "hosts", Value: c.markMoved(c.hostKey(), []any{c.moveHost(m.Value, "spec."+c.hostKey())})})
		case "service":
			host, service := c.splitService(m.Value)
			if host != nil {
				out = append(out, source.Member{Key: "hosts", Value: fromService([]any{c.moveHost(host, "spec.service.host")})})
			}
			out = append(out, source.Member{Key: m.Key, Value: service})
		case "gateway":
			out = append(out, source.Member{Key: m.Key, Value: c.moveGateway(m.Value)})
		case "corsPolicy":
			out = append(out, source.Member{Key: m.Key, Value: c.moveCORS(m.Value)})
		case "rules":
			if cors := c.defaultCORS(); cors != nil {
				out = append(out, source.Member{Key: "corsPolicy", Value: cors})
			}
			out = append(out, source.Member{Key: m.Key, Value: rules})
		default:
			out = append(out, m)
		}
	}
	if c.from != "" {
		return withoutNotes(out)
	}
	return out
}

// hostKey returns the key below which the text has the host.
func (c *conversion) hostKey() string {
	if c.hosted {
		return "hosts"
	}
	return "host"
}

// markMoved marks a value that was under another key.
func (c *conversion) markMoved(key string, v any) any { return edit.From{Key: key, Value: v} }

// moveHost returns a host as v2 spells it: names ignore case.
func (c *conversion) moveHost(v any, path string) any {
	text, ok := v.(string)
	if !ok || text == strings.ToLower(text) {
		return v
	}
	c.tell(diag.Respelled, path, "", "host %q is written in lower case", text)
	if c.delegates && !c.meshTokens() {
		f := c.tell(diag.HostLowered, path, "check that these requests may pass",
			"Oathkeeper looked at the case of host %q: requests that spell it in lower case, as clients do, found no rule, and get in afterwards", text)
		f.Witness = &diag.Witness{Method: "GET", URL: "https://" + strings.ToLower(text) + "/"}
	}
	return strings.ToLower(text)
}

// moveGateway returns a reference as v2 spells it, namespace/name.
func (c *conversion) moveGateway(v any) any {
	text, ok := v.(string)
	if !ok || text == "" {
		return v
	}
	ref := apirule.LegacyIngress(text, c.doc.Namespace, source.Ref{}).Ref
	if !strings.Contains(text, "/") && strings.Contains(text, ".") {
		_, rest, _ := strings.Cut(text, ".")
		_, tail, _ := strings.Cut(rest, ".")
		if !slices.Contains([]string{"", "svc", "svc.cluster", "svc.cluster.local"}, tail) {
			c.leave(diag.NotValid, "spec.gateway", "name the Gateway as namespace/name", "%q does not identify a Gateway", text)
			return v
		}
	}
	return ref.Namespace + "/" + ref.Name
}

// moveCORS returns a policy as v2 writes it, with maxAge in whole seconds.
func (c *conversion) moveCORS(v any) any {
	o, _ := v.(source.Object)
	age, _ := o.Get("maxAge")
	text, ok := age.(string)
	if !ok {
		return v
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return v
	}
	seconds := int64(d / time.Second)
	if seconds < 1 {
		c.tell(diag.CORSChanged, "spec.corsPolicy.maxAge", "", "maxAge %q is less than the second that v2 can say, and is left out", text)
		return without(o, "maxAge")
	}
	if d%time.Second != 0 {
		c.tell(diag.CORSChanged, "spec.corsPolicy.maxAge", "", "maxAge %q becomes %d whole seconds", text, seconds)
	}
	return withValue(o, "maxAge", source.Number(fmt.Sprint(seconds)))
}

// legacyCORS are the methods of the default policies; v1alpha1 has no PATCH.
var legacyCORS = map[string][]string{
	"v1alpha1": {"GET", "POST", "PUT", "DELETE"},
	"v1beta1":  {"GET", "POST", "PUT", "DELETE", "PATCH"},
}

// defaultCORS returns the policy that the controller of an older version applies to
// APIRules that have none, or nil where it is not to be written.
func (c *conversion) defaultCORS() any {
	if has(c.spec, "corsPolicy") {
		return nil
	}
	if c.DropCORS {
		c.tell(diag.CORSChanged, "spec", "migrate with --cors keep to write it out", "the default CORS policy of %s is left behind: browsers' requests from other origins are refused", c.result.From)
		return nil
	}
	return c.corsOf(c.result.From)
}

// corsOf returns the default policy of a version, unless the configuration says
// otherwise.
func (c *conversion) corsOf(version string) source.Object {
	given := &c.Config.CORS
	origins := []any{source.Object{{Key: "regex", Value: ".*"}}}
	if given.AllowOrigins != nil {
		origins = nil
		for _, o := range given.AllowOrigins {
			for _, kind := range []string{"exact", "prefix", "regex"} {
				if v, ok := o[kind]; ok {
					origins = append(origins, source.Object{{Key: kind, Value: v}})
				}
			}
		}
	}
	methods, headers := legacyCORS[version], []string{"Authorization", "Content-Type", "*"}
	if given.AllowMethods != nil {
		methods = given.AllowMethods
	}
	if given.AllowHeaders != nil {
		headers = given.AllowHeaders
	}
	return source.Object{{Key: "allowOrigins", Value: origins}, {Key: "allowMethods", Value: source.ListOf(methods)}, {Key: "allowHeaders", Value: source.ListOf(headers)}}
}

// hasCORS reports whether browsers may send requests from other origins
// afterwards.
func (c *conversion) hasCORS() bool {
	policy, given := c.spec.Get("corsPolicy")
	if !given {
		return !c.DropCORS
	}
	o, _ := policy.(source.Object)
	origins, _ := o.Get("allowOrigins")
	list, _ := origins.([]any)
	return len(list) > 0
}

// pathLang returns the language of a path of the old version.
func (c *conversion) pathLang(path string) pathlang.Lang {
	if path == "/*" && c.settings.IstioJWT && c.result.From == "v1beta1" {
		return pathlang.Star
	}
	return pathlang.Regex
}
