package sms_test

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
)

// meanings reads what ../tencent/testdata/codes.txt says of the codes of SendSms.
func meanings(t *testing.T) map[string]tencent.Meaning {
	t.Helper()
	kinds := map[string]tencent.Kind{
		"Unclear": tencent.Unclear, "Accepted": tencent.Accepted,
		"NumberRefused": tencent.NumberRefused, "NumberLimited": tencent.NumberLimited,
		"Exhausted": tencent.Exhausted, "Busy": tencent.Busy, "Refused": tencent.Refused,
		"KeyRefused": tencent.KeyRefused,
	}
	text, err := os.ReadFile("../tencent/testdata/codes.txt")
	require.NoError(t, err)
	all := map[string]tencent.Meaning{}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		code, ok := strings.CutPrefix(line, "SendSms ")
		if !ok {
			continue
		}
		kind, after, waits := strings.Cut(strings.TrimSpace(lines[i+1]), ", retry after ")
		m := tencent.Meaning{Hint: strings.TrimSpace(lines[i+2])}
		m.Kind, ok = kinds[kind]
		require.True(t, ok, kind)
		if waits {
			m.RetryAfter, err = time.ParseDuration(after)
			require.NoError(t, err)
		}
		if m.Hint == "(no hint)" {
			m.Hint = ""
		}
		all[code] = m
	}
	require.NotEmpty(t, all)
	return all
}

// Tencent's documentation doesn't say which code comes at which of the two layers. So each means the
// same at both.
func TestSend_everyCodeAtBothLayers(t *testing.T) {
	t.Parallel()
	for layer, kind := range map[string]cloudsim.Kind{
		"the request's error": cloudsim.Error,
		"the number's status": cloudsim.Refuse,
	} {
		for code, want := range meanings(t) {
			if code == "Ok" {
				continue // TestSend_okIsTheNumbersStatus
			}
			t.Run(layer+" "+code, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					e := newEnvInBubble(t)
					e.keys.held = []*tencent.Key{keyOne} // which stays when it is rejected
					e.cloud.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: kind, Code: code})
					began := time.Now()
					r := e.sendWithin(t, 2*time.Second, toMainland)

					attempts, asked, waited := 1, 1, time.Duration(0)
					var rejected []*tencent.Key
					switch want.Kind {
					case tencent.Busy:
						attempts, waited = 2, 812500*time.Microsecond // no time is left for a third
					case tencent.KeyRefused:
						asked, rejected = 2, []*tencent.Key{keyOne}
					case tencent.Unclear:
						want.Hint = sms.HintUnclear
					}
					require.Equal(t, want, r.Meaning)
					require.Equal(t, code, r.Code, "as it came")
					require.NotEmpty(t, r.RequestID)
					require.Empty(t, r.SerialNo)
					require.NoError(t, r.KeyError)
					require.Equal(t, attempts, r.Attempts)
					require.Equal(t, attempts, e.cloud.Count(cloudsim.SendSms))
					require.Equal(t, asked, e.keys.asked, "how often the AccessKey was asked for")
					require.Equal(t, rejected, e.keys.rejected)
					require.Equal(t, waited, time.Since(began))
					require.Empty(t, e.cloud.Outbox())
				})
			})
		}
	}
}

// Not even Ok means the same everywhere: an error can't say that the SMS was accepted.
func TestSend_okIsTheNumbersStatus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, response string
		want           tencent.Kind
	}{
		{"the status", `{"SendStatusSet": [{"Code": "Ok"}], "RequestId": "r"}`, tencent.Accepted},
		{"the error", `{"Error": {"Code": "Ok"}, "RequestId": "r"}`, tencent.Unclear},
		{"both", `{"Error": {"Code": "ok"}, "SendStatusSet": [{"Code": "Ok"}], "RequestId": "r"}`, tencent.Unclear},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": ` + tt.response + `}`})
			r := e.send(t, toMainland)
			require.Equal(t, tt.want, r.Kind)
			require.Equal(t, "ok", strings.ToLower(r.Code))
			require.Equal(t, "r", r.RequestID)
			require.Equal(t, 1, r.Attempts)
			require.Equal(t, tt.want == tencent.Unclear, r.Hint == sms.HintUnclear)
		})
	}
}

// What doesn't begin with AKID is no key's id, so asking Tencent what is wrong with it leads nowhere.
func TestSend_idThatIsNone(t *testing.T) {
	t.Parallel()
	for id, said := range map[string]bool{"AKIDone": false, "1300000000": true, "akidone": true, "": true} {
		e := newEnv(t)
		e.keys.held = []*tencent.Key{tencent.NewKey(id, "one-secret-key", "")}
		for _, code := range []string{"AuthFailure.SecretIdNotFound", "UnauthorizedOperation"} {
			e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: code})
			r := e.send(t, toMainland)
			require.Equal(t, code, r.Code)
			isKey := code != "UnauthorizedOperation"
			require.Equal(t, said && isKey, strings.Contains(r.Hint, "doesn't begin with AKID"), "%q: %s", id, r.Hint)
		}
	}
}
