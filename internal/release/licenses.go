package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// program is what is released.
const program = "autoholdings/cmd/autoholdings"

// part is something of somebody else's that is in the program.
type part struct {
	name, version string
	module        bool   // a Go module; otherwise it is named by its origin
	license       string // SPDX
	texts         []text
}

// text is a license, or a notice that goes with it.
type text struct{ file, words string }

// module is what `go list` says of a module.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

// parts returns what is in the program, for each system the same.
func parts() ([]part, error) {
	list := exec.Command("go", "list", "-deps", "-json=Module", program) //nolint:noctx // it ends with the program
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1", "GOFLAGS=-mod=readonly")
	list.Stderr = os.Stderr
	printed, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	seen := map[string]bool{}
	var all []part
	for packages := json.NewDecoder(bytes.NewReader(printed)); ; {
		var p struct{ Module *module }
		err := packages.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if p.Module == nil || p.Module.Main || seen[p.Module.Path] {
			continue
		}
		seen[p.Module.Path] = true
		one, err := p.Module.part()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	others, err := otherParts(all)
	return append(others, all...), err
}

var licenseFile = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|patents)([.-].*)?$`)

func (m *module) part() (part, error) {
	if m.Replace != nil {
		m = m.Replace
	}
	p := part{name: m.Path, version: m.Version, module: true}
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return p, fmt.Errorf("module %s: %w", m.Path, err)
	}
	for _, e := range entries {
		if e.IsDir() || !licenseFile.MatchString(e.Name()) {
			continue
		}
		words, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return p, fmt.Errorf("module %s: %w", m.Path, err)
		}
		p.texts = append(p.texts, text{e.Name(), string(words)})
		if p.license == "" {
			p.license = spdx(string(words))
		}
	}
	if p.license == "" {
		return p, fmt.Errorf("module %s %s: its license is not found among %d files in %s, or not known: add it to spdx", m.Path, m.Version,
			len(p.texts), m.Dir)
	}
	return p, nil
}

// spdx names a license by its words; "": it is none of those that have been looked at, and may ask for more than a notice.
func spdx(words string) string {
	words = strings.Join(strings.Fields(words), " ")
	has := func(phrase string) bool { return strings.Contains(words, phrase) }
	switch {
	case has("Mozilla Public License Version 2.0"), has("Mozilla Public License, version 2.0"):
		return "MPL-2.0"
	case has("Apache License"), has("Apache License, Version 2.0"):
		return "Apache-2.0"
	case has("Redistribution and use in source and binary forms") && (has("Neither the name") || has("names of its contributors")):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("Permission to use, copy, modify, and/or distribute"), has("Permission to use, copy, modify, and distribute"):
		return "ISC"
	case has("Permission is hereby granted, free of charge, to any person"):
		return "MIT"
	}
	return ""
}

// otherParts returns what is in the program and no module: the Go library, SQLite and the page for trying the API.
func otherParts(modules []part) ([]part, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output() //nolint:noctx // it ends with the program
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	license, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "LICENSE"))
	if err != nil {
		return nil, fmt.Errorf("the license of Go: %w", err)
	}
	all := []part{
		{name: "Go standard library", license: "BSD-3-Clause", texts: []text{{"LICENSE", string(license)}}},
		{
			name: "SQLite", license: "blessing",
			texts: []text{{"sqlite3.c", "The author disclaims copyright to this source code: it is in the public domain.\n"}},
		},
	}
	at := slices.IndexFunc(modules, func(p part) bool { return p.name == "github.com/mattn/go-sqlite3" })
	if at < 0 {
		return nil, errors.New("the module with SQLite is not there")
	}
	all[1].version, err = sqliteVersion()
	if err != nil {
		return nil, err
	}
	page, err := graphiql()
	return append(all, page...), err
}

var sqliteDefine = regexp.MustCompile(`#define SQLITE_VERSION\s+"([^"]+)"`)

func sqliteVersion() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/mattn/go-sqlite3").Output() //nolint:noctx // as above
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	header, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "sqlite3-binding.h"))
	if err != nil {
		return "", fmt.Errorf("SQLite's version: %w", err)
	}
	found := sqliteDefine.FindSubmatch(header)
	if found == nil {
		return "", errors.New("SQLite's version is not in its header")
	}
	return string(found[1]), nil
}

// fromNPM matches a line of the table in graph/graphiql/README.md.
var fromNPM = regexp.MustCompile(`(?m)^\| .* \| npm (\S+) (\S+), (Copyright .*) \|$`)

// graphiql returns what the page for trying the API consists of.
func graphiql() (all []part, err error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output() //nolint:noctx // as above
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "graph", "graphiql")
	table, err := os.ReadFile(filepath.Join(folder, "README.md")) //nolint:gosec // G304: of this repository
	if err != nil {
		return nil, err
	}
	license, err := os.ReadFile(filepath.Join(folder, "LICENSE")) //nolint:gosec // G304: of this repository
	if err != nil {
		return nil, err
	}
	for _, row := range fromNPM.FindAllStringSubmatch(string(table), -1) {
		all = append(all, part{
			name: "npm " + row[1], version: row[2], license: "MIT", texts: []text{{"LICENSE", row[3] + "\n\n" + string(license)}},
		})
	}
	if len(all) == 0 {
		return nil, errors.New("graph/graphiql/README.md names nothing")
	}
	return all, nil
}

// writeNotice writes the licenses. Parts with the same words share them.
func writeNotice(out io.Writer) error {
	all, err := parts()
	if err != nil {
		return err
	}
	fmt.Fprint(out, "autoholdings\n\n"+
		"autoholdings is licensed under the Apache License 2.0, in the file LICENSE. The program contains the following "+
		"parts of others,\n"+
		"under the licenses below. `make generate` writes this file.\n\n")
	for _, p := range all {
		fmt.Fprintf(out, "  %s\n", strings.Join(strings.Fields(p.name+" "+p.version+" ("+p.license+")"), " "))
	}
	var order []string
	of := map[string][]string{}
	for _, p := range all {
		for _, t := range p.texts {
			words := strings.Trim(strings.ReplaceAll(t.words, "\r\n", "\n"), "\n")
			if of[words] == nil {
				order = append(order, words)
			}
			of[words] = append(of[words], p.name+" ("+t.file+")")
		}
	}
	line := strings.Repeat("-", 80)
	for _, words := range order {
		fmt.Fprintf(out, "\n%s\n%s\n%s\n\n%s\n", line, strings.Join(of[words], "\n"), line, words)
	}
	return nil
}
