package library

import "github.com/weal-network/weal/types"

// State is what became of a file.
type State string

// The states of a file in a Report.
const (
	Added     State = "added"
	Changed   State = "changed"
	Unchanged State = "unchanged"
	Retired   State = "retired" // it was there, and is gone or no longer text
	Failed    State = "failed"
	Erased    State = "removed" // by Remove, with all that was held of it
)

// FileReport says what became of one file.
type FileReport struct {
	Path   string `json:"path"`
	Source string `json:"source"` // its name in the vault
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // why it failed or was retired
	Chunks int    `json:"chunks,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
}

// Report says what an Add did. Unchanged files are counted, not listed.
type Report struct {
	Added     int          `json:"added"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"`
	Retired   int          `json:"retired"`
	Failed    int          `json:"failed"`
	Erased    int          `json:"removed,omitempty"`
	Files     []FileReport `json:"files"`
	// Unknown are the names that Remove was given and that nothing is known by.
	Unknown []string `json:"unknown,omitempty"`
	// Documents, Chunks and Root are those of the newest generation.
	Documents int        `json:"documents"`
	Chunks    int        `json:"chunks"`
	Root      types.Hash `json:"root"`
	// Generation counts from 1; New says that this Add made it.
	Generation int64 `json:"generation"`
	New        bool  `json:"new"`
}

func (r *Report) count(f FileReport) {
	switch f.State {
	case Added:
		r.Added++
	case Changed:
		r.Changed++
	case Unchanged:
		r.Unchanged++
		return
	case Retired:
		r.Retired++
	case Failed:
		r.Failed++
	case Erased:
		r.Erased++
	}
	r.Files = append(r.Files, f)
}

// Progress says how far an Add is.
type Progress struct {
	Files      int    `json:"files"`
	FilesTotal int    `json:"files_total"`
	Bytes      int64  `json:"bytes"`
	BytesTotal int64  `json:"bytes_total"`
	Chunks     int    `json:"chunks"`
	Current    string `json:"current,omitempty"` // the file that was done last
}
