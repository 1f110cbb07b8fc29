// Package v1alpha1 is Kyma's RateLimit: limits on requests that its controller
// turns into an EnvoyFilter.
//
// It takes a document's YAML and returns findings. The shape of the EnvoyFilter
// is not published, so that nothing is compiled: the resource stays with its
// controller, and kgw says so. It must not know any other kind.
package v1alpha1

import (
	"fmt"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of RateLimit.
const Group = "gateway.kyma-project.io"

// minInterval is the shortest fill interval that the controller allows.
const minInterval = 50 * time.Millisecond

var (
	text     = &shape.Type{Kind: shape.String}
	textMap  = &shape.Type{Kind: shape.Map, Elem: text}
	count    = &shape.Type{Kind: shape.Integer}
	interval = &shape.Type{Kind: shape.String, Doc: "How often the bucket is filled, at least 50ms.", Pattern: shape.GoDuration}
	bucket   = &shape.Type{Kind: shape.Object, Doc: "A token bucket.", Fields: []shape.Field{
		{Name: "maxTokens", Required: true, Type: count.Saying("How many requests the full bucket is good for.")},
		{Name: "tokensPerFill", Required: true, Type: count.Saying("How many requests are added at each filling.")},
		{Name: "fillInterval", Required: true, Type: interval},
	}}
)

// Type describes the documents of this version.
var Type = shape.Resource(Group+"/v1alpha1", "RateLimit", "Limits the requests that reach pods or the ingress gateway (Kyma RateLimit).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "selectorLabels", Required: true, Type: &shape.Type{Kind: shape.Map, Elem: text, MinLen: 1, Doc: "Labels of the pods."}},
		{Name: "enableResponseHeaders", Type: &shape.Type{Kind: shape.Boolean, Doc: "Whether responses carry x-rate-limit headers.", Default: "false"}},
		{Name: "enforce", Type: &shape.Type{Kind: shape.Boolean, Doc: "Whether requests over the limit are refused.", Default: "true"}},
		{Name: "local", Required: true, Type: &shape.Type{Kind: shape.Object, Doc: "Limits that each proxy keeps by itself.", Fields: []shape.Field{
			{Name: "defaultBucket", Required: true, Type: bucket},
			{Name: "buckets", Type: &shape.Type{Kind: shape.List, Doc: "Buckets for some requests.", Elem: &shape.Type{
				Kind: shape.Object, AtLeastOne: []string{"path", "headers"}, Fields: []shape.Field{
					{Name: "path", Type: text.Saying("Path of the requests.")},
					{Name: "headers", Type: textMap.Saying("Headers of the requests, by their names.")},
					{Name: "bucket", Required: true, Type: bucket},
				},
			}}},
		}}},
	}}})

// RateLimit is a decoded document.
type RateLimit struct {
	pods    ir.PodLimit
	doc     *source.Document
	buckets []limit
}

type limit struct {
	at             source.Ref
	path, interval string
}

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *RateLimit {
	local := source.Field(source.Field(root, "spec"), "local")
	at := source.Ref{Doc: doc, Path: "spec.local"}
	r := &RateLimit{doc: doc, pods: ir.PodLimit{
		Origin: source.Ref{Doc: doc}, Name: ir.Name{Namespace: doc.Namespace, Name: doc.Name},
		Labels: source.TextMap(source.Field(source.Field(root, "spec"), "selectorLabels")),
	}}
	r.buckets = append(r.buckets, limit{at: at.At("defaultBucket"), path: "/", interval: fillInterval(source.Field(local, "defaultBucket"))})
	for i, n := range source.Elements(source.Field(local, "buckets")) {
		l := limit{at: at.At("buckets").Elem(i).At("bucket"), path: "/", interval: fillInterval(source.Field(n, "bucket"))}
		if p := source.Field(n, "path"); p != nil {
			l.path = source.Text(p)
		}
		r.buckets = append(r.buckets, l)
	}
	return r
}

func fillInterval(n *source.Node) string { return source.Text(source.Field(n, "fillInterval")) }

// Check makes the checks of the controller that need no other document.
func (r *RateLimit) Check(*ir.Settings) diag.List {
	var found diag.List
	every, _ := time.ParseDuration(r.buckets[0].interval)
	for _, l := range r.buckets {
		if d, err := time.ParseDuration(l.interval); err == nil && every >= minInterval && d >= minInterval && d%every != 0 {
			found.Add(diag.Finding{
				Code: diag.OutOfRange, At: l.at.At("fillInterval"),
				Message: fmt.Sprintf("fillInterval %q is not a multiple of that of the default bucket, %q: Envoy refuses it", l.interval, r.buckets[0].interval),
				Help:    "fill the default bucket more often, or this one in a multiple of its interval",
			})
		}
		if d, err := time.ParseDuration(l.interval); err == nil && d < minInterval {
			found.Add(diag.Finding{
				Code: diag.OutOfRange, At: l.at.At("fillInterval"),
				Message: fmt.Sprintf("fillInterval %q is shorter than 50ms", l.interval), Help: "use at least 50ms",
			})
		}
		if !strings.HasPrefix(l.path, "/") {
			found.Add(diag.Finding{
				Code: diag.BadFormat, At: source.Ref{Doc: r.doc, Path: strings.TrimSuffix(l.at.Path, ".bucket") + ".path"},
				Message: fmt.Sprintf("path %q does not start with a slash", l.path), Help: "write it as /path",
			})
		}
	}
	return found
}

// Companion returns which pods are limited.
func (r *RateLimit) Companion() ir.Companion { return &r.pods }

// Lift returns no gateway: the resource is checked and left to its controller.
func (r *RateLimit) Lift(*ir.Settings) (*ir.Gateway, diag.List) {
	return nil, diag.List{{
		Code: diag.UncompiledKind, At: source.Ref{Doc: r.doc, Path: "kind"},
		Message: "RateLimit is checked and not compiled: its limits hold only where its controller runs",
		Help:    "apply it as it is (kgw build --passthrough writes it through)",
	}}
}
