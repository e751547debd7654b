package operator

import (
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/words"
)

// Every refusal says which permission is missing, or which page of the console helps.
func TestTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ operation, code, says string }{
		{"cam:AddUser", "UnauthorizedOperation", "docs/deploy.md"},
		{"cam:AddUser", "AuthFailure.SecretIdNotFound", "console.cloud.tencent.com/cam/capi"},
		{"cam:AddUser", "AuthFailure.MFAFailure", "MFA"},
		{"cam:AddUser", "FailedOperation.ExistHighRiskOperations", "console.cloud.tencent.com/cam"},
		{"sts:GetCallerIdentity", "InvalidParameter.AccessKeyNotSupport",
			"console.cloud.tencent.com/cam"},
		{"cam:CreateRole", "InvalidParameter.RoleFull",
			"delete one at https://console.cloud.tencent.com/cam"},
		{"ssm:CreateSecret", "LimitExceeded", "delete one at https://console.cloud.tencent.com/ssm"},
		{"scf:UpdateFunctionCode", "FailedOperation.ReservedInProgress",
			"console.cloud.tencent.com/scf"},
		{"sms:DescribeSmsSignList", "FailedOperation", "console.cloud.tencent.com/smsv2"},
		{"cls:CreateAlarm", "FailedOperation", "console.cloud.tencent.com/cls"},
	} {
		t.Run(tt.operation+" "+tt.code, func(t *testing.T) {
			t.Parallel()
			f := Failure{Error: tencent.Error{Code: tt.code}, Operation: tt.operation}
			text, todo := f.Told(words.English())
			require.Contains(t, todo, tt.says, text)
		})
	}
}
