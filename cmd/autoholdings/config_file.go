package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/urfave/cli/v3"
)

// configFlagName is the flag of the configuration file, which every command has that has flags.
const configFlagName = "config"

// configVariable is its environment variable.
const configVariable = "AUTOHOLDINGS_CONFIG"

// setting is one flag of one command, as the program offers it. The tables, the man page, the example of a configuration
// file and the checks of one are made of settings.
type setting struct {
	command  string // "serve", "import polines"
	flag     string
	variable string // environment variable; "": it has none, and is set for this command alone
	usage    string // without the marks of the value's name
	value    string // what its value is called: "FILE"; "": it is true or false
	standard string // the default as it may be given; "": none
	of       cli.Flag
}

// name is what the setting is called at the top of a configuration file, for all commands that know it: its variable, as
// flags are written. It is nearly always the flag's name. "": it can only be set in a command's section.
func (s setting) name() string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s.variable, "AUTOHOLDINGS_")), "_", "-")
}

// settingsOf returns the settings of one command.
func settingsOf(c *cli.Command, name string) (all []setting) {
	for _, f := range c.Flags {
		if f.Names()[0] == configFlagName {
			continue
		}
		s := setting{command: name, flag: f.Names()[0], variable: variableOf(f), of: f}
		if d, ok := f.(cli.DocGenerationFlag); ok {
			s.usage = placeholder.ReplaceAllString(d.GetUsage(), "$1")
			if s.standard = d.GetValue(); s.standard == "[]" || s.standard == "map[]" {
				s.standard = ""
			}
			if _, isBool := f.(*cli.BoolFlag); !isBool {
				s.value = exampleOf(f)
			} else {
				s.standard = ""
			}
			if _, isTime := f.(*timeFlag); isTime && s.standard == "0s" {
				s.standard = "" // the usage says it
			}
		}
		all = append(all, s)
	}
	return all
}

var settingsOnce struct {
	sync.Once
	all []setting
}

// allSettings returns the settings of all commands that know the configuration file.
func allSettings() []setting {
	settingsOnce.Do(func() {
		var add func(c *cli.Command, name string)
		add = func(c *cli.Command, name string) {
			if flagNamed(c, configFlagName) != nil {
				settingsOnce.all = append(settingsOnce.all, settingsOf(c, name)...)
			}
			for _, below := range c.Commands {
				add(below, strings.TrimSpace(name+" "+below.Name))
			}
		}
		add(newCommand(nil, io.Discard, io.Discard), "")
	})
	return settingsOnce.all
}

// shared returns one setting of each variable: those that may stand at the top of a configuration file.
func shared() (all []setting) {
	seen := map[string]bool{}
	for _, s := range allSettings() {
		if s.variable != "" && s.command != demoCommandName && !seen[s.variable] {
			seen[s.variable] = true
			all = append(all, s)
		}
	}
	return all
}

// isSecret says whether a flag's value is shown to nobody. It goes by what flags are called, so that a new one is hidden
// rather than shown.
func isSecret(f cli.Flag) bool {
	switch f.(type) {
	case *cli.StringFlag, *cli.StringSliceFlag, *cli.StringMapFlag:
	default:
		return false
	}
	if exampleOf(f) == "FILE" || exampleOf(f) == "FOLDER" || exampleOf(f) == "ID" {
		return false
	}
	secret := []string{
		"secret", "secrets", "key", "keys", "password", "token", "credential", "credentials", "header", "query", "customer", "webhook",
	}
	return slices.ContainsFunc(strings.Split(f.Names()[0], "-"), func(word string) bool { return slices.Contains(secret, word) })
}

// shownValue is a flag's value as it may be seen, "" where it has none.
func shownValue(f cli.Flag) string {
	text := plainValue(f)
	switch {
	case text == "":
		return ""
	case isSecret(f):
		return "(not shown)"
	case exampleOf(f) == "URL":
		return shownURL(text)
	}
	return text
}

func plainValue(f cli.Flag) string {
	switch v := f.Get().(type) {
	case []string:
		return strings.Join(v, ",")
	case map[string]string:
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			pairs = append(pairs, name+"="+v[name])
		}
		return strings.Join(pairs, ",")
	default:
		if t, ok := f.(*timeFlag); ok {
			return inDays(t.Get().(time.Duration))
		}
		return fmt.Sprint(v)
	}
}

