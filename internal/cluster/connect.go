package cluster

import (
	"context"
	"net/url"
	"os"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // the credentials that kubectl knows
	"k8s.io/client-go/rest"
)

// Connect prepares a client; the first question opens the connection. The
// error is a *Problem: Misconfigured.
func Connect(f *Flags, o Options) (*Client, error) {
	config, err := f.load()
	if err != nil {
		return nil, err
	}
	namespace, err := f.Namespace()
	if err != nil {
		return nil, err
	}
	// The bound on concurrency replaces a rate limit; the server has its own
	// fairness, and answers 429 when a client has to wait.
	config.QPS = -1
	config.UserAgent = orElse(o.UserAgent, "kgw")
	config.WarningHandler = rest.NoWarnings{}
	config.ContentType = runtime.ContentTypeJSON
	config.AcceptContentTypes = runtime.ContentTypeJSON
	config.NegotiatedSerializer = statusCodec()
	client, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		return nil, misconfigured(err)
	}
	c := &Client{
		rest: client, host: shownHost(config.Host), namespace: namespace, manager: orElse(o.FieldManager, "kgw"),
		concurrency: o.Concurrency, secrets: secretsOf(config), asked: map[string]*groupVersion{}, schemas: map[string]*schemas{}, waiting: pause,
	}
	if c.concurrency <= 0 {
		c.concurrency = defaultConcurrency
	}
	return c, nil
}

// statusCodec reads the Status objects in which API servers say what is
// wrong; objects are read as plain JSON.
func statusCodec() runtime.NegotiatedSerializer {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	return serializer.NewCodecFactory(scheme).WithoutConversion()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// shownHost is the server's address without a password.
func shownHost(host string) string {
	if u, err := url.Parse(host); err == nil {
		return u.Redacted()
	}
	return "the server"
}

// secretsOf lists the credentials that must not be shown.
func secretsOf(config *rest.Config) []string {
	secrets := []string{config.BearerToken, config.Password}
	if data, err := os.ReadFile(config.BearerTokenFile); err == nil {
		secrets = append(secrets, strings.TrimSpace(string(data)))
	}
	if config.AuthProvider != nil {
		for key, value := range config.AuthProvider.Config {
			if strings.Contains(key, "token") || strings.Contains(key, "secret") {
				secrets = append(secrets, value)
			}
		}
	}
	return secrets
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
