package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/jobs"
)

// configCommand looks at settings without doing anything with them.
func configCommand() *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "check and show what a command would go by, and print an example of a configuration file",
		Commands: []*cli.Command{
			{
				Name: "check", ArgsUsage: "[COMMAND…]", SkipFlagParsing: true, Action: checkConfig,
				Usage: "check a configuration file, and whether a command could go by it and by the flags and variables beside it",
				Description: "What follows is a command line, such as `config check serve --config FILE`; without one it is serve's. Nothing\n" +
					"is opened, asked or written. The exit status is 2 where something is wrong.",
			},
			{
				Name: "show", ArgsUsage: "[--json] [COMMAND…]", SkipFlagParsing: true, Action: showConfig,
				Usage: "show every setting of a command with its value, and whether it comes from a flag, a variable, the file or the program",
				Description: "What follows is a command line, such as `config show serve --config FILE`; without one it is serve's. Secrets\n" +
					"are not shown. With --json in front, the answer is JSON.",
			},
			{
				Name: "example", Usage: "print a configuration file that has every setting, commented out",
				Action: func(_ context.Context, c *cli.Command) error { return exampleConfig(c.Root().Writer) },
			},
		},
	}
}

// insteadOf runs a command line with something else in place of what its command does.
func insteadOf(ctx context.Context, words []string, errOut io.Writer, do func(context.Context, *cli.Command, *said) error) error {
	if len(words) == 0 || strings.HasPrefix(words[0], "-") {
		words = append([]string{"serve"}, words...)
	}
	root := newCommand(strings.NewReader(""), io.Discard, errOut)
	s, err := understand(root, words)
	if err != nil {
		return err
	}
	if len(s.command.Flags) == 0 {
		return s.wrong("this command has no settings: name one that has, such as serve")
	}
	for _, f := range s.command.Flags { // what is missing is missing when it is run
		reflect.ValueOf(f).Elem().FieldByName("Required").SetBool(false)
	}
	done := false
	s.command.Action = func(ctx context.Context, c *cli.Command) error { done = true; return do(ctx, c, s) }
	if err := s.explain(root.Run(ctx, append([]string{"autoholdings"}, words...))); err != nil || done {
		return err
	}
	return s.wrong("give a command line that does something, such as serve --config FILE")
}

// wantsHelp shows the help where the words ask for it.
func wantsHelp(c *cli.Command) bool {
	if !slices.ContainsFunc(c.Args().Slice(), func(word string) bool { return word == "--help" || word == "-h" }) {
		return false
	}
	_ = cli.ShowSubcommandHelp(c)
	return true
}

// origin says where a flag's value comes from.
type origin struct {
	Setting string `json:"setting"` // the flag
	Value   string `json:"value"`   // empty: none; a secret is "(not shown)"
	From    string `json:"from"`    // flag, variable, file or default
	Where   string `json:"where"`   // the flag, the variable, or the line of the file; empty: a default
}

func originOf(f cli.Flag, s *said) origin {
	name := f.Names()[0]
	o := origin{Setting: name, Value: shownValue(f), From: "default"}
	if slices.ContainsFunc(f.Names(), func(name string) bool { return s.given[name] }) {
		o.From, o.Where = "flag", "--"+name
		return o
	}
	_, isText := f.(*cli.StringFlag)
	_, isBool := f.(*cli.BoolFlag)
	for _, source := range sourcesOf(f).Chain {
		if text, found := source.Lookup(); !found || text == "" && !isText && !isBool { // as cli does
			continue
		}
		o.From, o.Where = "file", source.String()
		if variable, ok := source.(cli.EnvValueSource); ok {
			o.From, o.Where = "variable", variable.Key()
		}
		return o
	}
	if o.Value == "0s" {
		o.Value = "" // its usage says what goes then
	}
	return o
}

