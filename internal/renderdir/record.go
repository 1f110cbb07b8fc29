package renderdir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// RecordName is the file in which kgw lists what it wrote to the directory. It
// has the form that sha256sum --check reads.
const RecordName = ".kgw-manifest"

const recordHead = "# written by kgw build: SHA-256 and name of each file it wrote here\n"

// record is what kgw wrote to a directory: the sums of each name. Of a
// directory that is being replaced a name has two, the old one and the new one.
type record map[string][]string

// Written returns the names of the files that kgw wrote to the directory, from
// its list and the list of a run that was killed; none without a list.
func Written(dir string) ([]string, error) {
	_, r, err := readRecord(dir)
	pending, _, err2 := readDecided(dir)
	return slices.Sorted(maps.Keys(r.union(pending))), errors.Join(err, err2)
}

// readRecord returns the list as it is in the directory, nil where there
// is none.
func readRecord(dir string) ([]byte, record, error) {
	path := filepath.Join(dir, RecordName)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, record{}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	r, err := parseRecord(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is damaged (%w): restore it, or delete it together with the files that kgw wrote", path, err)
	}
	return data, r, nil
}

func parseRecord(data []byte) (record, error) {
	r := record{}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		sum, name, _ := strings.Cut(line, "  ")
		if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size || !plainName(name) {
			return nil, fmt.Errorf("line %d is not a sum and a file name", i+1)
		}
		r[name] = append(r[name], sum)
	}
	return r, nil
}

// plainName reports whether a name is an entry of the directory itself, on
// every system.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && name != RecordName && !strings.ContainsAny(name, "/\\:\x00")
}

func (r record) bytes() []byte {
	b := []byte(recordHead)
	for _, name := range slices.Sorted(maps.Keys(r)) {
		for _, sum := range r[name] {
			b = append(append(append(append(b, sum...), "  "...), name...), '\n')
		}
	}
	return b
}

// union returns the sums of both records.
func (r record) union(other record) record {
	out := record{}
	maps.Copy(out, r)
	for name, sums := range other {
		for _, sum := range sums {
			if !slices.Contains(out[name], sum) {
				out[name] = append(slices.Clip(out[name]), sum)
			}
		}
	}
	return out
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// wrote reports whether kgw wrote a file with this content. Git may have given
// it other line ends (core.autocrlf).
func (r record) wrote(name string, data []byte) bool {
	return slices.Contains(r[name], sumOf(data)) || slices.Contains(r[name], sumOf(withLF(data)))
}

// sameContent reports whether a file has the content that is wanted, except for
// line ends.
func sameContent(have, want []byte) bool {
	return bytes.Equal(have, want) || bytes.Equal(withLF(have), want)
}

func withLF(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }
