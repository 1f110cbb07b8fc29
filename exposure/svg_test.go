package exposure

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// inXML returns the rune that a document has in place of one.
func inXML(r rune) rune {
	if r == 0xfffe || r == 0xffff {
		return 0xfffd
	}
	return r
}

// svgLabel returns the title of the only box of a picture, which has elements of
// the kinds that kgw draws and no others.
func svgLabel(t *testing.T, out string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && !slices.Contains([]string{"svg", "title", "rect", "g", "text", "path"}, e.Name.Local) {
			t.Errorf("there is a %s", e.Name.Local)
		}
	}
	var p picture
	if err := xml.Unmarshal([]byte(out), &p); err != nil || len(p.Boxes) != 1 {
		t.Fatalf("%v: %d boxes", err, len(p.Boxes))
	}
	return p.Boxes[0].Title
}

// TestSVG reads a picture back: boxes of a column are apart, lines go to the right,
// and what is open or not known stands out.
func TestSVG(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		r := &Report{}
		for i := range 1 + random.IntN(6) {
			h := Host{Host: fmt.Sprintf("h%d", i)}
			for j := range random.IntN(8) {
				row := Row{Path: fmt.Sprintf("/%d", j), Access: Accesses()[random.IntN(5)]}
				if random.IntN(2) == 0 {
					row.Via = fmt.Sprintf("engine %d", random.IntN(2))
				}
				if random.IntN(2) == 0 {
					row.Rule = strings.Repeat("r", random.IntN(100)) + fmt.Sprint(random.IntN(9))
				}
				if random.IntN(3) > 0 {
					row.Backend = fmt.Sprintf("service %d", random.IntN(4))
				}
				h.Rows = append(h.Rows, row)
			}
			r.Hosts = append(r.Hosts, h)
		}
		checkPicture(t, r)
	}
}

func checkPicture(t *testing.T, r *Report) {
	t.Helper()
	g := r.graph()
	at, width, height := g.placeNodes()
	for i := range at {
		if a := at[i]; a.X < edging || a.Y < edging || a.X+a.Width+edging > width || a.Y+a.Height+edging > height {
			t.Errorf("%q is outside of the picture", g.nodes[i].label)
		}
		for j := range i {
			if a, b := at[i], at[j]; g.nodes[i].column == g.nodes[j].column && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				t.Errorf("%q and %q overlap", g.nodes[i].label, g.nodes[j].label)
			}
		}
	}
	for _, e := range g.edges {
		if from, to := at[e[0]], at[e[1]]; from.X+from.Width >= to.X {
			t.Errorf("a line goes back from %q to %q", g.nodes[e[0]].label, g.nodes[e[1]].label)
		}
	}
	var p picture
	if err := xml.Unmarshal([]byte(written(t, r, "svg")), &p); err != nil || len(p.Boxes) != len(g.nodes) || len(p.Lines) != len(g.edges) {
		t.Fatalf("%v: %d boxes of %d, %d lines of %d", err, len(p.Boxes), len(g.nodes), len(p.Lines), len(g.edges))
	}
	for i, b := range p.Boxes {
		if marked := b.Rect.StrokeWidth > 1; b.Title != g.nodes[i].label || marked != g.nodes[i].isMarked() {
			t.Errorf("the box of %q has the title %q, and stands out: %v", g.nodes[i].label, b.Title, marked)
		}
	}
}
