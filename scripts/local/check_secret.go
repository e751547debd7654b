package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
	ssmapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"

	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// examineSecret looks at the secret, at its value, and at the AccessKey in it.
func (x *examination) examineSecret(ctx context.Context) []row {
	if !usable(x.settings.SSMEndpoint, x.settings.SecretName) {
		return nil
	}
	rows := []row{x.secretRow(ctx)}
	value, key := x.valueRow(ctx)
	rows = append(rows, value)
	if key != nil && usable(x.settings.SMSEndpoint) {
		rows = append(rows, x.accessKeyRow(ctx, key))
	}
	return rows
}

// secretRow asks for the secret's state.
func (x *examination) secretRow(ctx context.Context) row {
	name := x.settings.SecretName
	r := row{group: groupSecret, Check: "secret"}
	var answer *ssmapi.DescribeSecretResponse
	failure := x.askSSM(ctx, func(ctx context.Context, client *ssmapi.Client) (err error) {
		request := ssmapi.NewDescribeSecretRequest()
		request.SecretName = &name
		answer, err = client.DescribeSecretWithContext(ctx, request)
		return err
	})
	x.note(&x.ssm, failure, true)
	if failure != nil {
		return secretFault(r, x.settings.SecretRegion, name, "ssm:DescribeSecret", failure)
	}
	if answer == nil || answer.Response == nil || answer.Response.Status == nil {
		return obstacle(r.group, r.Check, "", &tencent.Error{Reason: "it was empty"})
	}
	switch state := *answer.Response.Status; state {
	case "Enabled":
		r.Status, r.Detail = passed, name+" is enabled"
	case "Disabled":
		r.Status, r.Detail, r.Todo = failed, name+" is disabled", "enable it in the SSM console"
	case "PendingDelete":
		r.Status, r.Detail, r.Todo = failed, name+" is about to be deleted", "restore it in the SSM console"
	default:
		r.Status, r.Detail, r.Todo = failed, name+" is in the state "+state, "look at it in the SSM console"
	}
	return r
}

// secretFault says what SSM's refusals mean. A key that may not look is the operator's affair, not the function's.
func secretFault(r row, region, name, action string, failure *tencent.Error) row {
	r.Status = failed
	code := failure.Code
	switch {
	case is(code, "ResourceNotFound"):
		r.Detail = fmt.Sprintf("there is no secret %s in %s", name, region)
		r.Todo = "create it, or correct SECRET_NAME or SECRET_REGION"
	case is(code, "ResourceUnavailable.ResourceDisabled"):
		r.Detail, r.Todo = name+" is disabled", "enable it in the SSM console"
	case is(code, "ResourceUnavailable.ResourcePendingDeleted"):
		r.Detail, r.Todo = name+" is about to be deleted", "restore it in the SSM console"
	case is(code, "ResourceUnavailable.NotPurchased"):
		r.Detail, r.Todo = "SSM is not opened for this account, or overdue", "open it: https://console.cloud.tencent.com/ssm"
	case is(code, "InvalidParameterValue"), is(code, "InvalidParameter"):
		r.Detail, r.Todo = "SSM takes no such name or version", "correct SECRET_NAME or SECRET_VERSION"
	default:
		return obstacle(r.group, r.Check, action, failure)
	}
	return r
}

