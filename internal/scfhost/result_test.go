package scfhost

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

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
