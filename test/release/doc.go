// Package release makes a release of the checkout twice, without publishing it,
// and looks at everything that comes out.
//
// It takes goreleaser and krew from the Makefile (make test-release) and a copy
// of the checkout; it gives tests alone. It must not know how kgw compiles.
package release
