package tencent

import (
	"errors"
	"net"
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

// ParseEndpoint reads host[:port] or a URL without a path. Plain http is for a simulated cloud on this machine only:
// requests carry the session token of the function's role.
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
	if port, err := strconv.ParseUint(u.Port(), 10, 16); strings.HasSuffix(u.Host, ":") || u.Port() != "" && (err != nil || port == 0) {
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

// origin names e among the hosts there are connections to.
func (e Endpoint) origin() string { return e.Scheme + "://" + e.address() }

// address is e's host with its port.
func (e Endpoint) address() string {
	u := url.URL{Host: e.Host}
	port := u.Port()
	switch {
	case port != "":
	case e.Scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}
