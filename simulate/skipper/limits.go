package skipper

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// limitArgs are the indexes of the arguments of a rate limit filter: the group, the
// number of requests, the period, and the last one.
var limitArgs = map[string]struct {
	group, most, period, last int
	client                    bool
}{
	"ratelimit":              {-1, 0, 1, 2, false},
	"clientRatelimit":        {-1, 0, 1, 2, true},
	"localRatelimit":         {-1, 0, 1, 2, true},
	"clusterRatelimit":       {0, 1, 2, 3, false},
	"clusterClientRatelimit": {0, 1, 2, 3, true},
}

func registerLimits() {
	const counts = "it counts the requests of a period"
	registerRequest(decides, counts, spendLimit, "ratelimit", "clientRatelimit", "localRatelimit")
	registerRequest(decides, counts, spendLimit, "clusterRatelimit", "clusterClientRatelimit")
	for n := range limitArgs {
		k := filterKinds[n]
		k.limits = true
		filterKinds[n] = k
	}
	register(inert, "it switches off limits of the route that are set elsewhere", "disableRatelimit")
}

// limitBucket identifies what requests are counted for: one kind of limit with
// equal settings, and one client if the limit distinguishes clients.
type limitBucket struct {
	kind, settings string
	client         limitedClient
}

// limitedClient is a client as limits tell clients apart: by the values of headers, and
// by the token where Authorization is one of them.
type limitedClient struct{ headers, token string }

// spendLimit counts one request in a bucket. A request without the value that
// identifies its client is never limited (filters/ratelimit).
func spendLimit(x *exchange, c *eskip.Call) *served {
	at := limitArgs[c.Name]
	most, _ := number(c.Args, at.most)
	bucket := limitBucket{kind: strings.Replace(c.Name, "localRatelimit", "clientRatelimit", 1), settings: limitKey(c, at.group, at.most, at.period)}
	if at.client {
		who, counted := x.identifyClient(c, at.last)
		if !counted {
			return nil
		}
		bucket.client = who
	}
	if x.session.spent[bucket] < int(most) {
		x.session.spent[bucket]++
		x.trail.Say(name, x.route.at, "%s: request %d of %d in %s", c.Name, x.session.spent[bucket], int(most), spellPeriod(c.Args, at.period, periodOf(c.Args, at.period)))
		return nil
	}
	period := periodOf(c.Args, at.period)
	out := &served{
		status: http.StatusTooManyRequests, cause: simulate.LimitExceeded,
		reason: fmt.Sprintf("the limit of %d requests in %s is spent", int(most), spellPeriod(c.Args, at.period, period)), headers: map[string]string{},
	}
	if n, ok := number(c.Args, at.last); ok && !at.client {
		out.status = int(n)
	}
	if period > 0 {
		out.headers["x-rate-limit"] = strconv.FormatInt(int64(most)*int64(time.Hour)/int64(period), 10)
		out.headers["retry-after"] = strconv.FormatInt(int64(max(period/time.Second, 1)), 10)
	}
	return out
}

// limitKey returns a text that is equal for limits with one bucket: the group, or the numbers.
func limitKey(c *eskip.Call, group, most, period int) string {
	if group >= 0 {
		text, _ := textArg(c.Args, group)
		return text
	}
	return fmt.Sprint(c.Args[most], " ", c.Args[period])
}

// identifyClient identifies the client of a request: named headers, or the first
// address of X-Forwarded-For.
func (x *exchange) identifyClient(c *eskip.Call, last int) (who limitedClient, counted bool) {
	names, named := textArg(c.Args, last)
	if !named {
		return limitedClient{headers: x.firstForwarded()}, true
	}
	for n := range strings.SplitSeq(names, ",") {
		value := x.in.Header(strings.TrimSpace(n))
		if strings.EqualFold(n, "X-Forwarded-For") && (c.Name == "clusterClientRatelimit" || n != names) {
			value = x.firstForwarded()
		}
		who.headers += value
		if strings.EqualFold(strings.TrimSpace(n), "Authorization") && value != "" {
			who.token = x.in.Token.ID
		}
	}
	return who, who.headers != ""
}

// firstForwarded returns the first address of X-Forwarded-For.
func (x *exchange) firstForwarded() string {
	first, _, _ := strings.Cut(x.in.Header("X-Forwarded-For"), ",")
	return strings.TrimSpace(first)
}

func periodOf(args []any, i int) time.Duration {
	if text, ok := textArg(args, i); ok {
		d, _ := time.ParseDuration(text)
		return d
	}
	n, _ := number(args, i)
	return time.Duration(n) * time.Second
}

func spellPeriod(args []any, i int, d time.Duration) string {
	if text, ok := textArg(args, i); ok {
		return text
	}
	return d.String()
}
