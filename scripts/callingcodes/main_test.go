package main

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommittedTableIsFresh(t *testing.T) {
	t.Parallel()
	got, err := os.ReadFile("../../" + output)
	require.NoError(t, err)
	want, err := generate()
	require.NoError(t, err)
	assert.True(t, string(want) == string(got), "go run ./scripts/callingcodes")
}

// upTo returns every string of up to n digits.
func upTo(n int) []string {
	all := []string{""}
	for from := 0; n > 0; n-- {
		to := len(all)
		for _, s := range all[from:to] {
			for d := range 10 {
				all = append(all, s+strconv.Itoa(d))
			}
		}
		from = to
	}
	return all
}

// A walk through a pattern finds what package regexp finds.
func TestPattern(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`0[1-3]\d?`, `(?:0|12)3{1,2}`, `8(?:0[0-79]|[1-7]\d)\d?|00`, `1?2*`, `\d*`,
	} {
		p, err := compile(expr)
		require.NoError(t, err)
		re := regexp.MustCompile(`^(?:` + expr + `)$`)
		for _, s := range upTo(4) {
			assert.Equal(t, re.MatchString(s), p.walk().steps(s).matches(), "%s matches %s", expr, s)
		}
	}
	_, err := compile(`(1)(2)(3)`)
	assert.ErrorContains(t, err, "groups")
}

func region(id, prefix, rule string) *phonenumbers.PhoneMetadata {
	return &phonenumbers.PhoneMetadata{
		Id: &id, NationalPrefixForParsing: &prefix, NationalPrefixTransformRule: &rule,
	}
}

// apply does what the function does with an edit.
func (e edit) apply(s string) string {
	return e.text + s[e.skip:e.skip+e.keep] + s[e.skip+e.keep+e.gap:]
}

// A walk through prefixes makes of the digits what package regexp and the rule make of them.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ prefix, rule string }{
		{`0`, ``},
		{`0|80?`, ``},
		{`0(1\d)?`, ``},
		{`(12)|0`, ``},
		{`(?:0|90)(1[45]|2)?`, ``},
		{`0?(?:(1|2[34]?)15)?`, `9$1`},
		{`(?:0|9)(?:(1)(\d{1,2}))?`, `$2`},
		{`(00\d)$|(?:003)0?|0`, `$1`},
		{`([89]\d)$`, `05$1`},
		{`0(1\d|2)`, `$1`},
	} {
		p, err := compilePrefixes(region("XX", tt.prefix, tt.rule))
		require.NoError(t, err)
		re := regexp.MustCompile(`^(?:` + tt.prefix + `)`)
		edits := p.edits()
		for _, s := range upTo(5) {
			want := s
			if at := re.FindStringSubmatchIndex(s); at != nil {
				want = s[at[1]:]
				if tt.rule != "" && at[len(at)-2] >= 0 {
					want = string(re.ExpandString(nil, tt.rule, s, at)) + want
				}
			}
			w := p.walk()
			for _, d := range s {
				w = w.step(d)
			}
			got := s
			if e, ok := w.edit(); ok {
				assert.Contains(t, edits, e)
				got = e.apply(s)
			}
			assert.Equal(t, want, got, "%s %s of %s", tt.prefix, tt.rule, s)
		}
	}
	for _, rule := range []string{"9", "x$1", "$1$2", "$9"} {
		_, err := compilePrefixes(region("XX", `0(1)`, rule))
		assert.ErrorContains(t, err, "not understood", rule)
	}
}
