// Package argocd_test drives Argo CD's own server of config management plugins
// with the plugin that kgw prints, by the calls that a repo-server makes. It
// knows kgw by its command line alone. KGW_TEST_BIN names kgw and
// KGW_TEST_ARGOCD the server; make test-integrations sets both.
package argocd_test
