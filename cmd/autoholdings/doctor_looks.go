package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"autoholdings/ent"
	"autoholdings/ent/profile"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/jobs"
	"autoholdings/provider"
)

// lookAtDatabase says whether the rows can be read.
func (d *doctor) lookAtDatabase(ctx context.Context) (readable bool) {
	const check = "database"
	dir := d.config.DataDir
	if _, err := os.Stat(filepath.Join(dir, store.RestoringName)); err == nil && d.config.DatabaseURL == "" {
		d.say(check, wrong, "a backup is being restored here, or that was cut short", filepath.Join(dir, store.RestoringName),
			"run `autoholdings restore` with this data directory again")
		return false
	}
	x, err := store.Examine(ctx, d.config.database())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.say(check, wrong, "there is no database", filepath.Join(dir, store.FileName),
			"name its folder by --data-dir, or a PostgreSQL by DATABASE_URL; where it was lost, restore the newest backup into an empty place")
		return false
	case errors.Is(err, store.ErrNoIndexOfLog):
		d.say(check, warning, err.Error(), "", "start the server, which makes it, then look again")
		return false
	case err != nil:
		d.say(check, wrong, err.Error(), "", "see to it that it can be reached and opened; where it is damaged, "+restoreAdvice)
		return false
	}
	d.database = x
	version, versionErr := x.Version(ctx)
	switch {
	case errors.Is(versionErr, store.ErrOlder):
		d.say(check, warning, versionErr.Error(), x.Where, "make a backup; the next start migrates it")
	case errors.Is(versionErr, store.ErrEmpty):
		d.say(check, warning, versionErr.Error(), x.Where, "start a server on it, or name another database")
		return false
	case versionErr != nil:
		d.say(check, wrong, versionErr.Error(), x.Where, "use the version of autoholdings that it is of; where it is damaged, "+restoreAdvice)
	}
	whole := x.Whole(ctx)
	if whole != nil {
		d.say(check, wrong, whole.Error(), x.Where, "stop the server; "+restoreAdvice)
	}
	if d.size, err = x.Size(ctx); err != nil {
		d.say(check, wrong, err.Error(), x.Where, "")
	}
	if whole == nil && versionErr == nil {
		what := fmt.Sprintf("%s, migration %d; every page and every reference is right", bytesText(d.size), version)
		if x.Shared {
			what = fmt.Sprintf("%s, migration %d; all references between rows are enforced", bytesText(d.size), version)
		}
		d.say(check, fine, what, x.Where, "")
	}
	if versionErr == nil {
		d.profiles, err = x.Read.Profile.Query().Order(profile.ByID()).All(ctx)
	}
	return versionErr == nil && err == nil
}

// lookAtFiles compares kept files with their hashes, and with what the database names.
func (d *doctor) lookAtFiles(ctx context.Context, readable bool) {
	const check = "kept files"
	where := filepath.Join(d.config.DataDir, keptFolder)
	var whole []string
	var damaged map[string]error
	var err error
	switch {
	case d.config.DatabaseURL == "":
		whole, damaged, err = checkFolder(ctx, where)
	case readable:
		where = d.database.Where
		whole, damaged, err = keptfiles.CheckTables(ctx, d.database.Read)
	default:
		d.say(check, warning, "they are in the database, which cannot be read", "", "")
		return
	}
	if err != nil {
		d.say(check, wrong, err.Error(), where, "see to it that they can be read")
		return
	}
	var named []string
	if readable {
		named, err = d.database.Read.ProviderFile.Query().Where(providerfile.PathNEQ("")).GroupBy(providerfile.FieldPath).Strings(ctx)
		if err != nil {
			d.say(check, wrong, err.Error(), where, "")
			return
		}
		slices.Sort(named)
	}
	lost := lostFiles(named, whole, damaged)
	for _, l := range lost {
		d.say(check, wrong, l.Why, filepath.Join(where, l.Name), "put the file back from a backup (tar --extract unpacks one; its name has to "+
			"stay); until then what it was applied with cannot be taken back, and the next sync fetches the present one")
	}
	if len(lost) == 0 {
		d.say(check, fine, words.Count(len(whole), "file has", "files have")+" the bytes that their names say", where, "")
	}
}

