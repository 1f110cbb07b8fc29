#!/usr/bin/env bash
# Builds the flux command of the version in go.mod: build.sh FILE. Its module
# cannot be built where the Go command keeps it, because it embeds manifests
# that its own build downloads; flux build needs none of them.
set -euo pipefail
cd "$(dirname "$0")"
go=${GO:-go}
module=$("$go" list -m -f '{{.Dir}}' github.com/fluxcd/flux2/v2)
if [ -z "$module" ]; then
	"$go" mod download github.com/fluxcd/flux2/v2
	module=$("$go" list -m -f '{{.Dir}}' github.com/fluxcd/flux2/v2)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$module/." "$work"
chmod -R u+w "$work"
mkdir -p "$work/cmd/flux/manifests"
touch "$work/cmd/flux/manifests/none.yaml"
cd "$work"
CGO_ENABLED=0 GOFLAGS='-trimpath -mod=readonly -buildvcs=false' "$go" build -ldflags '-s -w' -o "$1" ./cmd/flux
