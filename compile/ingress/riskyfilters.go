package ingress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
)

// risks are filters that change what the gateway promises, which the allow-list
// says nothing of (https://opensource.zalando.com/skipper/reference/filters/).
var risks = []struct {
	what  string
	names []string
}{
	{"answers in place of the Service, or changes the status of its answer", []string{
		"status", "inlineContent", "redirectTo", "redirectToLower", "redirect", "static", "healthcheck", "loopbackIfStatus", "tarpit",
		"randomContent", "repeatContent", "repeatContentHex", "opaServeResponse", "opaServeResponseWithReqBody",
	}},
	{"changes the path or the query that the Service gets, behind the checks of the gateway", []string{
		"setPath", "modPath", "setQuery", "dropQuery", "stripQuery", "headerToQuery",
	}},
	{"sets the backend that the request is sent to", []string{
		"setDynamicBackendHost", "setDynamicBackendHostFromHeader", "setDynamicBackendScheme", "setDynamicBackendSchemeFromHeader", "setDynamicBackendUrl", "setDynamicBackendUrlFromHeader",
	}},
	{"runs a script, which may do anything", []string{"lua"}},
}

// headerFilters change a header of the request; which one is among their
// arguments.
var headerFilters = []string{
	"setRequestHeader", "appendRequestHeader", "dropRequestHeader", "dropRequestHeaderRegexp", "modRequestHeader", "copyRequestHeader", "requestHeader", "requestCopyHeader",
	"setContextRequestHeader", "setRequestHeaderFromSecret", "queryToHeader", "encodeRequestHeader", "encodeBase64RequestHeader", "decodeBase64RequestHeader",
}

// guardedHeaders say who the caller is.
var guardedHeaders = []string{"authorization", "x-tokeninfo-forward"}

// checkRisk reports an additional filter that is allowed and touches what the
// gateway is for.
func checkRisk(n *ir.Native, call *eskip.Call, found *diag.List) {
	what := ""
	for i := range risks {
		if slices.Contains(risks[i].names, call.Name) {
			what = risks[i].what
		}
	}
	if slices.Contains(headerFilters, call.Name) {
		for _, arg := range call.Args {
			if text, ok := arg.(string); ok && (call.Name == "dropRequestHeaderRegexp" || slices.Contains(guardedHeaders, strings.ToLower(text))) {
				what = fmt.Sprintf("changes the header %q, which identifies the caller", text)
			}
		}
	}
	if what == "" {
		return
	}
	found.Add(diag.Finding{
		Code: diag.FilterRisky, At: n.Origin, Message: fmt.Sprintf("additional filter %q %s", call.Name, what),
		Help: "remove it, or test what becomes of requests with and without a token, and suppress the finding",
	})
}
