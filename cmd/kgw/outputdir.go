package main

import "github.com/kgw-dev/kgw/compile"

func (a *app) writeDir(f *buildFlags, result *compile.Result) error { return nil }
