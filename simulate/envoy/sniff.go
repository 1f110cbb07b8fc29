package envoy

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// CannotServe tells of the text of a VirtualService, without parsing it, that
// it does not serve a host. What is written in an unusual way is not judged:
// the answer is false.
func CannotServe(text []byte, host string) bool {
	hosts, ok := writtenHosts(text)
	if !ok {
		return false
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	for _, h := range hosts {
		if strings.Contains(h, "*") || strings.EqualFold(h, host) {
			return false
		}
	}
	return true
}

func writtenHosts(text []byte) (hosts []string, ok bool) {
	if source.IsJSON(text) {
		var m struct {
			Spec struct {
				Hosts []string `json:"hosts"`
			} `json:"spec"`
		}
		ok = source.JSONValue(text, &m)
		return m.Spec.Hosts, ok && m.Spec.Hosts != nil
	}
	spec, ok := source.Below(text, "spec", source.Indentation(text))
	if !ok {
		return nil, false
	}
	return source.ListBelow(spec, "hosts", source.Indentation(spec))
}
