// Package provider fetches lists from providers' KBART services (NISO RP-26) and keeps them.
//
// A [Provider] describes one provider, in its own package below this one. A [Fetcher] makes one GET per content type
// and returns the whole file. The file is spooled to disk as it arrives, never held in memory, unpacked from gzip or
// ZIP, and kept compressed in a [Store] under the hash of its bytes. Everything that is not a new file is an [Outcome]:
// an error with a code, a message, advice and a rule for retrying.
//
// A [Template] describes a request; the operator may replace it. Hidden credentials are masked in every error and log
// line. They are sent only to the template's host, and never over plain HTTP or to a private address unless the
// operator allows it. A provider's global title list has its own template, without credentials (see Request.Global).
package provider
