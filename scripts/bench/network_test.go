package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trips returns how many round trips a task took, rounded: a machine may add up to half of one.
func trips(rtt time.Duration, task func()) int {
	began := time.Now()
	task()
	return int(time.Since(began).Round(rtt) / rtt)
}

// What is known of TCP, HTTP and TLS 1.3 comes out: a round trip each to connect, to shake hands
// and to ask.
func TestNetwork(t *testing.T) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "hello")
	})
	plain, secure := httptest.NewServer(hello), httptest.NewTLSServer(hello)
	defer plain.Close()
	defer secure.Close()

	for _, tt := range []struct {
		name       string
		server     *httptest.Server
		scheme     string
		version    uint16
		cold, warm int
	}{
		{"plain", plain, "http://", 0, 2, 1},
		{"TLS 1.3", secure, "https://", tls.VersionTLS13, 3, 1},
		{"TLS 1.2", secure, "https://", tls.VersionTLS12, 4, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := &tls.Config{InsecureSkipVerify: true, MaxVersion: tt.version}
			transport := &http.Transport{TLSClientConfig: config}
			get := func(n *network) {
				resp, err := (&http.Client{Transport: transport}).Get(tt.scheme + n.addr())
				require.NoError(t, err)
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.Equal(t, "hello", string(body))
			}
			// A busy machine can make it longer, and nothing makes it shorter. A round trip too
			// many stays one, however long they are; what the machine adds becomes less than one.
			var cold, warm int
			for rtt := 100 * time.Millisecond; rtt < 10*time.Second; rtt *= 2 {
				n, err := newNetwork(tt.server.Listener.Addr().String(), rtt)
				require.NoError(t, err)
				defer n.close()
				cold = trips(rtt, func() { get(n) })
				warm = trips(rtt, func() { get(n) })
				transport.CloseIdleConnections()
				require.GreaterOrEqual(t, cold, tt.cold, "cold")
				require.GreaterOrEqual(t, warm, tt.warm, "warm")
				if cold == tt.cold && warm == tt.warm {
					return
				}
			}
			t.Errorf("%d round trips cold and %d warm, not %d and %d", cold, warm, tt.cold, tt.warm)
		})
	}
}

// Nothing is lost, reordered or cut off at the end.
func TestNetwork_bytes(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer server.Close()
	go func() {
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.Copy(conn, conn)
	}()
	n, err := newNetwork(server.Addr().String(), 10*time.Millisecond)
	require.NoError(t, err)
	defer n.close()

	conn, err := net.Dial("tcp", n.addr())
	require.NoError(t, err)
	defer conn.Close()
	sent := make([]byte, 1<<20)
	for i := range sent {
		sent[i] = byte(i * i >> 8)
	}
	go func() {
		conn.Write(sent)
		conn.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(bufio.NewReader(conn))
	require.NoError(t, err)
	assert.True(t, string(sent) == string(got), "what came back is not what was sent")
}

// Closing ends connections that nobody uses, too.
func TestNetwork_close(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer server.Close()
	n, err := newNetwork(server.Addr().String(), time.Millisecond)
	require.NoError(t, err)
	conn, err := net.Dial("tcp", n.addr())
	require.NoError(t, err)
	defer conn.Close()
	far, err := server.Accept() // the path is there: what nobody has accepted ends with RST
	require.NoError(t, err)
	defer far.Close()
	n.close()
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	_, err = conn.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.EOF)
}
