package check

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	ssmapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
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
	const open = " in the SSM console"
	request := ssmapi.NewDescribeSecretRequest()
	request.SecretName = &name
	answer, failure := operator.Ask(ctx, x.SSM().DescribeSecretWithContext, request)
	if x.ssm.note(failure); failure != nil {
		return x.secretRefused(name, "ssm:DescribeSecret", failure)
	}
	switch state := operator.Value(answer.Response.Status); state {
	case "Enabled":
		return right(name + " is enabled")
	case "Disabled":
		return wrong(name+" is disabled", "enable it"+open)
	case "PendingDelete":
		return wrong(name+" is about to be deleted", "restore it"+open)
	default:
		return wrong(name+" is in the state "+state, "look at it"+open)
	}
}

// secretRefused is a row of what SSM refused to tell.
func (x *run) secretRefused(name, action string, failure *tencent.Error) row {
	s := &x.Settings.Secret
	refuses := "SSM refuses " + name + ": " + failure.Code
	hint := tencent.Explain(tencent.GetSecretValue, failure.Code, x.Clock.Now()).Hint
	setting := "SECRET_NAME"
	if name == s.Callers {
		setting = "CALLERS_SECRET_NAME"
	}
	return refused(action, failure,
		meaning{"ResourceNotFound", fmt.Sprintf("there is no secret %s in %s", name, s.Region),
			"create it, or correct " + setting + " or SECRET_REGION"},
		meaning{"ResourceUnavailable", refuses, hint},
		meaning{"InvalidParameterValue", refuses, hint},
		meaning{"InvalidParameter", refuses, hint})
}

// value reads what the secret holds, and keeps it.
func (x *run) value(ctx context.Context) {
	secret, failure, fault := x.readSecret(ctx, x.Key)
	x.ssm.note(failure)
	isWrong := func(r row) bool { return r.Status == failed }
	if failure != nil && slices.ContainsFunc(x.report, isWrong) {
		return // the row of the secret says why
	}
	name, version := x.Settings.Secret.Name, x.Settings.Secret.Version
	holds := version
	correct := "correct SECRET_VERSION; a secret made without a VersionId has SSM_Current"
	form := `{"accessKeyId": "AKID…", "accessKeySecret": "…", "authorization": "Bearer …"}`
	if fault.Callers {
		name = x.Settings.Secret.Callers
		holds, version = name, "SSM_Current of "+name
		correct, form = "make a secret without a VersionId", `{"authorization": "Bearer …"}`
	}
	found := right(version + " holds an AccessKey and what callers prove themselves with")
	switch code := codeOf(failure); {
	case fault.Kind == secrets.Unusable && fault.Text != "":
		found = wrong(holds+" can't be used: "+fault.Text, "its value must be "+form)
	case failure == nil:
		x.held = secret
	case tencent.Is(code, "ResourceNotFound") &&
		!tencent.Is(code, "ResourceNotFound.SecretNotExist"):
		found = wrong("there is no version "+version, correct)
	default:
		found = x.secretRefused(name, "ssm:GetSecretValue", failure)
	}
	x.add(groupSecret, "value", found)
	if x.held != nil {
		x.callerRows()
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
		which := fmt.Sprintf("token %d of %d", i+1, len(tokens))
		todo := "make one (openssl rand -base64 32), and put it into the secret and into Logto: " +
			"whoever guesses it sends SMS at your cost"
		switch {
		case placeholder.MatchString(bare):
			return wrong(which+" is a placeholder", todo)
		case utf8.RuneCountInString(bare) < shortest:
			return wrong(fmt.Sprintf("%s has fewer than %d characters", which, shortest), todo)
		}
	}
	return right(term.Count(len(tokens), "token") + ", no placeholder and none too short")
}

// readSecret reads the secret with a key. A value that was read and can't be used is a fault, and
// no failure of the call.
func (x *run) readSecret(ctx context.Context, key common.CredentialIface) (
	secret *secrets.Secret, failure *tencent.Error, fault secrets.Error,
) {
	secret, err := x.Secret(ctx, key)
	if e, ok := errors.AsType[*secrets.Error](err); ok {
		fault = *e
		if e.Kind != secrets.Unusable {
			failure = &tencent.Error{Code: e.Code, Reason: e.Text}
		}
	}
	return secret, failure, fault
}

// role tries whether the function's role may read the secret. Nobody but SCF can take on a real
// one, and a key that is allowed what check needs can't ask what the role may do.
func (x *run) role(ctx context.Context) {
	found := unclear("whether the function's role "+x.Deployed.Role+" may read the secret "+
		"can't be seen from here", "POST anything to the deployed function with a wrong "+
		"Authorization header: 401 says that it may, 500 that it may not")
	if x.Sim != nil {
		role := x.Sim.Function.Role()
		key := common.NewTokenCredential(role.SecretID, role.SecretKey, role.SessionToken)
		_, failure, _ := x.readSecret(ctx, key)
		switch code := codeOf(failure); {
		case failure == nil:
			found = right("the function's role may read the secret")
		case tencent.Is(code, "UnauthorizedOperation"), tencent.Is(code, "AuthFailure"):
			found = wrong("refused: "+code,
				tencent.Explain(tencent.GetSecretValue, code, x.Clock.Now()).Hint)
		default:
			return // the rows above say it
		}
	}
	x.add(groupSecret, "role", found)
}

// noKeyID says of an id that Tencent doesn't accept that it is none.
func noKeyID(name, id string) string {
	if strings.HasPrefix(id, "AKID") {
		return ""
	}
	return "; " + name + " is none: those are AKID…"
}

// accessKey tries the AccessKey that is to send.
func (x *run) accessKey(ctx context.Context) {
	if x.held == nil {
		return
	}
	failure := x.SendToNobody(ctx, x.held.Key)
	code := codeOf(failure)
	is := func(name string) bool { return tencent.Is(code, name) }
	hint := tencent.Explain(tencent.SendSms, code, x.Clock.Now()).Hint
	found := right("accepted by SMS")
	switch {
	case operator.KeyRejected(code): // which says nothing of the operator's key
		x.add(groupSecret, "AccessKey", wrong("not accepted: "+code+
			noKeyID("accessKeyId", x.held.Key.GetSecretId()), hint))
		return
	case failure != nil && code == "", is("RequestLimitExceeded"), is("InternalError"),
		is("UnauthorizedOperation.RequestIpNotInWhitelist"):
		found = refused("", failure)
	case is("UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
		is("UnauthorizedOperation.SdkAppIdIsDisabled"):
		// The row of the application says what is wrong there.
	case is("UnauthorizedOperation"), is("AuthFailure"):
		found = wrong("accepted, but may not send: "+code, hint)
	}
	x.sms.note(failure)
	x.add(groupSecret, "AccessKey", found)
}
