package dependability

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
	"scf-sms/internal/loopback"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/tencent"
)

// fixture is where a worker runs its sequences, one at a time.
type fixture struct {
	*simulation.Simulation
	settings settings.Settings
	secure   bool // the cloud speaks TLS
	decoys   *decoys
	places   map[place]tencent.Endpoint
}

// newFixture returns a fixture. redis is the address of one, "" for a function without limits.
func newFixture(
	sim *simulation.Simulation, secure bool, redis string, d *decoys,
) (*fixture, error) {
	s, err := readSettings(sim.Function.Env)
	if err != nil {
		return nil, err
	}
	s.TimeBudget = 8 * time.Second
	s.Redis, s.Limits = limits.Server{Address: redis}, limits.Defaults()
	untrusted, err := tencent.ParseEndpoint(d.untrusted)
	return &fixture{sim, s, secure, d, map[place]tencent.Endpoint{
		cloud:    s.SMS.Endpoint,
		nobody:   {Scheme: s.SMS.Endpoint.Scheme, Host: "127.0.0.1:1"},
		stranger: untrusted,
	}}, err
}

// errDouble is the one thing that must never happen.
var errDouble = errors.New("MORE THAN ONE SMS")

// lastStretch is what short time budgets are multiplied by when a sequence is run again. The longest
// of them must stay below the 5 s in which an unknown token causes no second fetch.
const lastStretch = 3

// mostRepeats is how often a sequence is run again. A redis-server has a database for each try.
const mostRepeats = 15

// run runs a sequence. One that went wrong and has an excuse is run again, with more time, and with
// few others at once: it may be this test that keeps the machine busy. One that has no excuse, or
// that sent twice, has failed.
func (f *fixture) run(n int, count *tally) error {
	why, err := f.play(n, 0, usualStretch, count)
	for try := 1; try <= mostRepeats && err != nil && why != "" && !errors.Is(err, errDouble); try++ {
		count.repeat(why)
		time.Sleep(5 * time.Second) // a fetch of the last run may be under way, and ends in 3.5 s
		count.again <- struct{}{}
		why, err = f.play(n, try, lastStretch, count)
		<-count.again
	}
	return err
}

// play runs a sequence once. Its short time budgets are stretched by a factor. If it went wrong, it
// returns the excuse that there is for that. Each try has a database in Redis: in that of the one
// before, its messages would be duplicates.
func (f *fixture) play(
	n, try int, stretch time.Duration, count *tally,
) (excuse cause, err error) {
	s := newSequencer(n, f.decoys)
	config := f.settings
	if config.Redis.Address != "" {
		config.Redis.Database = try
	}
	function := newPlayed(config)
	var printed strings.Builder
	retire := func() {
		// The cloud goes first: the side that closes with FIN holds on to the port for a minute.
		f.Server.CloseIdle(true)
		function.close()
		printed.WriteString(function.log.String())
	}
	defer retire()
	var report strings.Builder
	tell := func(format string, args ...any) {
		fmt.Fprintf(&report, "  "+format+"\n", args...)
	}
	accepted := map[string]int{} // :: request id → messages
	var met history
	steps := 1 + s.rng.IntN(5)
	for i := range steps {
		for _, event := range s.events() {
			tell("%s", event)
			switch event {
			case eventRestart:
				retire()
				function = newPlayed(config)
			case eventTime:
				function.pass(24 * time.Hour)
			}
		}
		st := s.step()
		secret, held := s.secret, s.held
		p := s.predict(st, f.secure)
		id := fmt.Sprintf("request-%d-%d", n, i)
		tell("%s\n    secret %v, held %v, ssm %s, sms %s: %v",
			st, secret, held, names(p.ssm), names(p.sms), p.ends)

		r, err := f.request(function, s, st, p, id, stretch)
		met.add(st, p, r)
		for _, m := range r.outbox {
			accepted[m.SessionContext]++
		}
		for id, messages := range accepted {
			if messages > 1 {
				return "", fmt.Errorf("%w: %d for %s\n%s", errDouble, messages, id, &report)
			}
		}
		if err == nil {
			err = r.check(p, id)
		}
		if err != nil {
			tell("  came: %d %s, %d sends, %d accepted, %d fetches, after %v",
				r.StatusCode, r.Body, len(r.sends), len(r.outbox), r.fetches, r.took)
			return met.excuse(p, r), fmt.Errorf("%w\n%s", err, &report)
		}
		count.add(r)
		if st.racing && r.StatusCode == http.StatusAccepted && len(r.sends) == 0 {
			time.Sleep(time.Second) // the request may still be on its way into the cloud
			p.last = true
		}
		if p.again && r.StatusCode == http.StatusServiceUnavailable && r.took > r.limit/3 {
			// The caller may have given up before the fetch, which must not ask within the next
			// sequence.
			time.Sleep(r.limit - r.took)
			p.last = true
		}
		if p.last {
			break
		}
	}
	if *sequence >= 0 {
		fmt.Printf("sequence %d of seed %d, over %s\n%s",
			n, *seed, f.settings.SMS.Endpoint.Scheme, &report)
	}
	retire()
	for _, secret := range s.secrets {
		if strings.Contains(printed.String(), secret) {
			return "", fmt.Errorf("the log holds %q:\n%s\n%s", secret, &printed, &report)
		}
	}
	return "", nil
}

