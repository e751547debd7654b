package check

import (
	"context"
	"testing"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"

	"github.com/stretchr/testify/assert"
)

func TestSignaturesAreTooOld(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	for _, action := range []string{
		cloudsim.DescribeSecret, cloudsim.GetSecretValue, cloudsim.DescribeSmsSignList,
		cloudsim.DescribeSmsTemplateList, cloudsim.PullSmsSendStatusByPhoneNumber,
	} {
		a.Sim.Cloud.Always(action,
			&cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.SignatureExpire"})
	}
	rows := all(t.Context(), a)
	assert.Equal(t, failed, find(rows, "clock").Status)
	assert.Equal(t, 1, tally(rows)[failed])
	assert.Empty(t, find(rows, "secret"), "the clock's row says it")
}

func TestAClockThatIsALittleOff(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	a.Clock.Now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	r := find(all(t.Context(), a), "clock")
	assert.Equal(t, unknown, r.Status)
	assert.Regexp(t, `^[1-4]m\d+s ahead of Tencent Cloud's$`, r.Detail) // the machine may be slow
}

func TestTemplatesOneByOne(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	fault := cloudsim.Fault{Kind: cloudsim.Error, Code: "FailedOperation.MissingTemplateList"}
	a.Sim.Cloud.Script(cloudsim.DescribeSmsTemplateList, fault, cloudsim.Fault{}, fault)
	rows := all(t.Context(), a)
	assert.Equal(t, 1, tally(rows)[failed])
	assert.Contains(t, find(rows, "template 1110011").Detail,
		"no such template") // the second one asked for
}

func TestSignaturesOnManyPages(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		others := make([]cloudsim.Sign, 250)
		for i := range others {
			others[i] = cloudsim.Sign{Name: "其他", Approved: true}
		}
		// One of the same text that was refused must not hide the approved one.
		review := cloudsim.Review{Status: cloudsim.StatusRejected}
		refused := cloudsim.Sign{Name: "示例", Review: review}
		c.Signs = append(append([]cloudsim.Sign{refused}, others...), c.Signs...)
	})
	assert.Equal(t, passed, find(all(t.Context(), a), "signature 示例").Status)
	assert.Equal(t, 4, a.Sim.Cloud.Count(cloudsim.DescribeSmsSignList))
}

func TestATemplateForEverywhere(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Templates[0].International, c.Templates[0].Everywhere = true, true
	})
	assert.Equal(t, passed, find(all(t.Context(), a), "template 1110001").Status)
}

func TestCheckIsBounded(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	hang := cloudsim.Fault{Kind: cloudsim.HangUnsent}
	a.Sim.Cloud.Always(cloudsim.DescribeSecret, &hang)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		a.Sim.Cloud.Await(ctx, cloudsim.DescribeSecret, 1)
		cancel()
	}()
	rows := all(ctx, a)
	assert.Empty(t, find(rows, "secret"))
	assert.Contains(t, find(rows, "SSM").Detail, "gives no answer")
}
