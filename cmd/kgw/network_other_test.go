//go:build !linux

package main

// helpers are the programs of tests that only Linux can run.
var helpers map[string]func()
