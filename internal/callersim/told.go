package callersim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
)

// Answer is what the function answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Type is the usage type of the message that it answers.
	Type string
}

// Told is what becomes of an answer in the caller.
type Told struct {
	Sent bool // the caller takes the code for sent: the person can enter it

	// Status and Message are what the caller's own API tells the application. Status is 0 if it
	// tells nothing of it.
	Status  int
	Message string

	Tries int // how often the caller posts in all, if every answer is like this one
}

// Told says what becomes of an answer in the caller.
func (c Caller) Told(a Answer) Told { return c.told(a) }

// asItIs is for callers that get status and body, and do with them what they want.
func asItIs(a Answer) Told {
	return Told{Sent: a.Status/100 == 2, Status: a.Status, Message: string(a.Body), Tries: 1}
}

// supabaseTold is what Supabase Auth makes of a hook's answer since 2.187
// (https://github.com/supabase/auth/blob/master/internal/hooks/hookshttp/hookshttp.go).
func supabaseTold(a Answer) Told {
	sent := Told{Sent: true, Status: http.StatusOK, Tries: 1}
	failed := func(status, tries int, message string) Told {
		if a.Type == "MfaVerification" { // internal/api/mfa.go
			status, message = http.StatusInternalServerError, "error invoking hook"
		}
		return Told{Status: status, Message: message, Tries: tries}
	}
	const internal = http.StatusInternalServerError
	switch a.Status {
	case http.StatusNoContent:
		return sent
	case http.StatusOK, http.StatusAccepted:
		var body struct {
			Error struct {
				Code    int    `json:"http_code"`
				Message string `json:"message"`
			} `json:"error"`
		}
		contentType := a.Header.Get("Content-Type")
		if mediaType, _, _ := mime.ParseMediaType(contentType); mediaType != "application/json" {
			return failed(http.StatusBadRequest, 1,
				"Invalid JSON response. Received content-type: "+contentType)
		}
		if json.Unmarshal(a.Body, &body) != nil {
			return failed(internal, 1, "Error unmarshaling JSON output.")
		}
		if body.Error.Message == "" {
			return sent
		}
		return failed(cmp.Or(body.Error.Code, internal), 1, body.Error.Message)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		tries := 1
		if a.Header.Get("Retry-After") != "" {
			tries = 3 // at once: it doesn't read how long to wait
		}
		return failed(internal, tries, "Service currently unavailable due to hook")
	case http.StatusBadRequest:
		return failed(internal, 1, "Invalid payload sent to hook")
	case http.StatusUnauthorized:
		return failed(internal, 1, "Hook requires authorization token")
	default:
		return failed(internal, 1,
			fmt.Sprintf("Unexpected status code returned from hook: %d", a.Status))
	}
}

// zitadelTold is what ZITADEL makes of an answer
// (https://github.com/zitadel/zitadel/blob/main/internal/notification/channels/webhook/channel.go):
// it never reads the body and tells nobody. Its queue posts up to three times within five minutes.
func zitadelTold(a Answer) Told {
	if a.Status/100 == 2 {
		return Told{Sent: true, Tries: 1}
	}
	return Told{Tries: 3}
}
