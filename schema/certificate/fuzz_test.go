package certificate_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/certificate"
)

// FuzzSecret reads Secrets whose certificate and key are any bytes: nothing
// panics, and no part of the key is in a finding.
func FuzzSecret(f *testing.F) {
	good := issue(f, "a.example.com", nil, "a.example.com")
	for _, seed := range [][2][]byte{{good.pem, good.priv}, {good.pem[:len(good.pem)/2], good.priv}, {good.priv, good.pem}, {nil, nil}, {[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte("x")}} {
		f.Add(seed[0], seed[1], true)
		f.Add(seed[0], seed[1], false)
	}
	f.Fuzz(func(t *testing.T, cert, key []byte, isTLS bool) {
		kind := "Opaque"
		if isTLS {
			kind = "kubernetes.io/tls"
		}
		encode := base64.StdEncoding.EncodeToString
		text := "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\ntype: " + kind + "\ndata:\n  tls.crt: \"" + encode(cert) + "\"\n  tls.key: \"" + encode(key) + "\"\n"
		file, problem := source.NewFile("secret.yaml", []byte(text))
		if problem != nil {
			return
		}
		docs, _ := source.Split(file)
		root, _ := docs[0].Parse()
		_, found := certificate.ReadSecret(docs[0], root)
		for i := range found {
			if words := found[i].Message + found[i].Help; len(key) > 15 && strings.Contains(words, string(key)) {
				t.Errorf("a finding has the key: %s", words)
			}
		}
	})
}

// FuzzCertificate reads Certificates of cert-manager and Gardener of any YAML.
func FuzzCertificate(f *testing.F) {
	f.Add("spec: {secretName: a, dnsNames: [a.example.com]}\nstatus: {notAfter: '2026-01-01T00:00:00Z'}\n")
	f.Add("spec: {commonName: a, secretRef: {name: b, namespace: c}}\nstatus: {expirationDate: x}\n")
	f.Add("spec: [{}]\nstatus: 1\n")
	f.Add("spec: {target: {name: 1}, template: {metadata: [a]}}\n")
	f.Fuzz(func(_ *testing.T, text string) {
		file, problem := source.NewFile("certificate.yaml", []byte(text))
		if problem != nil {
			return
		}
		docs, _ := source.Split(file)
		for _, doc := range docs {
			root, _ := doc.Parse()
			_, _ = certificate.ReadCertManager(doc, root)
			_, _ = certificate.ReadGardener(doc, root)
			_, _ = certificate.ReadSealed(doc, root)
		}
	})
}
