package certificate

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// The keys of a Secret of type kubernetes.io/tls.
const (
	certKey = "tls.crt"
	keyKey  = "tls.key"
	tlsType = "kubernetes.io/tls"
)

// secret is a Secret that is being read.
type secret struct {
	doc   *source.Document
	root  *source.Node
	found diag.List
}

// ReadSecret reads a Secret that holds a certificate, and returns nil for
// others. What is encrypted in the file (SOPS) is left alone.
func ReadSecret(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	s := &secret{doc: doc, root: root}
	c := &ir.Certificate{Origin: source.Ref{Doc: doc}, Kind: "Secret", Secret: ir.Name{Namespace: doc.Namespace, Name: doc.Name}}
	isTLS := source.Text(source.Field(root, "type")) == tlsType
	cert, hasCert := s.value(certKey)
	key, hasKey := s.value(keyKey)
	switch {
	case !isTLS && !hasCert:
		return nil, nil
	case isEncrypted(root):
		c.Hidden = true
		return c, nil
	case isTLS && (!hasCert || !hasKey):
		s.fault(diag.BadTLSSecret, source.Ref{Doc: doc, Path: "type"}, "put the certificate into tls.crt and its key into tls.key",
			"a Secret of type kubernetes.io/tls needs tls.crt and tls.key: the API server refuses it")
		return c, s.found
	}
	c.Key = len(key) > 0
	if len(cert) == 0 {
		c.Hidden = true // a placeholder, or bad base64
		return c, s.found
	}
	s.read(c, cert, key)
	return c, s.found
}

// isEncrypted reports whether a document is encrypted by SOPS: its values are
// texts of the form ENC[...].
func isEncrypted(root *source.Node) bool { return source.Field(root, "sops") != nil }

// value returns a value of the Secret: stringData, else data, decoded.
func (s *secret) value(key string) ([]byte, bool) {
	if n := source.Field(source.Field(s.root, "stringData"), key); n != nil {
		return []byte(n.Value), true
	}
	n := source.Field(source.Field(s.root, "data"), key)
	if n == nil {
		return nil, false
	}
	if isEncrypted(s.root) {
		return nil, true
	}
	text := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, n.Value)
	out, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		s.fault(diag.BadTLSSecret, source.Ref{Doc: s.doc}.At("data", key), "encode the value with base64, or write it as stringData", "the value of %s is not base64: the API server refuses the Secret", key)
		return nil, true
	}
	return out, true
}

// at is the place of a key.
func (s *secret) at(key string) source.Ref {
	if source.Field(source.Field(s.root, "stringData"), key) != nil {
		return source.Ref{Doc: s.doc}.At("stringData", key)
	}
	return source.Ref{Doc: s.doc}.At("data", key)
}

func (s *secret) fault(code diag.Code, at source.Ref, help, format string, args ...any) {
	s.found.Add(diag.Finding{Code: code, At: at, Help: help, Message: fmt.Sprintf(format, args...)})
}

// read takes names and dates from the certificate, and checks that its key and
// the certificates behind it belong to it.
func (s *secret) read(c *ir.Certificate, cert, key []byte) {
	chain, ok := s.chain(cert)
	if !ok {
		c.Hidden = true
		return
	}
	leaf := chain[0]
	c.Names, c.Hosts, c.From, c.Until = s.at(certKey), leaf.DNSNames, leaf.NotBefore, leaf.NotAfter
	if len(key) > 0 {
		s.pair(cert, key)
	}
	for i := 1; i < len(chain); i++ {
		if !bytes.Equal(chain[i-1].RawIssuer, chain[i].RawSubject) || chain[i].CheckSignature(chain[i-1].SignatureAlgorithm, chain[i-1].RawTBSCertificate, chain[i-1].Signature) != nil {
			s.fault(diag.ChainBroken, s.at(certKey), "put the certificate first, then that of who signed it, and so on",
				"certificate %d of the chain is not of who signed certificate %d: clients that do not know the latter's issuer refuse the connection", i+1, i)
			return
		}
	}
}

// chain reads the certificates of a PEM text.
func (s *secret) chain(text []byte) ([]*x509.Certificate, bool) {
	const help = "put certificates in PEM form into tls.crt"
	var out []*x509.Certificate
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			s.fault(diag.BadTLSSecret, s.at(certKey), help, "block %d of tls.crt is not a certificate", len(out)+1)
			return nil, false
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			s.fault(diag.BadTLSSecret, s.at(certKey), help, "certificate %d of tls.crt cannot be read", len(out)+1)
			return nil, false
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		s.fault(diag.BadTLSSecret, s.at(certKey), help, "tls.crt holds no certificate in PEM form")
	}
	return out, len(out) > 0
}

// pair checks that the key is the certificate's. The errors of crypto/tls are
// not shown: they may quote what they read.
func (s *secret) pair(cert, key []byte) {
	if block, _ := pem.Decode(key); block == nil {
		s.fault(diag.BadTLSSecret, s.at(keyKey), "put the private key in PEM form into tls.key", "tls.key holds no key in PEM form")
		return
	}
	if _, err := tls.X509KeyPair(cert, key); err != nil {
		s.fault(diag.KeyPairMismatch, s.at(keyKey), "put the key into tls.key that the certificate was made with",
			"tls.key is not the key of the certificate in tls.crt: the gateway cannot serve it")
	}
}
