package main

import (
	"fmt"
	"math"
)

// The targets.
const (
	maxBinary    = 9_000_000 // bytes
	maxArchive   = 3_600_000 // bytes
	maxMemory    = 8.0       // MiB at the first answer
	maxStart     = 1.2       // the first answer takes so many times as long as the bare hello's
	minSooner    = 8.0       // how many times sooner than the connector's the first SMS arrives
	maxColdTrips = 4.5       // 3 for SSM: TCP, TLS, request; 1 for SMS, connected meanwhile
	maxOwnCPU    = 0.15      // ms a send, in the handler and the SDK
)

// rows turns what was measured into the rows of the table.
func (m *measurer) rows() []row {
	rows := append(m.startRows(), m.smsRows()...)
	if m.rtt > 0 {
		rows = append(rows, m.farRows()...)
	}
	return rows
}

// startRows are about a process that starts.
func (m *measurer) startRows() []row {
	ours := m.function.figures
	slower := ours["answer"].over(m.hello.figures["answer"]).quantile(0.5)
	start := atMost(slower, maxStart, 2, fmt.Sprint(maxStart, " × hello"))
	peak := ours["answer memory"].quantile(0.5)
	memory := atMost(peak, maxMemory, 1, fmt.Sprint(maxMemory, " MiB"))
	return []row{
		size("binary", m.function.binarySize, m.hello.binarySize, maxBinary),
		size("zip", m.function.archiveSize, m.hello.archiveSize, maxArchive),
		m.row("packages' init", "ms", 2, "init", nil),
		m.row("largest of them, "+m.largestInit, "ms", 2, "largest init", nil),
		m.row("start to first answer", "ms", 1, "answer", start),
		m.row("CPU", "ms", 1, "answer CPU", nil),
		m.row("peak memory", "MiB", 1, "answer memory", memory),
	}
}

// smsRows are about sending.
func (m *measurer) smsRows() []row {
	ours := m.function.figures
	var sooner *target
	if m.connector != nil {
		times := m.connector.figures["SMS"].over(ours["SMS"]).quantile(0.5)
		sooner = atLeast(times, minSooner, 1, fmt.Sprint(minSooner, " × sooner"))
	}
	own := atMost(ours["own CPU"].quantile(0.5), maxOwnCPU, 3, fmt.Sprint(maxOwnCPU, " ms"))
	none := atMost(ours["warm connections"].quantile(0.5), 0, 0, "0")
	return []row{
		m.row("start to first SMS", "ms", 1, "SMS", sooner),
		m.row("CPU", "ms", 1, "SMS CPU", nil),
		m.row("peak memory", "MiB", 1, "SMS memory", nil),
		m.row("cold event, billed", "ms", 0, "SMS billed", nil),
		m.row("warm send", "ms", 2, "warm", nil),
		m.row("CPU", "ms", 3, "warm CPU", nil),
		m.row("of it without RPC and network", "ms", 3, "own CPU", own),
		m.row("allocations there", "", 0, "own allocations", nil),
		m.row("new connections", "after the first send", 0, "warm connections", none),
	}
}

// farRows are about sending over a network with a round trip.
func (m *measurer) farRows() []row {
	away := fmt.Sprintf(", %v away", m.rtt)
	cold, warm := m.tripsRow("cold", "SMS event"), m.tripsRow("warm", "warm")
	cold.Target = atMost(cold.Function.Median, maxColdTrips, 2, fmt.Sprint(maxColdTrips))
	trips := warm.Function.Median
	warm.Target = &target{Text: "1", Value: trips, Met: math.Abs(trips-1) < 0.1, digits: 2}
	return []row{
		m.row("start to first SMS"+away, "ms", 1, "far SMS", nil),
		m.row("cold event, billed"+away, "ms", 0, "far SMS billed", nil),
		cold,
		m.row("warm send"+away, "ms", 1, "far warm", nil),
		warm,
	}
}

// row is a row of what was measured under a name.
func (m *measurer) row(title, unit string, digits int, name string, goal *target) row {
	find := func(f figures) *stat {
		if len(f[name]) == 0 {
			return nil
		}
		s := f[name].stat()
		return &s
	}
	return row{
		Name: title, Unit: unit, digits: digits, Target: goal, Function: find(m.function.figures),
		Hello: find(m.hello.figures), Connector: find(m.logto()),
	}
}

// tripsRow is a row of round trips. They are not measured: the delay of the far path explains them.
func (m *measurer) tripsRow(kind, name string) row {
	count := func(f figures) *stat {
		if len(f["far "+name]) == 0 {
			return nil
		}
		return known(roundTrips(f["far "+name], f[name], ms(m.rtt)))
	}
	return row{Name: "round trips of a " + kind + " send", digits: 2,
		Function: count(m.function.figures), Connector: count(m.logto())}
}

// logto returns the figures of Logto's connector, if there are any.
func (m *measurer) logto() figures {
	if m.connector == nil {
		return nil
	}
	return m.connector.figures
}

// size is a row of sizes, which are known without measuring.
func size(name string, ours, hello int64, limit float64) row {
	return row{
		Name: name, Unit: "bytes", Function: known(float64(ours)), Hello: known(float64(hello)),
		Target: atMost(float64(ours), limit, 0, number(limit, 0)),
	}
}

func known(value float64) *stat { return &stat{value, value, value, 1} }
