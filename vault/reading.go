package vault

import (
	"context"
	"net/http"

	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// PathAdminReading is where the owner says how files are read.
const PathAdminReading = "/weal/v1/admin/reading"

// ReadingRequest is the body of PathAdminReading: what is to change. Zero, or an
// empty list, is the default again.
type ReadingRequest struct {
	Chunk   *int             `json:"chunk,omitempty"`
	MaxFile *int64           `json:"max_file,omitempty"`
	Off     *[]ingest.Format `json:"off,omitempty"`
}

// SetReading changes how files are read from the next Add on, and returns how they
// are then. Without changes it only does that.
func (v *Vault) SetReading(ctx context.Context, req ReadingRequest) (library.Reading, error) {
	if req == (ReadingRequest{}) {
		return v.library.Reading(), nil
	}
	err := v.library.SetReading(ctx, func(r *library.Reading) {
		if req.Chunk != nil {
			r.Chunk = *req.Chunk
		}
		if req.MaxFile != nil {
			r.MaxFile = *req.MaxFile
		}
		if req.Off != nil {
			r.Off = *req.Off
		}
	})
	return v.library.Reading(), err
}

func (v *Vault) handleReading(w http.ResponseWriter, r *http.Request) {
	var req ReadingRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	set, err := v.SetReading(r.Context(), req)
	if err != nil {
		wire.WriteError(w, addError(err))
		return
	}
	wire.WriteJSON(w, http.StatusOK, set)
}
