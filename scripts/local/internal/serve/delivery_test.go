package serve

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/report"
	"scf-sms/scripts/local/internal/term"
)

// reported waits until the last message has a report, and returns it: "" if it was delivered.
func (b *bench) reported(t *testing.T) (word string) {
	t.Helper()
	require.True(t, within(soon, func() bool {
		all := b.state(t).Messages
		last := all[len(all)-1].Reported
		if last == nil {
			return false
		}
		if last.Failed {
			word = last.Description
		}
		return true
	}))
	return word
}

func TestDeliveryReports(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "log.json"))
	require.NoError(t, err)
	b.log = file

	t.Run("of what was delivered", func(t *testing.T) {
		b.post(t, signIn)
		require.Equal(t, "", b.reported(t))
		require.Regexp(t, `(?m)^\d\d:\d\d:\d\d  200  reports `, b.printed.String())
	})
	t.Run("are listed, and don't take the place of the last request", func(t *testing.T) {
		s := b.state(t)
		require.Equal(t, "sent", s.Last.Outcome)
		require.Equal(t, "reports", s.Requests[0].Caller)
		require.Equal(t, 1, s.Requests[0].Count)
		require.Equal(t, s.Last.ID, s.Requests[1].ID)
	})
	t.Run("of what wasn't", func(t *testing.T) {
		b.do(t, "fault", `{"action":"Delivery","name":"MK:0012"}`)
		b.post(t, strings.Replace(signIn, "8613800138000", "85261234567", 1))
		require.Equal(t, "MK:0012", b.reported(t))
	})
	for name, status := range map[string]string{"key": "401", "broken": "400"} {
		t.Run("that the function refuses: "+name, func(t *testing.T) {
			b.do(t, "clear", `{}`)
			b.do(t, "fault", `{"action":"Delivery","name":"`+name+`"}`)
			b.post(t, signIn)
			b.printed.await(t, "  "+status+"  ")
			require.Nil(t, b.state(t).Messages[0].Reported)
		})
	}
	t.Run("hundreds in one call", func(t *testing.T) {
		entry := `{"user_receive_time":"2026-11-25 08:03:04","nationcode":"86",` +
			`"mobile":"13800138000","report_status":"FAIL","errmsg":"EXPIRED",` +
			`"description":"x","sid":"5000:%d"}`
		var entries []string
		for i := range 400 {
			entries = append(entries, fmt.Sprintf(entry, i))
		}
		status, body := call(t, "POST", b.url+"/?reports=example-reports-key",
			"["+strings.Join(entries, ",")+"]", "Content-Type: application/json")
		require.Equal(t, 200, status)
		require.JSONEq(t, `{"result":0,"errmsg":"OK"}`, body)
		require.Equal(t, 400, b.state(t).Requests[0].Count)
	})
	t.Run("and the report command reads the log", func(t *testing.T) {
		out := &lines{}
		require.NoError(t, report.Run(t.Context(), []string{file.Name()},
			term.Stdio{Out: out, Err: out}))
		require.Contains(t, out.String(), "MK:0012")
		for _, private := range []string{"13800138000", "61234567", "482913", "example-reports-key"} {
			require.NotContains(t, out.String()+b.printed.String(), private)
			text, err := os.ReadFile(file.Name())
			require.NoError(t, err)
			require.NotContains(t, string(text), private)
		}
	})
}

func TestPageShowsTicks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	see(t, tab,
		chromedp.EmulateViewport(1280, 940),
		chromedp.Navigate(b.url),
		until(`!!state`),
		enter("Delivery", "none"), // or it would be delivered before somebody has looked
		until(`state.Chosen.Delivery === "none"`),
		clickSend(),
		shows("#inbox .ticks", "✓ accepted"),
		enter("Delivery", ""),
		until(`!state.Chosen.Delivery`),
		clickSend(),
		shows("#inbox li:last-child .ticks", "✓✓ delivered"),
		shows("#requests li:first-child", "on 1 SMS"),
		shows("#outcome", "sent"),
		enter("Delivery", "UNDELIV"),
		shows("#faulty", "UNDELIV"),
		chromedp.Click(`[data-to="85261234567"]`, chromedp.ByQuery),
		clickSend(),
		shows("#inbox li:last-child .ticks", "✗ not delivered: UNDELIV: off, out of service or barred"))
}
