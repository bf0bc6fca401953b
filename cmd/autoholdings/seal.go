package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// openSeal opens the sealing keys. If a crash interrupted a key replacement, it is finished first if the database has the new
// key, and undone if not.
//
// Where the keys do not open what is stored, or there is none, the API keys are locked (locked says why): everything else goes on.
// No key is made then, and nothing is sealed: who would seal checks in the same transaction what is stored.
//
// The key files of the data directory belong to the SQLite database beside them. A shared database has nothing to do
// with them: its keys are given.
func openSeal(ctx context.Context, cfg config, s *store.Store) (box *secret.Box, locked, err error) {
	dir := ""
	if cfg.DatabaseURL == "" {
		dir = cfg.DataDir
		if err := settleKey(ctx, cfg, s); err != nil {
			return nil, nil, err
		}
	}
	if box, err = secret.OpenPresent(dir, cfg.SealingKeys...); err != nil {
		return nil, nil, err
	}
	if box == nil {
		sealed, err := profiles.New(s, secret.Without(), jobs.Busy{}).Locked(ctx)
		if err != nil {
			return nil, nil, err
		}
		if len(sealed) > 0 { // whoever makes a key now believes that it opens something
			return secret.Without(), fmt.Errorf("%w: there is no sealing key, and the API keys are sealed with %s", secret.ErrUnknownKey,
				strings.Join(sealed, ", ")), nil
		}
		if box, err = secret.Open(dir, cfg.SealingKeys...); err != nil {
			return nil, nil, err
		}
	}
	if file, made := box.KeyFile(); made {
		cfg.Log.InfoContext(ctx, "made a key to seal stored credentials with: keep a copy of it, apart from those of the database", "file", file)
	}
	err = profiles.New(s, box, jobs.Busy{}).VerifySeal(ctx)
	if errors.Is(err, secret.ErrUnknownKey) {
		return box, err, nil
	}
	return box, nil, err
}

// openSealed is openSeal for what is no use with locked API keys.
func openSealed(ctx context.Context, cfg config, s *store.Store) (*secret.Box, error) {
	box, locked, err := openSeal(ctx, cfg, s)
	return box, errors.Join(err, locked)
}

// settleKey finishes or undoes a replacement of the key file's key; a staged key shows that there is one.
func settleKey(ctx context.Context, cfg config, s *store.Store) error {
	staged, err := secret.OpenStaged(cfg.DataDir)
	if staged == nil || err != nil {
		return err
	}
	switch err := profiles.New(s, staged, jobs.Busy{}).VerifySeal(ctx); {
	case errors.Is(err, secret.ErrUnknownKey): // nothing was sealed with it
		present, err := secret.OpenPresent(cfg.DataDir, cfg.SealingKeys...)
		if err != nil || present == nil || profiles.New(s, present, jobs.Busy{}).Sealed(ctx) != nil {
			return err // neither opens what is stored, so no key is removed
		}
		cfg.Log.WarnContext(ctx, "took away a sealing key that a replacement cut short has left: the former one is in force", "key",
			staged.KeyID())
		return secret.DropStaged(cfg.DataDir)
	case err != nil:
		return err
	}
	if err := s.Sync(ctx); err != nil { // the files must not be ahead of the database
		return err
	}
	former, err := secret.SwapStaged(cfg.DataDir)
	if err == nil {
		cfg.Log.InfoContext(ctx, "the sealing key is replaced", "key", staged.KeyID(), "former", former)
	}
	return err
}

func rotateKeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "rotate-key",
		Usage: "replace the sealing key: seal all stored API keys with a new one",
		Description: "Stop all servers and workers first. A key that lies in the data directory is replaced there, and the former one kept\n" +
			"beside it; a key that is given (--sealing-key) must be given anew, and the server be started with the new one afterwards.\n" +
			"A crash at any moment leaves a database whose key is at hand: start the server or this command again.\n" +
			"Where the sealing key is lost, --forget-credentials seals with a new one what can be opened, and forgets the API keys\n" +
			"that cannot: their profiles stay as they are, and want them to be entered again.\n" +
			"To change the API key of a profile, enter the new one there (updateProfile).",
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "new-sealing-key", Sources: cli.EnvVars("AUTOHOLDINGS_NEW_SEALING_KEY"),
				Usage: "the new `KEY`, 32 bytes in hex or base64; unset: one is made, where the present one lies in the data directory",
			},
			&cli.BoolFlag{Name: "forget-credentials", Usage: "forget the API keys that were sealed with a sealing key that is lost"},
			dataDirFlag, databaseFlag, sealingKeyFlag,
		}, logFlags...),
		Action: func(ctx context.Context, c *cli.Command) error {
			log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
			if err != nil {
				return err
			}
			r := rotation{
				config: config{
					DataDir: c.String("data-dir"), DatabaseURL: c.String("database-url"), SealingKeys: c.StringSlice("sealing-key"), Log: log,
				},
				key: strings.TrimSpace(c.String("new-sealing-key")), forget: c.Bool("forget-credentials"),
			}
			said, err := r.run(ctx)
			if errors.Is(err, secret.ErrUnknownKey) {
				return fmt.Errorf("rotate-key: %w. Where that key is lost, run this with --forget-credentials", err)
			}
			if err != nil {
				return fmt.Errorf("rotate-key: %w", err)
			}
			_, err = fmt.Fprintln(c.Root().Writer, said)
			return err
		},
	}
}

