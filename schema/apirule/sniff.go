package apirule

import (
	"bytes"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// CannotServe tells of the text of an APIRule, without parsing it, that it is
// of a version with one host and is not for this one. What is written in an
// unusual way is not judged: the answer is false.
func CannotServe(text []byte, host string) bool {
	version := source.LineValue(text, "apiVersion")
	spec, ok := source.Below(text, "spec", source.Indentation(text))
	if !ok || !slices.Contains([]string{"gateway.kyma-project.io/v1alpha1", "gateway.kyma-project.io/v1beta1"}, version) || bytes.Contains(text, []byte("<<")) {
		return false
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host, found := strings.ToLower(host), 0
	for line := range bytes.Lines(spec) {
		rest, is := bytes.CutPrefix(bytes.TrimLeft(line, " -"), []byte("host:"))
		if !is {
			continue
		}
		value, plain := source.PlainValue(string(rest))
		if value = strings.ToLower(value); !plain || value == host || strings.HasPrefix(host, value+".") {
			return false
		}
		found++
	}
	return found > 0
}
