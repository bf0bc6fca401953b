package jobs_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"autoholdings/jobs"
)

// TestRedisURL: what each form of REDIS_URL connects to.
func TestRedisURL(t *testing.T) {
	t.Parallel()
	secure := func(host string) *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host} }
	for text, want := range map[string]asynq.RedisConnOpt{
		"redis://localhost":                     asynq.RedisClientOpt{Addr: "localhost:6379"},
		"redis://[::1]:7000/3":                  asynq.RedisClientOpt{Addr: "[::1]:7000", DB: 3},
		"redis://:p%40ss%2Fword@redis.example/": asynq.RedisClientOpt{Addr: "redis.example:6379", Password: "p@ss/word"},
		"rediss://app:secret@redis.example:6380/1": asynq.RedisClientOpt{
			Addr: "redis.example:6380", Username: "app", Password: "secret", DB: 1, TLSConfig: secure("redis.example"),
		},
		"redis-socket:///run/redis.sock":              asynq.RedisClientOpt{Network: "unix", Addr: "/run/redis.sock"},
		"redis-socket://:secret@/run/redis.sock?db=2": asynq.RedisClientOpt{Network: "unix", Addr: "/run/redis.sock", Password: "secret", DB: 2},
		"redis-sentinel://one?master=main":            asynq.RedisFailoverClientOpt{MasterName: "main", SentinelAddrs: []string{"one:26379"}},
		"redis-sentinel://:secret@one?master=main": asynq.RedisFailoverClientOpt{
			MasterName: "main", SentinelAddrs: []string{"one:26379"}, SentinelPassword: "secret", Password: "secret",
		},
		"rediss-sentinel://one:1,two:2/4?master=other": asynq.RedisFailoverClientOpt{
			MasterName: "other", SentinelAddrs: []string{"one:1", "two:2"}, DB: 4, TLSConfig: secure(""),
		},
		"redis-sentinel://app:secret@one,two:2?master=main&sentinel-user=watch&sentinel-password=": asynq.RedisFailoverClientOpt{
			MasterName: "main", SentinelAddrs: []string{"one:26379", "two:2"}, SentinelUsername: "watch", Username: "app", Password: "secret",
		},
	} {
		got, err := jobs.ParseRedisURL(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(tls.Config{})); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}

// TestWrongRedisURL: each error says what is wrong and what a good one looks like, and repeats nothing of the URL, since
// a mistake may put the password anywhere.
func TestWrongRedisURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hunter2":                                                 "scheme",
		"hunter2@host:6379":                                       "not a URL",
		"hunter2:6379":                                            "scheme",
		"postgres://user:hunter2@host/db":                         "scheme",
		"redis://:hunter2/x@host":                                 "host is missing or misspelt",
		"redis://:hunter2%zz@host":                                "percent-encoded",
		"redis://user:hun ter2@host":                              "percent-encoded",
		"redis://:hunter2@":                                       "host is missing",
		"redis://:hunter2@host:port":                              "host is missing or misspelt",
		"redis://host/hunter2":                                    "not a number",
		"redis://host/70000":                                      "not a number",
		"redis://host?password=hunter2":                           "behind the question mark",
		"redis://host#hunter2":                                    "not a URL",
		"redis-socket://hunter2":                                  "path is missing",
		"redis-socket:///s?db=hunter2":                            "not a number",
		"redis-sentinel://:hunter2@one":                           "?master=name",
		"redis-sentinel://one,:hunter2?master=":                   "?master=name",
		"redis-sentinel://one,?master=m":                          "host is missing",
		"redis-sentinel://one?master=m&sentinel-passwort=hunter2": "master, sentinel-user, sentinel-password",
	} {
		_, err := jobs.ParseRedisURL(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "redis://user:password@host:6379/0") {
			t.Errorf("%s: %v, want it to say %q", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "ter2")) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

// TestEmbeddedQueueHasAPassword: another user of the machine reaches the port of the embedded queue, and can neither
// read nor write there; two queues have two passwords.
func TestEmbeddedQueueHasAPassword(t *testing.T) {
	t.Parallel()
	var passwords []string
	for range 2 {
		embedded, err := jobs.StartEmbedded()
		must(t, err)
		t.Cleanup(embedded.Close)
		opt := embedded.Options().(asynq.RedisClientOpt)
		passwords = append(passwords, opt.Password)
		for _, given := range []string{"", "guessed", passwords[0] + "x"} {
			stranger := redis.NewClient(&redis.Options{Addr: opt.Addr, Password: given, MaxRetries: -1})
			if err := stranger.Set(t.Context(), "asynq:queues", "x", 0).Err(); err == nil {
				t.Errorf("password %q: the queue lets a stranger write", given)
			}
			if err := stranger.Get(t.Context(), "asynq:queues").Err(); err == nil || err == redis.Nil {
				t.Errorf("password %q: the queue lets a stranger read", given)
			}
			must(t, stranger.Close())
		}
	}
	if len(passwords[0]) < 20 || passwords[0] == passwords[1] {
		t.Error("the passwords are short or the same")
	}
}
