package secrets

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	ssm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/tencent"
)

// Error says why there is no secret to work with.
type Error struct {
	Permanent bool   // asking again won't help until the operator changes something
	Code      string // Tencent's error code, or ""
	RequestID string // Tencent's id of the request, or ""
	Reason    string // in words, for the log
}

func (e *Error) Error() string { return "secret: " + e.Reason }

// LogValue keeps the parts apart in a log.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reason", e.Reason), slog.String("tencentCode", word(e.Code)), slog.String("tencentRequestId", word(e.RequestID)))
}

// word returns a code or an id of Tencent's, if it is one: a garbled answer could have parts of the secret in their place.
func word(s string) string {
	for _, b := range []byte(s) {
		letter := 'a' <= b|0x20 && b|0x20 <= 'z'
		digit := '0' <= b && b <= '9'
		if !letter && !digit && b != '.' && b != '-' {
			return "(not shown)"
		}
	}
	if len(s) > 100 {
		return "(not shown)"
	}
	return s
}

// fetch asks SSM for the secret once.
func (c *Config) fetch(ctx context.Context) (*secret, error) {
	role, err := c.role(ctx)
	if err != nil {
		return nil, err
	}
	client, err := ssm.NewClient(role, c.Region, tencent.Profile(c.Endpoint))
	if err != nil {
		return nil, &Error{Permanent: true, Reason: "the SSM client can't be made"}
	}
	client.WithHttpTransport(c.Transport)
	request := ssm.NewGetSecretValueRequest()
	request.SecretName, request.VersionId = &c.Name, &c.Version

	var answer *ssm.GetSecretValueResponse
	failure := tencent.Do(func() (err error) {
		answer, err = client.GetSecretValueWithContext(ctx, request)
		return err
	})
	if failure != nil {
		return nil, explain(failure)
	}
	if answer == nil || answer.Response == nil {
		return nil, &Error{Reason: "SSM's answer was empty"}
	}
	value, err := text(answer.Response)
	if err != nil {
		return nil, &Error{Permanent: true, RequestID: deref(answer.Response.RequestId), Reason: "the secret can't be used: " + err.Error()}
	}
	s, err := parse(value)
	if err != nil {
		return nil, &Error{Permanent: true, RequestID: deref(answer.Response.RequestId), Reason: "the secret can't be used: " + err.Error()}
	}
	return s, nil
}

// text is the secret's value, whichever of its two forms it was stored in.
func text(response *ssm.GetSecretValueResponseParams) ([]byte, error) {
	if s := deref(response.SecretString); s != "" {
		return []byte(s), nil
	}
	binary, err := base64.StdEncoding.DecodeString(deref(response.SecretBinary))
	if err != nil {
		return nil, errors.New("its SecretBinary is not base64")
	}
	return binary, nil
}

// role returns the temporary credentials of the function's role. They can change with every invocation, so they are read
// at each fetch: from the invocation first, then from the process's environment
// (https://cloud.tencent.com/document/product/583/14570).
func (c *Config) role(ctx context.Context) (common.CredentialIface, error) {
	get := c.Getenv
	if invocation, ok := functioncontext.FromContext(ctx); ok && invocation.Environment["TENCENTCLOUD_SECRETID"] != "" {
		get = func(name string) string { return invocation.Environment[name] }
	}
	id, secret, token := get("TENCENTCLOUD_SECRETID"), get("TENCENTCLOUD_SECRETKEY"), get("TENCENTCLOUD_SESSIONTOKEN")
	if id == "" || secret == "" {
		return nil, &Error{Permanent: true, Reason: "the function has no role: TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY are not set"}
	}
	return newKey(id, secret, token), nil
}

// explain turns a failed call into an Error with what the operator should look at
// (https://cloud.tencent.com/document/api/1140/40522).
func explain(failure *tencent.Error) *Error {
	e := &Error{Code: failure.Code, RequestID: failure.RequestID}
	if failure.Code == "" {
		e.Reason = "SSM gave no answer: " + failure.Reason
		return e
	}
	code := strings.ToLower(failure.Code)
	for _, family := range []struct{ prefix, reason string }{
		{"resourcenotfound", "SSM has no such secret or version: check SECRET_NAME, SECRET_VERSION and SECRET_REGION"},
		{"resourceunavailable.resourcedisabled", "the secret is disabled: enable it in the SSM console"},
		{"resourceunavailable.resourcependingdeleted", "the secret is about to be deleted: restore it in the SSM console"},
		{"resourceunavailable.notpurchased", "SSM is not opened for this account, or overdue"},
		{"resourceunavailable", "the secret can't be used in its present state: look at it in the SSM console"},
		{"unauthorizedoperation", "the function's role may not read the secret: grant it ssm:GetSecretValue on it (and kms:Decrypt if it uses a key of your own)"},
		{"failedoperation.accesskmserror", "SSM can't use the secret's KMS key: check the key and the role's rights to it"},
		{"operationdenied", "SSM refuses: check the function's role and the secret's KMS key"},
		{"authfailure.signatureexpire", "the function's clock is wrong by more than five minutes"},
		{"authfailure", "SSM doesn't accept the credentials of the function's role: check the role in the SCF console"},
		{"unsupportedregion", "SSM is not in this region: check SECRET_REGION"},
		{"invalid", "SSM doesn't accept the request: check SECRET_NAME, SECRET_VERSION and SECRET_REGION"},
		{"missing", "SSM doesn't accept the request: check SECRET_NAME, SECRET_VERSION and SECRET_REGION"},
		{"unsupported", "SSM doesn't accept the request: check SECRET_REGION"},
		{"unknown", "SSM doesn't accept the request"},
		{"nosuch", "SSM doesn't know the request: check SSM_ENDPOINT"},
	} {
		if strings.HasPrefix(code, family.prefix) {
			e.Permanent, e.Reason = true, family.reason
			return e
		}
	}
	e.Reason = "SSM can't answer now"
	return e
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
