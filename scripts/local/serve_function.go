package main

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
)

// liveFunction is the function while somebody works on it: one warm instance in front of one simulated cloud, replaced by
// a new one when the sources change. The cloud stays, with what it has sent.
type liveFunction struct {
	root, temp string
	sim        *simulation.Simulation
	settings   atomic.Pointer[settings.Settings] // the instance's

	mu       sync.RWMutex // held for reading while an event is handled: a new instance waits for that
	instance *scfhost.Instance
	dir      string // where the instance's binary is
}

// startFunction builds the function and makes an instance of it. The first event starts its process.
func startFunction(ctx context.Context, root, temp string) (*liveFunction, error) {
	f := &liveFunction{root: root, temp: temp}
	dir, binary, err := f.build(ctx)
	if err != nil {
		return nil, err
	}
	f.sim, err = simulation.Start(binary, f.testdata(), cloudsim.Options{})
	if err != nil {
		return nil, err
	}
	if err := f.replace(dir); err != nil {
		f.sim.Close()
		return nil, err
	}
	return f, nil
}

// reload builds the function anew and puts it in the place of the old one, which stays if there is an error. newAccount is
// whether the cloud got another account: what was rotated or switched in the one before is gone.
func (f *liveFunction) reload(ctx context.Context) (newAccount bool, err error) {
	dir, binary, err := f.build(ctx)
	if err != nil {
		return false, err
	}
	newAccount, err = f.sim.Reload(binary, f.testdata())
	if err != nil {
		os.RemoveAll(dir)
		return false, err
	}
	return newAccount, f.replace(dir)
}

// build builds into a folder of its own: the old binary is running.
func (f *liveFunction) build(ctx context.Context) (dir, binary string, err error) {
	dir, err = os.MkdirTemp(f.temp, "build-")
	if err != nil {
		return "", "", err
	}
	binary, err = simulation.Build(ctx, f.root, dir)
	if err != nil {
		os.RemoveAll(dir)
	}
	return dir, binary, err
}

// replace makes an instance of the simulation's function, whose binary is in dir.
func (f *liveFunction) replace(dir string) error {
	instance, err := scfhost.New(f.sim.Function)
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	env := f.sim.Function.Env
	read := settings.Read(func(name string) string { return env[name] })

	f.mu.Lock()
	defer f.mu.Unlock()
	if f.instance != nil {
		f.instance.Close()
		os.RemoveAll(f.dir)
	}
	f.instance, f.dir = instance, dir
	f.settings.Store(&read)
	return nil
}

func (f *liveFunction) testdata() string { return filepath.Join(f.root, "testdata") }

func (f *liveFunction) invoke(ctx context.Context, event []byte) (scfhost.Result, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.instance.Invoke(ctx, event)
}

// restart makes the next event a cold start.
func (f *liveFunction) restart() {
	f.mu.RLock()
	defer f.mu.RUnlock()
	f.instance.Restart()
}

// warm reports whether the next event finds a process. While an instance waits to take the other's place, it won't.
func (f *liveFunction) warm() bool {
	if !f.mu.TryRLock() {
		return false
	}
	defer f.mu.RUnlock()
	return f.instance.PID() != 0
}

// close ends the instance and the cloud.
func (f *liveFunction) close() {
	f.mu.RLock() // an event that is still being handled ends with the instance
	defer f.mu.RUnlock()
	f.instance.Close()
	f.sim.Close()
}
