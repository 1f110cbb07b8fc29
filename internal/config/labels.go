package config

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

const (
	maxLabelPrefix = 253
	maxLabelName   = 63 // of the name of a key, and of a value
)

var labelName = lazyregexp.New(`^[a-zA-Z0-9]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?$`)

// checkLabels reports labels that the API server refuses: a key is a name with
// a DNS name and a slash in front or not, a value is a name or empty
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/).
func checkLabels(doc *source.Document, root *source.Node) diag.List {
	var found diag.List
	labels := source.Field(root, "labels")
	for _, key := range source.Keys(labels) {
		at := source.Ref{Doc: doc, Path: source.JoinKey("labels", key)}
		if !isLabelKey(key) {
			found.Add(diag.Finding{
				Code: diag.BadFormat, At: source.Ref{Doc: doc, Path: at.Path, Key: true},
				Message: fmt.Sprintf("%q is not a key of a label", key),
				Help:    "write a name of at most 63 letters, digits, \"-\", \"_\" and \".\", with a domain and \"/\" in front or not",
			})
		}
		if value := source.Text(source.Field(labels, key)); value != "" && !isLabelName(value) {
			found.Add(diag.Finding{
				Code: diag.BadFormat, At: at, Message: fmt.Sprintf("%q is not a value of a label", value),
				Help: "write at most 63 letters, digits, \"-\", \"_\" and \".\", a letter or digit at both ends",
			})
		}
	}
	return found
}

func isLabelKey(key string) bool {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		return isLabelName(key)
	}
	return len(prefix) <= maxLabelPrefix && shape.DNSName.Match(prefix) && isLabelName(name)
}

func isLabelName(s string) bool { return len(s) <= maxLabelName && labelName().MatchString(s) }
