package handler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// The proof that is there names the format, right or not. Nothing else is guessed.
func TestProof_namesTheFormat(t *testing.T) {
	t.Parallel()
	const two = "there are two kinds of proof: a signature must be the only one"
	signedZitadel := fields{"zitadel-signature": zitadelHeader(zitadelBody(), now())}
	query := func(key string) fields { return fields{"queryString": fields{"reports": key}} }
	for _, tt := range []struct {
		name    string
		event   []byte
		outcome string
		caller  string
		hint    string
	}{
		{"a token with Logto's body", eventWith(), "sent", "logto", ""},
		{"a token with a flat body", eventWith(fields{"body": flatBody()}), "sent", "flat", ""},
		{"a token with a payload of null", eventWith(fields{"body": flatBody(fields{"payload": nil})}),
			"bad_request", "logto", "type is not a string, or empty"},
		{"a token with both", messageWith(fields{"code": "735201"}), "sent", "logto", ""},
		{"a token with Supabase's body", eventWith(fields{"body": hookBody()}),
			"bad_request", "flat", "to is not a string"},
		{"a token with ZITADEL's body", eventWith(fields{"body": zitadelBody()}),
			"bad_request", "flat", "to is not a string"},
		{"Supabase's signature", hookWith(t, hookBody()), "sent", "supabase", ""},
		{"it decides alone, whatever token is there", hookWith(t, hookBody(), fields{"headers": fields{"authorization": "Bearer guess"}}),
			"sent", "supabase", ""},
		{"also where the token is right", eventWith(fields{"headers": fields{"webhook-id": "x"}}),
			"unauthorized", "supabase", "there is no webhook-timestamp header"},
		{"one of its headers is enough", eventWith(fields{"headers": fields{"webhook-signature": "v1,x"}}),
			"unauthorized", "supabase", "there is no webhook-id header"},
		{"also an empty one", eventWith(fields{"headers": fields{"Webhook-Timestamp": ""}}),
			"unauthorized", "supabase", "there is no webhook-id header"},
		{"a header that's no text is none", eventWith(fields{"headers": fields{"webhook-id": 5, "zitadel-signature": nil}}),
			"sent", "logto", ""},
		{"Supabase's signature under another body", hookWith(t, bodyWith()), "bad_request", "supabase",
			"there is no number in sms.phone, user.new_phone or user.phone"},
		{"ZITADEL's signature", zitadelWith(zitadelBody()), "sent", "zitadel", ""},
		{"it too decides alone", zitadelWith(zitadelBody(), fields{"headers": fields{"authorization": "Bearer guess"}}),
			"sent", "zitadel", ""},
		{"an empty one beside a token", eventWith(fields{"headers": fields{"zitadel-signature": ""}}),
			"unauthorized", "zitadel", "the time in ZITADEL-Signature is not a number"},
		{"both signatures", hookWith(t, hookBody(), fields{"headers": signedZitadel}), "unauthorized", "supabase", two},
		{"one and a header of the other", zitadelWith(zitadelBody(), fields{"headers": fields{"webhook-id": "x"}}),
			"unauthorized", "supabase", two},
		{"a signature and a key of reports", hookWith(t, hookBody(), query(reportsKey)), "unauthorized", "supabase", two},
		{"the other and a wrong one", zitadelWith(zitadelBody(), query("x")), "unauthorized", "zitadel", two},
		{"a token and a key of reports", eventWith(query(reportsKey)), "sent", "logto", ""},
		{"a wrong token and a key of reports", eventWith(query(reportsKey), fields{"headers": fields{"authorization": "x"}}),
			"unauthorized", "logto", "the Authorization header is not the secret's"},
		{"a key of reports alone", eventWith(query(reportsKey), fields{"headers": fields{"authorization": absent}, "body": "[]"}),
			"reports", "reports", ""},
		{"nothing", eventWith(fields{"headers": fields{"authorization": absent}}), "unauthorized", "",
			"there is no Authorization header"},
		{"a parameter without a value is nothing", eventWith(fields{
			"queryString": fields{"reports": true}, "headers": fields{"authorization": absent}}), "unauthorized", "",
			"there is no Authorization header"},
	} {
		t.Run(tt.name, func(t *testing.T) { // not parallel: a signature is good for 300 s only
			e, requests := newAccepting(t)
			a := e.invoke(t, tt.event)
			require.Equal(t, tt.outcome, a.outcome(), a.logged("hint"))
			require.Equal(t, tt.caller, a.logged("caller"))
			require.Equal(t, tt.hint, a.logged("hint"))
			require.Equal(t, tt.outcome == "sent", *requests == 1)
			require.Equal(t, tt.outcome != "unauthorized", a.Headers[versionHeader] != "")
			if tt.outcome == "unauthorized" {
				require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
			}
		})
	}
}

