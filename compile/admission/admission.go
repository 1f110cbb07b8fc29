// Package admission writes a repository's policy as
// ValidatingAdmissionPolicies, so that an API server enforces it for those who
// bypass the repository.
//
// It takes the policy and returns policies and bindings. Demands that the
// language of admission policies cannot express are listed in NotSaid. It must
// not know files.
package admission

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Policy is what is enforced. Nil lists allow everything.
type Policy struct {
	// At is where the policy is written.
	At            source.Ref
	DefaultDomain string
	Allow         []string
	Block         []string
	// Gateways are those that may be named, as namespace/name.
	Gateways []string
	NoPublic bool
	Public   []Public
	// Labels are the keys that every resource must have.
	Labels []string
}

// Public is a route that is meant to be public; an empty Host and nil Methods
// are any.
type Public struct {
	Host, Path string
	Methods    []string
}

// NotSaid lists what kgw validate checks and an admission policy cannot.
const NotSaid = "the domain of a short host that its Gateway knows; Services that refer to another one by externalName; the Services of a StackSet; " +
	"settings for some files only (overrides, a nearer kgw.yaml); everything that shows only in several resources together"

// kind is one kind of resource in those of its versions that have one shape.
type kind struct {
	name, group, resource string
	versions              []string
	// hosts is an expression for a list of hosts as they are written, services
	// for one of pairs of a Service and its namespace, gateway for a text.
	hosts, services, gateway string
	// open is whether rule r is open, and anyMethod whether it is to every method;
	// "" where no rule is.
	open, anyMethod string
	allowDefault    bool
	// whole hosts are never completed with a domain.
	whole bool
}

const (
	openLegacy = "has(r.accessStrategies) && r.accessStrategies.exists(s, s.handler in ['allow', 'no_auth', 'noop', 'anonymous'])"
	anyLegacy  = "r.accessStrategies.exists(s, s.handler == 'allow')"
	// ofRules are the Services of the rules. One without a namespace is in that
	// of spec.service, as the controllers have it, else in the resource's own.
	ofRules = "variables.rules.map(r, has(r.service) ? r.service : has(object.spec.service) ? object.spec.service : {'name': ''})" +
		".map(s, [s.name, has(s.namespace) && s.namespace != '' ? s.namespace : " +
		"has(object.spec.service) && has(object.spec.service.namespace) && object.spec.service.namespace != '' ? object.spec.service.namespace : object.metadata.namespace])"
	ofFabric = "('x-fabric-service' in object.spec ? object.spec['x-fabric-service'] : [])"
)

var kinds = []kind{
	{
		name: "kgw-apirules-v1alpha1", group: "gateway.kyma-project.io", resource: "apirules", versions: []string{"v1alpha1"}, allowDefault: true,
		hosts: "[object.spec.service.host]", services: "[[object.spec.service.name, object.metadata.namespace]]", gateway: "object.spec.gateway",
		open: openLegacy, anyMethod: anyLegacy,
	},
	{
		name: "kgw-apirules-v1beta1", group: "gateway.kyma-project.io", resource: "apirules", versions: []string{"v1beta1"},
		hosts: "[object.spec.host]", services: ofRules, gateway: "object.spec.gateway", open: openLegacy, anyMethod: anyLegacy,
	},
	{
		name: "kgw-apirules-v2", group: "gateway.kyma-project.io", resource: "apirules", versions: []string{"v2alpha1", "v2"},
		hosts: "object.spec.hosts", services: ofRules, gateway: "(has(object.spec.gateway) ? object.spec.gateway : '')",
		open: "has(r.noAuth) && r.noAuth", anyMethod: "false",
	},
	{
		name: "kgw-fabricgateways", group: "zalando.org", resource: "fabricgateways", versions: []string{"v1"}, whole: true,
		hosts: ofFabric + ".map(s, s.host) + ('x-external-service-provider' in object.spec && has(object.spec['x-external-service-provider'].hosts) ? " +
			"object.spec['x-external-service-provider'].hosts : [])",
		services: ofFabric + ".map(s, [s.serviceName, object.metadata.namespace])",
	},
}

// changed leaves out updates that change nothing that the policy judges, such as those
// of controllers that add and remove finalizers: a resource that was there before the
// policy can still be deleted.
const changed = "request.operation == 'CREATE' || object.spec != oldObject.spec || " +
	"(has(object.metadata.labels) ? object.metadata.labels : {}) != (has(oldObject.metadata.labels) ? oldObject.metadata.labels : {})"

// maxPolicy bounds the expressions of one policy, in bytes. The API server
// accepts requests of 1.5 MiB (etcd, --max-request-bytes).
const maxPolicy = 1 << 20

// Objects returns the policies with their bindings: of each kind of resource,
// where there is something to enforce. A policy that is too large for the API
// server is a finding, and not written.
func Objects(p *Policy) ([]manifest.Object, diag.List) {
	var out []manifest.Object
	var found diag.List
	for i := range kinds {
		k := &kinds[i]
		w := k.write(p)
		switch {
		case len(w.validations) == 0:
		case w.size > maxPolicy:
			found.Add(diag.Finding{
				Code: diag.AdmissionTooLarge, At: p.At,
				Message: fmt.Sprintf("the admission policy %s would have %d bytes of expressions, and %d are what the API server stores", k.name, w.size, maxPolicy),
				Help:    "shorten domains.allow, services.block or policy.publicRoutes: list a domain in place of its subdomains",
			})
		default:
			out = append(out, k.policy(w), k.binding())
		}
	}
	manifest.Sort(out)
	return out, found
}

const apiVersion = "admissionregistration.k8s.io/v1"

func (k *kind) meta() manifest.Meta {
	return manifest.Meta{Name: k.name, Labels: map[string]string{manifest.ManagedBy: manifest.Manager}}
}

func (k *kind) policy(w *writer) manifest.Object {
	meta := k.meta()
	meta.Annotations = map[string]string{"kgw.dev/not-enforced": NotSaid}
	return manifest.Object{APIVersion: apiVersion, Kind: "ValidatingAdmissionPolicy", Meta: meta, Spec: source.Object{
		{Key: "failurePolicy", Value: "Fail"},
		{Key: "matchConstraints", Value: source.Object{
			{Key: "matchPolicy", Value: "Exact"},
			{Key: "resourceRules", Value: []any{source.Object{
				{Key: "apiGroups", Value: []any{k.group}},
				{Key: "apiVersions", Value: source.ListOf(k.versions)},
				{Key: "operations", Value: []any{"CREATE", "UPDATE"}},
				{Key: "resources", Value: []any{k.resource}},
			}}},
		}},
		{Key: "matchConditions", Value: []any{source.Object{{Key: "name", Value: "changed"}, {Key: "expression", Value: changed}}}},
		{Key: "variables", Value: w.variables},
		{Key: "validations", Value: w.validations},
	}}
}

func (k *kind) binding() manifest.Object {
	return manifest.Object{APIVersion: apiVersion, Kind: "ValidatingAdmissionPolicyBinding", Meta: k.meta(), Spec: source.Object{
		{Key: "policyName", Value: k.name}, {Key: "validationActions", Value: []any{"Deny"}},
	}}
}
