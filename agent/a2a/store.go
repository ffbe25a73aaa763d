package a2a

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"
	"github.com/a2aproject/a2a-go/v2/a2asrv/taskstore"

	"github.com/weal-network/weal/keep"
)

// mostTasks is how many tasks of one caller are kept: its oldest go first. Callers without
// a key are as one.
const mostTasks = 1000

// The pages of a list.
const (
	usualPage = 50
	mostPage  = 100
)

var schema = []string{
	`CREATE TABLE IF NOT EXISTS a2a_tasks (
		id TEXT PRIMARY KEY, server TEXT NOT NULL, owner TEXT NOT NULL, context TEXT NOT NULL,
		state TEXT NOT NULL, updated BIGINT NOT NULL, version BIGINT NOT NULL, task BLOB NOT NULL)`,
	`CREATE INDEX IF NOT EXISTS a2a_tasks_updated ON a2a_tasks (server, owner, updated)`,
}

// store keeps tasks, each for who asked.
type store struct {
	db     *sql.DB
	server string
	now    func() time.Time
}

var _ taskstore.Store = (*store)(nil)

// openStore opens the tasks of a server. Those that were at work when it ended have
// failed.
func openStore(ctx context.Context, db *sql.DB, server string) (*store, error) {
	if err := keep.Schema(ctx, db, "agent/a2a", 1, schema...); err != nil {
		return nil, err
	}
	s := &store{db: db, server: server, now: time.Now}
	left, err := s.read(ctx, `WHERE server = $1 AND state IN ($2, $3)`, server, a2a.TaskStateSubmitted.String(), a2a.TaskStateWorking.String())
	if err != nil {
		return nil, err
	}
	for _, t := range left {
		m := a2a.NewMessageForTask(a2a.MessageRoleAgent, t.task, a2a.NewTextPart("the agent was ended while this was at work; what was paid by then is in its receipts. Ask anew"))
		now := s.now().UTC()
		t.task.Status = a2a.TaskStatus{State: a2a.TaskStateFailed, Message: m, Timestamp: &now}
		if _, err := s.put(ctx, t.task, t.version); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// owner is who asks.
func owner(ctx context.Context) string {
	if call, ok := a2asrv.CallContextFrom(ctx); ok && call.User != nil {
		return call.User.Name
	}
	return ""
}

// Create implements taskstore.Store.
func (s *store) Create(ctx context.Context, task *a2a.Task) (taskstore.TaskVersion, error) {
	b, err := json.Marshal(task)
	if err != nil {
		return 0, fmt.Errorf("keep task: %w", err)
	}
	taken := false
	err = keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO a2a_tasks (id, server, owner, context, state, updated, version, task)
			VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (id) DO NOTHING`,
			string(task.ID), s.server, owner(ctx), task.ContextID, task.Status.State.String(), s.now().UnixNano(), b)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil || n == 0 {
			taken = n == 0
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM a2a_tasks WHERE server = $1 AND owner = $2 AND updated < (
			SELECT updated FROM a2a_tasks WHERE server = $1 AND owner = $2 ORDER BY updated DESC LIMIT 1 OFFSET $3)`,
			s.server, owner(ctx), mostTasks-1)
		return err
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("keep task: %w", err)
	case taken:
		return 0, taskstore.ErrTaskAlreadyExists
	}
	return 1, nil
}

// Update implements taskstore.Store.
func (s *store) Update(ctx context.Context, u *taskstore.UpdateRequest) (taskstore.TaskVersion, error) {
	return s.put(ctx, u.Task, u.PrevVersion)
}

func (s *store) put(ctx context.Context, task *a2a.Task, before taskstore.TaskVersion) (after taskstore.TaskVersion, err error) {
	b, err := json.Marshal(task)
	if err != nil {
		return 0, fmt.Errorf("keep task: %w", err)
	}
	err = keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		var now int64
		err := tx.QueryRowContext(ctx, `SELECT version FROM a2a_tasks WHERE id = $1 AND server = $2`, string(task.ID), s.server).Scan(&now)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return a2a.ErrTaskNotFound
		case err != nil:
			return err
		case before != taskstore.TaskVersionMissing && now != int64(before):
			return taskstore.ErrConcurrentModification
		}
		after = taskstore.TaskVersion(now + 1)
		_, err = tx.ExecContext(ctx, `UPDATE a2a_tasks SET state = $1, updated = $2, version = $3, task = $4 WHERE id = $5`,
			task.Status.State.String(), s.now().UnixNano(), now+1, b, string(task.ID))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep task: %w", err)
	}
	return after, nil
}