// rotation is a replacement of the sealing key.
type rotation struct {
	config config
	key    string // the new key; "": make one
	forget bool   // the API keys that the present keys do not open
}

func (r *rotation) run(ctx context.Context) (said string, err error) {
	if err := r.check(); err != nil {
		return "", err
	}
	presence, err := store.EnterAlone(ctx, r.config.database())
	if errors.Is(err, store.ErrInUse) {
		return "", fmt.Errorf("%w: stop all servers and workers, replace the key, then start them again", err)
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, presence.Close()) }()
	s, err := store.Open(ctx, r.config.database())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if r.forget {
		return r.forgetLost(ctx, s)
	}
	if r.config.keyGiven() {
		return r.replaceGiven(ctx, s)
	}
	return r.replaceFile(ctx, s)
}

// check returns an error if the database must not even be opened.
func (r *rotation) check() error {
	dir := r.config.DataDir
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil && r.config.DatabaseURL == "" {
		return fmt.Errorf("there is no database in %s: name its folder by --data-dir", dir)
	}
	if err := r.config.checkKeyGiven(); err != nil || r.forget {
		return err
	}
	if r.config.keyGiven() {
		if r.key == "" {
			return errors.New("the sealing key is given to the program, so the new one must be too: make one (`openssl rand -base64 32`), keep it " +
				"where the present one is kept, and give it as AUTOHOLDINGS_NEW_SEALING_KEY")
		}
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, secret.KeyFileName)); err != nil {
		return fmt.Errorf("there is no sealing key: neither is one given (--sealing-key) nor is there %s in %s. Where it is lost, run this with "+
			"--forget-credentials", secret.KeyFileName, dir)
	}
	return nil
}

// replaceFile replaces the key in the key file. The new key is on disk before anything is sealed with it, and the
// former one stays there.
func (r *rotation) replaceFile(ctx context.Context, s *store.Store) (said string, err error) {
	before, err := openSealed(ctx, r.config, s)
	if err != nil {
		return "", err
	}
	if r.key == "" {
		r.key = secret.GenerateKey()
	}
	after, err := r.withNewKey(before)
	if err != nil {
		return "", err
	}
	if err := secret.StageKey(r.config.DataDir, r.key); err != nil {
		return "", err
	}
	resealed, err := profiles.New(s, after, jobs.Busy{}).Reseal(ctx)
	// Whatever the result, the database says whether it was done.
	if err := errors.Join(err, settleKey(context.WithoutCancel(ctx), r.config, s)); err != nil {
		return "", err
	}
	file := filepath.Join(r.config.DataDir, secret.KeyFileName)
	return fmt.Sprintf("%s sealed with the new key %s, which is in %s.\n", keysAre(resealed), after.KeyID(), file) +
		fmt.Sprintf("The former one is in %s.old-%s. Backups of the database made before now open only with it: keep it with them, and remove "+
			"it from here.\n", file, before.KeyID()) +
		rotationAdvice, nil
}

const rotationAdvice = "Make a backup of the database now, and keep a copy of the new key apart from it.\n" +
	"Where somebody may have a copy of the database and of the former key, ask the provider for new API keys too: no new sealing key locks " +
	"what was copied."

