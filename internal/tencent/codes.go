package tencent

import (
	"strings"
	"time"
)

// Kind is what an error code says about a call, as far as a program must know it.
type Kind int

const (
	Unclear       Kind = iota // neither yes nor no: the call may have been carried out
	Accepted                  // Ok: the SMS is on its way
	NumberRefused             // this phone number or its country can't get an SMS
	NumberLimited             // this phone number got as many SMS as it may for now
	Exhausted                 // a limit that holds back every number, until it is raised or over
	Busy                      // the API's rate limit, counted before anything is done: ask again
	Refused                   // the account, the application, the template or the request is wrong
	KeyRefused                // the AccessKey is not accepted: nothing was done
	Unavailable               // nothing was done, and a later call may work
)

// Meaning is what an error code of Tencent's means.
type Meaning struct {
	Kind       Kind
	RetryAfter time.Duration // when to ask again; 0: not known
	Hint       string        // for the operator: what to look at or to change
}

// API is one of the two APIs that the function calls.
type API int

const (
	SendSms        API = iota // SMS 2021-01-11
	GetSecretValue            // SSM 2019-09-23
)

// Explain returns what a code of an API means, in whatever case it is spelt. Tencent answers
// SendSms in two layers, the answer's Error and the number's SendStatus, and its documentation
// doesn't say which code comes in which. So a code means the same in both.
func Explain(api API, code string, now time.Time) Meaning {
	for i := range codes {
		row := &codes[i]
		if row.api != api || !row.matches(code) {
			continue
		}
		after := row.retryAfter
		if after == untilMidnight {
			after = toMidnight(now)
		}
		return Meaning{Kind: row.kind, RetryAfter: after, Hint: row.hint}
	}
	return Meaning{}
}

// codeRow is a row of the table of codes.
type codeRow struct {
	api        API
	codes      string
	kind       Kind
	retryAfter time.Duration
	hint       string
}

func (r *codeRow) matches(code string) bool {
	for known := range strings.FieldsSeq(r.codes) {
		if prefix, ok := strings.CutSuffix(known, "*"); ok {
			if len(code) >= len(prefix) && strings.EqualFold(code[:len(prefix)], prefix) {
				return true
			}
		} else if strings.EqualFold(code, known) {
			return true
		}
	}
	return false
}

// untilMidnight, in the table, is the time until Tencent counts its daily limits anew.
const untilMidnight time.Duration = -1

// toMidnight assumes that Tencent's day is China's: its documentation only says 自然日.
func toMidnight(now time.Time) time.Duration {
	const offset = 8 * time.Hour
	local := now.UTC().Add(offset)
	return local.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(local)
}
