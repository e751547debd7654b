package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"scf-sms/handler"
	"scf-sms/internal/settings"
	"scf-sms/secrets"
)

// canned answers in place of Tencent Cloud, at no cost.
type canned struct{ secret, sent []byte }

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := c.sent
	if req.Header.Get("X-TC-Action") == "GetSecretValue" {
		answer = c.secret
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(bytes.NewReader(answer)),
		Request:    req,
	}, nil
}

// own measures what a send costs in the handler and the SDK alone: no RPC, no TLS, no waking of threads. It runs in this
// process, with answers as the simulated cloud gives them.
func (m *measurer) own() error {
	cloud := canned{
		secret: []byte(`{"Response":{"SecretName":"scf-sms","VersionId":"SSM_Current","SecretString":"{\"accessKeyId\":\"AKIDexampleSender\",\"accessKeySecret\":\"example-sender-key\",\"authorization\":\"Bearer example-token\"}","RequestId":"00000000-0000-4000-8000-000000000001"}}`),
		sent:   []byte(`{"Response":{"SendStatusSet":[{"SerialNo":"2645:100000001","PhoneNumber":"+8613800138000","Fee":1,"SessionContext":"","Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"00000000-0000-4000-8000-000000000002"}}`),
	}
	s := settings.Read(func(name string) string { return with(m.cloud.env, m.cloud.role)[name] })
	logger := slog.New(slog.NewJSONHandler(io.Discard, nil))
	h := handler.New(handler.Config{
		SDKAppID: s.SDKAppID, SignName: s.SignName, Templates: s.Templates, AllowedCallingCodes: s.AllowedCallingCodes,
		TimeBudget: s.TimeBudget, Region: s.SMSRegion, Endpoint: s.SMSEndpoint, Transport: cloud, Log: logger,
		Secrets: secrets.New(secrets.Config{
			Name: s.SecretName, Version: s.SecretVersion, Region: s.SecretRegion, Endpoint: s.SSMEndpoint, TTL: time.Hour,
			Transport: cloud, Log: logger, Getenv: func(name string) string { return m.cloud.role[name] },
		}),
	})
	const calls = 200
	for run := range m.runs + 1 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := ownCPU()
		for range calls {
			answer, _ := h.Invoke(context.Background(), m.postEvent)
			if !bytes.Contains(answer, []byte(`"statusCode":200`)) {
				return fmt.Errorf("the answer is not a 200: %s", answer)
			}
		}
		used := ownCPU() - began
		runtime.ReadMemStats(&after)
		if run == 0 {
			continue // tables are made, types are learned
		}
		m.function.add("own CPU", ms(used)/calls)
		m.function.add("own allocations", float64(after.Mallocs-before.Mallocs)/calls)
	}
	return nil
}
