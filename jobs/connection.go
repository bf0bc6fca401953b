package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/oup"
)

// ConnectionRequest says with what to ask the provider. What is left out is the profile's.
type ConnectionRequest struct {
	ProfileID      int64   // 0: CustomerNumber and APIKey must be given
	CustomerNumber *string // nil: the profile's
	APIKey         *secret.Key
}

// ConnectionResult is what the provider answered for one content type.
type ConnectionResult struct {
	Content             string // BOOKS or JOURNALS
	OK                  bool   // a sync could work with it
	Code, Message, Hint string
}

// NewFile is the code of a ConnectionResult where the provider begins to send a list.
const NewFile = "NEW_FILE"

// TestConnection asks the provider once for each content type and changes nothing: no row is written and no file kept.
// The profile may be inactive, and credentials can be tried before there is one. It takes no longer than
// Options.ConnectionLimit, however long a sync would wait.
func (s *Service) TestConnection(ctx context.Context, in ConnectionRequest) ([]ConnectionResult, error) {
	request, err := s.connectionRequest(ctx, in)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.ConnectionLimit)
	defer cancel()
	results := make([]ConnectionResult, len(oup.Contents()))
	var group errgroup.Group
	for i, content := range oup.Contents() {
		asked := request
		asked.Content = content
		group.Go(func() (err error) { results[i], err = s.probe(ctx, asked); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

// connectionRequest is what to ask with. Mistakes come as problems, all at once.
func (s *Service) connectionRequest(ctx context.Context, in ConnectionRequest) (request oup.Request, err error) {
	var p *ent.Profile
	if in.ProfileID != 0 {
		p, err = s.store.Read.Profile.Get(ctx, in.ProfileID)
		if ent.IsNotFound(err) {
			return request, problem.New(problem.NotFound, "input.profileId", "there is no such profile: it may have been deleted")
		}
		if err != nil {
			return request, fmt.Errorf("read profile %d: %w", in.ProfileID, err)
		}
	}
	number, key := in.CustomerNumber, in.APIKey
	if p == nil {
		number, key = orEmpty(number), orEmpty(key) // whose absence is a mistake then
	}
	if err := holdings.CheckCredentials(number, key); err != nil {
		return request, err
	}
	if p != nil {
		request.CustomerNumber, request.Format = p.CustomerNumber, strings.ToLower(p.FileFormat)
	}
	if number != nil {
		request.CustomerNumber = *number
	}
	if key != nil {
		request.APIKey = *key
		return request, nil
	}
	if request.APIKey, err = s.holdings.APIKey(p); err != nil {
		return request, problem.New(problem.BadInput, "input.apiKey",
			"the API key of the profile cannot be opened: give it here to test it, and enter it again with updateProfile")
	}
	return request, nil
}

func orEmpty[T any](value *T) *T {
	if value == nil {
		return new(T)
	}
	return value
}

// probe asks for one content type.
func (s *Service) probe(ctx context.Context, request oup.Request) (ConnectionResult, error) {
	content := contentName(request.Content)
	err := s.fetcher.Probe(ctx, request)
	if err == nil {
		return ConnectionResult{Content: content, OK: true, Code: NewFile, Message: "the provider accepts the credentials and sends a list"}, nil
	}
	var outcome *oup.Outcome
	if !errors.As(err, &outcome) {
		return ConnectionResult{}, fmt.Errorf("ask the provider for %s: %w", request.Content, err)
	}
	result := ConnectionResult{
		Content: content, OK: outcome.Code == oup.NoFile, Code: string(outcome.Code), Message: outcome.Message,
		Hint: outcome.Hint,
	}
	if advice, ok := connectionAdvice[outcome.Code]; ok {
		result.Hint = advice
	}
	if outcome.Code == oup.Timeout && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		result.Message = fmt.Sprintf("the provider did not answer within %s", s.o.ConnectionLimit)
	}
	return result, nil
}

// connectionAdvice replaces advice that holds for a sync, which asks again by itself, where a test does not.
var connectionAdvice = map[oup.Code]string{
	oup.Throttled:   "Wait some minutes, then test again. A sync waits by itself for as long as the provider asks for.",
	oup.ServerError: "Test again later; tell OUP if it lasts for more than a day. A sync asks again by itself.",
	oup.Network:     "Check the provider's address, name resolution, firewall and proxy of this server, then test again.",
	oup.Timeout:     "Test again later. A sync waits longer and asks again by itself; where it fails too, raise its time limits or ask OUP.",
	oup.Truncated:   "Test again; tell OUP if it lasts for more than a day. A sync asks again by itself.",
	oup.NotKBART:    "Read what was sent, then check the address template and the file format, or tell OUP.",
	oup.Cancelled:   "Test again when it is wanted.",
}
