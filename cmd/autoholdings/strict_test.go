package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/mockoup"
)

// ended runs the program as a process of its own until it ends, and returns what it printed, and its exit status.
func ended(t *testing.T, env []string, args ...string) (out, errOut string, status int) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a command that should be refused may run
	defer cancel()
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AUTOHOLDINGS_") }),
		append(env, "AUTOHOLDINGS_TEST_PROGRAM=1")...)
	cmd.Dir = t.TempDir()
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(cmd.Dir); err != nil || len(files) > 0 {
		t.Errorf("%q wrote %v: %v", args, files, err)
	}
	return said.String(), complained.String(), cmd.ProcessState.ExitCode()
}

// TestRefusedCommandLines: what is not understood ends with status 2 and one line that says what to write, and nothing is
// done.
func TestRefusedCommandLines(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"sync --profile 1 –preview":          `sync: "–preview" begins with a dash that is no hyphen`,
		"sync --profile 1 —preview":          "type --preview",
		"sync --profile –preview":            "type --preview",
		"sync --profile 1 --preview false":   `--preview takes no "false" behind a space: leave it out, or write --preview=false`,
		"sync --profile 1 --preview yes":     "write --preview alone",
		"serve --no-worker 1":                "write --no-worker alone",
		"import collection --preview off x":  "--preview=false",
		"validate --summary false":           "--summary=false",
		"sync --profile 1 --preview=perhaps": `"perhaps" is neither true nor false`,
		"sync --profile 1 --preview=":        "neither true nor false",
		"sync 1":                             `"1" is left over`,
		"sync preview --profile 1":           "did you mean --preview?",
		"serve oup-url=https://x.example":    "did you mean --oup-url=https://x.example?",
		"diff a b c":                         `"c" is left over: this command takes OLD NEW`,
		"import collection a b":              "this command takes FILE",
		"import zone a b":                    "this command takes [FILE]",
		"user add Ada Lovelace":              "quotation marks",
		"token list all":                     "this command takes flags only",
		"migrate now":                        "left over",
		"migrate -- --data-dir":              "left over",
		"serve --oup-ulr https://x.example":  "there is no flag --oup-ulr: did you mean --oup-url? `autoholdings help serve`",
		"serve --no_worker":                  "did you mean --no-worker?",
		"serve --no-work":                    "did you mean --no-worker?",
		"serve -5":                           "there is no flag --5",
		"serve --remove-missing":             "it is one of `import collection`",
		"serve --nonsense-of-mine":           "there is no flag --nonsense-of-mine. `autoholdings help serve`",
		"sync":                               "sync: give --profile ID",
		"sync --profile":                     "--profile needs a value: write --profile ID",
		"serve --data-dir --no-worker":       "--data-dir needs a value, and --no-worker behind it is a flag",
		"serve --concurrency":                "--concurrency N",
		"serve --concurrency many":           `--concurrency: "many" is not a whole number`,
		"serve --concurrency 101":            "101 is not between 1 and 100",
		"serve --keep-files 30":              `"30" is not a length of time: give a number with its unit, such as 30d, 12h or 15m`,
		"serve --keep-files 1d30h":           "is not a length of time",
		"serve --keep-files 999999999d":      "is too long",
		"serve --session-idle 5s":            "5s is less than a minute",
		"serve --oup-header hunter2":         "--oup-header: what is given is not of the form NAME=VALUE",
		"serv":                               `there is no command "serv": did you mean "serve"?`,
		"import polin x":                     `did you mean "polines"?`,
		"hunter":                             `there is no command "hunter"`,
		"--no-worker serve":                  "there is no flag --no-worker here; it is one of `serve`",
		"serve --config none.toml":           "there is no none.toml",
		"config show serve --oup-ulr x":      "did you mean --oup-url?",
		"config show config":                 "this command has no settings",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			out, complained, status := ended(t, nil, strings.Fields(line)...)
			if status != exitUsage || !strings.Contains(complained, want) || out != "" || strings.Count(complained, "\n") != 1 ||
				!strings.HasPrefix(complained, "autoholdings: ") || strings.Contains(complained, "hunter2") {
				t.Errorf("status %d, want it to say %q: %s%s", status, want, out, complained)
			}
		})
	}
	_, complained, status := ended(t, []string{"AUTOHOLDINGS_CONCURRENCY=0", "AUTOHOLDINGS_OUP_HEADER=hunter2"}, "serve")
	if status != exitUsage || !strings.Contains(complained, "AUTOHOLDINGS_CONCURRENCY") || !strings.Contains(complained, "0 is not between") {
		t.Errorf("%d: %s", status, complained)
	}
	_, complained, status = ended(t, []string{"AUTOHOLDINGS_OUP_HEADER=hunter2"}, "serve")
	if status != exitUsage || !strings.Contains(complained, "AUTOHOLDINGS_OUP_HEADER") || strings.Contains(complained, "hunter2") {
		t.Errorf("%d: %s", status, complained)
	}
}

