package a2a

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"
	"github.com/a2aproject/a2a-go/v2/a2asrv/taskstore"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
)

// TestOldestGo: of each caller so many tasks are kept, and nobody's tasks push out
// another's.
func TestOldestGo(t *testing.T) {
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "agent.db"))
	require.NoError(t, err)
	defer db.Close()
	s, err := openStore(t.Context(), db, "http://here")
	require.NoError(t, err)
	now := time.Unix(1, 0)
	s.now = func() time.Time { now = now.Add(time.Millisecond); return now }
	as := func(name string) context.Context {
		ctx, call := a2asrv.NewCallContext(t.Context(), nil)
		call.User = a2asrv.NewAuthenticatedUser(name, nil)
		return ctx
	}
	task := func(id string) *a2a.Task {
		return &a2a.Task{ID: a2a.TaskID(id), ContextID: "c", Status: a2a.TaskStatus{State: a2a.TaskStateCompleted}}
	}
	_, err = s.Create(as("alice"), task("alice's"))
	require.NoError(t, err)
	for n := range mostTasks + 3 {
		_, err := s.Create(as("bob"), task(strconv.Itoa(n)))
		require.NoError(t, err)
	}
	_, err = s.Create(as("bob"), task("5"))
	require.ErrorIs(t, err, taskstore.ErrTaskAlreadyExists)
	_, err = s.Get(as("alice"), "alice's")
	require.NoError(t, err)
	_, err = s.Get(as("bob"), "2")
	require.ErrorIs(t, err, a2a.ErrTaskNotFound)

	// Pages of a list have each task once, newest first.
	seen := map[a2a.TaskID]bool{}
	req := &a2a.ListTasksRequest{PageSize: 90}
	for {
		page, err := s.List(as("bob"), req)
		require.NoError(t, err)
		require.Equal(t, mostTasks, page.TotalSize)
		for _, one := range page.Tasks {
			require.False(t, seen[one.ID])
			seen[one.ID] = true
		}
		if req.PageToken = page.NextPageToken; req.PageToken == "" {
			break
		}
	}
	require.Len(t, seen, mostTasks)
	for _, bad := range []*a2a.ListTasksRequest{{PageSize: 101}, {PageSize: -1}, {PageToken: "x"}, {PageToken: "1x.y"}} {
		_, err := s.List(as("bob"), bad)
		require.ErrorIs(t, err, a2a.ErrInvalidParams)
	}
	v, err := s.Update(as("bob"), &taskstore.UpdateRequest{Task: task("7"), PrevVersion: 1})
	require.NoError(t, err)
	require.Equal(t, taskstore.TaskVersion(2), v)
	_, err = s.Update(as("bob"), &taskstore.UpdateRequest{Task: task("7"), PrevVersion: 1})
	require.ErrorIs(t, err, taskstore.ErrConcurrentModification)
	_, err = s.Update(as("bob"), &taskstore.UpdateRequest{Task: task("none")})
	require.ErrorIs(t, err, a2a.ErrTaskNotFound)
}

func TestAgreed(t *testing.T) {
	shown := &a2a.Task{Status: a2a.TaskStatus{Message: &a2a.Message{Metadata: map[string]any{
		metaQuote: map[string]any{"most": map[string]any{"amount": "501"}},
	}}}}
	for word, want := range map[string]string{"yes": "501", " YES! ": "501", "ok": "501", "Confirm.": "501", "yes, and more": "", "": "", "no yes": ""} {
		got, err := agreed(shown, said{Question: word})
		if want == "" {
			require.ErrorIs(t, err, errUnclear, word)
			continue
		}
		require.NoError(t, err, word)
		require.Equal(t, want, got.String())
	}
	_, err := agreed(shown, said{Question: "No."})
	require.ErrorIs(t, err, errDeclined)
	for name, task := range map[string]*a2a.Task{
		"nothing was shown": {},
		"no quote":          {Status: a2a.TaskStatus{Message: &a2a.Message{}}},
		"no amount":         {Status: a2a.TaskStatus{Message: &a2a.Message{Metadata: map[string]any{metaQuote: map[string]any{"most": 5.0}}}}},
	} {
		_, err := agreed(task, said{Question: "yes"})
		require.ErrorIs(t, err, errUnclear, name)
	}
}

func TestPlain(t *testing.T) {
	require.Equal(t, map[string]any{"a": []any{1.0, map[string]any{}}}, plain(json.RawMessage(`{"a":[null,1,{"b":null}],"c":null}`)))
}

// FuzzRead: no message makes reading panic, and what is read of one is bounded.
func FuzzRead(f *testing.F) {
	f.Add(`{"messageId":"1","role":"ROLE_USER","parts":[{"text":"What is exposure?"}]}`)
	f.Add(`{"messageId":"1","role":"ROLE_USER","parts":[{"data":{"question":"q","max_cost":"0.02","app":12}}],"metadata":{"weal.max_cost":"1"}}`)
	f.Add(`{"messageId":"1","role":"ROLE_USER","parts":[{"text":"x"},{"raw":"AA=="}],"metadata":{"x402.payment.status":"payment-rejected","x402.payment.payload":{"a":[null]}}}`)
	f.Add(`{"messageId":"1","role":"ROLE_USER","parts":[null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var m a2a.Message
		if json.Unmarshal([]byte(text), &m) != nil {
			return
		}
		got, err := read(&m)
		if err == nil && len(got.Question) > maxText {
			t.Fatal("the question is too long")
		}
		if _, err := agreed(&a2a.Task{}, got); err == nil {
			t.Fatal("nothing was shown, and it is agreed to")
		}
	})
}
