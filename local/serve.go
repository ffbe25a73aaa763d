package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// stopTimeout is how long a stopping server waits for requests in flight.
const stopTimeout = 5 * time.Second

// server is an HTTP server on one port.
type server struct {
	http *http.Server
	done chan struct{}
}

// listen listens on addr for what is called name.
func listen(name, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for the %s: %w; stop what uses the port, or choose another", name, err)
	}
	return l, nil
}

// checkListen finds out whether addr can be listened on, before anything else is
// done.
func checkListen(name, addr string) error {
	l, err := listen(name, addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// serve listens on addr and serves h until stop.
func serve(name, addr string, h http.Handler, log *slog.Logger) (*server, error) {
	l, err := listen(name, addr)
	if err != nil {
		return nil, err
	}
	s := &server{
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
		done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("server ended", "role", name, "error", err)
		}
	}()
	return s, nil
}

// stop lets requests in flight end, for a while, and closes the server.
func (s *server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.done
	return err
}
