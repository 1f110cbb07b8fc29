package secret

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

const (
	// shortest is how many bytes a secret has at least that is masked in texts
	// about other places than its own.
	shortest = 4
	// long is how many bytes a secret has at least that is masked inside of
	// words.
	long = 8
)

// Book knows the secrets of the inputs of a run. Files are read for secrets
// when the first text is asked for. A nil Book knows secrets by their form
// only. A Book may be used by several goroutines.
type Book struct {
	mu      sync.Mutex
	found   map[*source.File]*places
	waiting []*source.File
	values  map[Value]bool
	index   *strings.Replacer // nil when values changed
	words   bool              // whether a value is shorter than long
	texts   map[string][]spot // what has the form of a secret in texts, for the next book; nil where there is none
	before  *Book             // what an earlier run found; it is never changed
}

// Watch adds files whose secrets are masked in every text.
func (b *Book) Watch(files ...*source.File) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, files...)
}

// secretsOf returns the secrets of a file.
func (b *Book) secretsOf(f *source.File) *places {
	p := b.found[f]
	if p == nil {
		p = b.read(f)
		b.addSecrets(f, p)
	}
	return p
}

func (b *Book) addSecrets(f *source.File, p *places) {
	if b.found == nil {
		b.found, b.values = map[*source.File]*places{}, map[Value]bool{}
	}
	b.found[f] = p
	for _, v := range p.values {
		if len(v) >= shortest && !b.values[v] {
			b.values[v] = true
			b.index = nil
		}
	}
}

// readPending reads the files that nobody has asked for yet.
func (b *Book) readPending() {
	if len(b.waiting) == 0 {
		return
	}
	read := make([]*places, len(b.waiting))
	parallel.Each(len(read), func(i int) { read[i] = b.read(b.waiting[i]) })
	for i, f := range b.waiting {
		b.addSecrets(f, read[i])
	}
	b.waiting = nil
}

// Text masks the secrets of all files in a text, and what has the form of one.
func (b *Book) Text(s string) string {
	if b == nil || s == "" {
		return Text(s)
	}
	return b.maskText(s, nil)
}

// About masks the secrets in a text about places in files: those of the files
// too, however short.
func (b *Book) About(s string, files ...*source.File) string {
	if b == nil {
		return Text(s)
	}
	return b.maskText(s, files)
}

// maskQuoted masks a short secret where it is quoted by itself.
func maskQuoted(s, value string) string {
	return strings.ReplaceAll(s, strconv.Quote(value), `"`+Hidden+`"`)
}

// maskText masks in a text the secrets of the book, the short ones of the
// files, and what has the form of a secret: it may be a part of one.
func (b *Book) maskText(s string, files []*source.File) string {
	s, known := b.maskKnown(s, files)
	return hideSpots(s, slices.Concat(b.findForms(s), known))
}

// maskKnown masks the short secrets of the files in a text where they are
// quoted, and lists where those of the book are.
func (b *Book) maskKnown(s string, files []*source.File) (string, []spot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readPending()
	for _, f := range files {
		if f == nil {
			continue
		}
		for _, v := range b.secretsOf(f).short {
			s = maskQuoted(s, v.Reveal())
		}
	}
	return s, b.knownSpots(s)
}

// knownSpots lists where the secrets of the book are in a text.
func (b *Book) knownSpots(s string) []spot {
	if len(b.values) == 0 {
		return nil
	}
	if b.index == nil {
		b.makeIndex()
	}
	var at []spot
	if b.words {
		at = b.shortWords(s)
	}
	if strings.Contains(s, mark) {
		return append(at, spot{0, len(s)}) // no text that kgw reads has a NUL
	}
	marked := b.index.Replace(s)
	if len(marked) == len(s) && marked == s {
		return at
	}
	parts, pos := strings.Split(marked, mark), 0
	for i, part := range parts {
		if i%2 == 0 {
			pos += len(part)
			continue
		}
		length, err := strconv.Atoi(part)
		if err != nil {
			return append(at, spot{0, len(s)})
		}
		at = append(at, spot{pos, pos + length})
		pos += length
	}
	return at
}

// mark is around the length of a secret in a text in which secrets were found.
const mark = "\x00"

// replacer puts the length of a long secret instead of each of its
// spellings, the longest first.
func (b *Book) replacer() *strings.Replacer {
	b.words = false
	seen := map[string]bool{}
	for v := range b.values {
		if len(v) < long {
			b.words = true
			continue
		}
		for _, s := range spellings(v.Reveal()) {
			if len(s) >= long {
				seen[s] = true
			}
		}
	}
	all := make([]string, 0, len(seen))
	for s := range seen {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y string) int { return cmp.Or(cmp.Compare(len(y), len(x)), strings.Compare(x, y)) })
	pairs := make([]string, 0, 2*len(all))
	for _, s := range all {
		pairs = append(pairs, s, mark+strconv.Itoa(len(s))+mark)
	}
	return strings.NewReplacer(pairs...)
}

// spellings are the ways in which a message may write a text: as it is, in
// quotes, in a URL, and each of its lines.
func spellings(s string) []string {
	out := []string{s, unquoted(strconv.Quote(s)), unquoted(strconv.QuoteToASCII(s)), url.QueryEscape(s), url.PathEscape(s), strings.ReplaceAll(s, "'", "''")}
	if text, err := json.Marshal(s); err == nil {
		out = append(out, unquoted(string(text)))
	}
	if strings.ContainsAny(s, "\r\n") {
		for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' }) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

func unquoted(quoted string) string { return quoted[1 : len(quoted)-1] }

// shortWords lists where short secrets are words of their own.
func (b *Book) shortWords(s string) []spot {
	var at []spot
	for start := 0; start < len(s); {
		r, size := utf8.DecodeRuneInString(s[start:])
		if !wordRune(r) {
			start += size
			continue
		}
		end := start
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if !wordRune(r) {
				break
			}
			end += size
		}
		if w := s[start:end]; len(w) < long && b.values[Value(w)] {
			at = append(at, spot{start, end})
		}
		start = end
	}
	return at
}

func wordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80 && r != utf8.RuneError || strings.ContainsRune("!$%^*+=~", r)
}
