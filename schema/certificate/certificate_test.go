package certificate_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/certificate"
)

// issued is a certificate with its key.
type issued struct {
	cert      *x509.Certificate
	key       *ecdsa.PrivateKey
	pem, priv []byte
}

// issue makes a certificate for hosts; by is who signs it, nil for itself.
func issue(t testing.TB, name string, by *issued, hosts ...string) *issued {
	t.Helper()
	return issueUntil(t, name, by, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), hosts...)
}

func issueUntil(t testing.TB, name string, by *issued, until time.Time, hosts ...string) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: until,
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}
}

// secretOf writes a Secret.
func secretOf(kind string, cert, key []byte) string {
	text := "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\ntype: " + kind + "\ndata:\n  tls.crt: " + base64.StdEncoding.EncodeToString(cert) + "\n"
	if key != nil {
		text += "  tls.key: " + base64.StdEncoding.EncodeToString(key) + "\n"
	}
	return text
}

func read(t testing.TB, text string) (*ir.Certificate, []diag.Code) {
	t.Helper()
	c, found, ok := tryRead(text)
	if !ok {
		t.Fatalf("no document is read of %.200q", text)
	}
	return c, found
}

// tryRead reads a Secret; ok is false where the text is not one document.
func tryRead(text string) (c *ir.Certificate, codes []diag.Code, ok bool) {
	f, problem := source.NewFile("a.yaml", []byte(text))
	if problem != nil {
		return nil, nil, false
	}
	docs, problems := source.Split(f)
	if len(problems) > 0 || len(docs) != 1 {
		return nil, nil, false
	}
	root, problems := docs[0].Parse()
	if len(problems) > 0 || root == nil {
		return nil, nil, false
	}
	docs[0].APIVersion, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
	read, found := certificate.ReadSecret(docs[0], root)
	codes = []diag.Code{}
	for i := range found {
		codes = append(codes, found[i].Code)
	}
	c, _ = read.(*ir.Certificate)
	return c, codes, true
}

func TestReadSecret(t *testing.T) {
	ca := issue(t, "ca", nil)
	leaf, other := issue(t, "leaf", ca, "*.example.com", "example.com"), issue(t, "other", nil, "other.example.com")
	for name, c := range map[string]struct {
		text   string
		want   []diag.Code
		hosts  []string
		hidden bool
	}{
		"well":              {secretOf("kubernetes.io/tls", leaf.pem, leaf.priv), nil, []string{"*.example.com", "example.com"}, false},
		"with its issuer":   {secretOf("kubernetes.io/tls", slices.Concat(leaf.pem, ca.pem), leaf.priv), nil, []string{"*.example.com", "example.com"}, false},
		"Opaque, no key":    {secretOf("Opaque", leaf.pem, nil), nil, []string{"*.example.com", "example.com"}, false},
		"another's key":     {secretOf("kubernetes.io/tls", leaf.pem, other.priv), []diag.Code{diag.KeyPairMismatch}, []string{"*.example.com", "example.com"}, false},
		"a broken chain":    {secretOf("kubernetes.io/tls", slices.Concat(leaf.pem, other.pem), leaf.priv), []diag.Code{diag.ChainBroken}, []string{"*.example.com", "example.com"}, false},
		"chain in disorder": {secretOf("kubernetes.io/tls", slices.Concat(ca.pem, leaf.pem), ca.priv), []diag.Code{diag.ChainBroken}, nil, false},
		"no key":            {secretOf("kubernetes.io/tls", leaf.pem, nil), []diag.Code{diag.BadTLSSecret}, nil, false},
		"a key as cert":     {secretOf("kubernetes.io/tls", leaf.priv, leaf.priv), []diag.Code{diag.BadTLSSecret}, nil, true},
		"cert as key":       {secretOf("kubernetes.io/tls", leaf.pem, leaf.pem), []diag.Code{diag.KeyPairMismatch}, []string{"*.example.com", "example.com"}, false},
		"no PEM":            {secretOf("kubernetes.io/tls", []byte("x"), leaf.priv), []diag.Code{diag.BadTLSSecret}, nil, true},
		"placeholders":      {secretOf("kubernetes.io/tls", []byte(""), []byte("")), nil, nil, true},
		"no base64":         {strings.Replace(secretOf("kubernetes.io/tls", leaf.pem, leaf.priv), "tls.crt: ", "tls.crt: $", 1), []diag.Code{diag.BadTLSSecret}, nil, true},
		"SOPS":              {"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls\ndata:\n  tls.crt: ENC[AES256_GCM,data:x]\n  tls.key: ENC[AES256_GCM,data:y]\nsops: {version: 3.8.1}\n", nil, nil, true},
	} {
		got, found := read(t, c.text)
		if !slices.Equal(found, c.want) {
			t.Errorf("%s: found %v, want %v", name, found, c.want)
		}
		if got == nil || !slices.Equal(got.Hosts, c.hosts) || got.Hidden != c.hidden {
			t.Errorf("%s: read %+v", name, got)
		}
	}
	if c, _ := read(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: eA==}\n"); c != nil {
		t.Error("a Secret without a certificate is read")
	}
}

