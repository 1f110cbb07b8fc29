package pathlang

import "testing"

func TestExponential(t *testing.T) {
	for text, want := range map[string]bool{
		`(a+)+b`:               true,
		`(a*)*b`:               true,
		`/(a|ab|b)*c`:          true,
		`/([a-z]+)*x`:          true,
		`/(.*)*`:               true,
		`/(\d+|[0-9])+`:        true,
		`/(([a-z])+.)+[A-Z]`:   true,
		`/.*`:                  false,
		`/[^/]+/items/[0-9]+`:  false,
		`/(orders|carts)/.*`:   false,
		`/(a+b)+`:              false,
		`/([a-z]+/)*x`:         false,
		`/.*/.*/.*`:            false, // polynomial
		`/a{2,5}(b{1,3})?`:     false,
		`/(?!x)y`:              false, // not read by Go's parser
		`(a{1,40}){1,40}(b+)+`: false, // over the bound
	} {
		if got := Exponential(text); got != want {
			t.Errorf("Exponential(%q) = %v, want %v", text, got, want)
		}
	}
}
