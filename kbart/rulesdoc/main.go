// Command rulesdoc writes docs/kbart-rules.md from the table of rules that package kbart itself uses.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"autoholdings/kbart"
)

func main() {
	log.SetFlags(0)
	out := flag.String("o", "", "file to write; standard output if empty")
	flag.Parse()
	var b bytes.Buffer
	render(&b, kbart.Rules())
	if *out == "" {
		if _, err := os.Stdout.Write(b.Bytes()); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(*out, b.Bytes(), 0o644); err != nil { //nolint:gosec // a document that everybody may read
		log.Fatalf("rulesdoc: writing the rules: %v", err)
	}
}

const preface = `<!-- Generated from the rules in package kbart by "go generate ./kbart". Do not edit. -->
# KBART rules

This is what ` + "`autoholdings validate`" + ` and package ` + "`kbart`" + ` check in a title list, and what to do about each finding.
Codes are stable: programs may rely on them.

| severity | meaning |
|---|---|
| fatal | the whole file is refused; nothing of it is used |
| error | wrong |
| warning | probably not what was meant |
| info | worth knowing |

The severity does not decide what happens to a row: a row with an error is still used, unless the rule says that it is
refused. The profile *lenient* checks what a library can load, *strict* what NISO RP-9 requires of a publisher. Rules that
begin with ` + "`written-`" + ` are about changes by the writer.

`

// render writes the document: an overview, then each rule.
func render(w io.Writer, rules []kbart.Rule) {
	fmt.Fprint(w, preface)
	fmt.Fprint(w, "## Overview\n\n| code | lenient | strict | what is wrong |\n|---|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(w, "| [%s](#%s) | %s | %s | %s |\n", r.Code, r.Code, r.SeverityIn(kbart.Lenient), r.SeverityIn(kbart.Strict),
			inTable(r.Title))
	}
	fmt.Fprint(w, "\n## Rules\n")
	for _, r := range rules {
		renderRule(w, r)
	}
}

func renderRule(w io.Writer, r kbart.Rule) {
	fmt.Fprintf(w, "\n### %s\n\n%s. Severity: %s", r.Code, r.Title, r.SeverityIn(kbart.Lenient))
	if strict := r.SeverityIn(kbart.Strict); strict != r.SeverityIn(kbart.Lenient) {
		fmt.Fprintf(w, ", under the strict profile %s", strict)
	}
	fmt.Fprintf(w, ".\n\n- **Example**: %s\n- **Cause**: %s\n- **Cure**: %s\n- **For a library**: %s\n", code(r.Example), r.Cause, r.Cure,
		r.Library)
	if memory := r.Memory(); memory != "" {
		fmt.Fprintf(w, "- **Memory**: %s\n", memory)
	}
}

// code formats a text as code, even if it contains backquotes.
func code(s string) string {
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	return "`` " + s + " ``"
}

func inTable(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
