package liveconn

import (
	"crypto/fips140"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// choice is what a process whose environment names roots makes of a server.
type choice struct {
	Ours, Stock string // the error, if any
	Cut         bool   // not all roots were parsed
}

// choose dials in this process, which was started for it: crypto/x509 reads the environment once.
func choose(t *testing.T, address string) choice {
	d := NewDialer()
	cut := d.roots().blocks != nil
	// With the race detector, parsing all roots or the self-tests of FIPS mode can take longer than
	// a handshake may.
	if fips140.Enabled() {
		return choice{Cut: cut}
	}
	_, err := x509.SystemCertPool()
	require.NoError(t, err)
	ours, _ := ours(t, d, address)
	stock, _ := verdict(t, func() (net.Conn, error) { return tls.Dial("tcp", address, nil) })
	return choice{ours, stock, cut}
}

// The roots that SSL_CERT_FILE and SSL_CERT_DIR name are those that crypto/x509 finds.
func TestReadRoots_inAnEnvironment(t *testing.T) {
	if address := os.Getenv("DIAL"); address != "" {
		require.NoError(t, json.NewEncoder(os.NewFile(3, "answer")).Encode(choose(t, address)))
		return
	}
	t.Parallel()
	const unknown = "tls: failed to verify certificate: x509: " +
		"certificate signed by unknown authority"
	folder, empty := t.TempDir(), t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	file := "SSL_CERT_FILE=" + write("a.pem", pemOf(rootB, rootA))
	others := "SSL_CERT_FILE=" + write("b.pem", pemOf(rootB))
	comment := "SSL_CERT_FILE=" + write("c.pem", "#")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a.pem"), []byte(pemOf(rootA)), 0o600))
	address := "localhost:" + tlsServer(t, tls.VersionTLS13, showing(shows(leaf)))
	for _, tt := range []struct {
		name        string
		environment []string
		want        string
		cut         bool
	}{
		{"a file", []string{file}, "", true},
		{"a file of other roots", []string{others}, unknown, true},
		{"a file that is absent", []string{file + "x"}, unknown, false},
		{"a file without a certificate", []string{comment}, unknown, false},
		{"a folder", []string{"SSL_CERT_DIR=" + folder}, "", false},
		{"an empty folder", []string{"SSL_CERT_DIR=" + empty}, unknown, false},
		{"two folders", []string{"SSL_CERT_DIR=" + empty + ":" + folder}, "", false},
		{"an empty folder and a file", []string{"SSL_CERT_DIR=" + empty, file}, "", false},
		{"a folder and a file of other roots", []string{"SSL_CERT_DIR=" + folder, others}, "", false},
		{"a file, in FIPS mode", []string{file, "GODEBUG=fips140=on"}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer, toParent, err := os.Pipe()
			require.NoError(t, err)
			defer answer.Close()
			child := exec.CommandContext(t.Context(), os.Args[0],
				"-test.run=^TestReadRoots_inAnEnvironment$")
			child.Env = append([]string{"DIAL=" + address}, tt.environment...)
			child.ExtraFiles = []*os.File{toParent}
			output, err := child.CombinedOutput()
			toParent.Close()
			require.NoError(t, err, "%s", output)
			var got choice
			require.NoError(t, json.NewDecoder(answer).Decode(&got))
			require.Equal(t, choice{tt.want, tt.want, tt.cut}, got)
		})
	}
}
