// Package plan computes what a provider's list would change in a library's holdings, before anything is written. It is
// pure: what is there comes in as keys and hashes, and values of the few portfolios that are compared.
//
// [ReadList] reduces a list to keys and hashes (list.go), and groups its rows into titles (grouping.go, formation.go).
// [Make] pairs them with the portfolios by mutual best evidence (pairing.go, twins.go), decides who leaves and who
// waits (leaving.go, history.go), and asks the guards (guard.go). [Comparison.Compare] tells what a title changes on
// its portfolio (compare.go). [Diff] does all of it from two files.
package plan
