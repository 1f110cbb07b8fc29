package dex

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// connectorTypes are the types of connectors, and whether each sends the browser
// back to Dex (dexidp/dex, server.ConnectorsConfig of v2.13.0 and later
// releases).
var connectorTypes = map[string]bool{
	"mockCallback": false, "mockPassword": false, "keystone": false, "ldap": false, "authproxy": false, "atlassian-crowd": false,
	"github": true, "gitlab": true, "gitea": true, "google": true, "oidc": true, "oauth": true, "openshift": true, "saml": true, "samlExperimental": true,
	"linkedin": true, "microsoft": true, "bitbucket-cloud": true,
}

// ReadConfig reads a ConfigMap with Dex's configuration (key config.yaml) or
// with the override of Kyma's chart that replaced its connectors (key
// connectors), and returns nil for others.
func ReadConfig(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	data := source.Field(root, "data")
	if !slices.Contains(strings.Split(doc.Name, "-"), "dex") && source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))["component"] != "dex" {
		return nil, nil
	}
	c := &config{out: &ir.DexConfig{Origin: source.Ref{Doc: doc}}}
	if text := source.Text(source.Field(data, "connectors")); text != "" {
		c.at = source.Ref{Doc: doc}.At("data", "connectors", source.Inside)
		c.readConnectors(source.NodeOfText(text))
		return c.out, c.found
	}
	text := source.Text(source.Field(data, "config.yaml"))
	file := source.NodeOfText(text)
	if source.Field(file, "issuer") == nil && source.Field(file, "connectors") == nil {
		return nil, nil
	}
	c.at = source.Ref{Doc: doc}.At("data", "config.yaml", source.Inside, "connectors")
	c.out.Issuer = source.Text(source.Field(file, "issuer"))
	if list := source.Field(file, "connectors"); list != nil {
		c.readConnectors(list)
	}
	return c.out, c.found
}

// config is a list of connectors that is being read.
type config struct {
	at    source.Ref
	out   *ir.DexConfig
	found diag.List
}

func (c *config) addFault(code diag.Code, at source.Ref, help, format string, args ...any) {
	c.found.Add(diag.Finding{Code: code, At: at, Help: help, Message: fmt.Sprintf(format, args...)})
}

func (c *config) readConnectors(list *source.Node) {
	elements := source.Elements(list)
	if len(elements) == 0 {
		c.addFault(diag.ConnectorFault, c.at, "write a list of connectors, each with type, id, name and config", "the connectors of Dex are not a list that can be read")
		return
	}
	first := map[string]source.Ref{}
	for i, n := range elements {
		k := ir.Connector{
			Type: source.Text(source.Field(n, "type")), ID: source.Text(source.Field(n, "id")), Name: source.Text(source.Field(n, "name")),
		}
		if settings := source.Field(n, "config"); settings != nil {
			k.Config, _ = source.Value(settings).(source.Object)
			k.Orgs = orgsOf(source.Field(settings, "orgs"))
		}
		at := c.at.Elem(i)
		if c.checkForm(i, n, &k, at) {
			if other, seen := first[k.ID]; seen {
				c.addFault(diag.ConnectorTwice, at.At("id"), "give each connector an id of its own", "two connectors of Dex have the id %q: Dex does not start", k.ID)
				c.found[len(c.found)-1].Related = []diag.Related{{Message: "the other connector", At: other.At("id")}}
			} else {
				first[k.ID] = at
			}
			c.checkRedirect(&k, at.At("config", "redirectURI"))
			c.reportSecrets(&k, k.Config, at.At("config"))
			c.out.Connectors = append(c.out.Connectors, k)
		}
	}
}

