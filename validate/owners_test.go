package validate

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
)

// TestOwnersOfHosts checks who owns an object that has a host, by its owner references
// and by its labels in the form of any release: if the older label is there, it alone
// counts.
func TestOwnersOfHosts(t *testing.T) {
	g := &ir.Gateway{Kind: "APIRule", Name: ir.Name{Namespace: "shop", Name: "orders"}, Labels: map[string]string{"name": "orders", "namespace": "shop"}, Convention: ir.Convention{
		Owner: []string{"name", "namespace"}, LegacyOwner: ir.Label{Key: "v1beta1", Value: "orders.shop"},
	}}
	in := func(namespace string, owners []OwnerRef, labels map[string]string) *Claim {
		return &Claim{Kind: "VirtualService", Name: ir.Name{Namespace: namespace, Name: "x"}, Owners: owners, Labels: labels}
	}
	own := []OwnerRef{{Kind: "APIRule", Name: "orders"}}
	for name, c := range map[string]struct {
		claim *Claim
		owns  bool
	}{
		"reference":                    {in("shop", own, nil), true},
		"reference in another place":   {in("else", own, nil), false},
		"reference of another":         {in("shop", []OwnerRef{{Kind: "APIRule", Name: "stock"}}, nil), false},
		"older label":                  {in("else", nil, map[string]string{"v1beta1": "orders.shop"}), true},
		"older label decides":          {in("shop", nil, map[string]string{"v1beta1": "stock.shop", "name": "orders", "namespace": "shop"}), false},
		"labels":                       {in("else", nil, map[string]string{"name": "orders", "namespace": "shop"}), true},
		"labels in part":               {in("shop", nil, map[string]string{"name": "orders"}), false},
		"labels of another, same name": {in("else", nil, map[string]string{"name": "orders", "namespace": "else"}), false},
		"nothing":                      {in("shop", nil, nil), false},
	} {
		if got := owns(g, c.claim); got != c.owns {
			t.Errorf("%s: owns %v", name, got)
		}
		mine, object := &holder{gateway: g}, &holder{claim: c.claim}
		if claimSameRequests(mine, object) == c.owns || claimSameRequests(object, mine) == c.owns {
			t.Errorf("%s: conflict %v and %v", name, claimSameRequests(mine, object), claimSameRequests(object, mine))
		}
	}
	if a, b := (&holder{claim: &Claim{}}), (&holder{claim: &Claim{}}); claimSameRequests(a, b) || claimSameRequests(&holder{gateway: g}, &holder{gateway: g}) || !claimSameRequests(&holder{gateway: g}, &holder{gateway: &ir.Gateway{}}) {
		t.Error("objects of others are in conflict, or a resource is with itself, or two resources are not")
	}
}