// lookAtKey tries the sealing key on everything that is sealed.
func (d *doctor) lookAtKey(ctx context.Context, readable bool) {
	const check = "sealing key"
	dir, where := d.config.DataDir, "AUTOHOLDINGS_SEALING_KEY (--sealing-key)"
	if d.config.DatabaseURL != "" {
		dir = "" // see openSeal
	}
	if !d.config.keyGiven() && dir != "" {
		where = filepath.Join(dir, secret.KeyFileName)
	}
	if _, err := os.Stat(filepath.Join(d.config.DataDir, secret.StagedFileName)); err == nil && dir != "" {
		d.say(check, warning, "a replacement was cut short", filepath.Join(dir, secret.StagedFileName), "start the server, which settles it")
	}
	box, err := secret.OpenPresent(dir, d.config.SealingKeys...)
	if err != nil {
		d.say(check, wrong, err.Error(), where, "")
		return
	}
	if !readable {
		return // that is said of the database
	}
	settings, err := d.database.Read.Setting.Query().All(ctx)
	if err != nil {
		d.say(check, wrong, err.Error(), d.database.Where, "")
		return
	}
	sealedWith := ""
	if len(settings) > 0 {
		sealedWith = secret.KeyOf(string(settings[0].SealCheck))
	}
	const find = "put the key back, or where it is lost: stop the server and run `autoholdings rotate-key --forget-credentials`"
	switch {
	case box == nil && sealedWith == "":
		d.say(check, fine, "there is none, and nothing is sealed: the first start makes one", where, "")
		return
	case box == nil:
		d.say(check, wrong, "there is none, and the API keys are sealed with the key "+sealedWith, where, find)
		return
	case sealedWith != "" && !box.Has(sealedWith):
		d.say(check, wrong, fmt.Sprintf("it is the key %s, and the API keys are sealed with %s", box.KeyID(), sealedWith), where, find)
		return
	}
	d.lookAtSealed(box, where)
}

func (d *doctor) lookAtSealed(box *secret.Box, where string) {
	open := 0
	service := profiles.New(nil, box, jobs.Busy{}, ofDomain(d.config.Providers)...)
	for _, p := range d.profiles {
		_, err := service.APIKey(p)
		trouble, ok := errors.AsType[*profiles.KeyTrouble](err)
		if !ok {
			open++
			continue
		}
		status := wrong
		if !p.Active {
			status = warning
		}
		d.say("sealing key", status, trouble.Message, "profile "+holdings.ProfileName(p), trouble.Hint)
	}
	d.say("sealing key", fine, fmt.Sprintf("the key %s opens %s", box.KeyID(), words.Count(open, "API key", "API keys")), where, "")
}

// redisPatience is how long Redis may take to answer.
const redisPatience = 5 * time.Second

// oldestRedis is the oldest version that the tests have run on, and the policy that loses no job.
const (
	oldestRedis = "6.2"
	keepsAll    = "noeviction"
)

func (d *doctor) lookAtRedis(ctx context.Context) {
	const check, where = "Redis", "REDIS_URL"
	if d.config.RedisURL == "" {
		if d.config.DatabaseURL != "" {
			d.say(check, wrong, "none is named, and processes that share a PostgreSQL need one that they share", where, "give REDIS_URL")
			return
		}
		d.say(check, fine, "it is inside the server's process", "", "")
		return
	}
	client, err := openRedis(d.config.RedisURL)
	if err != nil {
		d.say(check, wrong, err.Error(), where, "correct it")
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	info, err := client.Info(ctx, "server", "memory").Result()
	if err != nil {
		d.say(check, wrong, "it does not answer: "+err.Error(), where,
			"start it, or correct the address, the user and the password. Jobs wait meanwhile")
		return
	}
	version, policy := infoField(info, "redis_version"), infoField(info, "maxmemory_policy")
	if version != "" && olderThan(version, oldestRedis) {
		d.say(check, warning, "it is version "+version, where, "autoholdings needs "+oldestRedis+" or newer")
	}
	if policy != "" && policy != keepsAll {
		d.say(check, warning, "its maxmemory-policy is "+policy+": it may throw away tasks, which then begin later", where, "set it to "+keepsAll)
	}
	d.say(check, fine, "it answers, as version "+cmp.Or(version, "unknown"), where, "")
}

func openRedis(url string) (redis.UniversalClient, error) {
	options, err := jobs.ParseRedisURL(url)
	if err != nil {
		return nil, err
	}
	client, ok := options.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, errors.New("REDIS_URL: it is of a kind that cannot be asked")
	}
	return client, nil
}

func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && key == name {
			return value
		}
	}
	return ""
}

// olderThan compares the first two numbers of versions.
func olderThan(version, than string) bool {
	numbers := func(text string) (n [2]int) {
		for i, part := range strings.SplitN(text, ".", 3) {
			if i < len(n) {
				n[i], _ = strconv.Atoi(part)
			}
		}
		return n
	}
	a, b := numbers(version), numbers(than)
	return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
}

// lookAtProviders asks each provider once for each active profile, as testProfileConnection does, and keeps nothing.
func (d *doctor) lookAtProviders(ctx context.Context) {
	const check = "provider"
	if !d.askProvider {
		return
	}
	for i := range d.config.Providers {
		p := &d.config.Providers[i]
		if strings.TrimSpace(p.Options.Template.BaseURL) == "" {
			flags := flagsOf(p.Provider)
			d.say(check, warning, "its address is not given, so that nobody was asked", p.Title, "give --"+flags.name("url")+" ("+
				flags.variable("url")+") as to the server, or --no-provider")
			continue
		}
		if err := p.checkAddress(); err != nil {
			d.say(check, wrong, err.Error(), p.Title, "")
			continue
		}
		if err := d.askFor(ctx, p); err != nil {
			d.say(check, wrong, err.Error(), p.Title, "")
		}
	}
}

