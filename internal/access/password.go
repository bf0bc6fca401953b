package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"autoholdings/internal/problem"
)

// How passwords are hashed: argon2id as OWASP recommends it, 19 MiB and two passes.
const (
	hashMemory   = 19 * 1024 // KiB
	hashPasses   = 2
	hashThreads  = 1
	hashSalt     = 16 // bytes
	hashSize     = 32 // bytes
	hashedAtOnce = 2  // in one process
)

// The lengths of a password, in characters. Longer ones cost nothing but are nobody's.
const (
	MinPassword = 12
	MaxPassword = 200
)

// CheckPassword adds what is wrong with a new password.
func CheckPassword(problems *problem.List, path, name, password string) {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		problems.Add(problem.BadInput, path, "the password has %d characters: give %d or more", n, MinPassword)
	case n > MaxPassword:
		problems.Add(problem.BadInput, path, "the password has %d characters: give at most %d", n, MaxPassword)
	case strings.EqualFold(strings.TrimSpace(password), strings.TrimSpace(name)), strings.Count(password, password[:1]) == len(password):
		problems.Add(problem.BadInput, path, "the password is the name, or one character only: give another")
	}
}

// hashPassword returns what is kept of a password, in the PHC format.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	salt := randomBytes()[:hashSalt]
	sum, err := s.argon2id(ctx, password, salt)
	if err != nil {
		return "", err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads, encode(salt),
		encode(sum)), nil
}

// rightPassword reports whether a password has a hash. It takes the same time whether it does, and for an empty hash too.
func (s *Service) rightPassword(ctx context.Context, hash, password string) (bool, error) {
	var version, memory, passes, threads int
	fields := strings.Split(hash, "$")
	salt, want := make([]byte, hashSalt), make([]byte, hashSize)
	known := len(fields) == 6
	if known {
		_, err := fmt.Sscanf(fields[2]+" "+fields[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads)
		one, err1 := base64.RawStdEncoding.DecodeString(fields[4])
		two, err2 := base64.RawStdEncoding.DecodeString(fields[5])
		known = err == nil && err1 == nil && err2 == nil && version == argon2.Version && memory == hashMemory && passes == hashPasses &&
			threads == hashThreads
		if known {
			salt, want = one, two
		}
	}
	sum, err := s.argon2id(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, want) == 1 && known, nil
}

// argon2id waits for its turn, since each hash takes its memory.
func (s *Service) argon2id(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	return argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashSize), nil
}
