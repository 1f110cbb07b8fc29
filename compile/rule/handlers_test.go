package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// object reads YAML as the configuration of a handler.
func object(t *testing.T, text string) source.Object {
	t.Helper()
	if text == "" {
		return nil
	}
	f, problem := source.NewFile("config.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	root, problems := docs[0].Parse()
	if len(problems) > 0 {
		t.Fatal(problems[0].Message)
	}
	o, _ := source.Value(root).(source.Object)
	return o
}

func TestHandlerConfig(t *testing.T) {
	const (
		introspection = "introspection_url: http://hydra/introspect\n"
		credentials   = "client_id: a, client_secret: b, token_url: http://hydra/token"
	)
	for name, c := range map[string]struct {
		kind                   *handlers.Kind
		handler, own, clusters string // clusters "-": not known
		want                   []string
	}{
		"nothing known":              {handlers.Authenticators, "jwt", "required_scope: [a]", "-", nil},
		"supplied":                   {handlers.Authenticators, "jwt", "required_scope: [a]", "jwks_urls: [http://dex/keys]", nil},
		"not supplied":               {handlers.Authenticators, "jwt", "required_scope: [a]", "scope_strategy: exact", []string{`config.jwks_urls: "jwks_urls" is required`}},
		"below, nothing known":       {handlers.Mutators, "hydrator", "api: {retry: {max_delay: 1s}}", "-", nil},
		"below, supplied":            {handlers.Mutators, "hydrator", "api: {retry: {max_delay: 1s}}", "api: {url: http://a}", nil},
		"below, not supplied":        {handlers.Mutators, "hydrator", "api: {auth: {}}", "cache: {enabled: true}", []string{`config.api.url: "url" is required`}},
		"no issuer":                  {handlers.Authenticators, "jwt", "trusted_issuers: []", "-", []string{"config.trusted_issuers: Oathkeeper accepts tokens of every issuer where the list is empty"}},
		"no issuer, introspection":   {handlers.Authenticators, "oauth2_introspection", "trusted_issuers: []", introspection, []string{"config.trusted_issuers: Oathkeeper accepts tokens of every issuer where the list is empty"}},
		"a second unit":              {handlers.Mutators, "id_token", "ttl: 1m30s", "-", []string{`config.ttl: "1m30s" is not a duration with one unit, such as 30s`}},
		"no token place":             {handlers.Authenticators, "jwt", "token_from: null", "-", nil},
		"an empty token place":       {handlers.Authenticators, "jwt", "token_from: {}", "-", []string{"config.token_from: token_from names exactly one place"}},
		"pre-authorization off":      {handlers.Authenticators, "oauth2_introspection", "pre_authorization: {enabled: false, client_id: a}", introspection, nil},
		"pre-authorization on":       {handlers.Authenticators, "oauth2_introspection", "pre_authorization: {enabled: true, " + credentials + "}", introspection, nil},
		"pre-authorization, partial": {handlers.Authenticators, "oauth2_introspection", "pre_authorization: {enabled: true, client_id: a}", introspection, []string{"config.pre_authorization.client_secret: pre_authorization is enabled without client_secret, token_url"}},
		"pre-authorization, unsaid":  {handlers.Authenticators, "oauth2_introspection", "pre_authorization: {" + credentials + "}", introspection, []string{"config.pre_authorization.enabled: pre_authorization has credentials and does not say whether it is enabled"}},
		"pre-authorization, merged":  {handlers.Authenticators, "oauth2_introspection", "pre_authorization: {enabled: true}", introspection + "pre_authorization: {" + credentials + "}", nil},
		"pre-authorization, unknown": {handlers.Authenticators, "oauth2_introspection", "pre_authorization: {enabled: true}", "-", nil},
	} {
		h := &ir.Handler{Name: c.handler, Config: object(t, c.own)}
		target := &ir.Target{}
		if c.clusters != "-" {
			target.Handlers = map[string]map[string]handlers.Defaults{c.kind.Group: {c.handler: {Config: object(t, c.clusters)}}}
		}
		var found diag.List
		checkHandler(h, c.kind, target, &found)
		var got []string
		for _, f := range found {
			_, message, _ := strings.Cut(f.Message, ": ")
			got = append(got, f.At.Path+": "+message)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (- want, + got):\n%s", name, d)
		}
	}
}
