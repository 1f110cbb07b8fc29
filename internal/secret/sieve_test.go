package secret

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// sift holds the sieve to what it stands before: what it passes over has no
// secret.
func sift(t *testing.T, name string, text []byte) (documents, passed int) {
	t.Helper()
	f, problem := source.NewFile(name, text)
	if problem != nil {
		return 0, 0
	}
	docs, _ := source.Split(f)
	for _, doc := range docs {
		if mayHold(doc.Text()) {
			continue
		}
		passed++
		p := &places{lines: map[int][]columns{}}
		p.addDocument(doc)
		if len(p.lines)+len(p.values)+len(p.short) > 0 {
			t.Errorf("%s:%d: has secrets that are not seen: %d, %d, %v\n%q", name, doc.Line(), len(p.values), len(p.short), p.lines, doc.Text())
		}
	}
	return len(docs), passed
}

var textFile = regexp.MustCompile(`\.(ya?ml|json|txtar|txt|md)$`)

// TestSieve sifts every text of the repository and, where they are there, the
// collections of real manifests beside it.
func TestSieve(t *testing.T) {
	for _, root := range []string{"../..", "../../../shared/corpus", "../../../shared/conformance"} {
		var all, passed int
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !textFile.MatchString(path) {
				return nil
			}
			if text, err := os.ReadFile(path); err == nil && len(text) < 1<<19 {
				n, p := sift(t, path, text)
				all, passed = all+n, passed+p
			}
			return nil
		})
		t.Logf("%s: %d of %d documents are passed over", root, passed, all)
		if root == "../.." && passed == 0 {
			t.Error("nothing is passed over")
		}
	}
}

func FuzzSieve(f *testing.F) {
	for _, seed := range sieveSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { sift(t, "fuzz.yaml", text) })
}

// TestSieveSeeds: each of these has a secret, or what one may be hidden by.
func TestSieveSeeds(t *testing.T) {
	for _, seed := range sieveSeeds {
		sift(t, "seed.yaml", []byte(seed))
		if !mayHold([]byte(seed)) {
			t.Errorf("%q is passed over", seed)
		}
	}
	for _, plain := range []string{
		"a: b\n", "token_from: {header: X-Access-Token}\n", "handler: id_token\n", "path: /v1/tokens/.*\n", "handler: oauth2_client_credentials\n",
		"jwt: {authentications: []}\n", "noAuth: true\n", "authorizations: []\n", "code: 1\nsignature: x\n", "path: /a(/.*)?\n", "a: \"x\n  allowCredentials: abc\"\n", "a: b\n  allowCredentials: true\nurl: http://a.b/c\n", "by: a@b.c\n", "kind: Service\n",
	} {
		if mayHold([]byte(plain)) {
			t.Errorf("%q may hold a secret", plain)
		}
	}
}

// TestSieveNames: a document with a field or a parameter whose name is that of a
// secret is not passed over.
func TestSieveNames(t *testing.T) {
	words := []string{
		"password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "credential", "api_key", "hmac.key", "authorization", "auth", "cookie",
		"introspection_request_header", "key", "code", "sig", "signature", "pass", "jwt", "sas", "assertion", "a",
	}
	secret := 0
	for _, before := range []string{"", "x-", "X-a-", "Set-", "proxy-", "client_", "my"} {
		for _, word := range words {
			for _, name := range []string{before + word, before + word + "s", before + strings.ToUpper(word)} {
				if Key(name) {
					secret++
					if !mayHold([]byte(name+": x\n")) || !mayHold([]byte("{\""+name+"\" : x}\n")) || !mayHold([]byte("a: "+name+"=x\n")) {
						t.Errorf("the field %q is passed over", name)
					}
				}
				if parameter().MatchString(name) && !mayHold([]byte("a: b?"+name+"=x\n")) {
					t.Errorf("the parameter %q is passed over", name)
				}
			}
		}
	}
	if secret < 100 {
		t.Errorf("only %d names are those of secrets", secret)
	}
}

var sieveSeeds = []string{
	"password: x\n", "client_secret: x\n", "TOKEN : x\n", "{\"token\"\n: x}\n", "tokens: [a]\n", "a: \"{\\\"token\\\": \\\"x\\\"}\"\n", "a: \"token\\n: x\"\n",
	"? token\n: x\n", "a: |\n  ? token\n  : x\n", "a: \"b: c\\n? token\\n: x\"\n", "{allowCredentials: abc}\n", "a: '\"x: y\n  allowCredentials\": abc'\n", "{?\n token : x}\n", "- ? token\n  : x\n", "\"to\\u006ben\": x\n", "\"to\\\n  ken\": x\n", "kind: Secret\ndata: {a: x}\n", "to\u212aen: x\n", "pa\u017fsword: x\n",
	"token\u00a0: x\n", "X-A-Authorization: x\n", "x-\u00e9-auth: x\n", "Set-Cookie: x\n", "introspection_request_headers: {a: b}\n", "apiKeys: [x]\n", "hmac.key: x\n",
	"a: https://u:p@b.c\n", "a: \"https:\\/\\/u:p@b.c\"\n", "a: https://b.c/?sig=1234\n", "a: https://b.c/?sas=1234\n", "a: https://b.c/?x-goog-signature=1\n", "a: https://b.c/?jwt=1234\n", "a: b;code=1\n", "a: b?pass=1\n", "a: b&assertion=1\n", "x-auth: a\n", "passwords: [a]\n", "Passphrases: a\n", "passcodes: a\n", "setCookies: a\n", "secrets: a\n", "credentials: a\n", "a: b?key=1\n", "a: b?auth=1\n",
	"a: bEarer abcd\n", "a: Basic dXNlcjpwYXNz\n", "a: ba\u017fic dXNlcjpwYXNz\n", "a: eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.sig\n", "a: ghp_0123456789abcdefgh\n",
	"a: github_pat_0123456789abcdefghij\n", "a: glpat-0123456789abcdefgh\n", "a: xoxb-0123456789\n", "a: AKIA0123456789ABCDEF\n", "-----BEGIN RSA PRIVATE KEY-----\nx\n",
	"a: '''token'': x'\n", "a: token=x\n", "a: \"x-token\\t= x\"\n", "passphrase: [\n", "- {passcode: x}\n", "Credentials: {a: b}\n", "pwd: x\npasswd: y\n", "a: ?\n",
}
