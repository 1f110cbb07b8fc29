// Package gatewayapi names the version of the Gateway API whose definitions the
// rig installs. It is a module of its own, so that kgw's client is tested with
// the libraries that kgw is built with.
package gatewayapi

import _ "sigs.k8s.io/gateway-api/pkg/consts" // the module whose files are the definitions
