package secretdata

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

func secretOf(t *testing.T, text string) *Secret {
	t.Helper()
	file, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(file)
	root, _ := docs[0].Parse()
	return Of(docs[0], root)
}

// TestValues holds what the API server makes of the values of a Secret.
func TestValues(t *testing.T) {
	s := secretOf(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  plain: YWJj\n  lines: |\n    YW\n    Jj\n  bad: '%%%'\n  both: YWJj\nstringData:\n  text: own words\n  both: wins\n")
	for key, want := range map[string]string{"plain": "abc", "lines": "abc", "text": "own words", "both": "wins"} {
		if got, ok := s.Value(key); !ok || string(got) != want {
			t.Errorf("%s is %q, %v", key, got, ok)
		}
		if !s.Has(key) {
			t.Errorf("%s is not there", key)
		}
	}
	if got, ok := s.Value("bad"); ok || got != nil {
		t.Errorf("what is not base64 is %q", got)
	}
	if got, ok := s.Value("none"); !ok || got != nil || s.Has("none") {
		t.Errorf("a key that is not there is %q", got)
	}
	if got := strings.Join(s.Keys(), " "); got != "plain lines bad both text both" {
		t.Errorf("the keys are %s", got)
	}
	for key, want := range map[string]string{"plain": "data.plain", "text": "stringData.text", "both": "stringData.both", "none": "kind"} {
		if got := s.At(key).Path; got != want {
			t.Errorf("%s is at %s", key, got)
		}
	}
	if s.Encrypted() {
		t.Error("it is not encrypted")
	}
}

// TestEncrypted: of a Secret that SOPS encrypted no value of data is known, and none
// is refused.
func TestEncrypted(t *testing.T) {
	s := secretOf(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: 'ENC[x]'}\nsops: {mac: x}\n")
	if got, ok := s.Value("a"); !s.Encrypted() || !ok || got != nil {
		t.Errorf("%q %v", got, ok)
	}
}
