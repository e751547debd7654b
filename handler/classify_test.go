package handler

import (
	"cmp"
	commandline "flag" // the package has a flag of its own
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// eleven is 23:00 in China: an hour is left of the day.
func eleven() time.Time { return time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC) }

// verdict is what a code of Tencent's means.
type verdict struct {
	status     int
	outcome    string
	retryAfter int // seconds
	again      again
}

// verdicts has every code that SendSms is documented to answer, and those that all of Tencent's APIs have.
var verdicts = []struct {
	verdict
	codes []string
}{
	{verdict{422, "undeliverable", 0, never}, []string{
		"InvalidParameterValue.IncorrectPhoneNumber",
		"FailedOperation.PhoneNumberParseFail",
		"FailedOperation.PhoneNumberInBlacklist",
		"FailedOperation.PhoneNumberOnBlacklist", // an older spelling
		"UnsupportedOperation.UnsupportedRegion",
		"LimitExceeded.AppCountryOrRegionInBlacklist",
	}},
	{verdict{429, "too_many_requests", 30, never}, []string{"LimitExceeded.PhoneNumberThirtySecondLimit"}},
	{verdict{429, "too_many_requests", 3600, never}, []string{
		"LimitExceeded.PhoneNumberOneHourLimit",
		"LimitExceeded.PhoneNumberDailyLimit", // the hour to midnight
		"LimitExceeded.PhoneNumberSameContentDailyLimit",
	}},
	{verdict{429, "too_many_requests", 60, never}, []string{
		"LimitExceeded.DeliveryFrequencyLimit",
		"LimitExceeded.NeverHeardOf",
		"LimitExceeded.",
	}},
	{verdict{429, "too_many_requests", 5, never}, []string{"LimitExceeded.GlobalSmsSendingRateLimit"}},
	{verdict{429, "too_many_requests", 1, later}, []string{
		"RequestLimitExceeded",
		"RequestLimitExceeded.GlobalRegionUinLimitExceeded",
		"RequestLimitExceeded.UinLimitExceeded",
		"RequestLimitExceeded.IPLimitExceeded",
		"RequestLimitExceeded.NeverHeardOf",
	}},
	{verdict{503, "provider_unavailable", 3600, never}, []string{
		"LimitExceeded.AppDailyLimit",
		"LimitExceeded.AppMainlandChinaDailyLimit",
		"LimitExceeded.AppGlobalDailyLimit",
		"LimitExceeded.AppCountryOrRegionDailyLimit",
		"LimitExceeded.DailyLimit",
	}},
	{verdict{502, "provider_refused", 0, never}, []string{
		// The message.
		"MissingParameter.EmptyPhoneNumberSet",
		"LimitExceeded.PhoneNumberCountLimit",
		"InvalidParameterValue.TemplateParameterFormatError",
		"InvalidParameterValue.TemplateParameterLengthLimit",
		"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
		"InvalidParameterValue.ContentLengthLimit",

		// The account, the application, the signature and the template.
		"FailedOperation.SignatureIncorrectOrUnapproved",
		"FailedOperation.TemplateIncorrectOrUnapproved",
		"FailedOperation.TemplateUnapprovedOrNotExist",
		"FailedOperation.TemplateIdNotExist",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplat", // as an example of Tencent's prints it
		"FailedOperation.InsufficientBalanceInSmsPackage",
		"UnauthorizedOperation.ServiceSuspendDueToArrears",
		"UnauthorizedOperation.SerivceSuspendDueToArrears", // an older spelling
		"InvalidParameterValue.SdkAppIdNotExist",
		"UnauthorizedOperation.SmsSdkAppIdVerifyFail",
		"UnauthorizedOperation.SmsSdkAppidVerifyFail", // an older spelling
		"InvalidParameter.AppidAndBizId",
		"UnauthorizedOperation.SdkAppIdIsDisabled",
		"UnauthorizedOperation.RequestIpNotInWhitelist",
		"IpNotInWhitelist",
		"IpInBlacklist",
		"UnauthorizedOperation.RequestPermissionDeny",
		"UnauthorizedOperation",
		"UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny",
		"FailedOperation.MarketingSendTimeConstraint",
		"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
		"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
		"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
		"UnsupportedOperation.ContainDomesticPhoneNumber",
		"UnsupportedRegion",
		"FailedOperation.ContainSensitiveWord",
		"InvalidParameter.DirtyWordFound",

		// The request.
		"InvalidAction",
		"NoSuchVersion",
		"NoSuchProduct",
		"InvalidParameter",
		"InvalidParameter.InvalidParameters",
		"InvalidParameterValue",
		"InvalidRequest",
		"MissingParameter",
		"UnknownParameter",
		"UnsupportedOperation",
		"UnsupportedOperation.", // an older spelling
		"UnsupportedProtocol",
		"FailedOperation.JsonParseFail",
		"FailedOperation.FailResolvePacket",
		"FailedOperation.OtherError",
		"FailedOperation.ParametersOtherError",
		"InternalError.JsonParseFail",
		"InternalError.RestApiInterfaceNotExist",
		"InternalError.SigFieldMissing",
		"InternalError.SigVerificationFail",

		// The clock: another key would not help.
		"InternalError.RequestTimeException",
		"AuthFailure.SignatureExpire",

		// Families.
		"FailedOperation.NeverHeardOf",
		"InvalidNeverHeardOf",
		"MissingNeverHeardOf",
		"UnauthorizedOperation.NeverHeardOf",
		"UnknownNeverHeardOf",
		"UnsupportedNeverHeardOf",
	}},
	{verdict{502, "provider_refused", 0, newKey}, []string{
		"AuthFailure",
		"AuthFailure.SecretIdNotFound",
		"AuthFailure.InvalidSecretId",
		"AuthFailure.SignatureFailure",
		"AuthFailure.TokenFailure",
		"AuthFailure.InvalidAuthorization",
		"AuthFailure.MFAFailure",
		"AuthFailure.UnauthorizedOperation",
		"AuthFailure.NeverHeardOf",
	}},
	{verdict{504, "outcome_unknown", 0, never}, []string{
		"InternalError",
		"InternalError.Timeout",
		"InternalError.SendAndRecvFail",
		"InternalError.UnknownError",
		"InternalError.OtherError",
		"InternalError.ParseBackendResponseFail",
		"InternalError.NeverHeardOf",
		"FailedOperation",
		"LimitExceeded",
		"ResourceUnavailable",
		"ResourceNotFound",
		"ResourceInsufficient",
		"NoSuchNeverHeardOf",
		"IpNeverHeardOf",
		"NeverHeardOf",
		".",
		"1008",
	}},
}

