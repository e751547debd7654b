package scfhost

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestReport(t *testing.T) {
	for _, test := range []struct {
		name   string
		result Result
		want   string
	}{
		{
			"a warm invocation",
			Result{RequestID: "id", Payload: []byte(`{"a":1}`), Duration: 300 * time.Microsecond, BilledMS: 1, MemoryMB: 64, MaxMemoryMB: 7.5, Stdout: "hello\n"},
			`START RequestId:id
hello
Response RequestId:id RetMsg:{"a":1}
END RequestId:id
Report RequestId:id Duration:1ms Memory:64MB MemUsage:7.500000MB
`,
		},
		{
			"a cold one that failed",
			Result{RequestID: "id", Payload: []byte(`{"statusCode":433}`), Failed: true, Status: 433, Cold: true, Init: 5 * time.Millisecond, BilledMS: 3001, MemoryMB: 128, Stdout: "one", Stderr: "two"},
			`START RequestId:id
Init Report RequestId:id Coldstart: 5ms (PullCode: 0ms InitRuntime: 0ms InitFunction: 5ms) Memory: 128MB
one
two
ERROR RequestId:id Result:{"statusCode":433}
END RequestId:id
Report RequestId:id Duration:3001ms Memory:128MB MemUsage:0.000000MB
`,
		},
	} {
		t.Run(test.name, func(t *testing.T) { assert.Equal(t, test.want, test.result.Report()) })
	}
}

func TestBilledMilliseconds(t *testing.T) {
	for spent, billed := range map[time.Duration]int64{
		0:                     0,
		1:                     1,
		time.Millisecond:      1,
		time.Millisecond + 1:  2,
		3 * time.Second:       3000,
		3*time.Second + 1_000: 3001,
	} {
		var r Result
		r.spent(spent)
		assert.Equal(t, billed, r.BilledMS, "%v", spent)
	}
}

func TestFailureReadsAsAnError(t *testing.T) {
	assert.EqualError(t, errTimeout(3*time.Second), "433 Invoking task timed out after 3 seconds")
}
