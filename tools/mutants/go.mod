module github.com/kgw-dev/kgw/tools/mutants

go 1.26
