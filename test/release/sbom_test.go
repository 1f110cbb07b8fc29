package release

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
)

// sboms compares each document with the modules in the program it describes.
func sboms(t *testing.T, r release) {
	programs := map[string]string{}
	for _, a := range r.of(t, "Binary", "", 6) {
		programs["kgw_"+a.OS+"_"+a.Arch+".cdx.json"] = a.Path
	}
	for _, a := range r.of(t, "SBOM", "", 6) {
		f, err := os.Open(filepath.Join(a.Path))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(f, cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		info, err := buildinfo.ReadFile(programs[a.Name])
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		want := []string{"std@" + strings.TrimPrefix(info.GoVersion, "go")}
		for _, m := range info.Deps {
			want = append(want, m.Path+"@"+m.Version)
		}
		var got []string
		for _, c := range *bom.Components {
			got = append(got, c.Name+"@"+c.Version)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(want) < 5 {
			t.Errorf("%s: -program +document:\n%s", a.Name, diff)
		}
		if c := bom.Metadata.Component; c.Name != "github.com/kgw-dev/kgw" || c.Version != r.version {
			t.Errorf("%s describes %s@%s", a.Name, c.Name, c.Version)
		}
	}
}
