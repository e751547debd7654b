package cloudsim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taker takes delivery reports at a URL.
type taker struct {
	url    string
	calls  chan string // the key and the body of each call
	status int
	answer string
}

func newTaker(t *testing.T) *taker {
	x := &taker{calls: make(chan string, 10), status: 200, answer: `{"result":0,"errmsg":"OK"}`}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		x.calls <- r.URL.Query().Get("reports") + " " + string(body)
		rw.WriteHeader(x.status)
		io.WriteString(rw, x.answer)
	}))
	t.Cleanup(server.Close)
	x.url = server.URL + "/?reports=the-key"
	return x
}

func (x *taker) call(t *testing.T) (key, body string) {
	t.Helper()
	select {
	case text := <-x.calls:
		_, err := fmt.Sscanf(text, "%s", &key)
		require.NoError(t, err)
		return key, text[len(key)+1:]
	default:
		require.FailNow(t, "there was no call")
		return "", ""
	}
}

func TestCallback_whenDueAndOnce(t *testing.T) {
	t.Parallel()
	e, x := newEnv(t), newTaker(t)
	e.cloud.Update(func(a *Account) {
		a.Reports = map[string]Report{
			"+8613800138001": {Failed: true, Description: "MK:0012"},
			"+8613800138002": {Delay: -1},
			"+8613800138003": {Delay: time.Minute},
		}
	})
	post := func() (n int) {
		n, err := e.cloud.PostReports(t.Context(), x.url)
		require.NoError(t, err)
		return n
	}
	for _, last := range "0123" {
		require.Equal(t, "Ok", e.sendOne(message(to("+861380013800"+string(last)))))
	}
	require.Zero(t, post())

	e.clock.add(2 * time.Second)
	require.Nil(t, e.cloud.Outbox()[0].Reported)
	require.Equal(t, 2, post())
	key, body := x.call(t)
	require.Equal(t, "the-key", key)
	at := noon.Add(2 * time.Second).In(time.FixedZone("", 8*60*60)).Format(time.DateTime)
	assert.JSONEq(t, `[
		{"user_receive_time": "`+at+`", "nationcode": "86", "mobile": "13800138000",
			"report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "用户短信送达成功",
			"sid": "5000:1045710669157053657800000001"},
		{"user_receive_time": "`+at+`", "nationcode": "86", "mobile": "13800138001",
			"report_status": "FAIL", "errmsg": "MK:0012", "description": "用户短信送达失败",
			"sid": "5000:1045710669157053657800000002"}]`, body)
	outbox := e.cloud.Outbox()
	require.Equal(t, &Report{Description: "DELIVRD"}, outbox[0].Reported)
	require.Equal(t, &Report{Failed: true, Description: "MK:0012"}, outbox[1].Reported)
	require.Nil(t, outbox[2].Reported)

	require.Zero(t, post())
	e.clock.add(time.Hour)
	require.Equal(t, 1, post())
	require.Nil(t, e.cloud.Outbox()[2].Reported)
}

func TestCallback_whatTheCarrierSays(t *testing.T) {
	t.Parallel()
	e, x := newEnv(t), newTaker(t)
	said := map[string]string{}
	for i, code := range CarrierCodes() {
		e.cloud.Carry(Report{Failed: !code.Delivered, Description: code.Code})
		number := fmt.Sprintf("+86138001380%02d", i)
		require.Equal(t, "Ok", e.sendOne(message(to(number))))
		said[number[3:]] = code.Code
	}
	e.clock.add(2 * time.Second)
	n, err := e.cloud.PostReports(t.Context(), x.url)
	require.NoError(t, err)
	require.Len(t, said, n)
	_, body := x.call(t)
	var entries []callbackEntry
	require.NoError(t, json.Unmarshal([]byte(body), &entries))
	for _, entry := range entries {
		assert.Equal(t, said[entry.Mobile], entry.ErrMsg)
		assert.Equal(t, entry.ErrMsg == "DELIVRD", entry.ReportStatus == "SUCCESS")
	}
}

