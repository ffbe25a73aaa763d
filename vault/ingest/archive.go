package ingest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
)

// maxMembers is the most files that an archive may hold.
const maxMembers = 20_000

// archive is a zip file that is read in memory: no member is ever written
// anywhere, and only those that are asked for by name are unpacked.
type archive struct {
	limit   *budget
	members map[string]*zip.File
}

func openArchive(limit *budget, data []byte) (*archive, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%w: %w", ErrParse, err)
	}
	if len(r.File) > maxMembers {
		return nil, fmt.Errorf("%w: it holds %d files, the limit is %d", ErrParse, len(r.File), maxMembers)
	}
	a := &archive{limit: limit, members: make(map[string]*zip.File, len(r.File))}
	for _, f := range r.File {
		if _, ok := a.members[f.Name]; !ok && safe(f.Name) {
			a.members[f.Name] = f
		}
	}
	return a, nil
}

// safe reports whether a member's name stays in its archive.
func safe(name string) bool {
	return name != "" && !strings.ContainsAny(name, "\\\x00") && !path.IsAbs(name) && path.Clean(name) == name &&
		name != ".." && !strings.HasPrefix(name, "../")
}

// read unpacks a member. One that is missing is empty.
func (a *archive) read(name string) (string, error) {
	f, ok := a.members[name]
	if !ok {
		return "", nil
	}
	if f.Flags&1 != 0 {
		return "", ErrLocked
	}
	r, err := f.Open()
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrParse, clip(name, maxColumn), err)
	}
	defer r.Close()
	data, err := a.limit.Unpack(r)
	if err != nil {
		if Gone(err) || errors.Is(err, ErrSlow) {
			return "", err
		}
		return "", fmt.Errorf("%w: %s: %w", ErrParse, clip(name, maxColumn), err)
	}
	return string(data), nil
}

// readXML unpacks a member that is XML.
func (a *archive) readXML(name string) (*xmlScanner, error) {
	s, err := a.read(name)
	if err != nil {
		return nil, err
	}
	data, err := toUTF8(HTML, "", []byte(s))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", clip(name, maxColumn), err)
	}
	return &xmlScanner{data: string(data)}, nil
}
