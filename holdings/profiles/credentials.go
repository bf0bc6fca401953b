package profiles

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// APIKey decrypts a profile's API key. Its error is a *KeyTrouble. Of a provider that asks for none there is no trouble.
func (s *Service) APIKey(p *ent.Profile) (secret.Key, error) {
	key, err := s.box.Unseal(string(p.APIKeySealed), apiKeyPlace(p.ID))
	if err == nil {
		return key, nil
	}
	of := s.providers.of(p.Provider)
	if of.APIKey.Name == "" {
		return secret.Key{}, nil
	}
	return secret.Key{}, keyTrouble(of.APIKey.Name, p.APIKeySealed, err)
}

// sealAPIKey seals a key for one profile: copied to another profile, it cannot be opened.
func (s *Service) sealAPIKey(profileID int64, key secret.Key) (sealed []byte, fingerprint string) {
	return []byte(s.box.Seal(key, apiKeyPlace(profileID))), s.box.Fingerprint(key)
}

// Fingerprint identifies an API key without revealing it. It changes when the sealing key does.
func (s *Service) Fingerprint(key secret.Key) string { return s.box.Fingerprint(key) }

func apiKeyPlace(profileID int64) string { return fmt.Sprintf("profiles.api_key_sealed %d", profileID) }

// VerifySeal checks that the sealing keys open what is stored, before anything is sealed with different ones.
func (s *Service) VerifySeal(ctx context.Context) error {
	settings, err := s.store.Read.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if len(settings.SealCheck) > 0 {
		return s.box.VerifyCheck(string(settings.SealCheck))
	}
	return s.store.Write(ctx, s.verifySealIn)
}

// verifySealIn is VerifySeal in a transaction, in which no other process can replace the sealing key.
func (s *Service) verifySealIn(ctx context.Context, tx *store.Tx) error {
	settings, err := tx.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if len(settings.SealCheck) > 0 {
		return s.box.VerifyCheck(string(settings.SealCheck))
	}
	return tx.Setting.UpdateOneID(store.SettingsID).SetSealCheck([]byte(s.box.SealCheck())).Exec(ctx)
}

// Sealed returns nil if something is stored and the sealing keys open it.
func (s *Service) Sealed(ctx context.Context) error {
	settings, err := s.store.Read.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	return s.box.VerifyCheck(string(settings.SealCheck))
}

// Reseal seals everything again with the newest key, in one transaction, and returns the number of API keys. Their
// fingerprints change, since they depend on the sealing key; nothing else in a profile does.
func (s *Service) Reseal(ctx context.Context) (resealed int, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		settings, err := tx.Setting.Get(ctx, store.SettingsID)
		if err != nil {
			return fmt.Errorf("read the settings: %w", err)
		}
		if len(settings.SealCheck) > 0 {
			if err := s.box.VerifyCheck(string(settings.SealCheck)); err != nil {
				return err
			}
		}
		profiles, err := tx.Profile.Query().All(ctx)
		if err != nil {
			return fmt.Errorf("read the profiles: %w", err)
		}
		resealed = 0
		for _, p := range profiles {
			if len(p.APIKeySealed) == 0 { // forgotten
				continue
			}
			if err := s.reseal(ctx, tx, p); err != nil {
				return err
			}
			resealed++
		}
		return tx.Setting.UpdateOneID(store.SettingsID).SetSealCheck([]byte(s.box.SealCheck())).Exec(ctx)
	})
	if err != nil {
		return 0, err
	}
	return resealed, nil
}

func (s *Service) reseal(ctx context.Context, tx *store.Tx, p *ent.Profile) error {
	key, err := s.box.Unseal(string(p.APIKeySealed), apiKeyPlace(p.ID))
	if err != nil {
		return fmt.Errorf("profile %q: %w; enter its API key again (updateProfile) before the sealing key is replaced", holdings.ProfileName(p),
			err)
	}
	sealed, _, err := s.box.Reseal(string(p.APIKeySealed), apiKeyPlace(p.ID))
	if err != nil {
		return fmt.Errorf("seal the API key of profile %d anew: %w", p.ID, err)
	}
	err = tx.Profile.UpdateOne(p).SetAPIKeySealed([]byte(sealed)).SetAPIKeyFingerprint(s.box.Fingerprint(key)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store the API key of profile %d: %w", p.ID, err)
	}
	return nil
}

// CheckSealed checks that a box opens everything that is sealed in a database, and returns the number of API keys.
func CheckSealed(ctx context.Context, database *ent.Client, box *secret.Box) (keys int, err error) {
	settings, err := database.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return 0, fmt.Errorf("read the settings: %w", err)
	}
	if len(settings.SealCheck) > 0 {
		if err := box.VerifyCheck(string(settings.SealCheck)); err != nil {
			return 0, err
		}
	}
	profiles, err := database.Profile.Query().All(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the profiles: %w", err)
	}
	for _, p := range profiles {
		if len(p.APIKeySealed) == 0 { // forgotten
			continue
		}
		if _, err := box.Unseal(string(p.APIKeySealed), apiKeyPlace(p.ID)); err != nil {
			return 0, fmt.Errorf("profile %q: %w; enter its API key again (updateProfile)", holdings.ProfileName(p), err)
		}
		keys++
	}
	return keys, nil
}
