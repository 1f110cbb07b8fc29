package validate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkOpened reports requests that the rule of one resource closes and that some policy
// lets through to the same pods: a policy of another rule, of another resource of any
// dialect, or of somebody else. Policies have no order: of all policies that select a
// pod, one that allows the request is enough
// (https://istio.io/latest/docs/reference/config/security/authorization-policy/).
//
// Every host of a gateway that is protected by policies is split into classes of
// requests; for each class the first route of the proxy decides which pods get it, and
// the first rule of the author decides who may send it.
func checkOpened(v *View, found *diag.List) {
	said := map[places]bool{}
	for i := range *found {
		if f := &(*found)[i]; (f.Code == diag.RouteWeaker || f.Code == diag.RuleBypassed) && len(f.Related) > 0 {
			said[places{f.At, f.Related[0].At}] = true
		}
	}
	w := newWorkloads(v)
	all := w.guarded()
	lists := v.judgeGateways(all)
	v.Memory.keepOpened(w, all, lists)
	for _, list := range lists {
		for _, f := range list {
			if len(f.Related) == 0 || !said[places{f.At, f.Related[0].At}] {
				found.Add(f)
			}
		}
	}
}

// places are the places of the two rules that overlap: the closed one and its opener.
type places struct{ closed, open source.Ref }

// saying records what was already reported.
type saying struct {
	closed, open source.Ref
	share        sharing
}

// workloads finds the openers of pods.
type workloads struct {
	v          *View
	own        map[*ir.Gateway][]*ir.Opener
	routes     map[*ir.Gateway][]*ir.Entry
	nth        []int                          // of each opener in the view: which of its gateway's it is
	shelved    []shelved                      // and where it is found
	kinds      map[string]map[string][]string // keys of selectors, by namespace and kind
	index      map[shelf][]int                // of openers in the view
	demand     []int                          // of each opener that is in the index: which of demands it has
	demands    []*ir.Demand
	classifier *match.Classifier
	samePods   bool // those that are known are from the previous run
}

func newWorkloads(v *View) *workloads {
	w := &workloads{
		v: v, own: map[*ir.Gateway][]*ir.Opener{}, routes: map[*ir.Gateway][]*ir.Entry{}, classifier: v.Judge.NewClassifier(),
		samePods: v.Memory != nil && reflect.DeepEqual(v.Memory.workloads, v.Workloads),
	}
	for i := range v.Routes {
		w.routes[v.Routes[i].Gateway] = append(w.routes[v.Routes[i].Gateway], v.Routes[i])
	}
	for i := range v.Openers {
		o := &v.Openers[i]
		if w.nth = append(w.nth, len(w.own[o.Gateway])); o.Gateway != nil {
			w.own[o.Gateway] = append(w.own[o.Gateway], o)
		}
	}
	w.shelve()
	return w
}

// shelve finds out where each opener is found.
func (w *workloads) shelve() {
	w.shelved, w.kinds = make([]shelved, len(w.v.Openers)), map[string]map[string][]string{}
	parallel.Each(len(w.shelved), func(i int) {
		o := &w.v.Openers[i]
		if known := w.v.Memory.shelvedOf(o.Gateway); known != nil {
			w.shelved[i] = known[w.nth[i]]
		} else {
			w.shelved[i] = shelve(o)
		}
	})
	for i := range w.shelved {
		s, namespace := &w.shelved[i], w.v.Openers[i].Pods.Namespace
		if s.kind == "" {
			continue
		}
		if w.kinds[namespace] == nil {
			w.kinds[namespace] = map[string][]string{}
		}
		w.kinds[namespace][s.kind] = s.keys
	}
}

