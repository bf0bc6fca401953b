package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/mockoup"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// demoCommandName is the command that goes by no settings of an installation.
const demoCommandName = "demo"

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:  demoCommandName,
		Usage: "show the whole of it on embedded parts and a mock provider: activate, create a profile, sync, report, serve",
		Description: "Without --data-dir everything is done in a temporary folder, which is removed at the end.\n" +
			"The steps go through the GraphQL API, as a front end's would.",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "once", Usage: "end after the report, with exit status 1 if anything failed"},
			&cli.IntFlag{Name: "titles", Value: 2000, Usage: "size of the mock provider's catalogue"},
			&cli.StringFlag{Name: "dir", Usage: "`FOLDER` of real KBART files with dates in their names, served instead of the mock's catalogue"},
			addrFlag,
			&cli.StringFlag{Name: "data-dir", Sources: cli.EnvVars("AUTOHOLDINGS_DATA_DIR"), Usage: "`FOLDER` to keep the demo's data in"},
		}, &cli.StringFlag{
			Name: "log-level", Value: "warn", Sources: cli.EnvVars("AUTOHOLDINGS_LOG_LEVEL"),
			Usage: "debug, info, warn or error",
		}),
		Action: demo,
	}
}

func demo(ctx context.Context, c *cli.Command) (err error) {
	log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), "text")
	if err != nil {
		return err
	}
	addr := c.String("addr")
	if c.Bool("once") && !c.IsSet("addr") {
		addr = "127.0.0.1:0" // nobody else should reach it
	}
	listener, err := serving{}.listen(ctx, addr) // before anything is written
	if err != nil {
		return err
	}
	defer listener.Close()
	dir, remove, err := demoFolder(c.String("data-dir"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	options := mockoup.Options{Dir: c.String("dir"), Logger: log}
	if options.Dir == "" {
		options.Titles = c.Int("titles")
	}
	mock, err := startMock(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mock.Close()) }()

	a, err := openApp(ctx, config{
		DataDir: dir, Log: log, Schedules: !c.Bool("once"),
		Providers: []providerConfig{{oup.Provider(), provider.Options{
			Template: provider.Template{BaseURL: mock.url}, AllowHTTP: true, AllowPrivate: true, Logger: log,
		}}},
	}, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()

	return a.serveDuring(ctx, listener, func(serving context.Context, url string) error {
		out := c.Root().Writer
		if err := walkThrough(ctx, client{url}, out); err != nil || c.Bool("once") {
			return err
		}
		fmt.Fprintf(out, "\nThe console is at %s/, GraphiQL at %s/graphiql/, and the mock provider at %s. Press Ctrl-C to end.\n",
			url, url, mock.url)
		<-serving.Done()
		return nil
	})
}

// demoFolder returns the given folder, which is kept, or a temporary one.
func demoFolder(given string) (dir string, remove func() error, err error) {
	if given != "" {
		return given, func() error { return nil }, nil
	}
	if dir, err = os.MkdirTemp("", "autoholdings-demo-"); err != nil {
		return "", nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// runningMock is a mock provider on a loopback port.
type runningMock struct {
	mock   *mockoup.Server
	server *http.Server
	url    string
}

func startMock(ctx context.Context, o mockoup.Options) (*runningMock, error) {
	mock, err := mockoup.New(o)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the mock provider: %w", err)
	}
	m := &runningMock{mock, &http.Server{Handler: mock, ReadHeaderTimeout: 10 * time.Second}, "http://" + listener.Addr().String()}
	go func() { _ = m.server.Serve(listener) }()
	return m, nil
}

func (m *runningMock) Close() error { return errors.Join(m.mock.Close(), m.server.Close()) }

// walkThrough does what a new administrator would do: activate the Community Zone collections, create a profile and run
// it.
func walkThrough(ctx context.Context, api client, out io.Writer) error {
	fmt.Fprintln(out, "1. Activate the collections of the Community Zone")
	if err := activateAll(ctx, api, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "\n2. Create an integration profile, and run it now")
	jobID, err := createDemoProfile(ctx, api, out)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "\n3. The job")
	return followJob(ctx, api, jobID, out)
}

func activateAll(ctx context.Context, api client, out io.Writer) error {
	var zone struct {
		CommunityZoneCollections struct {
			Nodes []struct {
				CommunityZoneID, Name string
				Collection            *struct{ Active bool }
			}
		}
	}
	if err := api.do(ctx, `{ communityZoneCollections { nodes { communityZoneId name collection { active } } } }`, nil, &zone); err != nil {
		return err
	}
	for _, c := range zone.CommunityZoneCollections.Nodes {
		if c.Collection != nil && c.Collection.Active {
			fmt.Fprintf(out, "   %s is active already\n", c.Name)
			continue
		}
		var result struct {
			ActivateCollection struct{ UserErrors userErrors }
		}
		err := api.do(ctx, `mutation($id: String!) { activateCollection(input: {communityZoneId: $id, activateService: true,
			makeServiceAvailable: true, autoActivateNewPortfolios: false, activationType: MANUAL}) { userErrors { message } } }`,
			map[string]any{"id": c.CommunityZoneID}, &result)
		if err := errors.Join(err, result.ActivateCollection.UserErrors.err()); err != nil {
			return err
		}
		fmt.Fprintf(out, "   %s (%s) activated\n", c.Name, c.CommunityZoneID)
	}
	return nil
}

// createDemoProfile creates the profile and returns its job. If the data directory has the profile from an earlier
// demo, it runs that one.
func createDemoProfile(ctx context.Context, api client, out io.Writer) (jobID string, err error) {
	var known struct {
		Profiles struct{ Nodes []struct{ ID string } }
	}
	if err := api.do(ctx, `{ profiles { nodes { id } } }`, nil, &known); err != nil {
		return "", err
	}
	type payload struct {
		Job        *struct{ ID string }
		UserErrors userErrors
	}
	var created struct{ CreateProfile, RunProfile payload }
	var answer *payload
	if len(known.Profiles.Nodes) == 0 {
		answer = &created.CreateProfile
		err = api.do(ctx, `mutation($key: String!) { createProfile(input: {description: "OUP demo", customerNumber: "demo", apiKey: $key,
			active: true, runNow: true}) { job { id } userErrors { message } } }`, map[string]any{"key": mockoup.DemoKey}, &created)
		fmt.Fprintf(out, "   profile \"OUP demo\": customer %s, weekly, active\n", mockoup.DemoCustomer)
	} else {
		answer = &created.RunProfile
		err = api.do(ctx, `mutation($id: ID!) { runProfile(input: {profileId: $id}) { job { id } userErrors { message } } }`,
			map[string]any{"id": known.Profiles.Nodes[0].ID}, &created)
		fmt.Fprintln(out, "   the profile is there already")
	}
	if err := errors.Join(err, answer.UserErrors.err()); err != nil {
		return "", err
	}
	if answer.Job == nil {
		return "", errors.New("the API queued no job")
	}
	return answer.Job.ID, nil
}
