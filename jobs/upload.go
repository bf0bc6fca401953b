package jobs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/internal/problem"
	"autoholdings/provider"
)

// SourceUpload is the source of a file that a person gave, not for a profile.
const SourceUpload = "UPLOAD"

// KeepUpload keeps a list given by a person, compressed, as a provider file of no profile. It takes plain text, gzip or
// ZIP, up to the size limit of provider files. content is BOOKS, JOURNALS or "" for both. The same bytes are kept once.
// What is clearly no list (a web page, a workbook, JSON, nothing) is a problem; the job that reads a text says whether it is a
// KBART list.
func (s *Service) KeepUpload(ctx context.Context, name, content string, list io.Reader) (*ent.ProviderFile, error) {
	if content != "" && typeOf[content] == 0 {
		return nil, problem.New(problem.BadInput, "", "the content %.40q is unknown: choose BOOKS or JOURNALS, or neither for both", content)
	}
	buffered := bufio.NewReader(list)
	if begin, _ := buffered.Peek(workbookBegin); isWorkbook(begin) { // an error comes again below
		return nil, problem.New(problem.BadInput, "",
			"this is a workbook of a spreadsheet program: open it, save it as \"CSV UTF-8\" or as tab-separated text, and give that file")
	}
	file, err := s.files.Keep(ctx, buffered, name, s.providers.standard().MaxSize())
	if err != nil {
		return nil, s.uploadProblem(err)
	}
	return s.record(ctx, fileOrigin{source: SourceUpload}, content, file)
}

// workbookBegin is how many bytes tell a workbook.
const workbookBegin = 64

// isWorkbook says whether a file begins as an .xlsx or an .xls does. An .xlsx is a ZIP whose first file is one of a few.
func isWorkbook(begin []byte) bool {
	const header = 30 // bytes of a ZIP before the name of its first file
	if bytes.HasPrefix(begin, []byte("\xd0\xcf\x11\xe0")) {
		return true
	}
	if !bytes.HasPrefix(begin, []byte("PK\x03\x04")) || len(begin) < header {
		return false
	}
	return slices.ContainsFunc([]string{"[Content_Types].xml", "_rels/", "docProps/", "xl/"}, func(name string) bool {
		return bytes.HasPrefix(begin[header:], []byte(name))
	})
}

// uploadProblems are the problems with an upload that a person can fix, in words that do not blame a provider.
var uploadProblems = map[provider.Code]struct {
	code          problem.Code
	what, toDoNow string
}{
	provider.NotKBART: {
		problem.BadInput, "this is not a KBART list",
		"give a list as tab-separated text, or that packed as gzip or ZIP",
	},
	provider.CredentialsRefused: {
		problem.BadInput, "this is not a KBART list",
		"sign in where the list is, download it again, and give what comes then",
	},
	provider.Truncated:      {problem.BadInput, "the list is incomplete or damaged", "give it again, whole"},
	provider.InvalidRequest: {problem.BadInput, "the list could not be read", "give it again"},
	provider.TooLarge: {
		problem.Limited, "the list exceeds the size limit",
		"give less at a time, or start the server with a higher {setting}",
	},
}

func (s *Service) uploadProblem(err error) error {
	var outcome *provider.Outcome
	if !errors.As(err, &outcome) {
		return fmt.Errorf("keep an upload: %w", err)
	}
	known, ok := uploadProblems[outcome.Code]
	if !ok {
		return fmt.Errorf("keep an upload: %w", err)
	}
	_, detail, _ := strings.Cut(outcome.Message, ": ")
	if detail != "" {
		detail = " (" + detail + ")"
	}
	toDo := strings.ReplaceAll(known.toDoNow, "{setting}", s.providers.standard().SizeSetting())
	return problem.New(known.code, "", "%s%s: %s", known.what, detail, toDo)
}

// keepGiven is KeepUpload of a file that stands in a field of a request, at a path.
func (s *Service) keepGiven(ctx context.Context, name, text, path string) (id int64, err error) {
	file, err := s.KeepUpload(ctx, name, "", strings.NewReader(text))
	if problems, ok := problem.In(err); ok {
		return 0, problem.New(problem.BadInput, path, "%s", problems[0].Message)
	}
	if err != nil {
		return 0, err
	}
	return file.ID, nil
}
