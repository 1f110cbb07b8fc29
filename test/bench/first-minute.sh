#!/bin/bash
# first-minute.sh times what somebody does who is new to kgw, command by command:
# from a clone to the first manifests, and to those of a repository of their own.
# Processor seconds are those of all processes. Modules are downloaded before.
set -euo pipefail
repository=$(git rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

# run NAME COMMAND...: prints a line of the table.
run() {
	local name=$1 times
	shift
	times=$({ time "$@" >/dev/null 2>&1; } 2>&1)
	set -- $times
	printf '| %s | %.1f | %.1f |\n' "$name" "$1" "$(echo "$2 $3" | awk '{print $1 + $2}')"
}

printf '| command | wall s | CPU s |\n|---|---:|---:|\n'
cd "$work"
run '`git clone`' git clone -q "$repository" kgw
cd kgw
export GOCACHE=$work/cache
run '`go run ./cmd/kgw build examples/httpbin`, nothing compiled yet' go run ./cmd/kgw build examples/httpbin
run 'the same again' go run ./cmd/kgw build examples/httpbin
go build -o "$work/bin/kgw" ./cmd/kgw
export PATH=$work/bin:$PATH
mkdir "$work/mine"
cp examples/v2-jwt/apirule.yaml "$work/mine"
cd "$work/mine"
run '`kgw init --scan --domain kyma.example.com` in a repository of one APIRule v2' kgw init --scan --domain kyma.example.com
sed -i 's|^    #selector: .*|    selector: {app: shop}|' kgw.yaml
run '`kgw build .` after its selector was written' kgw build .