// indexOpeners fills the index with the openers of some shelves.
func (w *workloads) indexOpeners(wanted map[shelf]bool) {
	w.index, w.demand = map[shelf][]int{}, make([]int, len(w.shelved))
	known := map[string]int{}
	for i := range w.shelved {
		put := false
		for _, s := range w.shelved[i].shelves {
			if list := w.index[s]; wanted[s] && (len(list) == 0 || list[len(list)-1] != i) {
				w.index[s], put = append(list, i), true
			}
		}
		if !put {
			continue
		}
		d := &w.v.Openers[i].Demand
		key := fmt.Sprint(*d)
		if _, ok := known[key]; !ok {
			known[key] = len(w.demands)
			w.demands = append(w.demands, d)
		}
		w.demand[i] = known[key]
	}
}

// guarded lists the gateways to examine: those with policies of their own, on whose
// pods another policy may open something.
func (w *workloads) guarded() []*guarded {
	all := make([]*guarded, len(w.v.Gateways))
	same := w.v.Memory.sameOpened(w)
	parallel.Each(len(all), func(i int) {
		if g := w.v.Gateways[i]; same[g] != nil {
			all[i] = &guarded{w: w, g: g, known: same[g], same: true}
		} else if len(w.own[g]) > 0 {
			all[i] = w.guardedOf(g)
			all[i].findPolicies()
		}
	})
	all = slices.DeleteFunc(all, func(c *guarded) bool { return c == nil })
	wanted := map[shelf]bool{}
	for _, c := range all {
		for _, s := range c.looks {
			wanted[s] = true
		}
	}
	w.indexOpeners(wanted)
	parallel.Each(len(all), func(i int) {
		if c := all[i]; !c.same {
			if near, opens := c.listPolicies(); opens {
				c.addOpeners(near)
			}
		}
	})
	return all
}

// mayBeOpened reports whether the classes of requests of a gateway are examined.
func (c *guarded) mayBeOpened() bool {
	return len(c.openers) > 0 && (c.foreign || len(c.g.Routes) > 1)
}

// guardedOf returns a gateway without the policies that may hold for its pods.
func (w *workloads) guardedOf(g *ir.Gateway) *guarded {
	c := &guarded{w: w, g: g, hosts: g.HostNames(), own: map[*ir.Route][]*ir.Opener{}, told: map[saying]bool{}}
	for _, o := range w.own[g] {
		c.own[o.Route] = append(c.own[o.Route], o)
	}
	return c
}

// guarded is one gateway and all policies that may hold for its pods.
type guarded struct {
	w       *workloads
	g       *ir.Gateway
	known   *openedMemory              // what was found of it before; nil for nothing
	same    bool                       // and the policies are the same
	looks   []shelf                    // where policies are that may hold for its pods
	own     map[*ir.Route][]*ir.Opener // the demands of each route
	openers []*ir.Opener               // equal ones once
	foreign bool
	hosts   []string
	ms      []*match.Matcher
	steps   int                  // what may be spent on the gateway
	purse   *match.Purse         // that has them
	refused []bool               // of each of ms: Istio refuses its expression, which is reported elsewhere
	takes   []*ir.Entry          // index in ms: i
	wants   []*ir.Route          // index in ms: len(takes)+i
	customs map[*ir.Route][3]int // where the requests begin in ms that authorizers are asked about, those left out, and the end
	sets    [][2]int             // of each opener: the first of its sets in ms, the first of its exceptions
	ends    []int
	told    map[saying]bool
	found   diag.List
}

// openedBudget bounds the states that one host of a gateway may use.
const openedBudget match.Budget = 50_000

// stepsPerSet is what the classes of a gateway may cost in any case, for each
// set of requests that is compared.
const stepsPerSet = 20_000

func (c *guarded) run() diag.List {
	for _, h := range c.samples() {
		p := c.purse.Classes(c.w.classifier, "https", h, c.ms, openedBudget)
		why := p.Reason
		for i := 0; i < len(c.ms) && why == ""; i++ {
			if !c.refused[i] {
				why = p.Unknown[i]
			}
		}
		if why != "" {
			c.reportUndecided(why)
		}
		for i := range p.Classes {
			c.judgeClass(&p.Classes[i])
		}
	}
	return c.found
}

