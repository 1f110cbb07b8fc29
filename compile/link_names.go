package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
)

// isServiceName reports whether a text is the name of a Service: a DNS-1035 label
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
func isServiceName(s string) bool { return isLabel(s) && s[0] >= 'a' }

// isLabel reports whether a text is a DNS-1123 label, as the name of a namespace is.
func isLabel(s string) bool {
	if s == "" || len(s) > maxName || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// hostName is what a host may be made of in any dialect. Dialects and targets
// allow less.
var hostName = lazyregexp.New(`^(\*\.)?[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$`)

const maxName = 63 // of a label: names of Services and of namespaces

// checkNames checks the hosts, Services and namespaces of every gateway, of
// whatever dialect, before any of them becomes a part of a URL or of an
// address: a name with a slash, a colon or a question mark in it would lead
// elsewhere.
func (r *run) checkNames() {
	told := map[source.Ref]bool{}
	for i := range r.found {
		told[source.Ref{Doc: r.found[i].At.Doc, Path: r.found[i].At.Path}] = true
	}
	for _, u := range r.compiled {
		n := &naming{found: &r.found, seen: u.malformed, told: told}
		for i := range u.gateway.Hosts {
			h := &u.gateway.Hosts[i]
			n.checkHost(h)
			for j := range h.Upstreams {
				n.checkService(&h.Upstreams[j])
			}
		}
		for _, route := range u.gateway.Routes {
			forward, _ := route.Action.(ir.Forward)
			for i := range forward.To {
				n.checkService(&forward.To[i])
			}
		}
		u.malformed = append(u.malformed, n.empty...)
	}
}

// naming reports bad names, each place once; seen are places with a finding, and told
// are those of all documents. Empty places have no other finding.
type naming struct {
	found *diag.List
	seen  []string
	empty []string
	told  map[source.Ref]bool
}

func (n *naming) refuse(at source.Ref, help, format string, args ...any) {
	if slices.Contains(n.seen, at.Path) {
		return
	}
	n.seen = append(n.seen, at.Path)
	n.found.Add(diag.Finding{Code: diag.BadFormat, At: at, Help: help, Message: fmt.Sprintf(format, args...)})
}

func (n *naming) checkHost(h *ir.Host) {
	if h.Name != strings.ToLower(h.Name) && !slices.Contains(n.seen, h.Origin.Path) {
		n.found.Add(diag.Finding{
			Code: diag.BadHost, At: h.Origin, Message: fmt.Sprintf("host %q has capitals: clients send host names in lower case, and Oathkeeper compares them as written", h.Name),
			Help: fmt.Sprintf("write %q", strings.ToLower(h.Written)),
		})
	}
	if h.Name != "" && !hostName().MatchString(h.Name) {
		n.refuse(h.Origin, "write labels of letters, digits and \"-\" with dots between them", "%q is not a host name", h.Name)
	}
}

// checkService checks the names of a Service. If they are empty because the
// Service could not be read, there is a finding already.
func (n *naming) checkService(u *ir.Upstream) {
	if u.Name == "" || u.Namespace == "" {
		n.empty = append(n.empty, u.Origin.At("name").Path)
		for _, at := range []source.Ref{u.Origin, u.Origin.At("name"), u.Origin.At("namespace"), u.Origin.At("serviceName")} {
			if n.told[at] {
				return
			}
		}
	}
	if !isServiceName(u.Name) {
		n.refuse(u.Origin.At("name"), "write the name of a Service: lower-case letters, digits and \"-\", beginning with a letter, at most 63 characters",
			"%q is not the name of a Service", u.Name)
	}
	if slices.Contains(n.seen, "metadata.namespace") && u.Origin.Doc != nil && u.Namespace == u.Origin.Doc.Namespace {
		return
	}
	if !isLabel(u.Namespace) {
		n.refuse(u.Origin.At("namespace"), "write a namespace: lower-case letters, digits and \"-\", at most 63 characters", "%q is not a namespace", u.Namespace)
	}
}
