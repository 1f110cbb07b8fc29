package v1

import "github.com/kgw-dev/kgw/internal/ir"

const always = "it is always the same"

// Places is where the documents have the parts of the model. Routes are owned
// by operations: their names are the verbs, in what has the path as its name.
var Places = ir.Places{
	ir.PartName:      {In: []string{"/metadata.name"}},
	ir.PartNamespace: {In: []string{"/metadata.namespace"}, Setting: "namespace"},
	ir.PartLabel:     {In: []string{"/metadata.labels.*"}},
	ir.PartAnnotated: {In: []string{"/metadata.annotations.*"}},

	ir.PartPath:    {In: []string{".."}},
	ir.PartMethods: {In: []string{"."}},
	ir.PartAnswer:  {In: []string{keyStatic + "*"}, Absent: "the answer of the operator's gateways"},

	ir.PartCORSOrigins: {In: []string{"/spec." + keyCORS + ".allowedOrigins[#]"}},
	ir.PartCORSHeaders: {In: []string{"/spec." + keyCORS + ".allowedHeaders[#]"}},
	ir.PartCORSMethods: {Absent: "the verbs of the path, and OPTIONS"},

	ir.PartServiceName:      {In: []string{"serviceName"}},
	ir.PartServiceNamespace: {In: []string{"/metadata.namespace"}, Setting: "namespace"},
	ir.PartServicePort:      {In: []string{"servicePort"}, Absent: "http, the operator's default"},

	ir.PartScopes:      {In: []string{keyPrivileges}, Absent: "uid, which every token must have"},
	ir.PartAdmins:      {In: []string{"/spec." + keyAdmins}},
	ir.PartEmployees:   {In: []string{keyEmployees, "/spec." + keyEmployees}},
	ir.PartServices:    {In: []string{keyWhitelist + ".service-list", "/spec." + keyWhitelist, keyLimits + ".target"}},
	ir.PartLimits:      {In: []string{keyLimits}},
	ir.PartCompression: {In: []string{"/spec." + keyCompression}},

	ir.PartHandler:                    {Absent: "the handler for token information"},
	ir.PartConfig + "required_scope":  {In: []string{keyPrivileges}, Absent: "uid, which every token must have"},
	ir.PartConfig + "scope_strategy":  {Absent: always},
	ir.PartConfig + "trusted_issuers": {Setting: "fabric.issuers"},
	ir.PartConfig + "jwks_urls":       {Setting: "fabric.issuers"},
	ir.PartConfig:                     {Absent: always},
}
