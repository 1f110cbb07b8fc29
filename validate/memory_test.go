package validate

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestOpenedWithMemory draws edits of a repository: gateways, policies of others and
// workloads come, go, change, and change places. After each edit, a run that remembers
// the earlier ones finds what a run without a memory finds.
func TestOpenedWithMemory(t *testing.T) {
	told, differ := 0, 0
	for seed := range int64(250) {
		r := rand.New(rand.NewSource(seed))
		d := &drawing{r: r}
		memory, before := &Memory{}, ""
		for step := range 12 {
			edit := d.edit()
			want, got := openedIn(d.view(nil)), openedIn(d.view(memory))
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Fatalf("seed %d, step %d, %s: (- without a memory, + with it)\n%s", seed, step, edit, diff)
			}
			if want != "" {
				told++
			}
			if want != before {
				differ++
			}
			before = want
		}
	}
	if told < 1000 || differ < 600 {
		t.Errorf("%d runs find something, %d another thing than the run before", told, differ)
	}
}

// TestOpenedWithMemoryOfCosts adds a large gateway to one whose paths are costly, and
// removes it: the more gateways there are, the less may be spent on each.
func TestOpenedWithMemoryOfCosts(t *testing.T) {
	d := &drawing{r: rand.New(rand.NewSource(1))}
	selector := map[string]string{"app": "a"}
	costly := d.gatewayOf("a.test", "n", &selector, drawnRoute{"/{**}", []string{"GET"}, "i"})
	d.gateways, d.documents = []*drawnGateway{costly}, []*drawnDocument{{openers: []ir.Opener{{
		Origin: source.Ref{Doc: d.doc("policies"), Path: "spec"}, Name: "costly", Pods: ir.Pods{Namespace: "n", Labels: selector}, Demand: ir.Demand{Issuers: []string{"j"}},
		Sets: []match.Set{{Path: pathlang.PolicyPath("/{**}/a" + strings.Repeat("/{*}", 9)), View: match.RawPath}},
	}}}}
	many := []drawnRoute{{"/{**}", []string{"GET"}, "i"}}
	for i := range 120 {
		many = append(many, drawnRoute{fmt.Sprint("/", i), []string{"GET"}, []string{"i", "j"}[i%2]})
	}
	large := d.gatewayOf("b.test", "m", &selector, many...)
	memory := &Memory{}
	undecided := func() bool {
		t.Helper()
		want, got := openedIn(d.view(nil)), openedIn(d.view(memory))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(- without a memory, + with it)\n%s", diff)
		}
		return strings.Contains(want, string(diag.OpeningUndecided))
	}
	alone := undecided()
	d.gateways = []*drawnGateway{costly, large}
	beside := undecided()
	d.gateways = []*drawnGateway{costly}
	if again := undecided(); alone || !beside || again {
		t.Errorf("undecided: %v alone, %v beside a large gateway, %v alone again", alone, beside, again)
	}
}

// TestSameOpener changes each field of an opener: it is another one then.
func TestSameOpener(t *testing.T) {
	o := ir.Opener{}
	if !sameOpener(o, o) {
		t.Error("an opener is not the same as itself")
	}
	changed := map[string]ir.Opener{
		"Origin": {Origin: source.Ref{Path: "spec"}}, "Name": {Name: "a"}, "Gateway": {Gateway: &ir.Gateway{}}, "Route": {Route: &ir.Route{}},
		"Pods": {Pods: ir.Pods{Namespace: "n"}}, "Sets": {Sets: make([]match.Set, 1)}, "Except": {Except: make([]match.Set, 1)}, "Demand": {Demand: ir.Demand{Issuers: []string{"i"}}},
	}
	for i := range reflect.TypeFor[ir.Opener]().NumField() {
		name := reflect.TypeFor[ir.Opener]().Field(i).Name
		if other, ok := changed[name]; !ok || sameOpener(o, other) || sameOpener(other, o) {
			t.Errorf("another %s makes no other opener", name)
		}
	}
}

