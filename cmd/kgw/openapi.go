package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/openapi"
)

// registerOpenAPI adds the flag that names descriptions of APIs.
func (f *inputFlags) registerOpenAPI(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.openAPI, "openapi", nil, "also compare routes with the API that an OpenAPI `file` describes, or HOST=FILE for another host than it names (repeatable)")
}

// readAPIs reads the descriptions of APIs that the flags and the configurations
// name, each once.
func (a *app) readAPIs(f *inputFlags, o *compile.Options) {
	var all []config.APIDocument
	for _, text := range f.openAPI {
		all = append(all, parseAPIDocument(text))
	}
	all = append(all, o.APIDocuments()...)
	seen := map[string]bool{}
	for _, d := range all {
		if key := a.abs(d.File) + " " + strings.Join(d.Hosts, " "); !seen[key] {
			seen[key] = true
			api, found := a.readAPI(f.bounds, d)
			o.APIFaults = append(o.APIFaults, found...)
			if api != nil {
				o.APIs = append(o.APIs, &api.API)
			}
		}
	}
}

// parseAPIDocument reads HOST=FILE or FILE.
func parseAPIDocument(text string) config.APIDocument {
	if host, file, named := strings.Cut(text, "="); named && !strings.ContainsAny(host, `/\`) {
		return config.APIDocument{File: file, Hosts: []string{strings.ToLower(host)}}
	}
	return config.APIDocument{File: text}
}

// readAPI reads a description. Files that it refers to are read where they are
// below the same work tree.
func (a *app) readAPI(bounds source.Bounds, d config.APIDocument) (*openapi.Document, diag.List) {
	name := a.abs(filepath.FromSlash(d.File))
	data, err := bounds.ReadNamed(name, source.MaxSettingsBytes)
	if err != nil {
		return nil, diag.List{diag.FromProblem(*source.Unread(a.display(name), err))}
	}
	file, problem := source.NewFile(a.display(name), data)
	if problem != nil {
		return nil, diag.List{diag.FromProblem(*problem)}
	}
	a.secrets.Watch(file)
	if bounds.Below == "" {
		bounds.Below = source.Top(name)
	}
	api, found := openapi.Read(file, func(other string) ([]byte, error) {
		return bounds.ReadFile(filepath.Join(filepath.Dir(name), filepath.FromSlash(other)), source.MaxSettingsBytes)
	})
	api.At(d.Hosts)
	return api, found
}
