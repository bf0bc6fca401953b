package words_test

import (
	"fmt"
	"strings"
	"testing"

	"autoholdings/internal/words"
)

func TestFigures(t *testing.T) {
	for n, want := range map[int]string{0: "0 titles", 1: "1 title", 999: "999 titles", 1000: "1,000 titles", 1234567: "1,234,567 titles"} {
		if got := words.Count(n, "title", "titles"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func ExampleQuoted() {
	fmt.Println(words.Quoted([]string{"north", "south"}, strings.ToUpper))
	// Output: "NORTH", "SOUTH"
}

func ExampleList() {
	fmt.Println(words.List([]string{"a sync", "a move", "an import"}, "or"))
	fmt.Println(words.List([]string{"a sync"}, "or"))
	// Output:
	// a sync, a move or an import
	// a sync
}

func ExampleSentence() {
	fmt.Println(words.Sentence("écrit à la main"))
	// Output: Écrit à la main.
}
