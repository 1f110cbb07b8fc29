// Package skipper holds the tests of what kgw writes for Skipper against
// Skipper itself, v0.27.57, in process: its Kubernetes data client, routing and
// proxy. It is a module of its own so that Skipper does not become a dependency
// of kgw.
package skipper
