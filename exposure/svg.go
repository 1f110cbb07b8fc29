package exposure

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/report"
)

// Sizes of the picture in pixels. Letters are those of a monospaced font of size 12.
const (
	boxHeight, boxGap = 26, 8
	columnGap, edging = 56, 8
	letterWidth       = 7.3
	mostLetters       = 48
)

// picture is an SVG document (https://www.w3.org/TR/SVG2/) without style sheets,
// scripts and links.
type picture struct {
	XMLName xml.Name  `xml:"http://www.w3.org/2000/svg svg"`
	Width   int       `xml:"width,attr"`
	Height  int       `xml:"height,attr"`
	ViewBox string    `xml:"viewBox,attr"`
	Font    string    `xml:"font-family,attr"`
	Size    int       `xml:"font-size,attr"`
	Title   string    `xml:"title"`
	Ground  rectangle `xml:"rect"`
	Lines   []line    `xml:"path"`
	Boxes   []box     `xml:"g"`
}

type line struct {
	D      string `xml:"d,attr"`
	Fill   string `xml:"fill,attr"`
	Stroke string `xml:"stroke,attr"`
}

type box struct {
	Title string    `xml:"title"`
	Rect  rectangle `xml:"rect"`
	Text  text      `xml:"text"`
}

type rectangle struct {
	X           int    `xml:"x,attr"`
	Y           int    `xml:"y,attr"`
	Width       int    `xml:"width,attr"`
	Height      int    `xml:"height,attr"`
	Round       int    `xml:"rx,attr,omitempty"`
	Fill        string `xml:"fill,attr"`
	Stroke      string `xml:"stroke,attr,omitempty"`
	StrokeWidth int    `xml:"stroke-width,attr,omitempty"`
}

type text struct {
	X    int    `xml:"x,attr"`
	Y    int    `xml:"y,attr"`
	Text string `xml:",chardata"`
}

// svg draws the graph in columns. Each node is level with the middle of the nodes
// that lead to it. Nodes that are open to anyone, or not known, have a thick
// border.
func (g *graph) svg(w io.Writer) error {
	at, width, height := g.placeNodes()
	p := picture{
		Width: width, Height: height, ViewBox: fmt.Sprintf("0 0 %d %d", width, height), Font: "ui-monospace, Menlo, Consolas, monospace", Size: 12,
		Title: "Hosts, routes, rules and backends", Ground: rectangle{Width: width, Height: height, Fill: "#ffffff"},
	}
	for _, e := range g.edges {
		from, to := at[e[0]], at[e[1]]
		x, y := from.X+from.Width, to.Y+boxHeight/2
		d := fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x, from.Y+boxHeight/2, x+columnGap/2, from.Y+boxHeight/2, to.X-columnGap/2, y, to.X, y)
		p.Lines = append(p.Lines, line{d, "none", "#8a949e"})
	}
	for i := range g.nodes {
		b := box{Title: report.Visible(g.nodes[i].label), Rect: at[i], Text: text{at[i].X + 8, at[i].Y + 17, shorten(g.nodes[i].label)}}
		b.Rect.Round, b.Rect.Fill, b.Rect.Stroke = 4, "#f6f7f9", "#8a949e"
		if g.nodes[i].isMarked() {
			b.Rect.Fill, b.Rect.Stroke, b.Rect.StrokeWidth = "#fdecea", "#b3261e", 3
		}
		p.Boxes = append(p.Boxes, b)
	}
	return report.XML(w, &p)
}

// placeNodes returns where the node of each index is, and the size of the
// picture.
func (g *graph) placeNodes() (at []rectangle, width, height int) {
	at = make([]rectangle, len(g.nodes))
	columns := make([][]int, backends+1)
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.column == routes {
			at[i].Y = edging + len(columns[routes])*(boxHeight+boxGap)
		}
		columns[n.column] = append(columns[n.column], i)
	}
	x := edging
	for c, nodes := range columns {
		widest := 0
		for _, i := range nodes {
			widest = max(widest, int(letterWidth*float64(utf8.RuneCountInString(shorten(g.nodes[i].label))))+16)
		}
		if column(c) != routes {
			g.centreNodes(at, nodes)
		}
		free := edging
		slices.SortStableFunc(nodes, func(a, b int) int { return cmp.Compare(at[a].Y, at[b].Y) })
		for _, i := range nodes {
			at[i] = rectangle{X: x, Y: max(at[i].Y, free), Width: widest, Height: boxHeight}
			free = at[i].Y + boxHeight + boxGap
		}
		if len(nodes) > 0 {
			x += widest + columnGap
			width, height = x-columnGap+edging, max(height, free-boxGap+edging)
		}
	}
	return at, width, height
}

// centreNodes moves nodes to the middle of their neighbours: hosts to the
// middle of their routes, others to the middle of the nodes that lead to them.
func (g *graph) centreNodes(at []rectangle, nodes []int) {
	sum, n := map[int]int{}, map[int]int{}
	for _, e := range g.edges {
		node, neighbour := e[1], e[0]
		if g.nodes[e[0]].column == hosts {
			node, neighbour = e[0], e[1]
		}
		sum[node] += at[neighbour].Y
		n[node]++
	}
	for _, i := range nodes {
		if n[i] > 0 {
			at[i].Y = sum[i] / n[i]
		}
	}
}

// shorten returns a label as it is printed in a box.
func shorten(label string) string {
	runes := []rune(report.Visible(label))
	if len(runes) <= mostLetters {
		return string(runes)
	}
	return string(runes[:mostLetters-1]) + "…"
}
