package diag

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/internal/source"
)

func TestJUnitCases(t *testing.T) {
	got := reporttest.JUnit(t, render(t, JUnit{}, fixture(t)))
	var names []string
	for _, s := range got.Suites {
		for _, c := range s.Cases {
			mark := "pass"
			switch {
			case c.Failure != nil:
				mark = c.Failure.Type
			case c.Error != nil:
				mark = "error"
			}
			names = append(names, s.Name+" "+c.Name+" "+mark)
		}
	}
	want := []string{
		"apis/a d%min.yaml admin pass",
		"apis/fine.yaml store/shop pass",
		"apis/fine.yaml store/店舗 pass",
		"apis/locked.yaml apis/locked.yaml: KGW101 error",
		"apis/shop.yaml store/shop: KGW305 KGW305",
		"apis/shop.yaml store/shop: KGW504 KGW504",
		"apis/shop.yaml store/shop: KGW410 pass",
		"apis/shop.yaml store/shop: KGW410 #2 pass",
		"apis/shop.yaml store/店舗: KGW209 KGW209",
		"apis/shop.yaml store/店舗: KGW301 pass",
	}
	if strings.Join(names, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
}

func TestJUnitCountsAgainstOwner(t *testing.T) {
	service, rule := documents(t, "svc.yaml", "kind: Service\nmetadata: {name: s}\n")[0], documents(t, "rule.yaml", shopYAML)[0]
	r := &Report{Resources: []*source.Document{rule}}
	r.Findings.Add(Finding{Code: NoSelector, Severity: Error, Message: "m", At: source.Ref{Doc: service}, Owner: rule})
	finish(r)
	got := reporttest.JUnit(t, render(t, JUnit{}, r))
	if len(got.Suites) != 1 || got.Suites[0].Name != "rule.yaml" || got.Suites[0].Cases[0].Name != "store/shop: KGW309" {
		t.Fatalf("got %+v", got)
	}
	if text := got.Suites[0].Cases[0].Failure.Text; !strings.HasPrefix(text, "svc.yaml:1:1: error[KGW309]: m\n") {
		t.Errorf("text %q", text)
	}
}

func TestXMLText(t *testing.T) {
	for in, want := range map[string]string{
		"a\x00\x01\x08\x0b\x0c\x1fb": "ab",
		"\t\n\r é東😀]]>":              "\t\n\r é東😀]]>",
		"\ufffe\uffff\ufffd":         "\ufffd",
		"\xff":                       "\ufffd",
		"\x1b[31m":                   "[31m",
	} {
		if got := report.XMLText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
