package operator

import (
	"strings"

	"scf-sms/scripts/local/internal/words"
)

// Told says why a call failed, and what to do about it: which permission the key lacks, or which
// page of the console helps. todo is "" where there is nothing to say.
func (f *Failure) Told(w words.Words) (text, todo string) {
	const full = "operator.refused.full"
	known := []struct {
		todo  string
		codes []string
	}{
		{"operator.refused.kms", []string{"FailedOperation.AccessKmsError"}},
		{"operator.refused.ssm", []string{"ResourceUnavailable.NotPurchased"}},
		{"operator.refused.scf", []string{"FailedOperation.UnOpenedService",
			"FailedOperation.OpenService", "FailedOperation.QcsRoleNotFound"}},
		{"operator.refused.region", []string{"UnsupportedRegion"}},
		{"operator.refused.money", []string{"FailedOperation.AccountInsufficient",
			"FailedOperation.InsufficientBalance", "ResourceUnavailable.InsufficientBalance",
			"OperationDenied.AccountIsolate", "OperationDenied.AccountDestroy"}},
		{"operator.refused.organization", []string{
			"FailedOperation.OrganizationPolicyOperateError", "FailedOperation.ForbidAdd"}},
		{"operator.refused.often", []string{"RequestLimitExceeded", "InternalError",
			"LimitExceeded.IndexOperating", "FailedOperation.TopicCreating"}},
		{full, []string{"LimitExceeded", "FailedOperation.PolicyFull",
			"InvalidParameter.AttachmentFull", "InvalidParameter.RoleFull",
			"InvalidParameter.SubUserFull", "OperationDenied.AccessKeyOverLimit"}},
	}
	switch {
	case f.Is("AuthFailure.MFAFailure"):
		return w.Say("operator.refused", f.Operation, f.Code), w.Say("operator.refused.mfa")
	case f.Denied():
		return w.Say("operator.denied", f.Operation), w.Todo("operator.denied")
	case KeyRejected(f.Code):
		return w.Say("operator.rejected", f.Code), w.Todo("operator.rejected")
	case ClockRejected(f.Code):
		return w.Say("operator.clock", f.Code), w.Todo("operator.clock")
	case f.Code == "":
		return w.Say("operator.silent", f.Operation, w.Hint(f.Reason)), w.Todo("operator.silent")
	}
	text = w.Say("operator.refused", f.Operation, f.Code)
	for _, k := range known {
		switch {
		case !f.Is(k.codes...):
		case k.todo == full:
			return text, w.Say(full, f.page())
		default:
			return text, w.Say(k.todo)
		}
	}
	return text, w.Say("operator.refused.other", f.page())
}

// page is where the console shows what a call is about.
func (f *Failure) page() string {
	service, _, _ := strings.Cut(f.Operation, ":")
	switch service {
	case SMS.Name:
		return Console
	case STS.Name:
		service = CAM.Name
	}
	return "https://console.cloud.tencent.com/" + service
}
