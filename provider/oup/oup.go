// Package oup describes Oxford University Press as a provider: its collections and their content types, the credentials
// that it gives a library, and how it sells coverage.
//
// OUP does not publish the address of its service, so the operator must configure it.
package oup

import (
	"autoholdings/kbart"
	"autoholdings/provider"
)

// OUP's content types.
const (
	Books    provider.Content = "books"
	Journals provider.Content = "journals"
)

// Provider returns a new description of OUP each time, because the operator may change its templates.
func Provider() *provider.Provider {
	return &provider.Provider{
		Name: "OXFORD_UNIVERSITY_PRESS", Title: "Oxford University Press", Short: "OUP",
		Collections: []provider.Collection{
			{CommunityZoneID: "61707906870000041", Name: "Oxford University Press Books Autoholdings Collection", Content: Books},
			{CommunityZoneID: "61563711870000041", Name: "Oxford University Press Journals Autoholdings Collection", Content: Journals},
		},
		Credentials: []provider.Credential{
			provider.Shown("customer", "customer number", "Sigma Customer ID"),
			provider.Hidden("key", "API key", "KBART API key"),
		},
		Template: provider.Template{
			Path:    "/kbart/{customer}/{content}",
			Query:   map[string]string{"format": "{format}"},
			Headers: map[string]string{"X-Api-Key": "{key}"},
		},
		Titles:       provider.Template{Path: "/titles/{content}", Query: map[string]string{"format": "{format}"}},
		CoverageKind: CoverageKind,
		Advice: map[provider.Code]string{
			provider.SameFile:           "Nothing is to be done: the files change once a month, in its last week.",
			provider.CredentialsRefused: "Check the customer number and the API key of the profile; ask {provider} for a new key if they are right.",
		},
	}
}

// What OUP sells a journal's coverage as: the digitised archive or the current volumes.
const (
	Archive   = "ARCHIVE"
	Frontfile = "FRONTFILE"
)

// firstFrontfileYear is the year in which OUP's frontfile begins.
const firstFrontfileYear = 1996

// CoverageKind classifies a coverage statement: archive if it ends in 1995 or before, frontfile if it begins in 1996 or
// later. It returns "" if the statement spans both, ends later with an unknown beginning, or has contradictory dates.
func CoverageKind(first, last kbart.Date) string {
	archive := !last.IsZero() && last.Year < firstFrontfileYear
	frontfile := !first.IsZero() && first.Year >= firstFrontfileYear
	switch {
	case archive == frontfile:
		return ""
	case archive:
		return Archive
	default:
		return Frontfile
	}
}
