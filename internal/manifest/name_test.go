package manifest

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/durationpb"
)

var dnsName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

func TestStableName(t *testing.T) {
	sum := sha256.Sum256([]byte("APIRule\x00shop\x00orders"))
	want := "orders-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:8]
	if got := StableName("orders", "APIRule", "shop", "orders"); got != want {
		t.Errorf("the name is %q, want %q", got, want)
	}
	if StableName("a", "b", "cd") == StableName("a", "bc", "d") {
		t.Error("the parts run together")
	}
	for _, n := range []int{1, 200, 243, 244, 245, 253, 300} {
		for _, fill := range []string{"a", "a.", "a-", ".a", "a."} {
			base := "b" + strings.Repeat(fill, n)[:n-1]
			got := StableName(base, base)
			if len(got) > 253 || dnsName.MatchString(strings.TrimRight(base, ".-")) && strings.TrimRight(base, ".-") == base && !dnsName.MatchString(got) {
				t.Errorf("%d characters of %q: %q is no name", n, fill, got)
			}
		}
	}
}

func TestDurationIsProtobufs(t *testing.T) {
	for _, d := range []time.Duration{
		0, time.Second, 180 * time.Second, 1500 * time.Millisecond, time.Microsecond, time.Nanosecond, 1001 * time.Microsecond,
		-time.Second, -1500 * time.Millisecond, time.Hour + 10*time.Nanosecond, 100 * time.Second, 1000 * time.Second,
	} {
		want, err := protojson.Marshal(durationpb.New(d))
		if err != nil {
			t.Fatal(err)
		}
		if got := `"` + Duration(d) + `"`; got != string(want) {
			t.Errorf("%s is written as %s, want %s", d, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	objects := []Object{
		{Kind: "VirtualService", Meta: Meta{Namespace: "a", Name: "a"}},
		{Kind: "Rule", Meta: Meta{Namespace: "b", Name: "a"}},
		{Kind: "Rule", Meta: Meta{Namespace: "a", Name: "b"}},
		{Kind: "Rule", Meta: Meta{Namespace: "a", Name: "a"}},
		{Kind: "AuthorizationPolicy", Meta: Meta{Namespace: "z", Name: "z"}},
	}
	Sort(objects)
	var got []string
	for i := range objects {
		got = append(got, objects[i].Kind+" "+objects[i].Meta.Namespace+"/"+objects[i].Meta.Name)
	}
	if want := "AuthorizationPolicy z/z, Rule a/a, Rule a/b, Rule b/a, VirtualService a/a"; strings.Join(got, ", ") != want {
		t.Errorf("the order is %s, want %s", strings.Join(got, ", "), want)
	}
}
