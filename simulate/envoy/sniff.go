package envoy

import "strings"

// CannotServe reports whether a VirtualService of these hosts does not serve a
// host. It is false for delegates, which have none, and for names that a
// gateway or a sidecar may complete.
func CannotServe(hosts []string, host string) bool {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, h := range hosts {
		h = strings.ToLower(strings.TrimSuffix(h, "."))
		if strings.Contains(h, "*") || h == host || strings.HasPrefix(host, h+".") {
			return false
		}
	}
	return len(hosts) > 0
}
