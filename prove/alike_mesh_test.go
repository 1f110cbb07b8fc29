package prove_test

import (
	"strings"
	"testing"
)

// The objects of Istio around a workload.
const (
	meshEntry       = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: one, namespace: shop}\nspec:\n  hosts: [a.com]\n  gateways: [istio-system/gw]\n  http: [{«match: [{uri: {prefix: /x}}], ¦»route: [{destination: {host: «api¦api¦other», «subset: «v1¦v2», ¦»port: {number: 80}}}«¦, {destination: {host: api, subset: «v1¦v2», port: {number: 80}}, weight: «0¦1¦9»}»]«¦, mirror: {host: other, subset: «v1¦v2»}»}]\n"
	peers           = "«¦---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: default, namespace: «shop¦shop¦istio-system¦other»}\nspec: {«¦selector: {matchLabels: {app: «api¦api¦other»}}, »mtls: {mode: «STRICT¦PERMISSIVE¦DISABLE¦UNSET»}«¦, portLevelMtls: {«80¦8080»: {mode: «STRICT¦DISABLE»}}»}\n»"
	destinationRule = "«¦---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d, namespace: «shop¦shop¦istio-system¦other»}\nspec: {host: «api.shop.svc.cluster.local¦api¦'*.svc.cluster.local'¦other»«¦¦, workloadSelector: {matchLabels: {istio: ingressgateway}}»«¦¦, exportTo: ['.']», «trafficPolicy: {tls: {mode: «DISABLE¦ISTIO_MUTUAL¦SIMPLE»}}¦subsets: [{name: «v1¦v2», labels: {version: «v1¦v2»}«¦, trafficPolicy: {tls: {mode: DISABLE}}»}]»}\n»"
	unfollowedMesh  = "«¦¦---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: s, namespace: «shop¦istio-system¦other»}\nspec: {«¦workloadSelector: {labels: {app: «api¦other»}}, »«egress: [{hosts: ['./*']}]¦ingress: [{port: {number: 80, protocol: HTTP, name: h}, defaultEndpoint: '127.0.0.1:«80¦81»'}]»}\n¦---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: f, namespace: «shop¦istio-system¦other»}\nspec: {«¦workloadSelector: {labels: {«app: api¦istio: ingressgateway»}}, »configPatches: [{applyTo: HTTP_FILTER, match: {context: «GATEWAY¦SIDECAR_INBOUND»}, patch: {operation: «REMOVE¦MERGE»}}]}\n¦---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, namespace: «shop¦istio-system¦other»}\nspec: {hosts: [«ext.test¦api.shop.svc.cluster.local»], ports: [{number: 80, name: h, protocol: HTTP}], resolution: «DNS¦STATIC¦NONE»«¦, location: MESH_INTERNAL»«¦, endpoints: [{address: «10.0.0.1¦10.0.0.2»}]»}\n¦---\napiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: w, namespace: «shop¦istio-system»}\nspec: {«¦selector: {matchLabels: {app: «api¦other»}}, »url: 'oci://«w¦v»'}\n¦---\napiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: t, namespace: «shop¦istio-system»}\nspec: {tracing: [{randomSamplingPercentage: «10¦20»}]}\n»"
	placedPolicy    = "«¦---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: «shop¦shop¦istio-system¦other»}\nspec: {«¦selector: {matchLabels: {«app: api¦app: other¦istio: ingressgateway»}}, ¦targetRefs: [{kind: «Service, group: ''¦Gateway, group: gateway.networking.k8s.io¦ServiceEntry, group: networking.istio.io», name: «api¦gw¦e»}], »«action: DENY, ¦action: AUDIT, ¦action: CUSTOM, provider: {name: «x¦y»}, ¦»rules: [«{}¦{from: [{source: {«principals: ['«*¦cluster.local/ns/a/sa/b»']¦notPrincipals: ['*']¦namespaces: ['«a¦istio-system»']¦ipBlocks: [10.0.0.0/8]»}}]}¦{to: [{operation: {«paths¦notPaths»: ['«/x*¦/y¦/x/{*}»']}}]}¦{to: [{operation: {ports: ['«80¦8080»']}}]}»]}\n»"
	workload        = "«¦---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec: {selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api, version: «v1¦v2»«¦¦, sidecar.istio.io/inject: 'false'»}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: «80¦8080»}]}]}}}\n»«¦---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: «enabled¦disabled»}}\n»"
	meshRequest     = "GET «http¦https»://a.com/«¦x¦y¦x/y»"
)

