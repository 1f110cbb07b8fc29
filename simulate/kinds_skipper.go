package simulate

// IngressFields is the table of Ingress as Skipper v0.27.57 reads it
// (dataclients/kubernetes/definitions/ingressv1.go).
var IngressFields = NewFieldTable("networking.k8s.io", "Ingress", `
decided metadata.annotations{kubernetes.io/ingress.class}
decided metadata.annotations{zalando.org/skipper-filter}
decided metadata.annotations{zalando.org/skipper-predicate}
decided metadata.annotations{zalando.org/skipper-routes}
decided metadata.annotations{zalando.org/ratelimit}
decided metadata.annotations{zalando.org/backend-weights}
decided metadata.annotations{zalando.org/skipper-ingress-path-mode}
decided metadata.annotations{zalando.org/skipper-ingress-redirect}
decided metadata.annotations{zalando.org/skipper-ingress-redirect-code}
decided metadata.annotations{zalando.org/skipper-backend}
inert metadata.annotations{zalando.org/skipper-loadbalancer} it chooses among the endpoints of one Service
inert metadata.annotations{zalando.org/skipper-backend-protocol} it is about the connection to the backend
decided spec.ingressClassName
decided spec.defaultBackend.service.name
decided spec.defaultBackend.service.port.name
decided spec.defaultBackend.service.port.number
inert spec.defaultBackend.resource.** Skipper passes over it
decided spec.rules[].host
decided spec.rules[].http.paths[].path
decided spec.rules[].http.paths[].pathType
decided spec.rules[].http.paths[].backend.service.name
decided spec.rules[].http.paths[].backend.service.port.name
decided spec.rules[].http.paths[].backend.service.port.number
inert spec.rules[].http.paths[].backend.resource.** Skipper passes over it
inert spec.tls[].** certificates
`)

// RouteGroupFields is the table of RouteGroup as Skipper v0.27.57 reads it
// (dataclients/kubernetes/definitions/routegroups.go).
var RouteGroupFields = NewFieldTable("zalando.org", "RouteGroup", `
decided metadata.annotations{zalando.org/routegroup.class}
decided metadata.annotations{zalando.org/skipper-ingress-redirect}
inert metadata.annotations{zalando.org/skipper-backend-protocol} it is about the connection to the backend
decided spec.hosts[]
decided spec.backends[].name
decided spec.backends[].type
decided spec.backends[].address
decided spec.backends[].algorithm
decided spec.backends[].endpoints[]
decided spec.backends[].serviceName
decided spec.backends[].servicePort
decided spec.defaultBackends[].backendName
decided spec.defaultBackends[].weight
decided spec.routes[].path
decided spec.routes[].pathSubtree
decided spec.routes[].pathRegexp
decided spec.routes[].methods[]
decided spec.routes[].predicates[]
decided spec.routes[].filters[]
decided spec.routes[].backends[].backendName
decided spec.routes[].backends[].weight
inert spec.tls[].** certificates
`)
