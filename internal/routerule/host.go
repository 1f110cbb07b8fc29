package routerule

import (
	"net/netip"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// hostPattern is what the CRD allows as a host.
var hostPattern = lazyregexp.New(`^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

// RefusedHost returns why an HTTPRoute cannot have a host, "" where it can.
// Capital letters are written as small ones.
func RefusedHost(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return "it is an address"
	}
	if !hostPattern().MatchString(strings.ToLower(name)) || len(name) > 253 {
		return `it may have letters, digits and "-" in its labels, and "*." in front`
	}
	return ""
}