// valueRow reads the secret as the function does, but with the operator's key. It returns the AccessKey, if there is one.
func (x *examination) valueRow(ctx context.Context) (row, *secrets.Key) {
	version := x.settings.SecretVersion
	r := row{group: groupSecret, Check: "value"}
	id, secret, token := x.key.GetCredential()
	role := map[string]string{"TENCENTCLOUD_SECRETID": id, "TENCENTCLOUD_SECRETKEY": secret, "TENCENTCLOUD_SESSIONTOKEN": token}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	key, err := secrets.New(secrets.Config{
		Name:      x.settings.SecretName,
		Version:   version,
		Region:    x.settings.SecretRegion,
		Endpoint:  x.settings.SSMEndpoint,
		TTL:       checkTimeout,
		Transport: x.date,
		Log:       slog.New(slog.DiscardHandler),
		Getenv:    func(name string) string { return role[name] },
	}).Key(ctx)

	var fault *secrets.Error
	switch {
	case err == nil:
		x.note(&x.ssm, nil, true)
		r.Status, r.Detail = passed, version+" holds an AccessKey and a callers' token"
		return r, key
	case !errors.As(err, &fault):
		return obstacle(r.group, r.Check, "", &tencent.Error{Reason: "interrupted"}), nil
	case fault.Code == "" && fault.RequestID != "": // it was read, and can't be used
		x.note(&x.ssm, nil, true)
		r.Status, r.Detail = failed, fmt.Sprintf("%s can't be used: %s", version, strings.TrimPrefix(fault.Reason, "the secret can't be used: "))
		r.Todo = `its value must be {"accessKeyId": "AKID…", "accessKeySecret": "…", "authorization": "Bearer …"}`
		return r, nil
	}
	failure := &tencent.Error{Code: fault.Code, RequestID: fault.RequestID, Reason: strings.TrimPrefix(fault.Reason, "SSM gave no answer: ")}
	x.note(&x.ssm, failure, true)
	if is(fault.Code, "ResourceNotFound") && !is(fault.Code, "ResourceNotFound.SecretNotExist") {
		r.Status, r.Detail = failed, "there is no version "+version
		r.Todo = "correct SECRET_VERSION; a secret made without a VersionId has SSM_Current"
		return r, nil
	}
	return secretFault(r, x.settings.SecretRegion, x.settings.SecretName, "ssm:GetSecretValue", failure), nil
}

// accessKeyRow tries the AccessKey that is to send, with SendSms to no number at all, which can't send anything. That is
// the one call that needs no permission but the one the key is for, and so may tell that the key hasn't got it.
func (x *examination) accessKeyRow(ctx context.Context, key common.CredentialIface) row {
	r := row{group: groupSecret, Check: "AccessKey", Status: failed}
	failure := x.askSMS(ctx, key, func(ctx context.Context, client *smsapi.Client) error {
		request := smsapi.NewSendSmsRequest()
		request.SmsSdkAppId = &x.settings.SDKAppID
		request.SignName = &x.settings.SignName
		_, err := client.SendSmsWithContext(ctx, request)
		return err
	})
	x.note(&x.sms, failure, false)
	code := ""
	if failure != nil {
		code = failure.Code
	}
	switch {
	case failure != nil && code == "", is(code, "AuthFailure.SignatureExpire"), is(code, "UnsupportedRegion"),
		is(code, "RequestLimitExceeded"), is(code, "InternalError"):
		return obstacle(r.group, r.Check, "", failure)
	case is(code, "AuthFailure.SecretIdNotFound"), is(code, "AuthFailure.InvalidSecretId"):
		r.Detail = "Tencent Cloud doesn't know it: " + code
		r.Todo = "the key in the secret is disabled or deleted, or a temporary one without its token: write another into the secret"
	case is(code, "AuthFailure.SignatureFailure"):
		r.Detail = "not accepted: " + code
		r.Todo = "accessKeySecret doesn't belong to accessKeyId: write both into the secret again"
	case keyRejected(code):
		r.Detail = "not accepted: " + code
		r.Todo = "write another key into the secret"
	case is(code, "UnauthorizedOperation.ServiceSuspendDueToArrears"):
		r.Detail, r.Todo = "accepted, but the account is in arrears", "top up the account"
	case is(code, "UnauthorizedOperation.RequestIpNotInWhitelist"):
		return obstacle(r.group, r.Check, "", failure)
	case is(code, "UnauthorizedOperation.SmsSdkAppIdVerifyFail"), is(code, "UnauthorizedOperation.SdkAppIdIsDisabled"):
		r.Status, r.Detail = passed, "accepted by SMS" // what is wrong there, the row of the application says
	case code == "UnauthorizedOperation", is(code, "AuthFailure.UnauthorizedOperation"):
		r.Detail = "accepted, but it may not sms:SendSms"
		r.Todo = "allow its user sms:SendSms on the resource *"
	case is(code, "UnauthorizedOperation"):
		r.Detail, r.Todo = "accepted, but may not send: "+code, "look at "+console
	default:
		r.Status, r.Detail = passed, "accepted by SMS"
	}
	return r
}
