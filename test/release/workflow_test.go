package release

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// pinned is an action at a commit, with the release that the commit was.
var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$`)

// TestWorkflows holds the workflows to what can be taken over from outside:
// actions are pinned, and a job has no permission that the workflow or the job
// does not name.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root(t), ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d workflows, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := readFile(t, file)
			for line := range strings.Lines(text) {
				_, action, uses := strings.Cut(strings.TrimSpace(line), "uses: ")
				if uses && !strings.HasPrefix(action, "./") && !pinned.MatchString(action) {
					t.Errorf("%s is not pinned to a commit", action)
				}
			}
			var workflow map[string]any
			if err := yaml.Unmarshal([]byte(text), &workflow); err != nil {
				t.Fatal(err)
			}
			permissions, ok := workflow["permissions"].(map[string]any)
			if !ok {
				t.Error("the workflow does not name its permissions")
			}
			for scope, access := range permissions {
				if access != "read" {
					t.Errorf("every job has %s: %v", scope, access)
				}
			}
		})
	}
}

// TestReleaseNotes prints the section of a version, and refuses a version
// without one.
func TestReleaseNotes(t *testing.T) {
	dir := checkout(t, "kgw")
	if notes := output(t, dir, "make", "-s", "release-notes", "VERSION=Unreleased"); !strings.Contains(notes, "- `kgw build`") {
		t.Errorf("the notes are %q", notes)
	}
	fails(t, dir, "make", "-s", "release-notes", "VERSION=99.0.0")
}
