package main

// release is the version of a release, set when it is linked.
var release = "0.1.0-dev"

func version() string { return release }
