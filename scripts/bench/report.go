package main

import (
	"fmt"
	"math"
	"time"
)

// What is promised; see the README.
const (
	maxBinary    = 9_000_000
	maxArchive   = 3_600_000
	maxMemory    = 8.0  // MiB at the first answer
	maxStart     = 1.2  // first answer, against the bare hello
	minSooner    = 8.0  // first SMS, against Logto's connector
	maxColdTrips = 4.5  // SSM: connecting, TLS, request; SMS, connected meanwhile: request
	maxOwnCPU    = 0.15 // ms a send, in the handler and the SDK
)

// report turns what was measured into rows.
type report struct{ *measurer }

func (r report) row(name, unit string, digits int, key string, goal *target) row {
	find := func(f figures) *stat {
		if len(f[key]) == 0 {
			return nil
		}
		s := f[key].stat()
		return &s
	}
	return row{Name: name, Unit: unit, digits: digits, Target: goal,
		Function: find(r.function), Hello: find(r.bare), Connector: find(r.logto)}
}

// size is a row of sizes, which are not measured but known.
func size(name string, ours, hello int64, limit float64) row {
	known := func(n int64) *stat { return &stat{float64(n), float64(n), float64(n), 1} }
	return row{Name: name, Unit: "bytes", Function: known(ours), Hello: known(hello),
		Target: atMost(float64(ours), limit, 0, number(limit, 0))}
}

// median is that of a figure of ours.
func (r report) median(key string) float64 { return r.function[key].quantile(0.5) }

// start are the rows about a process that starts.
func (r report) start(largest inits) []row {
	slower := r.function["answer"].over(r.bare["answer"]).quantile(0.5)
	return []row{
		size("binary", r.ours.binarySize, r.hello.binarySize, maxBinary),
		size("zip", r.ours.archiveSize, r.hello.archiveSize, maxArchive),
		r.row("packages' init", "ms", 2, "init", nil),
		r.row("largest of them, "+largest.largest, "ms", 2, "largest init", nil),
		r.row("start to first answer", "ms", 1, "answer", atMost(slower, maxStart, 2, fmt.Sprint(maxStart, " × hello"))),
		r.row("CPU", "ms", 1, "answer CPU", nil),
		r.row("peak memory", "MiB", 1, "answer memory", atMost(r.median("answer memory"), maxMemory, 1, fmt.Sprint(maxMemory, " MiB"))),
	}
}

// sms are the rows about sending.
func (r report) sms() []row {
	sooner := r.logto["SMS"].over(r.function["SMS"]).quantile(0.5)
	goal := atLeast(sooner, minSooner, 1, fmt.Sprint(minSooner, " × sooner"))
	if math.IsNaN(sooner) {
		goal = nil
	}
	return []row{
		r.row("start to first SMS", "ms", 1, "SMS", goal),
		r.row("CPU", "ms", 1, "SMS CPU", nil),
		r.row("peak memory", "MiB", 1, "SMS memory", nil),
		r.row("cold event, billed", "ms", 0, "SMS billed", nil),
		r.row("warm send", "ms", 2, "warm", nil),
		r.row("CPU", "ms", 3, "warm CPU", nil),
		r.row("of it without RPC and network", "ms", 3, "own CPU", atMost(r.median("own CPU"), maxOwnCPU, 3, fmt.Sprint(maxOwnCPU, " ms"))),
		r.row("allocations there", "", 0, "own allocations", nil),
		r.row("new connections", "after the first send", 0, "warm connections",
			atMost(r.median("warm connections"), 0, 0, "0")),
	}
}

// far are the rows about the same over a network with this round trip.
func (r report) far(rtt time.Duration) []row {
	over := fmt.Sprintf(", %v away", rtt)
	cold := roundTrips(r.function["far SMS event"], r.function["SMS event"], ms(rtt))
	warm := roundTrips(r.function["far warm"], r.function["warm"], ms(rtt))
	exactly := &target{Text: "1", Value: warm, Met: math.Abs(warm-1) < 0.1, digits: 2}
	return []row{
		r.row("start to first SMS"+over, "ms", 1, "far SMS", nil),
		r.row("cold event, billed"+over, "ms", 0, "far SMS billed", nil),
		r.trips("round trips of a cold send", "SMS event", "far SMS event", rtt, atMost(cold, maxColdTrips, 2, fmt.Sprint(maxColdTrips))),
		r.row("warm send"+over, "ms", 1, "far warm", nil),
		r.trips("round trips of a warm send", "warm", "far warm", rtt, exactly),
	}
}

// trips is a row of round trips: not measured, but what the delay explains.
func (r report) trips(name, near, far string, rtt time.Duration, goal *target) row {
	count := func(f figures) *stat {
		if len(f[far]) == 0 {
			return nil
		}
		n := roundTrips(f[far], f[near], ms(rtt))
		return &stat{n, n, n, 1}
	}
	return row{Name: name, digits: 2, Target: goal, Function: count(r.function), Connector: count(r.logto)}
}

// small are the rows about an instance with a share of a CPU.
func (r report) small(s share, rtt time.Duration) []row {
	rows := []row{
		r.row(fmt.Sprintf("%d MB: start to first answer", s.memory), "ms", 0, s.key("answer"), nil),
		r.row(fmt.Sprintf("%d MB: start to first SMS", s.memory), "ms", 0, s.key("SMS"), nil),
		r.row(fmt.Sprintf("%d MB: cold event, billed", s.memory), "ms", 0, s.key("SMS billed"), nil),
	}
	if rtt > 0 {
		name := fmt.Sprintf("%d MB: cold event, billed, %v away", s.memory, rtt)
		rows = append(rows, r.row(name, "ms", 0, "far "+s.key("SMS billed"), nil))
	}
	return rows
}

// share is what an instance of so much memory gets of a CPU. SCF doesn't say; these are Google's for 128 and 256 MB
// (https://cloud.google.com/functions/docs/configuring/memory), and a little more than half for half.
type share struct {
	memory int // MB
	cpus   float64
}

var shares = []share{{64, 0.05}, {128, 0.083}, {256, 0.167}}

func (s share) key(figure string) string { return fmt.Sprintf("%d MB %s", s.memory, figure) }