// request makes one request.
func (f *fixture) request(
	function *local, s *sequencer, st step, p prediction, id string, stretch time.Duration,
) (result, error) {
	f.Cloud.Reset()
	f.Cloud.Update(s.apply)
	f.Cloud.Script(cloudsim.GetSecretValue, script(p.ssm, stretch)...)
	f.Cloud.Script(cloudsim.SendSms, script(p.sms, stretch)...)
	function.Secrets.Endpoint, function.SMS.Endpoint = f.places[st.ssmAt], f.places[st.smsAt]
	if st.closing != "" {
		f.Server.CloseIdle(st.closing == "RST")
		loopback.Settle() // without it a few in a thousand are repeated, see deadConnection
	}
	f.Server.BreakTLS(st.breaking)
	defer f.Server.BreakTLS(0)
	ctx := invocation(id, f.role(st))
	to := mainlandNumber(s.rng)
	s.secrets = append(s.secrets, to[2:])
	code := fmt.Sprintf("%06d", s.rng.IntN(1_000_000))
	r := result{limit: limit(st, p, stretch)}

	stop := func() {}
	if st.racing {
		stop = f.closeIdleUntil()
	}
	began := time.Now()
	bounded, cancel := context.WithDeadline(ctx, began.Add(r.limit))
	defer cancel()
	payload, err := function.Invoke(bounded, signIn(st.token, to, code))
	r.took = time.Since(began)
	stop()
	// If the answer was lost, the cloud may still be at work on the request.
	patience, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	sends := f.Cloud.Count(cloudsim.SendSms)
	if err := f.Cloud.Await(patience, cloudsim.SendSms, sends); err != nil {
		return r, err
	}
	r.outbox = f.Cloud.Outbox()
	if err != nil {
		return r, err
	}
	for _, request := range f.Cloud.Requests() {
		switch request.Action {
		case cloudsim.SendSms:
			r.sends = append(r.sends, request)
		case cloudsim.GetSecretValue:
			r.fetches++
		}
	}
	r.answer, err = parseAnswer(payload, id)
	return r, err
}

// newPlayed is newLocal whose waits are as short as they can be, and always the same.
func newPlayed(s settings.Settings) *local {
	function := newLocal(s)
	none := func() float64 { return 0 }
	function.Secrets.Random, function.SMS.Random = none, none
	return function
}

