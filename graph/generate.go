// Package graph is the GraphQL API: resolvers that decode, make one call into the domain, and answer; and the handler
// that serves them over HTTP, WebSocket and server-sent events. The contract is schema.graphqls.
package graph

//go:generate go -C .. tool gqlgen generate --config gqlgen.yml
//go:generate go run ./inturn generated/exec.go
