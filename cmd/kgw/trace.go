package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/trace"
	"github.com/kgw-dev/kgw/simulate"
)

type traceFlags struct {
	inputFlags
	output, requests  string
	jwt, scopes       string
	introspection     string
	opaque, noToken   bool
	headers, answers  []string
	repeat            int
	realm             string
	from              string
	sourceIP, gateway string
}

func (a *app) traceCommand() *cobra.Command {
	f := &traceFlags{}
	cmd := &cobra.Command{
		Use:   "trace METHOD URL [PATH...]",
		Short: "Show why a request gets the answer it gets",
		Long: "Takes a request through the VirtualServices, Oathkeeper Rules and policies that the PATHs hold or compile to,\n" +
			"as the engines would, and prints every step, the status that the client gets, and what can be done about a\n" +
			"refusal. With --requests FILE it decides a list of requests and prints their statuses: at Oathkeeper's proxy\n" +
			"and decision API, or at Skipper. Services that would be asked (introspection, session stores) are never asked.",
		Example: "  kgw trace GET https://shop.example.com/orders apis/\n" +
			"  kgw trace POST https://shop.example.com/orders apis/ --jwt claims.json -H 'Origin: https://example.com'\n" +
			"  kgw trace GET https://shop.example.com/orders live.yaml --opaque --scopes read,write\n" +
			"  kgw trace --requests requests.json rules/",
		RunE: func(_ *cobra.Command, args []string) error {
			if f.requests != "" {
				return a.traceList(f, args)
			}
			return a.traceOne(f, args)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "text", "what to print: text or json")
	flags.StringVar(&f.requests, "requests", "", "decide the requests in this JSON `file` (\"-\" is standard input)")
	flags.StringVar(&f.jwt, "jwt", "", "the caller has a valid JWT with the claims in this JSON `file`")
	flags.BoolVar(&f.opaque, "opaque", false, "the caller has a valid opaque token")
	flags.StringVar(&f.scopes, "scopes", "", "`scopes` of the token, with commas between")
	flags.StringVar(&f.introspection, "introspection", "", "the caller has an opaque token, and this JSON `file` is what an introspection endpoint or token information service answers for it")
	flags.StringVar(&f.realm, "realm", "", "`realm` of an opaque token, as a token information service reports it to Skipper: /services, /employees or /customers")
	flags.BoolVar(&f.noToken, "no-token", false, "the caller has no token (the default)")
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "header of the request, as `\"Name: value\"` (repeatable)")
	flags.StringVar(&f.from, "from", "outside", "who sends the request: outside, or `NAMESPACE/SERVICEACCOUNT` of a workload in the mesh, which sends it to the Service that the URL names")
	flags.IntVar(&f.repeat, "repeat", 1, "send the request `N` times within one period of rate limits, and show the last one")
	flags.StringArrayVar(&f.answers, "answer", nil, "the status with which the service of a handler or filter replies, as `NAME=STATUS`, such as webhook=403 (repeatable); by default it allows the request")
	flags.StringVar(&f.sourceIP, "source-ip", "", "the `address` that the request comes from")
	flags.StringVar(&f.gateway, "gateway", "", "the Gateway that the request comes to, as `NAMESPACE/NAME`")
	return cmd
}

// simulateInputs reads and compiles the inputs that the paths name, for requests of
// the URLs, or for all requests. A nil cluster means that the configuration is at
// fault and was reported.
func (a *app) simulateInputs(f *inputFlags, paths, urls []string) (*prove.Cluster, error) {
	in, o, err := a.load(f, paths)
	if err != nil || o == nil {
		return nil, err
	}
	o.NoInfos = len(f.formats) == 0 && f.failOn != "info"
	cluster, result, supposed := prove.Complete(in, *o, urls)
	if len(result.Findings) > 0 || len(f.formats) > 0 {
		err = a.report(a.stderr, f, result)
	}
	if err != nil {
		return nil, err
	}
	a.saySupposed(supposed)
	return cluster, nil
}

// saySupposed lists the stand-ins for objects that the inputs lack.
func (a *app) saySupposed(list []string) {
	for _, what := range list {
		fmt.Fprintf(a.stderr, "supposed: there is the %s\n", report.Visible(a.secrets.Text(what)))
	}
}

func (a *app) traceList(f *traceFlags, paths []string) error {
	data, err := a.readArgument(f.requests)
	if err != nil {
		return &exitError{exitInput, err}
	}
	if testfile.IsFabric(data) {
		return a.traceFabric(f, data, paths)
	}
	requests, found := testfile.ReadRequests(a.display(f.requests), data)
	if len(found) > 0 {
		return a.badInput(&f.inputFlags, found)
	}
	cluster, err := a.simulateInputs(&f.inputFlags, paths, nil)
	if err != nil || cluster == nil {
		return err
	}
	type row struct {
		Proxy    int `json:"proxy"`
		Decision int `json:"decision"`
	}
	rows := make([]row, len(requests))
	parallel.Each(len(requests), func(i int) {
		rows[i] = row{cluster.Oathkeeper.Decide(&requests[i], nil).Status, cluster.Oathkeeper.Judge(&requests[i], nil).Status}
	})
	return a.printValue(rows)
}

