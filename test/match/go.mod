module github.com/kgw-dev/kgw/test/match

go 1.26.0

require (
	github.com/dlclark/regexp2 v1.2.0
	github.com/gobwas/glob v0.2.3
	github.com/kgw-dev/kgw v0.0.0
	github.com/wasilibs/go-re2 v1.13.0
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/kgw-dev/kgw => ../..
