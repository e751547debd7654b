package tencent

import (
	"crypto/x509"
	"os"
)

// bundles are the files that distributions keep their root certificates in, all in one; the second is the runtime's.
var bundles = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}

// readRoots reads the system's root certificates. crypto/x509 by itself reads the same bundle, and then every file in the
// folders it knows, where on most systems all of them lie once or twice more: half of the work of a cold start. It is
// left to do so (nil) where a folder is named by SSL_CERT_DIR, or where no bundle is found.
func readRoots() *x509.CertPool {
	if os.Getenv("SSL_CERT_DIR") != "" {
		return nil
	}
	files := bundles
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		files = []string{file}
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		roots := x509.NewCertPool()
		if err == nil && roots.AppendCertsFromPEM(content) {
			return roots
		}
	}
	return nil
}
