package check

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/secrets"
)

// secrets asks for the state of the secret and, if there is one, of that of the callers.
func (x *run) secrets(ctx context.Context) {
	names := []string{x.Settings.Secret.Name, x.Settings.Secret.Callers}
	for _, name := range slices.Compact(names) {
		if name != "" {
			x.add(groupSecret, "secret", x.secretRow(ctx, name))
		}
	}
}

func (x *run) secretRow(ctx context.Context, name string) row {
	var answer resources.Description
	failure := x.Try(ctx, operator.SSM, "DescribeSecret", map[string]any{"SecretName": name},
		&answer).Cause()
	if x.ssm.note(failure); failure != nil {
		return x.secretRefused(name, "ssm:DescribeSecret", failure)
	}
	switch state := answer.Status; state {
	case "Enabled":
		return right(x.Say("check.secret", name))
	case "Disabled":
		return wrong(x.Say("check.secret.disabled", name), x.Say("check.secret.disabled.todo"))
	case "PendingDelete":
		return wrong(x.Say("check.secret.deleted", name), x.Say("check.secret.deleted.todo"))
	default:
		return wrong(x.Say("check.secret.state", name, state), x.Say("check.secret.state.todo"))
	}
}

// secretRefused is a row of what SSM refused to tell.
func (x *run) secretRefused(name, action string, failure *tencent.Error) row {
	s := &x.Settings.Secret
	refuses := x.Say("check.secret.refused", name, failure.Code)
	hint := x.Hint(tencent.Explain(tencent.GetSecretValue, failure.Code, x.Clock.Now()).Hint)
	setting := "SECRET_NAME"
	if name == s.Callers {
		setting = "CALLERS_SECRET_NAME"
	}
	return x.refused(action, failure,
		meaning{"ResourceNotFound", x.Say("check.secret.none", name, s.Region),
			x.Say("check.secret.none.todo", setting)},
		meaning{"ResourceUnavailable", refuses, hint},
		meaning{"InvalidParameterValue", refuses, hint},
		meaning{"InvalidParameter", refuses, hint})
}

// value reads what the secret holds, and keeps it.
func (x *run) value(ctx context.Context) {
	secret, failure, fault := x.readSecret(ctx, x.Key)
	x.ssm.note(failure)
	if failure == nil && fault.Text == "" {
		x.held = secret
		x.add(groupSecret, "value", right(x.Say("check.value", x.Settings.Secret.Version)))
		x.callerRows()
		return
	}
	isWrong := func(r row) bool { return r.Status == failed }
	told := slices.ContainsFunc(x.report, isWrong)
	for e := &fault; e != nil; e = e.Also {
		if failureOf(e) == nil || !told { // else the row of the secret says why
			x.add(groupSecret, "value", x.valueRow(e))
		}
	}
}

// valueRow is the row of a secret that was not read, or can't be used.
func (x *run) valueRow(fault *secrets.Error) row {
	name, version := x.Settings.Secret.Name, x.Settings.Secret.Version
	holds := version
	correct := x.Say("check.value.version.todo")
	form := `{"accessKeyId": "AKID…", "accessKeySecret": "…", "authorization": "Bearer …"}`
	if fault.Callers {
		name = x.Settings.Secret.Callers
		holds, version = name, x.Say("check.value.callers", name)
		correct, form = x.Say("check.value.callers.todo"), `{"authorization": "Bearer …"}`
	}
	failure := failureOf(fault)
	switch code := codeOf(failure); {
	case failure == nil:
		return wrong(x.Say("check.value.unusable", holds, x.Hint(fault.Text)),
			x.Say("check.value.unusable.todo", form))
	case tencent.Is(code, "ResourceNotFound") &&
		!tencent.Is(code, "ResourceNotFound.SecretNotExist"):
		return wrong(x.Say("check.value.version", version), correct)
	default:
		return x.secretRefused(name, "ssm:GetSecretValue", failure)
	}
}

