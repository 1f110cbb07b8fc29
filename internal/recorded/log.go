package recorded

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// readLines reads an access log, each line in combined or Envoy's JSON format.
func (f *File) readLines(data []byte) {
	for n := 1; len(data) > 0; n++ {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		r, status, ok := (*simulate.Request)(nil), 0, false
		switch {
		case len(line) > maxLine:
		case line[0] == '{':
			r, status, ok = f.readEnvoy(line)
		default:
			r, status, ok = f.readCombined(string(line))
		}
		switch {
		case !ok:
			f.unread = append(f.unread, n)
		case r != nil:
			f.add(r, status, n)
		}
	}
}

// envoyFields are the names under which the JSON of an access log has what is read
// of it: those of Istio's default, and those of Envoy's headers
// (https://istio.io/latest/docs/tasks/observability/logs/access-log/).
var envoyFields = struct{ method, host, path, scheme, status []string }{
	method: []string{"method", ":method"},
	host:   []string{"authority", ":authority"},
	path:   []string{"path", ":path"},
	scheme: []string{"scheme", ":scheme", "x_forwarded_proto"},
	status: []string{"response_code"},
}

// readEnvoy reads a line of JSON. A nil request with ok is one that no gateway
// got.
func (f *File) readEnvoy(line []byte) (r *simulate.Request, status int, ok bool) {
	var fields map[string]any
	if json.Unmarshal(line, &fields) != nil {
		return nil, 0, false
	}
	get := func(names []string) string {
		for _, name := range names {
			switch v := fields[name].(type) {
			case string:
				if v != "-" && v != "" {
					return v
				}
			case float64:
				return strconv.FormatFloat(v, 'f', -1, 64)
			}
		}
		return ""
	}
	if !slices.ContainsFunc(envoyFields.method, func(name string) bool { _, there := fields[name]; return there }) {
		return nil, 0, false // a log with other names
	}
	status, _ = strconv.Atoi(get(envoyFields.status))
	scheme := "https"
	if get(envoyFields.scheme) == "http" {
		scheme = "http"
	}
	return f.loggedRequest(get(envoyFields.method), scheme, get(envoyFields.host), get(envoyFields.path), status)
}

// readCombined reads a line of the combined log format
// (https://httpd.apache.org/docs/2.4/logs.html#combined), with the virtual host in
// front of it, or with Skipper's duration and host behind it
// (https://opensource.zalando.com/skipper/operation/operation/#access-logs).
func (f *File) readCombined(line string) (r *simulate.Request, status int, ok bool) {
	head, rest, found := strings.Cut(line, " [")
	_, rest, timed := strings.Cut(rest, "] ")
	if !found || !timed {
		return nil, 0, false
	}
	asked, rest, quoted := cutQuoted(rest)
	words := strings.Fields(rest)
	if !quoted || len(words) < 2 {
		return nil, 0, false
	}
	if status, ok = number(words[0]); !ok {
		return nil, 0, false
	}
	const parts = 3
	request := strings.Fields(asked)
	if len(request) != parts || !strings.HasPrefix(request[2], "HTTP/") {
		// Not even a request: the server has answered 400 or 408.
		return nil, status, status == 400 || status == 408
	}
	host := f.host
	if fields := strings.Fields(head); len(fields) > parts {
		host = fields[0] // client, identity and user come behind it
	} else if own := skipperHost(rest); own != "" {
		host = own
	}
	return f.loggedRequest(request[0], "https", host, request[1], status)
}

// loggedRequest is a request as a log has it: the target is a path, or a whole
// URL.
func (f *File) loggedRequest(method, scheme, host, target string, status int) (*simulate.Request, int, bool) {
	if method == "" || target == "" {
		return nil, status, status == 400 || status == 408 || status == 0
	}
	if strings.Contains(target, "://") && !strings.HasPrefix(target, "/") {
		r := request(method, target)
		return r, status, r != nil
	}
	if host == "" {
		host = f.host
	}
	if !strings.HasPrefix(target, "/") {
		return nil, status, true // CONNECT, and OPTIONS *
	}
	if host == "" {
		return nil, status, false
	}
	target, _, _ = strings.Cut(target, "#")
	return &simulate.Request{Method: method, Scheme: scheme, Host: hostOf(host), Target: target}, status, true
}

// cutQuoted reads a text in quotes from the beginning of a line. A backslash
// escapes a quote.
func cutQuoted(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s[1:i]), s[i+1:], true
		}
	}
	return "", s, false
}

// skipperHost returns the host that Skipper writes behind the user agent and the
// duration, "" where there is none.
func skipperHost(rest string) string {
	for range 2 {
		_, behind, found := strings.Cut(rest, ` "`)
		_, after, ok := cutQuoted(`"` + behind)
		if !found || !ok {
			return ""
		}
		rest = after
	}
	words := strings.Fields(rest)
	if len(words) < 2 {
		return ""
	}
	if _, ok := number(words[0]); !ok || !strings.Contains(words[1], ".") || strings.ContainsAny(words[1], `"/`) {
		return ""
	}
	return words[1]
}

// number reads a number of digits alone.
func number(s string) (int, bool) {
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
