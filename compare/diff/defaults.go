package diff

import "github.com/kgw-dev/kgw/internal/kinds"

// defaults are the values that mean the same as an absent field, by kind and
// path: what the API server, Istio or Oathkeeper takes where there is none
// (https://istio.io/latest/docs/reference/config/networking/virtual-service,
// https://istio.io/latest/docs/reference/config/security/authorization-policy,
// https://istio.io/latest/docs/reference/config/security/request_authentication,
// https://gateway-api.sigs.k8s.io/reference/spec).
var defaults = map[string]map[string]any{
	kinds.VirtualService: {
		"spec.http[].match[].ignoreUriCase":            false,
		"spec.http[].websocketUpgrade":                 false,
		"spec.http[].corsPolicy.unmatchedPreflights":   "UNSPECIFIED",
		"spec.http[].route[].weight":                   int64(0),
		"spec.http[].match[].uri.exact":                "",
		"spec.http[].match[].uri.prefix":               "",
		"spec.http[].match[].uri.regex":                "",
		"spec.http[].route[].destination.subset":       "",
		"spec.http[].route[].destination.port.number":  int64(0),
		"spec.http[].name":                             "",
		"spec.http[].match[].name":                     "",
		"spec.http[].match[].port":                     int64(0),
		"spec.http[].match[].statPrefix":               "",
		"spec.http[].match[].sourceNamespace":          "",
		"spec.http[].directResponse.body.string":       "",
		"spec.http[].corsPolicy.allowOrigins[].exact":  "",
		"spec.http[].corsPolicy.allowOrigins[].prefix": "",
		"spec.http[].corsPolicy.allowOrigins[].regex":  "",
	},
	kinds.AuthorizationPolicy: {"spec.action": "ALLOW"},
	kinds.RequestAuthentication: {
		"spec.jwtRules[].forwardOriginalToken":  false,
		"spec.jwtRules[].outputPayloadToHeader": "",
		"spec.jwtRules[].jwks":                  "",
		"spec.jwtRules[].jwksUri":               "",
		"spec.jwtRules[].fromHeaders[].prefix":  "",
	},
	kinds.Rule: {
		"spec.upstream.preserveHost": false,
		"spec.upstream.stripPath":    "",
		"spec.configMapName":         "",
	},
	kinds.HTTPRoute: {
		"spec.parentRefs[].group":                      "gateway.networking.k8s.io",
		"spec.parentRefs[].kind":                       "Gateway",
		"spec.rules[].matches[].headers[].type":        "Exact",
		"spec.rules[].backendRefs[].group":             "",
		"spec.rules[].backendRefs[].kind":              "Service",
		"spec.rules[].backendRefs[].weight":            int64(1),
		"spec.rules[].filters[].cors.allowCredentials": false,
	},
	kinds.ReferenceGrant: {"spec.to[].group": ""},
	kinds.Ingress:        {"spec.rules[].http.paths[].pathType": "ImplementationSpecific", "spec.rules[].http.paths[].path": ""},
	kinds.RouteGroup:     {"spec.routes[].path": "", "spec.routes[].pathSubtree": "", "spec.routes[].pathRegexp": "", "spec.backends[].algorithm": "", "spec.backends[].address": ""},
}

func isDefault(kind, path string, v any) bool {
	d, ok := defaults[kind][path]
	if ok && d == v {
		return true
	}
	// A VirtualService without exportTo is exported everywhere.
	if kind == kinds.VirtualService && path == "spec.exportTo" {
		list, _ := v.([]any)
		return len(list) == 1 && list[0] == "*"
	}
	return false
}

// dropOnlyWeight drops the weight of a route's only destination: it matches all
// requests whatever it says.
func dropOnlyWeight(kind, path string, list []any) any {
	if kind == kinds.VirtualService && path == "spec.http[].route" && len(list) == 1 {
		if m, ok := list[0].(map[string]any); ok {
			delete(m, "weight")
		}
	}
	return list
}
