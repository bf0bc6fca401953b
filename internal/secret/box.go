// Package secret keeps the credentials that open a provider's door: sealed at rest, masked everywhere else.
//
// A [Box] seals with AES-256-GCM (NIST SP 800-38D). Its keys come from the configuration or, where none is given, from
// a file that is made in the data directory. Several keys may be given: the first seals, all of them open, and that is
// how a key is replaced: put the new one first, reseal what is stored ([Box.Reseal]), take the old one away. How that
// is done with a key file so that no crash leaves a database without its key stands in rotate.go.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// What Unseal and VerifyCheck report; test with errors.Is.
var (
	// ErrUnknownKey: the value was sealed with a key this Box does not have.
	ErrUnknownKey = errors.New("sealed with a key that is not at hand")
	// ErrDamaged: the value is not a sealed value, was changed, or was sealed for another place.
	ErrDamaged = errors.New("not what was sealed here")
)

// Box seals and opens values. It is safe for concurrent use.
type Box struct {
	keys []sealingKey // newest first
	file string
	made bool
}

// Open returns a Box whose keys are the configured ones, newest first, and then those of the key file in dataDir. Each
// configured key is 32 bytes in hex or base64, as "openssl rand -base64 32" prints them; empty strings are passed over.
//
// Where no key is configured and the file does not exist, a key is made and written there with mode 0600, complete or
// not at all, and [Box.KeyFile] says so. With an empty dataDir a key must be configured. A key file that others may
// read is refused.
func Open(dataDir string, configured ...string) (*Box, error) {
	box := &Box{}

	for i, text := range configured {
		if strings.TrimSpace(text) == "" {
			continue
		}

		key, err := parseKey(text)
		if err != nil {
			return nil, fmt.Errorf("configured sealing key %d: %w", i+1, err)
		}

		box.add(key)
	}

	if dataDir == "" {
		if len(box.keys) == 0 {
			return nil, fmt.Errorf("no sealing key is configured and there is no data directory to keep one in; %s", keyAdvice)
		}

		return box, nil
	}

	box.file = filepath.Join(dataDir, KeyFileName)
	if err := box.addFile(len(box.keys) == 0); err != nil {
		return nil, err
	}

	return box, nil
}

// KeyFile returns the path of the key file ("" without a data directory) and whether Open has just made it.
func (b *Box) KeyFile() (path string, made bool) { return b.file, b.made }

// Seal encrypts plain with the newest key. What it returns is text, "v1:<key id>:<base64url>", and opens only with the
// same associatedData, which ties it to its place: name the table, the column and the row's id there, so that a sealed
// value copied to another row does not open.
func (b *Box) Seal(plain Key, associatedData string) string {
	key := b.keys[0]
	sealed := key.aead.Seal(nil, nil, []byte(plain.Reveal()),
		key.bind(associatedData)) //nolint:gosec // no fixed nonce: this AEAD makes one and takes none

	return strings.Join([]string{version, key.id, base64.RawURLEncoding.EncodeToString(sealed)}, ":")
}

// Unseal opens what Seal returned. Its errors are ErrUnknownKey and ErrDamaged, with what to do.
func (b *Box) Unseal(sealed, associatedData string) (Key, error) {
	key, ciphertext, err := b.split(sealed)
	if err != nil {
		return Key{}, err
	}

	plain, err := key.aead.Open(nil, nil, ciphertext, key.bind(associatedData))
	if err != nil {
		return Key{}, fmt.Errorf("sealed value: %w: it was changed, or copied from another record; enter the credential again", ErrDamaged)
	}

	return NewKey(string(plain)), nil
}

// Reseal seals with the newest key what an older one sealed. Where the newest did, it returns sealed as it is and
// changed is false.
func (b *Box) Reseal(sealed, associatedData string) (resealed string, changed bool, err error) {
	plain, err := b.Unseal(sealed, associatedData)
	if err != nil {
		return "", false, err
	}

	if strings.HasPrefix(sealed, version+":"+b.keys[0].id+":") {
		return sealed, false, nil
	}

	return b.Seal(plain, associatedData), true, nil
}

