package limits

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"
)

const evalsha = "\r\nEVALSHA\r\n"

// another is an order that is no duplicate of one before.
func another(n int) Order {
	return signIn(func(o *Order) { o.Passcode = fmt.Sprint(100000 + n) })
}

// plenty are rules that refuse nothing.
func plenty(t testing.TB) Rules {
	return parseRules(t, `{"number": "1000000/24h", "block": "none", "callingCode": "none"}`)
}

func TestConnection_isUsedAgain(t *testing.T) {
	t.Parallel()
	r := startRelay(t, miniredis.RunT(t).Addr())
	g := newGuard(r.address, plenty(t))
	for i := range 5 {
		v := g.ask(t, another(i))
		require.Equal(t, Granted, v.Decision)
		require.Zero(t, g.Settle(t.Context(), v.Claim, Sent, "serial-a"))
	}
	require.Equal(t, 1, r.connected())
}

func TestConnection_deadOnesAreNotUsed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		dies func(*relay, *guarded)
	}{
		{"it was idle for 15 s", func(_ *relay, g *guarded) { g.clock.pass(15 * time.Second) }},
		{"the clock was set back", func(_ *relay, g *guarded) { g.clock.pass(-time.Hour) }},
		{"the server closed it", func(r *relay, _ *guarded) { r.hangUp() }},
		{"the server reset it", func(r *relay, _ *guarded) { r.reset() }},
		{"the server said something unasked", func(r *relay, _ *guarded) {
			r.change(func() { fmt.Fprint(r.connections[0], "+OK\r\n") })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := startRelay(t, miniredis.RunT(t).Addr())
			g := newGuard(r.address, plenty(t))
			require.Equal(t, Granted, g.ask(t, another(1)).Decision)
			tt.dies(r, g)
			require.Eventually(t, func() bool {
				g.connections.mu.Lock()
				defer g.connections.mu.Unlock()
				return !g.connections.alive(g.connections.idle)
			}, time.Minute, time.Millisecond)
			require.Equal(t, Granted, g.ask(t, another(2)).Decision)
			require.Equal(t, 2, r.connected())
			require.Equal(t, 2, r.count(evalsha))
		})
	}
}

// What is left of a reply would be taken for the next one.
func TestConnection_moreRepliesThanWereAskedFor(t *testing.T) {
	t.Parallel()
	r := startRelay(t, "")
	r.says = "*4\r\n$2\r\nok\r\n:1795000000000\r\n:0\r\n:0\r\n+OK\r\n"
	g := newGuard(r.address, plenty(t))
	for i := range 3 {
		require.Equal(t, Granted, g.ask(t, another(i)).Decision)
		require.Equal(t, i+1, r.connected())
	}
}

func TestConnection_greetsInTheWriteOfTheFirstClaim(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, password string
		database       int
		want           []string
	}{
		{"with neither", "", 0, nil},
		{"with a password", "s3cret", 0, []string{"AUTH"}},
		{"with a database", "", 3, []string{"SELECT"}},
		{"with both", "s3cret", 3, []string{"AUTH", "SELECT"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := miniredis.RunT(t)
			if tt.password != "" {
				m.RequireAuth(tt.password)
			}
			r := startRelay(t, m.Addr())
			g := newGuard(r.address, plenty(t), func(c *Config) { c.Server.Database = tt.database })
			g.secret.password = tt.password
			require.Equal(t, Granted, g.ask(t, another(1)).Decision)
			require.Equal(t, Granted, g.ask(t, another(2)).Decision)
			require.Len(t, m.DB(tt.database).Keys(), 3, "two marks and the number")

			first := r.chunks[0]
			for _, word := range append(tt.want, "EVALSHA") {
				require.Contains(t, first, "\r\n"+word+"\r\n")
			}
			require.Equal(t, len(tt.want), r.count("\r\nAUTH\r\n")+r.count("\r\nSELECT\r\n"))
			require.Zero(t, r.count("HELLO")+r.count("CLIENT"))
		})
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	r := startRelay(t, miniredis.RunT(t).Addr())
	g := newGuard(r.address, plenty(t))
	g.Open()
	g.Open()
	require.Equal(t, Granted, g.ask(t, another(1)).Decision)
	g.Open()
	require.Equal(t, Granted, g.ask(t, another(2)).Decision)
	require.Equal(t, 1, r.connected())

	t.Run("not where Redis was away", func(t *testing.T) {
		g := newGuard(nobody, plenty(t))
		require.Equal(t, Away, g.ask(t, another(1)).Decision)
		g.Open()
		require.Nil(t, g.connections.opening)
	})
	t.Run("one that a frozen process left is not waited for", func(t *testing.T) {
		g := newGuard(r.address, plenty(t))
		g.connections.opening = &opening{g.clock.now().Add(-time.Minute), make(chan struct{})}
		require.Equal(t, Granted, g.ask(t, another(3)).Decision)
	})
}

