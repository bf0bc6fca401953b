package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/store"
)

// tokenCommand administers the tokens by which programs come in. Whoever reads the database may do so.
func tokenCommand() *cli.Command {
	return &cli.Command{
		Name:  "token",
		Usage: "make, list and revoke the tokens by which programs come in",
		Commands: []*cli.Command{
			{
				Name: "create", Usage: "make a token, and print its secret this once", ArgsUsage: "NAME",
				Flags: withDatabase(scopeFlag, &cli.DurationFlag{
					Name: "expires-in", Usage: "how long it can be used, such as 365d (default: until it is revoked)",
				}),
				Action: withAccess(createToken),
			},
			{Name: "list", Usage: "list the tokens, the newest first", Flags: withDatabase(), Action: withAccess(listTokens)},
			{
				Name: "revoke", Usage: "end a token at once, on every machine", ArgsUsage: "ID", Flags: withDatabase(),
				Action: withAccess(revokeToken),
			},
		},
	}
}

var scopeFlag = &cli.StringSliceFlag{
	Name:  "scope",
	Usage: "`SCOPE` of what may be done, repeated or with commas: " + access.AllScopesText() + "; each includes read, admin all",
}

func withDatabase(flags ...cli.Flag) []cli.Flag { return append(flags, dataDirFlag, databaseFlag) }

// withAccess opens the database for an action on tokens or people. A server may run meanwhile.
func withAccess(do func(ctx context.Context, c *cli.Command, s *access.Service) error) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) (err error) {
		s, err := store.Open(ctx, config{DataDir: c.String("data-dir"), DatabaseURL: c.String("database-url")}.database())
		if err != nil {
			return err
		}
		service := access.New(access.Options{Store: s})
		defer func() { err = errors.Join(err, service.Close(), s.Close()) }()
		return do(ctx, c, service)
	}
}

// theArgument returns a command's only argument.
func theArgument(c *cli.Command, what string) (string, error) {
	if c.Args().Len() != 1 {
		return "", fmt.Errorf("%s: give %s, and nothing else", c.FullName(), what)
	}
	return c.Args().First(), nil
}

func scopesFlagged(c *cli.Command) access.Scopes {
	var scopes access.Scopes
	for _, scope := range c.StringSlice("scope") {
		scopes = append(scopes, access.Scope(scope))
	}
	return scopes
}

func createToken(ctx context.Context, c *cli.Command, s *access.Service) error {
	name, err := theArgument(c, "the name of the token, such as nightly-export")
	if err != nil {
		return err
	}
	in := access.TokenInput{Name: name, Scopes: scopesFlagged(c), ExpiresIn: c.Duration("expires-in")}
	made, err := s.CreateToken(ctx, in)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Root().ErrWriter, "token %q may %s; keep the secret, it is not shown again:\n", made.Row.Name, made.Row.Scopes)
	_, err = fmt.Fprintln(c.Root().Writer, made.Secret)
	return err
}

func listTokens(ctx context.Context, c *cli.Command, s *access.Service) error {
	return table(c.Root().Writer, "ID\tNAME\tSECRET\tSCOPES\tMADE\tBY\tENDS\tUSED", func(line func(cells ...any)) error {
		read := func(w keyset.Window) (keyset.Page[*ent.AccessToken], error) { return s.Tokens(ctx, w) }
		for row, err := range keyset.All(listedAtOnce, read, access.TokenListing.At) {
			if err != nil {
				return err
			}
			ends := dayOr(row.ExpiresAt, "never")
			if row.RevokedAt != nil {
				ends = "revoked " + dayOr(row.RevokedAt, "")
			}
			line(model.ID(model.AccessTokenType, row.ID), row.Name, row.Start+"…", row.Scopes, dayOr(&row.CreatedAt, ""), row.CreatedBy, ends,
				dayOr(row.UsedAt, "never"))
		}
		return nil
	})
}

func revokeToken(ctx context.Context, c *cli.Command, s *access.Service) error {
	given, err := theArgument(c, "the id of the token, as `token list` shows it")
	if err != nil {
		return err
	}
	id, err := idOf(model.AccessTokenType, given)
	if err != nil {
		return err
	}
	row, err := s.RevokeToken(ctx, id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "token %q is revoked\n", row.Name)
	return err
}

// listedAtOnce is how many rows of a list are read at once.
const listedAtOnce = 100

// table prints lines of cells under a header, in columns.
func table(out io.Writer, header string, lines func(line func(cells ...any)) error) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, header)
	err := lines(func(cells ...any) {
		for i, cell := range cells {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, printable(fmt.Sprint(cell)))
		}
		fmt.Fprintln(w)
	})
	return errors.Join(err, w.Flush())
}

// dayOr is a time as a day and minute in UTC, or a word where there is none.
func dayOr(ms *int64, otherwise string) string {
	if ms == nil {
		return otherwise
	}
	return store.Time(*ms).Format(time.DateTime)[:len("2006-01-02 15:04")]
}
