package config

import (
	"strings"
	"testing"
)

func TestLabelsAndDomains(t *testing.T) {
	head := "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"
	long := strings.Repeat("a", 64)
	for text, want := range map[string]string{
		"labels: {managed-by: api-gateway, example.com/Team_1: '', a.b: x.y_z-1}": "",
		"labels: {'a b': c}":                     `labels["a b"]: "a b" is not a key of a label`,
		"labels: {a/b/c: d}":                     `labels["a/b/c"]: "a/b/c" is not a key of a label`,
		"labels: {/b: d}":                        `labels["/b"]: "/b" is not a key of a label`,
		"labels: {Example.com/b: d}":             `labels["Example.com/b"]: "Example.com/b" is not a key of a label`,
		"labels: {a: -b}":                        `labels.a: "-b" is not a value of a label`,
		"labels: {a: " + long + "}":              `labels.a: "` + long + `" is not a value of a label`,
		"labels: {" + long + ": a}":              "labels." + long + `: "` + long + `" is not a key of a label`,
		"domains: {default: kyma.local}":         "",
		"domains: {default: '', allow: []}":      "",
		"domains: {default: .kyma.local}":        `domains.default: ".kyma.local" is not a domain`,
		"domains: {allow: [localhost, a_b.c-d]}": "",
		"domains: {allow: ['*.kyma.local']}":     `domains.allow[0]: "*.kyma.local" is not a domain`,
		"domains: {allow: ['']}":                 `domains.allow[0]: an element of "allow" must have at least 1 character, not 0`,
	} {
		_, found := Parse("kgw.yaml", []byte(head+text+"\n"))
		var got []string
		for _, f := range found {
			got = append(got, f.At.Path+": "+f.Message)
		}
		if s := strings.Join(got, "\n"); s != want {
			t.Errorf("%s:\n got %s\nwant %s", text, s, want)
		}
	}
}

// TestReleasesThatThereAre: a patch that nobody released is not followed.
func TestReleasesThatThereAre(t *testing.T) {
	head := "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"
	for text, want := range map[string]bool{
		"2.7": true, "2.7.0": true, "2.10.5": true, "2.11.3": true, "3.2.4": true, "3.4": true, "3.4.4": true, "3.9": true, "3.9.0": true, "3.10.0": true,
		"2.6": false, "2.12": false, "2.11.4": false, "3.2.5": false, "3.9.1": false, "3.9.99": false, "3.9.00": false, "3.11": false, "4.0": false, "3": false, "v3.9": false,
	} {
		_, found := Parse("kgw.yaml", []byte(head+"kyma: \""+text+"\"\n"))
		if (len(found) == 0) != want {
			t.Errorf("%s: %v", text, found)
		}
	}
	_, found := Parse("kgw.yaml", []byte(head+"kyma: '3.9.99'\n"))
	if len(found) != 1 || !strings.HasPrefix(found[0].Help, "write 3.9, in quotes") {
		t.Errorf("%v", found)
	}
}