// checkForm checks the fields that every connector has.
func (c *config) checkForm(i int, n *source.Node, k *ir.Connector, at source.Ref) bool {
	for _, f := range [][2]string{{"type", k.Type}, {"id", k.ID}, {"name", k.Name}} {
		if f[1] == "" {
			c.addFault(diag.ConnectorFault, at.At(f[0]), "add it", "connector %d of Dex has no %s: Dex does not start", i+1, f[0])
			return false
		}
	}
	for _, key := range source.Keys(n) {
		if !slices.Contains([]string{"type", "id", "name", "config"}, key) {
			c.addFault(diag.ConnectorFault, at.At(key), "remove it, or move it below config", "connector %q of Dex has a field %q, which Dex does not read", k.ID, key)
		}
	}
	if _, known := connectorTypes[k.Type]; !known {
		names := slices.Sorted(maps.Keys(connectorTypes))
		help := "the types are " + strings.Join(names, ", ")
		if near := shape.Nearest(k.Type, names); near != "" {
			help = fmt.Sprintf("did you mean %q? %s", near, help)
		}
		c.addFault(diag.ConnectorFault, at.At("type"), help, "connector %q has the type %q, which Dex does not have", k.ID, k.Type)
		return false
	}
	return true
}

// checkRedirect checks where the provider sends the browser: to the callback of
// Dex's own issuer. A value that a chart fills in is not known.
func (c *config) checkRedirect(k *ir.Connector, at source.Ref) {
	if !connectorTypes[k.Type] {
		return
	}
	v, _ := k.Config.Get("redirectURI")
	uri, _ := v.(string)
	switch want := strings.TrimSuffix(c.out.Issuer, "/") + "/callback"; {
	case uri == "":
		c.addFault(diag.ConnectorRedirect, at, "write Dex's issuer with /callback behind it", "connector %q has no redirectURI: no user can come back from the identity provider", k.ID)
	case strings.Contains(uri+c.out.Issuer, "{{"), strings.Contains(uri, "$"):
	case c.out.Issuer != "" && uri != want && uri != want+"/"+k.ID:
		c.addFault(diag.ConnectorRedirect, at, fmt.Sprintf("write %s", want), "the redirectURI of connector %q is %q, which is not the callback of Dex's issuer %q", k.ID, uri, c.out.Issuer)
	case !strings.HasPrefix(uri, "https://") && !strings.HasPrefix(uri, "http://localhost"):
		c.addFault(diag.ConnectorRedirect, at, "write a URL that begins with https://", "the redirectURI of connector %q is not an https URL: codes go over the network in the clear", k.ID)
	case c.out.Issuer == "" && !strings.HasSuffix(uri, "/callback") && !strings.HasSuffix(uri, "/callback/"+k.ID):
		c.addFault(diag.ConnectorRedirect, at, "write Dex's issuer with /callback behind it", "the redirectURI of connector %q does not end in /callback, where Dex waits for the browser", k.ID)
	}
}

// secretWords end the names of fields of connectors that hold secrets.
var secretWords = []string{"secret", "password", "bindpw", "token"}

// reportSecrets reports secrets that are written out: Dex reads them from its
// environment where a value is $NAME.
func (c *config) reportSecrets(k *ir.Connector, settings source.Object, at source.Ref) {
	for _, m := range settings {
		name := strings.ToLower(m.Key)
		text, isText := m.Value.(string)
		inner, _ := m.Value.(source.Object)
		switch {
		case !slices.ContainsFunc(secretWords, func(w string) bool { return strings.HasSuffix(name, w) }):
			c.reportSecrets(k, inner, at.At(m.Key))
		case m.Value == nil, isText && (text == "" || strings.HasPrefix(text, "$") || strings.HasPrefix(text, "{{")):
		default:
			k.Leaks = true
			c.addFault(diag.ConnectorSecret, at.At(m.Key), "write $NAME in its place, and pass Dex the variable from a Secret", "connector %q has a secret written out in %s: everybody who reads the ConfigMap has it", k.ID, m.Key)
		}
	}
}

// orgsOf returns the organisations that a connector for GitHub admits.
func orgsOf(list *source.Node) []ir.Org {
	var out []ir.Org
	for _, n := range source.Elements(list) {
		out = append(out, ir.Org{Name: source.Text(source.Field(n, "name")), Teams: source.Texts(source.Field(n, "teams"))})
	}
	return out
}