// openedIn returns what opened finds, as a text.
func openedIn(v *View) string {
	var found diag.List
	checkOpened(v, &found)
	var out []string
	for i := range found {
		f := &found[i]
		line := fmt.Sprint(f.Code, " ", f.At.Doc.Name, " ", f.At.Path, " ", f.Message)
		for _, m := range f.Related {
			line += " " + m.At.Doc.Name + " " + m.At.Path
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// drawing is a repository as edits have made it.
type drawing struct {
	r         *rand.Rand
	made      int
	gateways  []*drawnGateway
	documents []*drawnDocument // policies of others
	workloads []ir.Pods
	claims    []Claim
}

// drawnGateway is a gateway with what is written for it.
type drawnGateway struct {
	gateway *ir.Gateway
	routes  []*ir.Entry
	openers []ir.Opener
}

// drawnDocument is a document with policies of others. A setting elsewhere may change
// what they say.
type drawnDocument struct {
	doc     *source.Document
	openers []ir.Opener
}

func (d *drawing) view(m *Memory) *View {
	v := &View{Memory: m, Workloads: slices.Clone(d.workloads), Claims: d.claims}
	for _, g := range d.gateways {
		v.Gateways = append(v.Gateways, g.gateway)
		v.Routes, v.Openers = append(v.Routes, g.routes...), append(v.Openers, g.openers...)
	}
	for _, p := range d.documents {
		v.Openers = append(v.Openers, p.openers...)
	}
	return v
}

// edit makes one drawn edit, and returns what it was.
func (d *drawing) edit() string {
	switch n := d.r.Intn(15); {
	case n < 3 || len(d.gateways) == 0:
		at := d.r.Intn(len(d.gateways) + 1)
		d.gateways = slices.Insert(d.gateways, at, d.gateway())
		return fmt.Sprint("a gateway comes at ", at)
	case n == 3:
		at := d.r.Intn(len(d.gateways))
		d.gateways[at] = d.gateway()
		return fmt.Sprint("another gateway at ", at)
	case n == 4:
		at := d.r.Intn(len(d.gateways))
		d.gateways = slices.Delete(d.gateways, at, at+1)
		return fmt.Sprint("the gateway goes at ", at)
	case n == 5:
		d.r.Shuffle(len(d.gateways), func(i, j int) { d.gateways[i], d.gateways[j] = d.gateways[j], d.gateways[i] })
		return "the gateways change places"
	case n == 6 || n < 11 && len(d.documents) == 0:
		d.documents = append(d.documents, d.document(d.doc("policies")))
		return "policies of others come"
	case n == 7:
		at := d.r.Intn(len(d.documents))
		d.documents = slices.Delete(d.documents, at, at+1)
		return fmt.Sprint("policies of others go at ", at)
	case n == 8:
		at := d.r.Intn(len(d.documents))
		d.documents[at] = d.document(d.documents[at].doc)
		return fmt.Sprint("policies of others say another thing at ", at)
	case n == 9:
		at := d.r.Intn(len(d.documents))
		next := *d.documents[at]
		next.openers = slices.Clone(next.openers)
		for i := range next.openers {
			next.openers[i].Name += "x"
		}
		d.documents[at] = &next
		return fmt.Sprint("policies of others have another name at ", at)
	case n == 10:
		at := d.r.Intn(len(d.documents))
		next := *d.documents[at]
		next.openers = next.openers[min(1, len(next.openers)):]
		d.documents[at] = &next
		return fmt.Sprint("the first policy says nothing any more at ", at)
	case n == 11:
		at := d.r.Intn(len(d.gateways))
		d.gateways[at] = d.gateways[at].renamed()
		return fmt.Sprint("the gateway has another name at ", at)
	case n == 12:
		d.claims = nil
		if d.r.Intn(2) == 0 {
			d.claims = []Claim{{Host: d.pick("a.test", "x.test")}}
		}
		return "other hosts of others"
	default:
		d.workloads = nil
		for range d.r.Intn(4) {
			d.workloads = append(d.workloads, ir.Pods{Namespace: d.pick("n", "n", "m"), Labels: d.labels()})
		}
		return "other workloads"
	}
}

func (d *drawing) pick(list ...string) string { return list[d.r.Intn(len(list))] }

func (d *drawing) doc(kind string) *source.Document {
	d.made++
	return &source.Document{Name: fmt.Sprint(kind, d.made)}
}

func (d *drawing) labels() map[string]string {
	return []map[string]string{{"app": "a"}, {"app": "a"}, {"app": "a", "tier": "b"}, {"tier": "b"}, {"tier": "b"}, {"app": "c"}, nil}[d.r.Intn(7)]
}

func (d *drawing) methods() []string {
	return [][]string{nil, {"GET"}, {"GET"}, {"DELETE"}}[d.r.Intn(4)]
}

func (d *drawing) gateway() *drawnGateway {
	selector := d.labels()
	var routes []drawnRoute
	for range 1 + d.r.Intn(2) {
		routes = append(routes, drawnRoute{d.pick("/a", "/b", "/a/{*}", "/{**}"), d.methods(), d.pick("", "", "external", "i", "i", "i", "j", "j")})
	}
	return d.gatewayOf(d.pick("a.test", "a.test", "x.test", "*.test", "*.test"), d.pick("n", "n", "m"), &selector, routes...)
}

// drawnRoute is a route of a gateway. Its issuer is "" for one that is open, and
// "external" for one that an external authorizer decides about.
type drawnRoute struct {
	path    string
	methods []string
	issuer  string
}

func (d *drawing) gatewayOf(host, namespace string, selector *map[string]string, routes ...drawnRoute) *drawnGateway {
	doc := d.doc("gateway")
	g := &ir.Gateway{Kind: "APIRule", Name: ir.Name{Name: doc.Name}, Origin: source.Ref{Doc: doc}, Hosts: []ir.Host{{Name: host}}}
	out := &drawnGateway{gateway: g}
	for i, drawn := range routes {
		at := source.Ref{Doc: doc, Path: source.JoinIndex("spec.rules", i)}
		route := &ir.Route{Origin: at, Match: match.Set{Path: pathlang.Path{Lang: pathlang.Template, Text: drawn.path}, Methods: drawn.methods}}
		route.Action = ir.Forward{To: []ir.Upstream{{Name: "a", Namespace: namespace, Selector: selector}}}
		demand := ir.Demand{}
		switch drawn.issuer {
		case "":
			route.Access.Grants = []ir.Grant{{Proof: ir.None{}}}
		case "external":
			route.Access.Grants = []ir.Grant{{Proof: ir.External{}}}
		default:
			route.Access.Grants, demand.Issuers = []ir.Grant{{Proof: ir.JWT{}}}, []string{drawn.issuer}
		}
		g.Routes = append(g.Routes, route)
		set := match.Set{Hosts: []string{host}, Path: route.Match.Path, Methods: drawn.methods, View: match.RawPath}
		out.routes = append(out.routes, &ir.Entry{Gateway: g, Route: route, Origin: at, Set: set, Methods: set.Methods, Path: pathlang.TemplateMeaning(route.Match.Path)})
		allowed := match.Set{Hosts: set.Hosts, Methods: set.Methods, Path: pathlang.PolicyPath(drawn.path), View: match.RawPath}
		if d.r.Intn(3) == 0 {
			allowed.Hosts = nil
		}
		out.openers = append(out.openers, ir.Opener{Origin: at, Gateway: g, Route: route, Pods: ir.Pods{Namespace: namespace, Labels: *selector}, Sets: []match.Set{allowed}, Demand: demand})
	}
	return out
}

// renamed is the gateway under another name: what it was linked with changed, and its
// document did not.
func (g *drawnGateway) renamed() *drawnGateway {
	next := *g.gateway
	next.Name.Name += "x"
	out := &drawnGateway{gateway: &next, openers: slices.Clone(g.openers)}
	for _, t := range g.routes {
		take := *t
		take.Gateway = &next
		out.routes = append(out.routes, &take)
	}
	for i := range out.openers {
		out.openers[i].Gateway = &next
	}
	return out
}

func (d *drawing) document(doc *source.Document) *drawnDocument {
	out := &drawnDocument{doc: doc}
	for i := range 1 + d.r.Intn(2) {
		set := match.Set{Methods: d.methods(), Path: pathlang.PolicyPath(d.pick("/a", "/b", "/{**}")), View: match.RawPath}
		if d.r.Intn(2) == 0 {
			set.Hosts = []string{d.pick("a.test", "x.test")}
		}
		o := ir.Opener{
			Origin: source.Ref{Doc: doc, Path: source.JoinIndex("spec.rules", i)}, Name: "other/" + doc.Name,
			Pods: ir.Pods{Namespace: d.pick("n", "n", "m", ""), Labels: d.labels()}, Sets: []match.Set{set},
		}
		if d.r.Intn(2) == 0 {
			o.Demand.Issuers = []string{d.pick("i", "j")}
		}
		out.openers = append(out.openers, o)
	}
	if d.r.Intn(2) == 0 { // two that say the same
		o := out.openers[0]
		o.Origin.Path += ".from"
		out.openers = append(out.openers, o)
	}
	return out
}
