package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"autoholdings/graph/model"
	"autoholdings/internal/problem"
)

// inputValue returns an input field's value; nil if it is null or left out.
func inputValue[T any](o graphql.Omittable[*T]) *T {
	v, _ := o.ValueOK()
	return v
}

// orElse returns an input field's value, or the standard value.
func orElse[T any](o graphql.Omittable[*T], standard T) T {
	if v := inputValue(o); v != nil {
		return *v
	}
	return standard
}

// textChange returns the text to set. Null clears it; a field that is left out changes nothing.
func textChange(o graphql.Omittable[*string]) *string {
	v, set := o.ValueOK()
	if set && v == nil {
		return new(string)
	}
	return v
}

// orEmpty returns an optional text; "" if it is left out.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orNull returns a value; null if it is zero.
func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// idOf decodes an opaque id of one type; path names the argument.
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

// optionalID is idOf for an optional id; 0 if it is left out.
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

// licenseChange returns the license to set: 0 (null) removes it, nil (left out) changes nothing.
func licenseChange(o graphql.Omittable[*string]) (*int64, error) {
	opaque, set := o.ValueOK()
	if !set {
		return nil, nil
	}
	id, err := optionalID(model.LicenseType, "input.licenseId", opaque)
	return &id, err
}
