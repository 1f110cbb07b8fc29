package match

import (
	"net/url"
	"path"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Request is a request as far as routes look at it.
type Request struct {
	Method string
	Scheme string
	Host   string
	// RawPath is the path as the client sends it, percent-encoded, without
	// query.
	RawPath string
	// Path is RawPath decoded; where RawPath has a malformed escape, RawPath.
	Path string
	// Headers by lower-case name, and Claims of a token by name.
	Headers map[string]string
	Claims  map[string]string
}

// URL returns scheme, host and raw path as one text.
func (r Request) URL() string { return r.Scheme + "://" + r.Host + r.RawPath }

// View is the form in which an engine sees the path of a request.
type View uint8

// The views.
const (
	// DefaultView is DecodedPath for Regexp2 and Glob, SlashedPath for Fabric,
	// Skipper and Subtree, and RawPath for the rest.
	DefaultView View = iota
	// RawPath is the raw path after Envoy's normalize_path: dot segments (also
	// as %2e) are resolved, a backslash is a slash, slashes are not merged.
	RawPath
	// DecodedPath is the percent-decoded path: Oathkeeper 0.40.
	DecodedPath
	// CleanedPath is the percent-decoded path after Go's path.Clean, which
	// merges slashes and drops a final one: Oathkeeper 26.2.
	CleanedPath
	// SlashedPath is CleanedPath with a final slash kept: Skipper.
	SlashedPath
)

// See returns the path as the view shows it. ok is false for a path that the
// engine refuses because of a malformed escape.
func (v View) See(raw string) (seen string, ok bool) {
	if v == RawPath || v == DefaultView {
		return resolveDots(raw), true
	}
	seen, err := url.PathUnescape(raw)
	if err != nil {
		return raw, false
	}
	switch v {
	case CleanedPath:
		seen = cleanPath(seen)
	case SlashedPath:
		slashed := len(seen) > 1 && strings.HasSuffix(seen, "/")
		if seen = cleanPath(seen); slashed && seen != "/" {
			seen += "/"
		}
	}
	return seen, true
}

func cleanPath(p string) string { return path.Clean("/" + p) }

// resolveDots removes dot segments as RFC 3986 section 5.2.4 does.
func resolveDots(raw string) string {
	raw = strings.ReplaceAll(raw, `\`, "/")
	if !strings.Contains(raw, "/.") && !strings.Contains(raw, "/%2") {
		return raw // there is no dot segment
	}
	parts := strings.Split(raw, "/")
	if len(parts) < 2 || parts[0] != "" {
		return raw
	}
	kept := parts[:1:1]
	for i, part := range parts[1:] {
		last := i == len(parts)-2
		switch dotSegment(part) {
		case 0:
			kept = append(kept, part)
			continue
		case 2:
			if len(kept) > 1 {
				kept = kept[:len(kept)-1]
			}
		}
		if last {
			kept = append(kept, "")
		}
	}
	return strings.Join(kept, "/")
}

// dotSegment returns the number of dots of a dot segment, else 0.
func dotSegment(part string) int {
	switch strings.ReplaceAll(strings.ReplaceAll(part, "%2e", "."), "%2E", ".") {
	case ".":
		return 1
	case "..":
		return 2
	}
	return 0
}

// viewFor returns the view of a path whose set names none.
func (v View) viewFor(l pathlang.Lang) View {
	if v != DefaultView {
		return v
	}
	switch l {
	case pathlang.Regexp2, pathlang.Glob:
		return DecodedPath
	case pathlang.Fabric, pathlang.Skipper, pathlang.Subtree:
		return SlashedPath
	}
	return RawPath
}

// requestPaths returns both forms of a path that the view shows as seen.
func (v View) requestPaths(seen string) (raw, decoded string) {
	if v != RawPath {
		return escapePath(seen), seen
	}
	decoded, err := url.PathUnescape(seen)
	if err != nil {
		decoded = seen
	}
	return seen, decoded
}

// escapePath encodes what may not be in a path by itself.
func escapePath(p string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(p) {
		if c := p[i]; c < 128 && c != '%' && automata.Ranks.Rank[c] < automata.RanksPath {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
