package gateway

import "net/http"

// patient is a response whose writer can hold back what it flushes, so that what is
// there to be sent at the same time goes out in one write.
type patient struct {
	http.ResponseWriter
	held bool // flushes wait
	due  bool // for release, or for the end of the response
}

// Unwrap is for http.ResponseController.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// FlushError is for http.ResponseController.
func (p *patient) FlushError() error {
	if p.held {
		p.due = true
		return nil
	}
	p.due = false
	return http.NewResponseController(p.ResponseWriter).Flush()
}

// hold has flushes wait from now on.
func (p *patient) hold() { p.held = true }

// release sends what waits, and holds back what comes after it.
func (p *patient) release() {
	if !p.due {
		return
	}
	p.held = false
	_ = p.FlushError() // a client that has gone ends the request's context
	p.held = true
}
