package limits

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Server is where Redis is. The zero Server stands for none.
type Server struct {
	Address  string // host:port; "": there is no guard
	TLS      bool
	Database int
}

// ParseURL reads the setting REDIS_URL, redis://host[:port][/database] or rediss:// for TLS. Its
// error holds no part of the value: people write passwords into it.
func ParseURL(setting string) (Server, error) {
	const form = "must be a URL such as redis://10.0.0.86:6379/0 or rediss://redis.example.com:6379"
	u, err := url.Parse(setting)
	switch {
	case strings.Contains(setting, "@"):
		return Server{}, errors.New("must have no user name and no password: the password belongs " +
			"into the secret in SSM, as redisPassword")
	case err != nil, u.Scheme != "redis" && u.Scheme != "rediss", u.Opaque != "",
		u.RawQuery != "" || u.ForceQuery || strings.Contains(setting, "#"),
		!isHost(u.Hostname()):
		return Server{}, errors.New(form)
	}
	s := Server{TLS: u.Scheme == "rediss"}
	port := u.Port()
	if port == "" {
		if strings.HasSuffix(u.Host, ":") {
			return Server{}, errors.New(form)
		}
		port = "6379"
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return Server{}, errors.New("must have a port from 1 to 65535")
	}
	s.Address = net.JoinHostPort(u.Hostname(), strconv.Itoa(n))
	if database := strings.TrimPrefix(u.Path, "/"); database != "" {
		s.Database, err = strconv.Atoi(database)
		if err != nil || strconv.Itoa(s.Database) != database || s.Database < 0 ||
			s.Database > 65535 {
			return Server{}, errors.New("must have nothing behind the port but the number of a " +
				"database, such as /0")
		}
	}
	if !s.TLS && !isPrivate(u.Hostname()) {
		return Server{}, errors.New("must begin with rediss:// (TLS), unless the host is localhost " +
			"or a private IP address: nobody may read along")
	}
	return s, nil
}

// isHost reports whether a host is an IP address or can be a name.
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return !strings.Contains(host, "%") // a zone is a network interface's name
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
	return host != "" && len(host) <= 253 && strings.Trim(host, letters) == ""
}

// isPrivate reports whether a host is this machine, or an address that only a private network has.
func isPrivate(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	ip = ip.Unmap()
	return err == nil && (ip.IsPrivate() || ip.IsLoopback() || behindCarrier(ip))
}

// behindCarrier reports whether an address is of 100.64.0.0/10, which is for what stands behind a
// carrier's NAT (RFC 6598). Clouds use it inside, too.
func behindCarrier(ip netip.Addr) bool {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10).Contains(ip)
}
