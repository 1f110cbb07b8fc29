package kubeconfig

import (
	"strings"
	"testing"
)

const certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"

func options() *Options {
	return &Options{Cluster: "dev", Server: "https://api.test", Issuer: "https://issuer.test/x", ClientID: "kubectl"}
}

// TestYAML writes a file without a token that asks for one.
func TestYAML(t *testing.T) {
	got, err := YAML(options())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"current-context: dev", "server: https://api.test", "--oidc-issuer-url=https://issuer.test/x", "--oidc-client-id=kubectl", "oidc-login", "user: OIDCUser",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	for _, no := range []string{"token:", "certificate-authority-data", "namespace:", "--oidc-extra-scope"} {
		if strings.Contains(string(got), no) {
			t.Errorf("%q is there:\n%s", no, got)
		}
	}
	more := options()
	more.CA, more.Namespace, more.Scopes = []byte(certificate), "shop", []string{"groups", "email"}
	got, err = YAML(more)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"certificate-authority-data: LS0tLS1CRUdJTiB", "namespace: shop", "--oidc-extra-scope=groups", "--oidc-extra-scope=email"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}

// TestRefused holds which options make no file.
func TestRefused(t *testing.T) {
	for why, change := range map[string]func(o *Options){
		"the name of the cluster": func(o *Options) { o.Cluster = "" },
		"the client ID":           func(o *Options) { o.ClientID = "" },
		"the server must be":      func(o *Options) { o.Server = "http://api.test" },
		"the server must":         func(o *Options) { o.Server = "https://" },
		"the issuer must be":      func(o *Options) { o.Issuer = "https://user:secret@issuer.test" },
		"the issuer must":         func(o *Options) { o.Issuer = "https://%zz" },
		"no certificate":          func(o *Options) { o.CA = []byte("text") },
		"holds no certificate":    func(o *Options) { o.CA = []byte(strings.ReplaceAll(certificate, "CERTIFICATE", "PRIVATE KEY")) },
	} {
		o := options()
		change(o)
		if _, err := YAML(o); err == nil || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", why, err)
		}
	}
}