func TestCarrierCodeOf(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"DELIVRD": "DELIVRD", "UNDELIV": "UNDELIV", "MK:0012": "MK:0012", "MK:1008": "MK:0012",
		"MN:0001": "MK:0012", "ID:0076": "ID:0076", "MA:0026": "ID:0076", "KEYWORD": "ID:0076",
		"ID:0077": "", "MK": "", "UNDELIVERED": "", "": "",
	} {
		code, known := CarrierCodeOf(word)
		assert.Equal(t, want, code.Code, word)
		assert.Equal(t, want != "", known, word)
		assert.Equal(t, known, code.Meaning != "" && code.Chinese != "", word)
	}
}

func TestCallback_hundredsInOneCall(t *testing.T) {
	t.Parallel()
	e, x := newEnv(t), newTaker(t)
	for i := range maxReports + 1 {
		number := fmt.Sprintf("+86138001%05d", i)
		require.Equal(t, "Ok", e.sendOne(message(to(number))))
	}
	e.clock.add(2 * time.Second)
	for _, want := range []int{maxReports, 1, 0} {
		n, err := e.cloud.PostReports(t.Context(), x.url)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	require.Len(t, x.calls, 2)
}

func TestCallback_faults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		fault     Fault
		key, body string // "": as without a fault
		status    int
		answer    string
		err       string
	}{
		{name: "another key", fault: Fault{Kind: OtherKey}, key: "another-key-than-that"},
		{name: "another body", fault: Fault{Kind: Body, Body: "nonsense"}, body: "nonsense"},
		{name: "half of the body", fault: Fault{Kind: Cut}, body: `[{"user_receive_time":`},
		{name: "an answer that refuses", status: 401, answer: "no",
			err: "the reports were answered with 401"},
		{name: "an answer that is none", answer: "OK", err: "the reports were not taken: OK"},
		{name: "a result other than 0", answer: `{"result":1,"errmsg":"x"}`,
			err: `the reports were not taken: {"result":1,"errmsg":"x"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, x := newEnv(t), newTaker(t)
			if tt.status != 0 {
				x.status = tt.status
			}
			if tt.answer != "" {
				x.answer = tt.answer
			}
			require.Equal(t, "Ok", e.sendOne(message()))
			e.clock.add(2 * time.Second)
			e.cloud.Script(Callback, tt.fault)
			n, err := e.cloud.PostReports(t.Context(), x.url)
			require.Equal(t, 1, n)
			if tt.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tt.err)
				require.Nil(t, e.cloud.Outbox()[0].Reported)
			}
			key, body := x.call(t)
			if tt.key != "" {
				require.Equal(t, tt.key, key)
			}
			if tt.body != "" {
				require.Contains(t, body, tt.body)
				require.False(t, json.Valid([]byte(body)))
			}
		})
	}
}

func TestCallback_byItself(t *testing.T) {
	t.Parallel()
	e, x := newEnv(t), newTaker(t)
	ctx, stop := context.WithCancel(t.Context())
	after := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.cloud.ReportTo(ctx, func() string { return x.url }, func(err error) { after <- err })
	}()
	e.cloud.Carry(Report{Delay: time.Nanosecond})
	require.Equal(t, "Ok", e.sendOne(message()))
	e.clock.add(time.Second)
	require.Equal(t, "Ok", e.sendOne(message(to("+8613800138001")))) // which wakes it
	require.NoError(t, <-after)
	require.NotNil(t, e.cloud.Outbox()[0].Reported)
	stop()
	<-ended
}

func TestCallingCode(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{"+8613800138000": "86", "+16502530000": "1",
		"+79161234567": "7", "+85261234567": "852", "+33612345678": "33", "+8": "8"} {
		assert.Equal(t, want, callingCode(number))
	}
}
