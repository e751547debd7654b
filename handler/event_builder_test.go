package handler_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
)

// What the tests send. No five digits in a row of these are in anything else that an answer or the
// log can hold.
const (
	toMainland  = "8613681974253"
	toAmerica   = "16502539187"
	passcode    = "048261"
	token       = "Bearer caller-token-kvx"
	requestID   = "invocation-7c1e"
	somebodysIP = "203.0.113.77" // in every event and message, and never to be seen
)

// fields are parts of an event or a message. Merged into a proper one they replace its parts; what is
// absent goes.
type fields map[string]any

type removed struct{}

var absent = removed{}

func merge(base fields, changes ...fields) fields {
	result := maps.Clone(base)
	for _, change := range changes {
		for name, value := range change {
			before, isFields := result[name].(fields)
			within, both := value.(fields)
			switch {
			case value == absent:
				delete(result, name)
			case isFields && both:
				result[name] = merge(before, within)
			default:
				result[name] = value
			}
		}
	}
	return result
}

// eventWith is the event of a function URL that asks for an SMS, with changes.
func eventWith(changes ...fields) []byte {
	return []byte(toJSON(merge(fields{
		"httpMethod":  "POST",
		"path":        "/",
		"queryString": fields{"a": "1"},
		"headers": fields{
			"accept": "*/*", "authorization": token, "content-type": "application/json",
			"x-scf-remote-addr": somebodysIP,
		},
		"body": bodyWith(),
	}, changes...)))
}

// bodyWith is a message of Logto's, with changes.
func bodyWith(changes ...fields) string {
	return toJSON(merge(fields{
		"to": toMainland, "type": "SignIn", "payload": fields{"code": passcode}, "ip": somebodysIP,
	}, changes...))
}

// messageWith is the event that brings such a message.
func messageWith(changes ...fields) []byte { return eventWith(fields{"body": bodyWith(changes...)}) }

// smsTo is the event that asks for an SMS to a number.
func smsTo(to string) []byte { return messageWith(fields{"to": to}) }

func inBase64(body string) fields {
	return fields{"isBase64Encoded": true, "body": base64.StdEncoding.EncodeToString([]byte(body))}
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