// The size limit goes by the proof, also by a wrong one.
func TestProof_namesTheSize(t *testing.T) {
	t.Parallel()
	headers := func(h fields) fields {
		return fields{"headers": merge(fields{"authorization": absent}, h)}
	}
	for _, tt := range []struct {
		name   string
		proof  fields
		limit  int
		caller string // in the log, where the body is too large: a token is of two callers
	}{
		{"no proof", headers(nil), 64 << 10, ""},
		{"a token", headers(fields{"authorization": "Bearer guess"}), 64 << 10, ""},
		{"one header of Supabase's", headers(fields{"webhook-id": "x"}), 512 << 10, "supabase"},
		{"that and a token", headers(fields{"webhook-timestamp": "x", "authorization": token}), 512 << 10, "supabase"},
		{"ZITADEL's header", headers(fields{"zitadel-signature": "x"}), 64 << 10, "zitadel"},
		{"both", headers(fields{"zitadel-signature": "x", "webhook-signature": "x"}), 512 << 10, "supabase"},
		{"a key of reports", merge(headers(nil), fields{"queryString": fields{"reports": "x"}}), 256 << 10, "reports"},
		{"that and a token", merge(headers(fields{"authorization": token + "x"}), fields{"queryString": fields{"reports": "x"}}), 64 << 10, ""},
	} {
		e, requests := newAccepting(t)
		for size, want := range map[int]string{tt.limit: "unauthorized", tt.limit + 1: "body_too_large"} {
			for _, body := range []fields{{"body": strings.Repeat("x", size)}, inBase64(strings.Repeat("x", size))} {
				a := e.invoke(t, eventWith(tt.proof, body))
				require.Equal(t, want, a.outcome(), "%s, %d bytes", tt.name, size)
				require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
				if want == "body_too_large" {
					require.Equal(t, tt.caller, a.logged("caller"), tt.name)
				}
			}
		}
		require.Zero(t, *requests)
	}
}

