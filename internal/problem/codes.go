package problem

import "slices"

// Meaning says of a code what is the matter and what to do, a sentence each.
type Meaning struct {
	Code            Code
	Meaning, Advice string
}

// Codes returns what each code means. The caller owns the slice.
func Codes() []Meaning { return slices.Clone(meanings) }

var meanings = []Meaning{
	{
		BadInput, "The document, a variable or a value does not have the form that it must have.",
		"Correct what the path or the message names; the same request fails again.",
	},
	{NotFound, "What is named is not there.", "Read the list anew: it may have been deleted, or the id is of something else."},
	{
		Conflict, "Something else is under way, the thing was changed since it was read, or another one has what must be its own.",
		"Read it again and make the change anew; where a job is under way, wait until it is over.",
	},
	{ProfileInactive, "An inactive profile may be tested and previewed, not applied.", "Activate the profile with `updateProfile`."},
	{CollectionInactive, "A collection must be activated first.", "Activate it with `activateCollection` or `updateCollection`."},
	{AlreadyActive, "The collection is activated already.", "Use the collection of the answer; `updateCollection` changes it."},
	{
		GroupRequired, "Several active profiles of which one has groups: every one must have one.",
		"Give the profile an inventory group, or take those of all others away.",
	},
	{
		OneProfileOnly, "Without multi-campus inventory management there is one profile and no groups.",
		"Turn `multiCampusInventoryManagement` on with `updateSettings`, or change the profile that there is.",
	},
	{InUse, "It cannot be deleted while something refers to it.", "Detach or delete first what the message names."},
	{
		WrongState, "The state of the job, or of the thing, does not allow it.",
		"Read it again: the message says which states allow it.",
	},
	{
		CustomerChanged, "The list came for another customer number than the profile has now.",
		"Run the profile: the list of its present customer number is then fetched.",
	},
	{
		ProviderUnknown, "This server does not know the provider.",
		"Start the version that knows it, or choose one of `enum Provider`.",
	},
	{OlderFile, "A newer list was applied since.", "Look at what that one changed; `force` takes the older one all the same."},
	{
		Limited, "There is a limit on how much is accepted, or on how much at once; `extensions.limit` names it where it is one of requests.",
		"Ask for less at once, or again later: `Retry-After` says when, where that is known.",
	},
	{Unauthenticated, "Nobody knows who asks.", "Sign in, or send a token that is in force as `Authorization: Bearer …`."},
	{
		Forbidden, "Who asks may not do this, or not from that page.",
		"Ask an administrator for the scope that the message names, or use another token.",
	},
	{
		Internal, "Something went wrong in the server.",
		"Try again in a moment; where it comes back, tell the operator `extensions.requestId`, which the server's log names too.",
	},
}
