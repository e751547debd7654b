package send

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"scf-sms/internal/callersim"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/secrets"
)

// invocation is what the function made of the message.
type invocation struct {
	result
	body   string
	log    function.LogLine
	others []string // lines that it printed besides
}

// doubtful is a result after which nobody knows whether the message went out.
func (r *result) doubtful() bool { return r.Outcome == "outcome_unknown" }

// plan is the request to Tencent SMS that the function makes of the message.
type plan struct {
	PhoneNumberSet   []string
	TemplateId       string
	TemplateParamSet []string
	SignName         string
	SenderId         string
}

func (p *plan) number() string { return p.PhoneNumberSet[0] }

// function is the deployed function with the operator's key for a role, and without limits: this
// machine is seldom in the VPC of the Redis, and a test is not to be refused.
func (s *sender) function() scfhost.Function {
	env := s.Variables()
	delete(env, "REDIS_URL")
	delete(env, "LIMITS")
	id, secret, token := s.Key.GetCredential()
	role := scfhost.Role{SecretID: id, SecretKey: secret, SessionToken: token}
	return scfhost.Function{
		Binary:  s.binary,
		Env:     env,
		Role:    func() scfhost.Role { return role },
		Timeout: cmp.Or(s.Deployed.Timeout, 10*time.Second),
		Region:  s.Deployed.Region,
	}
}

// rehearse lets the function send the message to a simulated cloud, where it costs nothing. It
// returns what the function asked for, or the invocation if it asked for nothing. So what is shown
// before a send is what the function does, not what this program thinks that it does.
func (s *sender) rehearse(ctx context.Context) (*plan, *invocation, error) {
	const id, key, authorization = "AKIDrehearsal", "rehearsal", "Bearer rehearsal"
	secret, err := json.Marshal(map[string]string{
		"accessKeyId": id, "accessKeySecret": key, "authorization": authorization,
	})
	if err != nil {
		return nil, nil, err
	}
	version := map[string]cloudsim.SecretValue{s.Settings.Secret.Version: {String: string(secret)}}
	cloud := cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{{SecretID: id, SecretKey: key, Allow: []string{"*"}}},
		Secrets: []cloudsim.Secret{{
			Name: s.Settings.Secret.Name, Region: s.Settings.Secret.Region, Versions: version,
		}},
	}})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer server.Close()

	f := s.function()
	f.Env["SSM_ENDPOINT"], f.Env["SMS_ENDPOINT"] = server.URL, server.URL
	delete(f.Env, "CALLERS_SECRET_NAME") // the one secret has all
	f.Role = func() scfhost.Role { return scfhost.Role{SecretID: id, SecretKey: key} }
	request, err := callersim.Logto().Request(s.message(), authorization, s.Clock.Now())
	if err != nil {
		return nil, nil, err
	}
	refusal, err := s.invoke(ctx, f, request)
	if err != nil {
		return nil, nil, err
	}
	for _, request := range cloud.Requests() {
		var p plan
		if request.Action == cloudsim.SendSms && json.Unmarshal(request.Body, &p) == nil &&
			len(p.PhoneNumberSet) == 1 {
			return &p, nil, nil // the simulated cloud's answer doesn't matter
		}
	}
	return nil, refusal, nil
}

// message is what a caller is to have sent.
func (o order) message() callersim.Message {
	return callersim.Message{To: o.to, Type: o.usageType, Code: o.code, Locale: o.locale}
}

// request returns what the first caller posts that the secret lets in and that can tell the
// message.
func (s *sender) request(secret *secrets.Secret) (callersim.Request, error) {
	var reasons []string
	for _, c := range callersim.Callers() {
		proofs := secret.Values(secrets.Field(c.Field))
		if len(proofs) == 0 {
			continue
		}
		request, err := c.Request(s.message(), proofs[0], s.Clock.Now())
		if err == nil {
			return request, nil
		}
		reasons = append(reasons, err.Error())
	}
	return callersim.Request{}, errors.New("send: " +
		s.Say("send.unproved", strings.Join(reasons, "; ")))
}

// invoke starts the function and hands it a request.
func (s *sender) invoke(
	ctx context.Context, f scfhost.Function, request callersim.Request,
) (*invocation, error) {
	instance, err := scfhost.New(f)
	if err != nil {
		return nil, err
	}
	defer instance.Close()
	posted := http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/"}, Header: request.Header,
	}
	event, err := scfhost.Event(&posted, request.Body)
	if err != nil {
		return nil, err
	}
	came, err := instance.Invoke(ctx, event)
	if err != nil {
		return nil, err
	}
	i := &invocation{}
	i.log, _, i.others = function.ReadLog(came.Stdout + came.Stderr)
	status := cmp.Or(i.log.Status, came.StatusCode()) // Supabase is told refusals by a 200
	i.result = result{
		Accepted: status == http.StatusOK, Status: status,
		Outcome: i.log.Outcome, SerialNo: i.log.SerialNo, RequestID: came.RequestID,
		TencentCode: i.log.TencentCode, TencentRequestID: i.log.TencentRequestID, Hint: i.log.Hint,
	}
	var answer struct{ Body string }
	if json.Unmarshal(came.Payload, &answer) == nil {
		i.body = answer.Body
	}
	if came.Failed {
		i.body, i.Outcome = string(came.Payload), function.Failed
	}
	return i, nil
}
