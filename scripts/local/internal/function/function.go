// Package function is what the commands know of the function: how it is built, and the line that it
// logs.
package function

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"time"

	"scf-sms/internal/checkout"
	"scf-sms/internal/phone"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// Build is [checkout.Build]; one that takes more than a second says so on errs.
func Build(ctx context.Context, root string, errs io.Writer) (string, error) {
	defer term.Announce(errs, time.Second,
		words.From(os.Getenv).Say("operator.building"))()
	return checkout.Build(ctx, root)
}

// What stands for the outcome where no log line tells one.
const (
	Silent = "no outcome logged"
	Failed = "the function failed"
)

// LogLine is what is read of the function's line for an invocation. A field that the line doesn't
// have is empty.
type LogLine struct {
	Msg              string `json:"msg"`
	Outcome          string `json:"outcome"`
	Caller           string `json:"caller"`
	Status           int    `json:"status"`
	CallingCode      int    `json:"callingCode"`
	NumberEnds       string `json:"numberEnds"`
	Template         string `json:"template"`
	TencentCode      string `json:"tencentCode"`
	Limit            string `json:"limit"`
	Limits           string `json:"limits"` // "away" if Redis could not be asked
	TencentRequestID string `json:"tencentRequestId"`
	SerialNo         string `json:"serialNo"`
	Hint             string `json:"hint"`
	Attempts         int    `json:"attempts"`
	Count            int    `json:"count"` // messages that a call of Tencent's reports on
	SSMMs            int64  `json:"ssmMs"`
	SMSMs            int64  `json:"smsMs"`
	Ms               int64  `json:"ms"`
}

// ReadLog finds the line for the invocation in what the function printed. raw is that line as it
// stands, nil if there is none; others are the lines besides.
func ReadLog(printed string) (line LogLine, raw json.RawMessage, others []string) {
	for text := range strings.Lines(printed) {
		text = strings.TrimSuffix(text, "\n")
		var l LogLine
		if json.Unmarshal([]byte(text), &l) == nil && l.Msg == "invocation" {
			line, raw = l, json.RawMessage(text)
		} else {
			others = append(others, text)
		}
	}
	return line, raw, others
}

// Reason is Tencent's code or our limit that is full, and the hint for the operator, as far as the
// line has them.
func (l LogLine) Reason(w words.Words) string {
	what, hint := cmp.Or(l.TencentCode, l.Limit), w.Hint(l.Hint)
	if what == "" || hint == "" {
		return what + hint
	}
	return what + w.Say("words.colon") + hint
}

// Masked is the number as far as the log tells it.
func (l LogLine) Masked() string {
	if l.CallingCode == 0 {
		return "—"
	}
	return phone.MaskParts(l.CallingCode, l.NumberEnds)
}
