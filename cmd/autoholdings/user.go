package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
)

// userCommand administers the people who sign in. Whoever reads the database may do so: it is the way back in where no
// administrator is left.
func userCommand() *cli.Command {
	byID := func(name, usage string, do toPerson, flags ...cli.Flag) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, ArgsUsage: "ID", Flags: withDatabase(flags...), Action: withAccess(ofPerson(do))}
	}
	return &cli.Command{
		Name:  "user",
		Usage: "add, list, change and remove the people who sign in with a password of this server",
		Commands: []*cli.Command{
			{
				Name: "add", Usage: "add somebody; the password is asked for, or read from standard input", ArgsUsage: "NAME",
				Flags: withDatabase(scopeFlag), Action: withAccess(addPerson),
			},
			{Name: "list", Usage: "list everybody, also those who sign in elsewhere", Flags: withDatabase(), Action: withAccess(listPeople)},
			byID("password", "set a new password, which signs the person out", setPassword),
			byID("scopes", "set what somebody may do", setScopes, scopeFlag),
			byID("disable", "keep somebody out", func(ctx context.Context, c *cli.Command, s *access.Service, id int64) error {
				return changePerson(ctx, c, s, id, access.PersonChange{Disabled: new(true)}, "is kept out")
			}),
			byID("enable", "let somebody in again", func(ctx context.Context, c *cli.Command, s *access.Service, id int64) error {
				return changePerson(ctx, c, s, id, access.PersonChange{Disabled: new(false)}, "may come in")
			}),
			byID("sign-out", "end somebody's sessions", signOut),
			byID("remove", "remove somebody; what they did stays in the audit", removePerson),
		},
	}
}

// toPerson does something to one person.
type toPerson func(ctx context.Context, c *cli.Command, s *access.Service, id int64) error

// ofPerson reads the person's id.
func ofPerson(do toPerson) func(context.Context, *cli.Command, *access.Service) error {
	return func(ctx context.Context, c *cli.Command, s *access.Service) error {
		given, err := theArgument(c, "the id of the person, as `user list` shows it")
		if err != nil {
			return err
		}
		id, err := idOf(model.PersonType, given)
		if err != nil {
			return err
		}
		return do(ctx, c, s, id)
	}
}

func addPerson(ctx context.Context, c *cli.Command, s *access.Service) error {
	name, err := theArgument(c, "the name of the person, as they will type it")
	if err != nil {
		return err
	}
	password, err := readPassword(c)
	if err != nil {
		return err
	}
	row, err := s.AddPerson(ctx, access.PersonInput{Name: name, Password: password, Scopes: scopesFlagged(c)})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s (%s) may %s\n", printable(row.Name), model.ID(model.PersonType, row.ID), row.Scopes)
	return err
}

func listPeople(ctx context.Context, c *cli.Command, s *access.Service) error {
	return table(c.Root().Writer, "ID\tNAME\tSIGNS IN AT\tSCOPES\tADDED\tLAST SEEN\t", func(line func(cells ...any)) error {
		read := func(w keyset.Window) (keyset.Page[*ent.Person], error) { return s.People(ctx, w) }
		for row, err := range keyset.All(listedAtOnce, read, access.PersonListing.At) {
			if err != nil {
				return err
			}
			where, note := "this server", ""
			if row.Issuer != "" {
				where = row.Issuer
			}
			if row.Disabled {
				note = "kept out"
			}
			line(model.ID(model.PersonType, row.ID), row.Name, where, row.Scopes, dayOr(&row.CreatedAt, ""), dayOr(row.SeenAt, "never"), note)
		}
		return nil
	})
}

func setPassword(ctx context.Context, c *cli.Command, s *access.Service, id int64) error {
	password, err := readPassword(c)
	if err != nil {
		return err
	}
	return changePerson(ctx, c, s, id, access.PersonChange{Password: &password}, "has a new password, and is signed out")
}

func setScopes(ctx context.Context, c *cli.Command, s *access.Service, id int64) error {
	scopes := scopesFlagged(c)
	if scopes == nil {
		return fmt.Errorf("%s: no --scope is given: there are %s", c.FullName(), access.AllScopesText())
	}
	return changePerson(ctx, c, s, id, access.PersonChange{Scopes: scopes}, "may "+scopes.String())
}

func changePerson(ctx context.Context, c *cli.Command, s *access.Service, id int64, change access.PersonChange, done string) error {
	row, err := s.UpdatePerson(ctx, id, change)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.Root().Writer, printable(row.Name), done)
	return err
}

func signOut(ctx context.Context, c *cli.Command, s *access.Service, id int64) error {
	n, err := s.EndSessions(ctx, id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%d ended\n", n)
	return err
}

func removePerson(ctx context.Context, c *cli.Command, s *access.Service, id int64) error {
	if err := s.RemovePerson(ctx, id); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.Root().Writer, "removed")
	return err
}

// readPassword asks for a password twice, unseen, on a terminal; otherwise it is the first line of standard input. It is
// no flag, since other users of the machine see those.
func readPassword(c *cli.Command) (string, error) {
	in, isFile := c.Root().Reader.(*os.File)
	if !isFile || !term.IsTerminal(int(in.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(c.Root().Reader, 64<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2][]byte
	for i, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(c.Root().ErrWriter, prompt)
		var err error
		typed[i], err = term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(c.Root().ErrWriter)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
	}
	if string(typed[0]) != string(typed[1]) {
		return "", errors.New("the two passwords differ: nothing was changed; type the same twice")
	}
	return string(typed[0]), nil
}
