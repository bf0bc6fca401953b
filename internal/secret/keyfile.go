package secret

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"autoholdings/internal/durable"
)

// KeyFileName is the name of the key file in the data directory. It has one key per line in base64, newest first. Blank
// lines and lines that begin with # are ignored.
const KeyFileName = "sealing.key"

const (
	keyBytes  = 32
	keyAdvice = `give 32 random bytes in base64 or hex, as "openssl rand -base64 32" prints them`
)

// GenerateKey returns a new key as Open accepts it.
func GenerateKey() string {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	return base64.StdEncoding.EncodeToString(key)
}

// addFile adds the keys of the key file. If the file is missing and create is true, addFile creates it first.
func (b *Box) addFile(create bool) error {
	text, err := readKeyFile(b.file)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return nil
		}
		text, err = b.createKeyFile()
	}
	if err != nil {
		return fmt.Errorf("sealing key file: %w", err)
	}
	found := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := parseKey(line)
		if err != nil {
			return fmt.Errorf("sealing key file %s: %w", b.file, err)
		}
		b.add(key)
		found = true
	}
	if !found {
		return fmt.Errorf("sealing key file %s contains no key; put the former one back, or remove the file to have a new one created", b.file)
	}
	return nil
}

func readKeyFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	// Windows has no such bits; Go makes them up there.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s may be read by others (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// createKeyFile creates the key file. If two processes start at once, one of them creates it and both use it.
func (b *Box) createKeyFile() (string, error) {
	if err := os.MkdirAll(filepath.Dir(b.file), 0o700); err != nil {
		return "", err
	}
	text := keyFileText(GenerateKey())
	switch err := writeNewFile(b.file, text); {
	case errors.Is(err, fs.ErrExist):
		return readKeyFile(b.file)
	case err != nil:
		return "", err
	}
	b.created = true
	return text, nil
}

func keyFileText(key string) string {
	return "# This key seals the providers' credentials in the database. Keep a copy: without it they cannot be opened.\n" +
		strings.TrimSpace(key) + "\n"
}

// writeNewFile writes a file under a temporary name and then links it to its own name. So a crash leaves either the
// complete file or none, and an existing file is never overwritten.
func writeNewFile(path, text string) error {
	dir := filepath.Dir(path)
	temporary, err := os.CreateTemp(dir, filepath.Base(path)+".*") // CreateTemp's mode is 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // the final name links to the same content
	_, err = temporary.WriteString(text)
	if err := errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if err := os.Link(temporary.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		return fmt.Errorf("%w; if this file system does not support links, configure a key: %s", err, keyAdvice)
	}
	return durable.SyncDir(dir)
}

// parseKey reads one key. Its errors never show the text.
func parseKey(text string) (sealingKey, error) {
	text = strings.TrimSpace(text)
	master, ok := decodeKey(text)
	if !ok {
		return sealingKey{}, fmt.Errorf("%d characters that are not %d bytes in base64 or hex; %s", len(text), keyBytes, keyAdvice)
	}
	if strings.Count(string(master), string(master[:1])) == len(master) {
		return sealingKey{}, fmt.Errorf("all %d bytes are the same, which anyone can guess; %s", keyBytes, keyAdvice)
	}
	return newSealingKey(master)
}

func decodeKey(text string) ([]byte, bool) {
	decoders := []func(string) ([]byte, error){
		hex.DecodeString,
		base64.StdEncoding.DecodeString,
		base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString,
		base64.RawURLEncoding.DecodeString,
	}
	for _, decode := range decoders {
		if key, err := decode(text); err == nil && len(key) == keyBytes {
			return key, true
		}
	}
	return nil, false
}
