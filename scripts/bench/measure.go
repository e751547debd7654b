package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"scf-sms/internal/liveconn"
)

// figures are what was measured of one program, by name. Every name has a value for each run, in
// order.
type figures map[string]series

func (f figures) add(name string, value float64) { f[name] = append(f[name], value) }

// addStart adds what a process took from its start to something, and what it used in all.
func (f figures) addStart(name string, until time.Time, used usage) {
	f.add(name, ms(until.Sub(used.began)))
	f.add(name+" CPU", ms(used.cpu))
	f.add(name+" memory", used.peak)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measurer measures programs in turn.
type measurer struct {
	runs      int
	cloud     *cloud
	function  *program
	hello     *program
	connector *connector
	getEvent  []byte // is answered without a secret
	postEvent []byte // sends an SMS
	timer     []byte // keeps an instance warm
	sends     int    // made by freshEvent

	largestInit string // the package of the function whose init takes longest
}

// freshEvent is postEvent with a code of its own, so that it is no duplicate.
func (m *measurer) freshEvent() []byte {
	m.sends++
	code := fmt.Appendf(nil, "%06d", 100_000+m.sends)
	return bytes.Replace(m.postEvent, []byte("482913"), code, 1)
}

// say reports the progress.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// measure measures everything.
func (m *measurer) measure(ctx context.Context) error {
	say("measuring")
	for _, step := range []func(context.Context) error{
		m.inits, m.firstAnswers, m.firstSMS, m.keptWarm, m.warm, m.warmConnector, m.own,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// inits measures what runs before main.
func (m *measurer) inits(ctx context.Context) error {
	var all []inits
	for range m.runs {
		for _, p := range []*program{m.function, m.hello} {
			i, err := traceInits(ctx, p.binary)
			if err != nil {
				return err
			}
			p.add("init", i.ms)
			if p == m.function {
				p.add("largest init", i.most)
				all = append(all, i)
			}
		}
	}
	slices.SortFunc(all, func(a, b inits) int { return cmp.Compare(a.most, b.most) })
	m.largestInit = all[len(all)/2].largest // the run at the median names the package
	return nil
}

// firstAnswers measures from the start of a process to its first answer.
func (m *measurer) firstAnswers(ctx context.Context) error {
	for range m.runs {
		for _, p := range []*program{m.function, m.hello} {
			i, err := startInstance(ctx, p.binary, m.cloud.paths[0].env, m.cloud.role)
			if err != nil {
				return err
			}
			err = i.invoke(m.getEvent, 0)
			answered := time.Now()
			used := i.end()
			if err != nil {
				return err
			}
			p.addStart("answer", answered, used)
		}
	}
	return nil
}

// firstSMS measures from the start of a process to the arrival of its first SMS, and how long the
// event took. The role's credentials come with the event: Tencent's documents name no earlier way.
func (m *measurer) firstSMS(ctx context.Context) error {
	for range m.runs {
		for _, p := range m.cloud.paths {
			if err := m.coldFunction(ctx, p); err != nil {
				return err
			}
			if m.connector.node == "" || p.limited {
				continue
			}
			m.cloud.Reset()
			run, err := m.connector.run(ctx, p, 0)
			if err != nil {
				return err
			}
			arrived, err := m.cloud.sent()
			if err != nil {
				return err
			}
			m.connector.addStart(p.name+"SMS", arrived, run.usage)
		}
	}
	return nil
}

func (m *measurer) coldFunction(ctx context.Context, p path) error {
	m.cloud.Reset()
	i, err := startInstance(ctx, m.function.binary, p.env, m.cloud.role)
	if err != nil {
		return err
	}
	invoked := time.Now()
	err = i.invoke(m.freshEvent(), 200)
	took := time.Since(invoked)
	used := i.end()
	if err != nil {
		return err
	}
	arrived, err := m.cloud.sent()
	m.function.addStart(p.name+"SMS", arrived, used)
	m.function.add(p.name+"SMS event", ms(took))
	m.function.add(p.name+"SMS billed", math.Ceil(ms(took)))
	return err
}

// keptWarm measures the first send of instances that a timer started. They have the secret, but no
// connection: one that was idle for 15 s isn't used.
func (m *measurer) keptWarm(ctx context.Context) error {
	m.cloud.Reset()
	kept := map[*instance]path{}
	for range m.runs {
		for _, p := range m.cloud.paths {
			if p.limited {
				continue
			}
			i, err := startInstance(ctx, m.function.binary, p.env, m.cloud.role)
			if err != nil {
				return err
			}
			defer i.end()
			if err := i.invoke(m.timer, 200); err != nil {
				return err
			}
			kept[i] = p
		}
	}
	time.Sleep(liveconn.MaxIdle)
	for i, p := range kept {
		began := time.Now()
		if err := i.invoke(m.freshEvent(), 200); err != nil {
			return err
		}
		m.function.add(p.name+"kept warm", ms(time.Since(began)))
	}
	return nil
}

// warmConnector measures warm sends of Logto's connector, in a new process for each run. There are
// only a quarter of the runs, because each takes seconds.
func (m *measurer) warmConnector(ctx context.Context) error {
	if m.connector.node == "" {
		return nil
	}
	before, processes := m.cloud.sms.Connections(), 0
	for range max(m.runs/4, 1) {
		for _, p := range m.cloud.paths {
			if p.limited {
				continue
			}
			m.cloud.Reset()
			run, err := m.connector.run(ctx, p, warmSends)
			if err != nil {
				return err
			}
			processes++
			m.connector.add(p.name+"warm", run.Wall.median())
			m.connector.add(p.name+"warm CPU", run.CPU/warmSends)
		}
	}
	// Each process's first message needs a connection.
	more := m.cloud.sms.Connections() - before - processes
	m.connector.add("warm connections", float64(more))
	return nil
}
