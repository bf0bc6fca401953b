package holdings

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// APIKey opens a profile's API key.
func (s *Service) APIKey(p *ent.Profile) (secret.Key, error) {
	key, err := s.box.Unseal(string(p.APIKeySealed), apiKeyPlace(p.ID))
	if err != nil {
		return secret.Key{}, fmt.Errorf("open the API key of profile %d: %w", p.ID, err)
	}
	return key, nil
}

// sealAPIKey seals a key for one profile: copied to another it does not open.
func (s *Service) sealAPIKey(profileID int64, key secret.Key) (sealed []byte, fingerprint string) {
	return []byte(s.box.Seal(key, apiKeyPlace(profileID))), s.box.Fingerprint(key)
}

func apiKeyPlace(profileID int64) string { return fmt.Sprintf("profiles.api_key_sealed %d", profileID) }

// VerifySeal makes sure that the sealing keys open what is stored, before anything is sealed with others.
func (s *Service) VerifySeal(ctx context.Context) error {
	settings, err := s.store.Read.Setting.Get(ctx, settingsID)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if len(settings.SealCheck) > 0 {
		return s.box.VerifyCheck(string(settings.SealCheck))
	}
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Setting.UpdateOneID(settingsID).SetSealCheck([]byte(s.box.SealCheck())).Exec(ctx)
	})
}
