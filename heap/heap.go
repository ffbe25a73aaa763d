package heap

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Room has the heap grow to so many bytes before it is collected. It returns at once.
func Room(bytes uint64) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	r := &room{bytes: bytes, percent: 100}
	r.arm()
}

// room is what was set so far. Only the goroutine of finalizers uses it, once a
// collection.
type room struct {
	bytes   uint64
	percent uint64
}

// arm has r look at the heap when it was collected.
func (r *room) arm() {
	type sign struct{ r *room } // has a pointer: tiny objects without are freed in groups
	runtime.SetFinalizer(&sign{r}, func(s *sign) {
		if s.r.set() {
			s.r.arm()
		}
	})
}

// set sets the collector for what is in use now, and reports whether to go on.
func (r *room) set() bool {
	now := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(now)
	if now[0].Value.Kind() != metrics.KindUint64 || now[1].Value.Kind() != metrics.KindUint64 || now[0].Value.Uint64() != r.percent {
		return false
	}
	want := percent(now[1].Value.Uint64(), r.bytes)
	// Each change stops the program for a moment.
	if want > r.percent+r.percent/8 || want < r.percent-r.percent/8 {
		debug.SetGCPercent(int(want))
		r.percent = want
	}
	return true
}

// percent is by how much of live, in percent, the heap may grow.
func percent(live, room uint64) uint64 {
	const most = 2000 // for a process that has next to nothing yet
	live = max(live, 1)
	if live >= room/2 {
		return 100
	}
	return min(most, room*100/live-100)
}
