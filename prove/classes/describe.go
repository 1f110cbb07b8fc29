package classes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Served is what one state of the gateways serves on one host.
type Served struct {
	// Host is a name or a wildcard.
	Host string
	// Routes are in the order in which they are matched.
	Routes []Route
	// Unknown lists questions about the host that could not be decided, and Notes
	// the conditions of the answers.
	Unknown, Notes []string
}

// Route describes the requests of one route that are treated alike.
type Route struct {
	// Name is the name of the route in decisions, and Rule the name of the rule
	// that decides behind it. Path is the path as its author wrote it.
	Name, Rule, Path string
	At               source.Ref
	// Schemes and Methods are those of the requests. Others reports that they
	// include methods beyond those of HTTP.
	Schemes, Methods []string
	Others           bool
	// Unreached reports that no request reaches the route. Only Name, Path, At
	// and Treatment are filled in then.
	Unreached bool
	// Callers get through the gateway, Inside to the backend past it.
	Callers []Caller
	Inside  []Caller
	// Backend is where the requests go, "" where nobody gets through, and Via the
	// service that decides on the way.
	Backend, Via string
	Treatment    simulate.Treatment
	// Request is one of the requests, without a token, and Status the status that
	// the client gets, 0 if that is not known.
	Request *simulate.Request
	Status  int
	// Unknown lists the conditions that the inputs leave open about the request.
	Unknown []string
}

// Caller is somebody who gets through, or may.
type Caller struct {
	// Text describes the caller: "no token", "jwt(scope read)".
	Text string
	// Proof is what the caller brings, "" for nothing, and Token an example.
	Proof string
	Token simulate.Token
	// Demands are external authorizers that must agree.
	Demands []string
	// When are conditions that the caller fulfils by choice.
	When []string
	// If are conditions that the inputs leave open: the caller gets through if all
	// of them hold. It is empty for a caller who certainly does.
	If []string
}

// Open reports whether the caller brings nothing that anybody verifies.
func (c *Caller) Open() bool { return c.Proof == "" && len(c.Demands) == 0 }

// Describe returns what a state of the gateways serves, host by host, with who
// gets through. Each class of requests is decided as Compare decides it.
func Describe(side Side) []Served {
	hosts := hostsOf(side)
	all := comparisons(hosts, side, silent{side})
	out := make([]Served, len(hosts))
	parallel.Each(len(hosts), func(i int) {
		all[i].subject = "the report"
		d := &description{comparison: all[i], at: map[string]int{}, met: map[partKey]bool{}}
		out[i] = d.run()
	})
	return out
}

// silent is the side of a comparison that serves nothing.
type silent struct{ Side }

// Parts returns none.
func (silent) Parts(string) []Part { return nil }

// description is the description of one host.
type description struct {
	*comparison
	rows []placed
	at   map[string]int // rows by what makes them one
	// met are the routes and rules that a request reached, by name.
	met map[partKey]bool
}

// placed is a row and its place in the order of matching.
type placed struct {
	Route
	order [2]int
}

func (d *description) run() Served {
	for _, scheme := range d.compile() {
		d.askScheme(scheme, d.addClass)
	}
	d.addUnreached()
	slices.SortStableFunc(d.rows, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.order[0], b.order[0]), cmp.Compare(a.order[1], b.order[1]))
	})
	slices.Sort(d.notes)
	out := Served{Host: d.shown, Notes: slices.Compact(d.notes)}
	for i := range d.rows {
		out.Routes = append(out.Routes, d.rows[i].Route)
	}
	for i := range d.changes { // of one side, only what is unknown
		if text := d.changes[i].Path + ": " + d.changes[i].After; !slices.Contains(out.Unknown, text) {
			out.Unknown = append(out.Unknown, text)
		}
	}
	return out
}

// addUnreached adds the routes that no class of requests reaches, if all classes
// are known. A route that demands a token may be reached with one that was not
// tried.
func (d *description) addUnreached() {
	if len(d.changes) > 0 {
		return
	}
	for i, p := range d.all {
		if p.Name == "" || d.met[partKey{name: p.Name}] || d.met[partKey{p.Name, p.At.Path}] {
			continue
		}
		d.met[partKey{p.Name, p.At.Path}] = true
		row := Route{Name: p.Name, Path: p.Text, At: p.At, Methods: p.Set.Methods, Others: p.Set.Methods == nil, Schemes: p.Set.Schemes, Treatment: p.Treatment}
		if row.Unreached = len(p.Admits)+len(p.Refuses) == 0; !row.Unreached {
			row.Unknown = []string{"no request that was tried comes to the route"}
		}
		d.rows = append(d.rows, placed{row, [2]int{i, i}})
	}
}

