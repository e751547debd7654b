package limits

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func anyCode(code int) bool { return 0 < code && code < 999 }

func TestParse_overTheDefaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, setting string
		change        func(*Rules)
	}{
		{"nothing", `{}`, func(*Rules) {}},
		{"the defaults themselves",
			`{"number": "1/30s, 5/1h, 10/24h", "block": "30/1h",
			"callingCode": {"86": "none", "*": "100/1h"}, "total": "none", "ip": "none",
			"dedupe": "60s", "away": "open", "observe": false}`,
			func(*Rules) {}},
		{"a limit with blanks, and of other lengths", `{"number": " 2 / 90s ,3/1.5h,4/1500ms"}`,
			func(r *Rules) {
				r.Number = []Limit{
					{2, 90 * time.Second}, {3, 90 * time.Minute}, {4, 1500 * time.Millisecond},
				}
			}},
		{"the largest and the smallest", `{"total": "1000000/24h, 1/1s"}`,
			func(r *Rules) { r.Total = []Limit{{1_000_000, 24 * time.Hour}, {1, time.Second}} }},
		{"parts of a millisecond count as one", `{"total": "5/1000.2ms"}`,
			func(r *Rules) { r.Total = []Limit{{5, 1001 * time.Millisecond}} }},
		{"two limits of one length", `{"ip": "5/1h, 3/60m"}`,
			func(r *Rules) { r.IP = []Limit{{3, time.Hour}} }},
		{"none", `{"number": "none", "block": "none", "dedupe": "none"}`,
			func(r *Rules) { r.Number, r.Block, r.Dedupe = nil, nil, 0 }},
		{"calling codes keep theirs", `{"callingCode": {"852": "500/1h", "1": "none"}}`,
			func(r *Rules) {
				r.CallingCode = map[int][]Limit{86: nil, 852: {{500, time.Hour}}, 1: nil}
			}},
		{"all other calling codes", `{"callingCode": {"*": "none"}}`,
			func(r *Rules) { r.OtherCodes = nil }},
		{"no limits of calling codes", `{"callingCode": "none"}`,
			func(r *Rules) { r.OtherCodes, r.CallingCode = nil, nil }},
		{"closed, and only looking on", `{"away": "closed", "observe": true, "dedupe": "24h"}`,
			func(r *Rules) { r.Closed, r.Observe, r.Dedupe = true, true, 24*time.Hour }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := Defaults()
			tt.change(&want)
			got, err := Parse(tt.setting, anyCode)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestParse_namesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		form    = `must be a JSON object such as {"number": "1/30s, 5/1h, 10/24h"}`
		known   = "; known are number, block, callingCode, total, ip, dedupe, away and observe"
		noLimit = ` is not N/W, such as 5/1h, or "none" for no limit`
		between = " must allow 1 to 1,000,000"
		length  = " must be for a duration from 1s to 24h, such as 30s, 10m or 1h"
		text    = ` must be a string such as "1/30s, 5/1h", or "none"`
		dedupe  = `dedupe must be a duration from 1s to 24h such as "60s", or "none"`
		away    = `away must be "open" or "closed"`
		observe = "observe must be true or false, without quotes"
		code    = ` is not a calling code; write it as in 86, or "*" for all others`
		codes   = `callingCode must be an object such as {"86": "2000/1h", "*": "100/1h"}, or "none"`
	)
	for _, tt := range []struct{ setting, problem string }{
		{`none`, form + ": invalid character 'o' in literal null (expecting 'u') at character 2"},
		{`"none"`, form},
		{`null`, form},
		{`[]`, form},
		{`5/1h`, form + ": invalid character '/' after top-level value at character 2"},
		{`{"number": "5/1h"`, form + ": unexpected end of JSON input at character 17"},
		{`{"number"： "5/1h"}`, form + ": invalid character '：' after object key at character 10"},
		{`{"number": "5/1h"} {}`, form + ": invalid character '{' after top-level value at character 20"},
		{`{"Number": "5/1h"}`, `unknown key "Number"` + known},
		{`{"": 1}`, `unknown key ""` + known},
		{`{"numbers": "5/1h", "country": "5/1h"}`,
			`unknown key "numbers"` + known + "\n" + `unknown key "country"` + known},
		{`{"number": "5/1h", "number": "6/1h"}`, `"number" is there twice`},
		{`{"number": ""}`, `number: ""` + noLimit},
		{`{"number": 5}`, "number" + text},
		{`{"number": null}`, "number" + text},
		{`{"number": ["5/1h"]}`, "number" + text},
		{`{"number": {"5": "1h"}}`, "number" + text},
		{`{"number": "5"}`, `number: "5"` + noLimit},
		{`{"number": "5 per hour"}`, `number: "5 per hour"` + noLimit},
		{`{"number": "/1h"}`, `number: "/1h"` + noLimit},
		{`{"number": "5/"}`, `number: "5/"` + length},
		{`{"number": "-5/1h"}`, `number: "-5/1h"` + noLimit},
		{`{"number": "+5/1h"}`, `number: "+5/1h"` + noLimit},
		{`{"number": "5.5/1h"}`, `number: "5.5/1h"` + noLimit},
		{`{"number": "1e3/1h"}`, `number: "1e3/1h"` + noLimit},
		{`{"number": "1/30s, 5/1h,"}`, `number: ""` + noLimit},
		{`{"number": "none, 5/1h"}`, `number: "none"` + noLimit},
		{`{"number": "None"}`, `number: "None"` + noLimit},
		{`{"number": "0/1h"}`, `number: "0/1h"` + between},
		{`{"number": "1000001/1h"}`, `number: "1000001/1h"` + between},
		{`{"number": "99999999999999999999/1h"}`, `number: "99999999999999999999/1h"` + between},
		{`{"number": "5/1"}`, `number: "5/1"` + length},
		{`{"number": "5/1d"}`, `number: "5/1d"` + length},
		{`{"number": "5/hour"}`, `number: "5/hour"` + length},
		{`{"number": "5/999ms"}`, `number: "5/999ms"` + length},
		{`{"number": "5/24h1ms"}`, `number: "5/24h1ms"` + length},
		{`{"number": "5/-1h"}`, `number: "5/-1h"` + length},
		{`{"number": "5/1h/2"}`, `number: "5/1h/2"` + length},
		{`{"number": "1/1s, 1/2s, 1/3s, 1/4s, 1/5s"}`, "number has more than 4 limits"},
		{`{"block": "0/1h, 5/2d", "ip": "5"}`,
			`block: "0/1h"` + between + "\n" + `block: "5/2d"` + length + "\n" + `ip: "5"` + noLimit},
		{`{"callingCode": "100/1h"}`, codes},
		{`{"callingCode": ["86"]}`, codes},
		{`{"callingCode": {"+86": "1/1h"}}`, `callingCode: "+86"` + code},
		{`{"callingCode": {"086": "1/1h"}}`, `callingCode: "086"` + code},
		{`{"callingCode": {"999": "1/1h"}}`, `callingCode: "999"` + code},
		{`{"callingCode": {"CN": "1/1h"}}`, `callingCode: "CN"` + code},
		{`{"callingCode": {"86": 5}}`, `callingCode "86"` + text},
		{`{"callingCode": {"*": "5"}}`, `callingCode "*": "5"` + noLimit},
		{`{"callingCode": {"86": "none", "86": "1/1h"}}`, `callingCode: "86" is there twice`},
		{`{"dedupe": "0s"}`, dedupe},
		{`{"dedupe": "60"}`, dedupe},
		{`{"dedupe": 60}`, dedupe},
		{`{"dedupe": "25h"}`, dedupe},
		{`{"dedupe": null}`, dedupe},
		{`{"away": "shut"}`, away},
		{`{"away": true}`, away},
		{`{"observe": "true"}`, observe},
		{`{"observe": 1}`, observe},
		{`{"observe": null}`, observe},
	} {
		t.Run(tt.setting, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tt.setting, anyCode)
			require.EqualError(t, err, tt.problem)
		})
	}
}

