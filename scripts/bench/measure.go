package main

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"time"
)

// figures are what was measured of one program, by name. Every name has a value for each run, in order.
type figures map[string]series

func (f figures) add(name string, value float64) { f[name] = append(f[name], value) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measurer measures programs in turn, so that whatever else the machine does hits all of them.
type measurer struct {
	runs      int
	cloud     *cloud
	ours      program
	hello     program
	connector *connector // nil: not to be had
	getEvent  []byte     // an event that needs no secret
	postEvent []byte     // and one that sends an SMS
	progress  io.Writer

	function, bare, logto figures
}

// inits measures what comes before main.
func (m *measurer) inits(ctx context.Context) (largest inits, err error) {
	var all []inits
	for range m.runs {
		for _, p := range []struct {
			binary string
			into   figures
		}{{m.ours.binary, m.function}, {m.hello.binary, m.bare}} {
			i, err := traceInits(ctx, p.binary)
			if err != nil {
				return inits{}, err
			}
			p.into.add("init", i.ms)
			if p.binary == m.ours.binary {
				m.function.add("largest init", i.most)
				all = append(all, i)
			}
		}
	}
	// The one nearest to the median names the package.
	median := m.function["largest init"].quantile(0.5)
	for _, i := range all {
		if largest.largest == "" || math.Abs(i.most-median) < math.Abs(largest.most-median) {
			largest = i
		}
	}
	return largest, nil
}

// firstAnswers measures from the making of a process to its first answer, without and with a share of a CPU.
func (m *measurer) firstAnswers(ctx context.Context, name string, cpus float64) error {
	for range m.runs {
		for _, p := range []struct {
			binary string
			into   figures
		}{{m.ours.binary, m.function}, {m.hello.binary, m.bare}} {
			if err := m.firstAnswer(ctx, p.binary, p.into, name, cpus); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measurer) firstAnswer(ctx context.Context, binary string, into figures, name string, cpus float64) error {
	limit, err := m.limit(cpus)
	if err != nil {
		return err
	}
	defer limit.remove()
	env, err := m.cloud.settings(0)
	if err != nil {
		return err
	}
	i, err := startInstance(ctx, binary, env, limit, nil)
	if err != nil {
		return err
	}
	_, err = i.invoke(m.getEvent, m.cloud.role)
	into.add(name, ms(time.Since(i.began)))
	cpu, peak, endErr := i.end()
	into.add(name+" CPU", ms(cpu))
	into.add(name+" memory", peak)
	return errors.Join(err, endErr)
}

func (m *measurer) limit(cpus float64) (*quota, error) {
	if cpus == 0 {
		return nil, nil
	}
	return newQuota(cpus)
}

// way is how the cloud is reached. Its name begins the names of what is measured over it.
type way struct {
	name string
	rtt  time.Duration
	env  map[string]string // the function's settings
}

// newWay opens a way to the cloud; rtt 0 is no network at all.
func (m *measurer) newWay(name string, rtt time.Duration) (way, error) {
	env, err := m.cloud.settings(rtt)
	return way{name, rtt, env}, err
}

// firstSMS measures from the making of a process to the arrival of its first SMS, and how long the event took. The role's
// credentials come with the event: not earlier, as far as Tencent's documents tell.
func (m *measurer) firstSMS(ctx context.Context, name string, ways []way, cpus float64) error {
	for range m.runs {
		for _, w := range ways {
			if err := m.coldFunction(ctx, w.name+name, w.env, cpus); err != nil {
				return err
			}
			if m.connector == nil || cpus > 0 { // a share of a CPU would take minutes
				continue
			}
			if err := m.coldConnector(ctx, w.name+name, w.env["SMS_ENDPOINT"]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measurer) coldFunction(ctx context.Context, name string, env map[string]string, cpus float64) error {
	limit, err := m.limit(cpus)
	if err != nil {
		return err
	}
	defer limit.remove()
	m.cloud.Reset()
	i, err := startInstance(ctx, m.ours.binary, env, limit, os.Stderr)
	if err != nil {
		return err
	}
	invoked := time.Now()
	err = i.want(200, m.postEvent, m.cloud.role)
	took := time.Since(invoked)
	cpu, peak, peakErr := i.end()
	if err != nil {
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
	return peakErr
}

func (m *measurer) coldConnector(ctx context.Context, name, address string) error {
	m.cloud.Reset()
	run, err := m.connector.run(ctx, address, 0)
	if err != nil {
		return err
	}
	arrived, err := m.cloud.sent()
	if err != nil {
		return err
	}
	m.logto.add(name, ms(arrived.Sub(run.began)))
	m.logto.add(name+" CPU", ms(run.cpu))
	m.logto.add(name+" memory", run.peak)
	return nil
}

// warmSends is how many messages make one run of warm.
const warmSends = 25

// warm measures sends by processes that have sent before: m.runs times warmSends of them over each way. The bare hello
// answers as many events, which is the price of the RPC alone.
func (m *measurer) warm(ctx context.Context, ways []way) error {
	hello, err := startInstance(ctx, m.hello.binary, nil, nil, nil)
	if err != nil {
		return err
	}
	defer hello.end()
	var senders []*instance
	for _, w := range ways {
		i, err := startInstance(ctx, m.ours.binary, w.env, nil, os.Stderr)
		if err != nil {
			return err
		}
		defer i.end()
		if err := i.want(200, m.postEvent, m.cloud.role); err != nil { // the cold one
			return err
		}
		senders = append(senders, i)
	}
	connections := m.cloud.sms.Connections()
	for range m.runs {
		m.cloud.Reset() // it works the longer, the more it remembers
		for n, i := range senders {
			send := func() error { return i.want(200, m.postEvent, m.cloud.role) }
			if err := repeat(i, m.function, ways[n].name+"warm", send); err != nil {
				return err
			}
		}
		greet := func() error { _, err := hello.invoke(m.postEvent, m.cloud.role); return err }
		if err := repeat(hello, m.bare, "warm", greet); err != nil {
			return err
		}
	}
	m.function.add("warm connections", float64(m.cloud.sms.Connections()-connections))
	return m.warmConnector(ctx, ways)
}

// repeat measures what warmSends calls take, each, and the CPU time the process uses for them, each.
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
	into.add(name+" billed", math.Ceil(wall.quantile(0.5)))
	into.add(name+" CPU", ms(after-before)/warmSends)
	return err
}

// warmConnector does the same with Logto's connector, in one process for a run.
func (m *measurer) warmConnector(ctx context.Context, ways []way) error {
	if m.connector == nil {
		return nil
	}
	before, runs := m.cloud.sms.Connections(), max(m.runs/4, 1)
	for range runs {
		for _, w := range ways {
			m.cloud.Reset()
			run, err := m.connector.run(ctx, w.env["SMS_ENDPOINT"], warmSends)
			if err != nil {
				return err
			}
			m.logto.add(w.name+"warm", series(run.Wall).quantile(0.5))
			m.logto.add(w.name+"warm CPU", run.CPU/warmSends)
		}
	}
	first := runs * len(ways) // each process's first message needs one
	m.logto.add("warm connections", float64(m.cloud.sms.Connections()-before-first))
	return nil
}
