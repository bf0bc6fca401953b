package model

import (
	"time"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/internal/problem"
	"autoholdings/internal/storable"
	"autoholdings/internal/store"
)

// MarshalText writes a text.
func MarshalText(text string) graphql.Marshaler { return graphql.MarshalString(text) }

// UnmarshalText reads a text that every database can hold. It is where all texts of requests come in, literals and
// variables, so that no call below is asked about one that cannot be stored.
func UnmarshalText(v any) (string, error) {
	text, err := graphql.UnmarshalString(v)
	if err != nil { // only of a Date or URL: gqlgen itself checks a String
		return "", problem.New(problem.BadInput, "", "a day or an address is a text, such as \"2026-11-23\"")
	}
	return checked(text)
}

// MarshalOpaqueID writes an id.
func MarshalOpaqueID(id string) graphql.Marshaler { return graphql.MarshalID(id) }

// UnmarshalOpaqueID reads an id; what is in it, ParseID says.
func UnmarshalOpaqueID(v any) (string, error) {
	id, err := graphql.UnmarshalID(v)
	if err != nil {
		return "", err
	}
	return checked(id)
}

func checked(text string) (string, error) {
	if err := storable.Check(text); err != nil {
		return "", problem.New(problem.BadInput, "", "the text cannot be stored, since %v: type it again", err)
	}
	return text, nil
}

// MarshalDateTime writes Unix milliseconds as RFC 3339 in UTC.
func MarshalDateTime(ms int64) graphql.Marshaler {
	return graphql.MarshalString(store.Time(ms).Format(time.RFC3339Nano))
}

// UnmarshalDateTime reads RFC 3339 as Unix milliseconds.
func UnmarshalDateTime(v any) (int64, error) {
	text, ok := v.(string)
	if !ok {
		return 0, problem.New(problem.BadInput, "", "a moment is written as RFC 3339 has it, such as 2026-11-23T18:16:00Z")
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, problem.New(problem.BadInput, "", "%.40q is not a moment as RFC 3339 has it, such as 2026-11-23T18:16:00Z", text)
	}
	return t.UnixMilli(), nil
}

// orNull is nil for an empty text: a cell without a value.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
