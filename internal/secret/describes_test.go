package secret_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestDescriptionsNameFields checks that the names of fields in an OpenAPI
// document hide nothing, except in its examples.
func TestDescriptionsNameFields(t *testing.T) {
	f, problem := source.NewFile("api.yaml", []byte(`openapi: 3.0.3
components:
  schemas:
    Login:
      properties:
        password: {type: string, example: hunter-seventeen}
      example: {password: correct-horse, user: mallory}
  securitySchemes:
    o: {type: oauth2, flows: {clientCredentials: {scopes: {orders.read: reads}}}}
`))
	if problem != nil {
		t.Fatal(problem)
	}
	book := &secret.Book{}
	book.Watch(f)
	for text, hidden := range map[string]bool{
		`the scope "orders.read"`: false, `of type "string"`: false, "user mallory": false, "by correct-horse": true, "by hunter-seventeen": true,
	} {
		if got := book.About(text, f); strings.Contains(got, secret.Hidden) != hidden {
			t.Errorf("%s: hidden is %t, want %t", got, !hidden, hidden)
		}
	}
}
