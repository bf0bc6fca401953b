// The first session of the README: activate a collection, make a profile, run it, wait for the end, read the report.
//
//	go run . [URL]
//
// With AUTOHOLDINGS_TOKEN, where the server asks for a token. It ends with status 1 where anything is wrong.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/Khan/genqlient/graphql"
)

//go:generate go tool genqlient

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	url := "http://127.0.0.1:8080"
	if len(os.Args) > 1 {
		url = os.Args[1]
	}
	err := session(ctx, url, &http.Client{Transport: bearer{os.Getenv("AUTOHOLDINGS_TOKEN")}})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bearer sends a token with each request, if there is one.
type bearer struct{ token string }

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.token != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func session(ctx context.Context, url string, client *http.Client) error {
	api := graphql.NewClient(url+"/graphql", client)

	activated, err := Activate(ctx, api, "61563711870000041")
	if err != nil {
		return err
	}
	if err := mended(activated.ActivateCollection.UserErrors); err != nil {
		return err
	}
	fmt.Println("activated:", activated.ActivateCollection.Collection.Name)

	added, err := AddProfile(ctx, api, "demo", "demo-key") // those of the mock provider
	if err != nil {
		return err
	}
	if err := mended(added.CreateProfile.UserErrors); err != nil {
		return err
	}

	for _, mode := range []JobMode{JobModePreview, JobModeApply} {
		if err := runAndRead(ctx, api, url, client, added.CreateProfile.Profile.Id, mode); err != nil {
			return fmt.Errorf("%s: %w", mode, err)
		}
	}
	return nil
}

// mended is what a user can mend: it is no error of GraphQL, and each payload of a mutation has it.
func mended[T interface {
	GetCode() ErrorCode
	GetMessage() string
}](userErrors []T,
) error {
	var all error
	for _, e := range userErrors {
		all = errors.Join(all, fmt.Errorf("%s: %s", e.GetCode(), e.GetMessage()))
	}
	return all
}

func runAndRead(ctx context.Context, api graphql.Client, url string, client *http.Client, profileID string, mode JobMode) error {
	// The key makes it safe to send again when no answer came: the same job is answered.
	queued, err := Run(ctx, api, profileID, mode, rand.Text())
	if err != nil {
		return err
	}
	if err := mended(queued.RunProfile.UserErrors); err != nil {
		return err
	}
	id := queued.RunProfile.Job.Id
	if err := wait(ctx, api, id); err != nil {
		return err
	}
	report, changes, err := read(ctx, api, id)
	if err != nil {
		return err
	}
	if len(changes) != report.Changes.TotalCount || report.Counts.GetAdded() == 0 {
		return fmt.Errorf("%d of %d changes were read, %d are added", len(changes), report.Changes.TotalCount, report.Counts.GetAdded())
	}
	table, err := download(ctx, client, url+report.ReportTsv)
	if err != nil {
		return err
	}
	if lines := bytes.Count(table, []byte("\n")) - 1; lines != len(changes) { // the first has the names of columns
		return fmt.Errorf("the file has %d changes, the API %d", lines, len(changes))
	}
	fmt.Printf("%d changes, the first: %s %s\n", len(changes), changes[0].GetAction(), changes[0].GetTitle())
	return nil
}

// wait asks each second how far a job is, until it is over. A program that has much to wait for listens to jobUpdated instead.
func wait(ctx context.Context, api graphql.Client, id string) error {
	for {
		answer, err := Progress(ctx, api, id)
		if err != nil {
			return err
		}
		if answer.Job == nil {
			return fmt.Errorf("there is no job %s", id)
		}
		switch job := answer.Job; job.State {
		case JobStateSucceeded:
			fmt.Printf("%s: %s\n", *job.Verdict, *job.Summary)
			return nil
		case JobStateNeedsReview:
			return errors.New("the job waits for a person to approve it")
		case JobStateFailed:
			return fmt.Errorf("the job failed: %s", job.Error.Message)
		case JobStateCancelled:
			return errors.New("the job was cancelled")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// read reads the whole report, page by page.
func read(ctx context.Context, api graphql.Client, id string) (*ReportJob, []ReportJobChangesJobChangeConnectionNodesJobChange, error) {
	var changes []ReportJobChangesJobChangeConnectionNodesJobChange
	for after := (*string)(nil); ; {
		answer, err := Report(ctx, api, id, after)
		if err != nil {
			return nil, nil, err
		}
		if answer.Job == nil {
			return nil, nil, fmt.Errorf("there is no job %s", id)
		}
		changes = append(changes, answer.Job.Changes.Nodes...)
		if !answer.Job.Changes.PageInfo.HasNextPage {
			return answer.Job, changes, nil
		}
		after = answer.Job.Changes.PageInfo.EndCursor
	}
}

func download(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", url, answer.Status, body)
	}
	return body, err
}
