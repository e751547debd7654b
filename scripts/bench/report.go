package main

import "math"

// The targets.
const (
	maxBinary    = 9_000_000 // bytes
	maxArchive   = 3_600_000 // bytes
	maxMemory    = 8.0       // MiB at the first answer
	maxStart     = 1.2       // the first answer takes so many times as long as the bare hello's
	minSooner    = 8.0       // how many times sooner than the connector's the first SMS arrives
	maxColdTrips = 4.5       // 3 for SSM: TCP, TLS, request; 1 for SMS, connected meanwhile
	maxOwnCPU    = 0.15      // ms a send, in the handler and the SDK
	maxLimits    = 0.15      // ms of CPU a send, for asking Redis before it and telling it after
)

// rows turns what was measured into the rows of the table.
func (m *measurer) rows() []row {
	ours, hello, logto := m.function.figures, m.hello.figures, m.connector.figures
	// of is a row of what was measured under a name.
	of := func(name, title string, digits int, target string) row {
		return row{title, digits, ours[name], hello[name], logto[name], target}
	}
	slower := ours["answer"].over(hello["answer"]).median()
	sooner := logto["SMS"].over(ours["SMS"]).median()
	// Round trips are not measured: the delay of the far path explains them.
	trips := func(f figures, name string) float64 {
		return roundTrips(f["far "+name], f[name], ms(rtt))
	}
	cold, warm := trips(ours, "SMS event"), trips(ours, "warm")
	oneTrip := target(math.Abs(warm-1) < 0.1, "1", number(warm, 2))
	// What limits add to a send.
	less := func(a, b float64) float64 { return a - b }
	add := ours["limited warm CPU"].pair(ours["warm CPU"], less)
	inVPC := roundTrips(ours["limited vpc warm"], ours["limited warm"], ms(rtt))
	limitedCold := roundTrips(ours["limited far SMS event"], ours["limited vpc SMS event"], ms(rtt))
	twoTrips := target(math.Abs(inVPC-2) < 0.2, "2", number(inVPC, 2))
	away := ", " + rtt.String() + " away"
	return []row{
		of("binary", "binary, bytes", 0, atMost(ours["binary"].median(), maxBinary, 0, "")),
		of("archive", "zip, bytes", 0, atMost(ours["archive"].median(), maxArchive, 0, "")),
		of("init", "packages' init, ms", 2, ""),
		of("largest init", "largest of them, "+m.largestInit+", ms", 2, ""),
		of("answer", "start to first answer, ms", 1, atMost(slower, maxStart, 2, " × hello")),
		of("answer CPU", "CPU, ms", 1, ""),
		of("answer memory", "peak memory, MiB", 1,
			atMost(ours["answer memory"].median(), maxMemory, 1, " MiB")),

		of("SMS", "start to first SMS, ms", 1, atLeast(sooner, minSooner, 1, " × sooner")),
		of("SMS CPU", "CPU, ms", 1, ""),
		of("SMS memory", "peak memory, MiB", 1, ""),
		of("SMS billed", "cold event, billed, ms", 0, ""),
		of("warm", "warm send, ms", 2, ""),
		of("warm CPU", "CPU, ms", 3, ""),
		of("own CPU", "of it without RPC and network, ms", 3,
			atMost(ours["own CPU"].median(), maxOwnCPU, 3, " ms")),
		of("own allocations", "allocations there", 0, ""),
		of("warm connections", "new connections, after the first send", 0,
			atMost(ours["warm connections"].median(), 0, 0, "")),

		of("far SMS", "start to first SMS"+away+", ms", 1, ""),
		of("far SMS billed", "cold event, billed"+away+", ms", 0, ""),
		{name: "round trips of a cold send", digits: 2, function: series{cold},
			target: atMost(cold, maxColdTrips, 2, "")},
		of("far kept warm", "first send after a timer"+away+", ms", 1, ""),
		of("far warm", "warm send"+away+", ms", 1, ""),
		{name: "round trips of a warm send", digits: 2, function: series{warm},
			connector: series{trips(logto, "warm")}, target: oneTrip},

		of("limited warm", "warm send with limits, ms", 2, ""),
		of("limited warm CPU", "CPU, ms", 3, ""),
		{name: "of it for limits, ms", digits: 3, function: add,
			target: atMost(add.median(), maxLimits, 3, " ms")},
		{name: "round trips to Redis of a warm send", digits: 2, function: series{inVPC},
			target: twoTrips},
		{name: "round trips of a cold send with limits", digits: 2, function: series{limitedCold},
			target: atMost(limitedCold, maxColdTrips, 2, "")},
	}
}
