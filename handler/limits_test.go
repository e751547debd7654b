package handler_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/limits"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
)

// fakeLimits are limits that always say the same. They keep what they are told.
type fakeLimits struct {
	verdict limits.Verdict
	cause   limits.Cause // of settling

	orders  []limits.Order
	settled []string // "fate serialNo"
}

func (f *fakeLimits) Claim(_ context.Context, o limits.Order) limits.Verdict {
	f.orders = append(f.orders, o)
	return f.verdict
}

func (f *fakeLimits) Settle(
	_ context.Context, _ limits.Claim, fate limits.Fate, serialNo string,
) limits.Cause {
	word := map[limits.Fate]string{
		limits.Sent: "sent", limits.Unknown: "unknown", limits.NothingSent: "nothing sent",
	}[fate]
	f.settled = append(f.settled, strings.TrimSpace(word+" "+serialNo))
	return f.cause
}

// countingSMS is fakeSMS that counts.
type countingSMS struct {
	fakeSMS
	sends int
}

func (c *countingSMS) Send(ctx context.Context, m sms.Message) sms.Result {
	c.sends++
	return c.fakeSMS.Send(ctx, m)
}

var accepted = sms.Result{
	Attempts: 1,
	Reply:    sms.Reply{Meaning: tencent.Meaning{Kind: tencent.Accepted}, SerialNo: "serial-a"},
}

// limited invokes a function whose limits say something.
func limited(t *testing.T, l *fakeLimits, event []byte) (a answer, sends int) {
	t.Helper()
	m := &countingSMS{fakeSMS: fakeSMS{accepted}}
	h, log := newLimited(t, fakeSecrets{}, m, l)
	return invoke(t, invocation(t.Context(), requestID), h, log, event), m.sends
}

func TestInvoke_limits(t *testing.T) {
	t.Parallel()
	limit := func(n int, w time.Duration) limits.Limit { return limits.Limit{N: n, W: w} }
	refused := func(scope limits.Scope, l limits.Limit, wait time.Duration) limits.Verdict {
		return limits.Verdict{Decision: limits.Refused, Scope: scope, Limit: l, Wait: wait}
	}
	for _, tt := range []struct {
		name    string
		verdict limits.Verdict
		outcome string
		status  int
		sends   int
		after   string            // Retry-After
		logged  map[string]string // of the fields of limits; those left out aren't there
		says    string            // in the sentence
	}{
		{"granted", limits.Verdict{}, "sent", 200, 1, "", nil, ""},
		{"the number's", refused(limits.Number, limit(5, time.Hour), 61500*time.Millisecond),
			"too_many_requests", 429, 0, "62",
			map[string]string{"limit": "number 5/1h", "limitWaitMs": "61500"}, "in 2 minutes"},
		{"the block's", refused(limits.Block, limit(30, time.Hour), time.Hour),
			"too_many_requests", 429, 0, "3600",
			map[string]string{"limit": "block 30/1h", "limitWaitMs": "3600000"}, "in an hour"},
		{"the IP's", refused(limits.IP, limit(20, 90*time.Second), time.Millisecond),
			"too_many_requests", 429, 0, "1",
			map[string]string{"limit": "ip 20/1m30s", "limitWaitMs": "1"}, "in a few seconds"},
		{"the calling code's", refused(limits.CallingCode, limit(100, time.Hour), 30*time.Second),
			"provider_unavailable", 503, 0, "30",
			map[string]string{"limit": "callingCode 100/1h", "limitWaitMs": "30000"}, "30 seconds"},
		{"that of all", refused(limits.Total, limit(9, 24*time.Hour), 25*time.Hour+30*time.Minute),
			"provider_unavailable", 503, 0, "91800",
			map[string]string{"limit": "total 9/24h", "limitWaitMs": "91800000"}, "tomorrow"},
		{"one that is only observed",
			limits.Verdict{Scope: limits.Number, Limit: limit(5, time.Hour), Wait: time.Second},
			"sent", 200, 1, "",
			map[string]string{"wouldLimit": "number 5/1h", "limitWaitMs": "1000"}, ""},
		{"a duplicate of one that was sent",
			limits.Verdict{Decision: limits.DuplicateSent, SerialNo: "serial-of-the-first"},
			"sent", 200, 0, "",
			map[string]string{"duplicate": "1", "serialNo": "serial-of-the-first"}, ""},
		{"a duplicate of one under way", limits.Verdict{Decision: limits.Duplicate},
			"outcome_unknown", 202, 0, "", map[string]string{"duplicate": "1"}, ""},
		{"a key of another message", limits.Verdict{Decision: limits.KeyReused},
			"bad_request", 400, 0, "", nil, "could not be sent"},
		{"away and open", limits.Verdict{Decision: limits.Away, Cause: limits.NoAnswer},
			"sent", 200, 1, "", map[string]string{"limits": "away"}, ""},
		{"away and closed",
			limits.Verdict{Decision: limits.Away, Cause: limits.NoAnswer, Closed: true},
			"provider_unavailable", 503, 0, "5", map[string]string{"limits": "away"}, "few seconds"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			l := &fakeLimits{verdict: tt.verdict}
			a, sends := limited(t, l, messageWith(fields{"payload": fields{"locale": "en"}}))
			require.Equal(t, tt.outcome, a.outcome())
			require.Equal(t, tt.status, a.StatusCode)
			require.Equal(t, tt.sends, sends)
			require.Equal(t, tt.after, a.Headers["retry-after"])
			require.Contains(t, a.Body, tt.says)
			require.Len(t, l.settled, tt.sends, "only what was sent is settled")
			want := map[string]string{"limit": "", "limitWaitMs": "", "wouldLimit": "", "limits": "",
				"duplicate": "", "limitsMs": "0"}
			for field, value := range tt.logged {
				want[field] = value
			}
			for field, value := range want {
				require.Equal(t, value, a.logged(field), field)
			}
			if sends == 0 {
				require.NotEmpty(t, a.logged("hint"))
				require.Equal(t, "0", a.logged("attempts"))
			}
		})
	}
}

