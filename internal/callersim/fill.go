package callersim

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The blanks that [Fill] fills.
var (
	timeBlank      = regexp.MustCompile(`\{now([+-]\w+)?\}`)
	signatureBlank = regexp.MustCompile(`\{(supabase|zitadel)(?: ([^{}"\s]+))?\}`)
)

// Fill fills the blanks of an event. They are what its headers have for what differs each time:
//
//	{now}              the time as Unix seconds; {now-6m} and {now+6m} are six minutes off
//	{supabase}         a signature of the body, as in webhook-signature, for the event's webhook-id
//	                   and webhook-timestamp
//	{zitadel}          a signature of the body, as behind v1= in ZITADEL-Signature, for its t=
//	{supabase SECRET}  the same by SECRET; without one, by the function's secret
//
// secret returns the first value of a field of the function's secret, "" if there is none: that is
// an error where it is to sign.
func Fill(event []byte, secret func(field string) string, now time.Time) ([]byte, error) {
	var failure error
	event = timeBlank.ReplaceAllFunc(event, func(blank []byte) []byte {
		offset := string(timeBlank.FindSubmatch(blank)[1])
		by, err := time.ParseDuration(cmp.Or(offset, "0s"))
		failure = errors.Join(failure, err)
		return strconv.AppendInt(nil, now.Add(by).Unix(), 10)
	})
	post := readPost(event)
	event = signatureBlank.ReplaceAllFunc(event, func(blank []byte) []byte {
		parts := signatureBlank.FindSubmatch(blank)
		field, by := string(parts[1]), string(parts[2])
		if by = cmp.Or(by, secret(field)); by == "" {
			failure = fmt.Errorf("the secret has no %s to sign with", field)
			return blank
		}
		text, err := post.signature(field, by)
		failure = errors.Join(failure, err)
		return []byte(text)
	})
	return event, failure
}

// post is what of an event is signed.
type post struct {
	headers map[string]string // :: name in lower case → value
	body    []byte
}

// readPost reads an event of any shape. What it can't read is absent.
func readPost(event []byte) post {
	var e struct {
		Headers         map[string]any
		Body            any
		IsBase64Encoded any
	}
	json.Unmarshal(event, &e)
	p := post{headers: map[string]string{}}
	for name, value := range e.Headers {
		p.headers[strings.ToLower(name)] = fmt.Sprint(value)
	}
	text, _ := e.Body.(string)
	if p.body = []byte(text); e.IsBase64Encoded == true {
		p.body, _ = base64.StdEncoding.DecodeString(text)
	}
	return p
}

// signature signs the body as a caller does.
func (p post) signature(caller, secret string) (string, error) {
	at := func(seconds string) time.Time {
		n, _ := strconv.ParseInt(seconds, 10, 64) // a wrong one is what the event is about
		return time.Unix(n, 0)
	}
	if caller == "zitadel" {
		timestamp, _, _ := strings.Cut(p.headers["zitadel-signature"], ",")
		header := SignZITADEL(at(strings.TrimPrefix(timestamp, "t=")), p.body, secret)
		_, signature, _ := strings.Cut(header.Get("ZITADEL-Signature"), ",v1=")
		return signature, nil
	}
	header, err := SignSupabase(
		p.headers["webhook-id"], at(p.headers["webhook-timestamp"]), p.body, secret)
	return header.Get("webhook-signature"), err
}
