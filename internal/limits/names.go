package limits

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	keptKey = 24 * time.Hour // how long a key or mark of the caller's is remembered

	// consoleCode is the code that Logto's console sends each time a connector is tried
	// (https://github.com/logto-io/logto, packages/core/src/routes/connector/config-testing.ts).
	consoleCode = "000000"
)

// names makes the names of an account's keys in Redis. Nobody learns a number, a code or an IP
// address from them, also not by trying all there are: that takes the key.
type names struct {
	prefix string
	key    []byte
}

// newNames makes names for an account by SmsSdkAppId. secret is known to the function alone.
func newNames(appID, secret string) names {
	// The braces are a hash tag: a cluster keeps all keys in one place, where one script may use
	// them.
	n := names{prefix: "scf-sms:{" + appID + "}:", key: []byte(secret)}
	n.key = n.sum("scf-sms limits v1")
	return n
}

func (n names) sum(text string) []byte {
	mac := hmac.New(sha256.New, n.key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

const hashLength = 22 // characters

// hash keeps texts of one scope apart from the same texts of another.
func (n names) hash(scope string, parts ...string) string {
	const size = 16 // bytes
	sum := n.sum(scope + "\x00" + strings.Join(parts, "\x00"))
	return base64.RawURLEncoding.EncodeToString(sum[:size])
}

// Counter is where a limit that an order falls under is counted.
type Counter struct {
	Name  string // of the hash in Redis: see claim.lua
	Scope Scope
	Limit Limit
}

// counters are those of the limits that an order falls under.
func (n names) counters(r Rules, o Order) (all []Counter) {
	code, named := r.CallingCode[o.CallingCode]
	if !named {
		code = r.OtherCodes
	}
	ip := network(o.IP)
	if ip == "" {
		r.IP = nil
	}
	block := o.Number[:max(0, len(o.Number)-4)]
	for _, of := range []struct {
		scope  Scope
		limits []Limit
		what   string
	}{
		{Number, r.Number, "n:" + n.hash("number", o.Number)},
		{Block, r.Block, "b:" + n.hash("block", block)},
		{IP, r.IP, "i:" + n.hash("ip", ip)},
		{CallingCode, code, "c:" + strconv.Itoa(o.CallingCode)},
		{Total, r.Total, "t"},
	} {
		for _, l := range of.limits {
			w := strconv.FormatInt(l.W.Milliseconds(), 10)
			all = append(all, Counter{n.prefix + of.what + ":" + w, of.scope, l})
		}
	}
	return all
}

// mark is the key in Redis that remembers a request, and for how long. There is none for a request
// that is never a duplicate.
func (n names) mark(r Rules, o Order) (name string, kept time.Duration) {
	switch {
	case o.Mark != "":
		name, kept = n.hash("mark", o.Mark), keptKey
	case o.Key != "":
		name, kept = n.hash("key", o.Key), keptKey
	case r.Dedupe == 0 || o.Passcode == consoleCode:
		return "", 0
	default:
		name, kept = n.fingerprint(o), r.Dedupe
	}
	return n.prefix + "r:" + name, kept
}

// fingerprint tells a request from another with the same key.
func (n names) fingerprint(o Order) string {
	return n.hash("request", o.Number, o.Passcode, o.UsageType)
}

// network returns what counts as one person of an address: the address, or the /64 if it is one of
// IPv6. It returns "" for what is no address, and for one that many people or none may have:
// private, loopback, link-local, and behind a carrier's NAT.
func network(address string) string {
	address = strings.TrimSpace(address)
	ip, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(address)
		if err != nil {
			return ""
		}
		ip = withPort.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || behindCarrier(ip) {
		return ""
	}
	if ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}
