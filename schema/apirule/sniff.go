package apirule

import "strings"

// CannotServe reports whether an APIRule of a version with one host is not for
// a host: written is the host of v1beta1, and oldest that of v1alpha1, with any
// domain behind it.
func CannotServe(version, written, oldest, host string) bool {
	switch version {
	case "gateway.kyma-project.io/v1alpha1":
		written = oldest
	case "gateway.kyma-project.io/v1beta1":
	default:
		return false
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host, written = strings.ToLower(strings.TrimSuffix(host, ".")), strings.ToLower(written)
	return written != "" && written != host && !strings.HasPrefix(host, written+".")
}
