package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"autoholdings/graph/model"
	"autoholdings/internal/problem"
)

// inputValue is what an input field holds. It is nil if the field is null or left out.
func inputValue[T any](o graphql.Omittable[*T]) *T {
	v, _ := o.ValueOK()
	return v
}

// orElse is what an input field holds, or the standard value.
func orElse[T any](o graphql.Omittable[*T], standard T) T {
	if v := inputValue(o); v != nil {
		return *v
	}
	return standard
}

// textChange is a text to be set. Null empties it; a field that is left out changes nothing.
func textChange(o graphql.Omittable[*string]) *string {
	v, set := o.ValueOK()
	if set && v == nil {
		return new(string)
	}
	return v
}

// orEmpty is an optional text, or "" if it is left out.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orNull is a text, or null if it is empty.
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

// optionalID is idOf for an id that may be left out, which gives 0.
func optionalID(typeName, path string, opaque *string) (int64, error) {
	if opaque == nil {
		return 0, nil
	}
	return idOf(typeName, path, *opaque)
}

// idsOf is idOf for several ids. The error is about the first one that is wrong.
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

// licenseChange is the license to be set: 0 (null) takes it away, nil (left out) changes nothing.
func licenseChange(o graphql.Omittable[*string]) (*int64, error) {
	opaque, set := o.ValueOK()
	if !set {
		return nil, nil
	}
	id, err := optionalID(model.LicenseType, "input.licenseId", opaque)
	return &id, err
}
