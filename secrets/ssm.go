package secrets

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	ssm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/tencent"
)

// Fetch asks SSM for the secret once, signed with the credential, and reads its value
// (https://cloud.tencent.com/document/api/1140/40522). Of c it uses Name, Version, Region, Endpoint
// and Transport. It has no time limit but that of ctx. Its error is an *[Error].
func Fetch(ctx context.Context, c Config, credential common.CredentialIface) (*Secret, error) {
	client, err := ssm.NewClient(credential, c.Region, tencent.Profile(c.Endpoint))
	if err != nil {
		return nil, &Error{Kind: Refused, Text: "the SSM client can't be made"}
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
		return nil, &Error{Kind: Unreachable, Text: emptyAnswer}
	}
	s, err := read(answer.Response)
	if unusable, ok := errors.AsType[*Error](err); ok {
		unusable.RequestID = deref(answer.Response.RequestId)
	}
	return s, err
}

// read parses the secret's value, whichever of its two forms it was stored in.
func read(response *ssm.GetSecretValueResponseParams) (*Secret, error) {
	if text := deref(response.SecretString); text != "" {
		return Parse([]byte(text))
	}
	binary, err := base64.StdEncoding.DecodeString(deref(response.SecretBinary))
	if err != nil {
		return nil, &Error{Kind: Unusable, Text: "its SecretBinary is not base64"}
	}
	return Parse(binary)
}

// role returns the temporary credentials of the function's role. They can change with every
// invocation, so they are read at each fetch: from the invocation first, then from the process's
// environment (https://cloud.tencent.com/document/product/583/14570).
func (c *Config) role(ctx context.Context) (*Key, error) {
	get := c.Getenv
	invocation, ok := functioncontext.FromContext(ctx)
	if ok && invocation.Environment["TENCENTCLOUD_SECRETID"] != "" {
		get = func(name string) string { return invocation.Environment[name] }
	}
	id, secret := get("TENCENTCLOUD_SECRETID"), get("TENCENTCLOUD_SECRETKEY")
	if id == "" || secret == "" {
		return nil, &Error{Kind: NoRole, Text: "the function has no role: " +
			"TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY are not set"}
	}
	return NewKey(id, secret, get("TENCENTCLOUD_SESSIONTOKEN")), nil
}

// explain turns a failed call into an Error with what the operator should look at.
func explain(failure *tencent.Error) *Error {
	if failure.Code == "" {
		return &Error{Kind: Unreachable, Text: failure.Reason}
	}
	m := tencent.Explain(tencent.GetSecretValue, failure.Code, time.Time{})
	e := &Error{Kind: Refused, Code: failure.Code, RequestID: failure.RequestID, Text: m.Hint}
	if m.Kind == tencent.Unavailable {
		e.Kind = Unreachable
	}
	return e
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
