package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// Types of CycloneDX 1.6, as far as they are used.
type (
	bom struct {
		Schema      string      `json:"$schema"`
		Format      string      `json:"bomFormat"`
		SpecVersion string      `json:"specVersion"`
		Version     int         `json:"version"`
		Metadata    metadata    `json:"metadata"`
		Components  []component `json:"components"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp,omitempty"` // of the commit: the same binary has the same bill
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version,omitempty"`
		PURL       string     `json:"purl,omitempty"`
		Licenses   []license  `json:"licenses,omitempty"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	license struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

func licensed(id string) []license {
	var l license
	l.License.ID = id
	return []license{l}
}

// released is what a release is called, and of which commit it is.
type released struct{ version, commit, date string }

// writeBillOfMaterials writes what a binary says that it was made of, with the licenses of the module graph.
func writeBillOfMaterials(out io.Writer, binary string, r released) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	whole, err := os.ReadFile(binary) //nolint:gosec // G304: named by whoever calls
	if err != nil {
		return err
	}
	all, err := parts()
	if err != nil {
		return err
	}
	known := map[string]part{}
	for _, p := range all {
		known[p.name] = p
	}
	sum := sha256.Sum256(whole)
	b := bom{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1}
	b.Metadata.Component = component{
		Type: "application", Ref: "autoholdings", Name: "autoholdings", Version: r.version, Licenses: licensed("Apache-2.0"),
		Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}},
	}
	b.Metadata.Timestamp = r.date
	b.Metadata.Component.Properties = []property{{"autoholdings:commit", r.commit}}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH":
			b.Metadata.Component.Properties = append(b.Metadata.Component.Properties, property{"autoholdings:" + s.Key, s.Value})
		}
	}
	for _, p := range all {
		if p.module {
			continue
		}
		c := component{Type: "library", Ref: p.name, Name: p.name, Version: p.version, Licenses: licensed(p.license)}
		if npm, ok := strings.CutPrefix(p.name, "npm "); ok {
			c.Name, c.PURL = npm, "pkg:npm/"+npm+"@"+p.version
		}
		if p.name == "Go standard library" {
			c.Version = strings.TrimPrefix(info.GoVersion, "go")
			c.PURL = "pkg:golang/std@" + c.Version
		}
		b.Components = append(b.Components, c)
	}
	for _, d := range info.Deps {
		p, ok := known[d.Path]
		if !ok || p.version != d.Version {
			return fmt.Errorf("%s has the module %s %s, which the module graph has not (%s): build it from this tree", binary,
				d.Path, d.Version, p.version)
		}
		b.Components = append(b.Components, component{
			Type: "library", Ref: d.Path, Name: d.Path, Version: d.Version, PURL: "pkg:golang/" + strings.ToLower(d.Path) + "@" + d.Version,
			Licenses: licensed(p.license), Properties: []property{{"autoholdings:go.sum", d.Sum}},
		})
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(b)
}
