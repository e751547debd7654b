package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
	ssmapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// invocation is what the function made of the message.
type invocation struct {
	result scfhost.Result
	status int
	body   string
	log    logged
	other  string // what it printed besides its line
}

// logged is the function's line in the log.
type logged struct {
	Outcome          string
	Type             string
	Locale           string
	Template         string
	TencentCode      string
	TencentRequestID string
	SerialNo         string
	Hint             string
	Attempts         int
	SSMMs            int64
	SMSMs            int64
	Ms               int64
}

func (i *invocation) accepted() bool { return i.status == http.StatusOK }

// doubtful is an invocation after which nobody knows whether the message went out.
func (i *invocation) doubtful() bool { return i.status == http.StatusGatewayTimeout }

func (i *invocation) report() sendReport {
	return sendReport{
		Accepted:         i.accepted(),
		Status:           i.status,
		Outcome:          i.log.Outcome,
		SerialNo:         i.log.SerialNo,
		RequestID:        i.result.RequestID,
		TencentCode:      i.log.TencentCode,
		TencentRequestID: i.log.TencentRequestID,
		Hint:             i.log.Hint,
	}
}

// plan is the request to Tencent SMS that the function makes of the message.
type plan struct {
	PhoneNumberSet   []string
	TemplateId       string
	TemplateParamSet []string
	SignName         string
	SenderId         string
}

func (p *plan) number() string { return p.PhoneNumberSet[0] }

// function is the deployed function with the operator's key for a role.
func (s *sender) function() scfhost.Function {
	id, secret, token := s.key.GetCredential()
	return scfhost.Function{
		Binary:  s.binary,
		Env:     s.env.variables(s.over),
		Role:    func() scfhost.Role { return scfhost.Role{SecretID: id, SecretKey: secret, SessionToken: token} },
		Timeout: cmp.Or(s.deployed.timeout, 10*time.Second),
		Region:  s.deployed.region,
	}
}

// rehearse lets the function send the message to a simulated cloud, where it costs nothing, and returns what it asked
// for, or what it answered if it didn't. So what is shown before a send is not somebody's idea of what the function does.
func (s *sender) rehearse(ctx context.Context) (*plan, *invocation, error) {
	const id, key, authorization = "AKIDrehearsal", "rehearsal", "Bearer rehearsal"
	secret, err := json.Marshal(map[string]string{"accessKeyId": id, "accessKeySecret": key, "authorization": authorization})
	if err != nil {
		return nil, nil, err
	}
	cloud := cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{{SecretID: id, SecretKey: key, Allow: []string{"*"}}},
		Secrets: []cloudsim.Secret{{
			Name:     s.settings.SecretName,
			Region:   s.settings.SecretRegion,
			Versions: map[string]cloudsim.SecretValue{s.settings.SecretVersion: {String: string(secret)}},
		}},
	}})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer server.Close()

	function := s.function()
	function.Env["SSM_ENDPOINT"], function.Env["SMS_ENDPOINT"] = server.URL, server.URL
	function.Role = func() scfhost.Role { return scfhost.Role{SecretID: id, SecretKey: key} }
	result, err := s.invoke(ctx, function, authorization)
	if err != nil {
		return nil, nil, err
	}
	for _, request := range cloud.Requests() {
		var p plan
		if request.Action == cloudsim.SendSms && json.Unmarshal(request.Body, &p) == nil && len(p.PhoneNumberSet) == 1 {
			return &p, nil, nil // what the simulated cloud had to say to it is nothing to anyone
		}
	}
	return nil, result, nil
}

// invoke starts the function and hands it the message, as Logto does.
func (s *sender) invoke(ctx context.Context, function scfhost.Function, authorization string) (*invocation, error) {
	instance, err := scfhost.New(function)
	if err != nil {
		return nil, err
	}
	defer instance.Close()
	payload := map[string]string{"code": s.code}
	if s.locale != "" {
		payload["locale"] = s.locale
	}
	body, err := json.Marshal(map[string]any{"to": s.to, "type": s.usage, "payload": payload})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://function.invalid/", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", authorization)
	event, err := scfhost.Event(request, body, scfhost.FunctionURL)
	if err != nil {
		return nil, err
	}
	result, err := instance.Invoke(ctx, event)
	if err != nil {
		return nil, err
	}
	return read(result), nil
}

// read takes a result apart.
func read(result scfhost.Result) *invocation {
	i := &invocation{result: result}
	var answer struct {
		StatusCode int
		Body       string
	}
	if json.Unmarshal(result.Payload, &answer) == nil {
		i.status, i.body = answer.StatusCode, answer.Body
	}
	if result.Failed {
		i.body = string(result.Payload)
		i.log.Outcome = "the function failed"
	}
	for line := range strings.Lines(result.Stdout + result.Stderr) {
		var l logged
		if json.Unmarshal([]byte(line), &l) == nil && l.Outcome != "" {
			i.log = l
			continue
		}
		i.other += line
	}
	return i
}

