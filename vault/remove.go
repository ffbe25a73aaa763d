package vault

import (
	"context"
	"errors"
	"net/http"

	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// PathAdminRemove is where the owner removes documents.
const PathAdminRemove = "/weal/v1/admin/remove"

// RemoveRequest is the body of PathAdminRemove. Names are paths of files or
// folders of the vault's machine, or sources; Dir is what paths are below that are
// not absolute.
type RemoveRequest struct {
	Dir   string   `json:"dir"`
	Names []string `json:"names"`
}

// Remove deletes documents for good and tells the chain the root without them.
// If only telling the chain fails, they are gone all the same, and the next Add or
// Remove tells it again. See library.Library.Remove.
func (v *Vault) Remove(ctx context.Context, dir string, names []string) (Report, error) {
	return v.change(ctx, func() (library.Report, error) {
		r, err := v.library.Remove(ctx, dir, names)
		if err == nil {
			err = errors.Join(v.forgetPages(ctx, r), v.forgetCounts(ctx, r))
		}
		return r, err
	})
}

func (v *Vault) handleRemove(w http.ResponseWriter, r *http.Request) {
	var req RemoveRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	if len(req.Names) == 0 {
		v.fail(w, r, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "no_names", "names is empty; name files, folders or sources"))
		return
	}
	report, err := v.Remove(r.Context(), req.Dir, req.Names)
	switch {
	case errors.Is(err, library.ErrUnknown):
		wire.WriteError(w, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "unknown_document", "%v", err))
	case err != nil:
		wire.WriteError(w, addError(err))
	default:
		wire.WriteJSON(w, http.StatusOK, report)
	}
}