// shownURL is an address without password and query.
func shownURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || strings.Contains(u.Path, "@") || strings.Contains(text, "@") && u.User == nil {
		return "(not shown)"
	}
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	u.Fragment = ""
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "…")
	}
	shown := u.String()
	return strings.ReplaceAll(shown, "%E2%80%A6", "…")
}

// configFile is the configuration file of one command. It is in TOML: settings at its top go for all commands that know
// them, those of a section for the command after which it is called. A command line and the environment go first.
type configFile struct {
	command string
	path    string
	top     map[string]fileValue // by name
	own     map[string]fileValue // by flag, of the command's section
}

// fileValue is a value as a command line would have it.
type fileValue struct {
	text string
	line int
}

// flag returns the flag by which the file is named.
func (c *configFile) flag() cli.Flag {
	return &cli.StringFlag{
		Name: configFlagName, Sources: cli.EnvVars(configVariable), Validator: c.read,
		Usage: "`FILE` of settings, in TOML: `config example` prints one. Flags and environment variables go first",
	}
}

// read reads the file, and refuses one that has anything that no command knows.
func (c *configFile) read(path string) error {
	if c.path = path; path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the configuration file cannot be read: %w", unwrapConfigPath(path, err))
	}
	if c.top, c.own, err = parseConfig(string(text), c.command); err != nil {
		return fmt.Errorf("%s cannot be used:\n%w", path, err)
	}
	return nil
}

func unwrapConfigPath(path string, err error) error {
	if reason := errors.Unwrap(err); reason != nil {
		err = reason
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s", path)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// quotation matches what a message repeats of a file.
var quotation = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// parseConfig returns the settings at the top of a file, and those of one command's section.
func parseConfig(text, command string) (top, own map[string]fileValue, err error) {
	var all map[string]any
	if _, err := toml.Decode(text, &all); err != nil {
		var wrong toml.ParseError
		if errors.As(err, &wrong) { // its message repeats the line, which may have a secret
			return nil, nil, fmt.Errorf("line %d is not TOML (%s): write name = \"text\", name = 5, name = true or name = [\"a\", \"b\"]",
				wrong.Position.Line, quotation.ReplaceAllString(wrong.Message, "…"))
		}
		return nil, nil, errors.New("it is not TOML: write name = \"text\", name = 5, name = true or name = [\"a\", \"b\"]")
	}
	top, own = map[string]fileValue{}, map[string]fileValue{}
	lines := configLines(text)
	known := shared()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(all)) {
		at := slices.IndexFunc(known, func(s setting) bool { return s.name() == name })
		switch table, isTable := all[name].(map[string]any); {
		case at >= 0:
			errs = append(errs, putValue(top, name, lines[name], all[name]))
		case isTable:
			errs = append(errs, section(own, name, table, command, lines)...)
		default:
			errs = append(errs, fmt.Errorf("line %d: %w", lines[name], unknownSetting(name, known)))
		}
	}
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	slices.SortStableFunc(errs, func(a, b error) int { return lineIn(a) - lineIn(b) })
	return top, own, errors.Join(errs...)
}

// lineIn is the line that a message begins with.
func lineIn(err error) (line int) {
	_, _ = fmt.Sscanf(err.Error(), "line %d", &line) // 0 where it names none
	return line
}

// section reads a command's section, or those of the commands below it: [import] has [import.polines].
func section(own map[string]fileValue, name string, table map[string]any, command string, lines map[string]int) (errs []error) {
	var known []setting
	var commands []string
	for _, s := range allSettings() {
		if s.command == name {
			known = append(known, s)
		}
		if !slices.Contains(commands, s.command) {
			commands = append(commands, s.command)
		}
	}
	isParent := slices.ContainsFunc(commands, func(c string) bool { return strings.HasPrefix(c, name+" ") })
	header := strings.ReplaceAll(name, " ", ".")
	if known == nil && !isParent {
		text := fmt.Sprintf("line %d: there is no command %q for the section [%s]", lines[header], name, header)
		if near := nearest(name, commands); near != "" {
			text += fmt.Sprintf(": did you mean [%s]?", strings.ReplaceAll(near, " ", "."))
		}
		return []error{errors.New(text)}
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		line := lines[header+"."+key]
		below, isTable := table[key].(map[string]any)
		switch {
		case slices.ContainsFunc(known, func(s setting) bool { return s.flag == key }):
			into := own
			if name != command {
				into = map[string]fileValue{} // it is judged all the same
			}
			errs = append(errs, putValue(into, key, line, table[key]))
		case isTable && isParent:
			errs = append(errs, section(own, name+" "+key, below, command, lines)...)
		default:
			var flags []string
			for _, s := range known {
				flags = append(flags, s.flag)
			}
			text := fmt.Sprintf("line %d: `%s` has no flag --%s", line, name, key)
			if near := nearest(key, flags); near != "" {
				text += ": did you mean " + near + "?"
			}
			errs = append(errs, errors.New(text))
		}
	}
	return errs
}

// unknownSetting says that nothing at the top of a file is called so, and what may be meant.
func unknownSetting(name string, known []setting) error {
	var names []string
	for _, s := range known {
		names = append(names, s.name())
		if s.variable == name || strings.ReplaceAll(name, "_", "-") == s.name() {
			return fmt.Errorf("there is no setting %q: write %s", name, s.name())
		}
	}
	for _, s := range allSettings() {
		if s.flag == name {
			return fmt.Errorf("%q is set for single commands: write it in a section, such as [%s]", name, strings.ReplaceAll(s.command, " ", "."))
		}
	}
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("there is no setting %q: did you mean %s?", name, near)
	}
	return fmt.Errorf("there is no setting %q: `autoholdings config example` has them all", name)
}

