package config

import "testing"

func TestHandlersInOathkeepersShape(t *testing.T) {
	c, found := Parse("kgw.yaml", []byte(`apiVersion: kgw.dev/v1alpha1
kind: Config
oathkeeper:
  port: 1234
  handlers:
    authenticators: {noop: {enabled: true}}
    errors: {fallback: [redirect, json], handlers: {redirect: {enabled: true, config: {to: https://a.test}}}}
`))
	if len(found) > 0 {
		t.Fatal(found)
	}
	o := c.Oathkeeper
	if len(o.Fallback) != 2 || o.Fallback[0] != "redirect" || o.Handlers["errors"]["redirect"].Config["to"] != "https://a.test" {
		t.Errorf("errors were read as %v and %v", o.Fallback, o.Handlers["errors"])
	}
	if _, ok := o.Handlers["authenticators"]["noop"]; !ok || o.Port != 1234 || o.Principal == "" {
		t.Errorf("the other settings were lost: %+v", o)
	}
	if _, ok := o.Handlers["mutators"]; ok {
		t.Error("an absent group is there")
	}
}
