package graph_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"autoholdings/graph"
)

// TestLimitsInDocs: the table of docs/api.md is that of the program.
func TestLimitsInDocs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/api.md")
	must(t, err)
	var want strings.Builder
	for _, l := range graph.LimitTable {
		flag, status := "", ""
		if l.Flag != "" {
			flag = "`--" + l.Flag + "`"
		}
		if l.Status != 0 {
			status = fmt.Sprint(l.Status)
			if http.StatusText(l.Status) == "" {
				t.Errorf("%s: %d is no status", l.Name, l.Status)
			}
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s | %s | %s |\n", l.Name, l.What, l.Shown(l.Default), flag, status, l.Advice)
	}
	if !strings.Contains(string(text), "|---|---|---|---|---|---|\n"+want.String()+"\n") {
		t.Errorf("the table of docs/api.md is not:\n%s", want.String())
	}
}
