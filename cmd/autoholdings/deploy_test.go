package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/urfave/cli/v3"

	"autoholdings/internal/store"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// operating are the files by which others run the program. What they say of it must be there.
const (
	deployDir  = "../../deploy"
	operations = "../../docs/operations.md"
)

// offered is what the program's command line offers.
type offered struct {
	flags     map[string][]string // by command: "serve", "import polines"
	variables map[string]string   // environment variable → flag
}

func offer() offered {
	o := offered{map[string][]string{}, map[string]string{}}
	var add func(name string, c *cli.Command)
	add = func(name string, c *cli.Command) {
		o.flags[name] = nil
		for _, f := range c.Flags {
			o.flags[name] = append(o.flags[name], f.Names()...)
			if f, ok := f.(cli.DocGenerationFlag); ok {
				for _, variable := range f.GetEnvVars() {
					o.variables[variable] = f.(cli.Flag).Names()[0]
				}
			}
		}
		for _, sub := range c.Commands {
			add(strings.TrimSpace(name+" "+sub.Name), sub)
		}
	}
	add("", newCommand(nil, io.Discard, io.Discard))
	return o
}

// anywhere says whether some command has the flag.
func (o offered) anywhere(flag string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(o.flags)), func(flags []string) bool { return slices.Contains(flags, flag) })
}