// traceFabric decides requests for Skipper one after the other, so that each counts
// for rate limits.
func (a *app) traceFabric(f *traceFlags, data []byte, paths []string) error {
	requests, found := testfile.ReadFabric(a.display(f.requests), data)
	if len(found) > 0 {
		return a.badInput(&f.inputFlags, found)
	}
	cluster, err := a.simulateInputs(&f.inputFlags, paths, nil)
	if err != nil || cluster == nil {
		return err
	}
	type row struct {
		Status int     `json:"status"`
		Route  *string `json:"route"`
	}
	rows, session := make([]row, len(requests)), cluster.Skipper.Session()
	for i := range requests {
		d := session.Decide(&requests[i], nil)
		if rows[i].Status = d.Status; d.Route != "" {
			rows[i].Route = &d.Route
		}
	}
	return a.printValue(rows)
}

func (a *app) readArgument(name string) ([]byte, error) {
	if name == "-" {
		return source.ReadLimited(a.stdin, 4096, source.MaxSettingsBytes)
	}
	return source.Bounds{}.ReadNamed(a.abs(name), source.MaxSettingsBytes)
}

// badInput reports the fault of a file that is not a resource.
func (a *app) badInput(f *inputFlags, found diag.List) error {
	found = diag.Levels{}.Apply(found)
	found.Resolve()
	found.Sort()
	result := &compile.Result{Findings: found}
	for i := range found {
		result.Fatal = result.Fatal || found[i].Code.Unreadable()
	}
	result.Summary.Count(found)
	return a.report(a.stderr, f, result)
}

func (a *app) traceOne(f *traceFlags, args []string) error {
	if len(args) < 2 {
		return usage("trace needs a METHOD and a URL, or --requests")
	}
	if f.output != "text" && f.output != "json" {
		return usage("-o must be text or json, not %q", f.output)
	}
	if f.repeat < 1 || f.repeat > 10000 {
		return usage("--repeat must be 1 to 10000, not %d", f.repeat)
	}
	r, err := trace.Request(args[0], args[1], f.headers)
	if err != nil {
		return usage("%w", err)
	}
	if r.Token, err = a.readToken(f); err != nil {
		return err
	}
	if err := f.setCaller(r); err != nil {
		return err
	}
	cluster, err := a.simulateInputs(&f.inputFlags, args[2:], trace.SeenAs(r))
	if err != nil || cluster == nil {
		return err
	}
	t := trace.Run(cluster, r, args[1], f.repeat, a.secrets)
	if f.output == "json" {
		return a.printValue(t)
	}
	return a.printText(t.Text())
}

// setCaller sets who sends the request, from where, and to which gateway.
func (f *traceFlags) setCaller(r *simulate.Request) error {
	if f.sourceIP != "" {
		if _, err := netip.ParseAddr(f.sourceIP); err != nil {
			return usage("--source-ip must be an address, not %q", f.sourceIP)
		}
	}
	r.SourceIP, r.Gateway = f.sourceIP, f.gateway
	for _, text := range f.answers {
		name, value, _ := strings.Cut(text, "=")
		status, err := strconv.Atoi(value)
		if name == "" || err != nil || status < 100 || status > 599 {
			return usage("--answer must be NAME=STATUS, such as webhook=403, not %q", text)
		}
		if r.Answers == nil {
			r.Answers = map[string]int{}
		}
		r.Answers[name] = status
	}
	if !r.From(f.from) {
		return usage("--from must be outside or NAMESPACE/SERVICEACCOUNT, not %q", f.from)
	}
	return nil
}

// readToken returns the token that the flags describe.
func (a *app) readToken(f *traceFlags) (simulate.Token, error) {
	switch {
	case f.jwt != "" && f.opaque, f.noToken && (f.jwt != "" || f.opaque):
		return simulate.Token{}, usage("--jwt, --opaque and --no-token exclude each other")
	case f.introspection != "" && (f.jwt != "" || f.opaque || f.noToken || f.realm != "" || strings.Trim(f.scopes, ", ") != ""):
		return simulate.Token{}, usage("--introspection describes the whole token; leave out --jwt, --opaque, --no-token, --scopes and --realm")
	case f.introspection != "":
		return a.readTokenFile(f.introspection, "an answer of such an endpoint", trace.Introspected)
	case f.opaque:
		return trace.Opaque(f.scopes, f.realm), nil
	case f.realm != "":
		return simulate.Token{}, usage("--realm needs --opaque: that of a JWT is one of its claims")
	case f.jwt != "":
		return a.readTokenFile(f.jwt, "the claims of a token", func(data []byte) (simulate.Token, error) { return trace.JWT(data, f.scopes) })
	case strings.Trim(f.scopes, ", ") != "":
		return simulate.Token{}, usage("--scopes needs --jwt or --opaque")
	}
	return simulate.Token{}, nil
}

// readTokenFile reads a token from a file. The error for a file without such a
// token names the expected content.
func (a *app) readTokenFile(file, content string, read func([]byte) (simulate.Token, error)) (simulate.Token, error) {
	data, err := a.readArgument(file)
	if err != nil {
		return simulate.Token{}, &exitError{exitInput, err}
	}
	t, err := read(data)
	if err != nil {
		return simulate.Token{}, &exitError{exitInput, fmt.Errorf("%s does not hold %s: %w", a.display(file), content, err)}
	}
	return t, nil
}
