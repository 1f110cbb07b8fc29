package secret

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// word is a string of kgw's own.
type word string

type shownPart struct {
	Text    string            `json:"text"`
	Headers map[string]string `json:"headers,omitempty"`
	Any     any               `json:"any,omitempty"`
}

type shownReport struct {
	Text   string            `json:"text"`
	Name   string            `json:"name" secret:"none"`
	Hidden string            `json:"-"`
	Word   word              `json:"word"`
	List   []string          `json:"list"`
	Empty  []string          `json:"empty"`
	Parts  []shownPart       `json:"parts"`
	Part   *shownPart        `json:"part"`
	None   *shownPart        `json:"none"`
	Two    [2]string         `json:"two"`
	Count  map[word]int      `json:"count"`
	Nested map[string][]word `json:"nested"`

	own string
}

// TestShown: no text of a value keeps a secret, but for what is said to have none,
// and the value itself is not changed.
func TestShown(t *testing.T) {
	const token = "Bearer abcdefghijklmnop"
	made := func(text string) shownReport {
		part := func() shownPart {
			return shownPart{Text: text, Headers: map[string]string{"Authorization": text, "x": text}, Any: []any{text, 1, nil, map[string]any{"k": text}}}
		}
		p := part()
		return shownReport{
			Text: text, Name: token, Hidden: token, Word: token, List: []string{text, "plain"}, Parts: []shownPart{part(), {}}, Part: &p, Two: [2]string{"plain", text},
			Count: map[word]int{"a": 1}, Nested: map[string][]word{"k": {token}}, own: token,
		}
	}
	in := made(token)
	got := Shown(&Book{}, in)
	want := made(Text(token))
	for _, p := range append(want.Parts, *want.Part) {
		if p.Headers != nil {
			p.Headers["Authorization"] = Hidden
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(shownReport{})); diff != "" || Text(token) == token {
		t.Error(diff)
	}
	if diff := cmp.Diff(made(token), in, cmp.AllowUnexported(shownReport{})); diff != "" {
		t.Errorf("the value is changed: %s", diff)
	}
	if got := Shown[*shownReport](nil, nil); got != nil {
		t.Errorf("nothing becomes %v", got)
	}
	if got := Shown(nil, &in); got == &in || got.List[0] != Text(token) || got.own != token {
		t.Errorf("got %+v", got)
	}
}
