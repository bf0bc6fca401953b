package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math/big"
	"regexp"
	"strings"
)

// TokenPrefix begins every token, so that people and scanners recognise one where it does not belong.
const TokenPrefix = "autoh_"

// A token is the prefix, 32 random bytes and a checksum, in the digits below: a mistyped one is refused without a look
// into the database.
const (
	digits       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	randomDigits = 43 // of 256 bits
	checkDigits  = 6  // of 32 bits
	shownDigits  = 6  // of a token, to tell it from others
)

// TokenPattern finds tokens in a text.
var TokenPattern = regexp.MustCompile(fmt.Sprintf(`%s[0-9A-Za-z]{%d}`, TokenPrefix, randomDigits+checkDigits))

// newToken makes the secret of a token.
func newToken() string {
	body := TokenPrefix + base62(randomBytes(), randomDigits)
	return body + checksum(body)
}

// newSecret makes the value of a session's cookie or of a link, without a prefix.
func newSecret() string { return base62(randomBytes(), randomDigits) }

func randomBytes() []byte {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // it never fails: the program ends where there is no randomness
	return b
}

func base62(b []byte, length int) string {
	n, base, digit := new(big.Int).SetBytes(b), big.NewInt(int64(len(digits))), new(big.Int)
	text := make([]byte, length)
	for i := length - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		text[i] = digits[digit.Int64()]
	}
	return string(text)
}

func checksum(body string) string {
	return base62(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))), checkDigits)
}

// looksLikeToken reports whether a text can be a token: its form and its checksum are right.
func looksLikeToken(text string) bool {
	if len(text) != len(TokenPrefix)+randomDigits+checkDigits || !strings.HasPrefix(text, TokenPrefix) {
		return false
	}
	body, check := text[:len(text)-checkDigits], text[len(text)-checkDigits:]
	return checksum(body) == check
}

// hashOf is what is kept of a secret. A secret is 256 random bits, so nobody finds it by trying, and one round is enough.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