// noteMet notes the part that a request reached, or all parts of that name if none
// of them has the place.
func (d *description) noteMet(got *simulate.Decision) {
	for _, name := range []string{got.Route, got.Rule} {
		key := partKey{name, got.At.Path}
		if d.named[0][key] == nil {
			key.at = ""
		}
		d.met[key] = true
	}
}

// addClass adds the decision about one class.
func (d *description) addClass(class *match.Class) {
	if !slices.ContainsFunc(class.Takes, func(i int) bool { return !d.all[i].Beside }) {
		return
	}
	row, best := Route{Schemes: []string{class.Witness.Scheme}, Methods: class.Methods, Others: class.Others}, (*verdict)(nil)
	credentials := d.credentials(class)
	for i := range credentials {
		v := askWorlds(func(w *simulate.World) simulate.Decision {
			r := request(class, credentials[i].token)
			r.Free = simulate.AnyHeader
			got := d.sides[0].Decide(r.In(w))
			d.noteMet(&got)
			return got
		})
		if best == nil || !best.passes() && v.passes() {
			best = v
		}
		if c := callerOf(&credentials[i], v); v.passes() && d.saysMore(row.Callers, &c, &credentials[i]) {
			row.Callers = append(row.Callers, c)
		}
	}
	if row.Name, row.Rule, row.At = best.decision.Route, best.decision.Rule, best.decision.At; row.Name == "" && row.Rule == "" && !best.passes() {
		return // nothing matches it
	}
	a := &answers{path: class.Witness.RawPath, decisions: []simulate.Decision{best.decision}}
	row.Path = d.classLabel(a, a)
	row.Treatment = (&delta{c: d.comparison}).treatment(0, &best.decision)
	if best.decision.Passed() {
		row.Backend, row.Via = spellBackend(best.decision.Upstream, row.Treatment), best.decision.Via
	}
	d.missingPlace(&row)
	row.Inside = d.listInside(class, credentials, &row)
	d.askConcrete(&row, class, best)
	d.add(row)
}

// askConcrete asks about the witness of the class as kgw trace does: with the
// headers that let it through, without a token.
func (d *description) askConcrete(row *Route, class *match.Class, best *verdict) {
	row.Request = request(class, simulate.Token{})
	row.Request.Headers = append(row.Request.Headers, best.headers...)
	got := d.sides[0].Decide(row.Request)
	row.Status = got.Status
	for _, u := range got.Unknowns() {
		row.Unknown = append(row.Unknown, u.Sentence())
	}
	for i := range row.Callers {
		for _, text := range row.Callers[i].If {
			if text = "whether somebody gets through depends on: " + text; !slices.Contains(row.Unknown, text) {
				row.Unknown = append(row.Unknown, text)
			}
		}
	}
}

// saysMore reports whether a caller adds something to those that are listed. Where
// callers get through without a token, a token adds nothing. A token that no route
// asks for counts only where nobody else gets through.
func (d *description) saysMore(list []Caller, c *Caller, with *credential) bool {
	if slices.ContainsFunc(list, func(o Caller) bool {
		return o.Proof == "" && len(o.If) == 0 && len(o.When) == 0 && !slices.ContainsFunc(o.Demands, func(s string) bool { return !slices.Contains(c.Demands, s) })
	}) {
		return false
	}
	if with.of == [2]bool{} && c.Proof != "" && len(list) > 0 {
		return false
	}
	return !slices.ContainsFunc(list, func(o Caller) bool {
		return o.Text == c.Text && slices.Equal(o.When, c.When) && slices.Equal(o.If, c.If)
	})
}

// missingPlace sets the place of the route for decisions without a place.
func (d *description) missingPlace(row *Route) {
	if p := d.partOf(0, cmp.Or(row.Rule, row.Name), row.At.Path); p != nil && row.At.Doc == nil {
		row.At = p.At
	}
}

