package door

import (
	"fmt"
	"slices"
	"strings"

	"autoholdings/internal/access"
)

// grant gives scopes to those of whom the issuer says a value.
type grant struct {
	value  string
	scopes access.Scopes
}

// parseGrants reads texts such as "library staff=read,operate". A text without = goes on with the scopes of the one before
// it, since the command line and environment variables separate texts by commas too.
func parseGrants(texts []string) (grants []grant, err error) {
	var whole []string
	for _, text := range texts {
		if !strings.Contains(text, "=") && len(whole) > 0 {
			whole[len(whole)-1] += "," + text
			continue
		}
		whole = append(whole, text)
	}
	for _, text := range whole {
		at := strings.LastIndex(text, "=")
		if at <= 0 || strings.TrimSpace(text[:at]) == "" {
			return nil, fmt.Errorf("--oidc-map: %.200q is not of the form VALUE=SCOPE,SCOPE, such as staff=read,operate", text)
		}
		scopes, err := access.ParseScopes(text[at+1:])
		if err != nil {
			return nil, fmt.Errorf("--oidc-map: %.200q: %w", text, err)
		}
		grants = append(grants, grant{strings.TrimSpace(text[:at]), scopes})
	}
	if grants == nil {
		return nil, fmt.Errorf("--oidc-map is not set: without it nobody who signs in at the issuer may do anything. Give VALUE=SCOPE,SCOPE for "+
			"each group, such as staff=read,operate; there are the scopes %s", access.AllScopesText())
	}
	return grants, nil
}

// claims are what an issuer says of somebody.
type claims map[string]any

// find returns a claim by its name, or else by a path through objects such as realm_access.roles.
func (c claims) find(name string) any {
	if value, ok := c[name]; ok {
		return value
	}
	first, rest, nested := strings.Cut(name, ".")
	if inner, ok := c[first].(map[string]any); ok && nested {
		return claims(inner).find(rest)
	}
	return nil
}

// text returns the first of some claims that is a text with anything in it.
func (c claims) text(names ...string) string {
	for _, name := range names {
		if text, ok := c.find(name).(string); ok && name != "" && strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

// values returns the values of a claim: the texts of a list, or one text. Only scope and scp, which OAuth has, are words
// separated by blanks: "library heads" of another claim does not give what "heads" does.
func (c claims) values(name string) (values []string) {
	switch v := c.find(name).(type) {
	case string:
		if name == "scope" || name == "scp" {
			return strings.Fields(v)
		}
		return []string{v}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				values = append(values, text)
			}
		}
	}
	return values
}

// scopesBy returns what somebody may do of whom the issuer says the values.
func scopesBy(grants []grant, values []string) (scopes access.Scopes) {
	for _, scope := range access.AllScopes {
		if slices.ContainsFunc(grants, func(g grant) bool { return slices.Contains(values, g.value) && slices.Contains(g.scopes, scope) }) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}