// token reads what callers must send from the secret. It is never shown.
func (s *sender) token(ctx context.Context) (string, error) {
	var answer *ssmapi.GetSecretValueResponse
	failure := s.askSSM(ctx, func(ctx context.Context, client *ssmapi.Client) (err error) {
		request := ssmapi.NewGetSecretValueRequest()
		request.SecretName, request.VersionId = &s.settings.SecretName, &s.settings.SecretVersion
		answer, err = client.GetSecretValueWithContext(ctx, request)
		return err
	})
	const advice = `; "check" says more`
	if failure != nil {
		return "", fmt.Errorf("send: the secret %s can't be read: %s%s", s.settings.SecretName, cmp.Or(failure.Code, failure.Reason), advice)
	}
	if answer == nil || answer.Response == nil {
		return "", fmt.Errorf("send: the secret %s can't be read: the answer was empty%s", s.settings.SecretName, advice)
	}
	text := []byte(value(answer.Response.SecretString))
	if len(text) == 0 {
		text, _ = base64.StdEncoding.DecodeString(value(answer.Response.SecretBinary))
	}
	if token := callersToken(text); token != "" {
		return token, nil
	}
	return "", fmt.Errorf("send: the secret %s has no authorization%s", s.settings.SecretName, advice)
}

// callersToken returns the authorization of a secret's value, the first if it is a list.
func callersToken(secret []byte) string {
	var fields map[string]json.RawMessage
	json.Unmarshal([]byte(strings.TrimPrefix(string(secret), "\ufeff")), &fields)
	for name, raw := range fields {
		if !strings.EqualFold(strings.ReplaceAll(name, "_", ""), "authorization") {
			continue
		}
		var one string
		list := []string{}
		if json.Unmarshal(raw, &one) != nil {
			json.Unmarshal(raw, &list)
		}
		for _, token := range append(list, one) {
			if token = strings.TrimSpace(token); token != "" {
				return token
			}
		}
	}
	return ""
}

// The ends that a message can come to.
const (
	delivered    = "delivered"
	notDelivered = "failed"
	noReport     = "unknown"
)

// delivery is what the carrier reports.
type delivery struct {
	Status      string `json:"status"`
	Description string `json:"description,omitempty"` // the carrier's word, or why there is none
	Seconds     int64  `json:"seconds"`               // from the send to the phone, or how long was waited
}

// How often and how long there is asked for the report.
const (
	pollInterval = 2 * time.Second
	pollTime     = time.Minute
)

// follow waits for the delivery report and shows it.
func (s *sender) follow(ctx context.Context, p *plan, sent *invocation, began time.Time) *delivery {
	d := &delivery{Status: noReport}
	for waited := time.Duration(0); waited < pollTime; waited += pollInterval {
		if s.progress != nil {
			fmt.Fprintf(s.progress, "\r\x1b[K%s waiting for the delivery report … %d s", s.paint(faint, "·"), int(waited.Seconds()))
		}
		d.Seconds = int64(waited.Seconds())
		if !s.wait(ctx, pollInterval) {
			d.Description = "interrupted"
			break
		}
		if s.ask(ctx, p, sent, began, d) {
			break
		}
	}
	if s.progress != nil {
		fmt.Fprint(s.progress, "\r\x1b[K")
	}
	s.showDelivery(d)
	return d
}

// ask asks once. It reports whether there is nothing more to wait for.
func (s *sender) ask(ctx context.Context, p *plan, sent *invocation, began time.Time, d *delivery) (done bool) {
	var answer *smsapi.PullSmsSendStatusByPhoneNumberResponse
	failure := s.askSMS(ctx, s.key, func(ctx context.Context, client *smsapi.Client) (err error) {
		// A minute earlier, as the cloud's clock may be behind.
		request := reportsRequest(s.settings.SDKAppID, p.number(), began.Add(-time.Minute))
		answer, err = client.PullSmsSendStatusByPhoneNumberWithContext(ctx, request)
		return err
	})
	if failure != nil {
		d.Description = cmp.Or(failure.Code, failure.Reason)
		if is(failure.Code, "UnauthorizedOperation") {
			d.Description = "your key may not sms:PullSmsSendStatusByPhoneNumber"
		}
		// What may pass is asked again.
		return failure.Code != "" && !is(failure.Code, "RequestLimitExceeded") && !is(failure.Code, "InternalError")
	}
	d.Description = ""
	if answer == nil || answer.Response == nil {
		return false
	}
	for _, report := range answer.Response.PullSmsSendStatusSet {
		if report == nil || !sent.is(report, began) {
			continue
		}
		d.Description = value(report.Description)
		d.Seconds = max(0, int64(value(report.UserReceiveTime))-began.Unix())
		switch value(report.ReportStatus) {
		case "SUCCESS":
			d.Status = delivered
			return true
		case "FAIL":
			d.Status, d.Seconds = notDelivered, 0
			return true
		}
	}
	return false
}

// is reports whether a delivery report is of this message: by Tencent's id, or where that was never learned, by ours,
// which was its SessionContext; and as few accounts get that back, by the time.
func (i *invocation) is(report *smsapi.PullSmsSendStatus, began time.Time) bool {
	switch session := value(report.SessionContext); {
	case i.log.SerialNo != "":
		return value(report.SerialNo) == i.log.SerialNo
	case session != "":
		return session == i.result.RequestID
	default:
		return int64(value(report.UserReceiveTime)) >= began.Unix()
	}
}
