package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/urfave/cli/v3"
)

// usageError is the error that a command line, or what is set for it elsewhere, cannot be understood. Nothing was done.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// said is a command line that is understood.
type said struct {
	command *cli.Command
	name    string          // all words of the command
	given   map[string]bool // the flags that are on it
}

func (s *said) wrong(format string, args ...any) error {
	return &usageError{strings.TrimPrefix(s.name+": ", ": ") + fmt.Sprintf(format, args...)}
}

// help says where the help is.
func (s *said) help() string {
	return "`" + strings.TrimSpace("autoholdings help "+s.name) + "` lists what there is"
}

// understand reads the words of a command line as cli does, and refuses those that cli would take for something else, or
// for nothing. It does not judge the values of flags.
func understand(root *cli.Command, words []string) (*said, error) {
	s := &said{command: root, given: map[string]bool{}}
	if slices.Contains(words, completionWord) {
		return s, nil // the shell asks what could follow
	}
	var arguments []string
	for i := 0; i < len(words); i++ {
		word := strings.TrimSpace(words[i])
		below := s.command.Command(word)
		switch {
		case len(arguments) == 0 && slices.Contains([]string{"help", "h", "completion"}, word) && len(s.command.Commands) > 0:
			return s, nil // cli's own
		case below != nil && len(arguments) == 0:
			s.command, s.name = below, strings.TrimSpace(s.name+" "+below.Name)
			if below.SkipFlagParsing {
				return s, nil // it understands the rest itself
			}
		case word == "--":
			arguments = append(arguments, words[i+1:]...)
			i = len(words)
		case len(word) > 1 && word[0] == '-':
			took, err := s.flag(word, words[i+1:])
			if err != nil {
				return nil, err
			}
			i += took
		default:
			if err := s.mistyped(word); err != nil {
				return nil, err
			}
			arguments = append(arguments, words[i])
		}
	}
	return s, s.arguments(arguments)
}

const completionWord = "--generate-shell-completion"

// mistyped refuses what word processors make of flags.
func (s *said) mistyped(word string) error {
	first, size := utf8.DecodeRuneInString(word)
	if !strings.ContainsRune("‐‑‒–—―−﹣－", first) {
		return nil
	}
	name := strings.TrimLeft(word[size:], "-‐‑‒–—―−﹣－")
	return s.wrong("%q begins with a dash that is no hyphen, as programs for writing make of two hyphens: type --%s", word, name)
}

// flag understands a flag, and returns how many of the words behind it are its value.
func (s *said) flag(word string, behind []string) (took int, err error) {
	name := strings.TrimPrefix(word[1:], "-")
	name, value, joined := strings.Cut(name, "=")
	if slices.Contains([]string{"help", "h", "version", "v"}, name) {
		return 0, nil
	}
	f := flagNamed(s.command, name)
	if f == nil {
		return 0, s.unknown(name)
	}
	s.given[name] = true
	_, isBool := f.(*cli.BoolFlag)
	switch {
	case isBool && joined:
		if _, err := strconv.ParseBool(value); err != nil {
			return 0, s.wrong("--%s=%s: %q is neither true nor false", name, value, value)
		}
	case isBool && len(behind) > 0 && isTruth(behind[0]):
		toDo := "leave it out"
		if slices.Contains([]string{"true", "yes", "on", "1"}, strings.ToLower(behind[0])) {
			toDo = "write --" + name + " alone"
		} else {
			toDo += ", or write --" + name + "=false where something else has set it"
		}
		return 0, s.wrong("--%s takes no %q behind a space: %s", name, behind[0], toDo)
	case isBool, joined:
	case len(behind) == 0:
		return 0, s.wrong("--%s needs a value: write --%s %s", name, name, exampleOf(f))
	case len(behind[0]) > 2 && strings.HasPrefix(behind[0], "--"):
		return 0, s.wrong("--%s needs a value, and %s behind it is a flag: write --%s %s, or --%s=%s if that is the value", name, behind[0], name,
			exampleOf(f), name, behind[0])
	default:
		if err := s.mistyped(behind[0]); err != nil {
			return 0, err
		}
		return 1, nil
	}
	return 0, nil
}

func isTruth(word string) bool {
	return slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "1", "0"}, strings.ToLower(word))
}

// unknown refuses a flag that the command does not have.
func (s *said) unknown(name string) error {
	if near := nearest(name, flagNames(s.command)); near != "" {
		return s.wrong("there is no flag --%s: did you mean --%s? %s", name, near, s.help())
	}
	if elsewhere := commandsWith(name); len(elsewhere) > 0 {
		return s.wrong("there is no flag --%s here; it is one of %s. %s", name, strings.Join(elsewhere, ", "), s.help())
	}
	return s.wrong("there is no flag --%s. %s", name, s.help())
}

