package serve

import (
	"context"
	"io"
	"maps"
	"path/filepath"
	"sync"
	"sync/atomic"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/scripts/local/internal/function"
)

// live is the function while somebody works on it: one warm instance in front of one simulated
// cloud. A new instance takes its place when the sources change. The cloud stays, with what it has
// sent.
type live struct {
	root     string
	sim      *simulation.Simulation
	settings atomic.Pointer[settings.Settings] // the instance's

	making    sync.Mutex // held while a new instance is made of the simulation's function
	unguarded bool       // the instance gets no REDIS_URL

	mu       sync.RWMutex // read-locked while an event is handled: a new instance waits for that
	instance *scfhost.Instance
}

// start builds the function and makes an instance of it. The first event starts its process.
func start(ctx context.Context, root string, stderr io.Writer) (*live, error) {
	l := &live{root: root}
	binary, err := function.Build(ctx, root, stderr)
	if err != nil {
		return nil, err
	}
	l.sim, err = simulation.Start(binary, l.testdata(), cloudsim.Options{})
	if err != nil {
		return nil, err
	}
	if err = l.sim.StartRedis(); err == nil {
		err = l.guard(true)
	}
	if err != nil {
		l.sim.Close()
		return nil, err
	}
	return l, nil
}

// reload builds the function anew and puts it in the place of the old one, which stays if there is
// an error. newAccount is whether the cloud got another account: what was rotated or switched in
// the one before is gone.
func (l *live) reload(ctx context.Context) (newAccount bool, err error) {
	binary, err := checkout.Build(ctx, l.root)
	if err != nil {
		return false, err
	}
	l.making.Lock()
	defer l.making.Unlock()
	newAccount, err = l.sim.Reload(binary, l.testdata())
	if err != nil {
		return false, err
	}
	return newAccount, l.replaceLocked()
}

// guard gives the function limits of its own, or takes them away. It makes a new instance.
func (l *live) guard(on bool) error {
	l.making.Lock()
	defer l.making.Unlock()
	l.unguarded = !on
	return l.replaceLocked()
}

// replaceLocked makes an instance of the simulation's function. l.making is held.
func (l *live) replaceLocked() error {
	f := l.sim.Function
	if l.unguarded {
		f.Env = maps.Clone(f.Env)
		delete(f.Env, "REDIS_URL")
		delete(f.Env, "LIMITS")
	}
	instance, err := scfhost.New(f)
	if err != nil {
		return err
	}
	env := f.Env
	read := settings.Read(func(name string) string { return env[name] })

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.instance != nil {
		l.instance.Close()
	}
	l.instance = instance
	l.settings.Store(&read)
	return nil
}

func (l *live) testdata() string { return filepath.Join(l.root, "testdata") }

func (l *live) invoke(ctx context.Context, event []byte) (scfhost.Result, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.instance.Invoke(ctx, event)
}

// restart makes the next event a cold start.
func (l *live) restart() {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.instance.Restart()
}

// warm reports whether the next event finds a process. While an instance waits to take the other's
// place, it won't.
func (l *live) warm() bool {
	if !l.mu.TryRLock() {
		return false
	}
	defer l.mu.RUnlock()
	return l.instance.PID() != 0
}

// close ends the instance and the cloud.
func (l *live) close() {
	l.mu.RLock() // an event that is still being handled ends with the instance
	defer l.mu.RUnlock()
	l.instance.Close()
	l.sim.Close()
}
