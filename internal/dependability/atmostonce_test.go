package dependability

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/tencent"
)

// Each worker has a cloud of its own. There are more of them than processors: a good part of the time is spent waiting
// for time budgets to end.
const (
	plainWorkers  = 40
	secureWorkers = 8
	secureShare   = 8 // every eighth sequence runs over TLS
)

func TestAtMostOneSMS(t *testing.T) {
	t.Parallel()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a few hundred MiB for a sixth of the time
	elsewhere := newElsewhere(t)
	plain, secure := make(chan int), make(chan int)
	var count tally
	var failed atomic.Bool
	var workers sync.WaitGroup
	work := func(l *lab, numbers <-chan int) {
		for n := range numbers {
			if failed.Load() {
				continue
			}
			if err := l.run(n, &count); err != nil {
				failed.Store(true)
				t.Errorf("sequence %d of seed %d: %v\nRun it alone:\n  go test ./internal/dependability -run 'TestAtMostOneSMS$' -count 1 -v -seed %d -sequence %d",
					n, *seed, err, *seed, n)
			}
		}
	}
	for range plainWorkers {
		sim := startCloud(t, cloudsim.Options{})
		l, err := newLab(sim, false, elsewhere)
		require.NoError(t, err)
		workers.Go(func() { work(l, plain) })
	}
	sims, err := trusted()
	require.NoError(t, err)
	for _, sim := range sims {
		l, err := newLab(sim, true, elsewhere)
		require.NoError(t, err)
		workers.Go(func() { work(l, secure) })
	}

	began := time.Now()
	first, last := 0, *sequences
	if *sequence >= 0 {
		first, last = *sequence, *sequence+1
	}
	// Two feeders: sequences over TLS must not wait for the others, nor the reverse.
	var feeders sync.WaitGroup
	for numbers, wanted := range map[chan int]bool{plain: false, secure: true} {
		feeders.Go(func() {
			for n := first; n < last; n++ {
				if isSecure(n) == wanted {
					numbers <- n
				}
			}
			close(numbers)
		})
	}
	feeders.Wait()
	workers.Wait()

	require.Zero(t, elsewhere.requests.Load(), "requests that arrived where a redirect led, or at a server nobody trusts")
	// On a machine that is too busy, a few sequences may miss their time. If it were more, something else would be wrong.
	require.LessOrEqual(t, count.repeated, 20+(last-first)/20, "sequences that had to be given more time")
	t.Logf("%d sequences in %v, %s", last-first, time.Since(began).Round(time.Millisecond), &count)
}

func isSecure(n int) bool { return n%secureShare == secureShare-1 }

// trusted starts the clouds that speak TLS, once: a process reads the file of the authorities it trusts only once.
var trusted = sync.OnceValues(func() (sims []*simulation.Simulation, err error) {
	var authorities []byte
	for range secureWorkers {
		sim, err := simulate(cloudsim.Options{TLS: true})
		if err != nil {
			return nil, err
		}
		sims = append(sims, sim)
		authorities = append(authorities, sim.Server.CertPEM()...)
	}
	file := filepath.Join(temp, "ca.pem")
	if err := os.WriteFile(file, authorities, 0o600); err != nil {
		return nil, err
	}
	return sims, os.Setenv("SSL_CERT_FILE", file)
})

// elsewhere is where no request may arrive.
type elsewhere struct {
	redirected, untrusted string // URLs
	requests              atomic.Int64
}

func newElsewhere(t *testing.T) *elsewhere {
	e := &elsewhere{}
	count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { e.requests.Add(1) })
	target, unknown := httptest.NewServer(count), httptest.NewUnstartedServer(count)
	unknown.Config.ErrorLog = quiet
	unknown.StartTLS()
	t.Cleanup(target.Close)
	t.Cleanup(unknown.Close)
	e.redirected, e.untrusted = target.URL+"/taken", unknown.URL
	return e
}

// tally is what happened in all sequences.
type tally struct {
	mu                                 sync.Mutex
	requests, sends, fetches, messages int
	repeated                           int
	statuses                           map[int]int
	longest                            time.Duration // from the event to the answer
}

