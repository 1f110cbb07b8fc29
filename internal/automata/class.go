package automata

import (
	"math/bits"
	"slices"
	"sort"
	"sync"
	"unicode"
)

// Class is an immutable set of runes. Surrogates belong to no class. ranges
// holds sorted, disjoint, non-adjacent pairs (lo, hi); ascii repeats its first
// 128 runes as a bitmap in order of preference, so that two classes meet fast
// and the first common bit is the nicest common character.
type Class struct {
	ASCII  ASCII
	Ranges []rune
}

// ASCII is a set of ASCII characters, a bit for each in order of preference.
type ASCII [2]uint64

// And returns the characters of both sets.
func (a ASCII) And(b ASCII) ASCII { return ASCII{a[0] & b[0], a[1] & b[1]} }

// Or returns the characters of either set.
func (a ASCII) Or(b ASCII) ASCII { return ASCII{a[0] | b[0], a[1] | b[1]} }

// Without returns the characters of a that b does not have.
func (a ASCII) Without(b ASCII) ASCII { return ASCII{a[0] &^ b[0], a[1] &^ b[1]} }

// First is the rank of the nicest character of a set that is not empty.
func (a ASCII) First() int {
	if a[0] != 0 {
		return bits.TrailingZeros64(a[0])
	}
	return 64 + bits.TrailingZeros64(a[1])
}

// Nicest is the nicest character of a set that is not empty.
func (a ASCII) Nicest() rune { return rune(Ranks.Char[a.First()]) }

const (
	maxRune     = unicode.MaxRune
	surrogateLo = 0xD800
	surrogateHi = 0xDFFF
)

// asciiOrder lists ASCII as witnesses should prefer it: lower-case letters,
// digits, upper-case letters, the other unreserved characters of RFC 3986, the
// slash, sub-delimiters, what must be escaped, and control characters last.
const asciiOrder = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~" +
	"/:@!$&'()*+,;=%" + "\"<>[\\]^`{|} ?#" + "\n\t\r"

// Ranks below these limits are unreserved characters with the slash, path
// characters that need no escape, and printable ones.
const (
	ranksUnreserved = 67
	RanksPath       = 80
	ranksPrintable  = 95
)

type asciiRanks struct{ Rank, Char [128]byte }

// Ranks maps ASCII to its place in asciiOrder and back.
var Ranks = func() (t asciiRanks) {
	n, seen := 0, [128]bool{}
	put := func(c byte) {
		if !seen[c] {
			seen[c], t.Rank[c], t.Char[n] = true, byte(n), c
			n++
		}
	}
	for i := range len(asciiOrder) {
		put(asciiOrder[i])
	}
	for c := range byte(128) {
		put(c)
	}
	return t
}()

// mask limits ASCII to a number of ranks and says whether runes beyond ASCII
// are included.
type mask struct {
	ascii ASCII
	wide  bool
}

func rankMask(n int, wide bool) mask {
	m := mask{wide: wide}
	for i := range n {
		m.ascii[i/64] |= 1 << (i % 64)
	}
	return m
}

// Masks from the nicest alphabet to the whole one.
var Masks = [...]mask{
	rankMask(ranksUnreserved, false), rankMask(RanksPath, false),
	rankMask(ranksPrintable, true), rankMask(128, true),
}

// NewClass returns the union of pairs in any order.
func NewClass(pairs ...rune) *Class {
	type span struct{ lo, hi rune }
	spans := make([]span, 0, len(pairs)/2)
	add := func(lo, hi rune) {
		if lo <= hi {
			spans = append(spans, span{lo, hi})
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		lo, hi := max(pairs[i], 0), min(pairs[i+1], maxRune)
		add(lo, min(hi, surrogateLo-1))
		add(max(lo, surrogateHi+1), hi)
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.lo - b.lo) })
	out := make([]rune, 0, 2*len(spans))
	for _, s := range spans {
		if n := len(out); n > 0 && s.lo <= out[n-1]+1 {
			out[n-1] = max(out[n-1], s.hi)
		} else {
			out = append(out, s.lo, s.hi)
		}
	}
	return sealClass(out)
}

// sealClass makes a class of ranges that are in normal form already.
func sealClass(ranges []rune) *Class {
	c := &Class{Ranges: ranges}
	for i := 0; i < len(ranges) && ranges[i] < 128; i += 2 {
		for r := ranges[i]; r <= min(ranges[i+1], 127); r++ {
			k := Ranks.Rank[r]
			c.ASCII[k/64] |= 1 << (k % 64)
		}
	}
	return c
}

// asciiSingles are the classes of one ASCII character.
var asciiSingles = func() (t [128]*Class) {
	for r := range t {
		t[r] = NewClass(rune(r), rune(r))
	}
	return t
}()

// Single is the class of one rune.
func Single(r rune) *Class {
	if r >= 0 && r < 128 {
		return asciiSingles[r]
	}
	return NewClass(r, r)
}

func (c *Class) empty() bool { return len(c.Ranges) == 0 }

