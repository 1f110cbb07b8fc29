// Package kubeconfig writes kubeconfigs for clusters whose API server verifies
// tokens of an OpenID Connect issuer.
//
// It takes addresses and returns YAML. The token is asked for when kubectl needs
// one, by the plugin oidc-login (https://github.com/int128/kubelogin): no token
// and no secret is in the file. It must not know any cluster.
package kubeconfig

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Options say which cluster is meant and who issues tokens for it.
type Options struct {
	// Cluster names the cluster in the file.
	Cluster string
	// Server is the address of the API server, and CA its authority in PEM form;
	// nil where clients know it.
	Server string
	CA     []byte
	// Issuer and ClientID are those that the API server is configured with.
	Issuer, ClientID string
	// Scopes are requested in addition to openid.
	Scopes []string
	// Namespace of commands that name none; "" leaves it out.
	Namespace string
}

// YAML returns the file. An error names the faulty option.
func YAML(o *Options) ([]byte, error) {
	if err := check(o); err != nil {
		return nil, err
	}
	cluster := source.Object{}
	if o.CA != nil {
		cluster = append(cluster, source.Member{Key: "certificate-authority-data", Value: base64.StdEncoding.EncodeToString(o.CA)})
	}
	cluster = append(cluster, source.Member{Key: "server", Value: o.Server})
	context := source.Object{{Key: "cluster", Value: o.Cluster}}
	if o.Namespace != "" {
		context = append(context, source.Member{Key: "namespace", Value: o.Namespace})
	}
	context = append(context, source.Member{Key: "user", Value: user})
	return manifest.AppendYAMLValue(nil, source.Object{
		{Key: "apiVersion", Value: "v1"},
		{Key: "kind", Value: "Config"},
		{Key: "clusters", Value: []any{source.Object{{Key: "name", Value: o.Cluster}, {Key: "cluster", Value: cluster}}}},
		{Key: "contexts", Value: []any{source.Object{{Key: "name", Value: o.Cluster}, {Key: "context", Value: context}}}},
		{Key: "current-context", Value: o.Cluster},
		{Key: "users", Value: []any{source.Object{{Key: "name", Value: user}, {Key: "user", Value: source.Object{{Key: "exec", Value: plugin(o)}}}}}},
	}), nil
}

// user is the name of the user in the file, as Kyma's service had it.
const user = "OIDCUser"

func plugin(o *Options) source.Object {
	args := []any{"oidc-login", "get-token", "--oidc-issuer-url=" + o.Issuer, "--oidc-client-id=" + o.ClientID}
	for _, s := range o.Scopes {
		args = append(args, "--oidc-extra-scope="+s)
	}
	return source.Object{
		{Key: "apiVersion", Value: "client.authentication.k8s.io/v1"},
		{Key: "command", Value: "kubectl"},
		{Key: "args", Value: args},
		{Key: "interactiveMode", Value: "IfAvailable"},
		{Key: "provideClusterInfo", Value: false},
	}
}

func check(o *Options) error {
	if o.Cluster == "" || o.ClientID == "" {
		return errors.New("the name of the cluster and the client ID are needed")
	}
	for _, a := range [][2]string{{"the server", o.Server}, {"the issuer", o.Issuer}} {
		u, err := url.Parse(a[1])
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return fmt.Errorf("%s must be an https:// URL without a user", a[0])
		}
	}
	if o.CA == nil {
		return nil
	}
	if block, _ := pem.Decode(o.CA); block == nil || block.Type != "CERTIFICATE" {
		return errors.New("the authority holds no certificate in PEM form")
	}
	return nil
}