// askFor asks for the profiles of one provider.
func (d *doctor) askFor(ctx context.Context, p *providerConfig) (err error) {
	const check = "provider"
	spool, err := os.MkdirTemp("", "autoholdings-doctor-*") // a fetcher wants a folder, and the data directory is left alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spool)) }()
	options := p.Options
	options.Dir, options.Attempts, options.Logger = spool, 1, nil // what is found is said
	fetcher, err := provider.NewFetcher(p.Provider, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fetcher.Close()) }()
	asked := 0
	for _, of := range d.profiles {
		request, ok := d.requestFor(of, p)
		if !ok {
			continue
		}
		asked++
		asking, cancel := context.WithTimeout(ctx, time.Minute)
		err := fetcher.Probe(asking, request)
		cancel()
		outcome, _ := errors.AsType[*provider.Outcome](err)
		where := "profile " + holdings.ProfileName(of)
		switch {
		case err == nil, outcome != nil && outcome.Code == provider.NoFile:
			d.say(check, fine, "it accepts the credentials ("+answerWords(outcome)+")", where, "")
		case outcome != nil:
			d.say(check, wrong, fmt.Sprintf("%s: %s", outcome.Code, outcome.Message), where, jobs.AdviceOnce(fetcher, outcome))
		default:
			d.say(check, wrong, err.Error(), where, "")
		}
	}
	if asked == 0 {
		d.say(check, fine, "there is no active profile with an API key to ask with", p.Title, "")
	}
	return nil
}

func answerWords(outcome *provider.Outcome) string {
	if outcome == nil {
		return "and sends a list"
	}
	return outcome.Message
}

// requestFor is what a sync of a profile would ask first.
func (d *doctor) requestFor(of *ent.Profile, p *providerConfig) (r provider.Request, ok bool) {
	dir := d.config.DataDir
	if d.config.DatabaseURL != "" {
		dir = ""
	}
	box, err := secret.OpenPresent(dir, d.config.SealingKeys...)
	if err != nil || box == nil || !of.Active || of.Provider != p.Name {
		return r, false
	}
	key, err := profiles.New(nil, box, jobs.Busy{}, ofDomain(d.config.Providers)...).APIKey(of)
	if err != nil {
		return r, false
	}
	return provider.Request{
		Credentials: jobs.CredentialsOf(p.Provider, of.CustomerNumber, key), Content: p.Contents()[0], Format: strings.ToLower(of.FileFormat),
	}, true
}

// farOff is how much two clocks may differ before somebody should look at it. Between processes the database's alone counts.
const farOff = time.Minute

func (d *doctor) lookAtClock(ctx context.Context) {
	differ := map[string]time.Duration{}
	ask := func(of string, now func() (time.Time, error)) {
		begun := time.Now()
		if there, err := now(); err == nil && !there.IsZero() {
			here := begun.Add(time.Since(begun) / 2)
			differ[of] = here.Sub(there).Round(time.Second)
		}
	}
	if d.database != nil && d.database.Shared {
		ask("PostgreSQL", func() (time.Time, error) {
			now, err := d.database.Now(ctx)
			return time.UnixMilli(now), err
		})
	}
	if client, err := openRedis(d.config.RedisURL); err == nil && d.config.RedisURL != "" {
		asking, cancel := context.WithTimeout(ctx, redisPatience)
		ask("Redis", func() (time.Time, error) { return client.Time(asking).Result() })
		cancel()
		_ = client.Close()
	}
	if p := d.config.Providers[0]; d.askProvider && strings.TrimSpace(p.Options.Template.BaseURL) != "" && p.checkAddress() == nil {
		ask(p.Title, func() (time.Time, error) { return dateOf(ctx, p.Options.Template.BaseURL) })
	}
	d.compareClocks(differ)
}

// compareClocks says by how much this machine's clock is ahead of others.
func (d *doctor) compareClocks(differ map[string]time.Duration) {
	const check = "clock"
	off := false
	for _, of := range slices.Sorted(maps.Keys(differ)) {
		if by := differ[of]; by.Abs() > farOff {
			off = true
			way := "ahead of"
			if by < 0 {
				way = "behind"
			}
			d.say(check, warning, fmt.Sprintf("this machine's clock is %s %s that of %s", by.Abs(), way, of), "",
				"let the time be kept by the network (NTP): schedules, sessions and certificates go by it")
		}
	}
	switch {
	case len(differ) == 0:
		d.say(check, fine, "there is no other clock to compare it with", "", "")
	case !off:
		d.say(check, fine, "it agrees with "+strings.Join(slices.Sorted(maps.Keys(differ)), ", "), "", "")
	}
}

// dateOf is the time that a web server says it is. It is asked for nothing, and told nothing.
func dateOf(ctx context.Context, address string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, http.NoBody)
	if err != nil {
		return time.Time{}, err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return time.Time{}, err
	}
	defer answer.Body.Close()
	return http.ParseTime(answer.Header.Get("Date"))
}
