package validate

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestUnruledAsksOnce asks the same question about many hosts: each answer equals that
// of a separate question, and only one is asked.
func TestUnruledAsksOnce(t *testing.T) {
	judge := match.NewJudge()
	u := &unruled{v: &View{Judge: match.NewJudge()}, known: map[question]*match.Request{}}
	for _, path := range []string{`/\d+/items`, `/[0-9]+/items`} {
		for i := range 20 {
			host := fmt.Sprintf("h%d.example.com", i)
			want := match.Set{Hosts: []string{host}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: path}, View: match.RawPath}
			own, _ := match.RuleSet("<http|https>://"+host+`</\d+/items/x>`, []string{"GET"}, "")
			got := u.request(&want, []match.Set{own})
			alone := judge.Difference(want, encoded, own).Witness
			if got == nil || alone == nil || got.URL() != alone.URL() || got.Host != host {
				t.Fatalf("%s on %s: %v, asked alone %v", path, host, got, alone)
			}
		}
	}
	if len(u.known) != 2 {
		t.Errorf("%d questions are asked, want one for each path", len(u.known))
	}
}
