// Package secret protects providers' credentials: they are sealed in the database and masked everywhere else.
//
// A [Box] seals with AES-256-GCM (NIST SP 800-38D). Its keys come from the configuration or, if none is configured,
// from a file that is created in the data directory. If there are several keys, the first one seals and all of them
// open. To replace a key, put the new one first, reseal what is stored ([Box.Reseal]), and remove the old one.
// rotate.go does this with a key file, in such a way that no crash leaves a database without its key.
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

// Errors of Unseal and VerifyCheck. Test for them with errors.Is.
var (
	// ErrUnknownKey: the value was sealed with a key that this Box does not have.
	ErrUnknownKey = errors.New("sealed with a key that is not configured")
	// ErrDamaged: the value is not a sealed value, was changed, or was sealed for another place.
	ErrDamaged = errors.New("not the value that was sealed here")
)

// Box seals and opens values. It is safe for concurrent use.
type Box struct {
	keys    []sealingKey // newest first
	file    string
	created bool // Open created the key file
}

// Open returns a Box with the configured keys, newest first, followed by those of the key file in dataDir. A configured
// key is 32 bytes in hex or base64, as "openssl rand -base64 32" prints them. Empty strings are ignored.
//
// If no key is configured and there is no key file, Open creates one with a new key and mode 0600. A crash leaves
// either a complete file or none. [Box.KeyFile] says whether it was created. If dataDir is empty, a key must be
// configured. Open refuses a key file that others may read.
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
			return nil, fmt.Errorf("no sealing key is configured, and there is no data directory to keep one in; %s", keyAdvice)
		}
		return box, nil
	}
	box.file = filepath.Join(dataDir, KeyFileName)
	if err := box.addFile(len(box.keys) == 0); err != nil {
		return nil, err
	}
	return box, nil
}

// KeyFile returns the path of the key file, "" without a data directory, and whether Open has just created it.
func (b *Box) KeyFile() (path string, created bool) { return b.file, b.created }

// Seal encrypts plain with the newest key. It returns text, "v1:<key id>:<base64url>", that opens only with the same
// associatedData. Put the table, the column and the row's id into associatedData, so that a sealed value that is copied
// to another row does not open.
func (b *Box) Seal(plain Key, associatedData string) string {
	key := b.keys[0]
	sealed := key.aead.Seal(nil, nil, []byte(plain.Reveal()), key.bind(associatedData)) //nolint:gosec // this AEAD makes the nonce itself
	return strings.Join([]string{version, key.id, base64.RawURLEncoding.EncodeToString(sealed)}, ":")
}

// Unseal opens a value that Seal returned. Its errors are ErrUnknownKey and ErrDamaged. Their text says what to do.
func (b *Box) Unseal(sealed, associatedData string) (Key, error) {
	key, ciphertext, err := b.split(sealed)
	if err != nil {
		return Key{}, err
	}
	plain, err := key.aead.Open(nil, nil, ciphertext, key.bind(associatedData))
	if err != nil {
		return Key{}, fmt.Errorf("sealed value: %w: it was changed or copied from another record; enter the credential again", ErrDamaged)
	}
	return NewKey(string(plain)), nil
}

// Reseal seals a value again with the newest key. If it was sealed with that key already, Reseal returns it as it is,
// and changed is false.
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

// Fingerprint returns 8 hex digits by which a person can recognize a credential without seeing it. They are the
// beginning of its HMAC-SHA-256 under a key derived from the newest sealing key, so they change when that key is
// replaced.
func (b *Box) Fingerprint(plain Key) string {
	mac := hmac.New(sha256.New, b.keys[0].fingerprint)
	mac.Write([]byte(plain.Reveal()))
	return hex.EncodeToString(mac.Sum(nil)[:4])
}

const (
	checkText = "autoholdings"
	checkData = "check"
)

// SealCheck returns a sealed value to be stored with the first credential. At the next start, VerifyCheck uses it to
// find out whether the configured keys open what is stored.
func (b *Box) SealCheck() string { return b.Seal(NewKey(checkText), checkData) }

// VerifyCheck returns an error if this Box cannot open a value that SealCheck returned. The server must not start then.
func (b *Box) VerifyCheck(sealed string) error {
	plain, err := b.Unseal(sealed, checkData)
	switch {
	case errors.Is(err, ErrUnknownKey):
		return fmt.Errorf("the sealing key does not open the stored credentials: %w%s", err, b.createdNotice())
	case err != nil:
		return fmt.Errorf("the stored check value of the sealing key: %w", err)
	case plain.Reveal() != checkText:
		return fmt.Errorf("the stored check value of the sealing key: %w", ErrDamaged)
	}
	return nil
}

func (b *Box) createdNotice() string {
	if !b.created {
		return ""
	}
	return fmt.Sprintf(" (no key was found, so a new one was created in %s: put the former one there)", b.file)
}

// version must change if a format or a derivation below changes, so that stored values still open.
const version = "v1"

// sealingKey has everything that is derived from one 32-byte key.
type sealingKey struct {
	id          string // 8 hex digits; it identifies the key in sealed values
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

// derive derives a key for one use (HKDF, RFC 5869), so that no use of a key reveals anything about another.
func derive(master []byte, use string, length int) ([]byte, error) {
	return hkdf.Key(sha256.New, master, nil, "autoholdings secret "+version+" "+use, length)
}

// bind returns the data to authenticate: the version, the key and the place.
func (k sealingKey) bind(associatedData string) []byte {
	return []byte(version + "\x00" + k.id + "\x00" + associatedData)
}

// split splits a sealed value and finds its key.
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
	return sealingKey{}, nil, fmt.Errorf("%w: it needs the key with id %.8q, but there is only %s; "+
		"configure the former key too, after the new one", ErrUnknownKey, parts[1], strings.Join(ids, ", "))
}

// add adds a key unless the Box has it already.
func (b *Box) add(key sealingKey) {
	for _, known := range b.keys {
		if known.id == key.id {
			return
		}
	}
	b.keys = append(b.keys, key)
}
