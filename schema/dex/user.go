// Package dex reads what a Kyma cluster configures Dex with: Secrets with users
// that have a password, and ConfigMaps with connectors.
//
// It takes a document's YAML and returns findings and users or connectors. A
// password never leaves the package, also not in a message. It must not know
// how a configuration of Dex is written.
package dex

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/secretdata"
)

// userLabel marks the Secrets that Kyma's dex-static-user-configurer reads
// (kyma-project/kyma, components/dex-static-user-configurer).
const userLabel = "dex-user-config"

// Bounds of the cost of a hash that Dex admits (dexidp/dex v2.13.0,
// server/api.go, checkCost).
const (
	leastCost = 10
	mostCost  = 16
)

// hashForm is the form of a bcrypt hash that golang.org/x/crypto/bcrypt reads.
var hashForm = lazyregexp.New(`^\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{53}$`)

// ReadUser reads a Secret with a user of Dex, and returns nil for others. Of one
// that is encrypted nothing is known.
func ReadUser(doc *source.Document, root *source.Node) (ir.Companion, diag.List) {
	if source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))[userLabel] != "true" {
		return nil, nil
	}
	u := &user{data: secretdata.Of(doc, root)}
	out := &ir.StaticUser{Origin: source.Ref{Doc: doc}}
	if u.data.Encrypted() {
		return out, nil
	}
	out.Email, out.Name, out.Hash = u.value("email"), u.value("username"), u.value("hash")
	password := u.value("password")
	for _, f := range [][2]string{{"email", out.Email}, {"username", out.Name}, {"password", password + out.Hash}} {
		if f[1] == "" {
			u.addFault(diag.StaticUserIncomplete, f[0], "add it; instead of the password, hash may have its bcrypt hash", "a user of Dex has no %s: the user is passed over in silence", f[0])
		}
	}
	for _, f := range [][2]string{{"email", out.Email}, {"username", out.Name}, {"password", password}} {
		if strings.ContainsAny(f[1], "%;\n") {
			u.addFault(diag.StaticUserText, f[0], "use other characters", "the value of %s has a %%, a semicolon or an end of line, which Kyma's script replaces or cuts", f[0])
		}
	}
	if password != "" && out.Hash == "" {
		u.addFault(diag.StaticUserPlain, "password", "write its bcrypt hash as hash, for example with htpasswd -nBC 12, and remove the password",
			"the password of a user of Dex is in the repository, and kgw writes no user without a hash")
	}
	if out.Hash != "" {
		u.checkHash(out)
	}
	if !strings.Contains(out.Email, "@") && out.Email != "" {
		u.addFault(diag.StaticUserIncomplete, "email", "write an address, as ann@example.com", "the email of a user of Dex is not an address")
		out.Hash = ""
	}
	return out, u.found
}

// user is a Secret that is being read.
type user struct {
	data  *secretdata.Secret
	found diag.List
}

func (u *user) addFault(code diag.Code, key, help, format string, args ...any) {
	u.found.Add(diag.Finding{Code: code, At: u.data.At(key), Help: help, Message: fmt.Sprintf(format, args...)})
}

// value returns a value without the end of line that many tools leave in it.
func (u *user) value(key string) string {
	out, ok := u.data.Value(key)
	if !ok {
		u.addFault(diag.StaticUserText, key, "encode the value with base64, or write it as stringData", "the value of %s is not base64: the API server refuses the Secret", key)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// checkHash checks the hash, and drops one that Dex would not start with.
func (u *user) checkHash(out *ir.StaticUser) {
	m := hashForm().FindStringSubmatch(out.Hash)
	if m == nil {
		u.addFault(diag.StaticUserHash, "hash", "write a bcrypt hash, for example with htpasswd -nBC 12", "hash is not a bcrypt hash: Dex does not start with it")
		out.Hash = ""
		return
	}
	if cost, _ := strconv.Atoi(m[1]); cost < leastCost || cost > mostCost {
		u.addFault(diag.StaticUserHash, "hash", "hash the password anew, with a cost of 12", "the bcrypt hash has a cost of %d: Dex admits %d to %d", cost, leastCost, mostCost)
		out.Hash = ""
	}
}