// Fingerprint returns 8 hex digits by which a person recognises a credential without seeing it: the beginning of its
// HMAC-SHA-256 under a key derived from the newest sealing key. It changes when that key is replaced.
func (b *Box) Fingerprint(plain Key) string {
	mac := hmac.New(sha256.New, b.keys[0].fingerprint)
	mac.Write([]byte(plain.Reveal()))

	return hex.EncodeToString(mac.Sum(nil)[:4])
}

const (
	checkText = "autoholdings"
	checkData = "check"
)

// SealCheck returns a sealed value to be stored beside the first credential. VerifyCheck of it tells at the next start
// whether the keys given then open what is stored.
func (b *Box) SealCheck() string { return b.Seal(NewKey(checkText), checkData) }

// VerifyCheck returns an error, fit to stop the start with, where this Box cannot open what SealCheck returned.
func (b *Box) VerifyCheck(sealed string) error {
	plain, err := b.Unseal(sealed, checkData)

	switch {
	case errors.Is(err, ErrUnknownKey):
		return fmt.Errorf("the sealing key does not open the credentials that are stored: %w%s", err, b.madeNotice())
	case err != nil:
		return fmt.Errorf("the stored check value of the sealing key: %w", err)
	case plain.Reveal() != checkText:
		return fmt.Errorf("the stored check value of the sealing key: %w", ErrDamaged)
	}

	return nil
}

func (b *Box) madeNotice() string {
	if !b.made {
		return ""
	}

	return fmt.Sprintf(" (no key was found, so a new one was made in %s: put the former one there)", b.file)
}

// Changing a format or a derivation below means another version, so that what is stored still opens.
const version = "v1"

// sealingKey is what is derived from one 32-byte key.
type sealingKey struct {
	id          string // 8 hex digits, names the key in what it sealed
	aead        cipher.AEAD
	fingerprint []byte
}

func newSealingKey(master []byte) (sealingKey, error) {
	encryption, err := derive(master, "seal", 32)
	if err != nil {
		return sealingKey{}, err
	}

	block, err := aes.NewCipher(encryption)
	if err != nil {
		return sealingKey{}, err
	}

	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealingKey{}, err
	}

	fingerprint, err := derive(master, "fingerprint", 32)
	if err != nil {
		return sealingKey{}, err
	}

	id, err := derive(master, "id", 4)
	if err != nil {
		return sealingKey{}, err
	}

	return sealingKey{id: hex.EncodeToString(id), aead: aead, fingerprint: fingerprint}, nil
}

// derive separates the uses of one key (HKDF, RFC 5869), so that what one of them shows says nothing of another.
func derive(master []byte, use string, length int) ([]byte, error) {
	return hkdf.Key(sha256.New, master, nil, "autoholdings secret "+version+" "+use, length)
}

// bind makes version, key and place part of what is authenticated.
func (k sealingKey) bind(associatedData string) []byte {
	return []byte(version + "\x00" + k.id + "\x00" + associatedData)
}

// split takes a sealed value apart and finds its key.
func (b *Box) split(sealed string) (sealingKey, []byte, error) {
	parts := strings.Split(sealed, ":")
	if len(parts) != 3 || parts[0] != version {
		return sealingKey{}, nil, fmt.Errorf("sealed value: %w: it does not have the form %s:<key id>:<base64>", ErrDamaged, version)
	}

	ciphertext, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return sealingKey{}, nil, fmt.Errorf("sealed value: %w: its text is not base64", ErrDamaged)
	}

	ids := make([]string, 0, len(b.keys))
	for _, key := range b.keys {
		if key.id == parts[1] {
			return key, ciphertext, nil
		}

		ids = append(ids, key.id)
	}

	return sealingKey{}, nil, fmt.Errorf("%w: it needs the key with id %.8q, at hand is %s; configure the former key too, after the new one",
		ErrUnknownKey, parts[1], strings.Join(ids, ", "))
}

// add appends a key, once.
func (b *Box) add(key sealingKey) {
	for _, known := range b.keys {
		if known.id == key.id {
			return
		}
	}

	b.keys = append(b.keys, key)
}
