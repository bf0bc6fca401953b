package search

import (
	"slices"
	"strings"

	"autoholdings/kbart"
)

// Query is what somebody searches for: a row is found if it has one of the ways of each part.
type Query struct{ parts []part }

// part is a piece of a query as it may stand in a row. Each of its ways is words that the row has all.
type part struct{ ways [][]asked }

// asked is a word that a row is to have, or its beginning.
type asked struct {
	word  string
	whole bool // not only its beginning
}

// mostAsked is how many words of a query count. More find no title that these do not find as well.
const mostAsked = 64

// Parse reads what somebody typed. Nothing in it is an operator.
func Parse(text string) Query {
	var q Query
	pieces := strings.Fields(text)
	for asked := 0; len(pieces) > 0 && asked < mostAsked; {
		p, used := readPart(pieces)
		pieces = pieces[used:]
		if len(p.ways) == 0 {
			continue
		}
		for i, way := range p.ways {
			p.ways[i] = way[:min(len(way), mostAsked-asked)]
		}
		asked += len(p.ways[0])
		q.parts = append(q.parts, p)
	}
	return q
}

// URLs finds the rows that have one of the URLs, as a whole and whatever their scheme.
func URLs(urls []string) (q Query) {
	var one part
	for _, url := range urls {
		if whole, _ := urlWords(url); whole != "" {
			one.ways = append(one.ways, []asked{{shortened(whole), true}})
		}
	}
	if len(one.ways) > 0 {
		q.parts = []part{one}
	}
	return q
}

// IsEmpty says that there is no letter and no digit in it. It finds nothing.
func (q Query) IsEmpty() bool { return len(q.parts) == 0 }

// readPart reads the first part of a query, and says of how many pieces it is.
func readPart(pieces []string) (p part, used int) {
	key, used := identifierAtBeginning(pieces)
	if isLabel(pieces[0]) && key == "" && len(pieces) > 1 {
		if key, n := identifierAtBeginning(pieces[1:]); key != "" {
			return readPieces(pieces[1:n+1], key), n + 1
		}
	}
	return readPieces(pieces[:used], key), used
}

// readPieces reads pieces that are one part; key is the identifier that they are, if they are one. Of several words that
// only punctuation parts, all but the last are whole.
func readPieces(pieces []string, key string) (p part) {
	url := ""
	if len(pieces) == 1 && strings.ContainsAny(pieces[0], "/.") {
		url, _ = urlWords(pieces[0])
	}
	if url == "" || !strings.Contains(pieces[0], "://") {
		p = inWords(pieces)
	}
	if key != "" && !slices.ContainsFunc(p.ways, func(way []asked) bool { return len(way) == 1 && way[0].word == strings.ToLower(key) }) {
		p.ways = append(p.ways, beginning(strings.ToLower(key)))
	}
	if url != "" {
		p.ways = append(p.ways, beginning(url))
	}
	return p
}

// inWords is a part that may stand in a row as words, or as one word run together.
func inWords(pieces []string) (p part) {
	var words []asked
	all := strings.Join(pieces, " ")
	eachWord(all, func(word string) { words = append(words, asked{shortened(word), true}) })
	if len(words) == 0 {
		return p
	}
	words[len(words)-1].whole = false
	p.ways = append(p.ways, words)
	if len(words) > 1 {
		p.ways = append(p.ways, beginning(joined(all)))
	}
	return p
}

func beginning(word string) []asked { return []asked{{shortened(word), false}} }

// mostPieces is how many pieces an identifier may be: "978 0 19 853453 1".
const mostPieces = 5

// identifierAtBeginning returns the key of the longest ISSN or ISBN that pieces begin with, and of how many it is; of one
// if there is none.
func identifierAtBeginning(pieces []string) (key string, used int) {
	for n := min(mostPieces, len(pieces)); n > 0; n-- {
		if key := kbart.IdentifierKey(strings.Join(pieces[:n], " ")); key != "" {
			return key, n
		}
	}
	return "", 1
}

// isLabel says whether a piece says that an identifier follows.
func isLabel(piece string) bool {
	switch joined(piece) {
	case "issn", "eissn", "pissn", "isbn", "eisbn", "isbn10", "isbn13":
		return true
	}
	return false
}
