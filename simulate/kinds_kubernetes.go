package simulate

// podRules returns the fields of a template of pods, below a path.
func podRules(at string) string {
	return `
unknown ` + at + `metadata.labels{istio.io/dataplane-mode} pods are in the ambient mesh
unknown ` + at + `metadata.labels{istio.io/use-waypoint} a waypoint decides too
unknown ` + at + `metadata.annotations{ambient.istio.io/redirection} pods are in the ambient mesh
decided ` + at + `metadata.labels{}
decided ` + at + `metadata.annotations{sidecar.istio.io/inject}
unknown ` + at + `metadata.annotations{traffic.sidecar.istio.io/excludeInboundPorts} requests to these ports pass the sidecar by
unknown ` + at + `metadata.annotations{traffic.sidecar.istio.io/includeInboundPorts} requests to other ports pass the sidecar by
unknown ` + at + `metadata.annotations{traffic.sidecar.istio.io/excludeInterfaces} requests by these interfaces pass the sidecar by
unknown ` + at + `metadata.annotations{sidecar.istio.io/interceptionMode} requests may pass the sidecar by
unknown ` + at + `metadata.annotations{inject.istio.io/templates} the pods may get no proxy, or another one
unknown ` + at + `metadata.annotations{proxy.istio.io/overrides} the pods may get another proxy
unknown ` + at + `metadata.annotations{sidecar.istio.io/bootstrapOverride} the proxy is configured otherwise
unknown ` + at + `metadata.annotations{sidecar.istio.io/discoveryAddress} another istiod configures the proxy
unknown ` + at + `metadata.annotations{sidecar.istio.io/proxyImage} the proxy is another one
unknown ` + at + `metadata.annotations{proxy.istio.io/config} the proxy is configured otherwise
inert ` + at + `metadata.annotations{} neither the injector nor the proxy reads the annotation
inert ` + at + `metadata.** the template's own name
decided ` + at + `spec.hostNetwork
decided ` + at + `spec.containers[].name
decided ` + at + `spec.containers[].ports[].name
decided ` + at + `spec.containers[].ports[].containerPort
inert ` + at + `spec.containers[].** what runs in the pod
decided ` + at + `spec.initContainers[].name
inert ` + at + `spec.initContainers[].** what runs in the pod
inert ` + at + `spec.** what runs in the pod, and where
`
}

const workloadRules = `
inert spec.selector.** the template has the labels
inert spec.** how many pods there are, and when
`

// ServiceFields is the table of Service.
var ServiceFields = NewFieldTable("", "Service", `
decided spec.selector{}
decided spec.type
decided spec.externalName
decided spec.ports[].name
decided spec.ports[].port
decided spec.ports[].targetPort
decided spec.ports[].appProtocol
inert spec.ports[].protocol gateways send HTTP by TCP alone
inert spec.ports[].nodePort a way past every gateway that is not looked at
unknown metadata.labels{istio.io/use-waypoint} a waypoint decides too
unknown metadata.annotations{networking.istio.io/exportTo} gateways of other namespaces may not find it
inert spec.** how clients find the pods
`)

// NamespaceFields is the table of Namespace.
var NamespaceFields = NewFieldTable("", "Namespace", `
decided metadata.labels{istio-injection}
decided metadata.labels{istio.io/rev}
unknown metadata.labels{istio.io/dataplane-mode} pods are in the ambient mesh
unknown metadata.labels{istio.io/use-waypoint} a waypoint decides too
inert spec.** finalizers
`)

// workloadTables are those of the kinds that make pods.
var workloadTables = []*FieldTable{
	NewFieldTable("apps", "Deployment", podRules("spec.template.")+workloadRules),
	NewFieldTable("apps", "StatefulSet", podRules("spec.template.")+workloadRules),
	NewFieldTable("apps", "DaemonSet", podRules("spec.template.")+workloadRules),
	NewFieldTable("apps", "ReplicaSet", podRules("spec.template.")+workloadRules),
	NewFieldTable("batch", "Job", podRules("spec.template.")+workloadRules),
	NewFieldTable("batch", "CronJob", podRules("spec.jobTemplate.spec.template.")+workloadRules),
	NewFieldTable("", "ReplicationController", podRules("spec.template.")+workloadRules),
	NewFieldTable("", "Pod", podRules("")),
}

// Tables lists the closed tables of all kinds that are read.
func Tables() []*FieldTable {
	return append([]*FieldTable{
		VirtualServiceFields, GatewayFields, AuthorizationPolicyFields, RequestAuthenticationFields, PeerAuthenticationFields, DestinationRuleFields,
		ServiceFields, NamespaceFields, IngressFields, RouteGroupFields, MeshFields,
		HTTPRouteFields, ParentGatewayFields, ReferenceGrantFields, RuleFields,
	}, workloadTables...)
}

// TableOf returns the table of an object's kind, nil where there is none.
func TableOf(m *Manifest) *FieldTable {
	if m.Native {
		return nil
	}
	for _, t := range Tables() {
		if m.Is(t.Group, t.Kind) || t.Group == "" && m.APIVersion == "v1" && m.Kind == t.Kind {
			return t
		}
	}
	return nil
}
