package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

// figures are what was measured of one program, by name. Every name has a value for each run, in
// order.
type figures map[string]series

func (f figures) add(name string, value float64) { f[name] = append(f[name], value) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measurer measures programs in turn.
type measurer struct {
	runs      int
	rtt       time.Duration // of the far path; 0: there is none
	cloud     *cloud
	function  *program
	hello     *program
	connector *connector // nil: not available
	getEvent  []byte     // is answered without a secret
	postEvent []byte     // sends an SMS
	progress  io.Writer

	largestInit string // the package of the function whose init takes longest
}

// say reports the progress.
func (m *measurer) say(format string, args ...any) {
	fmt.Fprintf(m.progress, "bench: "+format+"\n", args...)
}

// path is how the cloud is reached. Its name begins the names of what is measured over it.
type path struct {
	name string
	env  map[string]string // the function's settings
}

// measure measures everything.
func (m *measurer) measure(ctx context.Context) error {
	m.say("starting")
	if err := m.inits(ctx); err != nil {
		return err
	}
	if err := m.firstAnswers(ctx); err != nil {
		return err
	}
	m.say("sending")
	near, err := m.cloud.settings(0)
	if err != nil {
		return err
	}
	paths := []path{{"", near}}
	if m.rtt > 0 {
		far, err := m.cloud.settings(m.rtt)
		if err != nil {
			return err
		}
		paths = append(paths, path{"far ", far})
	}
	if err := m.firstSMS(ctx, paths); err != nil {
		return err
	}
	if err := m.warm(ctx, paths); err != nil {
		return err
	}
	return m.own()
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
	// The run nearest to the median names the package.
	median, nearest := m.function.figures["largest init"].quantile(0.5), math.Inf(1)
	for _, i := range all {
		if off := math.Abs(i.most - median); off < nearest {
			m.largestInit, nearest = i.largest, off
		}
	}
	return nil
}

// firstAnswers measures from the start of a process to its first answer.
func (m *measurer) firstAnswers(ctx context.Context) error {
	env, err := m.cloud.settings(0)
	if err != nil {
		return err
	}
	for range m.runs {
		for _, p := range []*program{m.function, m.hello} {
			i, err := startInstance(ctx, p.binary, env, nil)
			if err != nil {
				return err
			}
			_, err = i.invoke(m.getEvent, m.cloud.role)
			p.add("answer", ms(time.Since(i.began)))
			cpu, peak, endErr := i.end()
			p.add("answer CPU", ms(cpu))
			p.add("answer memory", peak)
			if err := errors.Join(err, endErr); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstSMS measures from the start of a process to the arrival of its first SMS, and how long the
// event took. The role's credentials come with the event: Tencent's documents name no earlier way.
func (m *measurer) firstSMS(ctx context.Context, paths []path) error {
	for range m.runs {
		for _, p := range paths {
			if err := m.coldFunction(ctx, p.name+"SMS", p.env); err != nil {
				return err
			}
			if err := m.coldConnector(ctx, p.name+"SMS", p.env["SMS_ENDPOINT"]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measurer) coldFunction(ctx context.Context, name string, env map[string]string) error {
	m.cloud.Reset()
	i, err := startInstance(ctx, m.function.binary, env, os.Stderr)
	if err != nil {
		return err
	}
	invoked := time.Now()
	err = i.want(200, m.postEvent, m.cloud.role)
	took := time.Since(invoked)
	cpu, peak, endErr := i.end()
	if err := errors.Join(err, endErr); err != nil {
		return err
	}
	arrived, err := m.cloud.sent()
	if err != nil {
		return err
	}
	m.function.add(name, ms(arrived.Sub(i.began)))
	m.function.add(name+" event", ms(took))
	m.function.add(name+" billed", math.Ceil(ms(took)))
	m.function.add(name+" CPU", ms(cpu))
	m.function.add(name+" memory", peak)
	return nil
}

func (m *measurer) coldConnector(ctx context.Context, name, address string) error {
	if m.connector == nil {
		return nil
	}
	m.cloud.Reset()
	run, err := m.connector.run(ctx, address, 0)
	if err != nil {
		return err
	}
	arrived, err := m.cloud.sent()
	if err != nil {
		return err
	}
	m.connector.add(name, ms(arrived.Sub(run.began)))
	m.connector.add(name+" CPU", ms(run.cpu))
	m.connector.add(name+" memory", run.peak)
	return nil
}

// warmSends is how many messages make one run of warm.
const warmSends = 25

// warm measures sends by processes that have sent before: warmSends of them over each path, once a
// run. The bare hello answers as many events, which is the price of the RPC alone.
func (m *measurer) warm(ctx context.Context, paths []path) error {
	hello, err := startInstance(ctx, m.hello.binary, nil, nil)
	if err != nil {
		return err
	}
	defer hello.end()
	greet := func() error {
		_, err := hello.invoke(m.postEvent, m.cloud.role)
		return err
	}
	var senders []*instance
	for _, p := range paths {
		i, err := startInstance(ctx, m.function.binary, p.env, os.Stderr)
		if err != nil {
			return err
		}
		defer i.end()
		if err := i.want(200, m.postEvent, m.cloud.role); err != nil { // the cold send
			return err
		}
		senders = append(senders, i)
	}
	connections := m.cloud.sms.Connections()
	for range m.runs {
		m.cloud.Reset() // it becomes slower, the more it remembers
		for n, i := range senders {
			send := func() error { return i.want(200, m.postEvent, m.cloud.role) }
			if err := repeat(i, m.function.figures, paths[n].name+"warm", send); err != nil {
				return err
			}
		}
		if err := repeat(hello, m.hello.figures, "warm", greet); err != nil {
			return err
		}
	}
	m.function.add("warm connections", float64(m.cloud.sms.Connections()-connections))
	return m.warmConnector(ctx, paths)
}

// repeat measures how long each of warmSends calls takes, and the process's CPU time for each.
func repeat(i *instance, into figures, name string, call func() error) error {
	before, err := cpuTime(i.cmd.Process.Pid)
	if err != nil {
		return err
	}
	var wall series
	for range warmSends {
		began := time.Now()
		if err := call(); err != nil {
			return err
		}
		wall = append(wall, ms(time.Since(began)))
	}
	after, err := cpuTime(i.cmd.Process.Pid)
	into.add(name, wall.quantile(0.5))
	into.add(name+" CPU", ms(after-before)/warmSends)
	return err
}

// warmConnector measures warm sends of Logto's connector, in a new process for each run. There are
// only a quarter of the runs, because each takes seconds.
func (m *measurer) warmConnector(ctx context.Context, paths []path) error {
	if m.connector == nil {
		return nil
	}
	before, runs := m.cloud.sms.Connections(), max(m.runs/4, 1)
	for range runs {
		for _, p := range paths {
			m.cloud.Reset()
			run, err := m.connector.run(ctx, p.env["SMS_ENDPOINT"], warmSends)
			if err != nil {
				return err
			}
			m.connector.add(p.name+"warm", series(run.Wall).quantile(0.5))
			m.connector.add(p.name+"warm CPU", run.CPU/warmSends)
		}
	}
	first := runs * len(paths) // each process's first message needs a connection
	m.connector.add("warm connections", float64(m.cloud.sms.Connections()-before-first))
	return nil
}
