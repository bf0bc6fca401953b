package provider

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// listMember returns the only text member of a ZIP.
func listMember(r *io.SectionReader, m mask) (*zip.File, error) {
	if err := checkDirectory(r, r.Size()); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(r, r.Size())
	if err != nil {
		return nil, damaged("ZIP", err)
	}
	var lists []*zip.File
	var names []string
	for _, f := range archive.File {
		if f.Name == "[Content_Types].xml" {
			return nil, newOutcome(NotKBART, "a spreadsheet or another office document", nil).
				hint("Nothing was changed. Ask {provider} for the list as a tab-separated text file.")
		}
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(path.Base(f.Name), ".") {
			continue
		}
		text, err := isText(f)
		if err != nil {
			return nil, err
		}
		names = append(names, f.Name)
		if text {
			lists = append(lists, f)
		}
	}
	if len(lists) == 1 {
		return lists[0], nil
	}
	what := "a ZIP without a text file in it"
	if len(lists) > 1 {
		what = fmt.Sprintf("a ZIP with %d text files, of which none can be told to be the list", len(lists))
	}
	if len(names) > 0 {
		what += " (" + cut(m.text(strings.Join(names, ", "))) + ")"
	}
	return nil, newOutcome(NotKBART, what, nil).
		hint("Nothing was changed. Ask {provider} for one list in each file; joining several is not done on a guess.")
}

func isText(f *zip.File) (bool, error) {
	if f.Flags&1 != 0 {
		return false, newOutcome(NotKBART, "a ZIP protected by a password", nil)
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return false, newOutcome(NotKBART, fmt.Sprintf("a ZIP packed by method %d, which is not supported", f.Method), err).
			hint("Nothing was changed. Ask {provider} for a ZIP packed by the method Deflate, for gzip, or for plain text.")
	}
	if err != nil {
		return false, damaged("ZIP", err)
	}
	defer r.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) { // a short member; whether it is complete shows later
		return false, damaged("ZIP", err)
	}
	return !notText(head[:n]), nil
}

// A ZIP's directory is read into memory as a whole, one object per member, so its size is checked first.
const (
	maxDirectory  = 1 << 20
	directoryEnd  = "PK\x05\x06"
	endRecordSize = 22
)

// checkDirectory refuses a ZIP whose directory would take too much memory, and the 64-bit format, needed only for files
// or directories beyond every limit here. Offsets: APPNOTE.TXT, section 4.3.16.
func checkDirectory(r io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, endRecordSize+1<<16))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	end := -1
	if len(tail) >= endRecordSize {
		end = bytes.LastIndex(tail[:len(tail)-endRecordSize+len(directoryEnd)], []byte(directoryEnd))
	}
	if end < 0 {
		return damaged("ZIP", io.ErrUnexpectedEOF)
	}
	members := binary.LittleEndian.Uint16(tail[end+10:])
	length := binary.LittleEndian.Uint32(tail[end+12:])
	offset := binary.LittleEndian.Uint32(tail[end+16:])
	if members == 0xffff || length == 0xffff || length == 0xffffffff || offset == 0xffffffff || size-int64(offset) > maxDirectory+
		int64(len(tail)) {
		return newOutcome(TooLarge, "a ZIP with a directory of more than 1 MiB, or in the 64-bit form", nil).
			hint("Ask {provider} for one list in each ZIP.")
	}
	return nil
}
