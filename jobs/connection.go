package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"autoholdings/ent"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/provider"
)

// ConnectionRequest says which credentials to test. What is left out comes from the profile.
type ConnectionRequest struct {
	ProfileID      int64   // 0: what the provider asks for must be given
	Provider       string  // "": the profile's provider or, without a profile, the standard one
	CustomerNumber *string // nil: the profile's
	APIKey         *secret.Key
}

// ConnectionResult is the provider's answer for one content type.
type ConnectionResult struct {
	Content       string // BOOKS or JOURNALS
	OK            bool   // a sync could work with it
	Code          Code   // NewFile, or the outcome
	Message, Hint string
}

// TestConnection asks the provider once for each content type and changes nothing: no row is written and no file kept.
// The profile may be inactive; credentials can also be tested before there is a profile. It takes at most
// Options.ConnectionLimit, however long a sync would wait.
func (s *Service) TestConnection(ctx context.Context, in ConnectionRequest) ([]ConnectionResult, error) {
	from, request, err := s.connectionRequest(ctx, in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.ConnectionLimit)
	defer cancel()
	results := make([]ConnectionResult, len(from.Provider().Contents()))
	var group errgroup.Group
	for i, content := range from.Provider().Contents() {
		asked := request
		asked.Content = content
		group.Go(func() (err error) { results[i], err = s.probe(ctx, from, asked); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

// connectionRequest returns which provider to ask, and the request. Mistakes are returned as problems, all at once.
func (s *Service) connectionRequest(
	ctx context.Context, in ConnectionRequest,
) (from *provider.Fetcher, request provider.Request, err error) {
	p, from, err := s.profileToTest(ctx, in)
	if err != nil {
		return nil, request, err
	}
	number, key := in.CustomerNumber, in.APIKey
	if p == nil {
		number, key = orEmpty(number), orEmpty(key) // then a missing one is a mistake
	}
	if err := s.profiles.CheckCredentials(from.Provider().Name, number, key); err != nil {
		return nil, request, err
	}
	if p != nil {
		request.Format = strings.ToLower(p.FileFormat)
		number = cmp.Or(number, &p.CustomerNumber)
	}
	if key == nil {
		stored, err := s.profiles.APIKey(p)
		if err != nil {
			return nil, request, untestable(err)
		}
		key = &stored
	}
	request.Credentials = CredentialsOf(from.Provider(), *number, *key)
	return from, request, nil
}

// untestable is the problem that the key of a profile cannot be used.
func untestable(err error) error {
	trouble, ok := errors.AsType[*profiles.KeyTrouble](err)
	if !ok {
		return err
	}
	return problem.New(problem.BadInput, "input.apiKey", "%s: give it here to test it. %s", trouble.Message, trouble.Hint)
}

// profileToTest returns the profile, if one is named, and the fetcher for the provider to ask.
func (s *Service) profileToTest(ctx context.Context, in ConnectionRequest) (*ent.Profile, *provider.Fetcher, error) {
	if in.ProfileID == 0 {
		name := cmp.Or(in.Provider, s.providers.standard().Provider().Name)
		if from := s.providers.named(name); from != nil {
			return nil, from, nil
		}
		return nil, nil, s.profiles.UnknownProvider(name)
	}
	p, err := s.store.Read.Profile.Get(ctx, in.ProfileID)
	if ent.IsNotFound(err) {
		return nil, nil, problem.New(problem.NotFound, "input.profileId", "there is no such profile: it may have been deleted")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read profile %d: %w", in.ProfileID, err)
	}
	if in.Provider != "" && in.Provider != p.Provider {
		return nil, nil, problem.New(problem.BadInput, "input.provider",
			"the profile is of the provider %s: leave provider out to test the profile, or profileId to test another provider", p.Provider)
	}
	from := s.providers.named(p.Provider)
	if from == nil {
		unknown := unknownProvider(p)
		return nil, nil, problem.New(problem.ProviderUnknown, "input.profileId", "%s. %s", unknown.Message, unknown.Hint)
	}
	return p, from, nil
}

func orEmpty[T any](value *T) *T {
	if value == nil {
		return new(T)
	}
	return value
}

// probe tests one content type.
func (s *Service) probe(ctx context.Context, from *provider.Fetcher, request provider.Request) (ConnectionResult, error) {
	content := contentName(request.Content)
	err := from.Probe(ctx, request)
	if err == nil {
		return ConnectionResult{Content: content, OK: true, Code: NewFile, Message: "the provider accepts the credentials and sends a list"}, nil
	}
	var outcome *provider.Outcome
	if !errors.As(err, &outcome) {
		return ConnectionResult{}, fmt.Errorf("ask the provider for %s: %w", request.Content, err)
	}
	result := ConnectionResult{
		Content: content, OK: outcome.Code == provider.NoFile, Code: providerCode(outcome.Code), Message: outcome.Message,
		Hint: AdviceOnce(from, outcome),
	}
	if outcome.Code == provider.Timeout && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		result.Message = fmt.Sprintf("the provider did not answer within %s", s.o.ConnectionLimit)
	}
	return result, nil
}

// AdviceOnce is what to do about an outcome of a request that is made once.
func AdviceOnce(from *provider.Fetcher, o *provider.Outcome) string {
	if advice, ok := connectionAdvice[o.Code]; ok {
		return from.Advise(advice)
	}
	return o.Hint
}

// connectionAdvice replaces advice meant for a sync, which tries again by itself; a test does not.
var connectionAdvice = map[provider.Code]string{
	provider.Throttled:   "Wait some minutes, then test again. A sync waits by itself for as long as the provider asks for.",
	provider.ServerError: "Test again later; tell {provider} if it lasts for more than a day. A sync asks again by itself.",
	provider.Network:     "Check the provider's address, name resolution, firewall and proxy of this server, then test again.",
	provider.Timeout: "Test again later. A sync waits longer and asks again by itself; where it fails too, start with a higher " +
		"{flag:timeout}, such as 30m, or ask {provider}.",
	provider.Truncated: "Test again; tell {provider} if it lasts for more than a day. A sync asks again by itself.",
	provider.NotKBART:  "Read what was sent, then check {flag:path}, {flag:query} and the file format, or tell {provider}.",
	provider.Cancelled: "Test again when it is wanted.",
}
