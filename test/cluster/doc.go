// Package cluster holds kgw to a real kube-apiserver with etcd: what it says
// of live objects, how it takes a cluster that fails, and that it never writes
// to one. It is a module of its own; make test-cluster builds what it needs.
package cluster
