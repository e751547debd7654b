package dependability

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
)

// Each worker has a cloud of its own. There are more of them than processors: a good part of the
// time is spent waiting for time budgets to end.
const (
	plainWorkers  = 40
	secureWorkers = 8
	secureShare   = 8 // every eighth sequence runs over TLS
)

func TestAtMostOneSMS(t *testing.T) {
	t.Parallel()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a few hundred MiB for a sixth of the time
	first, last := 0, sequenceCount()
	if *sequence >= 0 {
		first, last = *sequence, *sequence+1
	}
	decoys := newDecoys(t)
	plain, secure := make(chan int), make(chan int)
	count := newTally()
	var failed atomic.Bool
	var workers sync.WaitGroup
	work := func(f *fixture, numbers <-chan int) {
		for n := range numbers {
			if failed.Load() {
				continue
			}
			if err := f.run(n, count); err != nil {
				failed.Store(true)
				t.Errorf("sequence %d of seed %d: %v\nRun it alone:\n%s", n, *seed, err, alone(n))
			}
		}
	}
	// A third of the workers has no limits, one has them in each kind of Redis. No sequence comes
	// near to one, so what is predicted is the same.
	redis := []string{"", startRedis(t, false, ""), startRedis(t, true, "")}
	for i := range plainWorkers {
		f, err := newFixture(startCloud(t, cloudsim.Options{}), false, redis[i%3], decoys)
		require.NoError(t, err)
		workers.Go(func() { work(f, plain) })
	}
	sims, err := trusted()
	require.NoError(t, err)
	for i, sim := range sims {
		f, err := newFixture(sim, true, redis[i%3], decoys)
		require.NoError(t, err)
		workers.Go(func() { work(f, secure) })
	}

	began := time.Now()
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

	require.Zero(t, decoys.requests.Load(),
		"requests that arrived where a redirect led, or at a server with an untrusted certificate")
	t.Logf("%d sequences in %v, %s", last-first, time.Since(began).Round(time.Millisecond), count)
	require.NoError(t, count.check(last-first))
}

// Only on Linux can a test say which authorities are trusted.
func isSecure(n int) bool {
	return n%secureShare == secureShare-1 && runtime.GOOS == "linux"
}

// trusted starts the clouds that speak TLS, once: a process reads the file of the authorities it
// trusts only once.
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

// decoys are servers at which no request may arrive.
type decoys struct {
	redirected, untrusted string // URLs
	requests              atomic.Int64
}

func newDecoys(t *testing.T) *decoys {
	d := &decoys{}
	count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { d.requests.Add(1) })
	target, unknown := httptest.NewServer(count), httptest.NewUnstartedServer(count)
	unknown.Config.ErrorLog = quiet
	unknown.StartTLS()
	t.Cleanup(target.Close)
	t.Cleanup(unknown.Close)
	d.redirected, d.untrusted = target.URL+"/taken", unknown.URL
	return d
}