// role returns the credentials that the platform gives the function.
func (f *fixture) role(st step) scfhost.Role {
	switch st.role {
	case "none":
		return scfhost.Role{}
	case "wrong":
		return scfhost.Role{
			SecretID: "AKIDexampleRole", SecretKey: "not-the-key",
			SessionToken: "example-role-token",
		}
	}
	return f.Function.Role()
}

// closeIdleUntil closes idle connections again and again, until stop is called.
func (f *fixture) closeIdleUntil() (stop func()) {
	var stopped atomic.Bool
	var done sync.WaitGroup
	done.Go(func() {
		for reset := false; !stopped.Load(); reset = !reset {
			f.Server.CloseIdle(reset)
			runtime.Gosched()
		}
	})
	return func() { stopped.Store(true); done.Wait() }
}

// limit is the time the platform gives an invocation. The function keeps a quarter of a short one
// for its answer.
func limit(st step, p prediction, stretch time.Duration) time.Duration {
	busy := func(f fault) bool { return rule(f.Code).again == rate }
	switch {
	case !st.patient && slices.ContainsFunc(p.sms, busy):
		// The function has 1.2 s: too short for a wait of 250 ms and an attempt after it.
		return 1600 * time.Millisecond
	case st.patient: // it waits for the API's rate
	case p.again && p.hung:
		return 3 * time.Second * stretch
	case p.again:
		return 1600 * time.Millisecond * stretch
	case p.short() && len(p.ssm) > 1:
		// Half of what the function has is SSM's, and a further request needs 150 ms of it.
		return 1200 * time.Millisecond * stretch
	case p.short():
		return 400 * time.Millisecond * stretch
	}
	return 10 * time.Second
}

// script makes what the cloud is told of the faults.
func script(faults []fault, stretch time.Duration) []cloudsim.Fault {
	var all []cloudsim.Fault
	for _, f := range faults {
		if f.Delay == late {
			f.Delay *= stretch
		}
		if f.Kind == cloudsim.HTTP {
			f.Code = ""
		}
		all = append(all, f.Fault)
	}
	return all
}

// result is the answer to one request, and what the cloud saw of it.
type result struct {
	answer
	took    time.Duration
	limit   time.Duration // the platform's
	outbox  []cloudsim.Message
	sends   []cloudsim.Request
	fetches int
}

// missing reports whether fewer requests arrived than should have, or one that should not have
// been written at all counts as sent.
func (r result) missing(p prediction) bool {
	return r.fetches < len(p.ssm) || len(r.sends) < len(p.sms) ||
		r.StatusCode == http.StatusAccepted && len(r.sends) == 0
}

// check compares the result with the prediction.
func (r result) check(p prediction, id string) error {
	if r.took > r.limit {
		return fmt.Errorf("the platform's time was over")
	}
	if r.fetches != len(p.ssm) {
		return fmt.Errorf("%d fetches instead of %d", r.fetches, len(p.ssm))
	}
	for _, m := range r.outbox {
		if m.SessionContext != id {
			return fmt.Errorf("a message of %s came late", m.SessionContext)
		}
	}
	i := slices.IndexFunc(p.ends, func(e end) bool {
		return e.status == r.StatusCode && e.accepted == len(r.outbox) && e.sends == len(r.sends)
	})
	if i < 0 {
		return errors.New("none of the ends that the contract allows")
	}
	if after := r.Headers["retry-after"]; after != "" {
		seconds, err := strconv.Atoi(after)
		if err != nil || seconds < p.ends[i].least || seconds > p.ends[i].most {
			return fmt.Errorf("Retry-After is %q instead of %d to %d",
				after, p.ends[i].least, p.ends[i].most)
		}
	}
	if r.StatusCode != http.StatusOK || len(r.outbox) == 0 {
		return nil
	}
	if serial := r.outbox[0].SerialNo; !strings.Contains(r.Body, strconv.Quote(serial)) {
		return fmt.Errorf("the answer has not the serial number %s", serial)
	}
	return nil
}