func eachVerdict(do func(code string, want verdict)) {
	for _, group := range verdicts {
		for _, code := range group.codes {
			do(code, group.verdict)
		}
	}
}

func TestEveryCodeHasItsMeaning(t *testing.T) {
	check := func(code string, want verdict) {
		for _, spelling := range []string{code, strings.ToLower(code), strings.ToUpper(code)} {
			out := classify(spelling, eleven())
			got := verdict{out.status, out.code, int(out.retryAfter / time.Second), out.again}
			assert.Equal(t, want, got, spelling)
			assert.Equal(t, spelling, out.tencent, "the log shows the code as it came")
			if want.outcome == "provider_refused" || want.outcome == "provider_unavailable" || want.outcome == "outcome_unknown" {
				assert.NotEmpty(t, out.hint, spelling)
			}
		}
	}
	eachVerdict(check)
	check("", verdict{504, "outcome_unknown", 0, never})
}

var update = commandline.Bool("update", false, "write testdata/codes.txt anew")

// testdata/codes.txt is what comes of each code, in words: the operator reads the hint, and nothing else tells what to do.
func TestWhatTheOperatorIsToldOfEachCode(t *testing.T) {
	var table strings.Builder
	eachVerdict(func(code string, _ verdict) {
		out := classify(code, eleven())
		fmt.Fprintf(&table, "%s\n\t%d %s\n\t%s\n", code, out.status, out.code, cmp.Or(out.hint, "(no hint)"))
	})
	const file = "testdata/codes.txt"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(table.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), table.String(), "if that is right: go test ./handler -run OperatorIsTold -update")
}

// The documentation doesn't say which code comes at which of the two layers, so each means the same at both.
func TestEveryCodeHasItsMeaningAtBothLayers(t *testing.T) {
	for layer, kind := range map[string]cloudsim.Kind{"the request's error": cloudsim.Error, "the number's status": cloudsim.Refuse} {
		eachVerdict(func(code string, want verdict) {
			t.Run(layer+" "+code, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, func(c *Config) { c.Now = eleven })
				s.cloud.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: kind, Code: code})

				a := s.invoke(t, smsTo(toMainland))
				require.Equal(t, want.outcome, a.outcome())
				require.Equal(t, want.status, a.StatusCode)
				if want.retryAfter > 0 {
					require.Equal(t, strconv.Itoa(want.retryAfter), a.Headers["retry-after"])
				}
				attempts, fetches := 1, 1
				switch want.again {
				case later:
					attempts = 2
				case newKey: // the secret is fetched again, and the key in it is the same
					fetches = 2
				}
				require.Equal(t, attempts, s.cloud.Count(cloudsim.SendSms), "SendSms")
				require.Equal(t, strconv.Itoa(attempts), a.logged("attempts"))
				require.Equal(t, fetches, s.cloud.Count(cloudsim.GetSecretValue), "GetSecretValue")
				require.Empty(t, s.cloud.Outbox())
			})
		})
	}
}

func TestDayEndsAtMidnightInChina(t *testing.T) {
	for _, test := range []struct {
		now  string
		left time.Duration
	}{
		{"2026-03-01T15:59:59.5Z", 500 * time.Millisecond},
		{"2026-03-01T16:00:00Z", 24 * time.Hour},
		{"2026-03-01T16:00:01Z", 24*time.Hour - time.Second},
		{"2026-03-02T00:00:00+08:00", 24 * time.Hour},
		{"2024-02-29T12:00:00-05:00", 23 * time.Hour},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		require.NoError(t, err)
		assert.Equal(t, test.left, classify("LimitExceeded.AppDailyLimit", now).retryAfter, test.now)
	}
}

func TestRetryAfterIsInWholeSecondsAndNeverZero(t *testing.T) {
	almostMidnight := time.Date(2026, 3, 1, 15, 59, 59, 999_999_999, time.UTC)
	s := newStage(t, func(c *Config) { c.Now = func() time.Time { return almostMidnight } })
	s.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.PhoneNumberDailyLimit"})
	require.Equal(t, "1", s.invoke(t, smsTo(toMainland)).Headers["retry-after"])
}
