package v1beta1

import (
	"maps"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// What marks the objects that the controller makes for an APIRule: OwnerLabel
// with the value name.namespace until release 3.3.0 (and in 3.4.0), then
// NameLabel and NamespaceLabel.
const (
	OwnerLabel     = "apirule.gateway.kyma-project.io/v1beta1"
	NameLabel      = "apirule.gateway.kyma-project.io/name"
	NamespaceLabel = "apirule.gateway.kyma-project.io/namespace"
)

// moduleLabels are on every object since release 3.5.0.
var moduleLabels = map[string]string{
	"kyma-project.io/module":       "api-gateway",
	"app.kubernetes.io/managed-by": "api-gateway",
	"app.kubernetes.io/component":  "api-gateway",
	"app.kubernetes.io/part-of":    "api-gateway",
}

// release is a release of Kyma's API Gateway, which decides how its controller
// spells what it writes for this version of APIRule.
type release struct{ major, minor, patch int }

// lastPatch is the patch of a release that is named without one.
const lastPatch = 1 << 20

// latest is the last release that reconciled v1beta1 for everybody.
var latest = release{3, 9, lastPatch}

// releaseOf reads a release such as "3.9" or "3.4.1"; without a patch the last
// one is meant, and "" is the latest release.
func releaseOf(text string) release {
	if text == "" {
		return latest
	}
	r := release{patch: lastPatch}
	for i, part := range strings.SplitN(text, ".", 3) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return latest
		}
		*[]*int{&r.major, &r.minor, &r.patch}[i] = n
	}
	return r
}

// hasChange reports whether the release has a change. The change came with each
// of the given releases and is in every minor release after the last of them;
// patches of a minor release that is not listed do not have it.
func (r release) hasChange(list ...release) bool {
	for i, s := range list {
		same := r.major == s.major && r.minor == s.minor
		later := r.major > s.major || r.major == s.major && r.minor > s.minor
		if same && r.patch >= s.patch || later && i == len(list)-1 {
			return true
		}
	}
	return false
}

// The changes between releases, as measured from the controllers
// (https://github.com/kyma-project/api-gateway, tags 2.7.0 to 3.10.0).
func (r release) hashesNamespace() bool { return r.hasChange(release{3, 1, 4}, release{3, 2, 1}) }
func (r release) nativeSidecars() bool  { return r.hasChange(release{3, 1, 4}, release{3, 2, 1}) }
func (r release) mergesByLabels() bool  { return r.hasChange(release{3, 2, 3}) }
func (r release) twoOwners() bool       { return r.hasChange(release{3, 3, 1}, release{3, 4, 1}) }
func (r release) marksModule() bool     { return r.hasChange(release{3, 5, 0}) }
func (r release) saysTarget() bool      { return r.hasChange(release{3, 0, 2}) }
func (r release) converts() bool        { return r.hasChange(release{3, 1, 0}) }
func (r release) warns() bool           { return r.hasChange(release{3, 1, 3}) }
func (r release) warnsInFull() bool     { return r.hasChange(release{3, 2, 2}) }
func (r release) reconciles() bool      { return !r.hasChange(release{3, 10, 0}) }

// labels are those of every object made for an APIRule.
func (r release) labels(doc *source.Document) map[string]string {
	if !r.twoOwners() {
		return map[string]string{OwnerLabel: ownerOf(doc)}
	}
	if !r.marksModule() {
		return map[string]string{NameLabel: doc.Name, NamespaceLabel: doc.Namespace}
	}
	labels := maps.Clone(moduleLabels)
	labels[NameLabel], labels[NamespaceLabel] = doc.Name, doc.Namespace
	return labels
}

// The keys of the labels by which the controller knows its objects.
var (
	oneOwner  = []string{OwnerLabel}
	twoOwners = []string{NameLabel, NamespaceLabel}
)

func ownerOf(doc *source.Document) string { return doc.Name + "." + doc.Namespace }

// convention is how the release's controller spells what dialects share.
func (r release) convention(doc *source.Document) ir.Convention {
	c := ir.Convention{PolicyHash: ir.HashRawNamespace, AuthMerge: ir.MergeByApp, Says: apirule.LegacySays, NativeSidecars: r.nativeSidecars()}
	if c.Owner = oneOwner; r.twoOwners() {
		// The older form decides alone where an object has its key.
		c.Owner, c.LegacyOwner = twoOwners, ir.Label{Key: OwnerLabel, Value: ownerOf(doc)}
	}
	if r.hashesNamespace() {
		c.PolicyHash = ir.HashHashedNamespace
	}
	if r.mergesByLabels() {
		c.AuthMerge = ir.MergeByAllLabels
	}
	if r.saysTarget() {
		c.Says.NoSelector = "Target service label selectors are not defined"
	}
	return c
}
