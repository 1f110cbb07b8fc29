package gatewayapi

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// filter returns a filter as fields of an entry of a VirtualService. Ends reports
// that the request goes no further. Ok is false if the filter is not understood:
// for some filters istiod drops the whole object, and kgw does not know others.
func (c *converter) filter(m *simulate.Manifest, f *source.Node) (fields source.Object, ends, ok bool) {
	switch source.Text(source.Field(f, "type")) {
	case "RequestHeaderModifier":
		return modifier("request", source.Field(f, "requestHeaderModifier")), false, true
	case "ResponseHeaderModifier":
		return modifier("response", source.Field(f, "responseHeaderModifier")), false, true
	case "CORS":
		return cors(source.Field(f, "cors")), false, true
	case "RequestRedirect":
		fields, ok = redirect(source.Field(f, "requestRedirect"))
		return fields, true, ok
	case "URLRewrite":
		fields, ok = rewrite(source.Field(f, "urlRewrite"))
		return fields, false, ok
	case "RequestMirror":
		fields, ok = c.mirror(m, source.Field(f, "requestMirror"))
		return fields, false, ok
	}
	return nil, false, false
}

func modifier(direction string, n *source.Node) source.Object {
	var ops source.Object
	for _, key := range []string{"set", "add"} {
		values, have := source.Object{}, map[string]bool{}
		for _, h := range source.Elements(source.Field(n, key)) {
			name := source.Text(source.Field(h, "name"))
			if folded := strings.ToLower(name); !have[folded] {
				have[folded] = true // the first of two spellings counts
				values = append(values, source.Member{Key: name, Value: source.Text(source.Field(h, "value"))})
			}
		}
		if len(values) > 0 {
			ops = append(ops, source.Member{Key: key, Value: values})
		}
	}
	if remove := source.Texts(source.Field(n, "remove")); len(remove) > 0 {
		ops = append(ops, source.Member{Key: "remove", Value: source.ListOf(remove)})
	}
	return source.Object{{Key: "headers", Value: source.Object{{Key: direction, Value: ops}}}}
}

// joinFields joins the changes to requests and to responses into one field, and all
// copies into another.
func joinFields(fields source.Object) source.Object {
	var out, headers source.Object
	var mirrors []any
	for _, f := range fields {
		switch value := f.Value.(type) {
		case source.Object:
			if f.Key == "headers" {
				headers = append(headers, value...)
				continue
			}
		case []any:
			if f.Key == "mirrors" {
				mirrors = append(mirrors, value...)
				continue
			}
		}
		out = append(out, f)
	}
	if headers != nil {
		out = append(out, source.Member{Key: "headers", Value: headers})
	}
	if mirrors != nil {
		out = append(out, source.Member{Key: "mirrors", Value: mirrors})
	}
	return out
}

// rewrite changes host and path. The replacement of a prefix is completed with
// the match (see match.finishRewrite).
func rewrite(n *source.Node) (source.Object, bool) {
	var to source.Object
	if host := source.Text(source.Field(n, "hostname")); host != "" {
		to = append(to, source.Member{Key: "authority", Value: host})
	}
	path := source.Field(n, "path")
	switch kind := source.Text(source.Field(path, "type")); kind {
	case "":
	case "ReplaceFullPath":
		to = append(to, source.Member{Key: "uriRegexRewrite", Value: substitution("/.*", source.Text(source.Field(path, "replaceFullPath")))})
	case "ReplacePrefixMatch":
		to = append(to, source.Member{Key: prefixBecomes, Value: source.Text(source.Field(path, "replacePrefixMatch"))})
	default:
		return nil, false
	}
	return source.Object{{Key: "rewrite", Value: to}}, true
}

// prefixBecomes is the key of what the prefix of a match becomes, until the
// match is known.
const prefixBecomes = "uri"

func substitution(expression, text string) source.Object {
	return source.Object{{Key: "match", Value: expression}, {Key: "rewrite", Value: text}}
}

// mirror sends copies of requests to a Service.
func (c *converter) mirror(m *simulate.Manifest, n *source.Node) (source.Object, bool) {
	to, may := c.destination(m, source.Field(n, "backendRef"))
	if may != granted {
		return nil, false
	}
	share := 100.0
	if f := source.Field(n, "fraction"); f != nil {
		whole := source.Int(source.Field(f, "denominator"))
		if whole == 0 {
			whole = 100
		}
		share = 100 * float64(source.Int(source.Field(f, "numerator"))) / float64(whole)
	} else if p := source.Field(n, "percent"); p != nil {
		share = float64(source.Int(p))
	}
	percentage := source.Object{{Key: "value", Value: source.Number(strconv.FormatFloat(share, 'g', -1, 64))}}
	return source.Object{{Key: "mirrors", Value: []any{source.Object{{Key: "destination", Value: to}, {Key: "percentage", Value: percentage}}}}}, true
}

