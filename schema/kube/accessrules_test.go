package kube_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// TestReasonRefused holds which elements make Oathkeeper refuse the whole list.
func TestReasonRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{id: a, version: v0.36.0-beta.4, match: {url: "http://a", methods: [GET]}, authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: null}`: "",
		`null`:                                   "",
		`{id: a, authenticator: []}`:             "",
		`text`:                                   "an element is not an object",
		`[]`:                                     "an element is not an object",
		`{id: 5}`:                                "id is of another type",
		`{version: x.y}`:                         "version is of another type",
		`{match: {methods: GET}}`:                "match.methods is of another type",
		`{match: {methods: [GET, 1]}}`:           "match.methods is of another type",
		`{upstream: http://a}`:                   "upstream is of another type",
		`{upstream: {strip_path: true}}`:         "upstream.strip_path is of another type",
		`{authenticators: {handler: noop}}`:      "authenticators is of another type",
		`{authenticators: [noop]}`:               "authenticators is of another type",
		`{mutators: [{handler: [noop]}]}`:        "mutators is of another type",
		`{Match: {url: "http://a"}}`:             "Match is written in other capitals",
		`{match: {URL: "http://a"}}`:             "URL is written in other capitals",
		`{authorizer: {handler: {name: allow}}}`: "authorizer.handler is of another type",
	} {
		r := kube.AccessRule{Native: true, Node: source.NodeOfText(text)}
		if got := r.ReasonRefused(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		if r.Native = false; r.ReasonRefused() != "" {
			t.Errorf("%s: a Rule is read by the Maester", text)
		}
	}
}

// TestRulesInBinaryData: the keys of binaryData are files as those of data are.
func TestRulesInBinaryData(t *testing.T) {
	list := `[{"id": "a", "match": {"url": "http://a"}, "authenticators": []}]`
	for field, text := range map[string]string{"data": "'" + list + "'", "binaryData": base64.StdEncoding.EncodeToString([]byte(list))} {
		root := source.NodeOfText("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, " + field + ": {rules.json: " + text + "}}")
		rules := kube.AccessRules(nil, root)
		if len(rules) != 1 || rules[0].ID != "a" || !strings.HasPrefix(rules[0].Origin.Path, field) {
			t.Errorf("%s: %+v", field, rules)
		}
	}
}
