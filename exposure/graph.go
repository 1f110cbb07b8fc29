package exposure

import (
	"fmt"
	"io"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// GraphFormats lists the formats that WriteGraph knows.
func GraphFormats() []string { return []string{"mermaid", "dot", "svg"} }

// WriteGraph draws the report as a graph of hosts, routes, the rules and services
// that decide on the way, and backends, in one of the formats: "mermaid"
// (https://mermaid.js.org/syntax/flowchart.html), "dot"
// (https://graphviz.org/doc/info/lang.html) or "svg". The error is that of the
// writer.
func (r *Report) WriteGraph(w io.Writer, format string) error {
	g := r.graph()
	text := ""
	switch format {
	case "svg":
		return g.svg(w)
	case "dot":
		text = g.dot()
	default:
		text = g.mermaid()
	}
	_, err := io.WriteString(w, text)
	return err
}

// graph is a graph whose nodes are known by their indexes.
type graph struct {
	nodes []node
	edges [][2]int
	at    map[nodeKey]int
	drawn map[[2]int]bool
}

// node is a box in the column of its kind: access is that of a route, "" for any
// other.
type node struct {
	column column
	label  string
	access Access
}

// nodeKey identifies a node.
type nodeKey struct {
	in        column
	id, label string
}

// column is the column of the nodes of a kind, from the caller to the backend.
type column int

const (
	hosts column = iota
	routes
	engines
	rules
	backends
)

// graph makes the graph of the report. Hosts, rules, services that decide, and backends with one
// name become one node.
func (r *Report) graph() *graph {
	g := &graph{at: map[nodeKey]int{}, drawn: map[[2]int]bool{}}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		host := g.nodeOf(hosts, "", h.Host, "")
		for j := range h.Rows {
			row := &h.Rows[j]
			last := g.nodeOf(routes, fmt.Sprintf("%d %d", i, j), strings.TrimSpace(row.Verbs()+" "+row.Path)+" ("+string(row.Access)+")", row.Access)
			g.addEdge(host, last)
			for _, next := range []struct {
				column     column
				kind, name string
			}{{engines, "decided by", row.Via}, {rules, "rule", row.Rule}, {backends, "backend", row.Backend}} {
				if next.name != "" {
					to := g.nodeOf(next.column, "", next.kind+" "+next.name, "")
					g.addEdge(last, to)
					last = to
				}
			}
		}
		for j, text := range h.Unknown {
			g.addEdge(host, g.nodeOf(routes, fmt.Sprintf("%d unknown %d", i, j), "unknown: "+text, Unknown))
		}
	}
	return g
}

// nodeOf returns the node of a column with a label and an id.
func (g *graph) nodeOf(in column, id, label string, access Access) int {
	key := nodeKey{in, id, label}
	i, ok := g.at[key]
	if !ok {
		i = len(g.nodes)
		g.at[key] = i
		g.nodes = append(g.nodes, node{in, label, access})
	}
	return i
}

func (g *graph) addEdge(from, to int) {
	if e := [2]int{from, to}; !g.drawn[e] {
		g.drawn[e] = true
		g.edges = append(g.edges, e)
	}
}

// mermaid draws the graph. Nodes that are open to anyone, or not known, have a
// thick border, and their labels say so too.
func (g *graph) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i := range g.nodes {
		fmt.Fprintf(&b, "  n%d[\"%s\"]\n", i, mermaidText(g.nodes[i].label))
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "  n%d --> n%d\n", e[0], e[1])
	}
	for i := range g.nodes {
		if g.nodes[i].isMarked() {
			fmt.Fprintf(&b, "  style n%d stroke-width:4px\n", i)
		}
	}
	return b.String()
}

// isMarked reports whether a node is emphasised: it is open to anyone, or not
// known.
func (n *node) isMarked() bool { return n.access == Public || n.access == Unknown }

// mermaidText returns a text that Mermaid prints as it is: it reads "#35;" as the
// character of that number, and anything else than letters, digits and a few
// signs may be Markdown, HTML or the end of the label.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range report.Visible(s) {
		if r > 0x7e || strings.ContainsRune(" .,/()-", r) || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

func (g *graph) dot() string {
	var b strings.Builder
	b.WriteString("digraph exposure {\n  rankdir=LR;\n  node [shape=box];\n")
	for i := range g.nodes {
		fmt.Fprintf(&b, "  n%d [label=%s", i, dotText(g.nodes[i].label))
		if g.nodes[i].isMarked() {
			b.WriteString(", penwidth=4")
		}
		b.WriteString("];\n")
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "  n%d -> n%d;\n", e[0], e[1])
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText returns a text as a quoted string, without escapes that labels have.
// Graphviz reads entities of HTML in it.
func dotText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(report.Visible(s)) + `"`
}
