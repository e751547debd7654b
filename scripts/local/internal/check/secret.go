package check

import (
	"context"
	"errors"
	"fmt"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
	ssmapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/secrets"
)

// secretRows looks at the secret, at its value, and at the AccessKey in it.
func (x *run) secretRows(ctx context.Context) []row {
	if x.Settings.Secret.Name == "" || x.Settings.Secret.Endpoint == (tencent.Endpoint{}) {
		return nil
	}
	rows := []row{x.secretRow(ctx)}
	value, key := x.valueRow(ctx)
	rows = append(rows, value)
	if key != nil && x.Settings.SMS.Endpoint != (tencent.Endpoint{}) {
		rows = append(rows, x.accessKeyRow(ctx, key))
	}
	return rows
}

// secretRow asks for the secret's state.
func (x *run) secretRow(ctx context.Context) row {
	name := x.Settings.Secret.Name
	s := row{group: groupSecret, Check: "secret", Status: failed}
	var answer *ssmapi.DescribeSecretResponse
	failure := x.AskSSM(ctx, func(ctx context.Context, client *ssmapi.Client) (err error) {
		request := ssmapi.NewDescribeSecretRequest()
		request.SecretName = &name
		answer, err = client.DescribeSecretWithContext(ctx, request)
		return err
	})
	x.note(&x.ssm, failure, true)
	if failure != nil {
		return x.secretFault(s, "ssm:DescribeSecret", failure)
	}
	if answer == nil || answer.Response == nil || answer.Response.Status == nil {
		return s.notKnown("", &tencent.Error{Reason: "it was empty"})
	}
	switch state := *answer.Response.Status; state {
	case "Enabled":
		s.Status, s.Detail = passed, name+" is enabled"
	case "Disabled":
		s.Detail, s.Todo = name+" is disabled", "enable it in the SSM console"
	case "PendingDelete":
		s.Detail, s.Todo = name+" is about to be deleted", "restore it in the SSM console"
	default:
		s.Detail, s.Todo = name+" is in the state "+state, "look at it in the SSM console"
	}
	return s
}

// secretFault completes a row by what SSM's refusal means. A key that may not look is the
// operator's affair, not the function's.
func (x *run) secretFault(s row, action string, failure *tencent.Error) row {
	is := func(code string) bool { return tencent.Is(failure.Code, code) }
	switch {
	case is("ResourceNotFound"):
		s.Detail = fmt.Sprintf("there is no secret %s in %s",
			x.Settings.Secret.Name, x.Settings.Secret.Region)
		s.Todo = "create it, or correct SECRET_NAME or SECRET_REGION"
	case is("ResourceUnavailable"), is("InvalidParameterValue"), is("InvalidParameter"):
		s.Detail = "SSM refuses " + x.Settings.Secret.Name + ": " + failure.Code
		s.Todo = tencent.Explain(tencent.GetSecretValue, failure.Code, x.Clock.Now()).Hint
	default:
		return s.notKnown(action, failure)
	}
	return s
}

// valueRow reads the secret's value. It returns the AccessKey, if there is one.
func (x *run) valueRow(ctx context.Context) (row, *secrets.Key) {
	version := x.Settings.Secret.Version
	v := row{group: groupSecret, Check: "value", Status: failed}
	secret, err := x.Secret(ctx)
	if err == nil {
		x.note(&x.ssm, nil, true)
		v.Status, v.Detail = passed, version+" holds an AccessKey and a callers' token"
		return v, secret.Key
	}
	fault, _ := errors.AsType[*secrets.Error](err)
	if fault.Kind == secrets.Unusable {
		x.note(&x.ssm, nil, true)
		v.Detail = fmt.Sprintf("%s can't be used: %s", version, fault.Text)
		v.Todo = "its value must be " +
			`{"accessKeyId": "AKID…", "accessKeySecret": "…", "authorization": "Bearer …"}`
		return v, nil
	}
	failure := &tencent.Error{Code: fault.Code, RequestID: fault.RequestID, Reason: fault.Text}
	x.note(&x.ssm, failure, true)
	if tencent.Is(fault.Code, "ResourceNotFound") &&
		!tencent.Is(fault.Code, "ResourceNotFound.SecretNotExist") {
		v.Detail = "there is no version " + version
		v.Todo = "correct SECRET_VERSION; a secret made without a VersionId has SSM_Current"
		return v, nil
	}
	return x.secretFault(v, "ssm:GetSecretValue", failure), nil
}

// accessKeyRow tries the AccessKey that is to send, with SendSms to no number at all, which can't
// send anything. It is the one call that needs no permission but the one the key is for, and so the
// one that tells whether the key has it.
func (x *run) accessKeyRow(ctx context.Context, key common.CredentialIface) row {
	k := row{group: groupSecret, Check: "AccessKey", Status: failed}
	failure := x.AskSMS(ctx, key, func(ctx context.Context, client *smsapi.Client) error {
		request := smsapi.NewSendSmsRequest()
		request.SmsSdkAppId = &x.Settings.SMS.AppID
		request.SignName = &x.Settings.SMS.SignName
		_, err := client.SendSmsWithContext(ctx, request)
		return err
	})
	x.note(&x.sms, failure, false)
	code := codeOf(failure)
	is := func(name string) bool { return tencent.Is(code, name) }
	switch {
	case failure != nil && code == "", operator.ClockRejected(code), is("UnsupportedRegion"),
		is("RequestLimitExceeded"), is("InternalError"),
		is("UnauthorizedOperation.RequestIpNotInWhitelist"):
		return k.notKnown("", failure)
	case is("UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
		is("UnauthorizedOperation.SdkAppIdIsDisabled"):
		// The row of the application says what is wrong there.
		k.Status, k.Detail = passed, "accepted by SMS"
	case operator.KeyRejected(code):
		k.Detail = "not accepted: " + code
		k.Todo = tencent.Explain(tencent.SendSms, code, x.Clock.Now()).Hint
	case is("UnauthorizedOperation"), is("AuthFailure"):
		k.Detail = "accepted, but may not send: " + code
		k.Todo = tencent.Explain(tencent.SendSms, code, x.Clock.Now()).Hint
	default:
		k.Status, k.Detail = passed, "accepted by SMS"
	}
	return k
}