// anyOrigin is the expression that istiod makes of the origin "*".
const anyOrigin = `^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$`

// origin returns what istiod makes of an allowed origin (1.31, createCorsFilter).
func origin(text string) source.Object {
	stem, last := strings.CutSuffix(text, "*")
	switch {
	case text == "*":
		return source.Object{{Key: "regex", Value: anyOrigin}}
	case !strings.Contains(text, "*"):
		return source.Object{{Key: "exact", Value: text}}
	case last && !strings.Contains(stem, "*"):
		return source.Object{{Key: "prefix", Value: stem}}
	}
	return source.Object{{Key: "regex", Value: "^" + strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*") + "$"}}
}

// cors returns a policy with preflights of other origins answered by the gateway.
func cors(n *source.Node) source.Object {
	var policy source.Object
	var origins []any
	for _, o := range source.Texts(source.Field(n, "allowOrigins")) {
		origins = append(origins, origin(o))
	}
	if len(origins) == 0 {
		return nil
	}
	policy = append(policy, source.Member{Key: "allowOrigins", Value: origins})
	for _, key := range []string{"allowMethods", "allowHeaders", "exposeHeaders"} {
		if list := source.Texts(source.Field(n, key)); len(list) > 0 {
			policy = append(policy, source.Member{Key: key, Value: source.ListOf(list)})
		}
	}
	if yes, _ := source.Bool(source.Field(n, "allowCredentials")); yes {
		policy = append(policy, source.Member{Key: "allowCredentials", Value: true})
	}
	age := source.Int(source.Field(n, "maxAge"))
	if age == 0 {
		age = 5 // what the CRD fills in
	}
	policy = append(policy, source.Member{Key: "maxAge", Value: string(number(age)) + "s"}, source.Member{Key: "unmatchedPreflights", Value: "IGNORE"})
	return source.Object{{Key: "corsPolicy", Value: policy}}
}

// portOfListener is the key for the port of the listener, until it is known.
const portOfListener = "derivePort"

// keepPort finishes a redirect that names neither a scheme nor a port: istiod
// writes the port of the listener, unless it is the usual one of its protocol, which
// is 0 here (pilot/pkg/networking/core/route, ApplyRedirect).
func keepPort(action source.Object, port int64) source.Object {
	at := slices.IndexFunc(action, func(f source.Member) bool { return f.Key == "redirect" })
	if at < 0 {
		return action
	}
	to, _ := action[at].Value.(source.Object)
	own := source.Object{}
	for _, f := range to {
		switch {
		case f.Key != portOfListener:
			own = append(own, f)
		case port != 0:
			own = append(own, source.Member{Key: "port", Value: number(port)})
		}
	}
	out := slices.Clone(action)
	out[at].Value = own
	return out
}

// redirect reads a redirect. kgw does not follow one that replaces a prefix.
func redirect(n *source.Node) (source.Object, bool) {
	status := source.Int(source.Field(n, "statusCode"))
	if status == 0 {
		status = 302
	}
	to := source.Object{{Key: "redirectCode", Value: number(status)}}
	for _, f := range []struct{ from, to string }{{"scheme", "scheme"}, {"hostname", "authority"}} {
		if text := source.Text(source.Field(n, f.from)); text != "" {
			to = append(to, source.Member{Key: f.to, Value: text})
		}
	}
	if port := source.Int(source.Field(n, "port")); port != 0 {
		to = append(to, source.Member{Key: "port", Value: number(port)})
	} else if _, scheme := to.Get("scheme"); !scheme {
		to = append(to, source.Member{Key: portOfListener, Value: "FROM_REQUEST_PORT"})
	}
	if path := source.Field(n, "path"); path != nil {
		if source.Text(source.Field(path, "type")) != "ReplaceFullPath" {
			return nil, false
		}
		to = append(to, source.Member{Key: "uri", Value: source.Text(source.Field(path, "replaceFullPath"))})
	}
	return source.Object{{Key: "redirect", Value: to}}, true
}
