package kinds_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/kinds"
)

// TestOwnerOf reads the labels of each release, and labels that name no resource.
func TestOwnerOf(t *testing.T) {
	rule := kinds.Owner{Kind: "APIRule", Namespace: "shop", Name: "or.ders"}
	for name, c := range map[string]struct {
		labels         map[string]string
		want           kinds.Owner
		ok, controller bool
	}{
		"release 2.11":   {map[string]string{"apirule.gateway.kyma-project.io/name": "or.ders", "apirule.gateway.kyma-project.io/namespace": "shop"}, rule, true, true},
		"v1beta1":        {map[string]string{"apirule.gateway.kyma-project.io/v1beta1": "or.ders.shop"}, rule, true, true},
		"v1alpha1":       {map[string]string{"apirule.gateway.kyma-project.io/v1alpha1": "or.ders.shop"}, rule, true, true},
		"kgw's own":      {map[string]string{"kgw.dev/owner": "shop.or.ders"}, kinds.Owner{Namespace: "shop", Name: "or.ders"}, true, false},
		"both":           {map[string]string{"kgw.dev/owner": "a.b", "apirule.gateway.kyma-project.io/v1beta1": "or.ders.shop"}, rule, true, true},
		"a name alone":   {map[string]string{"apirule.gateway.kyma-project.io/name": "orders"}, kinds.Owner{}, false, false},
		"no name":        {map[string]string{"apirule.gateway.kyma-project.io/v1beta1": ".shop"}, kinds.Owner{}, false, false},
		"no namespace":   {map[string]string{"apirule.gateway.kyma-project.io/v1beta1": "orders."}, kinds.Owner{}, false, false},
		"an empty owner": {map[string]string{"kgw.dev/owner": ""}, kinds.Owner{}, false, false},
		"none":           {nil, kinds.Owner{}, false, false},
	} {
		got, ok := kinds.OwnerOf(c.labels)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: OwnerOf returns %v, %v; want %v, %v", name, got, ok, c.want, c.ok)
		}
		if got, ok := kinds.ControllerOwnerOf(c.labels); ok != c.controller || ok && got != c.want {
			t.Errorf("%s: ControllerOwnerOf returns %v, %v", name, got, ok)
		}
	}
	for key, want := range map[string]bool{"kgw.dev/owner": true, "apirule.gateway.kyma-project.io/v2": true, "app": false} {
		if kinds.IsOwnerLabel(key) != want {
			t.Errorf("IsOwnerLabel(%q) is not %v", key, want)
		}
	}
}