// Who brings no proof of the right form costs no call of SSM.
func TestProof_ofAWrongFormIsTurnedAwayBeforeSSM(t *testing.T) {
	t.Parallel()
	const (
		id        = "msg_webhook-id"
		noSum     = "webhook-signature has no v1 signature of 32 bytes"
		noHex     = "ZITADEL-Signature has no v1 signature of 32 bytes"
		off       = " is more than 300 s off: look at the clock of the caller"
		noNumber  = " is not a number"
		noReports = "reports in the query string has fewer than 16 characters, or is there twice"
	)
	good := hookHeaders(t, hookBody(), time.Now())["webhook-signature"].(string)
	hook := func(h fields) fields {
		return fields{"headers": merge(fields{
			"authorization": absent, "webhook-id": id, "webhook-timestamp": now(), "webhook-signature": good,
		}, h), "body": hookBody()}
	}
	hex := strings.Repeat("ab", 32)
	zitadel := func(header any) fields {
		return fields{"headers": fields{"authorization": absent, "ZITADEL-Signature": header}, "body": zitadelBody()}
	}
	reports := func(key any) fields {
		return fields{"headers": fields{"authorization": absent}, "queryString": fields{"reports": key}, "body": "[]"}
	}
	shifted := func(d time.Duration) string { return fmt.Sprint(time.Now().Add(d).Unix()) }
	e := newEnv(t)
	for _, tt := range []struct {
		name  string
		event fields
		hint  string
	}{
		{"no id", hook(fields{"webhook-id": absent}), "there is no webhook-id header"},
		{"an empty id", hook(fields{"webhook-id": ""}), "there is no webhook-id header"},
		{"two ids", hook(fields{"Webhook-Id": "another"}), "there are several webhook-id headers, and they differ"},
		{"no timestamp", hook(fields{"webhook-timestamp": absent}), "there is no webhook-timestamp header"},
		{"two timestamps", hook(fields{"webhook-timestamp": []string{now(), "1"}}), "there are several webhook-timestamp headers, and they differ"},
		{"a timestamp in words", hook(fields{"webhook-timestamp": "now"}), "the time in webhook-timestamp" + noNumber},
		{"one with a sign", hook(fields{"webhook-timestamp": "+" + now()}), "the time in webhook-timestamp" + noNumber},
		{"a negative one", hook(fields{"webhook-timestamp": "-" + now()}), "the time in webhook-timestamp" + noNumber},
		{"one in hexadecimal", hook(fields{"webhook-timestamp": "0x5"}), "the time in webhook-timestamp" + noNumber},
		{"one with a fraction", hook(fields{"webhook-timestamp": now() + ".5"}), "the time in webhook-timestamp" + noNumber},
		{"a blank before it", hook(fields{"webhook-timestamp": " " + now()}), "the time in webhook-timestamp" + noNumber},
		{"one of 30 digits", hook(fields{"webhook-timestamp": strings.Repeat("9", 30)}), "the time in webhook-timestamp" + noNumber},
		{"the largest that is one", hook(fields{"webhook-timestamp": "4611686018427387903"}), "the time in webhook-timestamp" + off},
		{"one in milliseconds", hook(fields{"webhook-timestamp": now() + "000"}), "the time in webhook-timestamp" + off},
		{"an old one", hook(fields{"webhook-timestamp": shifted(-time.Hour)}), "the time in webhook-timestamp" + off},
		{"one of the future", hook(fields{"webhook-timestamp": shifted(time.Hour)}), "the time in webhook-timestamp" + off},
		{"no signature", hook(fields{"webhook-signature": absent}), noSum},
		{"an empty one", hook(fields{"webhook-signature": ""}), noSum},
		{"one without its version", hook(fields{"webhook-signature": good[3:]}), noSum},
		{"the version alone", hook(fields{"webhook-signature": "v1"}), noSum},
		{"another version", hook(fields{"webhook-signature": "v1a" + good[2:]}), noSum},
		{"31 bytes", hook(fields{"webhook-signature": "v1," + good[3:42] + "A=="}), noSum},
		{"33 bytes", hook(fields{"webhook-signature": "v1," + strings.Repeat("A", 44)}), noSum},
		{"no base64", hook(fields{"webhook-signature": "v1," + strings.Repeat("!", 44)}), noSum},
		{"no padding", hook(fields{"webhook-signature": strings.TrimRight(good, "=")}), noSum},
		{"nine, of which the ninth has the right form", hook(fields{"webhook-signature": strings.Repeat("v1,x ", 8) + good}), noSum},

		{"nothing of ZITADEL's", zitadel(""), "the time in ZITADEL-Signature" + noNumber},
		{"no time", zitadel("v1=" + hex), "the time in ZITADEL-Signature" + noNumber},
		{"an empty time", zitadel("t=,v1=" + hex), "the time in ZITADEL-Signature" + noNumber},
		{"two times", zitadel("t=" + now() + ",t=1,v1=" + hex), "there are several times in ZITADEL-Signature"},
		{"a time in words", zitadel("t=now,v1=" + hex), "the time in ZITADEL-Signature" + noNumber},
		{"an old time", zitadel("t=" + shifted(-time.Hour) + ",v1=" + hex), "the time in ZITADEL-Signature" + off},
		{"a time of the future", zitadel("t=" + shifted(time.Hour) + ",v1=" + hex), "the time in ZITADEL-Signature" + off},
		{"no signature in hexadecimal", zitadel("t=" + now()), noHex},
		{"62 digits", zitadel("t=" + now() + ",v1=" + hex[2:]), noHex},
		{"66 digits", zitadel("t=" + now() + ",v1=" + hex + "ab"), noHex},
		{"no digits", zitadel("t=" + now() + ",v1=" + strings.Repeat("x", 64)), noHex},
		{"another version of it", zitadel("t=" + now() + ",v2=" + hex), noHex},
		{"in capitals", zitadel("t=" + now() + ",v1=" + strings.ToUpper(hex)), noHex},

		{"a key of 15 characters", reports("fifteen-letters"), noReports},
		{"two keys", reports([]string{reportsKey, reportsKey}), noReports},
		{"an empty key", reports(""), noReports},
	} {
		a := e.invoke(t, eventWith(tt.event))
		require.Equal(t, "unauthorized", a.outcome(), tt.name)
		require.Equal(t, tt.hint, a.logged("hint"), tt.name)
	}
	require.Zero(t, e.cloud.Count(cloudsim.GetSecretValue))
}

// A timestamp may be 300 s off, either way.
func TestProof_timestamp(t *testing.T) {
	t.Parallel()
	for off, want := range map[time.Duration]string{
		-301 * time.Second: "unauthorized", -300 * time.Second: "sent", 0: "sent",
		300 * time.Second: "sent", 301 * time.Second: "unauthorized",
	} {
		inBubble(t, off.String(), func(t *testing.T) {
			e, _ := newAccepting(t)
			at := time.Now().Add(off)
			a := e.invoke(t, hookWith(t, hookBody(), fields{"headers": hookHeaders(t, hookBody(), at)}))
			require.Equal(t, want, a.outcome())
			header := fields{"headers": fields{"zitadel-signature": zitadelHeader(zitadelBody(), fmt.Sprint(at.Unix()))}}
			require.Equal(t, want, e.invoke(t, zitadelWith(zitadelBody(), header)).outcome())
			synctest.Wait()
		})
	}
}

