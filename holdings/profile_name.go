package holdings

import (
	"autoholdings/ent"
	"autoholdings/internal/words"
)

// ProfileName is how people know a profile: its description, else provider and customer number.
func ProfileName(p *ent.Profile) string {
	if p.Description != "" {
		return p.Description
	}
	return "Oxford University Press, customer " + p.CustomerNumber
}

// quotedNames names profiles in a message.
func quotedNames(profiles []*ent.Profile) string { return words.Quoted(profiles, ProfileName) }
