package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

//go:generate go run ../../internal/between -file ../../docs/operations.md -mark settings -- go run . reference settings

// referenceCommand prints what is written down elsewhere of the command line, so that it is written once.
func referenceCommand() *cli.Command {
	return &cli.Command{
		Name: "reference", Hidden: true, Usage: "print the manual page (man), or the table of settings of docs/operations.md (settings)",
		ArgsUsage: "WHAT",
		Action: func(_ context.Context, c *cli.Command) error {
			what, err := theArgument(c, "man or settings")
			if err != nil {
				return err
			}
			switch what {
			case "man":
				return manualPage(c.Root().Writer)
			case "settings":
				return settingsTable(c.Root().Writer)
			}
			return fmt.Errorf("reference: %q is neither man nor settings", what)
		},
	}
}

// settingsTable prints the settings that have a variable, in Markdown.
func settingsTable(out io.Writer) error {
	var b strings.Builder
	b.WriteString("| flag | environment | default | what |\n|---|---|---|---|\n")
	for _, s := range shared() {
		of := ""
		if s.name() != s.flag {
			of = fmt.Sprintf(" of `%s`; `%s` in a file", s.command, s.name())
		}
		standard := ""
		if s.standard != "" && !isSecret(s.of) {
			standard = "`" + strings.Trim(s.standard, `"`) + "`"
		}
		usage := strings.NewReplacer("|", "\\|", "<", "&lt;").Replace(s.usage)
		fmt.Fprintf(&b, "| `--%s`%s | `%s` | %s | %s |\n", s.flag, of, s.variable, standard, usage)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// manualPage prints autoholdings(1) in roff.
func manualPage(out io.Writer) error {
	root := newCommand(nil, io.Discard, io.Discard)
	var b strings.Builder
	fmt.Fprintf(&b, ".TH AUTOHOLDINGS 1\n.SH NAME\nautoholdings \\- %s\n.SH SYNOPSIS\n"+
		".B autoholdings\n.I COMMAND\n[\\fIFLAGS\\fR] [\\fIARGUMENTS\\fR]\n",
		roff(root.Usage))
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n.SH COMMANDS\n", roff(root.Description))
	known := shared()
	var add func(c *cli.Command, name string)
	add = func(c *cli.Command, name string) {
		for _, below := range c.Commands {
			if !below.Hidden {
				add(below, strings.TrimSpace(name+" "+below.Name))
			}
		}
		if len(c.Commands) == 0 {
			manualOf(&b, c, name, known)
		}
	}
	add(root, "")
	b.WriteString(".SH SETTINGS\n" +
		"Each is a flag of the commands that name it, an environment variable, and a name in the configuration file.\n")
	for _, s := range known {
		manualFlag(&b, s)
		fmt.Fprintf(&b, ".br\nVariable: \\fB%s\\fR", roff(s.variable))
		if s.name() != s.flag {
			fmt.Fprintf(&b, ", in the file \\fB%s\\fR", roff(s.name()))
		}
		b.WriteString("\n")
	}
	b.WriteString(`.SH CONFIGURATION FILE
\fB\-\-config\fR \fIFILE\fR, or the variable \fBAUTOHOLDINGS_CONFIG\fR, names a file in TOML. Settings at its top go
for all commands that know them, and those of a section such as \fB[sync]\fR or \fB[import.polines]\fR for that command.
A flag goes before its variable, and that before the file.
\fBautoholdings config example\fR prints a file with every setting, \fBconfig check\fR checks one, \fBconfig show\fR shows where each value
comes from.
.SH EXIT STATUS
0: done, or told to stop. 1: it failed, and says why. 2: the command line or a setting cannot be understood, and nothing was done.
.SH FILES
Of the Debian package: \fI/etc/autoholdings/autoholdings.toml\fR, the configuration file; \fI/var/lib/autoholdings\fR, the data directory.
`)
	_, err := io.WriteString(out, b.String())
	return err
}

func manualOf(b *strings.Builder, c *cli.Command, name string, known []setting) {
	fmt.Fprintf(b, ".SS %s\n%s.\n", roff(strings.TrimSpace("autoholdings "+name+" "+c.ArgsUsage)), roff(strings.TrimSuffix(c.Usage, ".")))
	if c.Description != "" {
		fmt.Fprintf(b, ".PP\n%s\n", roff(c.Description))
	}
	var named []string
	for _, s := range settingsOf(c, name) {
		if slices.ContainsFunc(known, func(k setting) bool { return k.variable == s.variable && k.flag == s.flag }) {
			named = append(named, "\\fB"+roff("--"+s.flag)+"\\fR")
			continue
		}
		manualFlag(b, s)
	}
	if named != nil {
		fmt.Fprintf(b, ".PP\nSettings: %s.\n", strings.Join(named, ", "))
	}
}

func manualFlag(b *strings.Builder, s setting) {
	fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff("--"+s.flag))
	if s.value != "" {
		fmt.Fprintf(b, " \\fI%s\\fR", roff(s.value))
	}
	fmt.Fprintf(b, "\n%s", roff(s.usage))
	if s.standard != "" && !isSecret(s.of) {
		fmt.Fprintf(b, " (default: %s)", roff(strings.Trim(s.standard, `"`)))
	}
	b.WriteString("\n")
}

// roff escapes a text for a manual page.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