// putValue keeps a value as text that a command line would have.
func putValue(values map[string]fileValue, name string, line int, value any) error {
	text, err := configText(value)
	if err != nil {
		return fmt.Errorf("line %d: %s: %w", line, name, err)
	}
	values[name] = fileValue{text, line}
	return nil
}

func configText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case []any:
		var texts []string
		for _, one := range v {
			text, isText := one.(string)
			if !isText {
				return "", errors.New("a list holds texts only, as in [\"a\", \"b\"]")
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, ","), nil
	case map[string]any:
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			text, isText := v[name].(string)
			if !isText {
				return "", errors.New("a table holds texts only, as in { format = \"kbart\" }")
			}
			pairs = append(pairs, name+"="+text)
		}
		return strings.Join(pairs, ","), nil
	default:
		return "", errors.New("it is none of text, whole number, true, false, list and table: write it as a text, \"1.5\"")
	}
}

// configLines finds the lines of a file's names, "section.name"; of sections, too.
func configLines(text string) map[string]int {
	lines, prefix, number := map[string]int{}, "", 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if header, ok := strings.CutPrefix(line, "["); ok {
			prefix, _, _ = strings.Cut(header, "]")
			prefix = strings.ReplaceAll(strings.Trim(prefix, `" `), `"`, "")
			lines[prefix] = number
			prefix += "."
			continue
		}
		if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			name = strings.Trim(strings.TrimSpace(name), `"'`)
			if lines[prefix+name] == 0 {
				lines[prefix+name] = number
			}
		}
	}
	return lines
}

// source returns where a flag's value is looked up in the file.
func (c *configFile) source(f cli.Flag) cli.ValueSource {
	return settingInFile{c, setting{flag: f.Names()[0], variable: variableOf(f)}}
}

// settingInFile is one flag's place in the configuration file.
type settingInFile struct {
	file *configFile
	of   setting
}

func (s settingInFile) find() (fileValue, bool) {
	if value, ok := s.file.own[s.of.flag]; ok {
		return value, true
	}
	if s.of.variable == "" || s.file.command == demoCommandName { // a demo is no place for the settings of an installation
		return fileValue{}, false
	}
	value, ok := s.file.top[s.of.name()]
	return value, ok
}

// Lookup implements cli.ValueSource.
func (s settingInFile) Lookup() (string, bool) {
	value, ok := s.find()
	return value.text, ok
}

// String says where the value is.
func (s settingInFile) String() string {
	value, _ := s.find()
	return fmt.Sprintf("line %d of %s", value.line, s.file.path)
}

// GoString implements cli.ValueSource.
func (s settingInFile) GoString() string { return s.String() }
