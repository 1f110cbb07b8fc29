// Package oathkeeperrule describes Oathkeeper's Rule, which kgw writes: for
// schemas and CustomResourceDefinitions that are printed.
//
// It returns a description and takes nothing: a Rule is not compiled. It must
// not know who writes Rules.
package oathkeeperrule

import "github.com/kgw-dev/kgw/internal/shape"

// Group and Version are those of the only version of Rule.
const (
	Group   = "oathkeeper.ory.sh"
	Version = "v1alpha1"
)

// Type describes a Rule as the CustomResourceDefinition of oathkeeper-maester
// v0.1.13 does.
var Type = shape.Resource(Group+"/"+Version, "Rule", "An access rule of Ory Oathkeeper.",
	field("spec", true, object("Which requests the rule matches and what is done with them.",
		field("upstream", false, object("Where requests are forwarded to.",
			field("url", true, &shape.Type{Kind: shape.String, MinLen: 3, MaxLen: 256, Doc: "URL of the upstream.", Pattern: &shape.Pattern{
				Expr: `^(?:https?:\/\/)?(?:[^@\/\n]+@)?(?:www\.)?([^:\/\n]+)`, Means: "the URL of an upstream",
			}}),
			field("stripPath", false, text("Prefix of the path that is left out.")),
			field("preserveHost", false, &shape.Type{Kind: shape.Boolean, Doc: "Whether the upstream sees the original host."}))),
		field("match", true, object("The requests that the rule matches.",
			field("url", true, text("Template of the URL: an expression is in angle brackets.")),
			field("methods", true, &shape.Type{Kind: shape.List, Elem: text(""), Doc: "Methods, compared without regard to case. An empty list matches nothing."}))),
		field("authenticators", false, handlers("Who may send requests: the first that feels responsible decides. Absent: nobody.")),
		field("authorizer", false, handler("What they may do. Absent: nothing.")),
		field("mutators", false, handlers("How requests are changed on the way.")),
		field("errors", false, handlers("How refusals are answered.")),
		field("configMapName", false, &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 253, Doc: "ConfigMap that the rule is written to.", Pattern: &shape.Pattern{
			Expr: `[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`, Means: "the name of a ConfigMap",
		}}))))

func field(name string, required bool, t *shape.Type) shape.Field {
	return shape.Field{Name: name, Required: required, Type: t}
}

func object(doc string, fields ...shape.Field) *shape.Type {
	return &shape.Type{Kind: shape.Object, Doc: doc, Fields: fields}
}

func text(doc string) *shape.Type { return &shape.Type{Kind: shape.String, Doc: doc} }

func handler(doc string) *shape.Type {
	return object(doc,
		field("handler", true, text("Name of the handler.")),
		field("config", false, &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Any}, Doc: "Its configuration, merged over the cluster's."}))
}

func handlers(doc string) *shape.Type {
	return &shape.Type{Kind: shape.List, Doc: doc, Elem: handler("")}
}
