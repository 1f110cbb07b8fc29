package skipper

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zalando/skipper/eskip"
	"github.com/zalando/skipper/filters"
	"github.com/zalando/skipper/filters/apiusagemonitoring"
	"github.com/zalando/skipper/filters/auth"
	"github.com/zalando/skipper/filters/block"
	"github.com/zalando/skipper/filters/builtin"
	logfilter "github.com/zalando/skipper/filters/log"
	ratelimitfilters "github.com/zalando/skipper/filters/ratelimit"
	"github.com/zalando/skipper/filters/shedder"
	tlsfilters "github.com/zalando/skipper/filters/tls"
	jwt "github.com/zalando/skipper/predicates/auth"
	"github.com/zalando/skipper/predicates/content"
	"github.com/zalando/skipper/predicates/cookie"
	"github.com/zalando/skipper/predicates/cron"
	"github.com/zalando/skipper/predicates/forwarded"
	phost "github.com/zalando/skipper/predicates/host"
	"github.com/zalando/skipper/predicates/interval"
	"github.com/zalando/skipper/predicates/methods"
	skpotel "github.com/zalando/skipper/predicates/otel"
	"github.com/zalando/skipper/predicates/primitive"
	"github.com/zalando/skipper/predicates/query"
	psource "github.com/zalando/skipper/predicates/source"
	"github.com/zalando/skipper/predicates/tee"
	"github.com/zalando/skipper/predicates/traffic"
	"github.com/zalando/skipper/ratelimit"
	"github.com/zalando/skipper/routing"
	"github.com/zalando/skipper/secrets"

	simskipper "github.com/kgw-dev/kgw/simulate/skipper"
)

// fullRegistry has every filter that Skipper has with the flags that kgw
// supposes, except for those that need a file to be made (skipper.go).
func fullRegistry(t *testing.T, info string) filters.Registry {
	t.Helper()
	registry := builtin.MakeRegistry()
	limits := ratelimit.NewSwarmRegistry(&alone{}, nil, nil)
	t.Cleanup(limits.Close)
	provider := ratelimitfilters.NewRatelimitProvider(limits)
	paths := secrets.NewSecretPaths(0)
	o := auth.TokeninfoOptions{URL: info}
	introspection := auth.TokenintrospectionOptions{}
	for _, f := range []filters.Spec{
		auth.NewOAuthTokeninfoAllScopeWithOptions(o), auth.NewOAuthTokeninfoAnyScopeWithOptions(o), auth.NewOAuthTokeninfoAllKVWithOptions(o), auth.NewOAuthTokeninfoAnyKVWithOptions(o), auth.NewOAuthTokeninfoValidate(o),
		logfilter.NewAuditLog(1024), block.NewBlock(1024), block.NewBlockHex(1024), auth.NewBearerInjector(paths), auth.NewSetRequestHeaderFromSecret(paths),
		auth.NewJwtValidationWithOptions(introspection), auth.NewJwtValidationKeys(), auth.NewJwtMetrics(), auth.NewOIDCQueryClaimsFilter(),
		auth.TokenintrospectionWithOptions(auth.NewOAuthTokenintrospectionAnyClaims, introspection), auth.TokenintrospectionWithOptions(auth.NewOAuthTokenintrospectionAllClaims, introspection),
		auth.TokenintrospectionWithOptions(auth.NewOAuthTokenintrospectionAnyKV, introspection), auth.TokenintrospectionWithOptions(auth.NewOAuthTokenintrospectionAllKV, introspection),
		auth.TokenintrospectionWithOptions(auth.NewSecureOAuthTokenintrospectionAnyClaims, introspection), auth.TokenintrospectionWithOptions(auth.NewSecureOAuthTokenintrospectionAllClaims, introspection),
		auth.TokenintrospectionWithOptions(auth.NewSecureOAuthTokenintrospectionAnyKV, introspection), auth.TokenintrospectionWithOptions(auth.NewSecureOAuthTokenintrospectionAllKV, introspection),
		auth.WebhookWithOptions(auth.WebhookOptions{}), apiusagemonitoring.NewApiUsageMonitoring(false, "", "", ""), shedder.NewAdmissionControl(shedder.Options{}), tlsfilters.NewMtlsAuthn(nil, nil),
		ratelimitfilters.NewClientRatelimit(provider), ratelimitfilters.NewLocalRatelimit(provider), ratelimitfilters.NewRatelimit(provider), ratelimitfilters.NewClusterRateLimit(provider),
		ratelimitfilters.NewClusterClientRateLimit(provider), ratelimitfilters.NewDisableRatelimit(provider), ratelimitfilters.NewBackendRatelimit(), ratelimitfilters.NewFailClosed(),
	} {
		registry.Register(f)
	}
	return registry
}

