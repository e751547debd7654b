package scfhost

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestResult_Report(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		result Result
		want   string
	}{
		{
			"a warm invocation",
			Result{RequestID: "id", Payload: []byte(`{"a":1}`), Duration: 300 * time.Microsecond,
				BilledMS: 1, MemoryMB: 64, MaxMemoryMB: 7.5, Stdout: "hello\n"},
			`START RequestId:id
hello
Response RequestId:id RetMsg:{"a":1}
END RequestId:id
Report RequestId:id Duration:1ms Memory:64MB MemUsage:7.500000MB
`,
		},
		{
			"a cold one that failed",
			Result{RequestID: "id", Payload: []byte(`{"statusCode":433}`), Failed: true,
				Status: 433, Cold: true, Init: 5 * time.Millisecond, BilledMS: 3001, MemoryMB: 128,
				Stdout: "one", Stderr: "two"},
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
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, tt.result.Report()) })
	}
}

func TestResult_billedMilliseconds(t *testing.T) {
	t.Parallel()
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

func TestFailure_Error(t *testing.T) {
	t.Parallel()
	assert.EqualError(t, errTimeout(3*time.Second), "433 Invoking task timed out after 3 seconds")
}

func TestResult_StatusCode(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]int{
		`{"statusCode":201,"body":""}`: 201,
		`{"body":""}`:                  0,
		`[]`:                           0,
		``:                             0,
	} {
		assert.Equal(t, want, Result{Payload: []byte(payload)}.StatusCode(), payload)
	}
}
