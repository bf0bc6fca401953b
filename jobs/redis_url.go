package jobs

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/hibiken/asynq"
)

// ParseRedisURL reads REDIS_URL:
//
//	redis://USER:PASSWORD@HOST:PORT/DATABASE           rediss:// is the same over TLS
//	redis-socket://USER:PASSWORD@/PATH?db=DATABASE
//	redis-sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?master=NAME        rediss-sentinel:// is the same over TLS
//
// All but the host, the path and the master may be left out. Sentinels are asked with the same password, and those that
// want none accept it; sentinel-user and sentinel-password name others.
//
// It is not asynq's own parser: that one knows no user, has no password for the Redis behind a sentinel, cannot read
// several sentinels with Go 1.26, and shows the password in its errors. Here no error repeats anything of the URL.
func ParseRedisURL(text string) (asynq.RedisConnOpt, error) {
	opt, err := parseRedisURL(text)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w; it looks like redis://user:password@host:6379/0, rediss://… with TLS, "+
			"redis-socket:///path, or redis-sentinel://:password@host:26379,host:26379/0?master=name", err)
	}
	return opt, nil
}

func parseRedisURL(text string) (asynq.RedisConnOpt, error) {
	rest, hosts := splitHosts(text)
	u, err := url.Parse(rest)
	if err != nil || u.Fragment != "" {
		return nil, errors.New("it is not a URL (in a user or password, characters such as / ? # @ : % have to be percent-encoded)")
	}
	switch u.Scheme {
	case "redis", "rediss":
		return oneRedis(u, hosts)
	case "redis-socket":
		return redisSocket(u, hosts)
	case "redis-sentinel", "rediss-sentinel":
		return redisSentinel(u, hosts)
	default:
		return nil, errors.New("it does not begin with the scheme of a Redis")
	}
}

// splitHosts takes the hosts out of a URL, since url.Parse refuses several with ports.
func splitHosts(text string) (rest, hosts string) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return text, ""
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	at := strings.LastIndex(authority, "@") + 1
	return scheme + "://" + authority[:at] + path, authority[at:]
}

func oneRedis(u *url.URL, hosts string) (asynq.RedisConnOpt, error) {
	addr, err := address(hosts, "6379")
	if err != nil {
		return nil, err
	}
	db, err := database(strings.Trim(u.Path, "/"))
	if err != nil {
		return nil, err
	}
	if _, err := parameters(u); err != nil {
		return nil, err
	}
	password, _ := u.User.Password()
	return asynq.RedisClientOpt{Addr: addr, Username: u.User.Username(), Password: password, DB: db, TLSConfig: tlsOf(u, addr)}, nil
}

func redisSocket(u *url.URL, hosts string) (asynq.RedisConnOpt, error) {
	given, err := parameters(u, "db")
	if err != nil {
		return nil, err
	}
	if hosts != "" || u.Path == "" {
		return nil, errors.New("the socket's path is missing (three slashes stand before it)")
	}
	db, err := database(given.Get("db"))
	if err != nil {
		return nil, err
	}
	password, _ := u.User.Password()
	return asynq.RedisClientOpt{Network: "unix", Addr: u.Path, Username: u.User.Username(), Password: password, DB: db}, nil
}

func redisSentinel(u *url.URL, hosts string) (asynq.RedisConnOpt, error) {
	given, err := parameters(u, "master", "sentinel-user", "sentinel-password")
	if err != nil {
		return nil, err
	}
	if given.Get("master") == "" {
		return nil, errors.New("the name of the master that the sentinels watch is missing (?master=name)")
	}
	var sentinels []string
	for host := range strings.SplitSeq(hosts, ",") {
		addr, err := address(host, "26379")
		if err != nil {
			return nil, err
		}
		sentinels = append(sentinels, addr)
	}
	db, err := database(strings.Trim(u.Path, "/"))
	if err != nil {
		return nil, err
	}
	password, _ := u.User.Password()
	sentinelPassword := password // sent with the name of the default user, which takes any where it has none
	if given.Has("sentinel-password") {
		sentinelPassword = given.Get("sentinel-password")
	}
	return asynq.RedisFailoverClientOpt{
		MasterName: given.Get("master"), SentinelAddrs: sentinels,
		SentinelUsername: given.Get("sentinel-user"), SentinelPassword: sentinelPassword,
		Username: u.User.Username(), Password: password, DB: db, TLSConfig: tlsOf(u, ""),
	}, nil
}

// address is a host with its port.
func address(host, standardPort string) (string, error) {
	u, err := url.Parse("redis://" + host)
	if err != nil || u.Hostname() == "" {
		return "", errors.New("a host is missing or misspelt")
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), standardPort)), nil
}

func database(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	db, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, errors.New("the database is not a number")
	}
	return int(db), nil
}

// parameters are what stands behind the question mark. One that nobody knows may be a password under a misspelt name.
func parameters(u *url.URL, known ...string) (url.Values, error) {
	given, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("what stands behind the question mark cannot be read")
	}
	rest := len(given)
	for _, name := range known {
		if given.Has(name) {
			rest--
		}
	}
	if rest > 0 {
		return nil, fmt.Errorf("behind the question mark is something other than %s", strings.Join(append(known, "nothing"), ", "))
	}
	return given, nil
}

// tlsOf is nil where the scheme is without TLS. Without an address the server's name is that of whoever is dialled.
func tlsOf(u *url.URL, addr string) *tls.Config {
	if !strings.HasPrefix(u.Scheme, "rediss") {
		return nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if host, _, err := net.SplitHostPort(addr); err == nil {
		config.ServerName = host
	}
	return config
}