// tokenRow looks for tokens that can be guessed.
func (x *run) tokenRow() row {
	const shortest = 20 // characters: the 16 bytes that nobody guesses, in base64
	placeholder := regexp.MustCompile(`(?i)example|change.?me|replace|placeholder|your.?token|` +
		`secret.?token|todo|xxx|123456|…|\.\.\.|<.*>|\{.*\}`)
	tokens := x.held.Values(secrets.Authorization)
	for i, token := range tokens {
		if x.Sim != nil && token == "Bearer example-token" {
			continue // the simulation's own
		}
		bare := token[strings.LastIndexByte(token, ' ')+1:]
		n, all, todo := i+1, len(tokens), x.Say("check.token.todo")
		switch {
		case placeholder.MatchString(bare):
			return wrong(x.Say("check.token.placeholder", n, all), todo)
		case utf8.RuneCountInString(bare) < shortest:
			return wrong(x.Say("check.token.short", n, all, shortest), todo)
		}
	}
	return right(x.Count("check.token", len(tokens)))
}

// readSecret reads the secret with a key. A value that was read and can't be used is a fault, and
// no failure of the call.
func (x *run) readSecret(ctx context.Context, key common.CredentialIface) (
	secret *secrets.Secret, failure *tencent.Error, fault secrets.Error,
) {
	secret, err := x.Secret(ctx, key)
	if e, ok := errors.AsType[*secrets.Error](err); ok {
		failure, fault = failureOf(e), *e
	}
	return secret, failure, fault
}

// failureOf is how the call failed; nil if the value was read, and can't be used.
func failureOf(e *secrets.Error) *tencent.Error {
	if e.Kind == secrets.Unusable {
		return nil
	}
	return &tencent.Error{Code: e.Code, Reason: e.Text}
}

// role tries whether the function's role may read the secret. Nobody but SCF can take on a real
// one, and a key that is allowed what check needs can't ask what the role may do.
func (x *run) role(ctx context.Context) {
	found := unclear(x.Say("check.role.unknown", x.Deployed.Role), x.Say("check.role.unknown.todo"))
	if x.Sim != nil {
		role := x.Sim.Function.Role()
		key := common.NewTokenCredential(role.SecretID, role.SecretKey, role.SessionToken)
		_, failure, _ := x.readSecret(ctx, key)
		switch code := codeOf(failure); {
		case failure == nil:
			found = right(x.Say("check.role"))
		case tencent.Is(code, "UnauthorizedOperation"), tencent.Is(code, "AuthFailure"):
			found = wrong(x.Say("check.refused", code),
				x.Hint(tencent.Explain(tencent.GetSecretValue, code, x.Clock.Now()).Hint))
		default:
			return // the rows above say it
		}
	}
	x.add(groupSecret, "role", found)
}

// notAccepted says why Tencent doesn't accept a key: with an id that is none, that.
func (x *run) notAccepted(code, name, id string) string {
	if strings.HasPrefix(id, "AKID") {
		return x.Say("check.notAccepted", code)
	}
	return x.Say("check.notAccepted.id", code, name)
}

// accessKey tries the AccessKey that is to send.
func (x *run) accessKey(ctx context.Context) {
	if x.held == nil {
		return
	}
	failure := x.SendToNobody(ctx, x.held.Key)
	code := codeOf(failure)
	is := func(name string) bool { return tencent.Is(code, name) }
	hint := x.Hint(tencent.Explain(tencent.SendSms, code, x.Clock.Now()).Hint)
	found := right(x.Say("check.sender"))
	switch {
	case operator.KeyRejected(code): // which says nothing of the operator's key
		x.add(groupSecret, "AccessKey", wrong(
			x.notAccepted(code, "accessKeyId", x.held.Key.GetSecretId()), hint))
		return
	case failure != nil && code == "", is("RequestLimitExceeded"), is("InternalError"),
		is("UnauthorizedOperation.RequestIpNotInWhitelist"):
		found = x.refused("", failure)
	case is("UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
		is("UnauthorizedOperation.SdkAppIdIsDisabled"):
		// The row of the application says what is wrong there.
	case is("UnauthorizedOperation"), is("AuthFailure"):
		found = wrong(x.Say("check.sender.denied", code), hint)
	}
	x.sms.note(failure)
	x.add(groupSecret, "AccessKey", found)
}