func (c *tally) String() string {
	var statuses []string
	for _, status := range slices.Sorted(maps.Keys(c.statuses)) {
		statuses = append(statuses, fmt.Sprintf("%d×%d", c.statuses[status], status))
	}
	return fmt.Sprintf("%d requests (%s): %d SendSms, %d GetSecretValue, %d messages; slowest answer %v; %d sequences given more time",
		c.requests, strings.Join(statuses, " "), c.sends, c.fetches, c.messages, c.longest.Round(time.Millisecond), c.repeated)
}

// lab is where sequences run, one at a time.
type lab struct {
	*simulation.Simulation
	settings  settings.Settings
	secure    bool
	elsewhere *elsewhere
	places    map[place]tencent.Endpoint
}

func newLab(sim *simulation.Simulation, secure bool, e *elsewhere) (*lab, error) {
	s, err := readSettings(sim.Function.Env)
	if err != nil {
		return nil, err
	}
	s.TimeBudget = 8 * time.Second
	untrusted, err := tencent.ParseEndpoint(e.untrusted)
	return &lab{sim, s, secure, e, map[place]tencent.Endpoint{
		cloud:    s.SMSEndpoint,
		nobody:   {Scheme: s.SMSEndpoint.Scheme, Host: "127.0.0.1:1"},
		stranger: untrusted,
	}}, err
}

// errDouble is the one thing that must never happen.
var errDouble = errors.New("MORE THAN ONE SMS")

// run runs the sequence of a number. One that goes wrong where time mattered is run again with more of it, for the machine
// may have been too busy. One that goes wrong where it didn't, or that sends twice, has failed.
func (l *lab) run(n int, count *tally) error {
	hurried, err := l.play(n, 1, count)
	for again := 0; again < 3 && err != nil && hurried && !errors.Is(err, errDouble); again++ {
		count.mu.Lock()
		count.repeated++
		count.mu.Unlock()
		time.Sleep(5 * time.Second) // a fetch of the last run may be under way, and ends in 3.5
		hurried, err = l.play(n, 6, count)
	}
	return err
}

// play runs a sequence once. hurried is whether time mattered: it had a short time budget, took long in spite of a long one,
// or sent before word came that its connection had ended. Even on loopback, and after close has returned, that can take
// milliseconds while the kernel is busy.
func (l *lab) play(n int, stretch time.Duration, count *tally) (hurried bool, err error) {
	s := newSequencer(n, l.elsewhere)
	function := newLocal(l.settings)
	var printed strings.Builder
	retire := func() {
		l.Server.CloseIdle(true) // first: the side that closes with FIN holds on to the port for a minute
		function.transport.CloseIdleConnections()
		printed.WriteString(function.log.String())
	}
	defer retire()
	var told strings.Builder
	tell := func(format string, args ...any) {
		fmt.Fprintf(&told, "  "+format+"\n", args...)
	}
	fail := func(err error) (bool, error) {
		return hurried, fmt.Errorf("%w\n%s", err, told.String())
	}
	ids := map[string]int{} // :: request id → messages accepted
	closed := false         // an idle connection was
	steps := 1 + s.rng.IntN(5)
	for i := range steps {
		for _, event := range s.events() {
			tell("%s", event)
			switch event {
			case eventRestart:
				retire()
				function = newLocal(l.settings)
			case eventTime:
				function.pass(24 * time.Hour)
			}
		}
		st := s.step()
		secret, held := s.secret, s.held
		p := s.predict(st, l.secure)
		hurried = hurried || p.short()
		id := fmt.Sprintf("request-%d-%d", n, i)
		tell("%s\n    secret %v, held %v, ssm %s, sms %s: %v", st, secret, held, names(p.ssm), names(p.sms), p.ends)

		r, err := l.request(function, s, st, p, id, stretch)
		closed = closed || st.closing != ""
		hurried = hurried || r.took > 500*time.Millisecond || closed && r.early(p)
		for _, m := range r.outbox {
			ids[m.SessionContext]++
		}
		for id, messages := range ids {
			if messages > 1 {
				return fail(fmt.Errorf("%w: %d for %s", errDouble, messages, id))
			}
		}
		if err == nil {
			err = r.check(p, id)
		}
		if err != nil {
			tell("  came: %d %s, %d sends, %d accepted, %d fetches, after %v", r.StatusCode, r.Body, len(r.sends), len(r.outbox), r.fetches, r.took)
			return fail(err)
		}
		count.add(r)
		if st.racing && r.StatusCode == http.StatusGatewayTimeout && len(r.sends) == 0 {
			time.Sleep(time.Second) // the request may still be on its way into the cloud
			p.last = true
		}
		if p.last {
			break
		}
	}
	if *sequence >= 0 {
		fmt.Printf("sequence %d of seed %d, over %s\n%s", n, *seed, l.settings.SMSEndpoint.Scheme, told.String())
	}
	retire()
	for _, secret := range s.secrets {
		if strings.Contains(printed.String(), secret) {
			return fail(fmt.Errorf("the log holds %q:\n%s", secret, printed.String()))
		}
	}
	return hurried, nil
}

