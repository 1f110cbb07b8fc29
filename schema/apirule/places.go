package apirule

import (
	"maps"

	"github.com/kgw-dev/kgw/internal/ir"
)

// common is where all versions have the parts of the model.
var common = ir.Places{
	ir.PartName:      {In: []string{"/metadata.name"}},
	ir.PartNamespace: {In: []string{"/metadata.namespace"}, Setting: "namespace"},
	ir.PartLabel:     {Absent: "a label that Kyma's controller sets on all its objects"},

	ir.PartPath:    {In: []string{"path"}},
	ir.PartMethods: {In: []string{"methods[#]"}},
	ir.PartTimeout: {In: []string{"timeout", "/spec.timeout"}, Absent: "180 seconds, the default of Kyma's controller"},

	ir.PartServiceName:      {In: []string{"name"}},
	ir.PartServiceNamespace: {In: []string{"namespace", "/spec.service.namespace", "/metadata.namespace"}, Setting: "namespace"},
	ir.PartServicePort:      {In: []string{"port"}},

	ir.PartScopes:   {In: []string{"requiredScopes[#]"}},
	ir.PartAudience: {In: []string{"audiences[#]"}},
	ir.PartIssuer:   {In: []string{"issuer"}},
	ir.PartKeys:     {In: []string{"jwksUri"}},
	ir.PartToken:    {In: []string{"*"}},
}

// legacy is what v1alpha1 and v1beta1 have in addition.
var legacy = ir.Places{
	ir.PartHandler: {In: []string{"handler"}},
	ir.PartConfig:  {In: []string{"config*"}},
	ir.PartHeaders: {In: []string{"mutators[?].config.headers.*"}},
	ir.PartCookies: {In: []string{"mutators[?].config.cookies"}},

	ir.PartCORSOrigins: {In: []string{"/spec.corsPolicy.allowOrigins[#]"}, Setting: "cors.allowOrigins[#]", Absent: defaultPolicy},
	ir.PartCORSMethods: {In: []string{"/spec.corsPolicy.allowMethods[#]"}, Setting: "cors.allowMethods[#]", Absent: defaultPolicy},
	ir.PartCORSHeaders: {In: []string{"/spec.corsPolicy.allowHeaders[#]"}, Setting: "cors.allowHeaders[#]", Absent: defaultPolicy},
}

const defaultPolicy = "the default CORS policy of Kyma's controller"

// cors is where the versions with a corsPolicy have it.
var cors = ir.Places{
	ir.PartCORSOrigins:     {In: []string{"/spec.corsPolicy.allowOrigins[#]"}},
	ir.PartCORSMethods:     {In: []string{"/spec.corsPolicy.allowMethods[#]"}},
	ir.PartCORSHeaders:     {In: []string{"/spec.corsPolicy.allowHeaders[#]"}},
	ir.PartCORSExposed:     {In: []string{"/spec.corsPolicy.exposeHeaders[#]"}},
	ir.PartCORSCredentials: {In: []string{"/spec.corsPolicy.allowCredentials"}},
	ir.PartCORSMaxAge:      {In: []string{"/spec.corsPolicy.maxAge"}},
}

// Places returns the table of a version: what all have, and its own.
func Places(own ir.Places) ir.Places { return mergeTables(common, cors, own) }

// LegacyPlaces returns the table of v1alpha1 or v1beta1.
func LegacyPlaces(own ir.Places) ir.Places { return mergeTables(common, cors, legacy, own) }

func mergeTables(tables ...ir.Places) ir.Places {
	out := ir.Places{}
	for _, t := range tables {
		maps.Copy(out, t)
	}
	return out
}
