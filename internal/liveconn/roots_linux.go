package liveconn

import "os"

// bundleFiles are where distributions keep all root certificates. The second is that of SCF's
// runtime.
var bundleFiles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
}

// readRoots reads the system's root certificates. crypto/x509 reads the same bundle and then every
// file in the folders it knows, where on most systems each certificate lies once or twice more.
// readRoots leaves the reading to crypto/x509 if SSL_CERT_DIR names a folder or no bundle is found.
func readRoots() bundle {
	if os.Getenv("SSL_CERT_DIR") != "" {
		return bundle{}
	}
	files := bundleFiles
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		files = []string{file}
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if b, ok := readBundle(content); ok {
			return b
		}
	}
	return bundle{}
}
