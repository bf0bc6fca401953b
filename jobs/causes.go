package jobs

import (
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
)

// cause is a part of a job that stands out, and why.
type cause struct {
	part *ent.JobPart
	why  *failure
}

// causesNamed is how many different causes a job's message names, and causeLength how many characters of each.
const (
	causesNamed = 10
	causeLength = 400
)

// problemOf returns what a job says about the parts that stand out. Each is named with its reason; parts with the same
// reason go together. The groups of causes come worst first, and the code is that of the first cause. nil: no part
// stands out.
func problemOf(parts []*ent.JobPart, causes ...[]cause) *failure {
	all := slices.Concat(causes...)
	if len(all) == 0 {
		return nil
	}
	names := partNames(parts)
	var messages, hints causeTexts
	for _, c := range all {
		messages.add(names[c.part.ID], c.why.Message)
		hints.add(names[c.part.ID], c.why.Hint)
	}
	return &failure{all[0].why.Code, messages.join("; ", len(parts) > 1), hints.join(" ", len(hints) > 1)}
}

// causeTexts are the different texts, each with the parts that it applies to.
type causeTexts []causeText

type causeText struct {
	text  string
	names []string
}

func (c *causeTexts) add(name, text string) {
	if text == "" {
		return
	}
	i := slices.IndexFunc(*c, func(known causeText) bool { return known.text == text })
	if i < 0 {
		i = len(*c)
		*c = append(*c, causeText{text: text})
	}
	if known := &(*c)[i]; !slices.Contains(known.names, name) {
		known.names = append(known.names, name)
	}
}

// join combines them into one text; named puts the parts before each.
func (c causeTexts) join(separator string, named bool) string {
	var said []string
	for _, cause := range c[:min(len(c), causesNamed)] {
		text := cause.text
		if runes := []rune(text); len(runes) > causeLength {
			text = string(runes[:causeLength]) + "…"
		}
		if named {
			text = namesInWords(cause.names) + ": " + text
		}
		said = append(said, text)
	}
	if more := len(c) - causesNamed; more > 0 {
		said = append(said, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(said, separator)
}

// namesInWords lists names in words: "Books, Journals". If there are many, it gives the first ones and the number of
// the rest.
func namesInWords(names []string) string {
	if more := len(names) - causesNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:causesNamed], ", "), more)
	}
	return strings.Join(names, ", ")
}

// partNames returns short names that tell a job's parts apart: "Books", "Journals (profile North)". If a content type
// occurs twice, the collection is named instead.
func partNames(parts []*ent.JobPart) map[int64]string {
	type place struct{ profile, content string }
	of := map[place]int{}
	for _, p := range parts {
		of[place{p.ProfileName, p.Content}]++
	}
	several := slices.ContainsFunc(parts, func(p *ent.JobPart) bool { return p.ProfileName != parts[0].ProfileName })
	names := make(map[int64]string, len(parts))
	for _, p := range parts {
		name := map[string]string{"BOOKS": "Books", "JOURNALS": "Journals"}[p.Content]
		if name == "" || of[place{p.ProfileName, p.Content}] > 1 {
			name = p.CollectionName
		}
		if several && p.ProfileName != "" {
			name += " (profile " + p.ProfileName + ")"
		}
		names[p.ID] = name
	}
	return names
}