// result is what came of one request.
type result struct {
	answer
	code    string // of the message
	took    time.Duration
	limit   time.Duration // the platform's
	outbox  []cloudsim.Message
	sends   []cloudsim.Request
	fetches int
}

// request makes one request.
func (l *lab) request(function *local, s *sequencer, st step, p prediction, id string, stretch time.Duration) (result, error) {
	l.Cloud.Reset()
	l.Cloud.Update(s.apply)
	l.Cloud.Script(cloudsim.GetSecretValue, script(p.ssm, stretch)...)
	l.Cloud.Script(cloudsim.SendSms, script(p.sms, stretch)...)
	function.cache.Endpoint, function.Endpoint = l.places[st.ssmAt], l.places[st.smsAt]
	if st.closing != "" {
		l.Server.CloseIdle(st.closing == "RST")
	}
	l.Server.BreakTLS(st.breaking)
	defer l.Server.BreakTLS(0)
	var role scfhost.Role
	switch st.role {
	case "":
		role = l.Function.Role()
	case "wrong":
		role = scfhost.Role{SecretID: "AKIDexampleRole", SecretKey: "not-the-key", SessionToken: "example-role-token"}
	}
	ctx := invocation(id, role)
	to := somebody(s.rng)
	s.secrets = append(s.secrets, to[2:])
	r := result{code: fmt.Sprintf("%06d", s.rng.IntN(1_000_000)), limit: limit(st, p, stretch)}

	stop := func() {}
	if st.racing {
		stop = l.closeIdleUntil()
	}
	began := time.Now()
	bounded, cancel := context.WithDeadline(ctx, began.Add(r.limit))
	defer cancel()
	payload, err := function.Invoke(bounded, signIn(st.token, to, r.code))
	r.took = time.Since(began)
	stop()
	// Where the answer was lost, the cloud may still be at it.
	patience, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := l.Cloud.Await(patience, cloudsim.SendSms, l.Cloud.Count(cloudsim.SendSms)); err != nil {
		return r, err
	}
	r.outbox = l.Cloud.Outbox()
	if err != nil {
		return r, err
	}
	for _, request := range l.Cloud.Requests() {
		switch request.Action {
		case cloudsim.SendSms:
			r.sends = append(r.sends, request)
		case cloudsim.GetSecretValue:
			r.fetches++
		}
	}
	r.answer, err = parseAnswer(payload, id)
	if p.settles { // the secret is on its way: the next request begins when it is there
		function.cache.Key(ctx)
	}
	return r, err
}

// closeIdleUntil closes idle connections, again and again, until it is told to stop.
func (l *lab) closeIdleUntil() (stop func()) {
	var stopped atomic.Bool
	var done sync.WaitGroup
	done.Go(func() {
		for reset := false; !stopped.Load(); reset = !reset {
			l.Server.CloseIdle(reset)
			runtime.Gosched()
		}
	})
	return func() { stopped.Store(true); done.Wait() }
}

// limit is the time the platform gives an invocation. Of a short one the function keeps a quarter for its answer.
func limit(st step, p prediction, stretch time.Duration) time.Duration {
	switch {
	case p.short():
		return 400 * time.Millisecond * stretch
	case len(p.sms) > 0 && rule(p.sms[0].Code).again == rate && !st.patient:
		return 2 * time.Second // 1.5 for the function: too short for a wait of one second and an attempt after it
	}
	return 10 * time.Second
}

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

// early reports whether a request may have been written to a connection before word came of its end: fewer arrived than
// should have, or one that nobody should have got counts as sent.
func (r result) early(p prediction) bool {
	return r.fetches < len(p.ssm) || len(r.sends) < len(p.sms) || r.StatusCode == http.StatusGatewayTimeout && len(r.sends) == 0
}