// What a claim is told, and of whom.
func TestInvoke_order(t *testing.T) {
	t.Parallel()
	key := func(value any) fields { return fields{"headers": fields{"Idempotency-Key": value}} }
	for _, tt := range []struct {
		name    string
		event   fields
		message fields
		want    limits.Order
	}{
		{"a message", nil, nil, limits.Order{IP: somebodysIP}},
		{"one that Logto's console sends", nil, fields{"type": "Generic"},
			limits.Order{UsageType: "Generic"}},
		{"one without an IP", nil, fields{"ip": absent}, limits.Order{}},
		{"one whose IP is no text", nil, fields{"ip": 5}, limits.Order{}},
		{"one with a key", key("a-key"), nil, limits.Order{IP: somebodysIP, Key: "a-key"}},
		{"the same key twice", key([]string{"k", "k"}), nil,
			limits.Order{IP: somebodysIP, Key: "k"}},
		{"a key with blanks around it", key(" k\t"), nil, limits.Order{IP: somebodysIP, Key: "k"}},
		{"a key of 200 characters", key(strings.Repeat("~", 200)), nil,
			limits.Order{IP: somebodysIP, Key: strings.Repeat("~", 200)}},
		{"a key that is no text", key(5), nil, limits.Order{IP: somebodysIP}},
		{"a number abroad", nil, fields{"to": toAmerica},
			limits.Order{Number: "+" + toAmerica, CallingCode: 1, IP: somebodysIP}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &fakeLimits{}
			limited(t, l, eventWith(tt.event, fields{"body": bodyWith(tt.message)}))
			if tt.want.Number == "" {
				tt.want.Number, tt.want.CallingCode = "+"+toMainland, 86
			}
			if tt.want.UsageType == "" {
				tt.want.UsageType = "SignIn"
			}
			tt.want.Passcode = passcode
			require.Equal(t, []limits.Order{tt.want}, l.orders)
		})
	}
}

func TestInvoke_wrongIdempotencyKey(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"an empty one":        "",
		"nothing but blanks":  "  ",
		"201 characters":      strings.Repeat("k", 201),
		"a blank in it":       "a key",
		"a line break in it":  "a\nkey",
		"a letter in Chinese": "键",
		"two that differ":     []string{"a", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := eventWith(fields{"headers": fields{"idempotency-key": value}})
			l := &fakeLimits{}
			a, sends := limited(t, l, event)
			require.Equal(t, "bad_request", a.outcome())
			require.Contains(t, a.logged("hint"), "Idempotency-Key")
			require.Zero(t, sends)
			require.Empty(t, l.orders)

			h, log := newWithFakes(t, fakeSecrets{}, fakeSMS{accepted})
			a = invoke(t, invocation(t.Context(), requestID), h, log, event)
			require.Equal(t, "sent", a.outcome(), "without Redis nobody looks at it")
			require.Empty(t, a.logged("limitsMs"))
		})
	}
}

// Nothing is claimed for what isn't sent anyway.
func TestInvoke_claimsLast(t *testing.T) {
	t.Parallel()
	for _, message := range []fields{
		{"to": "861368197425"}, {"payload": fields{"code": absent}}, {"to": toAmerica, "type": "Other"},
	} {
		l := &fakeLimits{}
		_, sends := limited(t, l, messageWith(message))
		require.Zero(t, sends)
		require.Empty(t, l.orders)
	}
	l := &fakeLimits{}
	limited(t, l, eventWith(fields{"headers": fields{"authorization": "Bearer guess"}}))
	require.Empty(t, l.orders, "a stranger can't use up a number")
}