// listInside lists the callers in the cluster that reach the backend of a row past
// the gateway, even if nobody gets through the gateway.
func (d *description) listInside(class *match.Class, credentials []credential, row *Route) []Caller {
	services := []string{row.Backend}
	for _, n := range class.Takes {
		if p := d.all[n]; p.Name != "" && (p.Name == row.Name || p.Name == row.Rule) && row.Backend == "" {
			services = append(services, p.Service)
		}
	}
	callers := (&delta{c: d.comparison}).callers()
	var out []Caller
	for i, service := range services {
		if service == "" || slices.Contains(services[:i], service) {
			continue
		}
		for _, caller := range callers {
			if c, ok := d.findInsider(class, credentials, service, caller); ok && !slices.ContainsFunc(out, func(o Caller) bool { return o.Text == c.Text }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// findInsider finds the least that a caller in the cluster must bring.
func (d *description) findInsider(class *match.Class, credentials []credential, service, caller string) (Caller, bool) {
	for i := range credentials[:min(len(credentials), maxInside)] {
		v := askWorlds(func(w *simulate.World) simulate.Decision {
			return d.sides[0].Inside(request(class, credentials[i].token).In(w), service, caller)
		})
		if v.passes() {
			c := callerOf(&credentials[i], v)
			c.Text = callersOf(caller) + " with " + c.Text
			return c, true
		}
	}
	return Caller{}, false
}

// add adds a row in the order of matching. Classes that are treated alike become
// one row.
func (d *description) add(row Route) {
	order := [2]int{len(d.all), len(d.all)}
	for i, p := range d.all {
		if p.Name == row.Name && (p.At.Path == "" || p.At.Path == row.At.Path || order[0] == len(d.all)) {
			order[0] = min(order[0], i)
		}
		if p.Name == row.Rule && row.Rule != "" {
			order[1] = min(order[1], i)
		}
	}
	key := fmt.Sprintf("%q %+v %+v %d %q", []string{row.Name, row.Rule, row.Path, row.At.Path, row.Backend, row.Via}, row.Callers, row.Inside, row.Status, row.Unknown)
	i, ok := d.at[key]
	if !ok {
		d.at[key] = len(d.rows)
		d.rows = append(d.rows, placed{row, order})
		return
	}
	have := &d.rows[i]
	have.Others = have.Others || row.Others
	have.Methods, have.Schemes = appendMissing(have.Methods, row.Methods), appendMissing(have.Schemes, row.Schemes)
}

// appendMissing appends the elements of the second list that the first list lacks.
func appendMissing(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// verdict sums up the decisions about a request in all worlds that the inputs leave open.
type verdict struct {
	certain, may bool
	when, ifs    []string
	headers      []simulate.Header // that let it through
	decision     simulate.Decision // where it gets through, or else the first
}

func (v *verdict) passes() bool { return v.certain || v.may }

// askWorlds asks in every world. A request gets through for certain where it
// does so in a world that the caller alone makes, or in all worlds.
func askWorlds(decide func(*simulate.World) simulate.Decision) *verdict {
	v, all, first := &verdict{}, true, true
	complete := simulate.Worlds(true, func(w *simulate.World) bool {
		got := decide(w)
		passes := got.Passed() || got.Cause == simulate.Anything
		all = all && got.Passed()
		free := !slices.ContainsFunc(w.Supposes(), func(s simulate.Supposition) bool { return !s.Free() })
		certain := got.Passed() && free
		if first || certain && !v.certain || passes && !v.passes() {
			v.takeAnswer(w, got, certain, passes)
		}
		first = false
		return true
	})
	switch {
	case !complete && !v.certain:
		v.may, v.ifs = true, []string{"too many conditions are not known"}
	case all:
		v.certain = true
	}
	if v.certain {
		v.may, v.ifs = false, nil
	}
	return v
}

// takeAnswer makes a world's answer the reported one.
func (v *verdict) takeAnswer(w *simulate.World, got simulate.Decision, certain, passes bool) {
	*v = verdict{certain: certain, may: passes && !certain, decision: got}
	if !passes {
		return
	}
	for _, s := range w.Supposes() {
		switch {
		case !s.Free():
			v.ifs = append(v.ifs, s.String())
		case s.Holds:
			v.when = append(v.when, s.What)
			v.headers = append(v.headers, s.Example...)
		}
	}
}

// callerOf returns the caller that gets through with a credential.
func callerOf(c *credential, v *verdict) Caller {
	out := Caller{Text: c.text(true), Proof: c.proof, Token: c.token, When: v.when, If: v.ifs, Demands: demands(&v.decision)}
	if c.of == [2]bool{} && textsOf(c.token.Claims["iss"]) != nil && c.token.Claims["iss"] == nobody {
		out.Text, out.Proof = "any token", ""
	}
	if len(out.Demands) > 0 {
		if demanded := strings.Join(out.Demands, ", "); c.token.Kind == "" {
			out.Text = demanded
		} else {
			out.Text += " and " + demanded
		}
	}
	return out
}

// Words returns the words of the claims or facts of the caller's token that have
// one of the names, sorted.
func (c *Caller) Words(names ...string) []string {
	var out []string
	for _, name := range names {
		for _, facts := range []map[string]any{c.Token.Claims, c.Token.Introspection, c.Token.Tokeninfo} {
			out = append(out, textsOf(facts[name])...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
