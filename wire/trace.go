package wire

import "net/http"

// traceHeaders are those of W3C Trace Context.
var traceHeaders = [...]string{"Traceparent", "Tracestate"}

// CopyTrace passes the trace context of a request on to one that it causes.
func CopyTrace(to, from http.Header) {
	for _, name := range traceHeaders {
		if v := from.Values(name); len(v) > 0 {
			to[name] = v
		}
	}
}
