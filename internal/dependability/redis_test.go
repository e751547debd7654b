package dependability

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/redissim"
)

// redisSecret is a secret for functions with limits, and redisPassword what is in it.
const (
	redisPassword = "example-redis-password"
	redisSecret   = `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", ` +
		`"authorization": "` + goodToken + `", "hashKey": "example-hash-key", ` +
		`"redisPassword": "` + redisPassword + `"}`
)

// startRedis starts a Redis for the length of a test: a redis-server where there is one, if it is
// wanted, and miniredis otherwise. It returns its address. password is "" for none.
func startRedis(t testing.TB, real bool, password string) string {
	t.Helper()
	if real {
		server, err := redissim.StartServer("--requirepass", password)
		if err == nil {
			t.Cleanup(server.Close)
			return server.Addr
		}
		require.ErrorIs(t, err, redissim.ErrNoServer)
	}
	imitated, err := redissim.Start(password)
	require.NoError(t, err)
	t.Cleanup(imitated.Close)
	return imitated.Addr()
}

// recorder stands before a Redis, and keeps what is written to it.
type recorder struct {
	address string

	mu          sync.Mutex
	seen        strings.Builder
	connections []net.Conn
}

func startRecorder(t testing.TB, to string) *recorder {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	r := &recorder{address: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				c.Close()
				continue
			}
			r.mu.Lock()
			r.connections = append(r.connections, c)
			r.mu.Unlock()
			go pass(c, server, nil)
			go pass(server, c, r)
		}
	}()
	return r
}

// pass passes on what comes from one side to the other.
func pass(to, from net.Conn, r *recorder) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if r != nil {
			r.mu.Lock()
			r.seen.Write(buffer[:n])
			r.mu.Unlock()
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen.String()
}
