package kube

import "sigs.k8s.io/yaml"

// Providers reads the external authorizers of a mesh configuration (the key
// "mesh" of ConfigMap istio-system/istio): by name, whether each is one that
// is asked over HTTP. An error means that the text is not a mesh configuration.
func Providers(mesh string) (map[string]bool, error) {
	var config struct {
		ExtensionProviders []struct {
			Name              string          `json:"name"`
			EnvoyExtAuthzHTTP *map[string]any `json:"envoyExtAuthzHttp"`
		} `json:"extensionProviders"`
	}
	if err := yaml.Unmarshal([]byte(mesh), &config); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, p := range config.ExtensionProviders {
		out[p.Name] = p.EnvoyExtAuthzHTTP != nil
	}
	return out, nil
}