// check compares what came with what was predicted.
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
			return fmt.Errorf("Retry-After is %q instead of %d to %d", after, p.ends[i].least, p.ends[i].most)
		}
	}
	if r.StatusCode != http.StatusOK || len(r.outbox) == 0 {
		return nil
	}
	// No answer holds the code: not even where chance has put it into the serial number. 000000 is everybody's.
	serial := r.outbox[0].SerialNo
	if strings.Contains(r.Body, serial) == (strings.Contains(serial, r.code) && r.code != "000000") {
		return fmt.Errorf("the answer to code %s, serial number %s", r.code, serial)
	}
	return nil
}

func (c *tally) add(r result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.sends += len(r.sends)
	c.fetches += r.fetches
	c.messages += len(r.outbox)
	if c.statuses == nil {
		c.statuses = map[int]int{}
	}
	c.statuses[r.StatusCode]++
	c.longest = max(c.longest, r.took)
}

// sequencer draws a sequence from its number: the same one each time.
type sequencer struct {
	*model
	rng       *rand.Rand
	elsewhere *elsewhere
	made      int      // names given
	tokens    []string // that were ever valid
	secrets   []string // what no log may hold
}

func newSequencer(n int, e *elsewhere) *sequencer {
	s := &sequencer{rng: rand.New(rand.NewPCG(*seed, uint64(n))), elsewhere: e}
	s.model = &model{condition: fine, permitted: true, accepted: map[string]string{}}
	s.newKey()
	s.newToken(false)
	return s
}

// odds is true once in n times.
func (s *sequencer) odds(n int) bool { return s.rng.IntN(n) == 0 }

func (s *sequencer) name(prefix string) string {
	s.made++
	name := fmt.Sprintf("%s%dof%x", prefix, s.made, s.rng.Uint32())
	s.secrets = append(s.secrets, name)
	return name
}

func (s *sequencer) newKey() {
	s.secret.key = key{s.name("AKID"), s.name("key")}
	s.accepted[s.secret.key.id] = s.secret.key.secret
}

func (s *sequencer) newToken(keepOld bool) {
	token := "Bearer " + s.name("token")
	s.tokens = append(s.tokens, token)
	s.secret.tokens = append(slices.Clone(s.secret.tokens), token)
	if !keepOld {
		s.secret.tokens = []string{token}
	}
}

// Events between two requests. Those that concern more than the account are done by the lab.
const (
	eventRestart = "a new instance"
	eventTime    = "a day passes"
)

// events lets things happen between two requests, and returns what did.
func (s *sequencer) events() (happened []string) {
	if s.condition != fine && s.odds(2) {
		s.condition = fine
		happened = append(happened, "the secret can be read again")
	}
	if !s.permitted && s.odds(2) {
		s.permitted = true
		happened = append(happened, "the keys may send again")
	}
	if s.accepted[s.secret.key.id] != s.secret.key.secret && s.odds(2) {
		s.accepted[s.secret.key.id] = s.secret.key.secret
		happened = append(happened, "the key is accepted again")
	}
	for s.odds(3) {
		happened = append(happened, s.event())
	}
	return happened
}

func (s *sequencer) event() string {
	switch s.rng.IntN(16) {
	case 0, 1, 2:
		clear(s.accepted)
		s.newKey()
		return "the key is changed and the old one disabled"
	case 3:
		s.newKey()
		return "the key is changed and the old one stays"
	case 4:
		s.secret.key.secret = s.name("key")
		s.accepted[s.secret.key.id] = s.secret.key.secret
		return "the key is changed under the same id"
	case 5:
		delete(s.accepted, s.secret.key.id)
		return "the key is disabled"
	case 6:
		s.permitted = false
		return "the keys may not send any more"
	case 7, 8:
		s.newToken(false)
		return "the token is changed"
	case 9:
		s.newToken(true)
		return "a token is added"
	case 10:
		s.condition = []condition{disabled, deleted, broken}[s.rng.IntN(3)]
		return "the secret is " + string(s.condition)
	case 11, 12:
		s.held, s.due, s.asked, s.tried, s.spare = nil, false, false, false, false
		return eventRestart
	default:
		s.due, s.asked = true, false
		return eventTime
	}
}

