package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/weal-network/weal/wire"
)

// PathAdminSharing is where the owner says what is kept of questions.
const PathAdminSharing = "/weal/v1/admin/sharing"

// MaxQuestionDays is the most days that questions are kept.
const MaxQuestionDays = 3650

const settingSharing = "sharing"

// errSharing is returned for settings that cannot be.
var errSharing = errors.New("cannot be set")

// Sharing is what a vault keeps of its payers' questions.
type Sharing struct {
	// KeepQuestions is for how many days questions are kept; 0, the default, is not at
	// all. Offers tell payers of it.
	KeepQuestions int `json:"keep_questions"`
}

// SharingRequest is the body of PathAdminSharing: what is to change.
type SharingRequest struct {
	KeepQuestions *int `json:"keep_questions,omitempty"`
}

func (v *Vault) readSharing(ctx context.Context) error {
	b, err := v.library.Setting(ctx, settingSharing)
	var s Sharing
	if err == nil && b != nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return fmt.Errorf("setting %s: %w", settingSharing, err)
	}
	v.useSharing(s)
	return nil
}

func (v *Vault) useSharing(s Sharing) {
	v.sharing.Store(&s)
	v.counts.KeepQuestions(s.KeepQuestions)
}

// Sharing returns what the vault keeps of questions.
func (v *Vault) Sharing() Sharing { return *v.sharing.Load() }

// SetSharing changes what the vault keeps of questions, and returns what it is then.
// What was kept and is not to be kept any more is deleted.
func (v *Vault) SetSharing(ctx context.Context, req SharingRequest) (Sharing, error) {
	s := v.Sharing()
	if req.KeepQuestions == nil {
		return s, nil
	}
	if s.KeepQuestions = *req.KeepQuestions; s.KeepQuestions < 0 || s.KeepQuestions > MaxQuestionDays {
		return v.Sharing(), fmt.Errorf("%w: keep_questions: want 0 to %d days, got %d", errSharing, MaxQuestionDays, s.KeepQuestions)
	}
	b, err := json.Marshal(s)
	if err == nil {
		err = v.library.SetSetting(ctx, settingSharing, b)
	}
	if err != nil {
		return v.Sharing(), err
	}
	v.useSharing(s)
	return s, v.counts.Flush(ctx)
}

func (v *Vault) handleSharing(w http.ResponseWriter, r *http.Request) {
	var req SharingRequest
	if err := decode(r, &req); err != nil {
		v.fail(w, r, err)
		return
	}
	set, err := v.SetSharing(r.Context(), req)
	if errors.Is(err, errSharing) {
		err = wire.NewError(http.StatusUnprocessableEntity, wire.TypeInvalidRequest, "bad_settings", "%v", err)
	}
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, set)
}
