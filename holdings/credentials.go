package holdings

import (
	"fmt"

	"autoholdings/ent"
	"autoholdings/internal/secret"
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
