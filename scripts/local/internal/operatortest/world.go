package operatortest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operator"
)

// World is a simulated cloud that commands take for the real one. Its time goes by only while they
// wait. It can end every conversation after a number of requests, as a command that is killed does.
type World struct {
	Cloud   *cloudsim.Cloud
	EnvFile string

	// OnPause, if not nil, is called whenever a command begins to wait.
	OnPause func()

	account  *operator.Account // as [World.Open] first read it
	waited   atomic.Int64      // nanoseconds
	requests atomic.Int64
	last     atomic.Int64 // requests that are let through; 0: all
	between  atomic.Pointer[Between]
	skew     atomic.Int64 // nanoseconds that the cloud's clock is ahead of this machine's
	lost     atomic.Bool  // the last one is done, and its answer lost
}

// NewWorld starts a cloud with an account. env is the file's text, without endpoints.
func NewWorld(t *testing.T, account cloudsim.Account, env string) *World {
	t.Helper()
	w := &World{}
	w.Cloud = cloudsim.New(cloudsim.Config{Account: account, Now: w.Now,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.skew.Load())) }})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	for _, name := range operator.Endpoints() {
		env += name + "=" + server.URL + "\n"
	}
	w.EnvFile = Write(t, ".env", env)
	return w
}

// Now is the world's time.
func (w *World) Now() time.Time { return time.Now().Add(time.Duration(w.waited.Load())) }

// EndAfter lets n requests through, from now on; 0 lifts the bound. With lost the last of them is
// done, and its answer doesn't arrive.
func (w *World) EndAfter(n int, lost bool) {
	w.requests.Store(0)
	w.last.Store(int64(n))
	w.lost.Store(lost)
}

// Requests is how many requests came since the last EndAfter.
func (w *World) Requests() int { return int(w.requests.Load()) }

// ServeHTTP answers a request, or ends its connection.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	between := w.Intercepted()
	n, last := w.requests.Add(1), w.last.Load()
	switch {
	case last == 0 && between != nil:
		between(rw, r, w.Cloud)
		return
	case last == 0 || n < last || n == last && !w.lost.Load():
		w.Cloud.ServeHTTP(rw, r)
		return
	case n == last:
		w.Cloud.ServeHTTP(httptest.NewRecorder(), r)
	}
	HangUp()
}

// Between stands between a command and the cloud. It calls next to have a request carried out, and
// [HangUp] to end its connection. Requests that a command gave up may still be on their way.
type Between func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Intercept puts something between commands and the cloud; nil takes it away.
func (w *World) Intercept(b Between) {
	if b == nil {
		w.between.Store(nil)
		return
	}
	w.between.Store(&b)
}

// Intercepted returns what is between commands and the cloud, or nil.
func (w *World) Intercepted() Between {
	if b := w.between.Load(); b != nil {
		return *b
	}
	return nil
}

// SetSkew sets the cloud's clock ahead of this machine's.
func (w *World) SetSkew(d time.Duration) { w.skew.Store(int64(d)) }

// HangUp ends the connection of the request that is being served, without an answer.
func HangUp() { panic(http.ErrAbortHandler) }

// Open opens the account as a command does. The files are read the first time.
func (w *World) Open(t *testing.T) *operator.Account {
	t.Helper()
	if w.account == nil {
		a, err := operator.Open("test", operator.Options{EnvFile: w.EnvFile})
		require.NoError(t, err)
		t.Cleanup(a.Close)
		w.account = a
	}
	a := new(operator.Account)
	*a = *w.account
	a.Clock.Now = w.Now
	a.Pause = func(ctx context.Context, d time.Duration) error {
		w.waited.Add(int64(d))
		if w.OnPause != nil {
			w.OnPause()
		}
		return ctx.Err()
	}
	return a
}

// Account returns a copy of what the account holds now.
func (w *World) Account() cloudsim.Account { return w.Cloud.Account() }

// HoldsNoSecret holds an output against every key and every secret's value in the account.
func (w *World) HoldsNoSecret(t *testing.T, output string) {
	t.Helper()
	account := w.Account()
	for _, k := range account.Keys {
		for _, text := range []string{k.SecretID, k.SecretKey, k.Token} {
			if text != "" {
				require.NotContains(t, output, text)
			}
		}
	}
	for _, s := range account.Secrets {
		for _, v := range s.Versions {
			for _, text := range strings.Split(v.String, `"`) {
				if len(text) > 16 && text != "accessKeySecret" {
					require.NotContains(t, output, text)
				}
			}
		}
	}
}
