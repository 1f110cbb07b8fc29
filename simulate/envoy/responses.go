package envoy

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// corsHeaders returns the headers that Envoy's cors filter sends to a browser of an
// allowed origin: all of them in the answer to a preflight, the origin in
// others.
func corsHeaders(cors *source.Node, origin string, preflight bool) map[string]string {
	out := map[string]string{"access-control-allow-origin": origin}
	if yes, _ := source.Bool(source.Field(cors, "allowCredentials")); yes {
		out["access-control-allow-credentials"] = "true"
	}
	lists := map[string]string{"exposeHeaders": "access-control-expose-headers"}
	if preflight {
		lists = map[string]string{"allowMethods": "access-control-allow-methods", "allowHeaders": "access-control-allow-headers"}
		if age, err := time.ParseDuration(source.Text(source.Field(cors, "maxAge"))); err == nil && age > 0 {
			out["access-control-max-age"] = strconv.FormatInt(int64(age/time.Second), 10)
		}
	}
	for field, header := range lists {
		if list := source.Texts(source.Field(cors, field)); len(list) > 0 {
			out[header] = strings.Join(list, ",")
		}
	}
	return out
}

// respond sets the headers of the answer: those of the route's CORS policy, and
// those that the route and the destination set or add.
func (r *route) respond(q *simulate.Request, chosen *source.Node, d *simulate.Decision) {
	d.Response = map[string]string{}
	if cors, origin := source.Field(r.entry, "corsPolicy"), q.Header("Origin"); cors != nil && origin != "" && isAllowed(cors, origin) {
		d.Response = corsHeaders(cors, origin, false)
	}
	for _, n := range []*source.Node{r.entry, chosen} {
		response := source.Field(source.Field(n, "headers"), "response")
		for _, list := range []string{"set", "add"} {
			headers := source.Field(response, list)
			for _, k := range source.Keys(headers) {
				d.Response[strings.ToLower(k)] = source.Text(source.Field(headers, k))
			}
		}
	}
}

// location returns the address that a redirect leads to, "" where kgw does not know
// it. Parts that the redirect leaves out are those of the request. A port of the
// request is dropped with the scheme where it is the default of that scheme (Envoy,
// router/config_impl.cc, newUri).
func location(redirect *source.Node, q *simulate.Request) string {
	get := func(key string) string { return source.Text(source.Field(redirect, key)) }
	scheme, host, target, port := get("scheme"), get("authority"), q.Target, source.Int(source.Field(redirect, "port"))
	if get("derivePort") != "" || strings.Contains(get("uri"), "%") || q.Scheme == "" {
		return ""
	}
	if host == "" {
		host = q.Host
		if i := strings.LastIndexByte(host, ':'); i > 0 && (port != 0 || scheme != "" && scheme != q.Scheme && host[i:] == map[string]string{"http": ":80", "https": ":443"}[q.Scheme]) {
			host = host[:i]
		}
	}
	if port != 0 {
		host += ":" + strconv.FormatInt(port, 10)
	}
	if uri := get("uri"); uri != "" {
		_, query, has := strings.Cut(target, "?")
		if target = uri; has && !strings.Contains(uri, "?") {
			target += "?" + query
		}
	}
	return cmp.Or(scheme, q.Scheme) + "://" + host + target
}