func TestTLS(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux can a test say which authorities are trusted")
	}
	pki := httptest.NewTLSServer(nil)
	defer pki.Close()
	m := miniredis.NewMiniRedis()
	require.NoError(t, m.StartTLS(&tls.Config{Certificates: pki.TLS.Certificates}))
	defer m.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: pki.Certificate().Raw}
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(block), 0o600))
	t.Setenv("SSL_CERT_FILE", file) // a process reads it once

	overTLS := func(c *Config) { c.Server.TLS = true }
	g := newGuard(m.Addr(), plenty(t), overTLS)
	require.Equal(t, Granted, g.ask(t, another(1)).Decision)
	require.Equal(t, Granted, g.ask(t, another(2)).Decision)
	require.Equal(t, 1, m.TotalConnectionCount())

	g = newGuard("localhost:"+m.Port(), plenty(t), overTLS)
	v := g.ask(t, another(3))
	require.Equal(t, Away, v.Decision, "the certificate is for 127.0.0.1")
	require.Equal(t, NotTrusted, v.Cause)
	require.Contains(t, v.Cause.Hint(), "SSL_CERT_FILE")
}

// What a recorder before Redis sees of all kinds of requests.
func TestSecrecy(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		r := startRelay(t, address)
		rules := parseRules(t, `{"number": "50/30s", "block": "30/1h", "ip": "9/1h", "total": "99/1h"}`)
		g := newGuard(r.address, rules)
		order := Order{
			Number: "+8613681974253", CallingCode: 86, Passcode: "482913", UsageType: "SignIn-Type",
			IP: "203.0.113.77", Key: "idempotency-key-of-the-caller", Mark: "",
		}
		for _, fate := range []Fate{NothingSent, Sent, Unknown} {
			v := g.ask(t, order)
			g.Settle(t.Context(), v.Claim, fate, "serial-a")
			g.ask(t, order)
			order.Passcode, order.Key, order.Mark = "482914", "", "uuid-of-supabase"
		}
		values := fmt.Sprint(do(t, address, "KEYS", "*"))
		for _, key := range keysOf(t, address) {
			if kind, _ := redis.String(do(t, address, "TYPE", key), nil); kind == "string" {
				values += fmt.Sprintf("%s", do(t, address, "GET", key))
			} else {
				values += fmt.Sprintf("%s", do(t, address, "HGETALL", key))
			}
		}
		for _, secret := range []string{
			"13681974253", "861368197", "482913", "482914", "203.0", "idempotency", "uuid-of", "SignIn-Type",
			hashKey,
		} {
			require.NotContains(t, r.written(), secret)
			require.NotContains(t, values, secret)
		}
		require.Contains(t, values, "serial-a")
		for _, key := range keysOf(t, address) {
			require.True(t, strings.HasPrefix(key, "scf-sms:{"+appID+"}:"), key)
			left, err := redis.Int64(do(t, address, "PTTL", key), nil)
			require.NoError(t, err)
			require.Positive(t, left, key)
			require.LessOrEqual(t, time.Duration(left)*time.Millisecond, 25*time.Hour+30*time.Minute)
		}
	})
}
