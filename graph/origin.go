package graph

import (
	"net/http"
)

// crossOrigin recognizes requests that a page elsewhere makes a person's browser send. A browser sends many of them
// without asking this server first: queries by GET, and uploads, whose body may be any text.
var crossOrigin = http.NewCrossOriginProtection()

// fromElsewhere reports whether a page elsewhere has made a browser send the request, by whatever method.
func fromElsewhere(r *http.Request) bool {
	asked := *r
	asked.Method = http.MethodPost // crossOrigin lets GET pass, which can cost as much here
	return crossOrigin.Check(&asked) != nil
}

// fromHere refuses requests that come from pages elsewhere.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fromElsewhere(r) {
			refuse(w, r, http.StatusForbidden, codeForbidden,
				"the request comes from a page elsewhere, which may not use the API here: use this server's own pages, or a program")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// followed reports whether a person followed a link to the address, wherever the link was. A page elsewhere cannot make
// a browser do so out of sight.
func followed(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}
