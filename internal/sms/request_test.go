package sms_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
)

func TestSend_request(t *testing.T) {
	t.Parallel()
	withTwoParams := toMainland
	withTwoParams.TemplateID, withTwoParams.Params = "1110004", []string{"000", "10"}
	mainland := map[string]any{
		"PhoneNumberSet": []any{"+8613681974253"}, "TemplateId": "1110001",
		"TemplateParamSet": []any{passcode}, "SignName": "示例",
	}
	america := map[string]any{
		"PhoneNumberSet": []any{"+16502539187"}, "TemplateId": "2220001",
		"TemplateParamSet": []any{passcode},
	}
	with := func(base map[string]any, key string, value any) map[string]any {
		base = maps.Clone(base)
		base[key] = value
		return base
	}
	for _, tt := range []struct {
		name    string
		message sms.Message
		change  func(*sms.Sender)
		want    map[string]any
	}{
		{"to the mainland", toMainland, nil, mainland},
		{
			"a signature and a sender for abroad are not for the mainland", toMainland,
			func(s *sms.Sender) { s.SignNameOverseas, s.SenderID = "Example", "EXAMPLE" }, mainland,
		},
		{"abroad: the signature for the mainland is not for it", toAmerica, nil, america},
		{
			"abroad with a signature", toAmerica,
			func(s *sms.Sender) { s.SignNameOverseas = "Example" }, with(america, "SignName", "Example"),
		},
		{
			"abroad with a sender", toAmerica,
			func(s *sms.Sender) { s.SenderID = "EXAMPLE" }, with(america, "SenderId", "EXAMPLE"),
		},
		{
			"parameters are texts, in order", withTwoParams, nil,
			with(with(mainland, "TemplateId", "1110004"), "TemplateParamSet", []any{"000", "10"}),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.Region = "ap-nanjing"
			if tt.change != nil {
				tt.change(e.Sender)
			}
			r := e.send(t, tt.message)
			require.Equal(t, tencent.Accepted, r.Kind, r.Code)

			got := e.cloud.Requests()[0]
			require.Equal(t, "SendSms 2021-01-11 ap-nanjing AKIDone",
				strings.Join([]string{got.Action, got.Version, got.Region, got.SecretID}, " "))
			var body map[string]any
			require.NoError(t, json.Unmarshal(got.Body, &body))
			want := with(tt.want, "SmsSdkAppId", "1400006666")
			want["SessionContext"] = "invocation-7c1e"
			require.Equal(t, want, body)

			require.Equal(t, e.cloud.Outbox()[0].SerialNo, r.SerialNo)
			require.Equal(t, got.RequestID, r.RequestID)
			require.Equal(t, "Ok", r.Code)
			require.Empty(t, r.Hint)
		})
	}
}

func TestSend_sessionContextStaysBelow512Bytes(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 1, 511, 512, 5000} {
		e := newEnv(t)
		m := toMainland
		m.Session = strings.Repeat("x", length)
		require.Equal(t, tencent.Accepted, e.send(t, m).Kind)
		require.Equal(t, m.Session[:min(length, 511)], e.cloud.Outbox()[0].SessionContext)
	}
}

func TestSend_aRegionThatTencentDoesntKnow(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.Region = "ap-nowhere"
	r := e.send(t, toMainland)
	require.Equal(t, tencent.Refused, r.Kind)
	require.Contains(t, r.Hint, "SMS_REGION")
	require.Zero(t, len(e.cloud.Outbox()))
	require.Equal(t, 1, e.cloud.Count(cloudsim.SendSms))
}