func TestInvoke_settles(t *testing.T) {
	t.Parallel()
	kinds := func(kind tencent.Kind) sms.Result {
		return sms.Result{Attempts: 1, Reply: sms.Reply{Meaning: tencent.Meaning{Kind: kind}}}
	}
	cut := kinds(tencent.Unclear)
	cut.NoWholeAnswer = true
	repeated := accepted
	repeated.SerialNo = "5000:" + toMainland
	for _, tt := range []struct {
		name   string
		result sms.Result
		want   string
	}{
		{"sent", accepted, "sent serial-a"},
		{"sent, and the serial number holds the number", repeated, "sent (not shown)"},
		{"the answer says neither", kinds(tencent.Unclear), "unknown"},
		{"the answer was cut", cut, "unknown"},
		{"the number is refused", kinds(tencent.NumberRefused), "nothing sent"},
		{"the number had too many", kinds(tencent.NumberLimited), "nothing sent"},
		{"the API is busy", kinds(tencent.Busy), "nothing sent"},
		{"the balance is used up", kinds(tencent.Refused), "nothing sent"},
		{"the key is refused", kinds(tencent.KeyRefused), "nothing sent"},
		{"no connection", kinds(tencent.Unavailable), "nothing sent"},
		{"no key", sms.Result{KeyError: context.DeadlineExceeded}, "nothing sent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &fakeLimits{}
			h, log := newLimited(t, fakeSecrets{}, fakeSMS{tt.result}, l)
			_, err := h.Invoke(invocation(t.Context(), requestID), smsTo(toMainland))
			require.NoError(t, err)
			require.Equal(t, []string{tt.want}, l.settled)
			log.Take()
		})
	}
}

// Which level and hint a line has whose message was not counted.
func TestInvoke_withoutRedis(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cause       limits.Cause
		level, hint string
	}{
		{limits.NoConnection, "WARN", "Redis can't be reached"},
		{limits.NotTrusted, "ERROR", "Redis's certificate isn't trusted"},
		{limits.NoAnswer, "WARN", "Redis gave no answer in time"},
		{limits.NotReady, "WARN", "no room for more data or connections"},
		{limits.Garbled, "WARN", "is not Redis"},
		{limits.NoSecret, "WARN", "no secret"},
		{limits.PasswordRefused, "ERROR", "redisPassword"},
		{limits.DatabaseRefused, "ERROR", "no database"},
		{limits.ScriptRefused, "ERROR", "EVALSHA"},
		{limits.Replica, "ERROR", "replica"},
		{limits.OtherSlot, "ERROR", "cluster"},
		{limits.Foreign, "ERROR", "isn't ours"},
	} {
		a, sends := limited(t, &fakeLimits{
			verdict: limits.Verdict{Decision: limits.Away, Cause: tt.cause},
		}, smsTo(toMainland))
		require.Equal(t, 1, sends)
		require.Equal(t, "sent", a.outcome())
		require.Equal(t, "away", a.logged("limits"))
		require.Equal(t, tt.level, a.logged("level"))
		require.Contains(t, a.logged("hint"), tt.hint)

		a, sends = limited(t, &fakeLimits{cause: tt.cause}, smsTo(toMainland))
		require.Equal(t, 1, sends)
		require.Equal(t, "sent", a.outcome())
		require.Empty(t, a.logged("limits"))
		require.Equal(t, tt.level, a.logged("level"))
		require.Contains(t, a.logged("hint"), "Redis could not be told")
	}

	l := &fakeLimits{verdict: limits.Verdict{Decision: limits.Away, Cause: limits.NoAnswer}}
	refused := sms.Result{Reply: sms.Reply{Meaning: tencent.Meaning{
		Kind: tencent.Refused, Hint: "what to do",
	}}}
	h, log := newLimited(t, fakeSecrets{}, fakeSMS{refused}, l)
	a := invoke(t, invocation(t.Context(), requestID), h, log, smsTo(toMainland))
	require.Equal(t, "what to do; Redis gave no answer in time, or hung up", a.logged("hint"))
}

// panicking are limits that panic.
type panicking struct {
	fakeLimits
	settling bool
}

func (p *panicking) Claim(ctx context.Context, o limits.Order) limits.Verdict {
	if !p.settling {
		panic("claim")
	}
	return p.fakeLimits.Claim(ctx, o)
}

func (p *panicking) Settle(context.Context, limits.Claim, limits.Fate, string) limits.Cause {
	panic("settle")
}

func TestInvoke_panicInLimits(t *testing.T) {
	t.Parallel()
	for settling, want := range map[bool]string{false: "misconfigured", true: "outcome_unknown"} {
		m := &countingSMS{fakeSMS: fakeSMS{accepted}}
		h, log := newLimited(t, fakeSecrets{}, m, &panicking{settling: settling})
		a := invoke(t, invocation(t.Context(), requestID), h, log, smsTo(toMainland))
		require.Equal(t, want, a.outcome())
		require.Equal(t, settling, m.sends == 1)
	}
}
