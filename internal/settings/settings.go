// Package settings reads the function's configuration from its environment variables. A value that is missing or wrong
// doesn't stop the reading: the operator is told of all problems at once.
package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"scf-sms/handler"
	"scf-sms/internal/tencent"
)

// Settings are the values of the environment variables, checked, with defaults filled in.
type Settings struct {
	SecretName    string           // SECRET_NAME
	SecretVersion string           // SECRET_VERSION
	SecretRegion  string           // SECRET_REGION
	SecretTTL     time.Duration    // SECRET_TTL
	SSMEndpoint   tencent.Endpoint // SSM_ENDPOINT

	SDKAppID            string            // SDK_APP_ID
	SignName            string            // SIGN_NAME
	SignNameOverseas    string            // SIGN_NAME_OVERSEAS
	SenderID            string            // SENDER_ID
	SMSRegion           string            // SMS_REGION
	SMSEndpoint         tencent.Endpoint  // SMS_ENDPOINT
	Templates           handler.Templates // TEMPLATES
	AllowedCallingCodes map[int]bool      // ALLOWED_CALLING_CODES; nil: any
	BareChina           bool              // BARE_NUMBERS=china
	TimeBudget          time.Duration     // TIME_BUDGET
	LogLevel            slog.Level        // LOG_LEVEL

	// Problems says what is wrong, a sentence for each variable. With any, nothing is sent.
	Problems []string
}

// Read reads the settings with getenv, which is os.Getenv in the function. An empty variable counts as not set.
func Read(getenv func(string) string) Settings {
	r := reader{getenv: getenv}
	s := Settings{
		SecretName:    r.text("SECRET_NAME", required),
		SecretVersion: r.text("SECRET_VERSION", "SSM_Current"),
		SecretRegion:  r.text("SECRET_REGION", r.text("TENCENTCLOUD_REGION", "ap-guangzhou")),
		SecretTTL:     read(&r, "SECRET_TTL", "10m", duration),
		SSMEndpoint:   read(&r, "SSM_ENDPOINT", "ssm.tencentcloudapi.com", tencent.ParseEndpoint),

		SDKAppID:         r.text("SDK_APP_ID", required),
		SignName:         read(&r, "SIGN_NAME", required, signName),
		SignNameOverseas: read(&r, "SIGN_NAME_OVERSEAS", "", signName),
		SenderID:         r.text("SENDER_ID", ""),
		SMSRegion:        r.text("SMS_REGION", "ap-guangzhou"),
		SMSEndpoint:      read(&r, "SMS_ENDPOINT", "sms.tencentcloudapi.com", tencent.ParseEndpoint),
		Templates:        read(&r, "TEMPLATES", required, handler.ParseTemplates),

		AllowedCallingCodes: read(&r, "ALLOWED_CALLING_CODES", "", callingCodes),
		BareChina:           read(&r, "BARE_NUMBERS", "international", bareChina),
		TimeBudget:          read(&r, "TIME_BUDGET", "8s", duration),
		LogLevel:            read(&r, "LOG_LEVEL", "info", logLevel),
	}
	s.Problems = r.problems
	return s
}

// required, as a default, marks variables that have none.
const required = "\x00"

// reader reads variables and collects what is wrong with them.
type reader struct {
	getenv   func(string) string
	problems []string
}

// text returns a variable's value without blanks around it, or its default.
func (r *reader) text(name, byDefault string) string {
	if value := strings.TrimSpace(r.getenv(name)); value != "" {
		return value
	}
	if byDefault == required {
		r.problems = append(r.problems, name+" is not set")
		return ""
	}
	return byDefault
}

// read parses a variable's value, unless it is not set and optional.
func read[T any](r *reader, name, byDefault string, parse func(string) (T, error)) T {
	var zero T
	value := r.text(name, byDefault)
	if value == "" {
		return zero
	}
	parsed, err := parse(value)
	if err != nil {
		r.problems = append(r.problems, fmt.Sprintf("%s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; ")))
		return zero
	}
	return parsed
}

func duration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, errors.New(`must be a time such as "10m" or "8s"`)
	}
	return d, nil
}

// signName refuses the brackets that phones show around a signature: Tencent adds them.
func signName(value string) (string, error) {
	if strings.ContainsAny(value, "【】") {
		return "", errors.New("must be the signature's text without 【】")
	}
	return value, nil
}

func callingCodes(value string) (map[int]bool, error) {
	allowed := map[int]bool{}
	var wrong []string
	for item := range strings.SplitSeq(value, ",") {
		digits := strings.TrimPrefix(strings.TrimSpace(item), "+")
		code, _ := strconv.Atoi(digits)
		if strconv.Itoa(code) != digits || !handler.IsCallingCode(code) {
			wrong = append(wrong, strconv.Quote(item))
		}
		allowed[code] = true
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("not a calling code: %s; write them as in 86,852,1", strings.Join(wrong, ", "))
	}
	return allowed, nil
}

func bareChina(value string) (bool, error) {
	switch value {
	case "china":
		return true, nil
	case "international":
		return false, nil
	default:
		return false, errors.New("must be international or china")
	}
}

func logLevel(value string) (slog.Level, error) {
	var level slog.Level
	if level.UnmarshalText([]byte(value)) != nil {
		return 0, errors.New("must be debug, info, warn or error")
	}
	return level, nil
}
