// Package testfile reads what users ask of gateways: policy test files and
// lists of requests.
//
// It takes bytes and returns requests, expectations and statements, with
// findings that have places. It must not know any engine: the caller decides
// the requests.
package testfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// row is one element of a list of requests. What was observed, where it was
// recorded, is nobody's business here.
type row struct {
	Request  *rowRequest     `json:"request"`
	Observed json.RawMessage `json:"observed"`
	Extra    json.RawMessage `json:"extra"`
}

type rowRequest struct {
	Method  string            `json:"method"`
	Scheme  string            `json:"scheme"`
	Host    string            `json:"host"`
	Path    *string           `json:"path"`
	Headers map[string]string `json:"headers"`
	Token   simulate.Token    `json:"token"`
}

// ReadRequests reads a list of requests (kgw trace --requests). With findings
// there are no requests.
func ReadRequests(name string, data []byte) ([]simulate.Request, diag.List) {
	rows, ok := decodeQuickly(data)
	if !ok {
		return nil, check(name, data, RequestsType)
	}
	out := make([]simulate.Request, len(rows))
	for i, r := range rows {
		q := r.Request
		out[i] = simulate.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, Target: *q.Path, Token: q.Token}
		for _, k := range keys(q.Headers) {
			out[i].Headers = append(out[i].Headers, simulate.Header{Name: k, Value: q.Headers[k]})
		}
	}
	return out, nil
}

// decodeQuickly decodes without places, and refuses everything that a check would
// find fault with.
func decodeQuickly(data []byte) (rows []row, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rows); err != nil {
		return nil, false
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || rows == nil || !plainKeys(data, requestKeys) {
		return nil, false
	}
	for i := range rows {
		q := rows[i].Request
		if q == nil || q.Path == nil || q.Method == "" || q.Host == "" || q.Scheme != "http" && q.Scheme != "https" || !isSound(&q.Token) {
			return nil, false
		}
	}
	return rows, true
}

func isSound(t *simulate.Token) bool {
	kinds := map[string][]string{"": {""}, "none": {""}, "malformed": {""}, "jwt": jwtValid, "opaque": opaqueValid}
	valid, known := kinds[t.Kind]
	placed := t.Via.In == "" || t.Via.In == "bearer" || t.Via.Name != ""
	return known && has(valid, t.Valid) && has(tokenPlaces, t.Via.In) && placed
}

func has(list []string, s string) bool {
	if s == "" {
		return true
	}
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// check finds what is wrong with a document, by its description.
func check(name string, data []byte, t *shape.Type) diag.List {
	f, problem := source.NewFile(name, data)
	if problem != nil {
		return diag.List{diag.FromProblem(*problem)}
	}
	docs, problems := source.Split(f)
	var found diag.List
	for _, d := range docs {
		root, more := d.Parse()
		problems = append(problems, more...)
		if root != nil {
			found = append(found, t.Check(root, source.Ref{Doc: d})...)
			for i, row := range source.Elements(root) {
				at := source.Ref{Doc: d, Path: source.JoinIndex("", i)}.At("request", "token")
				found = append(found, tokenFaults(source.Field(source.Field(row, "request"), "token"), at)...)
			}
		}
	}
	if found = found.WithProblems(problems); len(found) == 0 {
		found.Add(diag.Finding{
			Code: diag.WrongType, Message: "the file is not a list of requests in JSON",
			Help: "write a list of objects with a request each", Span: source.Span{File: name, Line: 1, Column: 1, EndLine: 1, EndColumn: 2},
		})
	}
	return found
}
