package cloudsim

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
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

func newTLSEnv(t *testing.T) *env {
	t.Helper()
	e := newEnv(t, Options{TLS: true})
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(e.server.CertPEM()))
	e.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	e.scheme = "HTTPS"
	return e
}

// exchange makes a request over a connection, which stays open. Of a client of net/http nobody
// knows: on a busy machine it gives up a connection whose write it hasn't noted in 50 ms.
func exchange(t *testing.T, conn net.Conn) {
	t.Helper()
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, string(text), "UnsupportedProtocol")
}

func TestServer_overTLS(t *testing.T) {
	t.Parallel()
	e := newTLSEnv(t)
	assert.True(t, strings.HasPrefix(e.server.URL, "https://127.0.0.1:"))
	conn, err := tls.Dial("tcp", e.server.Addr(), e.transport.TLSClientConfig)
	require.NoError(t, err)
	defer conn.Close()
	exchange(t, conn)
	exchange(t, conn)
	requests := e.cloud.Requests()
	assert.Equal(t, conn.LocalAddr().String(), requests[0].RemoteAddr)
	assert.Equal(t, requests[0].RemoteAddr, requests[1].RemoteAddr, "one connection")
	assert.Equal(t, 1, e.server.Connections())

	assert.Equal(t, "Ok", e.sendOne(message()))
	_, err = e.asRole().read("sms-key", "SSM_Current")
	require.NoError(t, err)
}

func TestServer_certificate(t *testing.T) {
	t.Parallel()
	e := newTLSEnv(t)
	conn, err := tls.Dial("tcp", e.server.Addr(), e.transport.TLSClientConfig)
	require.NoError(t, err)
	defer conn.Close()
	leaf := conn.ConnectionState().PeerCertificates[0]
	for _, name := range []string{"127.0.0.1", "::1", "localhost", "sms.tencentcloudapi.com",
		"ssm.tencentcloudapi.com"} {
		assert.NoError(t, leaf.VerifyHostname(name))
	}
	assert.Error(t, leaf.VerifyHostname("cvm.tencentcloudapi.com"))
	block, rest := pem.Decode(e.server.CertPEM())
	require.NotNil(t, block)
	assert.Empty(t, rest)
	assert.Nil(t, newEnv(t).server.CertPEM())
}

func TestFaults_overTLS(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]error{
		ResetEarly: syscall.ECONNRESET,
		ResetSent:  syscall.ECONNRESET,
		EOFSent:    io.EOF,
	} {
		e := newTLSEnv(t)
		e.cloud.Script(SendSms, Fault{Kind: kind})
		_, err := e.send(t.Context(), message())
		assert.ErrorIs(t, err, want, kind)
	}
	e := newTLSEnv(t)
	e.cloud.Script(SendSms, Fault{Kind: Cut})
	assert.Equal(t, "ClientError.ParseJsonError", e.sendOne(message()))
	assert.Len(t, e.cloud.Outbox(), 1)
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	conn, err := net.Dial("tcp", e.server.Addr())
	require.NoError(t, err)
	defer conn.Close()
	exchange(t, conn)
	require.NoError(t, e.server.Refuse(true))
	require.NoError(t, e.server.Refuse(true), "twice is once")
	exchange(t, conn) // an open connection stays open

	_, err = e.send(t.Context(), code(3))
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)

	require.NoError(t, e.server.Refuse(false))
	require.NoError(t, e.server.Refuse(false))
	assert.Equal(t, "Ok", e.sendOne(code(3)))
	assert.Equal(t, 2, e.server.Connections())
}

func TestRefuse_portTaken(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	require.NoError(t, e.server.Refuse(true))
	squatter, err := net.Listen("tcp", e.server.Addr())
	require.NoError(t, err)
	defer squatter.Close()
	assert.ErrorIs(t, e.server.Refuse(false), syscall.EADDRINUSE)
}

func TestBreakTLS(t *testing.T) {
	t.Parallel()
	e := newTLSEnv(t)
	e.server.BreakTLS(2)
	for range 2 {
		_, err := e.send(t.Context(), message())
		var broken tls.RecordHeaderError
		assert.ErrorAs(t, err, &broken)
	}
	assert.Equal(t, "Ok", e.sendOne(message()))
	assert.Equal(t, 3, e.server.Connections())
	assert.Len(t, e.cloud.Requests(), 1)
}

func TestBreakTLS_withoutTLS(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.server.BreakTLS(1)
	_, err := e.send(t.Context(), message())
	assert.Error(t, err)
	assert.Empty(t, e.cloud.Requests())
	assert.Equal(t, "Ok", e.sendOne(message()))
}

