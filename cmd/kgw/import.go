package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/openapi"
)

// Kinds that can be drafted.
const (
	draftAPIRule = "APIRule/v2"
	draftFabric  = "FabricGateway"
)

// kymaGateway is the Gateway that Kyma makes.
const kymaGateway = "kyma-system/kyma-gateway"

type importFlags struct {
	inputFlags
	kind, service string
	openapi.Draft
}

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Draft gateway resources from descriptions of APIs",
		Long:  "Drafts gateway resources from what describes an API in other terms.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := &importFlags{}
	draft := &cobra.Command{
		Use:   "openapi FILE",
		Short: "Draft a gateway resource from an OpenAPI document",
		Long: "Prints an APIRule v2 or a FabricGateway for the operations of an OpenAPI 3 document: their paths, methods\n" +
			"and security. What the resource cannot say is left out and reported: no route is open that the document\n" +
			"closes. kgw validate --openapi FILE then compares the two.",
		Example: "  kgw import openapi openapi.yaml --service orders:8080 --jwks-uri https://id.example.com/keys\n" +
			"  kgw import openapi openapi.yaml --kind FabricGateway --service orders",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.draftResource(f, args[0]) },
	}
	flags := draft.Flags()
	flags.StringVar(&f.kind, "kind", draftAPIRule, "`kind` of the resource: "+draftAPIRule+" or "+draftFabric)
	flags.StringVar(&f.Name, "name", "", "`name` of the resource (default: the title of the document)")
	flags.StringVarP(&f.Namespace, "namespace", "n", "", "`namespace` of the resource (default: none is written)")
	flags.StringVar(&f.Host, "host", "", "`host` of the resource (default: the first that the document names)")
	flags.StringVar(&f.Gateway, "gateway", kymaGateway, "Istio Gateway of an APIRule, as `namespace/name`")
	flags.StringVar(&f.service, "service", "", "Service behind the API, as `NAME[:PORT]` (the port of an APIRule is a number, 80 by default; that of a FabricGateway a name)")
	flags.StringVar(&f.Issuer, "issuer", "", "`URL` of the issuer of tokens (default: that of the document's OpenID Connect scheme)")
	flags.StringVar(&f.JWKS, "jwks-uri", "", "`URL` of the issuer's keys")
	flags.StringArrayVar(&f.Checked, "service-checks", nil, "security `scheme` that the Service checks itself, such as an API key (repeatable)")
	flags.BoolVar(&f.bounds.FollowLinks, "follow-links", false, "read what symbolic links lead to out of the work tree too")
	flags.StringVar(&f.color, "color", "auto", "colour in text reports: auto, always or never")
	f.failOn = "error"
	f.registerProportion(flags)
	cmd.AddCommand(draft)
	return cmd
}

func (a *app) draftResource(f *importFlags, file string) error {
	if err := f.readUpstream(); err != nil {
		return err
	}
	api, found := a.readAPI(f.bounds, config.APIDocument{File: file})
	var draft source.Object
	if api != nil {
		if f.Name == "" {
			f.Name = api.NameOf()
		}
		f.Host = strings.ToLower(f.Host)
		if f.kind == draftFabric {
			draft, found = api.FabricGateway(f.Draft)
		} else {
			draft, found = api.APIRule(f.Draft)
		}
	}
	if draft != nil {
		if err := a.printText(string(manifest.AppendYAMLValue(nil, draft))); err != nil {
			return err
		}
	}
	if len(found) == 0 {
		return nil
	}
	return a.badInput(&f.inputFlags, found)
}

// readUpstream reads the flag that names the Service.
func (f *importFlags) readUpstream() error {
	var named bool
	f.Service, f.Port, named = strings.Cut(f.service, ":")
	switch f.kind {
	case draftFabric:
		return nil
	case draftAPIRule:
		if !named {
			f.Port = "80"
		}
		if n, err := strconv.Atoi(f.Port); err != nil || n < 1 || n > 65535 {
			return usage("--service must be NAME or NAME:PORT, and the port a number, not %q", f.service)
		}
		if f.Service == "" {
			return usage("--service must name the Service behind the API, such as orders:8080")
		}
		return nil
	}
	return usage("--kind must be %s or %s, not %q", draftAPIRule, draftFabric, f.kind)
}