// TestChainHolds: a certificate holds no longer than those that signed it, but
// for the root, which clients have themselves.
func TestChainHolds(t *testing.T) {
	root := issue(t, "root", nil)
	between := issueUntil(t, "between", root, time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	leaf := issue(t, "leaf", between, "example.com")
	for name, c := range map[string]struct {
		chain []byte
		until time.Time
	}{
		"alone":                {leaf.pem, leaf.cert.NotAfter},
		"with an intermediate": {slices.Concat(leaf.pem, between.pem, root.pem), between.cert.NotAfter},
		"with the root":        {slices.Concat(between.pem, issueUntil(t, "root", nil, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)).pem), between.cert.NotAfter},
	} {
		got, _ := read(t, secretOf("Opaque", c.chain, nil))
		if got == nil || !got.Until.Equal(c.until) {
			t.Errorf("%s: holds until %v, want %v", name, got.Until, c.until)
		}
	}
}

// TestLargeKeys: nothing is calculated with keys that no client accepts.
func TestLargeKeys(t *testing.T) {
	signer := issue(t, "signer", nil)
	large := new(big.Int).SetBit(big.NewInt(1), 20000, 1)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "large"}}, signer.cert, &rsa.PublicKey{N: large, E: 1<<31 - 1}, signer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	long := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: make([]byte, 1<<15)})
	parameters := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 0}})
	for name, text := range map[string]string{
		"a long key":      secretOf("Opaque", cert, nil),
		"a long chain":    secretOf("Opaque", bytes.Repeat(signer.pem, 21), nil),
		"a long private":  secretOf("kubernetes.io/tls", signer.pem, long),
		"a later private": secretOf("kubernetes.io/tls", signer.pem, slices.Concat(parameters, long)),
		"one behind well": secretOf("Opaque", slices.Concat(signer.pem, cert), nil),
	} {
		if _, found := read(t, text); !slices.Equal(found, []diag.Code{diag.BadTLSSecret}) {
			t.Errorf("%s: found %v", name, found)
		}
	}
}

// FuzzReadSecret feeds the reader with anything: it does not panic.
func FuzzReadSecret(f *testing.F) {
	leaf := issue(f, "leaf", nil, "example.com")
	f.Add(leaf.pem, leaf.priv, "kubernetes.io/tls")
	f.Add(slices.Concat(leaf.pem, leaf.pem), []byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), "Opaque")
	f.Add(leaf.pem[:100], leaf.priv[:50], "kubernetes.io/tls")
	f.Add(bytes.Replace(leaf.pem, []byte("A"), []byte("B"), 3), leaf.priv, "kubernetes.io/tls")
	f.Fuzz(func(t *testing.T, cert, key []byte, kind string) {
		if strings.ContainsAny(kind, "\n\r#:") {
			t.Skip()
		}
		tryRead(secretOf(kind, cert, key))
		tryRead("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls\ndata: {tls.crt: " + string(cert) + ", tls.key: " + string(key) + "}\n")
	})
}
