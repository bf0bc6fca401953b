package holdings

import (
	"strings"

	"autoholdings/ent"
	"autoholdings/internal/words"
)

// ProfileName is how people know a profile: its description, else provider and customer number.
func ProfileName(p *ent.Profile) string {
	if p.Description != "" {
		return p.Description
	}
	name := TitleOf(p.Provider, "")
	if p.CustomerNumber != "" {
		name += ", customer " + p.CustomerNumber
	}
	return name
}

// QuotedNames names profiles in a message.
func QuotedNames(profiles []*ent.Profile) string { return words.Quoted(profiles, ProfileName) }

// TitleOf is a provider's title or, if only its name is known, the name in words: profiles store no more than the name.
func TitleOf(name, title string) string {
	if title != "" {
		return title
	}
	words := strings.Split(strings.ToLower(name), "_")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}
