package match

import (
	"math/bits"
	"sort"
	"sync"
	"unicode"
)

// class is an immutable set of runes. Surrogates belong to no class. ranges
// holds sorted, disjoint, non-adjacent pairs (lo, hi); ascii repeats its first
// 128 runes as a bitmap in order of preference, so that two classes meet fast
// and the first common bit is the nicest common character.
type class struct {
	ascii  [2]uint64
	ranges []rune
}

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
	ranksPath       = 80
	ranksPrintable  = 95
)

type asciiRanks struct{ rank, char [128]byte }

// ranks maps ASCII to its place in asciiOrder and back.
var ranks = func() (t asciiRanks) {
	n, seen := 0, [128]bool{}
	put := func(c byte) {
		if !seen[c] {
			seen[c], t.rank[c], t.char[n] = true, byte(n), c
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
// take part.
type mask struct {
	ascii [2]uint64
	wide  bool
}

func rankMask(n int, wide bool) mask {
	m := mask{wide: wide}
	for i := range n {
		m.ascii[i/64] |= 1 << (i % 64)
	}
	return m
}

// masks from the nicest alphabet to the whole one.
var masks = [...]mask{
	rankMask(ranksUnreserved, false), rankMask(ranksPath, false),
	rankMask(ranksPrintable, true), rankMask(128, true),
}

// newClass takes pairs in any order and gives their union.
func newClass(pairs ...rune) *class {
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
	sort.Slice(spans, func(i, j int) bool { return spans[i].lo < spans[j].lo })
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

// sealClass takes ranges that are in normal form already.
func sealClass(ranges []rune) *class {
	c := &class{ranges: ranges}
	for i := 0; i < len(ranges) && ranges[i] < 128; i += 2 {
		for r := ranges[i]; r <= min(ranges[i+1], 127); r++ {
			k := ranks.rank[r]
			c.ascii[k/64] |= 1 << (k % 64)
		}
	}
	return c
}

// asciiSingles are the classes of one ASCII character.
var asciiSingles = func() (t [128]*class) {
	for r := range t {
		t[r] = newClass(rune(r), rune(r))
	}
	return t
}()

func single(r rune) *class {
	if r >= 0 && r < 128 {
		return asciiSingles[r]
	}
	return newClass(r, r)
}

func (c *class) empty() bool { return len(c.ranges) == 0 }

// literal returns the only rune of the class, if it has one only.
func (c *class) literal() (rune, bool) {
	if len(c.ranges) == 2 && c.ranges[0] == c.ranges[1] {
		return c.ranges[0], true
	}
	return 0, false
}

func (c *class) has(r rune) bool {
	if r >= 0 && r < 128 {
		k := ranks.rank[r]
		return c.ascii[k/64]>>(k%64)&1 == 1
	}
	n := len(c.ranges) / 2
	i := sort.Search(n, func(i int) bool { return c.ranges[2*i+1] >= r })
	return i < n && c.ranges[2*i] <= r
}

func (c *class) union(d *class) *class {
	switch {
	case c.empty() || c == d:
		return d
	case d.empty():
		return c
	}
	return newClass(append(append([]rune{}, c.ranges...), d.ranges...)...)
}

func (c *class) negate() *class {
	out, next := make([]rune, 0, len(c.ranges)+2), rune(0)
	for i := 0; i < len(c.ranges); i += 2 {
		out = append(out, next, c.ranges[i]-1)
		next = c.ranges[i+1] + 1
	}
	return newClass(append(out, next, maxRune)...)
}

func (c *class) intersect(d *class) *class {
	var out []rune
	for i, j := 0, 0; i < len(c.ranges) && j < len(d.ranges); {
		lo, hi := max(c.ranges[i], d.ranges[j]), min(c.ranges[i+1], d.ranges[j+1])
		if lo <= hi {
			out = append(out, lo, hi)
		}
		if c.ranges[i+1] < d.ranges[j+1] {
			i += 2
		} else {
			j += 2
		}
	}
	return sealClass(out)
}

func (c *class) minus(d *class) *class {
	if c.ascii[0]&d.ascii[0]|c.ascii[1]&d.ascii[1] == 0 && !c.meetsWide(d) {
		return c
	}
	return c.intersect(d.negate())
}

// meetsWide reports whether the classes share a rune beyond ASCII.
func (c *class) meetsWide(d *class) bool { return c.pickWide(d) >= 0 }

// pickWide returns a common rune beyond ASCII, or -1.
func (c *class) pickWide(d *class) rune {
	for i, j := 0, 0; i < len(c.ranges) && j < len(d.ranges); {
		lo, hi := max(c.ranges[i], d.ranges[j], 128), min(c.ranges[i+1], d.ranges[j+1])
		if lo <= hi {
			return lo
		}
		if c.ranges[i+1] < d.ranges[j+1] {
			i += 2
		} else {
			j += 2
		}
	}
	return -1
}

// meet returns the nicest rune that both classes and the mask have, or -1.
func (c *class) meet(d *class, m *mask) rune {
	if w := c.ascii[0] & d.ascii[0] & m.ascii[0]; w != 0 {
		return rune(ranks.char[bits.TrailingZeros64(w)])
	}
	if w := c.ascii[1] & d.ascii[1] & m.ascii[1]; w != 0 {
		return rune(ranks.char[64+bits.TrailingZeros64(w)])
	}
	if !m.wide {
		return -1
	}
	return c.pickWide(d)
}

func tableClass(tables ...*unicode.RangeTable) *class {
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
	return newClass(pairs...)
}

// Classes that every pattern may need, made once and never changed.
var (
	anyRune    = newClass(0, maxRune)
	noRune     = newClass()
	slash      = single('/')
	newline    = single('\n')
	notNewline = newline.negate()
	asciiWord  = newClass('0', '9', 'A', 'Z', 'a', 'z', '_', '_')

	digitClass = sync.OnceValue(func() *class { return tableClass(unicode.Nd) })
	spaceClass = sync.OnceValue(func() *class { return tableClass(unicode.White_Space) })
	wordClass  = sync.OnceValue(func() *class {
		return tableClass(unicode.L, unicode.Mn, unicode.Nd, unicode.Pc).union(newClass(0x200C, 0x200D))
	})
	lowerSources = sync.OnceValue(makeLowerSources)
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
