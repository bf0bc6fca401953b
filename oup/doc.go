// Package oup speaks to the KBART service of Oxford University Press and knows OUP's own rules.
//
// A [Fetcher] makes one GET per content type, as NISO RP-26 services expect it, and hands back the whole file. What it
// fetches is spooled to disk as it arrives, never held in memory, taken out of its gzip or ZIP, and kept compressed in
// a [Store] under the hash of its bytes. Everything that is not a new file is an [Outcome]: an error with a code, a
// message, an advice and a rule on trying again; [Rules] lists them.
//
// OUP does not publish the address of its service, so the form of a request is a [Template] of the operator's. The API
// key is masked in every error and log line, goes to no host but the template's, and in no request over plain HTTP or
// to a private address unless the operator allows them. The provider's global title list is asked for by a template of
// its own, without credentials (see Request.Global).
package oup
