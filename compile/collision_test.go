package compile

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestCollisionsAreNotWritten: of two gateways that would write one object
// neither is written, and each is told of the other.
func TestCollisionsAreNotWritten(t *testing.T) {
	object := func(name string) manifest.Object {
		return manifest.Object{APIVersion: "a/v1", Kind: "Rule", Meta: manifest.Meta{Name: name, Namespace: "shop"}}
	}
	r := &run{result: &Result{}, compiled: []*unit{{doc: &source.Document{}}, {doc: &source.Document{}}, {doc: &source.Document{}}}}
	r.withholdCollisions([][]manifest.Object{{object("a"), object("b")}, {object("c")}, {object("b")}})
	if !r.compiled[0].withheld || r.compiled[1].withheld || !r.compiled[2].withheld {
		t.Errorf("withheld: %v %v %v", r.compiled[0].withheld, r.compiled[1].withheld, r.compiled[2].withheld)
	}
	if len(r.found) != 2 || r.found[0].Code != diag.NameCollision || r.found[0].Severity != diag.Error || r.found[0].Owner == r.found[1].Owner {
		t.Errorf("found %v", r.found)
	}
}
