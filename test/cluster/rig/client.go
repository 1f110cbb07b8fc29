package rig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// Do asks the server as Admin and gives its answer; the error of a status
// above 299 has the server's words.
func (s *Server) Do(method, path string, body any) (map[string]any, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, s.URL+path, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+Admin+"-token")
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/apply-patch+yaml")
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode > 299 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	var object map[string]any
	_ = json.Unmarshal(text, &object) // /readyz answers with a word
	return object, nil
}

// plurals are the resources of the kinds that tests write.
var plurals = map[string]string{
	"ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
	"VirtualService":                 "virtualservices", "Rule": "rules", "AuthorizationPolicy": "authorizationpolicies",
	"RequestAuthentication": "requestauthentications", "APIRule": "apirules", "Gateway": "gateways", "DestinationRule": "destinationrules",
	"ServiceEntry": "serviceentries", "Sidecar": "sidecars", "EnvoyFilter": "envoyfilters", "PeerAuthentication": "peerauthentications",
	"Ingress": "ingresses", "RouteGroup": "routegroups", "Service": "services", "ConfigMap": "configmaps", "Secret": "secrets",
	"HTTPRoute": "httproutes", "FabricGateway": "fabricgateways", "ReferenceGrant": "referencegrants",
	"Namespace": "namespaces", "CustomResourceDefinition": "customresourcedefinitions", "Role": "roles", "RoleBinding": "rolebindings", "ClusterRoleBinding": "clusterrolebindings",
	"ValidatingAdmissionPolicy": "validatingadmissionpolicies", "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
}

// Collection returns the path below which objects like this one are found.
func Collection(object map[string]any) string {
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	path := "/apis/" + version
	if !strings.Contains(version, "/") {
		path = "/api/" + version
	}
	metadata, _ := object["metadata"].(map[string]any)
	if namespace, _ := metadata["namespace"].(string); namespace != "" {
		path += "/namespaces/" + namespace
	}
	return path + "/" + plurals[kind]
}

// Path returns where an object is found.
func Path(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return Collection(object) + "/" + name
}

// Create creates an object as a controller does, under a generated name if it
// asks for one, and gives it as it then is.
func (s *Server) Create(object map[string]any) (map[string]any, error) {
	return s.Do(http.MethodPost, Collection(object), object)
}

// Admit asks the server whether it would create an object, and gives its words
// where it would not.
func (s *Server) Admit(object map[string]any) error {
	_, err := s.Do(http.MethodPost, Collection(object)+"?dryRun=All", object)
	return err
}

// Apply writes an object as a GitOps tool does: server-side, as the field
// manager.
func (s *Server) Apply(manager string, object map[string]any) (map[string]any, error) {
	return s.Do(http.MethodPatch, Path(object)+"?force=true&fieldManager="+manager, object)
}

// Kubeconfig writes the kubeconfig of a user, with a second context, elsewhere,
// in whose server nobody listens, and gives its path.
func (s *Server) Kubeconfig(user, namespace string) (string, error) {
	file := s.file("kubeconfig-" + user + "-" + namespace)
	return file, os.WriteFile(file, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: here
clusters:
  - {name: here, cluster: {server: %q, certificate-authority: %q}}
  - {name: elsewhere, cluster: {server: "https://127.0.0.1:1"}}
users:
  - {name: %s, user: {token: %s-token}}
contexts:
  - {name: here, context: {cluster: here, user: %s, namespace: %q}}
  - {name: elsewhere, context: {cluster: elsewhere, user: %s}}
`, s.URL, s.CA(), user, user, user, namespace, user), 0o600)
}

// RunKubectl runs kubectl as Admin, with an input, and gives its output.
func (s *Server) RunKubectl(stdin string, args ...string) (string, error) {
	config, err := s.Kubeconfig(Admin, "default")
	if err != nil {
		return "", err
	}
	cmd := exec.Command(s.Kubectl, append([]string{"--kubeconfig", config}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
