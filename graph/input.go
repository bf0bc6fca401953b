package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"autoholdings/graph/model"
	"autoholdings/internal/problem"
)

// given is what an input holds; nil where it was left out or null.
func given[T any](o graphql.Omittable[*T]) *T {
	v, _ := o.ValueOK()
	return v
}

// orElse is what an input holds, or the standard.
func orElse[T any](o graphql.Omittable[*T], standard T) T {
	if v := given(o); v != nil {
		return *v
	}
	return standard
}

// cleared is a text to be set: null empties it, left out leaves it.
func cleared(o graphql.Omittable[*string]) *string {
	v, set := o.ValueOK()
	if set && v == nil {
		return new(string)
	}
	return v
}

// text is what an optional text says; "" where it is left out.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orNull is a text that is null where there is none.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// idOf takes an opaque id of one type apart; path names the argument.
func idOf(typeName, path, opaque string) (int64, error) {
	found, id, err := model.ParseID(opaque)
	if err != nil {
		return 0, problem.New(problem.BadInput, path, "%v", err)
	}
	if found != typeName {
		return 0, problem.New(problem.BadInput, path, "%.80q is the id of a %s, not of a %s", opaque, found, typeName)
	}
	return id, nil
}

// optionalID is idOf of what may be left out: 0 then.
func optionalID(typeName, path string, opaque *string) (int64, error) {
	if opaque == nil {
		return 0, nil
	}
	return idOf(typeName, path, *opaque)
}

// idsOf is idOf of several, and says what is wrong with the first that is none.
func idsOf(typeName, path string, opaque []string) ([]int64, error) {
	ids := make([]int64, len(opaque))
	for i, id := range opaque {
		var err error
		if ids[i], err = idOf(typeName, path, id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// licenseChange is the license to be set: null takes it away (0), left out leaves it (nil).
func licenseChange(o graphql.Omittable[*string]) (*int64, error) {
	opaque, set := o.ValueOK()
	if !set {
		return nil, nil
	}
	id, err := optionalID(model.LicenseType, "input.licenseId", opaque)
	return &id, err
}
