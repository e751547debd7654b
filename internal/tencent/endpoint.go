package tencent

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Endpoint is where an API is reached.
type Endpoint struct {
	Scheme string // "https", or "http" on loopback
	Host   string // host[:port]
}

// ParseEndpoint reads host[:port] or a URL without a path. Plain http is for a simulated cloud on
// this machine only: requests carry the session token of the function's role.
func ParseEndpoint(s string) (Endpoint, error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, " \t") {
		return Endpoint{}, errors.New("must be host[:port] or a URL")
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Endpoint{}, errors.New("must have no user, path, query or fragment")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if strings.HasSuffix(u.Host, ":") || u.Port() != "" && (err != nil || port == 0) {
		return Endpoint{}, errors.New("must have a port between 1 and 65535, or none")
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback(u.Hostname()):
	case u.Scheme == "http":
		return Endpoint{}, errors.New("must be https, unless it is a loopback address")
	default:
		return Endpoint{}, errors.New("must be https")
	}
	return Endpoint{Scheme: u.Scheme, Host: u.Host}, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
