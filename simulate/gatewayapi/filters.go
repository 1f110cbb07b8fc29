package gatewayapi

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// filter is a filter as fields of an entry of a VirtualService. Ends says that
// the request goes no further, ok is false where the filter is not understood:
// istiod drops the whole object for some, and kgw does not know others.
func filter(f *source.Node) (fields source.Object, ends, ok bool) {
	switch source.Text(source.Field(f, "type")) {
	case "RequestHeaderModifier":
		return modifier("request", source.Field(f, "requestHeaderModifier")), false, true
	case "ResponseHeaderModifier":
		return modifier("response", source.Field(f, "responseHeaderModifier")), false, true
	case "CORS":
		return cors(source.Field(f, "cors")), false, true
	case "RequestRedirect":
		return redirect(source.Field(f, "requestRedirect")), true, true
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
				have[folded] = true // of two spellings the first counts
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

// joinHeaders makes one field of the changes to requests and to responses.
func joinHeaders(fields source.Object) source.Object {
	var out, headers source.Object
	for _, f := range fields {
		if f.Key != "headers" {
			out = append(out, f)
			continue
		}
		h, _ := f.Value.(source.Object)
		headers = append(headers, h...)
	}
	if headers != nil {
		out = append(out, source.Member{Key: "headers", Value: headers})
	}
	return out
}

// anyOrigin is the expression that istiod makes of the origin "*".
const anyOrigin = `^[a-zA-Z][a-zA-Z0-9+.-]*://.*$`

// cors is a policy with preflights of other origins answered by the gateway.
func cors(n *source.Node) source.Object {
	var policy source.Object
	var origins []any
	for _, o := range source.Texts(source.Field(n, "allowOrigins")) {
		how := source.Object{{Key: "exact", Value: o}}
		if o == "*" {
			how = source.Object{{Key: "regex", Value: anyOrigin}}
		} else if scheme, host, wild := strings.Cut(o, "://*."); wild {
			how = source.Object{{Key: "regex", Value: "^" + scheme + `://.*\.` + strings.ReplaceAll(host, ".", `\.`) + "$"}}
		}
		origins = append(origins, how)
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

func redirect(n *source.Node) source.Object {
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
	}
	return source.Object{{Key: "redirect", Value: to}}
}
