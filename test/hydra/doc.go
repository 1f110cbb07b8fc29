// Package hydra registers at a real Ory Hydra v2.2.0, over its admin API, the
// clients that kgw build --emit hydra writes. It is a module of its own so that
// Hydra does not become a dependency of kgw.
package hydra
