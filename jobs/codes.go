package jobs

import (
	"slices"
	"strings"

	"autoholdings/internal/words"
	"autoholdings/kbart"
	"autoholdings/provider"
)

// Code names why a job or a part of it ended as it did or has not begun, or what a provider answered. Clients rely on codes, so
// that there are only those of Codes: whoever needs a new one declares it here.
type Code struct{ name string }

// String is the code as the API shows it; "" is that of nothing to say.
func (c Code) String() string { return c.name }

// CodeMeaning is a code with what it means, a sentence.
type CodeMeaning struct{ Code, Meaning string }

// Codes returns all codes, by name: those of jobs, the outcomes of asking a provider, and what makes a list unreadable.
func Codes() []CodeMeaning {
	all := slices.Clone(declared)
	for _, code := range provider.Codes() {
		all = append(all, CodeMeaning{string(code), words.Sentence(code.Meaning())})
	}
	for _, rule := range kbart.Rules() {
		if rule.Severity == kbart.Fatal {
			all = append(all, CodeMeaning{listCode(rule.Code).name, words.Sentence(rule.Title)})
		}
	}
	slices.SortStableFunc(all, func(a, b CodeMeaning) int { return strings.Compare(a.Code, b.Code) })
	// Of two with one name the first says what it means.
	return slices.CompactFunc(all, func(a, b CodeMeaning) bool { return a.Code == b.Code })
}

// declared are the codes of jobs.
var declared []CodeMeaning

func code(name, meaning string) Code {
	declared = append(declared, CodeMeaning{name, meaning})
	return Code{name}
}

// storedCode is a code as a row has it.
func storedCode(name string) Code { return Code{name} }

// providerCode is the outcome of asking a provider.
func providerCode(outcome provider.Code) Code { return Code{string(outcome)} }

// listCode says that a list breaks a rule without which it cannot be read: the rule's code, in the form of the others.
func listCode(rule string) Code { return Code{strings.ToUpper(strings.ReplaceAll(rule, "-", "_"))} }

// Codes of what has not begun, and of a connection that is tested.
var (
	NoWorker  = code("NO_WORKER", "No process that runs jobs has reported in the last minute.")
	QueueAway = code("QUEUE_AWAY", "The server cannot reach the Redis that hands jobs to workers.")
	NewFile   = code("NEW_FILE", "The provider accepts the credentials and sends a list. Only of a connection that is tested.")
)

// Of a list that states the other content type: plan.List.WrongContent.
var _ = code("WRONG_CONTENT", "Too many rows of the list state the other content type.")

// Of jobs that versions before this one ran.
var _ = code("KEY_UNREADABLE", "The profile's API key could not be opened.")

// Codes of jobs and their parts.
var (
	codeAllFree            = code("ALL_FREE", "All titles of the list are free to read, so that it takes nothing away.")
	codeArgumentsLost      = code("ARGUMENTS_UNREADABLE", "What the job was asked to do cannot be read from the database.")
	codeAttempts           = code("ATTEMPTS_EXHAUSTED", "The job was interrupted too often.")
	codeCancelled          = code("CANCELLED", "A person cancelled the job before this was done, or the request to the provider ended.")
	codeCannotUndo         = code("CANNOT_UNDO", "This version cannot take back what that job did.")
	codeCollectionGone     = code("COLLECTION_GONE", "The collection was deleted.")
	codeCollectionInactive = code("COLLECTION_INACTIVE", "The collection is not activated.")
	codeCredentialsLocked  = code("CREDENTIALS_LOCKED", "The profile's API key is sealed with a sealing key that the server does not have.")
	codeCredentialsNeeded  = code("CREDENTIALS_NEEDED", "The profile has no API key, or what is stored of it is damaged.")
	codeCustomerChanged    = code("CUSTOMER_CHANGED", "The list came for another customer number than the profile has now.")
	codeDatabaseGone       = code("DATABASE_GONE", "The database's file was removed or replaced while it was in use.")
	codeDatabaseReadOnly   = code("DATABASE_READ_ONLY", "The database cannot be written; the job waits until it can.")
	codeDiskFull           = code("DISK_FULL", "The disk of the server is full; the job waits until there is space.")
	codeFailed             = code("FAILED", "The job had nothing to do.")
	codeFileLost           = code("FILE_LOST", "The kept copy of the list is gone or cannot be read.")
	codeFileUnreadable     = code("FILE_UNREADABLE", "The file that says what to change cannot be used.")
	codeGroupsChanged      = code("GROUPS_CHANGED", "The profile's inventory groups were changed since the job was asked for.")
	codeGuard              = code("GUARD", "A guard holds the changes until a person decides.")
	codeInternal           = code("INTERNAL", "Something went wrong in the server; its log says what.")
	codeJobGone            = code("JOB_GONE", "The job that was to be undone is gone.")
	codeLeft               = code("LEFT", "Some of it was left as it is, since it has changed; the report lists it.")
	codeListWaits          = code("LIST_WAITS", "Another job waits for a person's decision on this very list.")
	codeNoAddress          = code("NO_ADDRESS", "The server has no address of the provider.")
	codeNoTitles           = code("NO_TITLES", "The Community Zone has no such titles of the collection.")
	codeNoUsableRows       = code("NO_USABLE_ROWS", "No row of the list could be used.")
	codeOlderFile          = code("OLDER_FILE", "The list is older than the newest one that was applied.")
	codePlanChanged        = code("PLAN_CHANGED", "What the job would do is no longer what its preview showed.")
	codeProfileActive      = code("PROFILE_ACTIVE", "The profile is active, so that its entitlements are not withdrawn.")
	codeProfileGone        = code("PROFILE_GONE", "The profile or the collection was deleted.")
	codeProfileInactive    = code("PROFILE_INACTIVE", "The profile is not active.")
	codeProfileKept        = code("PROFILE_KEPT", "The entitlements were withdrawn, and the profile could not be deleted.")
	codeProviderUnknown    = code("PROVIDER_UNKNOWN", "The server does not know the profile's provider.")
	codeRefused            = code("REFUSED", "A rule forbids what the job was asked to do.")
	codeRejected           = code("REJECTED", "A person rejected the changes.")
	codeRejectedFile       = code("REJECTED_FILE", "The provider still offers a list that a person rejected.")
	codeSuperseded         = code("SUPERSEDED", "A later job planned or applied a newer list here.")
	codeUndoneFile         = code("UNDONE_FILE", "The provider still offers a list of which what it did was undone.")
	codeUnknownKind        = code("UNKNOWN_KIND", "This version does not know the kind of the job.")
)
