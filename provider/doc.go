// Package provider fetches lists from providers by the KBART services of NISO RP-26, and keeps them.
//
// A [Provider] is what differs from one to the next, and has a package of its own below this one. A [Fetcher] makes one
// GET per content type and hands back the whole file. What it fetches is spooled to disk as it arrives, never held in
// memory, taken out of its gzip or ZIP, and kept compressed in a [Store] under the hash of its bytes. Everything that
// is not a new file is an [Outcome]: an error with a code, a message, an advice and a rule on trying again.
//
// The form of a request is a [Template], which the operator may replace. Hidden credentials are masked in every error
// and log line. They go to no host but the template's, and in no request over plain HTTP or to a private address unless
// the operator allows them. A provider's global title list is asked for by a template of its own, without credentials
// (see Request.Global).
package provider