// Literal returns the only rune of the class, if it has one only.
func (c *Class) Literal() (rune, bool) {
	if len(c.Ranges) == 2 && c.Ranges[0] == c.Ranges[1] {
		return c.Ranges[0], true
	}
	return 0, false
}

// Has reports whether a rune is in the class.
func (c *Class) Has(r rune) bool {
	if r >= 0 && r < 128 {
		k := Ranks.Rank[r]
		return c.ASCII[k/64]>>(k%64)&1 == 1
	}
	n := len(c.Ranges) / 2
	i := sort.Search(n, func(i int) bool { return c.Ranges[2*i+1] >= r })
	return i < n && c.Ranges[2*i] <= r
}

// Union returns the runes of either class.
func (c *Class) Union(d *Class) *Class {
	switch {
	case c.empty() || c == d:
		return d
	case d.empty():
		return c
	}
	return NewClass(append(append([]rune{}, c.Ranges...), d.Ranges...)...)
}

// Negate returns the runes that are not in the class.
func (c *Class) Negate() *Class {
	out, next := make([]rune, 0, len(c.Ranges)+2), rune(0)
	for i := 0; i < len(c.Ranges); i += 2 {
		out = append(out, next, c.Ranges[i]-1)
		next = c.Ranges[i+1] + 1
	}
	return NewClass(append(out, next, maxRune)...)
}

// Intersect returns the runes of both classes.
func (c *Class) Intersect(d *Class) *Class {
	if c == d || d == AnyRune {
		return c
	}
	if r, only := c.Literal(); only {
		if d.Has(r) {
			return c
		}
		return NoRune
	}
	if r, only := d.Literal(); only {
		if c.Has(r) {
			return d
		}
		return NoRune
	}
	var out []rune
	for i, j := 0, 0; i < len(c.Ranges) && j < len(d.Ranges); {
		lo, hi := max(c.Ranges[i], d.Ranges[j]), min(c.Ranges[i+1], d.Ranges[j+1])
		if lo <= hi {
			out = append(out, lo, hi)
		}
		if c.Ranges[i+1] < d.Ranges[j+1] {
			i += 2
		} else {
			j += 2
		}
	}
	return sealClass(out)
}

// Minus returns the runes that are not in the other class.
func (c *Class) Minus(d *Class) *Class {
	if c.ASCII.And(d.ASCII) == (ASCII{}) && !c.meetsWide(d) {
		return c
	}
	return c.Intersect(d.Negate())
}

// meetsWide reports whether the classes share a rune beyond ASCII.
func (c *Class) meetsWide(d *Class) bool { return c.pickWide(d) >= 0 }

// pickWide returns a common rune beyond ASCII, or -1.
func (c *Class) pickWide(d *Class) rune {
	for i, j := 0, 0; i < len(c.Ranges) && j < len(d.Ranges); {
		lo, hi := max(c.Ranges[i], d.Ranges[j], 128), min(c.Ranges[i+1], d.Ranges[j+1])
		if lo <= hi {
			return lo
		}
		if c.Ranges[i+1] < d.Ranges[j+1] {
			i += 2
		} else {
			j += 2
		}
	}
	return -1
}

// nicestCommon returns the nicest rune that both classes and the mask have, or
// -1.
func (c *Class) nicestCommon(d *Class, m *mask) rune {
	if common := c.ASCII.And(d.ASCII).And(m.ascii); common != (ASCII{}) {
		return common.Nicest()
	}
	if !m.wide {
		return -1
	}
	return c.pickWide(d)
}

// TableClass is the class of a table of Unicode.
func TableClass(tables ...*unicode.RangeTable) *Class {
	var pairs []rune
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			pairs = append(pairs, lo, hi)
			return
		}
		for r := lo; r <= hi; r += stride {
			pairs = append(pairs, r, r)
		}
	}
	for _, t := range tables {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return NewClass(pairs...)
}

// Classes that every pattern may need, made once and never changed.
var (
	AnyRune    = NewClass(0, maxRune)
	NoRune     = NewClass()
	Slash      = Single('/')
	Newline    = Single('\n')
	NotNewline = Newline.Negate()
	ASCIIWord  = NewClass('0', '9', 'A', 'Z', 'a', 'z', '_', '_')

	DigitClass = sync.OnceValue(func() *Class { return TableClass(unicode.Nd) })
	SpaceClass = sync.OnceValue(func() *Class { return TableClass(unicode.White_Space) })
	WordClass  = sync.OnceValue(func() *Class {
		return TableClass(unicode.L, unicode.Mn, unicode.Nd, unicode.Pc).Union(NewClass(0x200C, 0x200D))
	})
	LowerSources = sync.OnceValue(makeLowerSources)
)

// makeLowerSources maps each rune to the other runes whose lower case it is.
func makeLowerSources() map[rune][]rune {
	out := map[rune][]rune{}
	for _, cr := range unicode.CaseRanges {
		for r := rune(cr.Lo); r <= rune(cr.Hi); r++ {
			if l := unicode.ToLower(r); l != r {
				out[l] = append(out[l], r)
			}
		}
	}
	return out
}
