package trace

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// Request returns the request of a method, an absolute URL and header lines. The
// path stays as it is written. An error says what is to be written instead.
func Request(method, address string, headers []string) (*simulate.Request, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme != "http" && scheme != "https" {
		if strings.Contains(method, "://") {
			return nil, fmt.Errorf("say the method first: kgw trace GET %s PATH", method)
		}
		return nil, fmt.Errorf("the URL must begin with http:// or https://, such as https://shop.example.com/orders, not %q", address)
	}
	host, target := rest, "/"
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	target, _, _ = strings.Cut(target, "#")
	if host == "" {
		return nil, fmt.Errorf("the URL %q has no host", address)
	}
	r := &simulate.Request{Method: method, Scheme: scheme, Host: host, Target: target}
	for _, line := range headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("a header must be \"Name: value\", not %q", line)
		}
		r.Headers = append(r.Headers, simulate.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return r, nil
}

// SeenAs are the forms in which some engine may see the URL of a request,
// without its scheme.
func SeenAs(r *simulate.Request) []string {
	var out []string
	for _, raw := range []string{r.RawPath(), normalised(r.RawPath())} {
		for _, view := range []match.View{match.DecodedPath, match.CleanedPath} {
			path, _ := view.See(raw)
			out = append(out, r.Host+path)
		}
	}
	return out
}

func normalised(raw string) string {
	path, _ := match.RawPath.See(raw)
	return path
}
