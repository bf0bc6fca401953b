package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"autoholdings/kbart"
)

func TestTheCommittedDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("../../docs/kbart-rules.md")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	render(&b, kbart.Rules())
	if !bytes.Equal(b.Bytes(), committed) {
		t.Error("docs/kbart-rules.md is not what the rules say; run go generate ./kbart")
	}
}

func TestRenderTellsAllOfARule(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	render(&b, []kbart.Rule{{
		Code: "some-code", Severity: kbart.Warning, Title: "A | in it", Cause: "The cause.", Cure: "The cure.", Example: "a `quoted` example",
	}})
	for _, want := range []string{
		"| [some-code](#some-code) | warning | warning | A \\| in it |",
		"### some-code", "`` a `quoted` example ``", "The cause.", "The cure.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the document lacks %q:\n%s", want, b.String())
		}
	}
}

func TestRenderTellsWhichRulesNeedMemory(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, r := range kbart.Rules() {
		if r.Code == "duplicate-row" {
			render(&b, []kbart.Rule{r})
		}
	}
	if !strings.Contains(b.String(), "**Memory**: ") {
		t.Errorf("the document does not say what memory the rule needs:\n%s", b.String())
	}
}