// Each secret is tried against each signature, also while one is being replaced on either side.
func TestProof_severalSecretsAndSignatures(t *testing.T) {
	t.Parallel()
	const strange = "v1,whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBmb3IgaG9va3M="
	at := time.Now()
	signed := func(secrets ...string) string {
		return hookHeaders(t, hookBody(), at, secrets...)["webhook-signature"].(string)
	}
	right, wrong := signed(hookSecret), signed(strange)
	for name, tt := range map[string]struct {
		signature any
		want      string
	}{
		"by the one":                       {right, "sent"},
		"by the other":                     {signed(otherHookSecret), "sent"},
		"by both":                          {signed(hookSecret, otherHookSecret), "sent"},
		"by a stranger and the one":        {signed(strange, hookSecret), "sent"},
		"by the one and a stranger":        {signed(hookSecret, strange), "sent"},
		"by a stranger":                    {wrong, "unauthorized"},
		"by strangers":                     {signed(strange, strange), "unauthorized"},
		"as the specification joins them":  {wrong + " " + right, "sent"},
		"with commas alone":                {wrong + "," + right, "sent"},
		"with more blanks than needed":     {"  " + wrong + " ,\t" + right + " ", "sent"},
		"in a list of headers":             {[]string{wrong, right}, "sent"},
		"behind an asymmetric one":         {"v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== " + right, "sent"},
		"behind nonsense":                  {"nonsense v1 v1, " + right, "sent"},
		"as the eighth":                    {strings.Repeat(wrong+" ", 7) + right, "sent"},
		"as the ninth":                     {strings.Repeat(wrong+" ", 8) + right, "unauthorized"},
		"of another version with this sum": {"v2" + right[2:] + " " + wrong, "unauthorized"},
	} {
		e, _ := newAccepting(t)
		a := e.invoke(t, hookWith(t, hookBody(), fields{"headers": fields{
			"webhook-signature": tt.signature, "webhook-timestamp": fmt.Sprint(at.Unix()),
		}}))
		assert.Equal(t, tt.want, a.outcome(), name)
		if tt.want == "unauthorized" {
			assert.Equal(t, "no signature in webhook-signature is made with the secret's supabase", a.logged("hint"), name)
		}
	}
	for name, tt := range map[string]struct {
		keys []string
		want string
	}{
		"by the one":                {[]string{signingKey}, "sent"},
		"by the other":              {[]string{"other" + signingKey}, "sent"},
		"by a stranger":             {[]string{"stranger"}, "unauthorized"},
		"by a stranger and the one": {[]string{"stranger", signingKey}, "sent"},
		"as the eighth":             {append(slices.Repeat([]string{"x"}, 7), signingKey), "sent"},
		"as the ninth":              {append(slices.Repeat([]string{"x"}, 8), signingKey), "unauthorized"},
	} {
		header := zitadelHeader(zitadelBody(), now(), tt.keys...)
		for _, header := range []any{header, strings.Split(header, ","), strings.ReplaceAll(header, ",", ", ")} {
			e, _ := newAccepting(t)
			a := e.invoke(t, zitadelWith(zitadelBody(), fields{"headers": fields{"zitadel-signature": header}}))
			assert.Equal(t, tt.want, a.outcome(), "%s: %v", name, header)
			if tt.want == "unauthorized" {
				assert.Equal(t, "no signature in ZITADEL-Signature is made with the secret's zitadel", a.logged("hint"), name)
			}
		}
	}
}

// No bit of a signature, or of what is signed, can be another.
func TestProof_everyBitFlipped(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t)
	flipped := func(text string, yield func(string)) {
		for i := range len(text) * 7 { // not the eighth: events are UTF-8
			changed := []byte(text)
			changed[i/7] ^= 1 << (i % 7)
			yield(string(changed))
		}
	}
	body := hookBody()
	headers := hookHeaders(t, body, time.Now())
	for name := range headers {
		if name == "authorization" {
			continue
		}
		flipped(headers[name].(string), func(changed string) {
			a := e.invoke(t, hookWith(t, body, fields{"headers": merge(headers, fields{name: changed})}))
			require.Equal(t, "unauthorized", a.outcome(), "%s: %q", name, changed)
		})
	}
	for i := range body {
		text := []byte(body)
		text[i] ^= 1 << (i % 7)
		changed := string(text)
		a := e.invoke(t, hookWith(t, body, fields{"headers": headers, "body": changed}))
		require.Equal(t, "unauthorized", a.outcome(), "%q", changed)
	}
	header := zitadelHeader(zitadelBody(), now())
	flipped(header, func(changed string) {
		a := e.invoke(t, zitadelWith(zitadelBody(), fields{"headers": fields{"zitadel-signature": changed}}))
		require.Equal(t, "unauthorized", a.outcome(), "%q", changed)
	})
	require.Zero(t, *requests)
}

