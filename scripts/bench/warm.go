package main

import (
	"context"
	"time"
)

// warmSends is how many messages make one run of warm. They are sent in blocks: what is compared
// takes turns, so that a moment in which the machine is slow isn't the price of one of them.
const (
	warmSends = 25
	block     = 5
)

// subject is a process that has sent before.
type subject struct {
	*instance
	into   figures
	name   string
	status int

	wall series // of this run
	cpu  time.Duration
}

// warm measures sends by processes that have sent before: warmSends of them over each path, once a
// run. The bare hello answers as many events, which is the price of the RPC alone.
func (m *measurer) warm(ctx context.Context) error {
	hello, err := startInstance(ctx, m.hello.binary, nil, nil)
	if err != nil {
		return err
	}
	defer hello.end()
	near := []*subject{{instance: hello, into: m.hello.figures, name: "warm"}}
	var far []*subject // they wait, and what waits costs more CPU
	for _, p := range m.cloud.paths {
		i, err := startInstance(ctx, m.function.binary, p.env, m.cloud.role)
		if err != nil {
			return err
		}
		defer i.end()
		if err := i.invoke(m.freshEvent(), 200); err != nil { // the cold send
			return err
		}
		s := &subject{instance: i, into: m.function.figures, name: p.name + "warm", status: 200}
		if p.away {
			far = append(far, s)
		} else {
			near = append(near, s)
		}
	}

	connections := m.cloud.sms.Connections()
	for range m.runs {
		m.cloud.Reset() // it becomes slower, the more it remembers
		for _, together := range [][]*subject{near, far} {
			if err := takeTurns(together, m.freshEvent); err != nil {
				return err
			}
		}
	}
	m.function.add("warm connections", float64(m.cloud.sms.Connections()-connections))
	return nil
}

// takeTurns makes one run of each.
func takeTurns(subjects []*subject, event func() []byte) error {
	for range warmSends / block {
		for _, s := range subjects {
			if err := s.send(event); err != nil {
				return err
			}
		}
	}
	for _, s := range subjects {
		s.into.add(s.name, s.wall.median())
		s.into.add(s.name+" CPU", ms(s.cpu)/warmSends)
		s.wall, s.cpu = nil, 0
	}
	return nil
}

// send sends a block.
func (s *subject) send(event func() []byte) error {
	before := cpuTime(s.cmd.Process.Pid)
	for range block {
		e := event()
		began := time.Now()
		if err := s.invoke(e, s.status); err != nil {
			return err
		}
		s.wall = append(s.wall, ms(time.Since(began)))
	}
	s.cpu += cpuTime(s.cmd.Process.Pid) - before
	return nil
}
