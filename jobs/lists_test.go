package jobs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"autoholdings/mockoup"
)

// entry is one title of a list, as a test makes it.
type entry struct {
	title, publisher, url string
	from                  string // a journal's first year online
	archive               bool   // with a row for 1878 to 1995 beside the one from `from` on
	free                  bool
	second                bool   // a book under another ISBN for print
	print, online         string // in place of a journal's ISSN, where either is set
}

// listFolder is a folder of dated lists, for the mock provider to serve.
type listFolder struct {
	t   failer
	dir string
}

func newListFolder(t failer) *listFolder {
	t.Helper()
	dir, err := os.MkdirTemp("", "autoholdings-lists-*")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return &listFolder{t, dir}
}

const listHeader = "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\tdate_last_issue_online\t" +
	"title_url\ttitle_id\tpublisher_name\tpublication_type\taccess_type\n"

// add adds the nth title to the list of a release.
func (l *listFolder) add(date, content string, n int, e entry) {
	l.t.Helper()
	packages := map[string]string{mockoup.Books: "AllBooks", mockoup.Journals: "AllJournals"}
	name := filepath.Join(l.dir, "OxfordUniversityPress_Global_"+packages[content]+"_"+date+".txt")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte(listHeader), nil
	}
	if err == nil {
		err = os.WriteFile(name, append(text, e.rows(content, n)...), 0o600)
	}
	if err != nil {
		l.t.Fatalf("%v", err)
	}
}

func (e entry) rows(content string, n int) string {
	access := "P"
	if e.free {
		access = "F"
	}
	if content == mockoup.Books {
		printed := isbn(n)
		if e.second {
			printed = isbn(n + 100)
		}
		return strings.Join([]string{e.title, printed, isbn(n + 200), "", "", e.url, fmt.Sprintf("b%02d", n), e.publisher, "monograph", access},
			"\t") + "\n"
	}
	id, printed, online := fmt.Sprintf("j%02d", n), issn(n), ""
	if e.print+e.online != "" {
		printed, online = e.print, e.online
	}
	rows := strings.Join([]string{e.title, printed, online, e.from, "", e.url, id, e.publisher, "serial", access}, "\t") + "\n"
	if e.archive {
		rows += strings.Join([]string{e.title, printed, online, "1878", "1995", e.url + "/issue", id, e.publisher, "serial", access}, "\t") + "\n"
	}
	return rows
}

// issn is the nth valid ISSN.
func issn(n int) string {
	digits := fmt.Sprintf("%07d", 1000+n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (8 - i)
	}
	return digits[:4] + "-" + digits[4:] + string("0123456789X"[(11-sum%11)%11])
}

// isbn is the nth valid ISBN.
func isbn(n int) string {
	digits := fmt.Sprintf("978%09d", 192000000+n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return digits + string("0123456789"[(10-sum%10)%10])
}