// Get implements taskstore.Store.
func (s *store) Get(ctx context.Context, id a2a.TaskID) (*taskstore.StoredTask, error) {
	rows, err := s.read(ctx, `WHERE id = $1 AND server = $2 AND owner = $3`, string(id), s.server, owner(ctx))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, a2a.ErrTaskNotFound
	}
	return &taskstore.StoredTask{Task: rows[0].task, Version: rows[0].version}, nil
}

// List implements taskstore.Store. Who is not known has no list.
func (s *store) List(ctx context.Context, req *a2a.ListTasksRequest) (*a2a.ListTasksResponse, error) {
	who := owner(ctx)
	if who == "" {
		return nil, a2a.ErrUnauthenticated
	}
	size := req.PageSize
	if size == 0 {
		size = usualPage
	}
	if size < 1 || size > mostPage {
		return nil, fmt.Errorf("%w: the page size is 1 to %d, got %d", a2a.ErrInvalidParams, mostPage, size)
	}
	where, args := `WHERE server = $1 AND owner = $2`, []any{s.server, who}
	and := func(condition string, arg any) {
		args = append(args, arg)
		where += " AND " + condition + " $" + strconv.Itoa(len(args))
	}
	if req.ContextID != "" {
		and("context =", req.ContextID)
	}
	if req.Status != a2a.TaskStateUnspecified {
		and("state =", req.Status.String())
	}
	if req.StatusTimestampAfter != nil {
		and("updated >=", req.StatusTimestampAfter.UnixNano())
	}
	var total int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM a2a_tasks `+where, args...).Scan(&total); err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	if req.PageToken != "" {
		at, id, err := readToken(req.PageToken)
		if err != nil {
			return nil, err
		}
		args = append(args, at, id)
		where += fmt.Sprintf(" AND (updated < $%d OR updated = $%d AND id < $%d)", len(args)-1, len(args)-1, len(args))
	}
	args = append(args, size+1)
	rows, err := s.read(ctx, where+` ORDER BY updated DESC, id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, err
	}
	out := &a2a.ListTasksResponse{Tasks: []*a2a.Task{}, TotalSize: total, PageSize: size}
	if len(rows) > size {
		rows = rows[:size]
		last := rows[size-1]
		out.NextPageToken = strconv.FormatInt(last.updated, 10) + "." + string(last.task.ID)
	}
	for _, r := range rows {
		out.Tasks = append(out.Tasks, shortened(r.task, req))
	}
	return out, nil
}

// shortened leaves out of a task what a list was not asked for.
func shortened(t *a2a.Task, req *a2a.ListTasksRequest) *a2a.Task {
	if req.HistoryLength != nil && *req.HistoryLength >= 0 && len(t.History) > *req.HistoryLength {
		t.History = t.History[len(t.History)-*req.HistoryLength:]
	}
	if !req.IncludeArtifacts {
		t.Artifacts = nil
	}
	return t
}

func readToken(token string) (at int64, id string, err error) {
	number, id, ok := strings.Cut(token, ".")
	at, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0, "", fmt.Errorf("%w: the page token is none that was given", a2a.ErrInvalidParams)
	}
	return at, id, nil
}

// row is a task as it is kept.
type row struct {
	task    *a2a.Task
	version taskstore.TaskVersion
	updated int64
}

func (s *store) read(ctx context.Context, where string, args ...any) (all []row, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT task, version, updated FROM a2a_tasks `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r := row{task: &a2a.Task{}}
		var b []byte
		var version int64
		if err := rows.Scan(&b, &version, &r.updated); err != nil {
			return nil, fmt.Errorf("read tasks: %w", err)
		}
		if err := json.Unmarshal(b, r.task); err != nil {
			return nil, fmt.Errorf("read tasks: %w", err)
		}
		r.version = taskstore.TaskVersion(version)
		all = append(all, r)
	}
	return all, rows.Err()
}
