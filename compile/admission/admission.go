// Package admission writes what a repository's policy says as
// ValidatingAdmissionPolicies, so that an API server enforces it for those who
// bypass the repository.
//
// It takes the policy and returns policies and bindings. What the language of
// admission policies cannot say is listed in NotSaid. It must not know files.
package admission

import (
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Policy is what is enforced. Nil lists allow everything.
type Policy struct {
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

// NotSaid lists what kgw validate looks at and an admission policy cannot.
const NotSaid = "the domain of a short host that its Gateway knows; Services that stand for another one by externalName; the hosts and Services of a StackSet; " +
	"settings for some files only (overrides, a nearer kgw.yaml); everything that takes several resources to see"

// kind is one kind of resource in those of its versions that have one shape.
type kind struct {
	name, group, resource string
	versions              []string
	// hosts and services are expressions for lists of texts, gateway for a text.
	hosts, services, gateway string
	public                   func(Public) string // whether rule r is the route; nil where no rule is public
	open                     string              // whether rule r is open
	allowDefault             bool
}

const (
	// inNamespace completes a Service that may name its namespace.
	inNamespace = "%s.name + '.' + (has(%s.namespace) ? %s.namespace : object.metadata.namespace)"
	rulesOf     = "(has(object.spec.rules) ? object.spec.rules : [])"
	openLegacy  = "has(r.accessStrategies) && r.accessStrategies.exists(s, s.handler in ['allow', 'no_auth', 'noop', 'anonymous'])"
)

var kinds = []kind{
	{
		name: "kgw-apirules-v1alpha1", group: "gateway.kyma-project.io", resource: "apirules", versions: []string{"v1alpha1"}, allowDefault: true,
		hosts: "[object.spec.service.host]", services: "[object.spec.service.name + '.' + object.metadata.namespace]", gateway: "object.spec.gateway",
		open: openLegacy, public: legacyRoute,
	},
	{
		name: "kgw-apirules-v1beta1", group: "gateway.kyma-project.io", resource: "apirules", versions: []string{"v1beta1"},
		hosts: "[object.spec.host]", services: servicesOf(), gateway: "object.spec.gateway", open: openLegacy, public: legacyRoute,
	},
	{
		name: "kgw-apirules-v2", group: "gateway.kyma-project.io", resource: "apirules", versions: []string{"v2alpha1", "v2"},
		hosts: "object.spec.hosts", services: servicesOf(), gateway: "(has(object.spec.gateway) ? object.spec.gateway : '')",
		open: "has(r.noAuth) && r.noAuth", public: route,
	},
	{
		name: "kgw-fabricgateways", group: "zalando.org", resource: "fabricgateways", versions: []string{"v1"},
		hosts:    "('x-fabric-service' in object.spec ? object.spec['x-fabric-service'].map(s, s.host) : [])",
		services: "('x-fabric-service' in object.spec ? object.spec['x-fabric-service'].map(s, s.serviceName + '.' + object.metadata.namespace) : [])",
	},
}

// Objects returns the policies with their bindings: of each kind of resource,
// where there is something to enforce.
func Objects(p *Policy) []manifest.Object {
	var out []manifest.Object
	for i := range kinds {
		k := &kinds[i]
		if list := k.validations(p); len(list) > 0 {
			out = append(out, k.policy(list), k.binding())
		}
	}
	manifest.Sort(out)
	return out
}

const apiVersion = "admissionregistration.k8s.io/v1"

func (k *kind) meta() manifest.Meta {
	return manifest.Meta{Name: k.name, Labels: map[string]string{"app.kubernetes.io/managed-by": "kgw"}}
}

func (k *kind) policy(validations []any) manifest.Object {
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
		{Key: "validations", Value: validations},
	}}
}

func (k *kind) binding() manifest.Object {
	return manifest.Object{APIVersion: apiVersion, Kind: "ValidatingAdmissionPolicyBinding", Meta: k.meta(), Spec: source.Object{
		{Key: "policyName", Value: k.name}, {Key: "validationActions", Value: []any{"Deny"}},
	}}
}
