package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

type pluginFlags struct {
	name, version, glob, command, form, image, namespace string
	noDiscover                                           bool
	args                                                 []string
}

func (a *app) argocdPluginCommand() *cobra.Command {
	f := &pluginFlags{}
	cmd := &cobra.Command{
		Use:   "plugin [-- FLAG...]",
		Short: "Print the configuration of the plugin for Argo CD",
		Long: "Prints the plugin.yaml that Argo CD's server of plugins reads, a ConfigMap that holds it (-o configmap), or a\n" +
			"patch that adds the sidecar to the Deployment argocd-repo-server (-o patch). Flags after \"--\" are given to every\n" +
			"run of argocd generate: an application cannot change them.",
		Example: "  kgw argocd plugin\n  kgw argocd plugin -o configmap\n  kgw argocd plugin --name kgw-istio --version v1 -- --target istio\n  kgw argocd plugin --no-discover",
		RunE: func(cmd *cobra.Command, args []string) error {
			if at := cmd.ArgsLenAtDash(); len(args) > 0 && at != 0 {
				return usage("there is no argument %q: flags of argocd generate come after \"--\"", args[0])
			}
			f.args = args
			return a.printPlugin(f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "kgw", "`name` that an Application refers to")
	flags.StringVar(&f.version, "version", "", "`version`: an Application then refers to NAME-VERSION")
	flags.StringVar(&f.glob, "glob", "**/kgw.yaml", "`pattern` of the files that make Argo CD use the plugin for an application's path")
	flags.BoolVar(&f.noDiscover, "no-discover", false, "for Applications that name the plugin only")
	flags.StringVar(&f.command, "command", "kgw", "the program as the sidecar finds it: a `name` or path")
	flags.StringVarP(&f.form, "output", "o", "plugin", "what to print: plugin, configmap or patch")
	flags.StringVar(&f.image, "image", "ghcr.io/kgw-dev/kgw-argocd:v"+version(), "`image` of the sidecar, for -o patch")
	flags.StringVarP(&f.namespace, "namespace", "n", "argocd", "`namespace` of Argo CD, for -o configmap and patch")
	return cmd
}

var (
	argocdName    = lazyregexp.New(`^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$`)
	argocdVersion = lazyregexp.New(`^([A-Za-z0-9][-A-Za-z0-9._]*)?$`)
)

func (a *app) printPlugin(f *pluginFlags) error {
	switch {
	case !argocdName().MatchString(f.name):
		return usage("--name must be lower-case letters, digits and dashes, at most 53, not %q", f.name)
	case !argocdVersion().MatchString(f.version):
		return usage("--version must be letters, digits, dashes and dots, not %q", f.version)
	case f.command == "":
		return usage("--command must name the program")
	case f.glob == "" && !f.noDiscover:
		return usage("--glob must be a pattern: --no-discover leaves discovery out")
	case !validNamespace(f.namespace):
		return usage("-n must be the name of a namespace, not %q", f.namespace)
	}
	switch f.form {
	case "plugin":
		return a.printText(f.plugin())
	case "configmap":
		return a.printText(f.configMap())
	case "patch":
		return a.printText(f.patch())
	}
	return usage("-o must be plugin, configmap or patch, not %q", f.form)
}

// quoted returns text as YAML and JSON both read it.
func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func quotedList(list []string) string {
	for i, s := range list {
		list[i] = quoted(s)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// plugin returns a ConfigManagementPlugin as Argo CD 2.4 and later read it:
// https://argo-cd.readthedocs.io/en/stable/operator-manual/config-management-plugins/
func (f *pluginFlags) plugin() string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: argoproj.io/v1alpha1\nkind: ConfigManagementPlugin\nmetadata:\n  name: %s\nspec:\n", quoted(f.name))
	if f.version != "" {
		fmt.Fprintf(&b, "  version: %s\n", quoted(f.version))
	}
	command := append([]string{f.command, "argocd", "generate"}, f.args...)
	fmt.Fprintf(&b, "  generate:\n    command: %s\n", quotedList(command))
	if !f.noDiscover {
		fmt.Fprintf(&b, "  discover:\n    find:\n      glob: %s\n", quoted(f.glob))
	}
	b.WriteString("  parameters:\n    static:\n")
	for _, p := range argocdParameters {
		fmt.Fprintf(&b, "      - name: %s\n        title: %s\n        tooltip: %s\n        collectionType: %s\n", p.name, quoted(p.title), quoted(p.tooltip), p.kind)
	}
	return b.String()
}

// configMap returns a ConfigMap with the plugin, for a sidecar whose image does not contain it.
func (f *pluginFlags) configMap() string {
	text := "    " + strings.ReplaceAll(strings.TrimSuffix(f.plugin(), "\n"), "\n", "\n    ")
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n  namespace: %s\ndata:\n  plugin.yaml: |\n%s\n", quoted(f.resource()), quoted(f.namespace), text)
}

// resource returns the name of the ConfigMap and of the sidecar.
func (f *pluginFlags) resource() string { return f.name + "-plugin" }

// patch returns a patch that adds the sidecar with what it needs according to the
// page named above: the server of plugins, user 999, and a /tmp of its own.
func (f *pluginFlags) patch() string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: argocd-repo-server
  namespace: %[1]s
spec:
  template:
    spec:
      containers:
        - name: %[2]s
          image: %[3]s
          command: ["/var/run/argocd/argocd-cmp-server"]
          securityContext:
            runAsNonRoot: true
            runAsUser: 999
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: ["ALL"]
            seccompProfile:
              type: RuntimeDefault
          volumeMounts:
            - name: var-files
              mountPath: /var/run/argocd
            - name: plugins
              mountPath: /home/argocd/cmp-server/plugins
            - name: %[2]s
              mountPath: /home/argocd/cmp-server/config/plugin.yaml
              subPath: plugin.yaml
            - name: %[4]s
              mountPath: /tmp
      volumes:
        - name: %[2]s
          configMap:
            name: %[2]s
        - name: %[4]s
          emptyDir: {}
`, quoted(f.namespace), quoted(f.resource()), quoted(f.image), quoted(f.resource()+"-tmp"))
}
