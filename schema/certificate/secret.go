package certificate

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/secretdata"
)

// The keys of a Secret of type kubernetes.io/tls.
const (
	certKey = "tls.crt"
	keyKey  = "tls.key"
	tlsType = "kubernetes.io/tls"
)

// Bounds of what is calculated for a certificate. OpenSSL refuses longer keys
// (OPENSSL_RSA_MAX_MODULUS_BITS).
const (
	maxBits  = 16384
	maxKey   = 16384 // bytes of a private key: one of maxBits has about 9,500
	maxChain = 20
)

// secret is a Secret that is being read.
type secret struct {
	data  *secretdata.Secret
	found diag.List
}

// ReadSecret reads a Secret that holds a certificate, and returns nil for
// others. What is encrypted in the file (SOPS) is left alone.
func ReadSecret(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	s := &secret{data: secretdata.Of(doc, root)}
	c := &ir.Certificate{Origin: source.Ref{Doc: doc}, Kind: "Secret", Secret: ir.Name{Namespace: doc.Namespace, Name: doc.Name}}
	isTLS := source.Text(source.Field(root, "type")) == tlsType
	cert, hasCert := s.value(certKey)
	key, hasKey := s.value(keyKey)
	switch {
	case !isTLS && !hasCert:
		return nil, nil
	case s.data.Encrypted():
		c.Hidden = true
		return c, nil
	case isTLS && (!hasCert || !hasKey):
		s.addFault(diag.BadTLSSecret, source.Ref{Doc: doc, Path: "type"}, "put the certificate into tls.crt and its key into tls.key",
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

// value returns a value of the Secret, and whether it has the key.
func (s *secret) value(key string) ([]byte, bool) {
	out, ok := s.data.Value(key)
	if !ok {
		s.addFault(diag.BadTLSSecret, s.data.At(key), "encode the value with base64, or write it as stringData", "the value of %s is not base64: the API server refuses the Secret", key)
	}
	return out, s.data.Has(key)
}

func (s *secret) addFault(code diag.Code, at source.Ref, help, format string, args ...any) {
	s.found.Add(diag.Finding{Code: code, At: at, Help: help, Message: fmt.Sprintf(format, args...)})
}

// read reads names and dates of the certificate, and checks that its key and
// the certificates after it belong to it.
func (s *secret) read(c *ir.Certificate, cert, key []byte) {
	chain, ok := s.readChain(cert)
	if !ok {
		c.Hidden = true
		return
	}
	leaf := chain[0]
	c.Names, c.Hosts, c.From, c.Until = s.data.At(certKey), leaf.DNSNames, leaf.NotBefore, leaf.NotAfter
	if len(key) > 0 {
		s.checkPair(cert, key)
	}
	for i := 1; i < len(chain); i++ {
		if !bytes.Equal(chain[i-1].RawIssuer, chain[i].RawSubject) || chain[i].CheckSignature(chain[i-1].SignatureAlgorithm, chain[i-1].RawTBSCertificate, chain[i-1].Signature) != nil {
			s.addFault(diag.ChainBroken, s.data.At(certKey), "put the certificate first, then that of who signed it, and so on",
				"certificate %d of the chain is not of who signed certificate %d: clients that do not know the latter's issuer refuse the connection", i+1, i)
			return
		}
		// Those that signed it are refused with it; a root is the client's own.
		if !bytes.Equal(chain[i].RawIssuer, chain[i].RawSubject) {
			c.From, c.Until = later(c.From, chain[i].NotBefore), earlier(c.Until, chain[i].NotAfter)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// readChain reads the certificates of a PEM text.
func (s *secret) readChain(text []byte) ([]*x509.Certificate, bool) {
	const help = "put certificates in PEM form into tls.crt"
	var out []*x509.Certificate
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			s.addFault(diag.BadTLSSecret, s.data.At(certKey), help, "block %d of tls.crt is not a certificate", len(out)+1)
			return nil, false
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			s.addFault(diag.BadTLSSecret, s.data.At(certKey), help, "certificate %d of tls.crt cannot be read", len(out)+1)
			return nil, false
		}
		if k, ok := c.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() > maxBits || len(out) == maxChain {
			s.addFault(diag.BadTLSSecret, s.data.At(certKey), help, "tls.crt has more than %d certificates, or one with a key of more than %d bits: clients refuse it", maxChain, maxBits)
			return nil, false
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		s.addFault(diag.BadTLSSecret, s.data.At(certKey), help, "tls.crt holds no certificate in PEM form")
	}
	return out, len(out) > 0
}

// canRead reports whether a text has a PEM block, and none that is too long for a
// key: crypto/tls passes over those before the key, such as EC PARAMETERS.
func canRead(key []byte) bool {
	block, rest := pem.Decode(key)
	for block != nil && len(block.Bytes) <= maxKey {
		if block, rest = pem.Decode(rest); block == nil {
			return true
		}
	}
	return false
}

// checkPair checks that the key is the certificate's. The errors of crypto/tls
// are not shown: they may quote what they read.
func (s *secret) checkPair(cert, key []byte) {
	if !canRead(key) {
		s.addFault(diag.BadTLSSecret, s.data.At(keyKey), "put the private key in PEM form into tls.key", "tls.key holds no key in PEM form that can be read")
		return
	}
	if _, err := tls.X509KeyPair(cert, key); err != nil {
		s.addFault(diag.KeyPairMismatch, s.data.At(keyKey), "put the key into tls.key that the certificate was made with",
			"tls.key is not the key of the certificate in tls.crt: the gateway cannot serve it")
	}
}
