package cloudsim

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newTLSWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, Options{TLS: true})
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(w.server.CertPEM()))
	w.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	w.scheme = "HTTPS"
	return w
}

func TestTheCloudOverTLS(t *testing.T) {
	w := newTLSWorld(t)
	assert.True(t, strings.HasPrefix(w.server.URL, "https://127.0.0.1:"))
	assert.Equal(t, "Ok", w.sendOne(message()))
	_, err := w.asRole().read("sms-key", "SSM_Current")
	require.NoError(t, err)

	requests := w.cloud.Requests()
	assert.Equal(t, requests[0].RemoteAddr, requests[1].RemoteAddr, "one connection")
	assert.Equal(t, 1, w.server.Connections())
}

func TestTheCertificateNamesTheCloud(t *testing.T) {
	w := newTLSWorld(t)
	conn, err := tls.Dial("tcp", w.server.Addr(), w.transport.TLSClientConfig)
	require.NoError(t, err)
	defer conn.Close()
	leaf := conn.ConnectionState().PeerCertificates[0]
	for _, name := range []string{"127.0.0.1", "::1", "localhost", "sms.tencentcloudapi.com", "ssm.tencentcloudapi.com"} {
		assert.NoError(t, leaf.VerifyHostname(name))
	}
	assert.Error(t, leaf.VerifyHostname("cvm.tencentcloudapi.com"))
	block, rest := pem.Decode(w.server.CertPEM())
	require.NotNil(t, block)
	assert.Empty(t, rest)
	assert.Nil(t, newWorld(t).server.CertPEM())
}

func TestFaultsOfAConnectionOverTLS(t *testing.T) {
	for kind, want := range map[Kind]error{
		ResetEarly: syscall.ECONNRESET,
		ResetSent:  syscall.ECONNRESET,
		EOFSent:    io.EOF,
	} {
		w := newTLSWorld(t)
		w.cloud.Script(SendSms, Fault{Kind: kind})
		_, err := w.send(t.Context(), message())
		assert.ErrorIs(t, err, want, kind)
	}
	w := newTLSWorld(t)
	w.cloud.Script(SendSms, Fault{Kind: Cut})
	assert.Equal(t, "ClientError.ParseJsonError", w.sendOne(message()))
	assert.Len(t, w.cloud.Outbox(), 1)
}

func TestTheServerStaysOnLoopback(t *testing.T) {
	_, err := Start(New(Config{}), Options{Addr: "0.0.0.0:0"})
	assert.ErrorContains(t, err, "not a loopback address")
	_, err = Start(New(Config{}), Options{Addr: "127.0.0.1:none"})
	assert.Error(t, err)
	first, err := Start(New(Config{}), Options{})
	require.NoError(t, err)
	defer first.Close()
	_, err = Start(New(Config{}), Options{Addr: first.Addr()})
	assert.ErrorIs(t, err, syscall.EADDRINUSE)
}

func TestAClosedPortRefusesAndOpensAgain(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "Ok", w.sendOne(code(1)))
	require.NoError(t, w.server.Refuse(true))
	require.NoError(t, w.server.Refuse(true), "twice is once")
	assert.Equal(t, "Ok", w.sendOne(code(2)), "an open connection stays open")

	w.transport.CloseIdleConnections()
	_, err := w.send(t.Context(), code(3))
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)

	require.NoError(t, w.server.Refuse(false))
	require.NoError(t, w.server.Refuse(false))
	assert.Equal(t, "Ok", w.sendOne(code(3)))
	assert.Equal(t, 2, w.server.Connections())
}

func TestAPortThatIsGoneIsAnError(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.server.Refuse(true))
	squatter, err := net.Listen("tcp", w.server.Addr())
	require.NoError(t, err)
	defer squatter.Close()
	assert.ErrorIs(t, w.server.Refuse(false), syscall.EADDRINUSE)
}

func TestBrokenHandshakes(t *testing.T) {
	w := newTLSWorld(t)
	w.server.BreakTLS(2)
	for range 2 {
		_, err := w.send(t.Context(), message())
		var broken tls.RecordHeaderError
		assert.ErrorAs(t, err, &broken)
	}
	assert.Equal(t, "Ok", w.sendOne(message()))
	assert.Equal(t, 3, w.server.Connections())
	assert.Len(t, w.cloud.Requests(), 1)
}