// TestUnderstoodCommandLines: what was understood before still is.
func TestUnderstoodCommandLines(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"config", "show", "serve", "-no-worker=true", "--addr=", "--keep-files", "1d12h"},
		{"help", "serve"},
		{"serve", "--help"},
		{"import", "polines", "-h"},
		{"import", "help", "polines"},
		{"--version"},
		{"import"},
		{"completion", "bash"},
		{"serve", "--no", "--generate-shell-completion"},
		{"config", "show", "--help"},
		{"config", "check", "-h"},
		{"diff", "--format", "json", "--", os.DevNull, "../../go.mod-none"},
	} {
		out, complained, status := ended(t, nil, args...)
		if args[0] == "diff" { // it is understood, and cannot be done
			if status != 1 || !strings.Contains(complained, "no such file") {
				t.Errorf("%q: %d: %s%s", args, status, out, complained)
			}
			continue
		}
		if status != 0 || complained != "" || out == "" {
			t.Errorf("%q: %d: %s%s", args, status, out, complained)
		}
	}
}

// shownBy returns what `config show` says of a command line, by setting.
func shownBy(t *testing.T, env []string, args ...string) map[string]origin {
	t.Helper()
	out, complained, status := ended(t, env, append([]string{"config", "show", "--json"}, args...)...)
	if status != 0 || complained != "" {
		t.Fatalf("%q: %d: %s", args, status, complained)
	}
	var all []origin
	must(t, json.Unmarshal([]byte(out), &all))
	by := map[string]origin{}
	for _, o := range all {
		by[o.Setting] = o
	}
	return by
}

