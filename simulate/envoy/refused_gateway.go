package envoy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// RefusedGateway returns why Istio's webhook refuses a Gateway and the path of
// the field that it refuses, "" where it does not (pkg/config/validation,
// validateServer). Absent fields are not checked: the input may be a part of a
// Gateway.
func RefusedGateway(m *simulate.Manifest) (why, path string) {
	if why, path = simulate.GatewayFields.Refused(m.Root); why != "" {
		return why, path
	}
	names := map[string]bool{}
	for i, n := range source.Elements(source.Field(m.Spec(), "servers")) {
		name := source.Text(source.Field(source.Field(n, "port"), "name"))
		if names[name] {
			return "two servers have the name " + strconv.Quote(name), source.JoinIndex("spec.servers", i) + ".port.name"
		}
		names[name] = name != ""
		at := source.JoinIndex("spec.servers", i)
		tls, mode := source.Field(n, "tls"), source.Text(source.Field(source.Field(n, "tls"), "mode"))
		protocol := strings.ToUpper(source.Text(source.Field(source.Field(n, "port"), "protocol")))
		plain, ends := slices.Contains(plainProtocols, protocol), protocol == "HTTPS" || protocol == "TLS"
		switch {
		case protocol == "":
		case plain && mode != "" && mode != "PASSTHROUGH", !plain && !ends && tls != nil, plain && hasCertificate(tls):
			return "a server of " + protocol + " cannot have such tls", at + ".tls"
		case certificates(tls) > 1:
			return "a server has two certificates of its own", at + ".tls"
		}
	}
	return "", ""
}

// certificates counts the fields that name a server's own certificate.
func certificates(tls *source.Node) int {
	n := 0
	for _, key := range []string{"credentialName", "credentialNames", "tlsCertificates", "serverCertificate"} {
		if v := source.Field(tls, key); key == "serverCertificate" && source.Text(source.Field(tls, "privateKey")) == "" {
			continue
		} else if source.Text(v) != "" || len(source.Elements(v)) > 0 {
			n++
		}
	}
	return n
}

// hasCertificate reports whether a server is given files to end TLS with.
func hasCertificate(tls *source.Node) bool {
	return slices.ContainsFunc([]string{"serverCertificate", "privateKey", "caCertificates"}, func(key string) bool { return source.Text(source.Field(tls, key)) != "" })
}
