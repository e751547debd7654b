package secrets

import (
	"context"
	"encoding/base64"
	"sync"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	ssm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/tencent"
)

// Fetch asks SSM for the secret once, signed with the credential, and reads its value
// (https://cloud.tencent.com/document/api/1140/40522). If c names a second secret for what callers
// prove themselves with, it asks for both at the same time. Of c it uses the names, Version,
// Region, Endpoint and Transport. It has no time limit but that of ctx. Its error is an *[Error].
func Fetch(ctx context.Context, c Config, credential common.CredentialIface) (*Secret, error) {
	return c.fetch(ctx, credential, c.parts())
}

// part is one of the secrets in SSM that a [Secret] comes from.
type part struct {
	name, version string
	fields        []spec // that count in it
	callers       bool   // it is that of CALLERS_SECRET_NAME
	values        values
}

// parts are the secrets to ask for: the one with the key and, if that is another, the callers'.
func (c *Config) parts() []*part {
	if c.CallersName == "" || c.CallersName == c.Name {
		return []*part{{name: c.Name, version: c.Version, fields: ofBoth()}}
	}
	return []*part{
		{name: c.Name, version: c.Version, fields: ofKey()},
		{name: c.CallersName, version: "SSM_Current", fields: ofCallers(), callers: true},
	}
}

// fetch asks at once for those parts that have no values yet.
func (c *Config) fetch(
	ctx context.Context, credential common.CredentialIface, parts []*part,
) (*Secret, error) {
	failures := make([]*Error, len(parts))
	var all sync.WaitGroup
	for i, p := range parts {
		if p.values == nil {
			all.Go(func() { p.values, failures[i] = c.get(ctx, credential, p) })
		}
	}
	all.Wait()
	var failed *Error
	for i, failure := range failures {
		if failure == nil {
			continue
		}
		failure.Callers = parts[i].callers
		if failed == nil {
			failed = failure
		} else if failed.Permanent() && failure.Permanent() {
			failed.Also = failure
		}
	}
	if failed != nil {
		return nil, failed
	}
	return assemble(parts[0].values, parts[len(parts)-1].values, len(parts) > 1)
}

// get asks SSM for one secret, and reads its value's fields.
func (c *Config) get(
	ctx context.Context, credential common.CredentialIface, p *part,
) (values, *Error) {
	client, err := ssm.NewClient(credential, c.Region, tencent.Profile(c.Endpoint))
	if err != nil {
		return nil, &Error{Kind: Refused, Text: "the SSM client can't be made"}
	}
	client.WithHttpTransport(c.Transport)
	request := ssm.NewGetSecretValueRequest()
	request.SecretName, request.VersionId = &p.name, &p.version

	var answer *ssm.GetSecretValueResponse
	failure := tencent.Do(func() (err error) {
		answer, err = client.GetSecretValueWithContext(ctx, request)
		return err
	})
	if failure != nil {
		e := explain(failure)
		if p.callers && tencent.Is(e.Code, "ResourceNotFound") {
			e.Text = "SSM has no such secret: check the name, and SECRET_REGION"
		}
		return nil, e
	}
	if answer == nil || answer.Response == nil {
		return nil, &Error{Kind: Unreachable, Text: emptyAnswer}
	}
	v, unusable := read(answer.Response, p.fields)
	if unusable != nil {
		unusable.RequestID = deref(answer.Response.RequestId)
	}
	return v, unusable
}

// read reads these fields of a value, whichever of its two forms it was stored in.
func read(response *ssm.GetSecretValueResponseParams, fields []spec) (values, *Error) {
	if text := deref(response.SecretString); text != "" {
		return parse([]byte(text), fields)
	}
	binary, err := base64.StdEncoding.DecodeString(deref(response.SecretBinary))
	if err != nil {
		return nil, &Error{Kind: Unusable, Text: "its SecretBinary is not base64"}
	}
	return parse(binary, fields)
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