var argPool = []any{"a", "b", "/x", "https://x.test", "https://x.test/p", "1m", "2026-01-02T15:04:05Z", "* * * * *", "http", "https", "10.0.0.1", "2027-01-02T15:04:05Z", "2026-01-02T15:04:05", "Europe/Berlin", "c0ffee", "^a$", "(", "GET", "200", "10.0.0.0/8", "", "X-A", "{}", "${request.host}", 0.0, 1.0, 200.0, 302.0, 0.5, 60.0}

func call(name string, args []any) string {
	var out []string
	for _, a := range args {
		if s, ok := a.(string); ok {
			out = append(out, strconv.Quote(s))
		} else {
			out = append(out, fmt.Sprint(a))
		}
	}
	return name + "(" + strings.Join(out, ", ") + ")"
}

// TestArguments holds what the simulator says of the arguments of filters and
// predicates to what Skipper's own constructors say.
func TestArguments(t *testing.T) {
	calls := 0
	registry := fullRegistry(t, "https://info.test")
	for _, n := range slices.Sorted(maps.Keys(registry)) {
		calls += compareArguments(t, n, "filters", func(args []any) error { _, err := registry[n].CreateFilter(args); return err })
	}
	for _, p := range allPredicates() {
		calls += compareArguments(t, p.Name(), "predicates", func(args []any) error { _, err := p.Create(args); return err })
	}
	t.Logf("%d calls", calls)
}

func compareArguments(t *testing.T, name, list string, create func([]any) error) int {
	g := rand.New(rand.NewSource(1))
	var calls, wrong []string
	var accepted []bool
	text := "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g, namespace: shop}\nspec:\n  hosts: [h.test]\n  backends: [{name: s, type: shunt}]\n  defaultBackends: [{backendName: s}]\n  routes:\n"
	for i := range 150 {
		var args []any
		for range i % 6 {
			args = append(args, argPool[g.Intn(len(argPool))])
		}
		c := call(name, args)
		parsed, err := eskip.ParseFilters(c)
		if err != nil {
			t.Fatal(c, err)
		}
		calls, accepted = append(calls, c), append(accepted, creates(create, parsed[0].Args))
		text += fmt.Sprintf("  - {path: /p%d, %s: ['%s']}\n", i, list, c)
	}
	dropped := map[string]bool{}
	for _, d := range simskipper.Load(read(t, text), simskipper.Options{}).Dropped {
		dropped[d.At.Path] = true
	}
	for i := range calls {
		gone := dropped[fmt.Sprintf("spec.routes[%d]", i)]
		if gone == accepted[i] && (gone || !supposed[name]) {
			wrong = append(wrong, fmt.Sprintf("%s: %v", calls[i], accepted[i]))
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%s: %d: %s", name, len(wrong), strings.Join(wrong[:min(len(wrong), 6)], " | "))
	}
	return len(calls)
}

// supposed are filters that need a file or a server, which the simulator
// supposes to be there; what it drops Skipper must drop.
var supposed = map[string]bool{}

func init() {
	for n := range strings.FieldsSeq("Cron basicAuth lua static jwtValidation jwtValidationKeys oidcClaimsQuery mtlsSanDNS oauthTokenintrospectionAnyClaims oauthTokenintrospectionAllClaims " +
		"oauthTokenintrospectionAnyKV oauthTokenintrospectionAllKV secureOauthTokenintrospectionAnyClaims secureOauthTokenintrospectionAllClaims secureOauthTokenintrospectionAnyKV secureOauthTokenintrospectionAllKV") {
		supposed[n] = true
	}
}

// creates reports whether a constructor takes the arguments.
func creates(create func([]any) error, args []any) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return create(args) == nil
}

// allPredicates returns those that Skipper has, except for those on paths, hosts,
// methods and headers, which it reads itself.
func allPredicates() []routing.PredicateSpec {
	return []routing.PredicateSpec{
		psource.New(), psource.NewFromLast(), psource.NewClientIP(), interval.NewBetween(), interval.NewBefore(), interval.NewAfter(), cron.New(), cookie.New(), query.New(), traffic.New(), traffic.NewSegment(),
		primitive.NewTrue(), primitive.NewFalse(), primitive.NewShutdown(), jwt.NewJWTPayloadAllKV(), jwt.NewJWTPayloadAnyKV(), jwt.NewJWTPayloadAllKVRegexp(), jwt.NewJWTPayloadAnyKVRegexp(), jwt.NewHeaderSHA256(),
		methods.New(), tee.New(), forwarded.NewForwardedHost(), forwarded.NewForwardedProto(), phost.NewAny(), content.NewContentLengthBetween(), skpotel.NewBaggage(),
	}
}
