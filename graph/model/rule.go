package model

import (
	"sync"

	"autoholdings/kbart"
)

// KbartRule is a rule that lists are checked by.
type KbartRule struct{ kbart.Rule }

// Severity is its name.
func (r *KbartRule) Severity() string { return severityName(int(r.Rule.Severity)) }

// KbartRules are all rules, by code.
func KbartRules() []*KbartRule {
	var rules []*KbartRule
	for _, r := range kbart.Rules() {
		rules = append(rules, &KbartRule{r})
	}
	return rules
}

var rulesByCode = sync.OnceValue(func() map[string]*KbartRule {
	rules := map[string]*KbartRule{}
	for _, r := range KbartRules() {
		rules[r.Code] = r
	}
	return rules
})
