// Package oathkeeper holds the simulator to a real Oathkeeper v0.40.9 and to
// the code of oathkeeper-maester v0.1.10: the same rules and requests, the same
// statuses. It is a module of its own so that none of them becomes a
// dependency of kgw.
package oathkeeper