// check says what is wrong with the words behind "autoholdings".
func (o offered) check(words []string) (wrong []string) {
	if len(words) > 2 && words[0] == "config" && (words[1] == "check" || words[1] == "show") { // a command line follows
		if words = words[2:]; strings.HasPrefix(words[0], "-") {
			words = append([]string{"serve"}, words...)
		}
	}
	name := ""
	for len(words) > 0 {
		if _, ok := o.flags[strings.TrimSpace(name+" "+words[0])]; !ok {
			break
		}
		name = strings.TrimSpace(name + " " + words[0])
		words = words[1:]
	}
	if name == "" && len(words) > 0 && words[0] != "help" {
		return []string{"there is no command " + words[0]}
	}
	for _, word := range words {
		if flag, ok := strings.CutPrefix(word, "--"); ok {
			if flag, _, _ = strings.Cut(flag, "="); !slices.Contains(o.flags[name], flag) {
				wrong = append(wrong, "the command "+name+" has no flag --"+flag)
			}
		}
	}
	return wrong
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// in walks into what a YAML file says; nil where it says nothing there.
func in(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func list(v any, path ...string) []any {
	l, _ := in(v, path...).([]any)
	return l
}

func texts(v any) (all []string) {
	for _, w := range list(v) {
		if s, ok := w.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

func keys(v any) []string {
	m, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

func documents(t *testing.T, path string) (all []any) {
	t.Helper()
	for decoder := yaml.NewDecoder(strings.NewReader(readText(t, path))); ; {
		var document map[string]any
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		all = append(all, document)
	}
}

// TestDeployedVariables: whatever looks like a variable of the program, in any file for those who run it, is one.
func TestDeployedVariables(t *testing.T) {
	t.Parallel()
	o := offer()
	files, err := filepath.Glob(deployDir + "/*")
	must(t, err)
	files = slices.DeleteFunc(files, func(file string) bool { return filepath.Ext(file) == ".sh" || file == deployDir+"/package" })
	packaged, err := filepath.Glob(deployDir + "/package/*")
	must(t, err)
	files = append(files, packaged...)
	if len(files) < 6 {
		t.Errorf("only %q", files)
	}
	for _, file := range append(files, operations) {
		for _, name := range regexp.MustCompile(`\b(?:AUTOHOLDINGS_\w+|DATABASE_URL|REDIS_URL)\b`).FindAllString(readText(t, file), -1) {
			if o.variables[name] == "" {
				t.Errorf("%s: no command reads the variable %s", file, name)
			}
		}
	}
}

// TestCompose: the services of the program run commands and ask paths that are there, with variables that it reads.
func TestCompose(t *testing.T) {
	t.Parallel()
	o, asks := offer(), paths(t)
	ours := map[string]bool{}
	services := in(documents(t, deployDir+"/compose.yaml")[0], "services")
	for _, name := range keys(services) {
		service := in(services, name)
		for _, volume := range texts(in(service, "volumes")) {
			if from, _, _ := strings.Cut(volume, ":"); from == "./nginx.conf" {
				readText(t, filepath.Join(deployDir, from))
			}
		}
		asks(name, texts(in(service, "healthcheck", "test")))
		if in(service, "image") != "autoholdings" {
			continue
		}
		ours[name] = true
		for _, wrong := range o.check(texts(in(service, "command"))) {
			t.Errorf("%s: %s", name, wrong)
		}
		for _, variable := range keys(in(service, "environment")) {
			if o.variables[variable] == "" {
				t.Errorf("%s: no command reads the variable %s", name, variable)
			}
		}
		context, _ := in(service, "build", "context").(string)
		file, _ := in(service, "build", "dockerfile").(string)
		readText(t, filepath.Join(deployDir, context, "go.mod"))
		readText(t, filepath.Join(deployDir, context, file))
	}
	if !maps.Equal(ours, map[string]bool{"migrate": true, "serve": true, "worker": true}) {
		t.Errorf("services of the program: %v", ours)
	}
}

// TestKubernetes: the same of the pods, and what they mount and refer to is in the files.
func TestKubernetes(t *testing.T) {
	t.Parallel()
	o, asks := offer(), paths(t)
	generated := documents(t, deployDir+"/kustomization.yaml")[0]
	has := map[string]bool{}
	for _, g := range list(generated, "configMapGenerator") {
		has["ConfigMap "+in(g, "name").(string)] = true
		for _, file := range texts(in(g, "files")) {
			readText(t, filepath.Join(deployDir, file))
		}
	}
	documents := documents(t, deployDir+"/kubernetes.yaml")
	for _, d := range documents {
		name := in(d, "kind").(string) + " " + in(d, "metadata", "name").(string)
		has[name] = true
		if name != "Secret autoholdings" && name != "ConfigMap autoholdings" {
			continue
		}
		for _, variable := range append(keys(in(d, "stringData")), keys(in(d, "data"))...) {
			if o.variables[variable] == "" {
				t.Errorf("%s: no command reads the variable %s", name, variable)
			}
		}
	}
	refers := func(name string, kind string, to any) {
		if to != nil && !has[kind+" "+to.(string)] {
			t.Errorf("%s: there is no %s %s", name, kind, to)
		}
	}
	seen := 0
	for _, d := range documents {
		pod := in(d, "spec", "template", "spec")
		for _, v := range list(pod, "volumes") {
			refers("volumes", "ConfigMap", in(v, "configMap", "name"))
			refers("volumes", "Secret", in(v, "secret", "secretName"))
		}
		for _, c := range append(list(pod, "initContainers"), list(pod, "containers")...) {
			name := in(c, "name").(string)
			for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
				asks(name, texts(in(c, probe, "exec", "command")))
				if path, ok := in(c, probe, "httpGet", "path").(string); ok {
					asks(name, []string{"http://127.0.0.1" + path})
				}
			}
			for _, from := range list(c, "envFrom") {
				refers(name, "ConfigMap", in(from, "configMapRef", "name"))
				refers(name, "Secret", in(from, "secretRef", "name"))
			}
			if in(c, "image") != "autoholdings" {
				continue
			}
			seen++
			for _, wrong := range o.check(texts(in(c, "args"))) {
				t.Errorf("%s: %s", name, wrong)
			}
		}
	}
	if seen != 4 {
		t.Errorf("%d containers run the program", seen)
	}
}

// paths returns what checks the addresses that a command asks.
func paths(t *testing.T) func(name string, command []string) {
	t.Helper()
	handler := deployed(t).handler()
	return func(name string, command []string) {
		for _, word := range command {
			u, err := url.Parse(word)
			if err != nil || u.Scheme != "http" {
				continue
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+u.Path, nil))
			if answer.Code != http.StatusOK {
				t.Errorf("%s asks %s, which answers %d", name, word, answer.Code)
			}
		}
	}
}

func deployed(t *testing.T) *app {
	t.Helper()
	a, err := openApp(t.Context(), config{
		DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		Providers: []providerConfig{{oup.Provider(), provider.Options{Template: provider.Template{BaseURL: "https://example.org"}}}},
	}, true)
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	return a
}

// TestOperations: the commands, flags, variables and paths of docs/operations.md are the program's.
func TestOperations(t *testing.T) {
	t.Parallel()
	o, asks := offer(), paths(t)
	text := regexp.MustCompile("(?s)```mermaid.*?```").ReplaceAllString(readText(t, operations), "")
	code := regexp.MustCompile("`[^`\n]+`|(?m)^    .+$").FindAllString(text, -1)
	commands := 0
	for _, span := range code {
		span = strings.Trim(span, "` ")
		for _, line := range strings.Split(span, " && ") {
			for _, found := range regexp.MustCompile(`^(?:\w+=\S+ )*autoholdings (.+)$`).FindAllStringSubmatch(line, -1) {
				commands++
				for _, wrong := range o.check(strings.Fields(found[1])) {
					t.Errorf("%s: %s", line, wrong)
				}
			}
			first, rest, _ := strings.Cut(line, " ")
			switch _, known := o.flags[first]; {
			case strings.HasPrefix(first, "--"): // of any command
				if flag, _, _ := strings.Cut(first[2:], "="); !o.anywhere(flag) {
					t.Errorf("%s: no command has it", line)
				}
			case known && first != "" && strings.Contains(rest, "--"): // a command without the program's name
				for _, wrong := range o.check(strings.Fields(line)) {
					t.Errorf("%s: %s", line, wrong)
				}
			case slices.Contains([]string{"/readyz", "/healthz", "/metrics"}, first):
				asks(operations, []string{"http://127.0.0.1" + first})
			}
		}
	}
	if commands < 10 {
		t.Errorf("only %d commands", commands)
	}
	// The table of settings: each variable belongs to the flag before it.
	rows := regexp.MustCompile("(?m)^\\| `--([a-z-]+)`.*? \\| `(\\w+)`").FindAllStringSubmatch(text, -1)
	for _, row := range rows {
		if o.variables[row[2]] != row[1] {
			t.Errorf("%s is the variable of --%s, not of --%s", row[2], o.variables[row[2]], row[1])
		}
	}
	if len(rows) < 10 {
		t.Errorf("only %d settings", len(rows))
	}
}

// TestSkippedIDs: the statement by which a restored database skips ids does so.
func TestSkippedIDs(t *testing.T) {
	t.Parallel()
	statements := regexp.MustCompile(`UPDATE settings SET [^;"]+`).FindAllString(readText(t, operations), -1)
	if len(statements) == 0 {
		t.Fatal("it is not in " + operations)
	}
	for _, statement := range statements {
		a := deployed(t)
		before := a.store.NextID()
		must(t, a.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, statement)
			return err
		}))
		must(t, a.Close())
		again, err := openApp(t.Context(), a.config, true)
		must(t, err)
		if after := again.store.NextID(); after>>36-before>>36 != 1_000_001 {
			t.Errorf("%s: ids go on from %d at %d", statement, before, after)
		}
		must(t, again.Close())
	}
}
