// Package certificate reads the objects with the certificates of Gateways:
// Secrets, and the Certificates of cert-manager and of Gardener.
//
// It takes a document's YAML and returns findings and an ir.Certificate: names
// and dates. No key and no value of a Secret leaves the package, also not in a
// message. It must not know Gateways.
package certificate

import (
	"slices"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// ReadCertManager reads a Certificate of cert-manager
// (https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.Certificate).
func ReadCertManager(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	spec := source.Field(root, "spec")
	c := &ir.Certificate{
		Origin: source.Ref{Doc: doc}, Names: source.Ref{Doc: doc}.At("spec", "dnsNames"), Kind: "Certificate",
		Secret: ir.Name{Namespace: doc.Namespace, Name: source.Text(source.Field(spec, "secretName"))},
		Hosts:  source.Texts(source.Field(spec, "dnsNames")),
		Until:  dateOf(root, "notAfter"),
	}
	return c, nil
}

// ReadGardener reads a Certificate of Gardener's cert-management, whose common
// name is a host too
// (https://github.com/gardener/cert-management#requesting-a-certificate).
func ReadGardener(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	spec := source.Field(root, "spec")
	c := &ir.Certificate{
		Origin: source.Ref{Doc: doc}, Names: source.Ref{Doc: doc}.At("spec"), Kind: "Certificate",
		Secret: ir.Name{Namespace: doc.Namespace, Name: source.Text(source.Field(spec, "secretName"))},
		Hosts:  source.Texts(source.Field(spec, "dnsNames")),
		Until:  dateOf(root, "expirationDate"),
	}
	if name := source.Text(source.Field(spec, "commonName")); name != "" && !slices.Contains(c.Hosts, name) {
		c.Hosts = append(c.Hosts, name)
	}
	if ref := source.Field(spec, "secretRef"); c.Secret.Name == "" && ref != nil {
		c.Secret.Name = source.Text(source.Field(ref, "name"))
		if namespace := source.Text(source.Field(ref, "namespace")); namespace != "" {
			c.Secret.Namespace = namespace
		}
	}
	return c, nil
}

// dateOf returns a date of the status, which a dump has and a repository does
// not; the zero time where there is none.
func dateOf(root *source.Node, key string) time.Time {
	t, err := time.Parse(time.RFC3339, source.Text(source.Field(source.Field(root, "status"), key)))
	if err != nil {
		return time.Time{}
	}
	return t
}

// ReadSealed reads a SealedSecret or an ExternalSecret: the Secret that it
// becomes is known by name, and what is in it is not.
func ReadSealed(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	spec := source.Field(root, "spec")
	name := source.Text(source.Field(source.Field(spec, "target"), "name"))
	if name == "" {
		name = source.Text(source.Field(source.Field(source.Field(spec, "template"), "metadata"), "name"))
	}
	if name == "" {
		name = doc.Name
	}
	return &ir.Certificate{Origin: source.Ref{Doc: doc}, Kind: doc.Kind, Secret: ir.Name{Namespace: doc.Namespace, Name: name}, Hidden: true}, nil
}
