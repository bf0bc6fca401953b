package provider

// retry says whether the same request may succeed if it is made again.
type retry uint8

const (
	// never means not before something has changed on either side. The next scheduled run asks again anyway.
	never retry = iota
	// later means not at once, but a later try of the same job may succeed.
	later
	// again means that Fetch itself tries again, with backoff. When its tries are used up, a later try of the job may
	// succeed.
	again
)

// rule is what applies to every outcome of one code.
type rule struct {
	message string // what happened, a clause without a full stop
	hint    string // what to do, a sentence; {provider} stands for the provider's name, {flag:NAME} for a setting
	again   retry
}

// rules say what each outcome means.
var rules = map[Code]rule{
	SameFile: {
		"the provider still offers the file that was applied last",
		"Nothing is to be done.", never,
	},
	NoFile: {
		"the provider has no file for this content type",
		"Ask {provider} whether the customer is entitled to it; if there should be a file, check {flag:path} and {flag:query}.", never,
	},
	CredentialsRefused: {
		"the provider refused the credentials",
		"Check the credentials of the profile; ask {provider} for new ones if they are right.", never,
	},
	Throttled: {
		"the provider asks for fewer requests",
		"The request is made again after the time the provider asks for; run the profiles less often if this comes back.", again,
	},
	ServerError: {
		"the provider's server failed",
		"The request is made again by itself; tell {provider} if it lasts for more than a day.", again,
	},
	Network: {
		"the connection to the provider failed",
		"Check the provider's address, name resolution, firewall and proxy of this server; the request is made again by itself.", again,
	},
	TLS: {
		"no secure connection to the provider could be made",
		"Check the clock and the root certificates of this server, and whether a proxy breaks into TLS; then ask {provider} about its " +
			"certificate.",
		never,
	},
	Timeout: {
		"the provider took too long",
		"The request is made again by itself; start with a higher {flag:timeout}, such as 30m, if the provider's files are large and its " +
			"service slow.", again,
	},
	NotKBART: {
		"the provider sent something else than a KBART list",
		"Nothing was changed. Read what was sent, then check {flag:path}, {flag:query} and the file format, or tell {provider}.", never,
	},
	Truncated: {
		"the file arrived incomplete or damaged",
		"Nothing was changed. The request is made again by itself; tell {provider} if it lasts for more than a day.", again,
	},
	TooLarge: {
		"the file exceeds the size limit",
		"Start with a higher {flag:max-size}, such as 2147483648, if the library's list is really that large; otherwise tell {provider}.", never,
	},
	RefusedRedirect: {
		"the provider redirects to an address that is not allowed",
		"If the new address is {provider}'s, start with it as {flag:url}, or with its host as {flag:allow-host}; if it is a login page, " +
			"check the credentials.",
		never,
	},
	RefusedAddress: {
		"the provider's name stands for an address that is not public",
		"Check {flag:url} and name resolution; start with {flag:allow-insecure} if the provider is meant to be on this network.", never,
	},
	UnexpectedStatus: {
		"the provider gave an answer that is not foreseen",
		"Check {flag:path}, {flag:query} and {flag:header}; tell {provider} if they are right.", never,
	},
	InvalidRequest: {
		"the request cannot be made",
		"Correct the profile or the configuration; nothing was asked of the provider.", never,
	},
	Storage: {
		"the file could not be stored",
		"Check free space and permissions of the data directory and of the database, then run the profile again.", never,
	},
	Cancelled: {
		"the fetch was cancelled",
		"Run the profile again when it is wanted.", later,
	},
}

// globalHints replace the rules' hints for the global title list.
var globalHints = map[Code]string{
	NoFile: "Check the address of the global title list ({flag:titles-path}, {flag:titles-query}), or import the list from a file.",
	CredentialsRefused: "The global title list is asked for without credentials: check {flag:titles-path}, or import " +
		"the list from a file.",
	Storage:   "Check free space and permissions of the data directory and of the database, then import the list again.",
	Cancelled: "Import the list again when it is wanted.",
}
