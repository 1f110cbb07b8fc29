package oathkeeper

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"text/template"
)

// TestTemplateCost ends templates that run or write without end, and no other.
func TestTemplateCost(t *testing.T) {
	double := "{{$x := \"aaaaaaaaaaaaaaaa\"}}" + strings.Repeat("{{$x = printf \"%s%s\" $x $x}}", 60)
	calls := ""
	for i := range 40 {
		next := "t" + strconv.Itoa(i+1)
		calls += "{{define \"t" + strconv.Itoa(i) + "\"}}{{template \"" + next + "\"}}{{template \"" + next + "\"}}{{end}}"
	}
	for text, ends := range map[string]bool{
		"{{range 100000000000}}{{end}}": false, "{{range 100000000000}}aaaaaaaaaa{{end}}": false, "{{range 1000000}}{{range 1000000}}{{end}}{{end}}": false,
		"{{printf \"%999999999d\" 1}}": false, "{{printf \"%*d\" 999999999 1}}": false, double: false, calls + "{{define \"t40\"}}{{end}}{{template \"t0\"}}": false,
		"{{range 10}}a{{else}}b{{end}}": true, "{{printf \"%s-%05d\" \"a\" 7}}": true, "{{with 1}}{{.}}{{end}}{{if true}}x{{end}}": true,
	} {
		parsed, err := template.New("t").Funcs(templateFuncs).Funcs(stepFuncs).Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		countSteps(parsed)
		var b bytes.Buffer
		if err := executeBounded(parsed, &b, nil); (err == nil) != ends || err != nil && !errors.Is(err, errTemplateCost) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}
