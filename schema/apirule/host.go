package apirule

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// LegacySays is how the controllers of v1alpha1 and v1beta1 word what needs
// other documents.
var LegacySays = ir.Says{
	HostTaken: "This host is occupied by another Virtual Service",
	NoService: "services %q not found", NoServiceAlone: true,
	NoSelector: "Service cannot have empty label selectors when the API Rule strategy is JWT", NoSelectorAt: ".injection.injection",
	NoSidecar: "Pod %s does not have an injected istio sidecar", NoSidecarAt: ".injection",
}

// LegacyHost completes the host of a v1alpha1 or v1beta1 APIRule: a name
// without a dot gets the default domain. A host that is absent stays empty.
func LegacyHost(written string, at source.Ref, s *ir.Settings) ir.Host {
	h := ir.Host{Origin: at, Name: written, Written: written}
	if written != "" && !strings.Contains(written, ".") {
		h.Short = s.DefaultDomain == ""
		if !h.Short {
			h.Name, h.Domain = written+"."+s.DefaultDomain, ir.Said{Setting: "domains.default"}
		}
	}
	return h
}

// LegacyIngress reads a gateway reference in any of the old spellings:
// "ns/name", "name.ns.svc.cluster.local" and its shorter forms, or a bare name
// in the APIRule's own namespace. The text is written as it is.
func LegacyIngress(text, namespace string, at source.Ref) ir.Ingress {
	in := ir.Ingress{Origin: at, Text: text}
	if ns, name, ok := strings.Cut(text, "/"); ok {
		in.Ref = ir.Name{Namespace: ns, Name: name}
		return in
	}
	name, rest, dotted := strings.Cut(text, ".")
	in.Ref = ir.Name{Namespace: namespace, Name: name}
	if dotted {
		in.Ref.Namespace, _, _ = strings.Cut(rest, ".")
	}
	return in
}