func TestCloseIdle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		reset, tls bool
		want       error
	}{
		{"with FIN", false, false, io.EOF},
		{"with RST", true, false, syscall.ECONNRESET},
		{"with FIN under TLS", false, true, io.EOF},
		{"with RST under TLS", true, true, syscall.ECONNRESET},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			if tt.tls {
				e = newTLSEnv(t)
			}
			conn, err := net.Dial("tcp", e.server.Addr())
			require.NoError(t, err)
			defer conn.Close()
			if tt.tls {
				config := e.transport.TLSClientConfig.Clone()
				config.ServerName = "localhost"
				conn = tls.Client(conn, config)
			}
			exchange(t, conn)
			e.server.CloseIdle(tt.reset)
			_, err = conn.Read(make([]byte, 1))
			assert.ErrorIs(t, err, tt.want)
		})
	}
}

func TestCloseIdle_leavesBusyConnections(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Script(SendSms, Fault{Kind: HangUnsent})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := e.send(ctx, message())
		done <- err
	}()
	require.NoError(t, e.cloud.Await(t.Context(), SendSms, 1))
	e.server.CloseIdle(true)
	cancel()
	assert.ErrorIs(t, <-done, context.Canceled)
}

func TestClose_endsEveryWait(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{HangUnsent, HangSent, Slow, Delay} {
		e := newEnv(t)
		delay := time.Hour
		if kind == Slow {
			delay = 0
		}
		e.cloud.Script(SendSms, Fault{Kind: kind, Delay: delay})
		done := make(chan error)
		go func() {
			_, err := e.send(t.Context(), message())
			done <- err
		}()
		for e.cloud.Count(SendSms) == 0 {
			runtime.Gosched()
		}
		require.NoError(t, e.server.Close())
		assert.Error(t, <-done, kind)
		assert.NoError(t, e.server.Close(), "twice is once")
		assert.NoError(t, e.server.Refuse(false), "closed for good")
	}
}

func TestClose_endsBrokenHandshake(t *testing.T) {
	t.Parallel()
	e := newTLSEnv(t)
	e.server.BreakTLS(1)
	conn, err := net.Dial("tcp", e.server.Addr())
	require.NoError(t, err)
	defer conn.Close()
	for e.server.Connections() == 0 {
		runtime.Gosched()
	}
	require.NoError(t, e.server.Close())
	_, err = conn.Read(make([]byte, 100))
	assert.Error(t, err)
}

func TestServer_idleTimeout(t *testing.T) {
	t.Parallel()
	e := newEnv(t, Options{IdleTimeout: time.Millisecond})
	conn, err := net.Dial("tcp", e.server.Addr())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	assert.NoError(t, err, "the server ends it with FIN")
	assert.Contains(t, string(answer), "UnsupportedProtocol")
}

func TestServer_concurrent(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) { a.Limits.PerDay = 20 })
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() { e.send(t.Context(), code(i)) })
	}
	group.Wait()
	assert.Equal(t, 50, e.cloud.Count(SendSms))
	assert.Len(t, e.cloud.Outbox(), 20)
	serials := make(map[string]bool)
	for _, m := range e.cloud.Outbox() {
		serials[m.SerialNo] = true
	}
	assert.Len(t, serials, 20)
}

func TestClose_leavesNothingRunning(t *testing.T) {
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
		_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\n"+
			"X-TC-Action: SendSms\r\nContent-Length: 2\r\n\r\n{}")
		require.NoError(t, err)
		clients = append(clients, conn)
	}
	require.NoError(t, cloud.Await(t.Context(), SendSms, len(kinds)))
	require.NoError(t, server.Close())
	for _, conn := range clients {
		conn.Close()
	}
	// Close waits for all but the last instructions of a goroutine.
	for began := time.Now(); strings.Contains(goroutines(t), "cloudsim.(*"); runtime.Gosched() {
		require.Less(t, time.Since(began), time.Minute, goroutines(t))
	}
}

func goroutines(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 2))
	return b.String()
}

func TestServer_log(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	q := withoutHandshakeErrors{&b}
	n, err := q.Write([]byte("http: TLS handshake error from 127.0.0.1"))
	assert.Equal(t, 40, n)
	assert.NoError(t, err)
	assert.Empty(t, b.String())
	q.Write([]byte("http: panic serving"))
	assert.Equal(t, "http: panic serving", b.String())
}
