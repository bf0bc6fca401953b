package kbart

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings of lists, as [Header] and [Summary] name them. Plain ASCII counts as UTF-8.
const (
	UTF8        = "UTF-8"
	UTF16LE     = "UTF-16LE"
	UTF16BE     = "UTF-16BE"
	Windows1252 = "Windows-1252"
)

const byteOrderMark = "\ufeff"

// sniffUTF16 recognizes UTF-16 by its byte order mark or, without one, by the zero bytes of ASCII characters. It
// returns "" for anything else.
func sniffUTF16(sample []byte) (encoding string, bom bool) {
	switch {
	case bytes.HasPrefix(sample, []byte{0xff, 0xfe}):
		return UTF16LE, true
	case bytes.HasPrefix(sample, []byte{0xfe, 0xff}):
		return UTF16BE, true
	}
	var zeros [2]int
	for i, c := range sample {
		if c == 0 {
			zeros[i%2]++
		}
	}
	// Nearly all characters of a list are ASCII, so that nearly every other byte is zero: at least four of five.
	const most = 5
	switch half := len(sample) / 2; {
	case half < 8:
		return "", false
	case zeros[1] > half/most*(most-1) && zeros[0] < half/most:
		return UTF16LE, false
	case zeros[0] > half/most*(most-1) && zeros[1] < half/most:
		return UTF16BE, false
	}
	return "", false
}

// utf16Reader converts UTF-16 to UTF-8. Half a surrogate pair becomes U+FFFD.
func utf16Reader(src io.Reader, encoding string) io.Reader {
	endian := unicode.LittleEndian
	if encoding == UTF16BE {
		endian = unicode.BigEndian
	}
	return transform.NewReader(src, unicode.UTF16(endian, unicode.IgnoreBOM).NewDecoder())
}

// charset is the encoding of a list that is not UTF-16, as far as it is known.
type charset uint8

const (
	charsetOpen    charset = iota // nothing but ASCII so far
	charsetUTF8                   // there are characters beyond ASCII, in UTF-8
	charsetWestern                // Windows-1252
)

// sniffCharset returns the encoding of most of the lines that are not plain ASCII.
func sniffCharset(sample []byte, eol byte) charset {
	utf8Lines, otherLines := 0, 0
	for len(sample) > 0 {
		line, rest, ended := bytes.Cut(sample, []byte{eol})
		sample = rest
		switch {
		case isASCII(line):
		case utf8.Valid(line):
			utf8Lines++
		case ended: // the sample may end in the middle of a character
			otherLines++
		}
	}
	switch {
	case otherLines > utf8Lines:
		return charsetWestern
	case utf8Lines > 0:
		return charsetUTF8
	}
	return charsetOpen
}

// appendWestern appends Windows-1252 text as UTF-8. The five bytes that Windows-1252 does not define become the control
// characters of ISO 8859-1, as in the WHATWG encoding standard.
func appendWestern(dst, text []byte) []byte {
	for _, c := range text {
		dst = appendWesternByte(dst, c)
	}
	return dst
}

// appendRepaired appends UTF-8 text. Bytes that are not UTF-8 are read as Windows-1252.
func appendRepaired(dst, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			dst = appendWesternByte(dst, text[0])
		} else {
			dst = append(dst, text[:size]...)
		}
		text = text[size:]
	}
	return dst
}

func appendWesternByte(dst []byte, c byte) []byte {
	if c < utf8.RuneSelf {
		return append(dst, c)
	}
	return utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(c))
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
