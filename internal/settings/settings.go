// Package settings reads the function's configuration from its environment variables. A wrong or
// missing value doesn't stop the reading: the operator is told of all problems at once.
package settings

import (
	"log/slog"
	"strings"
	"time"

	"scf-sms/internal/limits"
	"scf-sms/internal/template"
	"scf-sms/internal/tencent"
)

// Settings are the values of the environment variables, checked, with defaults filled in. README.md
// says what each is for.
type Settings struct {
	Secret Secret
	SMS    SMS

	Templates           template.Templates // TEMPLATES
	AllowedCallingCodes map[int]bool       // ALLOWED_CALLING_CODES; nil: any
	BareChina           bool               // BARE_NUMBERS=china
	TimeBudget          time.Duration      // TIME_BUDGET
	LogLevel            slog.Level         // LOG_LEVEL

	Redis  limits.Server // REDIS_URL; zero: there is no guard
	Limits limits.Rules  // LIMITS; without a guard they count for nothing

	Problems []Problem // with any, nothing is sent
}

// Secret says where the secret in SSM is.
type Secret struct {
	Name     string           // SECRET_NAME
	Version  string           // SECRET_VERSION
	Callers  string           // CALLERS_SECRET_NAME
	Region   string           // SECRET_REGION
	TTL      time.Duration    // SECRET_TTL
	Endpoint tencent.Endpoint // SSM_ENDPOINT
}

// SMS says what to send with.
type SMS struct {
	AppID            string           // SDK_APP_ID
	SignName         string           // SIGN_NAME
	SignNameOverseas string           // SIGN_NAME_OVERSEAS; "": none is sent
	SenderID         string           // SENDER_ID; "": none is sent
	Region           string           // SMS_REGION
	Endpoint         tencent.Endpoint // SMS_ENDPOINT
}

// Problem is what is wrong with one variable.
type Problem struct {
	Variable string
	Missing  bool   // it is required and not set
	Text     string // what is wrong with its value, if it is set; several faults are joined by "; "
}

// String is the sentence for the log.
func (p Problem) String() string {
	if p.Missing {
		return p.Variable + " is not set"
	}
	return p.Variable + ": " + p.Text
}

// Sentences returns the sentence of each problem.
func Sentences(problems []Problem) []string {
	var sentences []string
	for _, p := range problems {
		sentences = append(sentences, p.String())
	}
	return sentences
}

// Read reads the settings with getenv, which is os.Getenv in the function. A variable that is empty
// counts as not set.
func Read(getenv func(string) string) Settings {
	r := reader{getenv: getenv}
	endpoint := func(name, byDefault string) tencent.Endpoint {
		return parse(&r, r.optional(name, byDefault), tencent.ParseEndpoint)
	}
	region := r.optional("TENCENTCLOUD_REGION", "ap-guangzhou") // the function's, set by SCF
	s := Settings{
		Secret: Secret{
			Name:     r.required("SECRET_NAME").value,
			Version:  r.optional("SECRET_VERSION", "SSM_Current").value,
			Callers:  r.optional("CALLERS_SECRET_NAME", "").value,
			Region:   r.optional("SECRET_REGION", region.value).value,
			TTL:      parse(&r, r.optional("SECRET_TTL", "10m"), duration),
			Endpoint: endpoint("SSM_ENDPOINT", "ssm.tencentcloudapi.com"),
		},
		SMS: SMS{
			AppID:            r.required("SDK_APP_ID").value,
			SignName:         parse(&r, r.optional("SIGN_NAME", ""), signName),
			SignNameOverseas: parse(&r, r.optional("SIGN_NAME_OVERSEAS", ""), signName),
			SenderID:         r.optional("SENDER_ID", "").value,
			Region:           r.optional("SMS_REGION", "ap-guangzhou").value,
			Endpoint:         endpoint("SMS_ENDPOINT", "sms.tencentcloudapi.com"),
		},
		Templates:           parse(&r, r.required("TEMPLATES"), template.Parse),
		AllowedCallingCodes: parse(&r, r.optional("ALLOWED_CALLING_CODES", ""), callingCodes),
		BareChina:           parse(&r, r.optional("BARE_NUMBERS", "international"), bareChina),
		TimeBudget:          parse(&r, r.optional("TIME_BUDGET", "8s"), duration),
		LogLevel:            parse(&r, r.optional("LOG_LEVEL", "info"), logLevel),
		Redis:               parse(&r, r.optional("REDIS_URL", ""), limits.ParseURL),
		Limits:              parse(&r, r.optional("LIMITS", "{}"), r.limits),
	}
	if s.SMS.SignName == "" && s.Templates.Serve(false) {
		r.missing("SIGN_NAME") // Tencent takes no mainland SMS without a signature
	}
	s.Problems = r.problems
	return s
}

// Names returns the names of all settings in the order of reading. Those that SCF itself sets are
// not among them.
func Names() []string {
	var names []string
	Read(func(name string) string {
		if !strings.HasPrefix(name, "TENCENTCLOUD_") {
			names = append(names, name)
		}
		return ""
	})
	return names
}
