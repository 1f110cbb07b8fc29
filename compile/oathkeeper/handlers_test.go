package oathkeeper

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
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
		kind                   *handlerKind
		handler, own, clusters string // clusters "-": not known
		want                   []string
	}{
		"nothing known":              {authenticatorKind, "jwt", "required_scope: [a]", "-", nil},
		"supplied":                   {authenticatorKind, "jwt", "required_scope: [a]", "jwks_urls: [http://dex/keys]", nil},
		"not supplied":               {authenticatorKind, "jwt", "required_scope: [a]", "scope_strategy: exact", []string{`config.jwks_urls: "jwks_urls" is required`}},
		"below, nothing known":       {mutatorKind, "hydrator", "api: {retry: {max_delay: 1s}}", "-", nil},
		"below, supplied":            {mutatorKind, "hydrator", "api: {retry: {max_delay: 1s}}", "api: {url: http://a}", nil},
		"below, not supplied":        {mutatorKind, "hydrator", "api: {auth: {}}", "cache: {enabled: true}", []string{`config.api.url: "url" is required`}},
		"a second unit":              {mutatorKind, "id_token", "ttl: 1m30s", "-", []string{`config.ttl: "1m30s" is not a duration with one unit, such as 30s`}},
		"no token place":             {authenticatorKind, "jwt", "token_from: null", "-", nil},
		"an empty token place":       {authenticatorKind, "jwt", "token_from: {}", "-", []string{"config.token_from: token_from names exactly one place"}},
		"pre-authorization off":      {authenticatorKind, "oauth2_introspection", "pre_authorization: {enabled: false, client_id: a}", introspection, nil},
		"pre-authorization on":       {authenticatorKind, "oauth2_introspection", "pre_authorization: {enabled: true, " + credentials + "}", introspection, nil},
		"pre-authorization, partial": {authenticatorKind, "oauth2_introspection", "pre_authorization: {enabled: true, client_id: a}", introspection, []string{"config.pre_authorization.client_secret: pre_authorization is enabled without client_secret, token_url"}},
		"pre-authorization, unsaid":  {authenticatorKind, "oauth2_introspection", "pre_authorization: {" + credentials + "}", introspection, []string{"config.pre_authorization.enabled: pre_authorization has credentials and does not say whether it is enabled"}},
		"pre-authorization, merged":  {authenticatorKind, "oauth2_introspection", "pre_authorization: {enabled: true}", introspection + "pre_authorization: {" + credentials + "}", nil},
		"pre-authorization, unknown": {authenticatorKind, "oauth2_introspection", "pre_authorization: {enabled: true}", "-", nil},
	} {
		h := &ir.Handler{Name: c.handler, Config: object(t, c.own)}
		target := &ir.Target{}
		if c.clusters != "-" {
			target.Handlers = map[string]map[string]ir.HandlerDefaults{c.kind.group: {c.handler: {Config: object(t, c.clusters)}}}
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