// samples returns the hosts for which requests are split into classes: those of the
// gateway and, for a wildcard, one that nobody names and one for each foreign policy
// that names hosts below it, unless another resource serves these.
func (c *guarded) samples() []string {
	var out []string
	for _, h := range c.hosts {
		if h == "" {
			continue
		}
		out = append(out, strings.Replace(h, "*", "any", 1))
		if !strings.HasPrefix(h, "*") {
			continue
		}
		below := match.Compile(match.Set{Hosts: []string{h}, Path: everyPath})
		for _, o := range c.openers {
			for i := range o.Sets {
				s := &o.Sets[i]
				if o.Gateway != nil || s.Hosts == nil && s.HostPattern.Lang == 0 {
					continue
				}
				r := c.purse.Relate(below, match.Compile(match.Set{Hosts: s.Hosts, HostPattern: s.HostPattern, Path: everyPath}))
				if w := r.Witness; w != nil && !slices.Contains(out, w.Host) && !c.w.v.serves(w.Host) {
					out = append(out, w.Host)
				}
			}
		}
	}
	return out
}

var everyPath = pathlang.Path{Lang: pathlang.Prefix, Text: "/"}

// serves reports whether a resource or a foreign object has exactly this host.
func (v *View) serves(name string) bool {
	return slices.ContainsFunc(v.Gateways, func(g *ir.Gateway) bool {
		return slices.ContainsFunc(g.Hosts, func(h ir.Host) bool { return strings.EqualFold(h.Name, name) })
	}) || slices.ContainsFunc(v.Claims, func(c Claim) bool { return strings.EqualFold(c.Host, name) })
}

// listedSet returns what the author listed in a rule.
func (c *guarded) listedSet(r *ir.Route) match.Set {
	want := match.Set{Hosts: c.hosts, Methods: r.Match.Methods, Path: pathlang.TemplateMeaning(r.Match.Path), View: match.RawPath, Predicates: r.Match.Predicates}
	if len(want.Methods) == 0 {
		want.Methods = nil
	}
	return want
}

func (c *guarded) compile() {
	add := func(s match.Set) {
		_, refused := pathlang.RefusedBy(s.Path, pathlang.RE2Istio)
		c.ms, c.refused = append(c.ms, c.w.classifier.Compile(s)), append(c.refused, refused)
	}
	for _, t := range c.w.routes[c.g] {
		c.takes = append(c.takes, t)
		add(t.Set)
	}
	for _, r := range c.g.Routes {
		c.wants = append(c.wants, r)
		add(c.listedSet(r))
	}
	c.compileCustoms(add)
	for _, o := range c.openers {
		first := len(c.ms)
		for _, s := range o.Sets {
			if len(s.Methods) == 0 {
				s.Methods = nil
			}
			add(s)
		}
		c.sets = append(c.sets, [2]int{first, len(c.ms)})
		for _, s := range o.Except {
			add(s)
		}
		c.ends = append(c.ends, len(c.ms))
	}
}

// reportUndecided reports that kgw could not decide which requests are let through.
func (c *guarded) reportUndecided(why string) {
	key := saying{closed: c.g.Origin}
	if c.told[key] || c.nothingOpens() {
		return
	}
	c.told[key] = true
	c.found.Add(diag.Finding{
		Code: diag.OpeningUndecided, At: c.g.Origin.At("spec"),
		Message: fmt.Sprintf("kgw cannot tell whether a policy lets requests of %s %s through that a rule closes: %s", c.g.Kind, c.g.Name, why),
		Help:    "write simpler paths",
	})
}

// nothingOpens reports whether nothing can be opened, whatever the paths are: all
// policies demand the same.
func (c *guarded) nothingOpens() bool {
	if c.foreign {
		return false
	}
	for _, r := range c.g.Routes {
		for _, o := range c.openers {
			if len(upstreams(r)) > 0 && !c.letsInAll(r, &o.Demand) {
				return false
			}
		}
	}
	return true
}
