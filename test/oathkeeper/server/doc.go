// Package server pins the Oathkeeper that the tests run. It is a module of its
// own so that no other requirement raises what Oathkeeper v0.40.9 is built
// with.
package server
