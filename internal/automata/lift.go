package automata

import "sync"

// Lift returns the raw paths whose percent-decoded form the automaton accepts.
// Every rune may be written as itself, where a raw path can hold it, or be
// encoded byte by byte in hexadecimal digits of either case.
func Lift(a *NFA) (*NFA, error) {
	l := &lifter{out: &NFA{Edges: make([][]Edge, a.size()), Accept: append([]bool{}, a.Accept...)}}
	plain := RawRunes.Minus(Single('%'))
	for s, edges := range a.Edges {
		for _, e := range edges {
			if c := e.On.Intersect(plain); !c.empty() {
				l.out.Edges[s] = append(l.out.Edges[s], Edge{c, e.To})
			}
			for i := 0; i < len(e.On.Ranges); i += 2 {
				l.addEncoded(int32(s), e.On.Ranges[i], e.On.Ranges[i+1], e.To)
			}
			if l.out.size() > MaxStates {
				return nil, ErrTooBig
			}
		}
	}
	return l.out.Trim(), nil
}

type lifter struct{ out *NFA }

func (l *lifter) addState() int32 {
	l.out.Edges = append(l.out.Edges, nil)
	l.out.Accept = append(l.out.Accept, false)
	return int32(l.out.size() - 1)
}

func (l *lifter) addEdge(from int32, c *Class, to int32) {
	l.out.Edges[from] = append(l.out.Edges[from], Edge{c, to})
}

// addEncoded adds the encoded forms of a range of runes, cut where the number of
// bytes in UTF-8 or a leading byte changes.
func (l *lifter) addEncoded(from int32, lo, hi rune, to int32) {
	for _, last := range []rune{0x7F, 0x7FF, 0xFFFF} {
		if lo <= last && hi > last {
			l.addEncoded(from, lo, last, to)
			lo = last + 1
		}
	}
	first, last := []byte(string(lo)), []byte(string(hi))
	l.addBytes(from, first, last, to)
}

// addBytes adds the encodings between two byte strings of one length.
func (l *lifter) addBytes(from int32, lo, hi []byte, to int32) {
	if len(lo) == 1 {
		l.addByteRange(from, lo[0], hi[0], to)
		return
	}
	if lo[0] == hi[0] {
		mid := l.addState()
		l.addByteRange(from, lo[0], lo[0], mid)
		l.addBytes(mid, lo[1:], hi[1:], to)
		return
	}
	least, most := repeatByte(0x80, len(lo)-1), repeatByte(0xBF, len(lo)-1)
	start, end := lo[0], hi[0]
	if string(lo[1:]) != string(least) {
		mid := l.addState()
		l.addByteRange(from, start, start, mid)
		l.addBytes(mid, lo[1:], most, to)
		start++
	}
	if string(hi[1:]) != string(most) {
		mid := l.addState()
		l.addByteRange(from, end, end, mid)
		l.addBytes(mid, least, hi[1:], to)
		end--
	}
	if start <= end {
		mid := l.addState()
		l.addByteRange(from, start, end, mid)
		l.addBytes(mid, least, most, to)
	}
}

func repeatByte(b byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b
	}
	return out
}

// addByteRange adds %XX for the bytes from lo to hi.
func (l *lifter) addByteRange(from int32, lo, hi byte, to int32) {
	percent := l.addState()
	l.addEdge(from, Single('%'), percent)
	for h := lo >> 4; h <= hi>>4; h++ {
		low, high := byte(0), byte(15)
		if h == lo>>4 {
			low = lo & 15
		}
		if h == hi>>4 {
			high = hi & 15
		}
		mid := l.addState()
		l.addEdge(percent, hexDigits(h, h), mid)
		l.addEdge(mid, hexDigits(low, high), to)
	}
}

// hexDigits is the class of the digits from lo to hi in either case.
func hexDigits(lo, hi byte) *Class { return hexClasses()[lo][hi] }

var hexClasses = sync.OnceValue(func() (t [16][16]*Class) {
	const lower, upper = "0123456789abcdef", "0123456789ABCDEF"
	for lo := range t {
		var pairs []rune
		for d := lo; d < len(t); d++ {
			pairs = append(pairs, rune(lower[d]), rune(lower[d]), rune(upper[d]), rune(upper[d]))
			t[lo][d] = NewClass(pairs...)
		}
	}
	return t
})

// RawRunes are what a raw path can consist of: no space, control character,
// "?" or "#", and no backslash, which Envoy turns into a slash.
var RawRunes = NewClass('!', '"', '$', '>', '@', '[', ']', '~', 128, maxRune)