func TestLimit_String(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"1/30s", "5/1h", "10/24h", "2/1m30s", "2/10m", "3/1h30m", "3/1h0m5s", "1/1.001s",
	} {
		l, problem := parseLimit(text)
		require.Empty(t, problem)
		require.Equal(t, text, l.String())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"number": "1/30s, 5/1h", "callingCode": {"86": "none"}, "observe": true}`)
	f.Add(`{"number": 5, "number": "5/1h"}`)
	f.Fuzz(func(t *testing.T, setting string) {
		r, err := Parse(setting, anyCode)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, list := range [][]Limit{r.Number, r.Block, r.IP, r.Total, r.OtherCodes} {
			require.LessOrEqual(t, len(list), maxLimits)
			for _, l := range list {
				require.True(t, 1 <= l.N && l.N <= maxN && shortest <= l.W && l.W <= longest)
				require.Zero(t, l.W%time.Millisecond)
			}
		}
	})
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]Server{
		"redis://10.0.0.86:6379/0":          {Address: "10.0.0.86:6379"},
		"redis://10.0.0.86":                 {Address: "10.0.0.86:6379"},
		"redis://10.0.0.86/":                {Address: "10.0.0.86:6379"},
		"redis://172.16.0.1:7000/15":        {Address: "172.16.0.1:7000", Database: 15},
		"redis://192.168.255.255":           {Address: "192.168.255.255:6379"},
		"redis://100.64.0.1":                {Address: "100.64.0.1:6379"},
		"redis://127.0.0.1:06379":           {Address: "127.0.0.1:6379"},
		"redis://localhost":                 {Address: "localhost:6379"},
		"redis://LOCALHOST:1":               {Address: "LOCALHOST:1"},
		"redis://[::1]:6380/1":              {Address: "[::1]:6380", Database: 1},
		"redis://[fd00::86]":                {Address: "[fd00::86]:6379"},
		"redis://[::ffff:10.0.0.86]":        {Address: "[::ffff:10.0.0.86]:6379"},
		"rediss://redis.example.com":        {Address: "redis.example.com:6379", TLS: true},
		"rediss://redis.example.com:6380/2": {Address: "redis.example.com:6380", TLS: true, Database: 2},
		"rediss://203.0.113.7":              {Address: "203.0.113.7:6379", TLS: true},
		"REDISS://r":                        {Address: "r:6379", TLS: true},
	} {
		got, err := ParseURL(setting)
		require.NoError(t, err, setting)
		require.Equal(t, want, got, setting)
	}
}

func TestParseURL_wrong(t *testing.T) {
	t.Parallel()
	const (
		form     = "must be a URL such as redis://"
		password = "the password belongs into the secret in SSM, as redisPassword"
		tls      = "must begin with rediss:// (TLS)"
		database = "but the number of a database, such as /0"
		port     = "must have a port from 1 to 65535"
	)
	for setting, problem := range map[string]string{
		"10.0.0.86":                      form,
		"10.0.0.86:6379":                 form,
		"redis":                          form,
		"redis:10.0.0.86":                form,
		"redis:///0":                     form,
		"redis://:6379":                  form,
		"redis://10.0.0.86:":             form,
		"redis://10.0.0.86:x":            form,
		"redis://a b":                    form,
		"redis://10.0.0.86/0?timeout=1s": form,
		"redis://10.0.0.86/0?":           form,
		"redis://10.0.0.86/0#1":          form,
		"redis://[fe80::1%25eth0]":       form,
		"rediss://*":                     form,
		"http://10.0.0.86":               form,
		"valkey://10.0.0.86":             form,
		"redis://10.0.0.86,10.0.0.87":    form,
		"redis://10.0.0.86:0":            port,
		"redis://10.0.0.86:65536":        port,
		"redis://10.0.0.86/x":            database,
		"redis://10.0.0.86/-1":           database,
		"redis://10.0.0.86/00":           database,
		"redis://10.0.0.86/0/1":          database,
		"redis://10.0.0.86/65536":        database,
		"redis://203.0.113.7":            tls,
		"redis://redis.example.com":      tls,
		"redis://172.32.0.1":             tls,
		"redis://169.254.0.1":            tls,
		"redis://0.0.0.0":                tls,
		"redis://[fe80::1]":              tls,
		"redis://[2001:db8::1]":          tls,
		"redis://localhost.example.com":  tls,
		"redis://:s3cret@10.0.0.86":      password,
		"redis://s3cret@10.0.0.86":       password,
		"redis://user:s3cret@10.0.0.86":  password,
		"rediss://@10.0.0.86":            password,
		"redis://u:s3cret#1@10.0.0.86":   password,
		"redis://:s3cret%zz@10.0.0.86":   password,
		"redis://:s3cret/1@10.0.0.86":    password,
		"redis://:s3cret":                form,
		"s3cret":                         form,
	} {
		_, err := ParseURL(setting)
		require.ErrorContains(t, err, problem, setting)
		require.NotContains(t, err.Error(), "s3cret")
		require.NotContains(t, err.Error(), "\n")
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("redis://10.0.0.86:6379/0")
	f.Add("rediss://[::1]/1")
	f.Add("redis://u:p@h")
	f.Fuzz(func(t *testing.T, setting string) {
		s, err := ParseURL(setting)
		if err != nil {
			require.Zero(t, s)
			return
		}
		require.NotContains(t, setting, "@")
		require.Equal(t, s.TLS, strings.HasPrefix(strings.ToLower(setting), "rediss://"))
	})
}
