package apirule_test

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// TestOriginsOfCORS: origins that allow nothing are reported, and those that
// allow every site to send credentials, however they are spelled.
func TestOriginsOfCORS(t *testing.T) {
	for text, want := range map[string][]diag.Code{
		"allowOrigins: []":                                                           {diag.CORSDropped},
		"allowOrigins: [{}]":                                                         {diag.BadOrigin},
		"allowOrigins: [{exact: https://a.test}, {}]":                                {diag.BadOrigin},
		"allowOrigins: [{Exact: https://a.test}]":                                    {diag.BadOrigin},
		"{allowOrigins: [{regex: '.*'}], allowCredentials: true}":                    {diag.CORSCredentials},
		"{allowOrigins: [{regex: '(.*)'}], allowCredentials: true}":                  {diag.CORSCredentials},
		"{allowOrigins: [{regex: 'https?://[^/]*'}], allowCredentials: true}":        {diag.CORSCredentials},
		"{allowOrigins: [{regex: 'http://.+'}], allowCredentials: true}":             {diag.CORSCredentials},
		"{allowOrigins: [{regex: '*'}], allowCredentials: true}":                     {diag.CORSCredentials},
		"{allowOrigins: [{prefix: 'https:'}], allowCredentials: true}":               {diag.CORSCredentials},
		"{allowOrigins: [{regex: 'https://.*\\.a\\.test'}], allowCredentials: true}": nil,
		"{allowOrigins: [{regex: '['}], allowCredentials: true}":                     nil,
		"{allowOrigins: [{regex: '.*'}]}":                                            nil,
	} {
		f, problem := source.NewFile("cors.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem)
		}
		docs, _ := source.Split(f)
		root, problems := docs[0].Parse()
		if root == nil {
			t.Fatal(text, problems)
		}
		var found diag.List
		apirule.CheckCORS(root, source.Ref{Doc: docs[0]}, &found)
		var got []diag.Code
		for _, f := range found {
			got = append(got, f.Code)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
