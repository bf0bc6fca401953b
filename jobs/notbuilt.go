package jobs

import "errors"

// errNotBuilt stands until the kinds of jobs are there.
var errNotBuilt = errors.New("not built yet")
