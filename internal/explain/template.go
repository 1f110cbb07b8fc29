package explain

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/shape"
)

// samples are values for settings that have no default to show.
var samples = map[string]string{
	"domains.default":                  "kyma.local",
	"domains.allow":                    "[kyma.local]",
	"services.block":                   "[kubernetes.default, kube-dns.kube-system]",
	"gate.fail":                        "[exposed, removed, tightened, unknown]",
	"istio.extAuthProviders":           "[oauth2-proxy]",
	"cors.allowOrigins":                `[{regex: ".*"}]`,
	"cors.allowMethods":                "[GET, POST]",
	"cors.allowHeaders":                "[Authorization, Content-Type]",
	"labels":                           "{team: shop}",
	"extends":                          "../kgw.yaml",
	"environments":                     "{dev: {domains: {default: dev.kyma.local}, inputs: [overlays/dev]}}",
	"overrides":                        "[{paths: [legacy], compat: controller}]",
	"known.services":                   "[{name: httpbin, namespace: shop, selector: {app: httpbin}, ports: [{port: 8000}]}]",
	"known.gateways":                   `[{name: kyma-gateway, namespace: kyma-system, hosts: ["*.kyma.local"]}]`,
	"known.providers":                  "[oauth2-proxy]",
	"policy.publicRoutes":              "[{path: /healthz}]",
	"fabric.issuers.services":          "{issuer: https://services.example.com, jwksUri: https://services.example.com/keys}",
	"fabric.issuers.employees":         "{issuer: https://people.example.com, jwksUri: https://people.example.com/keys}",
	"targets":                          "{APIRule/v1beta1: oathkeeper}",
	"rules":                            "{KGW410: error}",
	"oathkeeper.handlers":              "{authenticators: {jwt: {enabled: true}}}",
	"oathkeeper.matchingStrategy":      "regexp",
	"skipper.versionedHostsBaseDomain": `""`,
	"helm.release":                     "web",
	"helm.namespace":                   "web",
	"helm.values":                      "[values-prod.yaml]",
}

const templateWidth = 100

// Template returns a kgw.yaml in which every setting is a comment with
// its meaning and its default or a sample. A line is made effective by
// removing the "#" at its start. schema is the JSON Schema for editors. filled
// has, by the name of a setting at the top, lines that set it.
func Template(schema string, filled map[string]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", schema)
	b.WriteString("# Configuration of kgw. Everything below is optional: remove the # before a line to set it.\n")
	fmt.Fprintf(&b, "apiVersion: %s\nkind: %s\n", config.APIVersion, config.Kind)
	for _, f := range config.Type.Fields {
		switch f.Name {
		case "apiVersion", "kind", "metadata":
		default:
			b.WriteByte('\n')
			if text, ok := filled[f.Name]; ok {
				b.WriteString(comment("# ", f.Type) + text)
				continue
			}
			templateField(&b, 0, "", f)
		}
	}
	return []byte(b.String())
}

func templateField(b *strings.Builder, depth int, path string, f shape.Field) {
	p := f.Name
	if path != "" {
		p = path + "." + f.Name
	}
	indent := strings.Repeat("  ", depth)
	if depth == 0 {
		b.WriteString(comment("# ", f.Type))
	} else {
		b.WriteString(comment("#"+indent+"# ", f.Type))
	}
	if value, ok := sample(p, f.Type); ok {
		fmt.Fprintf(b, "#%s%s: %s\n", indent, f.Name, value)
		return
	}
	fmt.Fprintf(b, "#%s%s:\n", indent, f.Name)
	for _, below := range f.Type.Fields {
		templateField(b, depth+1, p, below)
	}
}

// sample returns what is behind a setting's name; ok is false for an
// object whose fields are listed.
func sample(path string, t *shape.Type) (value string, ok bool) {
	if s, has := samples[path]; has {
		return s, true
	}
	switch t.Kind {
	case shape.Object:
		return "", false
	case shape.List:
		return "[]", true
	case shape.Map, shape.Any:
		return "{}", true
	case shape.String:
		if t.Default == "" || strings.Trim(t.Default, "0123456789.") == "" {
			return fmt.Sprintf("%q", t.Default), true
		}
	}
	return t.Default, true
}

// comment is what a setting means, wrapped, with its values.
func comment(prefix string, t *shape.Type) string {
	text := t.Doc
	if len(t.Enum) > 0 {
		text += " One of " + strings.Join(t.Enum, ", ") + "."
	}
	var b strings.Builder
	line := prefix
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) >= templateWidth && line != prefix {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = prefix
		}
		line += word + " "
	}
	if line != prefix {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
