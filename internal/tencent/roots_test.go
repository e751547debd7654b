package tencent

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadRoots(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(bundle, certificate, 0o644))

	t.Setenv("SSL_CERT_DIR", "")
	t.Setenv("SSL_CERT_FILE", bundle)
	require.NotNil(t, readRoots())
	_, err := server.Certificate().Verify(x509.VerifyOptions{Roots: readRoots()})
	assert.NoError(t, err)

	t.Setenv("SSL_CERT_FILE", filepath.Join(t.TempDir(), "absent.pem"))
	assert.Nil(t, readRoots(), "crypto/x509 looks elsewhere")

	t.Setenv("SSL_CERT_FILE", bundle)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	assert.Nil(t, readRoots(), "a folder was asked for")
}