// TestWorkloadsWithoutAChangeAreAlike draws what is around a workload: who may come to
// it, how it is spoken to, and what is not followed.
func TestWorkloadsWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, meshEntry+peers+destinationRule+unfollowedMesh+placedPolicy+workload+someServices, meshRequest)
}

// TestIssuersWithoutAChangeAreAlike draws RequestAuthentications of several issuers, at
// the gateway and at a workload.
func TestIssuersWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, plainEntry+authentication+"«¦"+renamed(authentication, "j", "k")+"»"+somePolicy+renamed(somePolicy, "p", "q")+someServices, verifiedRequest)
}

// Routes of the Gateway API that are not followed.
const (
	otherRoute = "«¦---\napiVersion: gateway.networking.k8s.io/«v1¦v1alpha2»\nkind: «GRPCRoute¦TLSRoute¦TCPRoute¦UDPRoute»\nmetadata: {name: o, namespace: «shop¦other»}\nspec: {parentRefs: [{name: «gw¦gx», namespace: istio-system«¦, sectionName: «http¦https»»}], «¦hostnames: [«a.com¦'*.com'¦b.com»], »rules: [{backendRefs: [{name: «api¦other», port: 80}]}]}\n»"
	plainRoute = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop, creationTimestamp: '2024-01-01T00:00:00Z'}\nspec:\n  parentRefs: [{name: gw, namespace: istio-system}]\n  hostnames: [«a.com¦'*.com'¦b.com¦»]\n  rules: [" + ruleOf + "]\n"
)

// TestOtherRoutesWithoutAChangeAreAlike draws GRPCRoutes, TLSRoutes and TCPRoutes beside an
// HTTPRoute.
func TestOtherRoutesWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, parentTemplate+plainRoute+otherRoute+someServices, routeRequest)
}

// The delegates of a VirtualService.
const (
	rootService = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: one, namespace: shop}\nspec:\n  hosts: [a.com]\n  gateways: [istio-system/gw]\n  http: [{match: [{uri: {«prefix: /x¦exact: /x¦prefix: /»}«¦, method: {exact: GET}»«¦, headers: {x-a: {«exact: b¦regex: b.*»}}»}], «¦rewrite: {uri: /v}, »«¦headers: {request: {set: {x-s: «a¦b»}}}, »«¦mirror: {host: other}, »delegate: {name: «leaf¦leaf¦twig», namespace: «leaves¦leaves¦shop»}}, {match: [{uri: {prefix: /y}}], delegate: {name: twig«, namespace: leaves¦»}}«¦, {route: [{destination: {host: other, port: {number: 80}}}]}»]\n"
	leafService = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: leaf, namespace: leaves}\nspec: {«¦exportTo: ['.'], ¦exportTo: [shop], ¦hosts: [a.com], ¦gateways: [istio-system/gw], »http: [" + plainPath + "«¦, " + plainPath + "»]}\n"
)

// TestDelegatesWithoutAChangeAreAlike draws VirtualServices and their delegates.
func TestDelegatesWithoutAChangeAreAlike(t *testing.T) {
	noneIsNone(t, rootService+leafService+"«¦"+renamed(leafService, "leaf", "twig")+"»"+someServices, istioRequest)
}

// renamed returns a template of an object with another name.
func renamed(template, from, to string) string {
	return strings.Replace(template, "metadata: {name: "+from+",", "metadata: {name: "+to+",", 1)
}
