package skipper

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// inertFlags are the beginnings of flags of Skipper v0.27.57 that have no effect on
// who reaches what (config/config.go).
var inertFlags = strings.Fields(`address access-log application-log backend-flush-interval close-idle-conns-period 
	compress-encodings credentials- debug- dial-timeout-backend disable-http- enable-api-usage-monitoring enable-connection-metrics enable-dualstack-backend enable-http2 enable-prometheus enable-profile
	enable-route- enable-runtime-metrics enable-swarm enable-tcp-queue expect-continue-timeout-backend expected-bytes-per-request histogram-metric- http2- idle-conns-num
	idle-timeout-server insecure keepalive- kubernetes=true kubernetes-certificate kubernetes-enable-endpointslices kubernetes-healthcheck kubernetes-https-redirect-code kubernetes-in-cluster kubernetes-ingress-status
	 kubernetes-redis kubernetes-url kubernetes-valkey load-balancer- max-audit-body max-header-bytes max-idle-connection max-matcher-buffer-size max-tcp-listener metrics- oauth2-token
	oauth2-tokenintrospect- oauth2-tokeninfo- oidc- opentracing otel- passive-health-check- pprof proxy-preserve-host read-timeout-server read-header-timeout-server response-header-timeout-backend reverse-source-predicate route-
	runtime- serve- source-poll-timeout status-checks suppress- swarm tls- timeout- wait- webhook- whitelisted-healthcheck-cidr write-timeout-server`)

// deciders set the options for the flags that kgw follows.
var deciders = map[string]func(o *Options, value string){
	"kubernetes-ingress-class":       func(o *Options, v string) { o.Class = v },
	"kubernetes-routegroup-class":    func(o *Options, v string) { o.GroupClass = v },
	"kubernetes-path-mode":           func(o *Options, v string) { o.PathMode = v },
	"kubernetes-https-redirect":      func(o *Options, v string) { o.NoRedirect = v == "false" },
	"kubernetes-https-redirect-code": func(o *Options, v string) { o.RedirectStatus, _ = strconv.Atoi(v) },
	"disabled-filters": func(o *Options, v string) {
		for name := range strings.SplitSeq(v, ",") {
			o.dropFilter(strings.TrimSpace(name))
		}
	},
}

// enablers are the flags without which Skipper does not have some filters, by
// the beginnings of their names.
var enablers = map[string][]string{
	"oauth2-tokeninfo-url":     {"oauthTokeninfo"},
	"enable-ratelimits":        {"ratelimit", "clientRatelimit", "localRatelimit", "clusterRatelimit", "clusterClientRatelimit", "disableRatelimit", "backendRatelimit"},
	"oidc-secrets-file":        {"oauthOidc"},
	"enable-oauth2-grant-flow": {"oauthGrant", "grant"},
	"enable-open-policy-agent": {"opa"},
	"enable-cache":             {"cache"},
}

// OptionsOf reads the flags of a Skipper, as they are on its command line. Without
// flags, kgw assumes that everything that the inputs use is enabled. Otherwise the
// flags are assumed to be complete.
func OptionsOf(flags []string) Options {
	var o Options
	if len(flags) == 0 {
		return o
	}
	o.Told = true
	on := map[string]bool{}
	for i, flag := range flags {
		if !strings.HasPrefix(flag, "-") {
			continue // the value of the previous flag
		}
		name, value, valued := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		if !valued && i+1 < len(flags) && !strings.HasPrefix(flags[i+1], "-") {
			value, valued = flags[i+1], true
		}
		on[name] = !valued || value != "" && value != "false"
		decide, decided := deciders[name]
		switch {
		case decided:
			decide(&o, value)
		case enablers[name] != nil:
		case !isInert(name, value):
			o.Unread = append(o.Unread, flag)
		}
	}
	for flag, filters := range enablers {
		for name := range filterKinds {
			if !on[flag] && slices.ContainsFunc(filters, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
				o.dropFilter(name)
			}
		}
	}
	return o
}

func isInert(name, value string) bool {
	return slices.ContainsFunc(inertFlags, func(f string) bool {
		flag, only, exact := strings.Cut(f, "=")
		return exact && name == flag && (value == only || value == "") || !exact && strings.HasPrefix(name, flag)
	})
}

// dropFilter notes a filter that Skipper does not have.
func (o *Options) dropFilter(name string) {
	if o.Absent == nil {
		o.Absent = map[string]bool{}
	}
	o.Absent[name] = true
}

// whereForwarding returns the condition that Skipper sends requests to the URL of a
// flag, bypassing all filters, where a route says so. It returns nil where the
// flags are known.
func (o *Options) whereForwarding(at source.Ref) *simulate.Unknown {
	if o.Told {
		return nil
	}
	const flag = "Skipper has the flag -kubernetes-forward-backend-url, with which it sends the request there without any filter"
	return &simulate.Unknown{Why: simulate.Opaque, At: at, What: flag, Needs: "skipper.flags in kgw.yaml"}
}

// unreadFlag returns the condition that a flag which kgw does not follow changes what
// becomes of requests, or nil.
func (e *Engine) unreadFlag() *simulate.Unknown {
	if len(e.options.Unread) == 0 {
		return nil
	}
	flag := e.options.Unread[0]
	return &simulate.Unknown{Why: simulate.Opaque, What: "Skipper's flag " + flag + " lets the request through", Key: "flag " + flag}
}
