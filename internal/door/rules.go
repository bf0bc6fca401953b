package door

import (
	"net/http"

	"autoholdings/internal/access"
)

// rule says what a path needs.
type rule struct {
	scope   access.Scope // of who asks
	open    bool         // nothing is needed
	signsIn bool         // a page of the sign-in, which the door itself answers
	page    bool         // people open it in a browser: one without a session is led to the sign-in
}

// ServeHTTP makes a rule what a mux can hold. It is only looked up.
func (rule) ServeHTTP(http.ResponseWriter, *http.Request) {}

// everythingElse is for paths that nobody has thought of.
var everythingElse = rule{scope: access.Admin}

// The paths of the sign-in.
const (
	loginPath    = "/login"
	logoutPath   = "/logout"
	setupPath    = "/setup"
	startPath    = "/auth/start"
	callbackPath = "/auth/callback"
	stylePath    = "/auth/style.css"
	graphQLPath  = "/graphql"
)

// table has each path that the server answers, as its mux has it. A path without a row needs Admin.
var table = map[string]rule{
	"GET /healthz": {open: true},
	"GET /readyz":  {open: true},
	loginPath:      {signsIn: true},
	logoutPath:     {signsIn: true},
	setupPath:      {signsIn: true},
	"/auth/":       {signsIn: true},

	graphQLPath:         {scope: access.Read}, // which every scope includes; the fields ask for more themselves
	"GET /{$}":          {scope: access.Read, page: true},
	"GET /console/":     {scope: access.Read, page: true},
	"GET /graphiql/{$}": {scope: access.Read, page: true},
	"GET /graphiql/":    {scope: access.Read, page: true},
	"GET /metrics":      {scope: access.Read},
	"GET /access":       {scope: access.Read},
	"POST /access":      {scope: access.Read},

	"GET /jobs/{id}/report.tsv":                              {scope: access.Read, page: true},
	"GET /jobs/{id}/report.json":                             {scope: access.Read, page: true},
	"GET /collections/{id}/kbart.txt":                        {scope: access.Read, page: true},
	"GET /reconciliation/po-lines-not-listed.tsv":            {scope: access.Read, page: true},
	"GET /reconciliation/portfolios-without-po-line.tsv":     {scope: access.Read, page: true},
	"GET /reconciliation/portfolios-kept-without-reason.tsv": {scope: access.Read, page: true},
	"GET /reconciliation/portfolios-of-closed-orders.tsv":    {scope: access.Read, page: true},
	"GET /pairing-decisions.tsv":                             {scope: access.Read, page: true},
	"GET /local-values.csv":                                  {scope: access.Read, page: true},
	"GET /changes.tsv":                                       {scope: access.Read, page: true},
	"GET /changes.atom":                                      {scope: access.Read, page: true},
	"GET /provider-files/{id}":                               {scope: access.Admin, page: true},
	"GET /audit.tsv":                                         {scope: access.Admin, page: true},
	"POST /files":                                            {scope: access.Operate},
}

func newRules() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, needs := range table {
		mux.Handle(pattern, needs)
	}
	mux.Handle("/", everythingElse)
	return mux
}

// ruleFor finds the rule in the way in which the server's mux finds the handler.
func (d *Door) ruleFor(r *http.Request) rule {
	handler, _ := d.rules.Handler(r)
	if needs, ok := handler.(rule); ok {
		return needs
	}
	return everythingElse // the mux would lead to another form of the path
}
