package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// client uses a server's GraphQL API, as any front end would.
type client struct{ url string }

// do sends one operation and decodes its data into result.
func (c client) do(ctx context.Context, query string, variables map[string]any, result any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("the API answered %s, and not in JSON: %w", response.Status, err)
	}
	if len(answer.Errors) > 0 {
		return errors.New("the API answered: " + answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, result)
}

// userErrors are the errors of a mutation that its user can fix.
type userErrors []struct{ Message string }

func (u userErrors) err() error {
	if len(u) == 0 {
		return nil
	}
	return errors.New(u[0].Message)
}
