package oathkeeper

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/simulate"
)

// real makes the request that a client would send: with a signed token in the
// place of the abstract one.
func (w *world) real(t *testing.T, r *simulate.Request) *simulate.Request {
	t.Helper()
	out := r.AsSent()
	text, token := r.Token.Text(), ""
	switch r.Token.Kind {
	case "jwt":
		token = w.sign(t, &r.Token)
	case "opaque":
		data, err := json.Marshal(r.Token)
		if err != nil {
			t.Fatal(err)
		}
		prefix, _, _ := strings.Cut(text, "~")
		token = prefix + "~" + base64.RawURLEncoding.EncodeToString(data)
	default:
		return out
	}
	out.Target = strings.ReplaceAll(out.Target, text, token)
	for i := range out.Headers {
		out.Headers[i].Value = strings.ReplaceAll(out.Headers[i].Value, text, token)
	}
	return out
}

func (w *world) sign(t *testing.T, token *simulate.Token) string {
	t.Helper()
	now := time.Now().Unix()
	claims := map[string]any{"iat": now - 3700, "exp": now + 86400}
	for k, v := range token.Claims {
		claims[k] = v
	}
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": token.Key + "-1"}
	key := w.keys[token.Key]
	switch token.Valid {
	case "expired":
		claims["exp"] = now - 3600
	case "not_yet_valid":
		claims["nbf"] = now + 3600
	case "future_iat":
		claims["iat"] = now + 3600
	case "no_exp":
		delete(claims, "exp")
	case "bad_signature":
		key = w.keys["other"]
	case "no_kid":
		delete(header, "kid")
	case "unknown_kid":
		header["kid"] = "other-9"
	case "alg_none":
		header["alg"] = "none"
		return part(t, header) + "." + part(t, claims) + "."
	}
	text := part(t, header) + "." + part(t, claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func part(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}