func TestBrokenConnectionsWithoutTLS(t *testing.T) {
	w := newWorld(t)
	w.server.BreakTLS(1)
	_, err := w.send(t.Context(), message())
	assert.Error(t, err)
	assert.Empty(t, w.cloud.Requests())
	assert.Equal(t, "Ok", w.sendOne(message()))
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	for name, test := range map[string]struct {
		reset, tls bool
		want       error
	}{
		"with FIN":           {false, false, io.EOF},
		"with RST":           {true, false, syscall.ECONNRESET},
		"with FIN under TLS": {false, true, io.EOF},
		"with RST under TLS": {true, true, syscall.ECONNRESET},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if test.tls {
				w = newTLSWorld(t)
			}
			conn, err := net.Dial("tcp", w.server.Addr())
			require.NoError(t, err)
			defer conn.Close()
			if test.tls {
				config := w.transport.TLSClientConfig.Clone()
				config.ServerName = "localhost"
				conn = tls.Client(conn, config)
			}
			_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
			require.NoError(t, err)
			answer := make([]byte, 4096)
			_, err = conn.Read(answer)
			require.NoError(t, err)

			w.server.CloseIdle(test.reset)
			_, err = conn.Read(answer)
			assert.ErrorIs(t, err, test.want)
		})
	}
}

func TestABusyConnectionIsNotIdle(t *testing.T) {
	w := newWorld(t)
	w.cloud.Script(SendSms, Fault{Kind: HangUnsent})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := w.send(ctx, message())
		done <- err
	}()
	require.NoError(t, w.cloud.Await(t.Context(), SendSms, 1))
	w.server.CloseIdle(true)
	cancel()
	assert.ErrorIs(t, <-done, context.Canceled)
}

func TestCloseEndsEveryWait(t *testing.T) {
	for _, kind := range []Kind{HangUnsent, HangSent, Slow, Delay} {
		w := newWorld(t)
		delay := time.Hour
		if kind == Slow {
			delay = 0
		}
		w.cloud.Script(SendSms, Fault{Kind: kind, Delay: delay})
		done := make(chan error)
		go func() {
			_, err := w.send(t.Context(), message())
			done <- err
		}()
		for w.cloud.Count(SendSms) == 0 {
			runtime.Gosched()
		}
		require.NoError(t, w.server.Close())
		assert.Error(t, <-done, kind)
		assert.NoError(t, w.server.Close(), "twice is once")
		assert.NoError(t, w.server.Refuse(false), "closed for good")
	}
}

func TestCloseEndsABrokenHandshake(t *testing.T) {
	w := newTLSWorld(t)
	w.server.BreakTLS(1)
	conn, err := net.Dial("tcp", w.server.Addr())
	require.NoError(t, err)
	defer conn.Close()
	for w.server.Connections() == 0 {
		runtime.Gosched()
	}
	require.NoError(t, w.server.Close())
	_, err = conn.Read(make([]byte, 100))
	assert.Error(t, err)
}

func TestIdleTimeout(t *testing.T) {
	w := newWorld(t, Options{IdleTimeout: time.Millisecond})
	conn, err := net.Dial("tcp", w.server.Addr())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	assert.NoError(t, err, "the server ends it with FIN")
	assert.Contains(t, string(answer), "UnsupportedProtocol")
}

func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) { a.Limits.PerDay = 20 })
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() { w.send(t.Context(), code(i)) })
	}
	group.Wait()
	assert.Equal(t, 50, w.cloud.Count(SendSms))
	assert.Len(t, w.cloud.Outbox(), 20)
	serials := make(map[string]bool)
	for _, m := range w.cloud.Outbox() {
		serials[m.SerialNo] = true
	}
	assert.Len(t, serials, 20)
}

func TestNothingIsLeftRunning(t *testing.T) {
	cloud := New(Config{})
	server, err := Start(cloud, Options{})
	require.NoError(t, err)
	kinds := []Kind{HangUnsent, HangSent, Slow, Cut, EOFSent, ResetEarly, ResetSent}
	for _, kind := range kinds {
		cloud.Script(SendSms, Fault{Kind: kind})
	}
	var clients []net.Conn
	for range kinds {
		conn, err := net.Dial("tcp", server.Addr())
		require.NoError(t, err)
		_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nX-TC-Action: SendSms\r\nContent-Length: 2\r\n\r\n{}")
		require.NoError(t, err)
		clients = append(clients, conn)
	}
	require.NoError(t, cloud.Await(t.Context(), SendSms, len(kinds)))
	require.NoError(t, server.Close())
	for _, conn := range clients {
		conn.Close()
	}
	// Close waits for all but the last instructions of a goroutine.
	for range 10_000 {
		if !strings.Contains(goroutines(t), "cloudsim.(*") {
			return
		}
		runtime.Gosched()
	}
	assert.NotContains(t, goroutines(t), "cloudsim.(*")
}

func goroutines(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 2))
	return b.String()
}

func TestOnlyHandshakeErrorsAreKeptQuiet(t *testing.T) {
	var b bytes.Buffer
	q := quiet{&b}
	n, err := q.Write([]byte("http: TLS handshake error from 127.0.0.1"))
	assert.Equal(t, 40, n)
	assert.NoError(t, err)
	assert.Empty(t, b.String())
	q.Write([]byte("http: panic serving"))
	assert.Equal(t, "http: panic serving", b.String())
}
