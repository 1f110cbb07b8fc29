// Package dex starts a real Dex v2.13.0, the last release that the Go module
// proxy has, with what kgw build --emit dex writes. It is a module of its own so
// that Dex does not become a dependency of kgw.
package dex
