package main

import (
	"os"
	"sync"
)

// restCollector lets a server's collector rest until 64 MiB have been allocated. What a server keeps is little (some MiB),
// and by default the collector comes whenever that has doubled: at some thousand requests a second, many times a second.
//
// The ballast is never touched, so the system gives it no memory. To the collector it counts as kept: it comes at twice
// what is kept and 64 MiB more, whatever a sync holds meanwhile. Whoever sets GOGC or GOMEMLIMIT has decided otherwise.
var restCollector = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		ballast = make([]byte, 64<<20)
	}
})

var ballast []byte //nolint:unused // it is there to be kept