// replaceGiven replaces a key that the operator keeps. The operator has both keys before and after.
func (r *rotation) replaceGiven(ctx context.Context, s *store.Store) (said string, err error) {
	next, err := secret.Open("", r.key)
	if err != nil {
		return "", fmt.Errorf("--new-sealing-key: %w", err)
	}
	if profiles.New(s, next, jobs.Busy{}).Sealed(ctx) == nil {
		return fmt.Sprintf("The API keys are sealed with the key %s already. ", next.KeyID()) + givenAdvice, nil
	}
	before, err := openSealed(ctx, r.config, s)
	if err != nil {
		return "", err
	}
	after, err := r.withNewKey(before)
	if err != nil {
		return "", err
	}
	resealed, err := profiles.New(s, after, jobs.Busy{}).Reseal(ctx)
	if err == nil {
		err = s.Sync(ctx)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s sealed with the new key %s. ", keysAre(resealed), after.KeyID()) + givenAdvice + "\n" +
		"Backups of the database made before now open only with the former one: keep it with them.\n" + rotationAdvice, nil
}

const givenAdvice = "Now give the new key to every command as AUTOHOLDINGS_SEALING_KEY instead of the former one, before the server is " +
	"started."

func keysAre(n int) string {
	if n == 1 {
		return "1 API key is"
	}
	return fmt.Sprintf("%d API keys are", n)
}

// forgetLost forgets what the keys at hand do not open. A new key is on disk before anything is sealed with it, unless the operator
// keeps it.
func (r *rotation) forgetLost(ctx context.Context, s *store.Store) (said string, err error) {
	where := "which you have given: give it to every command as AUTOHOLDINGS_SEALING_KEY from now on"
	forget := r.forgetGiven
	if !r.config.keyGiven() {
		where, forget = "which is in "+filepath.Join(r.config.DataDir, secret.KeyFileName), r.forgetInFile
	}
	done, key, err := forget(ctx, s)
	if errors.Is(err, profiles.ErrAllOpen) {
		return "", fmt.Errorf("%w: leave --forget-credentials out to replace the key", err)
	}
	if err != nil {
		return "", err
	}
	said = fmt.Sprintf("%s forgotten that no key here opens, and %s sealed with the new key %s, %s.\n", keysWere(len(done.Profiles)),
		keysAre(done.Resealed), key, where)
	for _, name := range done.Profiles {
		said += "  " + printable(name) + "\n"
	}
	return said + "These profiles stay as they are, and nothing is fetched for them until their API key is entered (updateProfile).\n" +
		"Make a backup now, and keep a copy of the new key apart from it. Former backups open with the lost key alone: after restoring one, " +
		"run this again.", nil
}

func keysWere(n int) string {
	if n == 1 {
		return "1 API key was"
	}
	return fmt.Sprintf("%d API keys were", n)
}

func (r *rotation) forgetGiven(ctx context.Context, s *store.Store) (done profiles.Forgotten, key string, err error) {
	dir := r.config.DataDir
	if r.config.DatabaseURL != "" {
		dir = "" // see openSeal
	}
	box, err := secret.OpenPresent(dir, append([]string{r.key}, r.config.SealingKeys...)...)
	if err != nil {
		return done, "", fmt.Errorf("--new-sealing-key or --sealing-key: %w", err)
	}
	if done, err = profiles.New(s, box, jobs.Busy{}).Forget(ctx); err == nil {
		err = s.Sync(ctx)
	}
	return done, box.KeyID(), err
}

func (r *rotation) forgetInFile(ctx context.Context, s *store.Store) (done profiles.Forgotten, key string, err error) {
	if err := settleKey(ctx, r.config, s); err != nil {
		return done, "", err
	}
	if err := secret.DropStaged(r.config.DataDir); err != nil { // of a run of this that was cut short: nothing is sealed with it
		return done, "", err
	}
	if r.key == "" {
		r.key = secret.GenerateKey()
	}
	box, err := r.withNewKey(nil)
	if err != nil {
		return done, "", err
	}
	if err := secret.StageKey(r.config.DataDir, r.key); err != nil {
		return done, "", err
	}
	done, err = profiles.New(s, box, jobs.Busy{}).Forget(ctx)
	// Whatever the result, the database says whether it was done.
	return done, box.KeyID(), errors.Join(err, settleKey(context.WithoutCancel(ctx), r.config, s))
}

// withNewKey returns a box that opens with all keys and seals with the new one.
func (r *rotation) withNewKey(before *secret.Box) (*secret.Box, error) {
	dir := r.config.DataDir
	if r.config.DatabaseURL != "" {
		dir = "" // see openSeal
	}
	after, err := secret.Open(dir, append([]string{r.key}, r.config.SealingKeys...)...)
	if err != nil {
		return nil, fmt.Errorf("--new-sealing-key: %w", err)
	}
	if before != nil && after.KeyID() == before.KeyID() {
		return nil, errors.New("--new-sealing-key: that is the present key: give another one")
	}
	return after, nil
}
