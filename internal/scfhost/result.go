package scfhost

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction/messages"
)

// maxPayload is the largest event and the largest result of a synchronous invocation (583/11637).
const maxPayload = 6 << 20

// Result is the outcome of one event.
type Result struct {
	RequestID string

	// Payload is what the function returned or, if it Failed, the platform's envelope:
	// {"errorCode":-1,"errorMessage":…,"requestId":…,"statusCode":…}.
	Payload []byte

	// Failed means that the platform answers in place of the function, with its own status code in
	// Status: 406 and 407 event or result too large, 430 an error or a panic, 433 timeout, 439 the
	// process exited, 445 it exited before it listened, 450 it didn't listen in time. Otherwise
	// Status is 0.
	Failed bool
	Status int

	// Cold means that this invocation started the process. Init is the time until it listened.
	Cold bool
	Init time.Duration

	// Duration is the time from the event to the answer.
	Duration time.Duration

	// MaxMemoryMB is the largest resident memory of the process so far: 0 on systems without /proc,
	// or if the process is gone.
	MaxMemoryMB float64

	// Stdout and Stderr are what the function printed since the last result.
	Stdout, Stderr string
}

func (r *Result) fail(f *failure) {
	r.Failed = true
	r.Status = f.status
	r.Payload = f.envelope(r.RequestID)
}

// StatusCode returns the statusCode of the payload, which the function or the platform's envelope
// has set, or 0 if it has none.
func (r Result) StatusCode() int {
	var answer struct {
		StatusCode int `json:"statusCode"`
	}
	json.Unmarshal(r.Payload, &answer) // of what isn't JSON nothing is set
	return answer.StatusCode
}

// failure is the platform's own answer, in the words of its status codes (583/42611).
type failure struct {
	status int
	words  string
	trace  string
}

var (
	errEventTooLarge    = &failure{status: 406, words: "RequestTooLarge"}
	errResponseTooLarge = &failure{status: 407,
		words: "The size of response exceeds the upper limit (6MB)"}
	errExit        = &failure{status: 439, words: "User process exit when running"}
	errInitExit    = &failure{status: 445, words: "ContainerInitError"}
	errInitTimeout = &failure{status: 450, words: "InitContainerTimeout"}
)

func errTimeout(d time.Duration) *failure {
	seconds := strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
	return &failure{status: 433, words: "Invoking task timed out after " + seconds + " seconds"}
}

// errException is an error the handler returned, or a panic. The platform shows the trace to the
// caller.
func errException(e *messages.InvokeResponse_Error) *failure {
	var trace strings.Builder
	fmt.Fprintf(&trace, "%s: %s", e.Type, e.Message)
	for _, frame := range e.StackTrace {
		fmt.Fprintf(&trace, "\n  %s\n    %s:%d", frame.Label, frame.Path, frame.Line)
	}
	return &failure{status: 430, words: "user code exception caught", trace: trace.String()}
}

func (f *failure) Error() string {
	return fmt.Sprintf("%d %s", f.status, f.words)
}

func (f *failure) envelope(requestID string) []byte {
	envelope, err := json.Marshal(struct {
		ErrorCode    int    `json:"errorCode"`
		ErrorMessage string `json:"errorMessage"`
		RequestID    string `json:"requestId"`
		StackTrace   string `json:"stackTrace,omitempty"`
		StatusCode   int    `json:"statusCode"`
	}{-1, f.words, requestID, f.trace, f.status})
	if err != nil {
		panic("internal error: " + err.Error()) // strings and numbers always marshal
	}
	return envelope
}