// writeConfig writes a configuration file that others cannot read.
func writeConfig(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "autoholdings.toml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestOrigins: a flag goes before its variable, that before the section of the command, that before the top of the file.
func TestOrigins(t *testing.T) {
	t.Parallel()
	file := writeConfig(t, `keep-files = "30d"
concurrency = 3
addr = "127.0.0.1:1"
session-idle = "1d"
no-worker = true
log-level = "debug"
oidc-map = ["library staff=read,operate", "library systems=admin"]

[serve]
concurrency = 4
addr = "127.0.0.1:2"
[worker]
concurrency = 5
`)
	env := []string{"AUTOHOLDINGS_ADDR=127.0.0.1:3", "AUTOHOLDINGS_SESSION_IDLE=2d", "AUTOHOLDINGS_CONFIG=" + file}
	serve := shownBy(t, env, "serve", "--session-idle", "36h", "--no-worker=false")
	for setting, want := range map[string]origin{
		"keep-files":   {Value: "30d", From: "file", Where: "line 1 of " + file},
		"concurrency":  {Value: "4", From: "file", Where: "line 10 of " + file},
		"addr":         {Value: "127.0.0.1:3", From: "variable", Where: "AUTOHOLDINGS_ADDR"},
		"session-idle": {Value: "36h", From: "flag", Where: "--session-idle"},
		"no-worker":    {Value: "false", From: "flag", Where: "--no-worker"},
		"oidc-map":     {Value: "library staff=read,operate,library systems=admin", From: "file", Where: "line 7 of " + file},
		"data-dir":     {Value: "data", From: "default"},
		"session-life": {From: "default"},
		"config":       {Value: file, From: "variable", Where: "AUTOHOLDINGS_CONFIG"},
	} {
		want.Setting = setting
		if serve[setting] != want {
			t.Errorf("%+v, want %+v", serve[setting], want)
		}
	}
	if worker := shownBy(t, env, "worker"); worker["concurrency"].Value != "5" || worker["log-level"].Value != "debug" {
		t.Errorf("%+v", worker)
	}
	if demo := shownBy(t, []string{"AUTOHOLDINGS_CONFIG=" + file}, "demo"); demo["addr"].From != "default" {
		t.Errorf("a demo goes by the installation's settings: %+v", demo["addr"])
	}
	out, _, status := ended(t, env, "config", "show")
	if status != 0 || !strings.Contains(out, "SETTING") || !strings.Contains(out, "file line 1 of "+file) {
		t.Errorf("%d: %s", status, out)
	}
}

// sample is a value for a setting, as TOML and as it is shown.
func sample(s setting) (inFile, value string) {
	switch s.of.(type) {
	case *cli.BoolFlag:
		return "true", "true"
	case *timeFlag:
		return `"9d"`, "9d"
	case *cli.StringFlag:
		if s.flag == "format" && (s.command == "backup" || s.command == "restore" || s.command == "doctor") {
			return `"json"`, "json" // refused where the setting is read
		}
		return `"sample"`, "sample"
	case *cli.StringSliceFlag:
		return `["one", "two"]`, "one,two"
	case *cli.StringMapFlag:
		return `{ a = "one", b = "two" }`, "a=one,b=two"
	default:
		return "17", "17"
	}
}

// TestEverySettingInTheFile: each flag of each command can be set in the file, by the top where it has a variable, and in
// the command's section.
func TestEverySettingInTheFile(t *testing.T) {
	t.Parallel()
	if len(allSettings()) < 150 {
		t.Errorf("only %d settings", len(allSettings()))
	}
	byCommand := map[string][]setting{}
	for _, s := range allSettings() {
		byCommand[s.command] = append(byCommand[s.command], s)
	}
	for command, settings := range byCommand {
		var top, section strings.Builder
		fmt.Fprintf(&section, "[%s]\n", strings.ReplaceAll(command, " ", "."))
		for _, s := range settings {
			text, _ := sample(s)
			fmt.Fprintf(&section, "%s = %s\n", s.flag, text)
			if s.variable != "" && command != demoCommandName {
				fmt.Fprintf(&top, "%s = %s\n", s.name(), text)
			}
		}
		for place, text := range map[string]string{"top": top.String(), "section": section.String()} {
			got := shownBy(t, nil, append(strings.Fields(command), "--config", writeConfig(t, text))...)
			for _, s := range settings {
				if place == "top" && (s.variable == "" || command == demoCommandName) {
					continue
				}
				_, want := sample(s)
				if isSecret(s.of) {
					want = "(not shown)"
				}
				if o := got[s.flag]; o.From != "file" || o.Value != want {
					t.Errorf("%s, --%s at the %s: %+v, want %q", command, s.flag, place, o, want)
				}
			}
		}
	}
}

// TestSecretsAreNotShown by what looks at settings, or complains of them.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	secrets := `sealing-key = ["hunter2"]
oidc-client-secret = "hunter2"
database-url = "postgres://u:hunter2@h/db?sslpassword=hunter2"
redis-url = "redis-sentinel://:hunter2@one:1,two:2/0?master=main"
oup-header = { Authorization = "hunter2" }
oup-query = { key = "hunter2" }
[mockoup]
customer = ["north:hunter2"]
`
	for name, text := range map[string]string{
		"whole": secrets, "unknown": secrets + "x = 1\n", "no TOML": "sealing-key = hunter2\n",
		"no TOML at the end": secrets + "\nsealing-key = \"hunter2\n",
		"twice":              "sealing-key = \"hunter2\"\nsealing-key = \"hunter2\"\n", "wrong kind": "sealing-key = [[\"hunter2\"]]\n",
	} {
		file := writeConfig(t, text)
		for _, args := range [][]string{
			{"config", "show"},
			{"config", "show", "--json"},
			{"config", "show", "mockoup"},
			{"config", "check"},
			{"config", "show", "copy"},
			{"serve"},
			{"export"},
		} {
			if name == "whole" && args[0] != "config" {
				continue // it would be done
			}
			out, complained, _ := ended(t, nil, append(args, "--config", file)...)
			if strings.Contains(out+complained, "hunter2") {
				t.Errorf("%s, %q: %s%s", name, args, out, complained)
			}
			if name != "whole" && !strings.Contains(complained, "line ") {
				t.Errorf("%s, %q does not name the line: %s%s", name, args, out, complained)
			}
		}
	}
	open := writeConfig(t, "oup-url = \"https://kbart.example.org\"\nsealing-key = \"hunter2\"\n")
	must(t, os.Chmod(open, 0o644))
	_, complained, status := ended(t, nil, "config", "check", "--config", open)
	if status != exitUsage || !strings.Contains(complained, "line 2 has a secret") || !strings.Contains(complained, "chmod 640 "+open) {
		t.Errorf("%d: %s", status, complained)
	}
}

// TestConfigCheck: what is wrong with a file, in the order of its lines; and what a server could not start with.
func TestConfigCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"oup-url = \"https://kbart.example.org\"\n[sync]\npreview = true\n": nil,
		"oup-ulr = \"x\"\nAUTOHOLDINGS_ADDR = \"x\"\npreview = true\nconcurrency = 1.5\n" +
			"[snyc]\n[sync]\npreviw = true\n[import]\nx = 1\n[import.poline]\n": {
			`line 1: there is no setting "oup-ulr": did you mean oup-url?`, `line 2: there is no setting "AUTOHOLDINGS_ADDR": write addr`,
			"line 3: \"preview\" is set for single commands: write it in a section, such as [sync]", "line 4: concurrency: it is none of text",
			`line 5: there is no command "snyc" for the section [snyc]: did you mean [sync]?`,
			"line 7: `sync` has no flag --previw: did you mean preview?", "line 9: `import` has no flag --x",
			`line 10: there is no command "import poline" for the section [import.poline]: did you mean [import.polines]?`,
		},
		"concurrency = 101\n":                            {"--concurrency, as line 1 of", "101 is not between 1 and 100"},
		"keep-files = 30\n":                              {"line 1 of", `"30" is not a length of time`},
		"[worker]\nconcurrency=0":                        {"line 2 of", "0 is not between"},
		"access = \"ajar\"":                              {"--access"},
		"oup-url = \"http://h\"":                         {"--oup-allow-insecure"},
		"oup-url = \"https://h\"\naddr = \"0.0.0.0:80\"": {"--access controlled"},
		"oup-url = \"https://h\"\ntls-cert = \"none.pem\"\ntls-key = \"n.pem\"": {"none.pem"},
		"oup-url = \"https://h\"\nredis-url = \"x\"":                            {"redis://"},
		"oup-url = \"https://h\"\ndatabase-url = \"postgres://h/d\"":            {"REDIS_URL"},
		"oup-url = \"https://h\"\nno-worker = true":                             {"redis://HOST:6379"},
		"oup-url = \"https://h\"\n[mockoup]\ntitles = \"many\"":                 {"line 3 of", "whole number"},
		"oup-url = \"https://h\"\naddr = true\nlog-level = [\"a\", 5]\n":        {"line 3: log-level: a list holds texts only"},
		"oup-url = \"https://h\"\noup-query = { a = 5 }\naddr = 1979-05-27\n": {
			"line 2: oup-query: a table holds texts only", "line 3: addr",
		},
		"oup-url = \"https://h\"\nsync = 5\n":                                     {"line 2: there is no setting \"sync\""},
		"oup-url = \"https://h\"\noup_allow_insecure = true\n":                    {"write oup-allow-insecure"},
		"oup-url = \"https://h\"\n[export]\ncollection = \"Q\"\nsync = \"x\"\n\n": {"line 4: `export` has no flag --sync"},
	} {
		out, complained, status := ended(t, nil, "config", "check", "--config", writeConfig(t, text))
		if want == nil {
			if status != 0 || !strings.Contains(out, "nothing is wrong") {
				t.Errorf("%s: %d: %s", text, status, complained)
			}
			continue
		}
		at := 0
		for _, w := range want {
			found := strings.Index(complained[at:], w)
			if found < 0 {
				t.Errorf("%s: it does not say %q, or not there: %s", text, w, complained)
				continue
			}
			at += found
		}
		if status != exitUsage {
			t.Errorf("%s: status %d", text, status)
		}
	}
	if out, complained, status := ended(t, nil, "config", "check", "import", "polines"); status != 0 {
		t.Errorf("%d: %s%s", status, out, complained)
	}
}

// TestConfigExample: what the example has can all be set.
func TestConfigExample(t *testing.T) {
	t.Parallel()
	example, _, status := ended(t, nil, "config", "example")
	var lines []string
	for line := range strings.Lines(example) {
		set, comment := strings.CutPrefix(line, "#")
		if comment && !strings.HasPrefix(set, " ") {
			lines = append(lines, set)
		}
	}
	if status != 0 || len(lines) < 100 {
		t.Fatalf("%d: %d lines", status, len(lines))
	}
	got := shownBy(t, nil, "serve", "--config", writeConfig(t, strings.Join(lines, "")))
	for _, s := range allSettings() {
		if s.command == "serve" && got[s.flag].From != "file" {
			t.Errorf("--%s is not in the example: %+v", s.flag, got[s.flag])
		}
	}
	if out, complained, status := ended(t, nil, "config", "show", "--config", writeConfig(t, example)); status != 0 ||
		strings.Contains(out, " file ") {
		t.Errorf("the example sets something: %s%s", out, complained)
	}
}

// TestNothingIsWrittenBefore the address and Redis are tried.
func TestNothingIsWrittenBefore(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	provider := []string{"--oup-url", "https://kbart.example.org", "--log-level", "error"}
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"serve, address taken": {
			append([]string{"serve", "--addr", taken.Addr().String()}, provider...), []string{"--addr", "taken", "127.0.0.1:8090"},
		},
		"demo, address taken": {[]string{"demo", "--addr", taken.Addr().String()}, []string{"--addr", "taken"}},
		"serve, no certificate": {
			append([]string{"serve", "--addr", "127.0.0.1:0", "--tls-cert", "none", "--tls-key", "none"}, provider...), []string{"--tls-cert"},
		},
		"serve, no Redis": {
			append([]string{"serve", "--addr", "127.0.0.1:0", "--redis-url", "redis://127.0.0.1:1"}, provider...),
			[]string{"REDIS_URL", "--redis-url", "neither made nor migrated", "redis://127.0.0.1:6379"},
		},
		"worker, no Redis": {append([]string{"worker", "--redis-url", "redis://127.0.0.1:1"}, provider...), []string{"REDIS_URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			_, complained, status := ended(t, nil, append(test.args, "--data-dir", dir)...)
			for _, want := range test.want {
				if status != 1 || !strings.Contains(complained, want) {
					t.Errorf("status %d, want it to say %q: %s", status, want, complained)
				}
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the data directory is there: %v", err)
			}
		})
	}
}

// TestStartWhileRedisIsAway: a server whose database is there starts, and jobs wait.
func TestStartWhileRedisIsAway(t *testing.T) { onBoth(t, startWhileRedisIsAway) }

func startWhileRedisIsAway(t *testing.T, databaseURL string) {
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 20})
	redis := redistest.New(t, redistest.Options{TCP: true})
	args := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redis.URL()}
	if databaseURL != "" {
		args = append(args, "--database-url", databaseURL, "--sealing-key", secret.GenerateKey())
	}
	redis.Stop()
	if _, complained, status := ended(t, nil, append([]string{"worker"}, args...)...); status != 1 ||
		!strings.Contains(complained, "neither made nor migrated") {
		t.Errorf("%d: %s", status, complained)
	}
	migrate := []string{"migrate", "--data-dir", args[1]}
	if databaseURL != "" {
		migrate = append(migrate, "--database-url", databaseURL)
	}
	if out, err := command(t, migrate...); err != nil || strings.Contains(out, "(0 applied)") {
		t.Errorf("the database was made before: %v %s", err, out)
	}
	s := serve(t, args...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var answer struct{ Jobs struct{ TotalCount int } }
	must(t, s.api.do(ctx, `{ jobs { totalCount } }`, nil, &answer))
}

// TestVersion says what the program was made of.
func TestVersion(t *testing.T) {
	t.Parallel()
	out, complained, status := ended(t, nil, "version")
	for _, want := range []string{"autoholdings ", "commit", "date", runtime.Version(), "SQLite  3.", runtime.GOARCH} {
		if status != 0 || complained != "" || !strings.Contains(out, want) {
			t.Errorf("%d: it does not say %q: %s%s", status, want, out, complained)
		}
	}
	out, _, _ = ended(t, nil, "version", "--json")
	var b build
	must(t, json.Unmarshal([]byte(out), &b))
	if b.Go != runtime.Version() || !strings.HasPrefix(b.SQLite, "3.") || b.Version == "" {
		t.Errorf("%+v", b)
	}
	out, _, _ = ended(t, nil, "--version")
	if strings.TrimSpace(out) != "autoholdings "+b.Version {
		t.Errorf("%q", out)
	}
}

// TestReference: the manual page has every command and flag, and the document's table of settings is the program's.
func TestReference(t *testing.T) {
	t.Parallel()
	page, _, status := ended(t, nil, "reference", "man")
	page = strings.ReplaceAll(page, `\-`, "-")
	for _, s := range allSettings() {
		if status != 0 || !strings.Contains(page, `\fB--`+s.flag+`\fR`) || !strings.Contains(page, ".SS autoholdings "+s.command) {
			t.Errorf("the manual page has not --%s of %s", s.flag, s.command)
		}
	}
	table, _, _ := ended(t, nil, "reference", "settings")
	_, rest, _ := strings.Cut(readText(t, operations), "<!-- begin settings -->\n")
	written, _, _ := strings.Cut(rest, "<!-- end settings -->")
	if table == "" || table != written {
		t.Errorf("%s has another table of settings: go generate ./cmd/autoholdings", operations)
	}
	if _, complained, status := ended(t, nil, "reference", "nonsense"); status != 1 ||
		!strings.Contains(complained, "neither man nor settings") {
		t.Errorf("%d: %s", status, complained)
	}
}

// TestHintsNameFlags: a job that a setting would help says which, and with what value.
func TestHintsNameFlags(t *testing.T) {
	t.Parallel()
	s := serve(t, "--data-dir", t.TempDir(), "--oup-url", "https://127.0.0.1:1", "--addr", "127.0.0.1:0")
	job := s.wait(s.start(s.administer(mockoup.DemoKey)))
	if job.Error == nil || job.Error.Code != "REFUSED_ADDRESS" || !strings.Contains(job.Error.Hint, "--oup-allow-insecure") ||
		!strings.Contains(job.Error.Hint, "--oup-url") {
		t.Errorf("%s: %+v", job.State, job.Error)
	}
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 200})
	s = serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--oup-max-size", "2000")
	job = s.wait(s.start(s.administer(mockoup.DemoKey)))
	if job.Error == nil || job.Error.Code != "TOO_LARGE" || !strings.Contains(job.Error.Hint, "--oup-max-size, such as 2147483648") {
		t.Errorf("%s: %+v", job.State, job.Error)
	}
}
