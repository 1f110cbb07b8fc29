package compile

import (
	"cmp"
	"slices"
	"sort"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// ignoreIndex finds the suppressions that cover a finding without looking at
// all of them: a file may have thousands of each.
type ignoreIndex map[ignoreKey]*ignoreGroup

type ignoreKey struct {
	file *source.File
	code diag.Code
}

// ignoreGroup are the suppressions of one code in one file.
type ignoreGroup struct {
	whole  map[*source.Document][]*ignore // of whole documents
	ranges []*ignore                      // of lines, sorted by the first
	last   []int                          // the furthest last line of the ranges up to each
	lines  []int                          // on which findings were
}

func indexIgnores(all []*ignore) ignoreIndex {
	index := ignoreIndex{}
	for _, ig := range all {
		for _, code := range ig.codes {
			key := ignoreKey{ig.doc.File, code}
			g := index[key]
			if g == nil {
				g = &ignoreGroup{whole: map[*source.Document][]*ignore{}}
				index[key] = g
			}
			if ig.first == 0 {
				g.whole[ig.doc] = append(g.whole[ig.doc], ig)
			} else {
				g.ranges = append(g.ranges, ig)
			}
		}
	}
	for _, g := range index {
		slices.SortFunc(g.ranges, func(a, b *ignore) int { return cmp.Compare(a.first, b.first) })
		furthest := 0
		for _, ig := range g.ranges {
			furthest = max(furthest, ig.last)
			g.last = append(g.last, furthest)
		}
	}
	return index
}

// mutual are codes of two resources of which each has the finding: the author
// of one cannot suppress that of the other.
var mutual = []diag.Code{diag.HostConflict, diag.WildcardHostConflict}

// Hidable reports whether a file that anybody may change can hide a finding:
// findings that a suppression cannot hide, or only with the consent of another
// author, stay.
func (o *Options) Hidable(f *diag.Finding) bool {
	c := o.Config
	if d := f.At.Doc; d != nil && d.File != nil && o.Scopes[d.File.Name] != nil {
		c = o.Scopes[d.File.Name]
	}
	return f.Code.Adjustable() && !slices.Contains(mutual, f.Code) && !slices.Contains(c.Locked(), f.Code) && !slices.Contains(o.Config.Locked(), f.Code)
}

// covers reports whether a suppression covers the finding, at any of its
// places, and notes the places for mark.
func (x ignoreIndex) covers(f *diag.Finding) bool {
	hit := x.coversLine(f.Code, f.At.Doc, f.Span.Line)
	for i := range f.Related {
		also := x.coversLine(f.Code, f.Related[i].At.Doc, f.Related[i].Span.Line)
		hit = hit || also && !slices.Contains(mutual, f.Code)
	}
	return hit
}

func (x ignoreIndex) coversLine(code diag.Code, doc *source.Document, line int) bool {
	if doc == nil {
		return false
	}
	g := x[ignoreKey{doc.File, code}]
	if g == nil {
		return false
	}
	whole := g.whole[doc]
	if len(whole) > 0 && !whole[0].used {
		for _, ig := range whole {
			ig.used = true
		}
	}
	n := sort.Search(len(g.ranges), func(i int) bool { return g.ranges[i].first > line })
	if n == 0 || g.last[n-1] < line {
		return len(whole) > 0
	}
	g.lines = append(g.lines, line)
	return true
}

// mark marks the suppressions of lines that covered a finding as used.
func (x ignoreIndex) mark() {
	for _, g := range x {
		slices.Sort(g.lines)
		for _, ig := range g.ranges {
			i, _ := slices.BinarySearch(g.lines, ig.first)
			ig.used = ig.used || i < len(g.lines) && g.lines[i] <= ig.last
		}
	}
}
