package profiles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// What a profile's API key is.
const (
	KeySet    = "SET"    // it can be used
	KeyLocked = "LOCKED" // it is sealed with a key that this process does not have
	KeyNeeded = "NEEDED" // there is none, or what is stored is damaged: it has to be entered
)

// Codes of alerts, and of the parts of jobs that need an API key which cannot be used.
const (
	CredentialsLocked = "CREDENTIALS_LOCKED"
	CredentialsNeeded = "CREDENTIALS_NEEDED"
)

// KeyTrouble is the error that a profile's API key cannot be used.
type KeyTrouble struct {
	State   string // KeyLocked or KeyNeeded
	Code    string // CredentialsLocked or CredentialsNeeded
	Message string // a clause
	Hint    string
	cause   error
}

func (t *KeyTrouble) Error() string { return t.Message }
func (t *KeyTrouble) Unwrap() error { return t.cause }

// lockedHint is what to do where the sealing key is not at hand.
const lockedHint = "Give the server the sealing key with which it was sealed, and start it again. Where that key is lost, stop " +
	"the server, run `autoholdings rotate-key --forget-credentials`, start it, and enter the API key of each profile again (updateProfile)."

func keyTrouble(name string, sealed []byte, cause error) *KeyTrouble {
	switch {
	case errors.Is(cause, secret.ErrUnknownKey):
		return &KeyTrouble{
			KeyLocked, CredentialsLocked, fmt.Sprintf("the %s is locked: it is sealed with the sealing key %s, which this server does not have",
				name, secret.KeyOf(string(sealed))), lockedHint, cause,
		}
	case len(sealed) == 0:
		return &KeyTrouble{
			KeyNeeded, CredentialsNeeded, fmt.Sprintf("there is no %s: it was forgotten with a lost sealing key", name),
			fmt.Sprintf("Enter the %s of the profile (updateProfile).", name), cause,
		}
	default:
		return &KeyTrouble{
			KeyNeeded, CredentialsNeeded, fmt.Sprintf("what is stored as the %s is damaged and cannot be opened", name),
			fmt.Sprintf("Enter the %s of the profile again (updateProfile).", name), cause,
		}
	}
}

// KeyState says whether a profile's API key can be used.
func (s *Service) KeyState(p *ent.Profile) string {
	if _, err := s.APIKey(p); err != nil {
		if trouble, ok := errors.AsType[*KeyTrouble](err); ok {
			return trouble.State
		}
	}
	return KeySet
}

// keyAlert is the alert that a profile's API key cannot be used, nil where it can.
func (s *Service) keyAlert(p *ent.Profile) []ProfileAlert {
	_, err := s.APIKey(p)
	trouble, ok := errors.AsType[*KeyTrouble](err)
	if !ok {
		return nil
	}
	return []ProfileAlert{{
		Code: trouble.Code, Since: p.APIKeySetAt, Hint: trouble.Hint,
		Message: strings.ToUpper(trouble.Message[:1]) + trouble.Message[1:] + ". Nothing can be fetched for the profile.",
	}}
}

// Locked returns the ids of the sealing keys with which something is sealed that this process cannot open, sorted; none
// where it opens all.
func (s *Service) Locked(ctx context.Context) (keys []string, err error) {
	settings, err := s.store.Read.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	all, err := s.store.Read.Profile.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the profiles: %w", err)
	}
	sealed := []string{string(settings.SealCheck)}
	for _, p := range all {
		sealed = append(sealed, string(p.APIKeySealed))
	}
	for _, value := range sealed {
		if id := secret.KeyOf(value); id != "" && !s.box.Has(id) {
			keys = append(keys, id)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// lockedProblem tells who enters an API key that nothing can be sealed now.
func lockedProblem(err error) error {
	if !errors.Is(err, secret.ErrUnknownKey) {
		return err
	}
	return problem.New(problem.WrongState, "input.apiKey", "the server does not have the sealing key with which the other API keys are "+
		"sealed, so that it cannot keep this one. %s", lockedHint)
}

// ErrAllOpen says that there is nothing to be forgotten.
var ErrAllOpen = errors.New("the sealing key opens all API keys, so that there is nothing to forget")

// Forgotten says what Forget has done.
type Forgotten struct {
	Profiles []string // whose API keys were forgotten, for people
	Resealed int      // API keys that could be opened
}

// Forget forgets the API keys that the box cannot open, and seals everything else with its newest key, in one transaction.
// What is forgotten is a key that nobody can read any more: the profiles stay as they are, and want theirs to be entered.
// The error matches ErrAllOpen where the box opens everything.
func (s *Service) Forget(ctx context.Context) (done Forgotten, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		done = Forgotten{}
		settings, err := tx.Setting.Get(ctx, store.SettingsID)
		if err != nil {
			return fmt.Errorf("read the settings: %w", err)
		}
		opens := len(settings.SealCheck) == 0 || s.box.VerifyCheck(string(settings.SealCheck)) == nil
		profiles, err := tx.Profile.Query().Order(profile.ByID()).All(ctx)
		if err != nil {
			return fmt.Errorf("read the profiles: %w", err)
		}
		for _, p := range profiles {
			if err := s.forget(ctx, tx, p, &done); err != nil {
				return err
			}
		}
		if opens && len(done.Profiles) == 0 {
			return ErrAllOpen
		}
		return tx.Setting.UpdateOneID(store.SettingsID).SetSealCheck([]byte(s.box.SealCheck())).Exec(ctx)
	})
	return done, err
}

func (s *Service) forget(ctx context.Context, tx *store.Tx, p *ent.Profile, done *Forgotten) error {
	if len(p.APIKeySealed) == 0 {
		return nil
	}
	if _, err := s.box.Unseal(string(p.APIKeySealed), apiKeyPlace(p.ID)); err == nil {
		done.Resealed++
		return s.reseal(ctx, tx, p)
	}
	err := tx.Profile.UpdateOne(p).SetAPIKeySealed([]byte{}).SetAPIKeyFingerprint("").SetAPIKeySetAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget the API key of profile %d: %w", p.ID, err)
	}
	done.Profiles = append(done.Profiles, strings.TrimSpace(holdings.ProfileName(p)))
	return nil
}
