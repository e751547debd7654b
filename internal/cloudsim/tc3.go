package cloudsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The services, by their names in the scope of a signature.
const (
	SMS = "sms"
	SSM = "ssm"
	STS = "sts"
	CAM = "cam"
	SCF = "scf"
	CLS = "cls"
)

const (
	algorithm   = "TC3-HMAC-SHA256"
	terminator  = "tc3_request"
	maxSkew     = 300 * time.Second
	unsignedSum = "UNSIGNED-PAYLOAD"
)

// authorization is a parsed Authorization header.
type authorization struct {
	secretID  string
	date      string
	service   string
	signed    []string // names of the signed headers, as listed
	signature string
}

var authorizationForm = regexp.MustCompile(`^TC3-HMAC-SHA256 ` +
	`Credential=([^/,]*)/([^/,]*)/([^/,]*)/tc3_request\s*,` +
	`\s*SignedHeaders=([^,]*?)\s*,` +
	`\s*Signature=([^,]*)$`)

func parseAuthorization(header string) (a authorization, ok bool) {
	m := authorizationForm.FindStringSubmatch(header)
	if m == nil {
		return a, false
	}
	a = authorization{m[1], m[2], m[3], strings.Split(m[4], ";"), m[5]}
	return a, slices.Contains(a.signed, "content-type") && slices.Contains(a.signed, "host")
}

// authenticateLocked returns the key that signed the request, and the service it is for.
func (c *Cloud) authenticateLocked(q *call) (Key, string, *apiError) {
	header := q.http.Header
	auth, ok := parseAuthorization(header.Get("Authorization"))
	if !ok {
		return Key{}, "", refuse("AuthFailure.InvalidAuthorization")
	}
	timestamp := header.Get("X-TC-Timestamp")
	if timestamp == "" {
		return Key{}, "", missing("Timestamp")
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != timestamp { // ParseInt takes +1 and 01
		return Key{}, "", wrongType("Timestamp")
	}

	i := slices.IndexFunc(c.account.Keys, func(k Key) bool { return k.SecretID == auth.secretID })
	if i < 0 || c.account.Keys[i].Disabled || !c.settledLocked(q, c.account.Keys[i]) {
		return Key{}, "", refuse("AuthFailure.SecretIdNotFound")
	}
	key := c.account.Keys[i]
	token := header.Get("X-TC-Token")
	if token == "" && key.Token != "" {
		// A temporary id exists only with its token.
		return Key{}, "", refuse("AuthFailure.SecretIdNotFound")
	}
	if token != key.Token {
		return Key{}, "", refuse("AuthFailure.TokenFailure")
	}

	signedAt := time.Unix(seconds, 0).UTC()
	if skew := q.clock.Sub(signedAt); skew > maxSkew || skew < -maxSkew {
		return Key{}, "", refuse("AuthFailure.SignatureExpire")
	}
	if auth.date != signedAt.Format(time.DateOnly) || q.http.URL.Path != "/" ||
		!hostServes(q.http.Host, auth.service) {
		return Key{}, "", refuse("AuthFailure.SignatureFailure")
	}
	payload := q.body
	if header.Get("X-TC-Content-SHA256") == unsignedSum {
		payload = []byte(unsignedSum)
	}
	for _, host := range signedHosts(q.http.Host) {
		canonical := canonicalRequest(q.http, host, auth.signed, payload)
		want := sign(key.SecretKey, auth.date, auth.service, timestamp, canonical)
		if hmac.Equal([]byte(want), []byte(auth.signature)) {
			return key, auth.service, nil
		}
	}
	return Key{}, "", refuse("AuthFailure.SignatureFailure")
}

// signedHosts returns what a client may have signed as its Host header. Tencent's SDK for Node
// signs the name alone though it sends the port too (tencentcloud-sdk-nodejs-common,
// common/sign.js); the others sign what they send. At Tencent's own port, 443, both are the same.
func signedHosts(host string) []string {
	hosts := []string{host}
	if _, port, err := net.SplitHostPort(host); err == nil {
		// An IPv6 address keeps its brackets.
		hosts = append(hosts, strings.TrimSuffix(host, ":"+port))
	}
	return hosts
}

// hostServes reports whether the host may serve the service. A domain of the cloud serves the
// service of its first label. A loopback address serves all, because one port plays all domains.
func hostServes(host, service string) bool {
	if !slices.Contains([]string{SMS, SSM, STS, CAM, SCF, CLS}, service) {
		return false
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	label, rest, _ := strings.Cut(host, ".")
	if strings.HasSuffix("."+rest, ".tencentcloudapi.com") {
		return label == service
	}
	return true
}

// canonicalRequest is the text that is signed. The path is always /. SDKs send a POST without a
// query; one that was added on the way would not be in what they signed.
func canonicalRequest(r *http.Request, host string, signed []string, payload []byte) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n/\n" + r.URL.RawQuery + "\n")
	for _, name := range slices.Sorted(slices.Values(signed)) {
		value := r.Header.Get(name)
		if name == "host" {
			value = host
		}
		value = strings.ToLower(strings.TrimSpace(value))
		b.WriteString(strings.ToLower(name) + ":" + value + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + sha256Hex(payload))
	return b.String()
}

func sign(secretKey, date, service, timestamp, canonical string) string {
	_, _, key := deriveKeys(secretKey, date, service)
	scope := date + "/" + service + "/" + terminator
	text := algorithm + "\n" + timestamp + "\n" + scope + "\n" + sha256Hex([]byte(canonical))
	return hex.EncodeToString(hmacSHA256(key, text))
}

func deriveKeys(secretKey, date, service string) (secretDate, secretService, secretSigning []byte) {
	secretDate = hmacSHA256([]byte("TC3"+secretKey), date)
	secretService = hmacSHA256(secretDate, service)
	return secretDate, secretService, hmacSHA256(secretService, terminator)
}

func hmacSHA256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
