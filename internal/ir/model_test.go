package ir

import (
	"fmt"
	"testing"
)

// TestAPIs holds on which hosts an API is, and below which base paths of them.
func TestAPIs(t *testing.T) {
	named, bare := APIServer{Host: "a.test", Base: "/v1"}, APIServer{Base: "/v2"}
	for name, c := range map[string]struct {
		api   API
		hosts string
		at    map[string]string // base paths of the operation by host
	}{
		"hosts of servers":          {API{Servers: []APIServer{named, bare}, Operations: []Operation{{Servers: []APIServer{named, {Host: "b.test"}}}}}, "[a.test b.test]", map[string]string{"a.test": "/v1", "b.test": "", "c.test": "none"}},
		"hosts that are given":      {API{Hosts: []string{"x.test"}, Operations: []Operation{{Servers: []APIServer{named}}}}, "[x.test]", map[string]string{"x.test": "/v1"}},
		"servers that name no host": {API{Operations: []Operation{{Servers: []APIServer{bare}}}}, "[]", map[string]string{"any.test": "/v2"}},
		"a server of another host":  {API{Operations: []Operation{{Servers: []APIServer{named, bare}}}}, "[a.test]", map[string]string{"b.test": "none"}},
	} {
		if got := fmt.Sprint(c.api.HostNames()); got != c.hosts {
			t.Errorf("%s: hosts are %s", name, got)
		}
		for host, want := range c.at {
			got := "none"
			if list := c.api.At(&c.api.Operations[0], host); len(list) > 0 {
				got = list[0].Base
			}
			if got != want {
				t.Errorf("%s: on %s it is below %q, want %q", name, host, got, want)
			}
		}
	}
	if p := (&Operation{Path: "/items/{id}"}).Matches(&named); p.Text == "" || p.Beginning() != "/v1/items/" {
		t.Errorf("the paths are %v", p)
	}
	if !(&Credentials{}).None() || (&Credentials{Token: true}).None() || (&Credentials{Others: []string{"key"}}).None() {
		t.Error("something is demanded, or nothing")
	}
}

// TestPlaces: a key has the place of its own line, of the line of the key that it is
// below, or of its part.
func TestPlaces(t *testing.T) {
	places := Places{"labels": {Absent: "part"}, "labelsapp": {Absent: "key"}}
	for key, want := range map[string]string{"": "part", "app": "key", "app[0]": "key", "other": "part"} {
		if got, ok := places.Of("labels", key); !ok || got.Absent != want {
			t.Errorf("%q is at %+v", key, got)
		}
	}
	if _, ok := places.Of("none", "app"); ok {
		t.Error("a part that the table does not have has a place")
	}
}

// TestDefaults: parts of a CORS policy that the settings have replace the default's,
// empty ones too, and the default stays as it is.
func TestDefaults(t *testing.T) {
	def := CORS{Origins: []Origin{{"exact", "a"}}, Methods: []string{"GET"}, Headers: []string{"X"}, ExposeHeaders: []string{"E"}}
	got := (&Settings{CORS: CORS{Methods: []string{}, Headers: []string{"Y"}}}).WithDefaults(def)
	if len(got.Origins) != 1 || got.Methods == nil || len(got.Methods) != 0 || got.Headers[0] != "Y" || got.ExposeHeaders[0] != "E" || def.Headers[0] != "X" {
		t.Errorf("%+v", got)
	}
	if own := (&Settings{CORS: CORS{Origins: []Origin{{"regex", "b"}}}}).WithDefaults(def); own.Origins[0].Kind != "regex" {
		t.Errorf("%+v", own)
	}
}

// TestWritten: what emitters would write is put together, none of it left out.
func TestWritten(t *testing.T) {
	w := Written{Routes: make([]*Entry, 1), KeySets: make([]KeySet, 1)}
	w.Add(Written{Routes: make([]*Entry, 1), Rules: make([]*Entry, 2), Policies: make([]*Entry, 3), Openers: make([]Opener, 4), KeySets: make([]KeySet, 1)})
	if got := fmt.Sprint(len(w.Routes), len(w.Rules), len(w.Policies), len(w.Openers), len(w.KeySets)); got != "2 2 3 4 2" {
		t.Errorf("there are %s", got)
	}
}
