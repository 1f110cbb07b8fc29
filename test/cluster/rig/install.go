package rig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	_ "istio.io/api/networking/v1" // the module whose file has Istio's CRDs
	"sigs.k8s.io/yaml"
)

// install makes the kinds known that kgw writes and reads: Istio's from its
// API module, those of the Gateway API from theirs, Rule and APIRule from kgw
// itself.
func (s *Server) install() error {
	istio, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "istio.io/api").Output()
	if err != nil {
		return fmt.Errorf("istio.io/api: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(istio)), "kubernetes/customresourcedefinitions.gen.yaml"))
	if err != nil {
		return err
	}
	for _, kind := range []string{"Rule", "APIRule/v1beta1"} {
		crd, err := exec.Command(s.Kgw, "schema", "crd", kind).Output()
		if err != nil {
			return fmt.Errorf("kgw schema crd %s: %w", kind, err)
		}
		text = append(append(text, "\n---\n"...), crd...)
	}
	parents, err := gatewayAPI()
	if err != nil {
		return err
	}
	crds, err := Documents(append(append(text, "\n---\n"...), parents...))
	if err != nil {
		return err
	}
	for _, crd := range crds {
		if _, err := s.Apply("rig", crd); err != nil {
			return err
		}
	}
	for _, crd := range crds {
		if err := s.established(Path(crd)); err != nil {
			return err
		}
	}
	return nil
}

// gatewayAPI reads the definitions of the kinds of the Gateway API that kgw
// writes, of the standard channel.
func gatewayAPI() ([]byte, error) {
	_, own, _, _ := runtime.Caller(0)
	cmd := exec.Command("go", "mod", "download", "-json", "sigs.k8s.io/gateway-api")
	cmd.Dir = filepath.Join(filepath.Dir(own), "gatewayapi")
	answer, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("sigs.k8s.io/gateway-api: %w", err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(answer, &module); err != nil {
		return nil, err
	}
	var out []byte
	for _, name := range []string{"httproutes", "gateways", "referencegrants"} {
		text, err := os.ReadFile(filepath.Join(module.Dir, "config/crd/standard/gateway.networking.k8s.io_"+name+".yaml"))
		if err != nil {
			return nil, err
		}
		out = append(append(out, "\n---\n"...), text...)
	}
	return out, nil
}

// established waits until the server answers questions for a kind.
func (s *Server) established(path string) error {
	for range 600 {
		crd, err := s.Do(http.MethodGet, path, nil)
		if err != nil {
			return err
		}
		if status, _ := yaml.Marshal(crd["status"]); bytes.Contains(status, []byte("type: Established")) && s.served(crd) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s is not established", path)
}

// served asks for the versions of a kind: the server lists them a moment
// after it has established the kind.
func (s *Server) served(crd map[string]any) bool {
	spec, _ := crd["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		version, _ := v.(map[string]any)
		if version["served"] != true {
			continue
		}
		if _, err := s.Do(http.MethodGet, fmt.Sprintf("/apis/%s/%s/%s?limit=1", spec["group"], version["name"], names["plural"]), nil); err != nil {
			return false
		}
	}
	return true
}

// Documents reads a YAML stream.
func Documents(text []byte) ([]map[string]any, error) {
	var documents []map[string]any
	for part := range bytes.SplitSeq(append([]byte("\n"), text...), []byte("\n---")) {
		var document map[string]any
		if err := yaml.Unmarshal(part, &document); err != nil {
			return nil, err
		}
		if document != nil {
			documents = append(documents, document)
		}
	}
	return documents, nil
}
