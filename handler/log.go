package handler

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"time"

	"scf-sms/internal/redact"
)

// log writes the invocation's line. It is for the operator's eyes, but never holds the passcode,
// more of the number than its last two digits, the Authorization header, a key or a body. The
// fields' names are an interface: alarms and queries are written against them (docs/operating.md).
func (h *Handler) log(req *request, out outcome, cold bool, took time.Duration) {
	attrs := make(attributes, 0, 32)
	text, number := attrs.text, attrs.number

	text("requestId", req.id)
	text("version", h.config.Version)
	text("outcome", string(out.kind))
	number("status", int64(out.status()))
	text("caller", out.caller)
	if out.heard {
		text("type", h.usageType(req, out.message.usageType))
	}
	text("locale", locale(req, out.message))
	if code := cmp.Or(out.number.CallingCode, out.refused.CallingCode); code != 0 {
		number("callingCode", int64(code))
	}
	text("numberEnds", cmp.Or(out.number.LastTwo(), out.refused.LastTwo))
	if out.refused.Digits != 0 {
		number("digits", int64(out.refused.Digits))
	}
	text("template", out.template.ID)
	text("templateType", out.template.UsageType)
	text("templateLocale", out.template.Locale)
	text("tencentCode", redact.Words(out.tencentCode))
	text("tencentRequestId", out.requestID())
	text("serialNo", out.serialNo())
	text("firstRefusal", redact.Words(out.sms.FirstRefusal))
	out.guard.log(text, number)
	text("hint", joined(out.hint, out.guard.hint))
	text("panic", out.panic)
	if out.kind == reported {
		number("count", int64(len(out.message.reports)))
		for _, r := range out.message.reports {
			line := r.attrs(req.id)
			h.config.Log.LogAttrs(context.Background(), slog.LevelInfo, "report", line...)
		}
	}
	number("attempts", int64(out.sms.Attempts))
	number("coldStart", oneIf(cold))
	number("ssmMs", out.ssmTime.Milliseconds())
	number("smsMs", out.sms.SendTime.Milliseconds())
	number("ms", took.Milliseconds())
	h.config.Log.LogAttrs(context.Background(), out.level(), "invocation", attrs...)
}

// attributes are the fields of a line. Inlined, their methods would be 6 KB of the function.
type attributes []slog.Attr

// text adds a field, unless it is empty.
//
//go:noinline
func (a *attributes) text(key, value string) {
	if value != "" {
		*a = append(*a, slog.String(key, value))
	}
}

//go:noinline
func (a *attributes) number(key string, value int64) { *a = append(*a, slog.Int64(key, value)) }

// level is ERROR for what the operator must look at, WARN for a caller's mistake, and DEBUG for
// what comes all day long and asks for nothing.
func (o outcome) level() slog.Level { return max(o.kindLevel(), o.guard.level()) }

func (o outcome) kindLevel() slog.Level {
	switch {
	case o.guard.duplicate && o.kind == unknown:
		return slog.LevelWarn // the line of the first says whatever there is to see to
	case o.kind == timer || o.probe:
		return slog.LevelDebug
	case o.kind == sent, o.kind == reported:
		return slog.LevelInfo
	case o.kind == unknown || o.status() >= 500:
		return slog.LevelError
	default:
		return slog.LevelWarn
	}
}

// oneIf makes a number of a condition: SCF ships only numbers and texts of a line to CLS.
func oneIf(condition bool) int64 {
	if condition {
		return 1
	}
	return 0
}

// usageType is the usage type for the log: one of TEMPLATES, or what can only be a word.
func (h *Handler) usageType(req *request, usageType string) string {
	if h.config.Settings.Templates.Has(usageType) {
		return usageType
	}
	if inToken(req, usageType) {
		return redact.Hidden
	}
	return redact.Words(usageType)
}

// locale is the page's language for the log.
func locale(req *request, m message) string {
	if inToken(req, m.locale) || m.passcode != "" && strings.Contains(m.locale, m.passcode) {
		return redact.Hidden
	}
	return redact.Tag(m.locale)
}
