package manifest

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/internal/source"
)

// texts are strings that some reader of YAML reads as something else, or that are hard
// to write.
func texts() []string {
	words := strings.Fields(`null Null NULL ~ true True TRUE false y Y n N yes Yes YES no No NO on On ON off OFF
		0 1 -1 +1 007 08 0o17 0x1F 0b11 1_000 1__0 12:30:45 1:2 190:20:30 1.0 1. .5 -.5 5.e3 1e3 1E+3 .inf -.Inf +.INF .nan .NaN 0x_F 0b_1 +0x1 -0b1
		2001-01-01 2001-01-01T00:00:00Z 2001-1-1 = << - -- --- ---a ... ...a ? ?a : :a a: a:b a# #a & &a * *a ! !!str !a | |- > >- % %a @ @a , [ ] { } [a] {a}
		a,b a[ ^(GET)$ /.* /orders/{id} .* * /* <http|https>://a.b</c> {{.x}} $x \ \n " ' '' "" a"b a'b 10m 180s Infinity nan -a -1a 1-2 0.0.0.0 1.2.3
		é ü 日本 😀 ¡ � Y` + "\u00a0 \u00ad  \u200b \u2028 \u2029 \u0085")
	spaced := []string{
		"", " ", "  ", " a", "a ", "a b", "a: b", "a : b", "a #b", "a  # b", "- a", "? a", ": a", "a -b", "--- a", "... a", "# a", "\t", "a\tb", "\ta", "a\t",
		"\n", "a\n", "\na", "a\nb", "a\n\nb\n", " a\nb", "a\r\nb", "a\rb", "\r", "a\u0085b", "a\u2028b", "a\u2029b", "\ufeff", "a\ufeffb", "\ufffe", "\uffff", "\x00", "\x01", "\x7f", "\u0080", "\u009f",
		"\u00a0", "a\u00a0", "\u3000", "\U0001f600 \U000e0001", "\U0010ffff", "\ufffd", "\u200b", "'a' b", `"a" b`, "a'", "it's", `\`, `a\`, "%a", "a%", "<<", "<< a", "!a b", "1 2", "0x1 ", "true ", " true",
		"key: [a, b]", "{a: b}", "[a", "a]", "a, b", "a,b", "Bearer ", "ä: ö", "ä #ö", "ü:", "1ü", "-ü", "- ü", "日: 本", "é\n", strings.Repeat("a", 5000), strings.Repeat("a b ", 2000), strings.Repeat("ü", 3000), strings.Repeat("k", 1020), strings.Repeat("k", 1023), strings.Repeat("k", 1024), strings.Repeat("k", 1025), strings.Repeat("\x01", 300),
	}
	return append(words, spaced...)
}

// checkText writes a text as a value, a key and an element, and reads it back
// as each library does.
func checkText(t *testing.T, s string) {
	t.Helper()
	v := source.Object{{Key: "value", Value: s}, {Key: s + "k", Value: "x"}, {Key: s + "l", Value: []any{s}}, {Key: s + "m", Value: source.Object{{Key: s, Value: source.Object{{Key: "a", Value: s}}}}}, {Key: "list", Value: []any{s, []any{s}, source.Object{{Key: s, Value: s}}}}}
	text := AppendYAMLValue(nil, v)
	want := map[string]any{"value": s, s + "k": "x", s + "l": []any{s}, s + "m": map[string]any{s: map[string]any{"a": s}}, "list": []any{s, []any{s}, map[string]any{s: s}}}
	var third any
	if err := yaml.Unmarshal(text, &third); err != nil {
		t.Fatalf("%q is written as\n%s\nwhich yaml/v3 refuses: %v", s, text, err)
	}
	same(t, s, text, want, third)
	var kubectl any
	if err := sigs.Unmarshal(text, &kubectl); err != nil {
		t.Fatalf("%q is written as\n%s\nwhich sigs.k8s.io/yaml refuses: %v", s, text, err)
	}
	same(t, s, text, want, kubectl)
	var asJSON any
	if err := json.Unmarshal(AppendJSON(nil, v, 0), &asJSON); err != nil {
		t.Fatalf("%q is written as\n%s\nwhich is not JSON: %v", s, AppendJSON(nil, v, 0), err)
	}
	same(t, s, AppendJSON(nil, v, 0), want, asJSON)
	if len(s) < 100 && strings.Count(string(text), "\n") != 11 {
		t.Errorf("%q takes more than its line:\n%s", s, text)
	}
}

// same compares what was read with what was written, by their JSON.
func same(t *testing.T, s string, text []byte, want, got any) {
	t.Helper()
	a, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatalf("%q is written as\n%s\nand read as %#v: %v", s, text, got, err)
	}
	if string(a) != string(b) {
		t.Errorf("%q is written as\n%s\nand read as %s", s, text, b)
	}
}

func TestTextsAreReadAsTheyAreWritten(t *testing.T) {
	for _, s := range texts() {
		if utf8.ValidString(s) {
			checkText(t, s)
		}
	}
}

// TestPlainWherePossible keeps the usual values of manifests free of quotes.
func TestPlainWherePossible(t *testing.T) {
	for text, want := range map[string]string{
		"kyma-system/kyma-gateway": "kyma-system/kyma-gateway", "/.*": "/.*", "^(GET|POST)$": "^(GET|POST)$", "180s": "180s", "httpbin.shop.svc.cluster.local": "httpbin.shop.svc.cluster.local",
		"http://a.b:80": "http://a.b:80", "<http|https>://a.b</c>": "<http|https>://a.b</c>", "a b": "a b",
		"": "''", "on": "'on'", "8080": "'8080'", "*": "'*'", ".*": ".*", "it's": "it's", "'a": "'''a'", "a: b": "'a: b'", "a\nb": `"a\nb"`, "日本": "日本", "1e3": "'1e3'",
	} {
		if got := string(appendScalar(nil, text)); got != want {
			t.Errorf("%q is written as %s, want %s", text, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) {
			checkText(t, s)
		}
	})
}
