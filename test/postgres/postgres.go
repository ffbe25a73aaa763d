package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names the variable by which PostgreSQL must be there.
const Env = "WEAL_POSTGRES"

// errNone means that no PostgreSQL is installed.
var errNone = errors.New("no PostgreSQL is installed; on Debian: apt-get install postgresql")

// patience bounds the start of a server.
const patience = time.Minute

// Main runs the tests of a package and ends their server.
func Main(m *testing.M) int {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		return max(code, 1)
	}
	return code
}

// server is the one that runs, if any does.
type server struct {
	dir  string
	cmd  *exec.Cmd
	made atomic.Int64
}

var (
	starting sync.Mutex
	running  *server
	failed   error
)

// URL returns that of a new database.
func URL(t testing.TB) string {
	t.Helper()
	s, err := start()
	switch {
	case errors.Is(err, errNone) && os.Getenv(Env) == "":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d", s.made.Add(1))
	if err := s.do(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.do(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.url(name)
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://weal@/%s?host=%s", database, s.dir)
}

// do runs a statement.
func (s *server) do(ctx context.Context, query string) (err error) {
	c, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	_, err = c.Exec(ctx, query)
	return err
}

// start starts the server unless it runs.
func start() (*server, error) {
	starting.Lock()
	defer starting.Unlock()
	if running == nil && failed == nil {
		running, failed = launch()
	}
	return running, failed
}

func launch() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "weal-pg-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir}
	if err := s.launch(bin, as); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(dir))
	}
	return s, nil
}

func (s *server) launch(bin string, as *syscall.Credential) error {
	if as != nil {
		if err := os.Chown(s.dir, int(as.Uid), int(as.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(s.dir, "data")
	made := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "weal", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	made.Dir, made.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: as}
	if out, err := made.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	// A test needs no safety from a loss of power.
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "log_min_messages=panic")
	s.cmd.Dir, s.cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: as}
	endWith(s.cmd.SysProcAttr)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := s.do(context.Background(), "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case gone := <-ended:
			return fmt.Errorf("it ended: %w", gone)
		default:
		}
		if time.Now().After(deadline) {
			return errors.Join(err, s.cmd.Process.Kill())
		}
	}
}

// stop ends the server: SIGINT has it drop its connections.
func stop() error {
	starting.Lock()
	defer starting.Unlock()
	if running == nil {
		return nil
	}
	s := running
	running = nil
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return err
	}
	pid := filepath.Join(s.dir, "data", "postmaster.pid")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(pid); errors.Is(err, fs.ErrNotExist) {
			return os.RemoveAll(s.dir)
		}
	}
	return errors.Join(errors.New("it does not end"), s.cmd.Process.Kill())
}

// binaries returns the folder of the newest PostgreSQL.
func binaries() (string, error) {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(all, func(a, b string) int { return version(a) - version(b) })
	if len(all) > 0 {
		return filepath.Dir(all[len(all)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNone
	}
	return filepath.Dir(path), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// credential is who the server runs as; nil is who runs the tests.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errNone
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
