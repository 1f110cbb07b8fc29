package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/kgw-dev/kgw/internal/source"
)

// fingerprints returns for each finding the value that identifies its line
// from run to run though lines above it come and go. It is the value that
// GitHub's upload action computes and complains about when it differs; where
// the file's text is not at hand, a hash of code, file and message.
func fingerprints(findings []*Finding) map[*Finding]string {
	wanted := map[*source.File]map[int]string{}
	for _, f := range findings {
		if file := fileOf(f.At, f.Span); file != nil {
			if wanted[file] == nil {
				wanted[file] = map[int]string{}
			}
			wanted[file][f.Span.Line] = ""
		}
	}
	for file, at := range wanted {
		hashLines(string(file.Data), at)
	}
	out := make(map[*Finding]string, len(findings))
	for _, f := range findings {
		out[f] = wanted[fileOf(f.At, f.Span)][f.Span.Line]
		if out[f] == "" {
			sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Code), f.Span.File, f.Message}, "\x00")))
			out[f] = hex.EncodeToString(sum[:8]) + ":1"
		}
	}
	return out
}

// What a line's hash is made of: so many characters from the line's start on,
// as the digits of a number to this base, modulo 2^64.
const (
	hashBlock = 100
	hashBase  = 37
	hashEnd   = 0xffff // a last character, before zeros
)

// hashLines fills the values of the lines that are keys of at. A value is the
// line's hash and how many lines up to this one have that hash. Characters are
// UTF-16 units, blanks and tabs do not count, every line break counts as a
// line feed: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
func hashLines(text string, at map[int]string) {
	chars, starts := hashedChars(text)
	seen := make(map[uint64]int, len(starts))
	for i, start := range starts {
		var h uint64
		for k := range hashBlock {
			h *= hashBase
			if start+k < len(chars) {
				h += uint64(chars[start+k])
			}
		}
		seen[h]++
		if _, ok := at[i+1]; ok {
			at[i+1] = fmt.Sprintf("%x:%d", h, seen[h])
		}
	}
}

// hashedChars returns the characters that count, and where lines start.
func hashedChars(text string) (chars []uint16, starts []int) {
	chars = make([]uint16, 0, len(text)+1)
	starts = []int{0}
	returned := false // the last character was a carriage return
	for _, r := range text {
		paired := returned && r == '\n'
		returned = r == '\r'
		switch {
		case r == ' ' || r == '\t' || paired:
		case r == '\r' || r == '\n':
			chars = append(chars, '\n')
			starts = append(starts, len(chars))
		default:
			chars = utf16.AppendRune(chars, r)
		}
	}
	return append(chars, hashEnd), starts
}
