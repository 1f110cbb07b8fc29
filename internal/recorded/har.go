package recorded

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/simulate"
)

// harEntry is what is read of an entry of a HAR file
// (http://www.softwareishard.com/blog/har-12-spec/).
type harEntry struct {
	Request struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers []simulate.Header `json:"headers"`
	} `json:"request"`
	Response struct {
		Status int `json:"status"`
	} `json:"response"`
}

// keptHeaders are the headers of a HAR file that are kept: none that may hold a
// credential. The others are not known.
var keptHeaders = []string{"accept", "accept-language", "access-control-request-headers", "access-control-request-method", "content-type", "origin"}

// isHAR reports whether a text is one object with a member "log".
func isHAR(text []byte) bool {
	found := false
	err := visitMembers(json.NewDecoder(bytes.NewReader(text)), func(key string, dec *json.Decoder) error {
		found = found || key == "log"
		return skipValue(dec)
	})
	return found && err == nil
}

// visitMembers calls visit with each key of the object that comes next. visit
// reads the value.
func visitMembers(dec *json.Decoder, visit func(key string, dec *json.Decoder) error) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errNone(err)
	}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return errNone(err)
		}
		if err := visit(key, dec); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// skipValue reads the value that comes next.
func skipValue(dec *json.Decoder) error {
	var value json.RawMessage
	return dec.Decode(&value)
}

// errNone returns err, or where that is nil, the error for a value of another type.
func errNone(err error) error {
	if err != nil {
		return err
	}
	return &json.UnmarshalTypeError{Value: "value"}
}

func (f *File) readHAR(data []byte) {
	dec := json.NewDecoder(bytes.NewReader(data))
	lines := lineCounter{data: data}
	err := visitMembers(dec, func(key string, dec *json.Decoder) error {
		if key != "log" {
			return skipValue(dec)
		}
		return visitMembers(dec, func(key string, dec *json.Decoder) error {
			if key != "entries" {
				return skipValue(dec)
			}
			return f.readEntries(dec, &lines)
		})
	})
	if err != nil {
		f.addFault(lines.line(int(dec.InputOffset())), "the HAR file cannot be read: its log has no entries that are requests")
	}
}

func (f *File) readEntries(dec *json.Decoder, lines *lineCounter) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errNone(err)
	}
	for dec.More() {
		line := lines.next(int(dec.InputOffset()), '{')
		var e harEntry
		if err := dec.Decode(&e); err != nil {
			return err
		}
		if e.Request.Method == "" || e.Request.URL == "" {
			if len(f.found) < maxShown { // one is enough for the gate to fail
				f.addFault(line, "the entry has no request with a method and a URL")
			}
			continue
		}
		r := request(e.Request.Method, e.Request.URL)
		if r == nil {
			continue // data:, blob: and the like come to no gateway
		}
		for _, h := range e.Request.Headers {
			if slices.Contains(keptHeaders, strings.ToLower(h.Name)) {
				r.Headers = append(r.Headers, h)
			}
		}
		f.add(r, e.Response.Status, line)
	}
	_, err := dec.Token()
	return err
}

// elementLines returns the line of each element of a list of objects.
func elementLines(data []byte) []int {
	dec, lines := json.NewDecoder(bytes.NewReader(data)), lineCounter{data: data}
	if _, err := dec.Token(); err != nil {
		return nil
	}
	var out []int
	for dec.More() {
		out = append(out, lines.next(int(dec.InputOffset()), '{'))
		if skipValue(dec) != nil {
			return out
		}
	}
	return out
}

// lineCounter returns the lines of ascending offsets.
type lineCounter struct {
	data []byte
	at   int
	n    int
}

// line returns the line of an offset.
func (l *lineCounter) line(offset int) int {
	offset = min(max(offset, l.at), len(l.data))
	l.n += bytes.Count(l.data[l.at:offset], []byte("\n"))
	l.at = offset
	return l.n + 1
}

// next returns the line of the first such byte at an offset or behind it.
func (l *lineCounter) next(offset int, b byte) int {
	if i := bytes.IndexByte(l.data[min(offset, len(l.data)):], b); i >= 0 {
		offset += i
	}
	return l.line(offset)
}