// step draws a request and what it may meet.
func (s *sequencer) step() step {
	st := step{
		token:   s.token(),
		ssmAt:   s.place(),
		smsAt:   s.place(),
		closing: []string{"", "", "FIN", "RST"}[s.rng.IntN(4)],
	}
	if s.odds(25) {
		st.role = []string{"none", "wrong"}[s.rng.IntN(2)]
	}
	whatever := func(fault) bool { return true }
	ends := func(f fault) bool { return !f.endless() }
	st.sms = append(st.sms, s.draw(s.smsFault, whatever))
	allowed := whatever
	if rule(st.sms[0].Code).again == rate && s.odds(4) {
		st.patient, allowed = true, ends
	}
	st.sms = append(st.sms, s.draw(s.smsFault, allowed))
	for range 3 {
		st.ssm = append(st.ssm, s.draw(s.ssmFault, allowed))
	}
	// With a key that works there is no fetch, and which request meets the end of a connection is no question.
	works := s.held != nil && !s.due && slices.Contains(s.held.tokens, st.token) && s.gateway() == ""
	switch {
	case works && s.odds(16):
		st.racing, st.smsAt, st.sms[0] = true, cloud, fault{}
	case !s.spare && s.odds(12):
		st.breaking = 20
		if works {
			st.breaking = 1 + s.rng.IntN(2)
		}
		st.closing = []string{"FIN", "RST"}[s.rng.IntN(2)]
		st.patient = false
		for i := range st.sms {
			st.sms[i] = s.draw(s.smsFault, func(f fault) bool { return ends(f) && rule(f.Code).again != rejected })
		}
	}
	return st
}

func (s *sequencer) token() string {
	switch s.rng.IntN(16) {
	case 0:
		return ""
	case 1:
		return "Bearer nobody's"
	case 2:
		return s.tokens[s.rng.IntN(len(s.tokens))]
	default:
		return s.tokens[len(s.tokens)-1]
	}
}

func (s *sequencer) place() place {
	switch s.rng.IntN(40) {
	case 0:
		return nobody
	case 1:
		return stranger
	default:
		return cloud
	}
}

func (s *sequencer) draw(from func() fault, allowed func(fault) bool) fault {
	for {
		if f := from(); allowed(f) {
			return f
		}
	}
}

func (s *sequencer) ssmFault() fault {
	if !s.odds(3) {
		return fault{}
	}
	return s.redirect(ssmFaults[s.rng.IntN(len(ssmFaults))])
}

func (s *sequencer) smsFault() fault {
	switch s.rng.IntN(10) {
	case 0, 1, 2, 3:
		return fault{}
	case 4, 5, 6:
		code := codes[s.rng.IntN(len(codes))]
		switch s.rng.IntN(8) {
		case 0:
			code = strings.ToLower(code)
		case 1:
			code = strings.ToUpper(code)
		}
		if s.odds(2) {
			return fault{cloudsim.Fault{Kind: cloudsim.Refuse, Code: code}, toldInItem}
		}
		return fault{cloudsim.Fault{Kind: cloudsim.Error, Code: code}, told}
	default:
		return s.redirect(smsFaults[s.rng.IntN(len(smsFaults))])
	}
}

// redirect fills in where a redirect leads.
func (s *sequencer) redirect(f fault) fault {
	if f.Kind == cloudsim.Redirect {
		f.Location = s.elsewhere.redirected
	}
	return f
}

func names(faults []fault) string {
	var all []string
	for _, f := range faults {
		text, _ := json.Marshal(f.Fault)
		all = append(all, string(text))
	}
	return "[" + strings.Join(all, " ") + "]"
}

func (s step) String() string {
	text := "request with " + strconv.Quote(s.token)
	add := func(said bool, format string, args ...any) {
		if said {
			text += fmt.Sprintf(format, args...)
		}
	}
	add(s.role != "", ", role %s", s.role)
	add(s.ssmAt != cloud, ", SSM is %s", s.ssmAt)
	add(s.smsAt != cloud, ", SMS is %s", s.smsAt)
	add(s.closing != "", ", idle connections end with %s", s.closing)
	add(s.breaking > 0, ", %d connections break", s.breaking)
	add(s.racing, ", idle connections are closed meanwhile")
	add(s.patient, ", with patience")
	return text
}