// A format whose field isn't in the secret lets nobody in, and the hint names the field.
func TestProof_fieldThatIsNotInTheSecret(t *testing.T) {
	t.Parallel()
	all := fields{"authorization": token, "supabase": hookSecret, "zitadel": signingKey, "reports": reportsKey}
	events := map[string][]byte{
		"authorization": eventWith(),
		"supabase":      hookWith(t, hookBody()),
		"zitadel":       zitadelWith(zitadelBody()),
		"reports": eventWith(fields{"headers": fields{"authorization": absent}, "body": "[]",
			"queryString": fields{"reports": reportsKey}}),
	}
	for lacking, event := range events {
		secret := merge(fields{"accessKeyId": "AKIDone", "accessKeySecret": "one-secret-key"}, all, fields{lacking: absent})
		e := newEnv(t)
		e.cloud.Update(func(a *cloudsim.Account) {
			a.Secrets[0].Versions = map[string]cloudsim.SecretValue{"SSM_Current": {String: toJSON(secret)}}
		})
		a := e.invoke(t, event)
		require.Equal(t, "unauthorized", a.outcome())
		require.Equal(t, "the secret has no "+lacking+", which this kind of caller needs", a.logged("hint"))
		for field, event := range events {
			if field != lacking {
				require.Contains(t, []string{"sent", "reports"}, e.invoke(t, event).outcome(), field)
			}
		}
	}
}

// An unknown signature costs what an unknown token costs: one fetch now and then.
func TestProof_unknownOnesCostTheSame(t *testing.T) {
	t.Parallel()
	calls := map[string]int{}
	for name, event := range map[string]func(testing.TB, int) []byte{
		"token": func(_ testing.TB, i int) []byte {
			return eventWith(fields{"headers": fields{"authorization": fmt.Sprint("Bearer guess", i)}})
		},
		"supabase": func(t testing.TB, i int) []byte {
			return hookWith(t, hookBody(), fields{"body": hookBody(fields{"n": i})})
		},
		"zitadel": func(t testing.TB, i int) []byte {
			return zitadelWith(zitadelBody(), fields{"body": zitadelBody(fields{"n": i})})
		},
		"reports": func(t testing.TB, i int) []byte {
			return eventWith(fields{"headers": fields{"authorization": absent}, "body": "[]",
				"queryString": fields{"reports": fmt.Sprintf("guess-of-the-key-%d", i)}})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := newEnvInBubble(t)
			for i := range 200 {
				require.Equal(t, "unauthorized", e.invoke(t, event(t, i)).outcome())
				time.Sleep(time.Second)
			}
			calls[name] = e.cloud.Count(cloudsim.GetSecretValue)
		})
	}
	require.Equal(t, map[string]int{
		"token": calls["token"], "supabase": calls["token"], "zitadel": calls["token"], "reports": calls["token"],
	}, calls)
	require.Less(t, calls["token"], 10)
}

// A secret that was added just now lets its caller in at once.
func TestProof_addedToTheSecret(t *testing.T) {
	t.Parallel()
	inBubble(t, "supabase", func(t *testing.T) {
		e := newEnvInBubble(t)
		before := fields{"accessKeyId": "AKIDone", "accessKeySecret": "one-secret-key", "authorization": token}
		put := func(value fields) {
			e.cloud.Update(func(a *cloudsim.Account) {
				a.Secrets[0].Versions = map[string]cloudsim.SecretValue{"SSM_Current": {String: toJSON(value)}}
			})
		}
		put(before)
		require.Equal(t, "sent", e.invoke(t, eventWith()).outcome())
		require.Equal(t, "unauthorized", e.invoke(t, hookWith(t, hookBody())).outcome())
		time.Sleep(10 * time.Second)
		put(merge(before, fields{"supabase": hookSecret}))
		require.Equal(t, "sent", e.invoke(t, hookWith(t, hookBody())).outcome())
	})
}
