package handler

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"scf-sms/internal/limits"
)

// Limiter counts messages over all instances, and remembers requests. *limits.Guard is one.
type Limiter interface {
	// Claim asks whether an SMS may be sent, and counts it if so.
	Claim(ctx context.Context, o limits.Order) limits.Verdict
	// Settle says what became of what Claim granted. A cause means that it failed.
	Settle(ctx context.Context, c limits.Claim, fate limits.Fate, serialNo string) limits.Cause
}

// guarded is what was learned of the limits.
type guarded struct {
	asked     bool          // there is a Limiter
	limit     string        // that refused, such as "number 5/1h"
	would     string        // that would have, if LIMITS didn't only observe
	wait      time.Duration // until that limit is free again
	duplicate bool          // the same request came before
	away      bool          // Redis could not be asked
	lasting   bool          // it can't be until the operator changes something
	unsettled bool          // the claim stands as it was made
	hint      string        // with away and unsettled, beside the outcome's
	took      time.Duration
	claim     limits.Claim
}

// claim asks whether the message may be sent. If not, out is what the invocation came to.
func (h *Handler) claim(ctx context.Context, req *request, out *outcome) bool {
	if h.config.Limits == nil {
		return true
	}
	key, ok := req.idempotencyKey()
	if !ok {
		out.kind, out.hint = badRequest, "the Idempotency-Key header must be there once, with 1 to "+
			"200 visible characters of ASCII, or not at all"
		return false
	}
	out.guard.asked = true
	began := time.Now()
	v := h.config.Limits.Claim(ctx, limits.Order{
		Number:      out.number.E164,
		CallingCode: out.number.CallingCode,
		Passcode:    out.message.passcode,
		UsageType:   out.message.usageType,
		IP:          out.message.ip,
		Key:         key,
		Mark:        out.message.mark,
	})
	out.guard.took = time.Since(began)
	return out.take(v)
}

// idempotencyKey returns the header that a caller repeats with a request
// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/), "" if there is
// none. It reports false if the header can't be used.
func (e *event) idempotencyKey() (key string, ok bool) {
	const longest = 200
	values := slices.Compact(e.header("idempotency-key"))
	if len(values) == 0 {
		return "", true
	}
	key = strings.Trim(values[0], " \t")
	invisible := func(r rune) bool { return r < '!' || r > '~' }
	return key, len(values) == 1 && key != "" && len(key) <= longest &&
		!strings.ContainsFunc(key, invisible)
}

// take takes note of a verdict. It reports false if nothing is to be sent.
func (o *outcome) take(v limits.Verdict) bool {
	g := &o.guard
	g.claim, g.wait = v.Claim, v.Wait
	limit := ""
	if v.Limit.N > 0 {
		limit = string(v.Scope) + " " + v.Limit.String()
	}
	switch v.Decision {
	case limits.Granted:
		g.would = limit
		return true
	case limits.Refused:
		g.limit = limit
		o.retryAfter = wholeSeconds(v.Wait)
		o.kind, o.hint = tooManyRequests, "a limit of LIMITS is full, see limit"
		if v.Scope.Everybody() {
			o.kind = unavailable
			o.hint += ": it holds everybody back, so raise it if this is no attack"
		}
	case limits.DuplicateSent:
		g.duplicate = true
		o.sms.SerialNo = v.SerialNo
		o.kind, o.hint = sent, "the same request was sent before, see serialNo: nothing was sent now"
	case limits.Duplicate:
		g.duplicate, o.noWholeAnswer = true, true
		o.kind, o.hint = unknown, "the same request is under way, or nobody knows what became of "+
			"it: nothing was sent now"
	case limits.KeyReused:
		o.kind, o.hint = badRequest, "the same Idempotency-Key or metadata.uuid came with another "+
			"number, code or type: each message needs a new one"
	default:
		g.away, g.lasting, g.hint = true, v.Cause.Lasting(), v.Cause.Hint()
		if !v.Closed {
			return true
		}
		o.kind, o.retryAfter = unavailable, 5*time.Second
	}
	return false
}

// settle says to the limits what the message came to.
func (h *Handler) settle(ctx context.Context, out *outcome) {
	if h.config.Limits == nil {
		return
	}
	fate := limits.NothingSent
	switch out.kind {
	case sent:
		fate = limits.Sent
	case unknown:
		fate = limits.Unknown
	}
	began := time.Now()
	cause := h.config.Limits.Settle(ctx, out.guard.claim, fate, out.serialNo())
	out.guard.took += time.Since(began)
	if cause != 0 {
		out.guard.unsettled, out.guard.lasting = true, cause.Lasting()
		out.guard.hint = limits.HintUnsettled
	}
}

// log writes the fields of the limits.
func (g guarded) log(text func(key, value string), number func(key string, value int64)) {
	if !g.asked {
		return
	}
	text("limit", g.limit)
	text("wouldLimit", g.would)
	if g.wait > 0 {
		number("limitWaitMs", g.wait.Milliseconds())
	}
	if g.duplicate {
		number("duplicate", 1)
	}
	if g.away {
		text("limits", "away")
	}
	number("limitsMs", g.took.Milliseconds())
}

// level is what the limits alone would give a line.
func (g guarded) level() slog.Level {
	switch {
	case g.lasting:
		return slog.LevelError
	case g.away || g.unsettled:
		return slog.LevelWarn
	default:
		return slog.LevelDebug
	}
}

// joined puts two hints together. Either may be "".
func joined(hint, more string) string { return strings.Trim(hint+"; "+more, "; ") }