// arguments refuses what is left over when flags and commands are taken out.
func (s *said) arguments(given []string) error {
	if len(s.command.Commands) > 0 {
		if len(given) == 0 {
			return nil // the help
		}
		var names []string
		for _, below := range s.command.Commands {
			names = append(names, below.Name)
		}
		if near := nearest(given[0], names); near != "" {
			return s.wrong("there is no command %q: did you mean %q? %s", given[0], near, s.help())
		}
		return s.wrong("there is no command %q: %s", given[0], s.help())
	}
	takes := strings.Fields(s.command.ArgsUsage)
	if len(given) <= len(takes) || strings.HasSuffix(s.command.ArgsUsage, "…") {
		return nil
	}
	left := given[len(takes)]
	name, _, _ := strings.Cut(left, "=")
	var taken string
	switch {
	case flagNamed(s.command, name) != nil:
		return s.wrong("%q is left over: did you mean --%s?", left, left)
	case len(takes) == 0:
		taken = "this command takes flags only"
	default:
		taken = "this command takes " + s.command.ArgsUsage
	}
	return s.wrong("%q is left over: %s. A value with spaces in it needs quotation marks. %s", left, taken, s.help())
}

// flagNamed returns a command's flag; nil if it has none of that name.
func flagNamed(c *cli.Command, name string) cli.Flag {
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func flagNames(c *cli.Command) (names []string) {
	for _, f := range c.Flags {
		names = append(names, f.Names()...)
	}
	return names
}

// commandsWith returns the commands that have a flag.
func commandsWith(flag string) (names []string) {
	for _, s := range allSettings() {
		if s.flag == flag {
			names = append(names, "`"+s.command+"`")
		}
	}
	return names
}

// nearest returns the one of some names that a mistyped one most likely stands for; "": none does.
func nearest(typed string, names []string) (near string) {
	typed = strings.ToLower(strings.ReplaceAll(typed, "_", "-"))
	closest := max(2, len(typed)/3) + 1
	if len(typed) < 4 {
		closest = 2
	}
	for _, name := range names {
		distance := levenshtein.ComputeDistance(typed, name)
		if len(typed) > 3 && strings.HasPrefix(name, typed) {
			distance = 1
		}
		if distance < closest {
			closest, near = distance, name
		}
	}
	return near
}

// placeholder matches the name of a flag's value in its usage.
var placeholder = regexp.MustCompile("`([^`]+)`")

// exampleOf is what may stand behind a flag.
func exampleOf(f cli.Flag) string {
	usage := ""
	if d, ok := f.(cli.DocGenerationFlag); ok {
		usage = d.GetUsage()
	}
	if found := placeholder.FindStringSubmatch(usage); found != nil {
		return found[1]
	}
	switch f.(type) {
	case *timeFlag:
		return "30d"
	case *cli.StringFlag, *cli.StringSliceFlag, *cli.StringMapFlag:
		return "VALUE"
	default:
		return "NUMBER"
	}
}

// What cli says of a value, and of a flag that is missing.
var (
	invalidFlag   = regexp.MustCompile(`(?s)^invalid value ("(?:[^"\\]|\\.)*") for flag -(\S+): (.*)$`)
	invalidSource = regexp.MustCompile(`(?s)^could not parse ("(?:[^"\\]|\\.)*") as .*? value from (.+) for flag (\S+): (.*)$`)
	missingFlags  = regexp.MustCompile(`^Required flags? "(.+)" not set$`)
)

// explain says what cli says of the values of flags in words of ours, and never shows a secret.
func (s *said) explain(err error) error {
	if err == nil {
		return nil
	}
	if found := missingFlags.FindStringSubmatch(err.Error()); found != nil {
		var give []string
		for _, name := range strings.Split(found[1], `", "`) {
			name = strings.Trim(name, `" `)
			give = append(give, "--"+name+" "+exampleOf(flagNamed(s.command, name)))
		}
		return s.wrong("give %s. %s", strings.Join(give, " and "), s.help())
	}
	var value, where, name, reason string
	if found := invalidFlag.FindStringSubmatch(err.Error()); found != nil {
		value, name, reason = found[1], found[2], found[3]
		where = "--" + name
	} else if found := invalidSource.FindStringSubmatch(err.Error()); found != nil {
		value, name, reason = found[1], found[3], found[4]
		where = fmt.Sprintf("--%s, as %s sets it", name, found[2])
	} else {
		return err
	}
	f := flagNamed(s.command, name)
	if f == nil {
		return err
	}
	return s.wrong("%s: %s", where, explainValue(f, value, reason))
}

// explainValue says what is wrong with a value. The reasons of our own validators are sentences.
func explainValue(f cli.Flag, quoted, reason string) string {
	if isSecret(f) {
		quoted = "what is given"
	}
	switch f.(type) {
	case *cli.BoolFlag:
		return quoted + " is neither true nor false"
	case *timeFlag:
		if strings.HasPrefix(reason, "is ") {
			return quoted + " " + reason
		}
	case *cli.StringMapFlag:
		return quoted + " is not of the form NAME=VALUE"
	case *cli.StringFlag, *cli.StringSliceFlag:
	default:
		if strings.Contains(reason, "strconv") || strings.Contains(reason, "parse") || strings.Contains(reason, "invalid") {
			return quoted + " is not a whole number that fits"
		}
	}
	return reason
}