func showConfig(ctx context.Context, c *cli.Command) error {
	if wantsHelp(c) {
		return nil
	}
	words, out := c.Args().Slice(), c.Root().Writer
	asJSON := len(words) > 0 && words[0] == "--json"
	if asJSON {
		words = words[1:]
	}
	return insteadOf(ctx, words, c.Root().ErrWriter, func(_ context.Context, c *cli.Command, s *said) error {
		var all []origin
		for _, f := range c.Flags {
			if f.Names()[0] != "help" {
				all = append(all, originOf(f, s))
			}
		}
		if asJSON {
			encoder := json.NewEncoder(out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			return encoder.Encode(all)
		}
		return table(out, "SETTING\tVALUE\tFROM", func(line func(cells ...any)) error {
			for _, o := range all {
				line(o.Setting, o.Value, strings.TrimSpace(o.From+" "+o.Where))
			}
			return nil
		})
	})
}

func checkConfig(ctx context.Context, c *cli.Command) error {
	if wantsHelp(c) {
		return nil
	}
	out, errOut := c.Root().Writer, c.Root().ErrWriter
	return insteadOf(ctx, c.Args().Slice(), errOut, func(ctx context.Context, c *cli.Command, s *said) error {
		path := c.String(configFlagName)
		errs := append(checkSections(ctx, path, errOut), checkReadable(path), checkSettings(ctx, c, s.name))
		if err := errors.Join(errs...); err != nil {
			return &usageError{err.Error()}
		}
		if path == "" {
			path = "no configuration file"
		}
		_, err := fmt.Fprintf(out, "nothing is wrong: `%s` can start with these settings (%s)\n", s.name, path)
		return err
	})
}

// checkSections checks the values of the file for every command.
func checkSections(ctx context.Context, path string, errOut io.Writer) (errs []error) {
	if path == "" {
		return nil
	}
	seen, said := map[string]bool{}, map[string]bool{}
	for _, of := range allSettings() {
		if seen[of.command] {
			continue
		}
		seen[of.command] = true
		err := insteadOf(ctx, append(strings.Fields(of.command), "--"+configFlagName, path), errOut, nothing)
		if err == nil {
			continue
		}
		_, text, _ := strings.Cut(err.Error(), ": ") // without the command: what is wrong at the top is wrong for many
		if !said[text] {
			said[text] = true
			errs = append(errs, errors.New(text))
		}
	}
	return errs
}

func nothing(context.Context, *cli.Command, *said) error { return nil }

// checkReadable refuses a file that has a secret, and that every user of the machine can read.
func checkReadable(path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o004 == 0 {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, s := range allSettings() {
		top, own, err := parseConfig(string(text), s.command)
		if err != nil {
			return nil //nolint:nilerr // it has been said
		}
		value, ok := top[s.name()]
		if !ok || s.variable == "" {
			value, ok = own[s.flag]
		}
		if ok && value.text != "" && (isSecret(s.of) || exampleOf(s.of) == "URL" && shownURL(value.text) != value.text) {
			return fmt.Errorf("%s: line %d has a secret, and every user of this machine can read the file: chmod 640 %s", path, value.line, path)
		}
	}
	return nil
}

// checkSettings checks what a command would check before it opens anything.
func checkSettings(ctx context.Context, c *cli.Command, name string) error {
	if name != "serve" && name != "worker" {
		return nil
	}
	read := configFrom
	if name == "serve" {
		read = serverFrom
	}
	cfg, err := read(c)
	if err != nil {
		return err
	}
	errs := []error{checkAddresses(cfg.Providers), cfg.checkShared(name == "serve" && !c.Bool("no-worker"))}
	if cfg.RedisURL != "" {
		_, err := jobs.ParseRedisURL(cfg.RedisURL)
		errs = append(errs, err)
	}
	if name == "serve" {
		_, err := cfg.Serving.openCertificates(cfg.Log)
		errs = append(errs, err, cfg.Serving.checkAddr(ctx, c.String("addr")))
	}
	return errors.Join(errs...)
}

// exampleConfig prints a file of all settings. What it would set is what goes without it, where there is such a thing.
func exampleConfig(out io.Writer) error {
	var b strings.Builder
	b.WriteString(`# Settings of autoholdings, in TOML: name = "text", name = 5, name = true, name = ["a", "b"], name = { a = "b" }.
# Those at the top go for every command that knows them; those of a [section] for the command of that name. Flags and
# environment variables go first. Lengths of time are such as 30d, 12h or 15m.
# Check it: autoholdings config check --config FILE. See what goes: autoholdings config show --config FILE.
`)
	for _, s := range shared() {
		fmt.Fprintf(&b, "\n# %s.\n# Variable: %s\n#%s = %s\n", wrapped(s.usage, "# "), s.variable, s.name(), s.example())
	}
	for _, s := range sectionsOf() {
		fmt.Fprintf(&b, "\n#[%s]\n", strings.ReplaceAll(s[0].command, " ", "."))
		for _, one := range s {
			fmt.Fprintf(&b, "# %s.\n#%s = %s\n", wrapped(one.usage, "# "), one.flag, one.example())
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// sectionsOf returns, by command, the settings that can be set in its section alone.
func sectionsOf() (all [][]setting) {
	for _, s := range allSettings() {
		if s.variable != "" && s.command != demoCommandName {
			continue
		}
		if len(all) > 0 && all[len(all)-1][0].command == s.command {
			all[len(all)-1] = append(all[len(all)-1], s)
		} else {
			all = append(all, []setting{s})
		}
	}
	return all
}

// example is a setting's default in TOML, or the name of its value.
func (s setting) example() string {
	switch {
	case s.value == "":
		return "false"
	case s.of == nil:
		return `""`
	}
	switch s.of.(type) {
	case *cli.IntFlag, *cli.Int64Flag, *cli.Uint64Flag:
		return s.standard
	case *cli.StringSliceFlag:
		return `["` + s.value + `"]`
	case *cli.StringMapFlag:
		return `{ NAME = "VALUE" }`
	}
	if s.standard == "" {
		return fmt.Sprintf("%q", s.value)
	}
	return fmt.Sprintf("%q", strings.Trim(s.standard, `"`))
}

// wrapped breaks a text into lines of at most 120 characters.
func wrapped(text, prefix string) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i > 0 && length+1+len(word) > 117:
			b.WriteString("\n" + prefix)
			length = 0
		case i > 0:
			b.WriteString(" ")
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	return strings.TrimSuffix(b.String(), ".")
}
