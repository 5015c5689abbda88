#!/bin/sh
# Builds FerretDB, which speaks MongoDB's protocol and keeps its data in SQLite, for the tests of the store `mongodb`. Needs Go; does nothing if it was built.
set -eu
version=v1.24.0
cache="$(cd "$(dirname "$0")/../.." && pwd)/node_modules/.cache/ferretdb"
[ ! -x "$cache/ferretdb" ] || exit 0
PATH="$PATH:/usr/local/go/bin"
command -v go >/dev/null || { echo "FerretDB is not built: Go is not installed" >&2; exit 1; }

# `go install` would not do: not every proxy has the list of versions that it asks for, and the module lacks a file with its version.
source=$(mktemp -d)
trap 'rm -rf "$source"' EXIT
cd "$source"
go mod download "github.com/FerretDB/FerretDB@$version"
cp -R "$(go env GOMODCACHE)/github.com/!ferret!d!b/!ferret!d!b@$version/." .
chmod -R u+w .
echo "$version" >build/version/version.txt

go build -buildvcs=false -o ferretdb.new ./cmd/ferretdb
mkdir -p "$cache"
mv ferretdb.new "$cache/ferretdb"
