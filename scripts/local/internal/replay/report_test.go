package replay

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// In a terminal of 80 columns a row is a line, and its reason another.
func TestRow_inANarrowTerminal(t *testing.T) {
	t.Parallel()
	sent := outcome{line: function.LogLine{Outcome: "sent"}}
	sent.SMS = []message{{To: "+8613800138000", TemplateID: "1110001",
		Text: "【示例】您的登录验证码为482913，请勿泄露给他人。"}}
	refused := outcome{line: function.LogLine{Outcome: "undeliverable",
		TencentCode: "FailedOperation.PhoneNumberInBlacklist",
		Hint:        "the number opted out, or its carrier blocks it: Tencent's support can lift that"}}
	for _, tt := range []struct {
		name    string
		outcome outcome
		brief   bool
		locale  string
		want    string
	}{
		{"all events: the text is left out", sent, true, "en", "+86····00  1110001"},
		{"some events: it has a line", sent, false, "en", "+86····00  1110001\n" +
			"    【示例】您的登录验证码为482913，请勿泄露给他人。"},
		{"all events: the reason is one line", refused, true, "en", "undeliverable\n" +
			"    FailedOperation.PhoneNumberInBlacklist: the number opted out, or its carri…"},
		{"some events: it is whole", refused, false, "en", "undeliverable\n" +
			"    FailedOperation.PhoneNumberInBlacklist: the number opted out, or its\n" +
			"    carrier blocks it: Tencent's support can lift that"},
		{"in Chinese", refused, true, "zh", "undeliverable\n" +
			"    FailedOperation.PhoneNumberInBlacklist：该号码已退订，或被运营商拦截：腾讯…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := reporter{out: &out, words: words.Of(tt.locale), paint: term.Painter(&out),
				brief: tt.brief, line: 80, width: 42}
			r.row(sample{name: "sign-in"}, tt.outcome)
			require.Equal(t, "· sign-in"+strings.Repeat(" ", 31)+"  ???      0 ms  "+tt.want+"\n",
				out.String())
		})
	}
}
