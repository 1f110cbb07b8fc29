// Package istio holds the tests of what kgw writes for Istio against Istio
// itself, 1.31: the checks of its webhook, and the route configuration that
// istiod makes for the ingress gateway, decided with the RE2 that Envoy uses.
// It is a module of its own so that Istio does not become a dependency of kgw.
package istio
