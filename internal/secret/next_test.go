package secret_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestNextKnowsItsOwnFilesOnly runs over files that change: a book masks the secrets
// of the files of its run, whether an earlier one has read them or not, and none of
// files that are gone.
func TestNextKnowsItsOwnFilesOnly(t *testing.T) {
	file := func(password string) *source.File {
		f, problem := source.NewFile("client.yaml", []byte("password: "+password+"\n"))
		if problem != nil {
			t.Fatal(problem)
		}
		return f
	}
	first, second := file("hunter-seventeen"), file("correct-horse")
	book := &secret.Book{}
	for step, run := range []struct {
		files  []*source.File
		hidden [2]bool // of the two passwords
	}{
		{[]*source.File{first}, [2]bool{true, false}},
		{[]*source.File{first}, [2]bool{true, false}},
		{[]*source.File{first, second}, [2]bool{true, true}},
		{[]*source.File{second}, [2]bool{false, true}},
		{nil, [2]bool{}},
		{[]*source.File{second, first}, [2]bool{true, true}},
	} {
		book = book.Next()
		book.Watch(run.files...)
		for i, word := range []string{"hunter-seventeen", "correct-horse"} {
			for _, masked := range []string{book.Text("it is " + word), book.About("it is "+word, run.files...)} {
				if got := strings.Contains(masked, secret.Hidden); got != run.hidden[i] {
					t.Errorf("step %d: %s: hidden is %t, want %t", step, word, got, run.hidden[i])
				}
			}
		}
		if got := book.Text("Authorization: Bearer 0123456789abcdef"); !strings.Contains(got, secret.Hidden) {
			t.Errorf("step %d: %s", step, got)
		}
	}
}
