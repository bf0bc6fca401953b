package model

import (
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/internal/store"
)

// MarshalDateTime writes Unix milliseconds as RFC 3339 in UTC.
func MarshalDateTime(ms int64) graphql.Marshaler {
	return graphql.MarshalString(store.Time(ms).Format(time.RFC3339Nano))
}

// UnmarshalDateTime reads RFC 3339 as Unix milliseconds.
func UnmarshalDateTime(v any) (int64, error) {
	text, ok := v.(string)
	if !ok {
		return 0, fmt.Errorf("a moment is written as RFC 3339 has it, such as 2026-11-23T18:16:00Z")
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, fmt.Errorf("%.40q is not a moment as RFC 3339 has it, such as 2026-11-23T18:16:00Z", text)
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
