package rule

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

func TestTemplateCost(t *testing.T) {
	for text, costly := range map[string]bool{
		`{{ range 100000000000 }}{{ end }}`:                              true,
		`{{ range 1000 }}{{ range 1000 }}a{{ end }}{{ end }}`:            true,
		`{{ $n := 1000000 }}{{ range $n }}a{{ end }}`:                    true,
		`{{ range until 10000000 }}a{{ end }}`:                           true,
		`{{ repeat 1000000 "a" }}`:                                       true,
		`{{ with .Subject }}{{ "a" | repeat 1000000 }}{{ end }}`:         true,
		`{{ printf "%9999999d" 1 }}`:                                     true,
		`{{ define "x" }}a{{ template "x" }}{{ end }}{{ template "x" }}`: true,
		`{{ repeat (mul 1000 1000 | int) "a" }}`:                         true,
		`{{ range until (atoi "9000000") }}a{{ end }}`:                   true,
		`{{ $n := mul 1000 1000 }}{{ "a" | repeat $n }}`:                 true,
		`{{ range (mul 9999 9999) }}a{{ end }}`:                          true,
		`{{ range (.Extra.groups | fromJson) }}{{ . }}{{ end }}`:         false,
		`{{ add 1 .Extra.id }}`:                                          false,
		`{{ indent 2 .Extra.name }}`:                                     false,
		`{{ range 10 }}{{ range 10 }}a{{ end }}{{ end }}`:                false,
		`{{ range .Extra.groups }}{{ . }},{{ end }}`:                     false,
		`{{ print .Subject }}`:                                           false,
		`{{ if eq .Extra.id 100000000 }}a{{ end }}`:                      false,
		`{{ define "x" }}a{{ end }}{{ template "x" }}{{ template "x" }}`: false,
	} {
		var found diag.List
		checkCost(source.Ref{}, "X-A", text, &found)
		if (len(found) > 0) != costly {
			t.Errorf("%s: %v", text, found)
		}
	}
}
